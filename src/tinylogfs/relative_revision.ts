/**
 * Revisions of a state that is not the newest: what is relative is so to it.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import { type HistorySide, transactions } from "./history.ts";

/** Versions before the newest: `v-1`. */
const BACK = /^v-(\d{1,15})$/;

/**
 * What a revision means where an earlier state is looked at.
 *
 * @param side What is looked at.
 * @param revision As it was written.
 * @returns The revision for the pond; `undefined` for the state itself.
 * @throws {PondError} `REVISION_NOT_FOUND` when there is nothing so early.
 */
export async function relativeRevision(
  side: HistorySide,
  revision: string,
): Promise<string | undefined> {
  if (side.maxVersion >= side.table.transactionVersion) return revision;
  if (revision === "@") return undefined;
  const back = BACK.exec(revision);
  if (back === null) return revision;
  let left = Number(back[1]);
  for await (const { version } of transactions(side, {})) {
    if (left-- === 0) return `v${version}`;
  }
  throw new PondError(
    "REVISION_NOT_FOUND",
    `Cannot find the revision ${revision}: nothing is that far before v${side.maxVersion}`,
    { hint: "see the versions there are: pond log" },
  );
}
