/**
 * History read back from the oplog: transactions, and the version that a revision
 * means. `history_rows.ts` has the rows, `node_history.ts` the versions of a node.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import { IntegrityError, InvariantError, PondError } from "../errors.ts";
import type {
  DirectoryEntry,
  OplogEntry,
  OplogTable,
  PartitionRecord,
} from "../oplog/mod.ts";
import {
  decodeDirectoryEntries,
  TRANSACTION_PART_ID,
} from "../oplog/record.ts";
import type { NodeId, WorkingDir } from "../tinyfs/mod.ts";
import { isRecord, parseAttributes, parseObject } from "./attributes.ts";
import { type NodeRow, noteUnchecked } from "./node_row.ts";
import type { Revision } from "./revision.ts";
import { type Operation, PENDING_VERSION } from "./operation.ts";
import type { DirectoryEntryRow, HistoryRow, TransactionRow } from "./types.ts";

/** What of a filesystem its history is read from. */
export interface HistorySide {
  /** The oplog. */
  readonly table: OplogTable;
  /** The newest version that is looked at. */
  readonly maxVersion: number;
  /** The root, to find nodes by their paths. */
  readonly root: WorkingDir;
  /** The pending operations, in order. */
  readonly pending: readonly Operation[];
  /** Their rows. */
  readonly pendingRows: readonly OplogEntry[];
  /** The present, microseconds since the epoch, UTC. */
  readonly nowUs: number;
}

/**
 * Reads the rows that directory entries point to. What a transaction has put
 * into a directory is one record, so who reads one file after the other finds
 * it once.
 */
export class NodeRows {
  readonly #table: () => OplogTable;
  /** The record of the last row. */
  #last: PartitionRecord | undefined;
  /** What others are looking for. */
  #search: (RowPlace & { readonly found: Promise<unknown> }) | undefined;

  /** @param table The oplog, as it is by now. */
  constructor(table: () => OplogTable) {
    this.#table = table;
  }

  /**
   * Reads a row.
   *
   * @param partId The directory of the entry.
   * @param entry A committed entry of a file or symlink.
   * @throws {IntegrityError} When the row is not there.
   */
  async read(partId: NodeId, entry: DirectoryEntry): Promise<NodeRow> {
    const place = { partId, version: entry.childVersion };
    // Whoever waits for one that fails looks for itself.
    if (isSamePlace(this.#search, place)) await settled(this.#search.found);
    const row = isSamePlace(this.#last, place)
      ? rowIn(this.#last, entry)
      : undefined;
    if (row !== undefined) return row;
    const found = this.#find(place, entry);
    this.#search = { ...place, found };
    return await found;
  }

  async #find(
    { partId, version }: RowPlace,
    entry: DirectoryEntry,
  ): Promise<NodeRow> {
    const table = this.#table();
    const range = { minVersion: version, maxVersion: version };
    for await (const record of table.readPartition(partId, range)) {
      const row = rowIn(record, entry);
      if (row === undefined) continue;
      this.#last = record;
      return row;
    }
    throw new IntegrityError(
      `${table.delta.directory}/_delta_log`,
      `version ${version} has no row of ${entry.name} (node ${entry.childNodeId})`,
    );
  }
}

/** Where a row is: those of one place are in one record, as a rule. */
interface RowPlace {
  readonly partId: string;
  readonly version: number;
}

function isSamePlace<P extends RowPlace>(
  a: P | undefined,
  b: RowPlace,
): a is P {
  return a?.partId === b.partId && a.version === b.version;
}

async function settled(work: Promise<unknown>): Promise<void> {
  await Promise.allSettled([work]);
}

/** The row of a node in a record, if it is there. */
function rowIn(
  record: PartitionRecord,
  { childNodeId }: DirectoryEntry,
): NodeRow | undefined {
  const row = record.entriesOf(childNodeId).findLast((row) =>
    row.operation !== "delete"
  );
  if (row === undefined) return undefined;
  const { content } = row;
  const { hasDigest, source } = record;
  const attributes = parseAttributes(row.metadata, source);
  if (!hasDigest && content !== null) noteUnchecked(content, source);
  return { attributes, content };
}

/** Which transactions are read. */
export interface TransactionRange {
  /** At most so many, the newest ones. */
  readonly limit?: number;
  /** The earliest time, microseconds since the epoch, UTC. */
  readonly sinceUs?: number;
  /** The latest time. */
  readonly untilUs?: number;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

/**
 * The transactions, newest first. Files are opened as the rows are asked for,
 * and none that only has older rows.
 */
export async function* transactions(
  side: HistorySide,
  options: TransactionRange,
): AsyncGenerator<TransactionRow> {
  const { limit = Infinity, signal, sinceUs, untilUs } = options;
  if (limit <= 0) return;
  let count = 0;
  const range = {
    maxVersion: side.maxVersion,
    ...(sinceUs === undefined ? {} : { minTimestampUs: sinceUs }),
    ...(untilUs === undefined ? {} : { maxTimestampUs: untilUs }),
  };
  const records = side.table.readPartition(TRANSACTION_PART_ID, range);
  for await (const record of records) {
    signal?.throwIfAborted();
    for (const entry of record.entries()) {
      yield transactionRow(entry, record);
      if (++count >= limit) return;
    }
  }
}

/** The transaction that made a version; none made the version of a merge. */
export async function transactionOf(
  table: OplogTable,
  version: number,
): Promise<TransactionRow | undefined> {
  const range = { minVersion: version, maxVersion: version };
  const records = table.readPartition(TRANSACTION_PART_ID, range);
  for await (const record of records) {
    for (const entry of record.entries()) return transactionRow(entry, record);
  }
  return undefined;
}

/**
 * The version that a revision means.
 *
 * @param table The oplog.
 * @param revision The parsed revision.
 * @param text What was asked for, for the error.
 * @throws {PondError} `REVISION_NOT_FOUND`, or `INVALID_ARGUMENT` when a
 *   transaction's id is ambiguous.
 */
export async function resolveRevision(
  table: OplogTable,
  revision: Revision,
  text: string,
): Promise<number> {
  const version = await versionOf(table, revision, text);
  if (version >= table.wholeSince) return version;
  const { isState, prunedRevision } = await import("./kept_history.ts");
  // Of a gap nobody can say which version was the one before, or at a time.
  const isNamed = revision.kind === "version" || revision.kind === "tag" ||
    revision.kind === "transaction";
  if (!isNamed || !await isState(table, version)) {
    throw prunedRevision(text, table.wholeSince);
  }
  return version;
}

async function versionOf(
  table: OplogTable,
  revision: Revision,
  text: string,
): Promise<number> {
  switch (revision.kind) {
    case "newest":
      return table.transactionVersion;
    case "version":
      if (revision.version <= table.version) return revision.version;
      throw noSuchRevision(text, newestIs(table));
    case "back":
      return await versionBack(table, revision.versions, text);
    case "time":
      return await versionAtTime(table, revision.timestampUs, text);
    case "transaction":
      return await versionOfTransaction(table, revision.prefix, text);
    case "tag":
      return await versionOfTag(table, revision.name, text);
    case "pending":
      throw new InvariantError("@pending is no committed version");
    default:
      return revision satisfies never;
  }
}

/** Merges of files are no versions to go back to. */
async function versionBack(
  table: OplogTable,
  versions: number,
  text: string,
): Promise<number> {
  if (versions > table.transactionVersion) {
    throw noSuchRevision(text, newestIs(table));
  }
  let left = versions;
  for await (const { version } of table.pointsOf(TRANSACTION_PART_ID)) {
    if (left-- === 0) return version;
  }
  throw noSuchRevision(text, `there are ${versions - left} before the newest`);
}

function newestIs(table: OplogTable): string {
  return `the newest version is v${table.transactionVersion}`;
}

/** The time of the newest transaction up to a version, in microseconds. */
export async function timeOfVersion(
  table: OplogTable,
  version: number,
): Promise<number> {
  const range = { maxVersion: version };
  const points = table.pointsOf(TRANSACTION_PART_ID, range);
  for await (const { timestampUs } of points) return timestampUs;
  throw noSuchRevision(`v${version}`, "no transaction is that old");
}

/** The records of each version together, of records in the order of these. */
export async function* byVersion(
  all: AsyncIterable<PartitionRecord>,
): AsyncGenerator<readonly PartitionRecord[]> {
  let records: PartitionRecord[] = [];
  for await (const record of all) {
    if (records[0] !== undefined && records[0].version !== record.version) {
      yield records;
      records = [];
    }
    records.push(record);
  }
  if (records.length > 0) yield records;
}

/** The row of an entry; whoever gets it owns its bytes. */
export function historyRow(
  entry: OplogEntry,
  at: { readonly version: number; readonly timestampUs: number },
): HistoryRow {
  let copy: Bytes | null | undefined;
  return {
    partId: entry.partId,
    nodeId: entry.nodeId,
    fileType: entry.fileType,
    metadata: entry.metadata,
    // Most readers never look: the copy is made for those that do.
    get content() {
      return copy ??= entry.content?.slice() ?? null;
    },
    operation: entry.operation,
    nodeVersion: entry.nodeVersion,
    name: entry.name,
    path: entry.path,
    timestampUs: at.timestampUs,
    version: at.version,
    position: entry.position,
    pending: at.version === PENDING_VERSION,
  };
}

/** The rows of the pending operations, in order. */
export function* pendingRows(side: HistorySide): Generator<HistoryRow> {
  const at = { version: PENDING_VERSION, timestampUs: side.nowUs };
  for (const entry of side.pendingRows) yield historyRow(entry, at);
}

/** The rows of a directory record. */
export function* directoryRowsOf(
  entry: OplogEntry,
  record: PartitionRecord,
): Generator<DirectoryEntryRow> {
  if (entry.fileType !== "directory" || entry.content === null) return;
  const { snapshot } = parseAttributes(entry.metadata, record.source);
  for (const row of decodeDirectoryEntries(entry.content, record.source)) {
    yield {
      directoryId: entry.nodeId,
      name: row.name,
      childNodeId: row.childNodeId,
      childType: row.childType,
      operation: row.operation,
      nodeVersion: row.nodeVersion,
      version: record.version,
      timestampUs: record.timestampUs,
      snapshot: snapshot === true,
      pending: false,
    };
  }
}

/** The rows that the pending operations will write into directories. */
export function* pendingDirectoryRows(
  side: HistorySide,
): Generator<DirectoryEntryRow> {
  for (const operation of side.pending) {
    const { attributes: { from }, directoryId, name } = operation;
    const common = {
      childNodeId: operation.nodeId,
      childType: operation.fileType,
      nodeVersion: operation.nodeVersion,
      version: PENDING_VERSION,
      timestampUs: side.nowUs,
      snapshot: false,
      pending: true,
    };
    if (operation.kind === "move" && from) {
      const { directory: directoryId, name } = from;
      yield { ...common, directoryId, name, operation: "delete" };
    }
    const isDelete = operation.kind === "delete";
    yield {
      ...common,
      directoryId,
      name,
      operation: isDelete ? "delete" : "insert",
    };
  }
}

/** The row of a transaction about itself. */
export function transactionRow(
  entry: OplogEntry,
  record: PartitionRecord,
): TransactionRow {
  const { author, merge, message, metadata, operations, undoes, redoes } =
    parseObject(entry.metadata, record.source);
  const merged = mergedBy(merge);
  return {
    transactionId: entry.nodeId,
    version: record.version,
    timestampUs: record.timestampUs,
    author: typeof author === "string" ? author : "",
    message: typeof message === "string" ? message : "",
    operations: typeof operations === "number" ? operations : 0,
    ...(typeof undoes === "string" ? { undoes } : {}),
    ...(typeof redoes === "string" ? { redoes } : {}),
    ...(merged ? { merged } : {}),
    metadata: isTexts(metadata) ? metadata : {},
  };
}

/** Of the row of a merge, what it has merged. */
function mergedBy(merge: unknown): TransactionRow["merged"] {
  if (!isRecord(merge) || !isRecord(merge.taken)) return undefined;
  const { line, name, taken } = merge;
  if (typeof line !== "string" || typeof name !== "string") return undefined;
  const own = taken[line];
  return isRecord(own) && typeof own.version === "number"
    ? { branch: name, version: own.version }
    : undefined;
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === "object" && value !== null &&
    Object.values(value).every((text) => typeof text === "string");
}

async function versionAtTime(
  table: OplogTable,
  timestampUs: number,
  text: string,
): Promise<number> {
  const range = { maxTimestampUs: timestampUs };
  const points = table.pointsOf(TRANSACTION_PART_ID, range);
  for await (const { version } of points) return version;
  if (table.wholeSince > 0) {
    const { prunedRevision } = await import("./kept_history.ts");
    throw prunedRevision(text, table.wholeSince);
  }
  const first = await timeOfVersion(table, 0);
  throw noSuchRevision(
    text,
    `the pond's first commit is of ${new Date(first / 1000).toISOString()}`,
  );
}

async function versionOfTransaction(
  table: OplogTable,
  prefix: string,
  text: string,
): Promise<number> {
  const found = new Map<string, number>();
  for await (const record of table.readPartition(TRANSACTION_PART_ID)) {
    for (const { nodeId } of record.entries()) {
      if (nodeId.startsWith(prefix)) found.set(nodeId, record.version);
    }
  }
  const [version, ...others] = found.values();
  if (version === undefined) {
    throw noSuchRevision(text, "no transaction's id begins like this");
  }
  if (others.length > 0) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot tell which transaction ${text} is: ${found.size} begin like this`,
      { hint: `say more of it: ${[...found.keys()].join(", ")}` },
    );
  }
  return version;
}

async function versionOfTag(
  table: OplogTable,
  name: string,
  text: string,
): Promise<number> {
  const { readTags } = await import("./tags.ts");
  const tags = await readTags(table);
  const tag = Object.hasOwn(tags, name) ? tags[name] : undefined;
  if (tag !== undefined) return tag.version;
  const names = Object.keys(tags).sort();
  const known = names.length === 0 ? "" : ` (tags: ${names.join(", ")})`;
  throw noSuchRevision(text, `it is no version, no time and no tag${known}`);
}

function noSuchRevision(text: string, why: string): PondError {
  return new PondError(
    "REVISION_NOT_FOUND",
    `Cannot find the revision ${text}: ${why}`,
    { hint: "see the versions there are: pond log" },
  );
}
