/**
 * Rows of the history: those that meet criteria, from the files that may have
 * some, with cells that are decoded when they are asked for.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import type { OplogEntry, PartitionRecord, RowRange } from "../oplog/mod.ts";
import { parseAttributes } from "./attributes.ts";
import { TAG_PART_ID, TRANSACTION_PART_ID } from "../oplog/record.ts";
import {
  byVersion,
  directoryRowsOf,
  historyRow,
  type HistorySide,
  pendingDirectoryRows,
  pendingRows,
} from "./history.ts";
import { requireContent } from "../oplog/row_content.ts";
import { BOOKKEEPING_POSITION } from "./operation.ts";
import type {
  FileVersion,
  HistoryCriteria,
  RecordRow,
} from "./query_source.ts";
import type {
  ContentLocation,
  DirectoryEntryRow,
  HistoryRow,
  OperationKind,
} from "./types.ts";

/** So many rows are handed on together, at least, if there are as many. */
const BATCH_ROWS = 2048;

/** Partitions whose rows are about no node. */
const NO_DIRECTORIES: ReadonlySet<string> = new Set([
  TRANSACTION_PART_ID,
  TAG_PART_ID,
]);

/** Which rows are read. */
interface RowCriteria extends HistoryCriteria {
  /** Whether rows about directories that no operation was on are, too. */
  readonly bookkeeping?: boolean;
}

/**
 * Rows of operations (and of bookkeeping, when asked for), oldest first. Whoever
 * gets a row may keep it.
 */
export async function* historyRows(
  side: HistorySide,
  criteria: RowCriteria,
): AsyncGenerator<HistoryRow> {
  for await (const rows of versionsOf(side, criteria)) {
    for (const row of rows) yield row.owned();
  }
  if (criteria.pending) yield* pendingRows(side);
}

/** The same by versions, in the order of the operations. */
async function* versionsOf(
  side: HistorySide,
  criteria: RowCriteria,
): AsyncGenerator<readonly HistoryView[]> {
  for await (const records of byVersion(recordsOf(side, criteria))) {
    yield records.flatMap((record) => operationsOf(record, criteria))
      .sort((a, b) => a.position - b.position);
  }
}

/** Rows of operations that meet criteria, oldest first, in batches. */
export async function* historyBatches(
  side: HistorySide,
  criteria: HistoryCriteria,
): AsyncGenerator<readonly HistoryRow[]> {
  let batch: readonly HistoryRow[] = [];
  for await (const rows of versionsOf(side, criteria)) {
    batch = batch.length === 0 ? rows : batch.concat(rows);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  const pending = hasPending(criteria) ? [...pendingRows(side)] : [];
  yield batch.concat(pending.filter((row) => isWanted(row, criteria)));
}

/** Rows of directory records that meet criteria, oldest first. */
export async function* directoryRows(
  side: HistorySide,
  criteria: HistoryCriteria,
): AsyncGenerator<DirectoryEntryRow> {
  for await (const record of recordsOf(side, criteria)) {
    for (const entry of record.entries()) {
      yield* directoryRowsOf(entry, record);
    }
  }
  if (!hasPending(criteria)) return;
  for (const row of pendingDirectoryRows(side)) {
    if (isWanted({ ...row, partId: row.directoryId }, criteria)) yield row;
  }
}

/** Rows of the Delta table that meet criteria, oldest first. */
export async function* recordRows(
  side: HistorySide,
  criteria: HistoryCriteria,
): AsyncGenerator<RecordRow> {
  yield* recordsOf(side, criteria);
}

/**
 * The versions of a file, oldest first.
 *
 * @param rows All of them, newest first.
 * @param locate Says where the bytes of one are.
 */
export async function* fileVersions(
  rows: AsyncIterable<HistoryRow>,
  locate: (
    content: Bytes | null,
    sha256: string | undefined,
  ) => Promise<ContentLocation>,
): AsyncGenerator<FileVersion> {
  const all = (await Array.fromAsync(rows)).reverse();
  for (const [i, row] of all.entries()) {
    const { content, operation, timestampUs, version } = row;
    // What a transaction wrote and overwrote, nobody has ever seen.
    const isLast = all[i + 1]?.version !== version;
    if (!isLast || operation === "delete") continue;
    const attributes = parseAttributes(row.metadata, row.path);
    const { sha256 } = attributes;
    // Who asks for versions decodes them: what is no file of ours is found here.
    if (content !== null) await requireContent(content, attributes, row.path);
    yield { version, timestampUs, location: await locate(content, sha256) };
  }
}

/** One partition is read by itself; of more, all files are looked at. */
async function* recordsOf(
  { maxVersion, table }: HistorySide,
  { partIds, ...criteria }: HistoryCriteria,
): AsyncGenerator<PartitionRecord> {
  const [partId, ...others] = partIds ?? [];
  const isOne = partId !== undefined && others.length === 0;
  const range: RowRange = {
    ...pick(criteria),
    maxVersion: Math.min(maxVersion, criteria.maxVersion ?? maxVersion),
    ...(isOne ? { partId } : {}),
  };
  if (partIds?.size === 0 || criteria.committed === false) return;
  for await (const record of table.readAll(range)) {
    criteria.signal?.throwIfAborted();
    if (partIds?.has(record.partId) ?? true) yield record;
  }
}

/** What of criteria chooses files. */
function pick(
  { maxTimestampUs, minTimestampUs, minVersion, onFiles }: HistoryCriteria,
): RowRange {
  return {
    ...(maxTimestampUs === undefined ? {} : { maxTimestampUs }),
    ...(minTimestampUs === undefined ? {} : { minTimestampUs }),
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(onFiles === undefined ? {} : { onFiles }),
  };
}

/** A pending row has no version, which so is within no bounds. */
function hasPending(
  { maxVersion, minVersion, pending }: HistoryCriteria,
): boolean {
  return pending === true && maxVersion === undefined &&
    minVersion === undefined;
}

function isWanted(
  row:
    & { readonly partId: string; readonly timestampUs: number }
    & (
      | { readonly nodeId: string }
      | { readonly directoryId: string }
    ),
  criteria: HistoryCriteria,
): boolean {
  const { maxTimestampUs = Infinity, minTimestampUs = -Infinity } = criteria;
  const { nodeIds, partIds } = criteria;
  return row.timestampUs >= minTimestampUs &&
    row.timestampUs <= maxTimestampUs &&
    (partIds?.has(row.partId) ?? true) &&
    (nodeIds === undefined || !("nodeId" in row) || nodeIds.has(row.nodeId));
}

function operationsOf(
  record: PartitionRecord,
  { bookkeeping = false, nodeIds }: RowCriteria,
): HistoryView[] {
  const views: HistoryView[] = [];
  // What transactions and tags say of themselves is no operation.
  if (NO_DIRECTORIES.has(record.partId)) return views;
  for (const entry of record.views()) {
    const { position } = entry;
    if (position === BOOKKEEPING_POSITION && !bookkeeping) continue;
    if (nodeIds !== undefined && !nodeIds.has(entry.nodeId)) continue;
    views.push(new HistoryView(entry, record, position));
  }
  return views;
}

/** A committed row of history, of an entry whose cells are decoded on demand. */
class HistoryView implements HistoryRow {
  readonly #entry: OplogEntry;
  readonly #record: PartitionRecord;
  readonly position: number;

  constructor(entry: OplogEntry, record: PartitionRecord, position: number) {
    this.#entry = entry;
    this.#record = record;
    this.position = position;
  }

  /** The row with all of its cells, which stays when the record goes. */
  owned(): HistoryRow {
    return historyRow(this.#entry, this.#record);
  }

  get partId(): string {
    return this.#entry.partId;
  }

  get nodeId(): string {
    return this.#entry.nodeId;
  }

  get fileType(): HistoryRow["fileType"] {
    return this.#entry.fileType;
  }

  get metadata(): string {
    return this.#entry.metadata;
  }

  get content(): Bytes | null {
    return this.#entry.content?.slice() ?? null;
  }

  get operation(): OperationKind {
    return this.#entry.operation;
  }

  get nodeVersion(): number {
    return this.#entry.nodeVersion;
  }

  get name(): string {
    return this.#entry.name;
  }

  get path(): string {
    return this.#entry.path;
  }

  get timestampUs(): number {
    return this.#record.timestampUs;
  }

  get version(): number {
    return this.#record.version;
  }

  get pending(): boolean {
    return false;
  }
}
