/**
 * Reads the records of an oplog: of one partition, or all.
 *
 * A snapshot may name files that are gone: merged since then, and vacuumed. The
 * table as it is now has their rows in other files, and the reading goes on
 * there; unless history was dropped meanwhile: then the rows may be gone.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import { hasCode, IntegrityError, PondError } from "../errors.ts";
import type { StreamRow } from "./byte_stream_table.ts";
import type { RowKey, RowSelection } from "./data_file.ts";
import type { DeltaTable } from "./delta/mod.ts";
import type { IndexedFile, PartitionIndex } from "./partition_index.ts";
import {
  EntryBatch,
  type EntryFileType,
  type OplogEntry,
  type Record,
} from "./record.ts";
import type { RecordFiles } from "./record_files.ts";
import {
  newestFirst,
  newestKeysFirst,
  oldestFirst,
  type OpenFile,
  type Part,
  type Sourced,
} from "./record_order.ts";

/** The rows that one transaction wrote into one partition. */
export interface PartitionRecord {
  /** The partition. */
  readonly partId: string;
  /** Delta version of the transaction. */
  readonly version: number;
  /** Its time, microseconds since the epoch, UTC. */
  readonly timestampUs: number;
  /** The file that the rows come from, for errors. */
  readonly source: string;
  /**
   * Whether the file's bytes were checked against a digest: other engines say
   * none of files that they have merged.
   */
  readonly hasDigest: boolean;
  /** The rows as they are stored: an Arrow IPC stream, shared with the cache. */
  readonly content: Bytes;
  /** Decodes the rows. */
  entries(): readonly OplogEntry[];
  /** The rows, each cell decoded when it is asked for. */
  views(): readonly OplogEntry[];
  /** Decodes the rows about one node, in order. */
  entriesOf(nodeId: string): readonly OplogEntry[];
  /** Decodes the last row of a kind about a node, which is best near the end. */
  lastOf(nodeId: string, fileType: EntryFileType): OplogEntry | undefined;
}

/** Which versions to read. */
export interface VersionRange {
  /** Lowest version; 0 when left out. */
  readonly minVersion?: number;
  /** Highest version; the newest when left out. */
  readonly maxVersion?: number;
  /** Earliest time, microseconds since the epoch, UTC. */
  readonly minTimestampUs?: number;
  /** Latest time. */
  readonly maxTimestampUs?: number;
}

/** Which rows of a partition to read. */
export interface PartitionRange extends VersionRange {
  /**
   * Of the directory's records only those that may have an entry of this name,
   * or all for `""`; of its other rows, any may be left out.
   */
  readonly name?: string;
}

/** Which rows to read. */
export interface RowRange extends VersionRange {
  /** Only those of this partition. */
  readonly partId?: string;
  /** Is told which files are read for that. */
  readonly onFiles?: (
    read: readonly string[],
    skipped: readonly string[],
  ) => void;
}

/** So many files are opened at once for a name. */
const FILES_AHEAD = 8;

/** The range of all rows. */
export const EVERY_VERSION: Required<VersionRange> = {
  minVersion: 0,
  maxVersion: Number.MAX_SAFE_INTEGER,
  minTimestampUs: 0,
  maxTimestampUs: Number.MAX_SAFE_INTEGER,
};

/**
 * The `txn` counter of a table that is the version from which on history is
 * whole. It is set by the commit that drops rows, stays in checkpoints, and goes
 * with a fork: nobody can read the one without the other.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#transaction-identifiers}
 */
export const PRUNED_APP_ID = "pond-pruned";

/** The version from which on every row is there; 0 where none was dropped. */
export function wholeSince(
  { transactions }: DeltaTable["snapshot"],
): number {
  return Math.max(0, transactions.get(PRUNED_APP_ID)?.version ?? 0);
}

/** What is read. */
export interface TableParts {
  /** The Delta table. */
  readonly delta: DeltaTable;
  /** Its files. */
  readonly index: PartitionIndex;
  /** What reads them. */
  readonly files: RecordFiles;
  /** Opens the table as it is now. */
  readonly newest: () => Promise<TableReader>;
}

/** Reads records. */
export class TableReader {
  readonly #parts: TableParts;
  readonly #batches = new WeakMap<Record, EntryBatch>();
  /** The table as it was when files of this snapshot turned out to be gone. */
  #successor: TableReader | undefined;

  /** @param parts What it reads. */
  constructor(parts: TableParts) {
    this.#parts = parts;
  }

  /** The records of a partition, newest first. */
  async *partition(
    partId: string,
    range: PartitionRange,
  ): AsyncGenerator<PartitionRecord> {
    const rows = this.#newestFirst(
      partId,
      range,
      (reader, files, selection) => {
        const openOne = (file: IndexedFile) =>
          reader.#blocksOf(file, selection);
        // Most look-ups of a name end with the last file, not with the first.
        const open = selection.name ? openAhead(files, openOne) : openOne;
        return newestFirst(files, open);
      },
    );
    for await (const { file, record } of rows) {
      yield this.partitionRecord(this.#sourced(record, file));
    }
  }

  /** Which versions have rows in a partition, newest first: no content is read. */
  async *points(partId: string, range: VersionRange): AsyncGenerator<RowKey> {
    const rows = this.#newestFirst(
      partId,
      range,
      (reader, files, selection) =>
        newestKeysFirst(files, (file) => reader.#keysOf(file, selection)),
    );
    let last = -1;
    for await (const { record } of rows) {
      const { timestampUs, version } = record;
      if (version === last) continue;
      last = version;
      yield { partId, timestampUs, version };
    }
  }

  /** @param read Reads the files of a table that may have rows of a selection. */
  async *#newestFirst<R extends RowKey>(
    partId: string,
    range: PartitionRange,
    read: (
      reader: TableReader,
      files: readonly IndexedFile[],
      selection: RowSelection,
    ) => AsyncGenerator<Sourced<R>>,
  ): AsyncGenerator<Sourced<R>> {
    const selection = { ...EVERY_VERSION, ...range, partId };
    const { minTimestampUs, maxTimestampUs, maxVersion, minVersion } =
      selection;
    const files = this.#parts.index.filesOf(partId, maxVersion, minVersion)
      .filter((file) =>
        file.minTimestampUs <= maxTimestampUs &&
        file.maxTimestampUs >= minTimestampUs
      );
    let next = Math.min(maxVersion, this.#version);
    const since = wholeSince(this.#parts.delta.snapshot);
    try {
      for await (const row of read(this, files, selection)) {
        const { timestampUs, version } = row.record;
        next = version - 1;
        const isEarly = timestampUs < minTimestampUs;
        if (!isEarly && timestampUs <= maxTimestampUs) yield row;
      }
    } catch (error) {
      const successor = await this.#successorAfter(error, files, since);
      const rest = { ...selection, maxVersion: next };
      yield* successor.#newestFirst(partId, rest, read);
    }
  }

  /** Records, ordered by version; within one by partition. */
  async *rows({ onFiles, ...range }: RowRange): AsyncGenerator<StreamRow> {
    const { delta, index } = this.#parts;
    const selection = { ...EVERY_VERSION, ...range };
    const { maxTimestampUs, maxVersion, minTimestampUs, partId } = selection;
    let next = selection.minVersion;
    const candidates = partId === undefined
      ? index.files
      : index.filesOf(partId, maxVersion, next);
    const files = candidates.filter((file) =>
      file.maxVersion >= next && file.minVersion <= maxVersion &&
      file.maxTimestampUs >= minTimestampUs &&
      file.minTimestampUs <= maxTimestampUs
    );
    if (onFiles !== undefined) {
      const read = new Set(files.map(({ add }) => add.path));
      const all = index.files.map(({ add }) => add.path);
      onFiles([...read], all.filter((path) => !read.has(path)));
    }
    const since = wholeSince(delta.snapshot);
    try {
      const load = (file: IndexedFile) => this.#rowsOf(file, selection);
      for await (const { record, file } of oldestFirst(files, load)) {
        next = record.version + 1;
        const { timestampUs } = record;
        if (timestampUs > maxTimestampUs || timestampUs < minTimestampUs) {
          continue;
        }
        yield this.#sourced(record, file);
      }
    } catch (error) {
      const successor = await this.#successorAfter(error, files, since);
      const last = Math.min(maxVersion, this.#version);
      yield* successor.rows({ ...range, minVersion: next, maxVersion: last });
    }
  }

  /**
   * All records in the order of the files; in memory is one file at a time, or
   * those that have versions in common.
   */
  async *unordered(range: VersionRange): AsyncGenerator<StreamRow> {
    const { index } = this.#parts;
    const selection = { ...EVERY_VERSION, ...range };
    const load = (file: IndexedFile) => this.#rowsOf(file, selection);
    for (const files of index.inCommon()) {
      for await (const { record, file } of oldestFirst(files, load)) {
        yield this.#sourced(record, file);
      }
    }
  }

  /** A row, opened when it is looked into. */
  partitionRecord({ hasDigest, record, source }: StreamRow): PartitionRecord {
    const { content, partId, timestampUs, version } = record;
    const batch = () => this.#batchOf(record, source);
    return {
      partId,
      version,
      timestampUs,
      source,
      hasDigest,
      content,
      entries: () => batch().entries(),
      views: () => batch().views(),
      entriesOf: (nodeId) => batch().entriesOf(nodeId),
      lastOf: (nodeId, fileType) => batch().lastOf(nodeId, fileType),
    };
  }

  #sourced(record: Record, { add }: IndexedFile): StreamRow {
    const source = this.#parts.delta.dataPath(add);
    return { record, source, hasDigest: add.tags?.sha256 !== undefined };
  }

  get #version(): number {
    return this.#parts.delta.snapshot.version;
  }

  /** The rows of a file that are selected; its bytes are checked before. */
  async #rowsOf(
    { add }: IndexedFile,
    selection: RowSelection,
  ): Promise<readonly Record[]> {
    return selected(await this.#parts.files.rows(add, selection), selection);
  }

  /** The same, a part of the file after the other. */
  async #blocksOf(
    { add }: IndexedFile,
    selection: RowSelection,
  ): Promise<readonly Part<Record>[]> {
    const blocks = await this.#parts.files.blocks(add, selection);
    return blocks.map(({ maxVersion, rows }) => ({
      maxVersion,
      rows: async () => selected(await rows(), selection),
    }));
  }

  /** The same, without the content. */
  async #keysOf(
    { add }: IndexedFile,
    selection: RowSelection,
  ): Promise<readonly Part<RowKey>[]> {
    const blocks = await this.#parts.files.blocks(add, selection);
    return blocks.map(({ keys, maxVersion }) => ({
      maxVersion,
      rows: async () => selected(await keys(), selection),
    }));
  }

  /**
   * Where to go on when a file is gone.
   *
   * @param files What was read: this table may have merged them by now.
   * @param since From which version on history was whole when they were there.
   * @throws The error, unless it is of a file that is merged by now.
   */
  async #successorAfter(
    error: unknown,
    files: readonly IndexedFile[],
    since: number,
  ): Promise<TableReader> {
    const isGone = error instanceof IntegrityError &&
      hasCode(error.cause, "NOT_FOUND");
    if (!isGone) throw error;
    const { index, newest } = this.#parts;
    if (files.some(({ add }) => !index.has(add.path))) {
      return this.#requireRows(since, error);
    }
    const successor = this.#successor ?? await newest();
    if (successor.#version <= this.#version) throw error;
    this.#successor = successor;
    return successor.#requireRows(since, error);
  }

  /**
   * This, if it has the rows that were there.
   *
   * @throws {PondError} `REVISION_NOT_FOUND` when some were dropped since then.
   */
  #requireRows(since: number, cause: unknown): this {
    const { delta: { directory, snapshot } } = this.#parts;
    const now = wholeSince(snapshot);
    if (now <= since) return this;
    throw new PondError(
      "REVISION_NOT_FOUND",
      `Cannot read on: what was before v${now} was pruned meanwhile`,
      { path: directory, version: now, cause, hint: "open the pond again" },
    );
  }

  /** Opened once for as long as the record is in memory. */
  #batchOf(record: Record, source: string): EntryBatch {
    let batch = this.#batches.get(record);
    if (batch === undefined) {
      batch = new EntryBatch(record.content, source);
      this.#batches.set(record, batch);
    }
    return batch;
  }
}

/** Opens files before they are asked for, which is in their order. */
function openAhead(files: readonly IndexedFile[], open: OpenFile): OpenFile {
  const begun: ReturnType<OpenFile>[] = [];
  let asked = 0;
  return async () => {
    for (const file of files.slice(begun.length, asked + FILES_AHEAD)) {
      const opening = open(file);
      // It fails for whoever gets there, if anybody does.
      opening.catch(() => {});
      begun.push(opening);
    }
    return await begun[asked++] ?? [];
  };
}

function selected<R extends RowKey>(
  rows: readonly R[],
  { partId, minVersion, maxVersion }: RowSelection,
): readonly R[] {
  return rows.filter((row) =>
    (partId === undefined || row.partId === partId) &&
    row.version >= minVersion && row.version <= maxVersion
  );
}
