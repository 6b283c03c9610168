/**
 * The oplog of a pond: a Delta table of {@linkcode Record}s, read by partition
 * and version, and appended to.
 *
 * ```text
 * <dir>/_delta_log/                      the transaction log
 * <dir>/part-<uuid>.parquet              clustered: one a transaction, rows
 *                                        sorted by part_id
 * <dir>/part_id=<hex>/part-<uuid>.parquet  hive: one a touched partition
 * ```
 *
 * Both layouts are read by the same code: a file is skipped by its partition
 * value, else by its tags, else by its statistics.
 *
 * @module
 */
import { hasCode, invariant } from "../errors.ts";
import type { Host } from "../host/host.ts";
import { ByteStreamTable, type StreamRow } from "./byte_stream_table.ts";
import { decodeRecords } from "./data_file.ts";
import type {
  DataFileOptions,
  DataFileWriter,
  OplogLayout,
  RecordDraft,
} from "./data_file_writer.ts";
import { DeltaTable } from "./delta/delta_table.ts";
import type { AddFile, DeltaCommit, ForeignCommit } from "./delta/mod.ts";
import { NameFlusher } from "./name_flusher.ts";
import {
  type IndexedFile,
  indexFile,
  PartitionIndex,
} from "./partition_index.ts";
import {
  type LocatedRecord,
  newestFirst,
  oldestFirst,
} from "./record_order.ts";
import {
  EntryBatch,
  OPLOG_ENTRY_COLUMNS,
  type OplogEntry,
  type Record,
} from "./record.ts";

/** Options of creating and opening an oplog. */
export interface OplogOptions {
  /** Flush before acknowledging; `false` for scratch tables only. */
  readonly flush?: boolean;
  /** Where the witness of the newest commit lies; none when left out. */
  readonly headPath?: string;
  /** Ends the call. */
  readonly signal?: AbortSignal;
}

/** What is said about a commit in the log, for people. */
export interface CommitNote {
  /** Such as `WRITE` or `CREATE TABLE`. */
  readonly operation: string;
  /** The transaction's id: a commit whose answer was lost is known by it. */
  readonly transactionId: string;
  /** Who. */
  readonly userName: string;
  /** Why. */
  readonly message: string;
  /** How many operations. */
  readonly operations: number;
  /** Version of an application's own counter to move on (Delta's `txn`). */
  readonly application?: { readonly appId: string; readonly version: number };
}

/** How an append ended. */
export type AppendResult =
  | { readonly status: "committed"; readonly bytesWritten: number }
  /** Another writer took the version: refresh, check, and try again. */
  | { readonly status: "taken" };

/** What other writers have committed. */
export interface RefreshResult {
  /** The partitions that they wrote to; `all` when that isn't known. */
  readonly touched: ReadonlySet<string> | "all";
  /** The commits themselves, in order. */
  readonly commits: readonly ForeignCommit[];
}

/**
 * The rows that one transaction wrote into one partition. Bytes in them are
 * those of the cache: copy what you hand out or change.
 */
export interface PartitionRecord {
  /** The partition. */
  readonly partId: string;
  /** Delta version of the transaction. */
  readonly version: number;
  /** Its time, microseconds since the epoch, UTC. */
  readonly timestampUs: number;
  /** The file that the rows come from, for errors. */
  readonly source: string;
  /** Decodes the rows. */
  entries(): readonly OplogEntry[];
  /** Decodes the rows about one node, in order. */
  entriesOf(nodeId: string): readonly OplogEntry[];
}

/** Which versions to read. */
export interface VersionRange {
  /** Lowest version; 0 when left out. */
  readonly minVersion?: number;
  /** Highest version; the newest when left out. */
  readonly maxVersion?: number;
  /** Latest time, microseconds since the epoch, UTC. */
  readonly maxTimestampUs?: number;
}

const SCHEMA_FIELDS = [
  { name: "part_id", type: "string", nullable: true, metadata: {} },
  { name: "timestamp", type: "long", nullable: true, metadata: {} },
  { name: "version", type: "long", nullable: true, metadata: {} },
  { name: "content", type: "binary", nullable: true, metadata: {} },
] as const;

/** Decoded files that are kept in memory, by the bytes of their content. */
const FILE_CACHE_BYTES = 16 * 1024 * 1024;

/** An open oplog. */
export class OplogTable {
  readonly #host: Host;
  readonly #delta: DeltaTable;
  readonly #options: OplogOptions;
  /** What flushes the names of data files; nothing is flushed without. */
  readonly #names: NameFlusher | undefined;
  readonly #index = new PartitionIndex();
  readonly #fileCache = new Map<string, readonly Record[]>();
  #fileCacheBytes = 0;
  /** Files that are being read: whoever wants one too waits for it. */
  readonly #reading = new Map<string, Promise<readonly Record[]>>();
  readonly #batches = new WeakMap<Record, EntryBatch>();
  #timestampUs = 0;

  private constructor(host: Host, delta: DeltaTable, options: OplogOptions) {
    this.#host = host;
    this.#delta = delta;
    this.#options = options;
    if (options.flush !== false) this.#names = new NameFlusher(host);
    for (const add of delta.snapshot.adds) this.#indexAdd(add);
  }

  /**
   * Creates a table, with a first transaction in it.
   *
   * @param host The platform.
   * @param directory Made when missing; its parent must exist.
   * @param layout How data files are laid out.
   * @param plan The first records, for version 0 at the time given.
   */
  static async create(
    host: Host,
    directory: string,
    layout: OplogLayout,
    plan: (timestampUs: number) => readonly RecordDraft[],
    note: CommitNote,
    options: OplogOptions = {},
  ): Promise<OplogTable> {
    const timestampUs = host.clock.nowUs();
    const files = await dataFileWriter(host, {
      directory,
      layout,
      names: options.flush === false ? undefined : new NameFlusher(host),
    });
    await host.files.makeDirectory(directory);
    await files.write(plan(timestampUs), 0, timestampUs);
    const delta = await DeltaTable.create(host, directory, {
      schema: { type: "struct", fields: SCHEMA_FIELDS },
      partitionColumns: layout === "hive" ? ["part_id"] : [],
      configuration: {
        "delta.dataSkippingStatsColumns": "part_id,timestamp,version",
      },
    }, {
      adds: files.written.map(({ add }) => add),
      commitInfo: commitInfoOf(note),
      timestampMs: Math.floor(timestampUs / 1000),
    }, { ...options, plain: true });
    return new OplogTable(host, delta, options);
  }

  /**
   * Opens a table at its newest version.
   *
   * @throws {IntegrityError} When the log is damaged.
   */
  static async open(
    host: Host,
    directory: string,
    options: OplogOptions = {},
  ): Promise<OplogTable> {
    const delta = await DeltaTable.open(host, directory, {
      ...options,
      plain: true,
    });
    return new OplogTable(host, delta, options);
  }

  /** The Delta table under it. */
  get delta(): DeltaTable {
    return this.#delta;
  }

  /** The newest version that this object knows. */
  get version(): number {
    return this.#delta.snapshot.version;
  }

  /** The time of the newest transaction, microseconds since the epoch, UTC. */
  get timestampUs(): number {
    return this.#timestampUs;
  }

  /** How the data files are laid out. */
  get layout(): OplogLayout {
    return this.#delta.snapshot.metaData.partitionColumns.length > 0
      ? "hive"
      : "clustered";
  }

  /** The data files, oldest first. */
  get files(): readonly IndexedFile[] {
    return this.#index.files;
  }

  /** The version of an application's own counter, or -1. */
  applicationVersion(appId: string): number {
    return this.#delta.snapshot.transactions.get(appId)?.version ?? -1;
  }

  /** The version and time that the next commit would have. */
  nextPoint(): { version: number; timestampUs: number } {
    return {
      version: this.version + 1,
      timestampUs: Math.max(this.#host.clock.nowUs(), this.#timestampUs + 1),
    };
  }

  /**
   * Commits records as the version after the newest known one.
   *
   * @param records One for each partition, planned for `point`.
   * @param point What {@linkcode nextPoint} gave.
   * @throws {PondError} `OUTCOME_UNKNOWN` when the commit may have been made;
   *   any other code when it certainly was not.
   */
  async append(
    records: readonly RecordDraft[],
    point: { readonly version: number; readonly timestampUs: number },
    note: CommitNote,
  ): Promise<AppendResult> {
    invariant(
      point.version === this.version + 1,
      "a commit follows the newest",
    );
    const { version, timestampUs } = point;
    const files = await dataFileWriter(this.#host, {
      directory: this.#delta.directory,
      layout: this.layout,
      names: this.#names,
    });
    const result = await this.#appendWith(files, records, point, {
      transactions: [
        { appId: this.#ownAppId(), version },
        ...(note.application ? [note.application] : []),
      ],
      commitInfo: commitInfoOf(note),
      timestampMs: Math.floor(timestampUs / 1000),
    });
    if (result.status === "taken") return { status: "taken" };
    for (const { add, records } of files.written) {
      this.#indexAdd(add);
      this.#cache(add.path, records);
    }
    return result;
  }

  /** What a commit that wasn't made leaves behind is removed again. */
  async #appendWith(
    files: DataFileWriter,
    records: readonly RecordDraft[],
    { version, timestampUs }: {
      readonly version: number;
      readonly timestampUs: number;
    },
    commit: DeltaCommit,
  ): Promise<AppendResult> {
    try {
      const bytes = await files.write(records, version, timestampUs);
      const result = await this.#delta.commit({
        ...commit,
        adds: files.written.map(({ add }) => add),
      });
      if (result.status === "taken") {
        await files.discard();
        return result;
      }
      return { ...result, bytesWritten: bytes + result.bytesWritten };
    } catch (error) {
      if (!hasCode(error, "OUTCOME_UNKNOWN")) await files.discard();
      throw error;
    }
  }

  /** Pond's own counter among those of Delta's applications: its version. */
  #ownAppId(): string {
    return `pond/${this.#delta.snapshot.metaData.id}`;
  }

  /** Looks for commits of other writers: one look-up when there are none. */
  async refresh(): Promise<RefreshResult> {
    const changes = await this.#delta.refresh();
    const touched = new Set<string>();
    let all = changes.conflict !== undefined;
    for (const { path } of changes.removed) this.#index.remove(path);
    for (const add of changes.added) this.#indexAdd(add);
    for (const add of changes.written) {
      const { parts } = indexFile(add);
      if (parts === undefined) all = true;
      else for (const partId of parts) touched.add(partId);
    }
    return { touched: all ? "all" : touched, commits: changes.commits };
  }

  /**
   * Makes sure that the newest commit is on the disk, when the flush after it
   * failed.
   */
  async flush(): Promise<void> {
    await this.#delta.flushLog();
  }

  /** Work that commits owe the table, such as a checkpoint; never fails one. */
  async maintain(): Promise<void> {
    await this.#delta.maintain();
  }

  /** The records of a partition, newest first. */
  async *readPartition(
    partId: string,
    range: VersionRange = {},
  ): AsyncGenerator<PartitionRecord> {
    const { minVersion = 0, maxVersion, maxTimestampUs = Infinity } = range;
    const files = this.#index.filesOf(partId, maxVersion)
      .filter((file) => file.maxVersion >= minVersion)
      .filter((file) => file.minTimestampUs <= maxTimestampUs);
    const isAsked = isIn(range);
    const records = newestFirst(files, async (file) => {
      const records = await this.#located(file);
      return records.filter(({ record }) =>
        record.partId === partId && isAsked(record)
      );
    });
    for await (const { record, source } of records) {
      yield this.#partitionRecord(record, source);
    }
  }

  /** All records, ordered by version; within one by partition. */
  async *readAll(range: VersionRange = {}): AsyncGenerator<PartitionRecord> {
    for await (const { record, source } of this.#records(range)) {
      yield this.#partitionRecord(record, source);
    }
  }

  /** The inner rows of all records, as one table. */
  entryTable(range: VersionRange = {}): ByteStreamTable {
    return new ByteStreamTable(
      OPLOG_ENTRY_COLUMNS,
      () => this.#records(range),
    );
  }

  /** The rows of all files that may have some in the range. */
  async *#records(range: VersionRange): AsyncGenerator<StreamRow> {
    const { minVersion = 0, maxVersion = Number.MAX_SAFE_INTEGER } = range;
    const files = this.#index.files.filter((file) =>
      file.maxVersion >= minVersion && file.minVersion <= maxVersion
    );
    const isAsked = isIn(range);
    yield* oldestFirst(files, async (file) => {
      const records = await this.#located(file);
      return records.filter(({ record }) => isAsked(record));
    });
  }

  async #located({ add }: IndexedFile): Promise<LocatedRecord[]> {
    const source = this.#delta.dataPath(add);
    const records = await this.#read(add);
    return records.map((record) => ({ record, source }));
  }

  #partitionRecord(record: Record, source: string): PartitionRecord {
    const { partId, timestampUs, version } = record;
    const batch = () => this.#batchOf(record, source);
    return {
      partId,
      version,
      timestampUs,
      source,
      entries: () => batch().entries(),
      entriesOf: (nodeId) => batch().entriesOf(nodeId),
    };
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

  #indexAdd(add: AddFile): IndexedFile {
    const file = this.#index.add(add);
    if (file.maxTimestampUs < Number.MAX_SAFE_INTEGER) {
      this.#timestampUs = Math.max(this.#timestampUs, file.maxTimestampUs);
    }
    return file;
  }

  /** The rows of a data file; bytes are checked before they are decoded. */
  async #read(add: AddFile): Promise<readonly Record[]> {
    const cached = this.#fileCache.get(add.path);
    if (cached !== undefined) {
      this.#fileCache.delete(add.path);
      this.#fileCache.set(add.path, cached);
      return cached;
    }
    const running = this.#reading.get(add.path);
    if (running !== undefined) return await running;
    const reading = this.#decoded(add);
    this.#reading.set(add.path, reading);
    try {
      const records = await reading;
      this.#cache(add.path, records);
      return records;
    } finally {
      this.#reading.delete(add.path);
    }
  }

  async #decoded(add: AddFile): Promise<readonly Record[]> {
    const bytes = await this.#delta.readFile(add);
    return await decodeRecords(bytes, add, this.#delta.dataPath(add));
  }

  /** Keeps the rows of a file, and as many others as there is room for. */
  #cache(path: string, records: readonly Record[]): void {
    if (this.#fileCache.has(path)) return;
    this.#fileCache.set(path, records);
    this.#fileCacheBytes += contentBytes(records);
    for (const [oldest, rows] of this.#fileCache) {
      if (this.#fileCacheBytes <= FILE_CACHE_BYTES || oldest === path) break;
      this.#fileCache.delete(oldest);
      this.#fileCacheBytes -= contentBytes(rows);
    }
  }
}

/** The first commit of a process loads what writes. */
async function dataFileWriter(
  host: Host,
  options: DataFileOptions,
): Promise<DataFileWriter> {
  const { DataFileWriter } = await import("./data_file_writer.ts");
  return new DataFileWriter(host, options);
}

function isIn(
  {
    minVersion = 0,
    maxVersion = Number.MAX_SAFE_INTEGER,
    maxTimestampUs = Infinity,
  }: VersionRange,
): (record: Record) => boolean {
  return ({ timestampUs, version }) =>
    version >= minVersion && version <= maxVersion &&
    timestampUs <= maxTimestampUs;
}

function contentBytes(records: readonly Record[]): number {
  let bytes = 0;
  for (const { content } of records) bytes += content.length;
  return bytes;
}

function commitInfoOf(note: CommitNote): {
  operation: string;
  operationParameters: { message: string };
  operationMetrics: { numOperations: string };
  userName: string;
  txnId: string;
} {
  return {
    operation: note.operation,
    operationParameters: { message: note.message },
    operationMetrics: { numOperations: String(note.operations) },
    userName: note.userName,
    txnId: note.transactionId,
  };
}
