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
import { bestEffort, hasCode, invariant } from "../errors.ts";
import type { Host } from "../host/host.ts";
import { ByteStreamTable } from "./byte_stream_table.ts";
import type {
  DataFileOptions,
  DataFileWriter,
  OplogLayout,
  RecordDraft,
} from "./data_file_writer.ts";
import type { DeltaDefinition } from "./delta/definition.ts";
import { DeltaTable } from "./delta/delta_table.ts";
import type {
  AddFile,
  CommitInfo,
  DeltaCommit,
  ForeignCommit,
} from "./delta/mod.ts";
import type { MergeResult } from "./merge.ts";
import type { MergeRun } from "./merge_plan.ts";
import type { CommitNote } from "./commit_note.ts";
import type { RowKey } from "./data_file.ts";
import {
  inCommon,
  type IndexedFile,
  mayDouble,
  PartitionIndex,
} from "./partition_index.ts";
import { RecordFiles } from "./record_files.ts";
import { OPLOG_ENTRY_COLUMNS } from "./record.ts";
import { openStore } from "./store/local_store.ts";
import type { TableStore } from "./store/store.ts";
import {
  EVERY_VERSION,
  type PartitionRange,
  type PartitionRecord,
  type RowRange,
  TableReader,
  type VersionRange,
  wholeSince,
} from "./table_reader.ts";

import type { UnusedFile } from "./unused_files.ts";

export type {
  CommitNote,
  PartitionRange,
  PartitionRecord,
  RowKey,
  RowRange,
  VersionRange,
};

/** Options of creating and opening an oplog. */
export interface OplogOptions {
  /** Flush before acknowledging; `false` for scratch tables only. */
  readonly flush?: boolean;
  /** Where the witness of the newest commit lies; none when left out. */
  readonly headPath?: string;
  /** Ends the call. */
  readonly signal?: AbortSignal;
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

const SCHEMA_FIELDS = [
  { name: "part_id", type: "string", nullable: true, metadata: {} },
  { name: "timestamp", type: "long", nullable: true, metadata: {} },
  { name: "version", type: "long", nullable: true, metadata: {} },
  { name: "content", type: "binary", nullable: true, metadata: {} },
] as const;

/** Fewer files are never merged by themselves. */
const LEAST_MERGED = 16;

/** An automatic merge reads so many bytes at most: a commit waits for it. */
const AUTOMATIC_MERGE_BYTES = 2 * 1024 * 1024;

/** It takes so many files for each that the commit before it has added. */
const MERGED_FOR_EACH_ADDED = 4;

/** What a new table is. */
export function oplogDefinition(layout: OplogLayout): DeltaDefinition {
  return {
    schema: { type: "struct", fields: SCHEMA_FIELDS },
    partitionColumns: layout === "hive" ? ["part_id"] : [],
    configuration: {
      "delta.dataSkippingStatsColumns": "part_id,timestamp,version",
    },
  };
}

/** An open oplog. */
export class OplogTable {
  readonly #host: Host;
  readonly #delta: DeltaTable;
  readonly #index = new PartitionIndex();
  readonly #files: RecordFiles;
  readonly #reader: TableReader;
  /** Partitions that have got files, and how many, since the last merge. */
  readonly #grown = new Map<string, number>();
  /** Merges are tried from this version on. */
  #mergeFrom = 0;
  #timestampUs = 0;
  #newestRow = 0;

  private constructor(host: Host, delta: DeltaTable, options: OplogOptions) {
    this.#host = host;
    this.#delta = delta;
    this.#files = new RecordFiles(delta);
    this.#reader = new TableReader({
      delta,
      index: this.#index,
      files: this.#files,
      newest: async () => {
        const { store } = delta;
        return (await OplogTable.open(host, store, options)).#reader;
      },
    });
    for (const file of this.#index.addAll(delta.snapshot.adds)) {
      this.#notice(file);
    }
  }

  /**
   * Creates a table, with a first transaction in it.
   *
   * @param host The platform.
   * @param location Its store, or its directory, which is made when missing;
   *   the parent of that must exist.
   * @param layout How data files are laid out.
   * @param plan The first records, for version 0 at the time given.
   */
  static async create(
    host: Host,
    location: string | TableStore,
    layout: OplogLayout,
    plan: (timestampUs: number) => readonly RecordDraft[],
    note: CommitNote,
    options: OplogOptions = {},
  ): Promise<OplogTable> {
    const timestampUs = host.clock.nowUs();
    const store = openStore(host, location, options);
    if (typeof location === "string") await host.files.makeDirectory(location);
    const files = await dataFileWriter({ store, host, layout });
    await files.write(plan(timestampUs), 0, timestampUs);
    const definition = oplogDefinition(layout);
    const delta = await DeltaTable.create(host, store, definition, {
      adds: files.written.map(({ add }) => add),
      commitInfo: await commitInfoOf(note),
      timestampMs: Math.floor(timestampUs / 1000),
    }, { ...options, plain: true });
    return new OplogTable(host, delta, options);
  }

  /**
   * Opens a table at its newest version.
   *
   * @param host The platform.
   * @param location Its directory, or its store.
   * @throws {IntegrityError} When the log is damaged.
   */
  static async open(
    host: Host,
    location: string | TableStore,
    options: OplogOptions = {},
  ): Promise<OplogTable> {
    const delta = await DeltaTable.open(host, location, {
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

  /**
   * The version of the newest transaction: merges have versions, too, and change
   * nothing.
   */
  get transactionVersion(): number {
    return Math.min(this.#newestRow, this.version);
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

  /** The version from which on history is whole; 0 if none was dropped. */
  get wholeSince(): number {
    return wholeSince(this.#delta.snapshot);
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
    const files = await dataFileWriter({
      store: this.#delta.store,
      host: this.#host,
      layout: this.layout,
    });
    const result = await this.#appendWith(files, records, point, {
      transactions: [
        { appId: this.#ownAppId(), version },
        ...(note.application ? [note.application] : []),
      ],
      commitInfo: await commitInfoOf(note),
      timestampMs: Math.floor(timestampUs / 1000),
    });
    if (result.status === "taken") return { status: "taken" };
    for (const { add, records } of files.written) {
      this.#indexAdd(add);
      if (records) this.#files.keep(add, records);
      const partId = add.partitionValues.part_id ?? "";
      this.#grown.set(partId, (this.#grown.get(partId) ?? 0) + 1);
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
      const { adds, sizeBytes, durable } = await files.begin(
        records,
        version,
        timestampUs,
      );
      const result = await this.#delta.commit({ ...commit, adds, durable });
      if (result.status === "taken") {
        await files.discard();
        return result;
      }
      return { ...result, bytesWritten: sizeBytes + result.bytesWritten };
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
    for (const { added, removed } of changes.changes) {
      this.#drop(removed);
      for (const add of added) {
        const { parts } = this.#indexAdd(add);
        if (!add.dataChange) continue;
        if (parts === undefined) all = true;
        else for (const partId of parts) touched.add(partId);
      }
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

  /**
   * Work that commits owe the table: the merge that is due, a checkpoint, the
   * clean-up of the log. It never fails a commit: what can't be done stays due.
   */
  async maintain(): Promise<void> {
    if (this.version >= this.#mergeFrom) {
      const failure = await bestEffort(() => this.#mergeDue());
      // What has failed once may fail each time: not after each commit.
      if (failure) this.#mergeFrom = this.version + LEAST_MERGED;
    }
    await this.#delta.maintain();
  }

  /** What there is to merge, to have as few files as possible. */
  async mergeRuns(maxBytes: number): Promise<readonly MergeRun[]> {
    const { planFullMerge } = await import("./merge_plan.ts");
    if (this.layout === "clustered") {
      return planFullMerge(this.#index.files, maxBytes);
    }
    return [...this.#index.parts].flatMap((partId) =>
      planFullMerge(this.#index.exactFilesOf(partId), maxBytes)
    );
  }

  /**
   * Merges files, in one commit. The rows are the same afterwards, and so are
   * their versions.
   *
   * @param runs Files that follow one another.
   * @param userName Who.
   * @param refresh Takes in what others have committed, by way of
   *   {@linkcode OplogTable.refresh}; without it, the merge gives way to them.
   * @throws {PondError} `UNSUPPORTED` when other engines have added columns;
   *   `OUTCOME_UNKNOWN`, `INTEGRITY`, …
   */
  async merge(
    runs: readonly MergeRun[],
    userName: string,
    refresh?: () => Promise<unknown>,
  ): Promise<MergeResult> {
    const { mergeRuns, requireColumns } = await import("./merge.ts");
    requireColumns(this.#delta);
    const writer = await dataFileWriter({
      store: this.#delta.store,
      host: this.#host,
      layout: this.layout,
    });
    const { result, written } = await mergeRuns(runs, {
      host: this.#host,
      delta: this.#delta,
      writer,
      appId: this.#ownAppId(),
      userName,
      read: (add) => this.#files.rows(add, EVERY_VERSION),
      ...(refresh
        ? {
          refresh: async () => {
            await refresh();
            return (path) => this.#index.has(path);
          },
        }
        : {}),
    });
    if (result.status !== "merged") return result;
    this.#drop(runs.flat().map(({ add }) => add));
    for (const { add } of written) this.#indexAdd(add);
    return result;
  }

  /**
   * Data files that may be deleted: nothing that is kept names them, and they
   * are old.
   *
   * @param beforeMs Whatever was written or removed later is kept,
   *   milliseconds since the epoch.
   */
  async *unusedFiles(beforeMs: number): AsyncGenerator<UnusedFile> {
    const { unusedDataFiles } = await import("./unused_files.ts");
    const { store, snapshot } = this.#delta;
    yield* unusedDataFiles(store, snapshot, beforeMs);
  }

  /** Merges what the commits since the last time have made due. */
  async #mergeDue(): Promise<void> {
    const grown = [...this.#grown];
    this.#grown.clear();
    const runs: MergeRun[] = [];
    const added = grown.reduce((sum, [, count]) => sum + count, 0);
    let budget = Math.max(64, added * MERGED_FOR_EACH_ADDED);
    for (const [partId] of grown) {
      const files = partId === ""
        ? this.#index.files
        : this.#index.exactFilesOf(partId);
      if (budget <= 0) break;
      const isDoubled = inCommon(files).some(mayDouble);
      // What decides is loaded when there may be something to decide.
      if (files.length < LEAST_MERGED && !isDoubled) continue;
      const plan = await import("./merge_plan.ts");
      const run = plan.planRepair(files, AUTOMATIC_MERGE_BYTES) ??
        plan.planDueMerge(files, AUTOMATIC_MERGE_BYTES);
      if (run === undefined) continue;
      runs.push(run);
      budget -= run.length;
    }
    if (runs.length > 0) await this.merge(runs, "pond");
  }

  /** The records of a partition, newest first. */
  async *readPartition(
    partId: string,
    range: PartitionRange = {},
  ): AsyncGenerator<PartitionRecord> {
    yield* this.#reader.partition(partId, range);
  }

  /**
   * The versions in which transactions have written into a partition, and their
   * times, newest first: of the rows nothing else is decoded.
   */
  async *pointsOf(
    partId: string,
    range: VersionRange = {},
  ): AsyncGenerator<RowKey> {
    yield* this.#reader.points(partId, range);
  }

  /** Records, ordered by version; within one by partition. */
  async *readAll(range: RowRange = {}): AsyncGenerator<PartitionRecord> {
    for await (const row of this.#reader.rows(range)) {
      yield this.#reader.partitionRecord(row);
    }
  }

  /** The inner rows of all records, as one table, in the order of the files. */
  entryTable(range: VersionRange = {}): ByteStreamTable {
    return new ByteStreamTable(
      OPLOG_ENTRY_COLUMNS,
      () => this.#reader.unordered(range),
    );
  }

  #indexAdd(add: AddFile): IndexedFile {
    const file = this.#index.add(add);
    this.#notice(file);
    return file;
  }

  /** A new transaction comes after all that is there. */
  #notice(file: IndexedFile): void {
    this.#newestRow = Math.max(this.#newestRow, file.maxVersion);
    if (file.maxTimestampUs < Number.MAX_SAFE_INTEGER) {
      this.#timestampUs = Math.max(this.#timestampUs, file.maxTimestampUs);
    }
  }

  #drop(files: readonly { readonly path: string }[]): void {
    const paths = files.map(({ path }) => path);
    this.#index.remove(paths);
    for (const path of paths) this.#files.forget(path);
  }
}

/** What is said of a commit. */
async function commitInfoOf(note: CommitNote): Promise<CommitInfo> {
  const { commitInfoOf } = await import("./commit_note.ts");
  return commitInfoOf(note);
}

/** The first commit of a process loads what writes. */
async function dataFileWriter(
  options: DataFileOptions,
): Promise<DataFileWriter> {
  const { DataFileWriter } = await import("./data_file_writer.ts");
  return new DataFileWriter(options);
}
