/**
 * The records of a directory in the oplog, newest first.
 *
 * @module
 */
import { IntegrityError } from "../errors.ts";
import type { DirectoryChange } from "../oplog/directory_log.ts";
import type {
  OplogEntry,
  OplogTable,
  PartitionRange,
  PartitionRecord,
} from "../oplog/mod.ts";
import { decodeDirectoryEntries } from "../oplog/record.ts";
import {
  type Attributes,
  type NodePlace,
  parseAttributes,
} from "./attributes.ts";

/** What the newest record of a directory says of it. */
export interface DirectoryHead {
  /** Whether the directory exists: it was created, and not deleted since. */
  readonly exists: boolean;
  /** Rows of changes since the last snapshot in its log. */
  readonly changesSinceSnapshot: number;
  /** Version of that snapshot. */
  readonly snapshotVersion: number;
  /** Version of the newest transaction that wrote a record about it. */
  readonly version: number;
  /** The directory's own version: 1 when created, one more with each move. */
  readonly nodeVersion: number;
  /** When it was created, microseconds since the epoch, UTC. */
  readonly createdUs: number;
  /** When its entries last changed, microseconds since the epoch, UTC. */
  readonly modifiedUs: number;
  /** The POSIX permission bits. */
  readonly mode: number;
  /** What users have set. */
  readonly attributes: Attributes["attributes"];
  /** What defines it, when its files are computed. */
  readonly view: Attributes["view"];
  /** Where it is; the root is nowhere. */
  readonly place: NodePlace | undefined;
}

/** A record of a directory. */
export interface DirectoryRecord {
  /** Where it is. */
  readonly record: PartitionRecord;
  /** What it is. */
  readonly entry: OplogEntry;
}

/**
 * What a record says of its directory.
 *
 * @param at The record's version, and its source, for errors.
 * @param log How the directory's log stands after it.
 */
export function headOf(
  entry: OplogEntry,
  at: Pick<PartitionRecord, "source" | "version">,
  log: Pick<DirectoryHead, "changesSinceSnapshot" | "snapshotVersion">,
): DirectoryHead {
  const { attributes, createdUs, mode, modifiedUs, place, view } =
    parseAttributes(entry.metadata, at.source);
  return {
    ...log,
    exists: entry.operation !== "delete",
    version: at.version,
    nodeVersion: entry.nodeVersion,
    createdUs,
    modifiedUs,
    mode,
    attributes,
    view,
    place,
  };
}

/**
 * The records of a directory, newest first, one of each transaction: the last row
 * about the directory. Those before it tell what else was done with it. Pond wrote
 * them into a row of the table of their own where the record was large.
 *
 * @param range Which; with a name, only those that may have an entry of it.
 */
export async function* directoryRecords(
  table: OplogTable,
  partId: string,
  range: PartitionRange,
): AsyncGenerator<DirectoryRecord> {
  let last = -1;
  for await (
    const record of table.readPartition(partId, { name: "", ...range })
  ) {
    if (record.version === last) continue;
    const entry = record.lastOf(partId, "directory");
    if (entry === undefined) continue;
    last = record.version;
    yield { record, entry };
  }
}

/**
 * Reads the entries that a directory's row changes.
 *
 * @param entry The row.
 * @param source The file it comes from, for the error.
 */
export function changeOf(entry: OplogEntry, source: string): DirectoryChange {
  if (entry.operation === "delete") return { snapshot: true, rows: [] };
  if (entry.content === null) {
    throw new IntegrityError(
      source,
      `directory ${entry.nodeId} has no content`,
    );
  }
  const { snapshot } = parseAttributes(entry.metadata, source);
  return {
    snapshot: snapshot === true,
    rows: decodeDirectoryEntries(entry.content, source),
  };
}
