/**
 * Which versions of a pond can be looked at, after history was dropped.
 *
 * From one version on history is whole: the table says which. Of the versions
 * before it, those are states that have kept their transaction's row; of the
 * others some rows are left, as far as a state needs them, and nothing can be
 * said of them.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { OplogTable } from "../oplog/mod.ts";
import { TRANSACTION_PART_ID } from "../oplog/record.ts";

/** Whether a version's state can be looked at: O(1) where history is whole. */
export async function isState(
  table: OplogTable,
  version: number,
): Promise<boolean> {
  if (version >= table.wholeSince) return true;
  const range = { minVersion: version, maxVersion: version };
  for await (const _ of table.pointsOf(TRANSACTION_PART_ID, range)) return true;
  return false;
}

/**
 * Requires that a version's state is there.
 *
 * @throws {PondError} `REVISION_NOT_FOUND` when it was dropped.
 */
export async function requireState(
  table: OplogTable,
  version: number,
): Promise<void> {
  if (await isState(table, version)) return;
  throw prunedRevision(`v${version}`, table.wholeSince);
}

/**
 * Requires that what was before a version is there, to go back to it.
 *
 * @throws {PondError} `REVISION_NOT_FOUND` when it was dropped.
 */
export function requireBefore(
  { wholeSince }: OplogTable,
  version: number,
): void {
  if (wholeSince === 0 || version > wholeSince) return;
  throw new PondError(
    "REVISION_NOT_FOUND",
    `Cannot undo v${version}: what was before it was pruned`,
    { version, hint: `undo goes back to v${wholeSince}: pond log` },
  );
}

/** The error of a revision that is too early. */
export function prunedRevision(text: string, since: number): PondError {
  return new PondError(
    "REVISION_NOT_FOUND",
    `Cannot find the revision ${text}: history before v${since} was pruned`,
    { version: since, hint: "see which versions are kept: pond log" },
  );
}
