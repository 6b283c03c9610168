/**
 * Who was first: the other side of a conflict, as its own rows tell it.
 *
 * @module
 */
import { bestEffort, ConflictError, type ConflictWinner } from "../errors.ts";
import type {
  OplogEntry,
  OplogTable,
  PartitionRecord,
  VersionRange,
} from "../oplog/mod.ts";
import { TRANSACTION_PART_ID } from "../oplog/record.ts";
import { parseAttributes } from "./attributes.ts";
import { transactionRow } from "./history.ts";
import { BOOKKEEPING_POSITION } from "./operation.ts";
import { type ConflictTrace, isTheirs, traceOf } from "./transaction.ts";

/** So many versions are read at once, from the newest back. */
const WINDOW_VERSIONS = 64;

/** The winner of a conflict was mostly there a moment ago. */
const MAX_VERSIONS = 16 * WINDOW_VERSIONS;

/** A row of the winner. */
interface Found {
  readonly entry: OplogEntry;
  readonly record: PartitionRecord;
}

/**
 * Adds to a conflict what the other transaction did, and who made it when. What
 * can't be read is left out: the conflict is the same without.
 *
 * @param error The conflict.
 * @param table The oplog, in which the other transaction is.
 */
export async function withTheirs(
  error: ConflictError,
  table: OplogTable,
): Promise<ConflictError> {
  const trace = traceOf(error);
  if (trace === undefined || error.theirs !== undefined) return error;
  let theirs: ConflictWinner | undefined;
  await bestEffort(async () => theirs = await winnerOf(table, trace));
  if (theirs === undefined) return error;
  const { ours, path = "", problem } = error;
  return new ConflictError(path, theirs.version, problem, {
    ...(ours ? { ours } : {}),
    theirs,
  });
}

async function winnerOf(
  table: OplogTable,
  trace: ConflictTrace,
): Promise<ConflictWinner | undefined> {
  const newest = table.transactionVersion;
  const oldest = Math.max(0, newest - MAX_VERSIONS);
  for (let max = newest; max >= oldest; max -= WINDOW_VERSIONS) {
    const minVersion = Math.max(0, max - WINDOW_VERSIONS + 1);
    const found = await lastIn(table, trace, { minVersion, maxVersion: max });
    if (found !== undefined) return await described(table, found);
  }
  return undefined;
}

/** The newest row in some versions that the conflict is about. */
async function lastIn(
  table: OplogTable,
  trace: ConflictTrace,
  range: VersionRange,
): Promise<Found | undefined> {
  let found: Found | undefined;
  for await (const record of table.readAll(range)) {
    for (const entry of record.entries()) {
      if (!isOperation(entry) || !matches(entry, record, trace)) continue;
      const isNewer = found === undefined ||
        record.version > found.record.version ||
        entry.position > found.entry.position;
      if (isNewer) found = { entry, record };
    }
  }
  return found;
}

function isOperation({ fileType, position }: OplogEntry): boolean {
  return position !== BOOKKEEPING_POSITION && fileType !== "transaction";
}

function matches(
  { fileType, metadata, nodeId, operation, partId }: OplogEntry,
  { source }: PartitionRecord,
  trace: ConflictTrace,
): boolean {
  const { place } = parseAttributes(metadata, source);
  return isTheirs({
    directoryId: fileType === "directory" ? place?.directory ?? "" : partId,
    kind: operation,
    nodeId,
  }, trace);
}

async function described(
  table: OplogTable,
  { entry, record }: Found,
): Promise<ConflictWinner> {
  const { timestampUs, version } = record;
  const { from } = parseAttributes(entry.metadata, record.source);
  const at = { minVersion: version, maxVersion: version };
  let by: Pick<ConflictWinner, "transactionId" | "author"> = {};
  for await (const own of table.readPartition(TRANSACTION_PART_ID, at)) {
    for (const row of own.entries()) {
      const { author, transactionId } = transactionRow(row, own);
      by = { author, transactionId };
    }
  }
  return {
    operation: entry.operation,
    path: entry.path,
    ...(entry.operation === "move" && from ? { from: from.path } : {}),
    version,
    timestampUs,
    ...by,
  };
}
