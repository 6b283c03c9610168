/**
 * A Delta table: its state, commits to it, commits of others.
 *
 * ```text
 * <table>/_delta_log/<20 digits>.json                  commits
 * <table>/_delta_log/<20 digits>.checkpoint.parquet    checkpoints
 * <table>/_delta_log/_last_checkpoint                  a hint
 * <table>/…                                            data files
 * ```
 *
 * @module
 */
import { type Bytes, sha256Hex } from "../../bytes.ts";
import {
  bestEffort,
  hasCode,
  IntegrityError,
  invariant,
  PondError,
} from "../../errors.ts";
import type { Host } from "../../host/host.ts";
import type { DataField } from "../data_type.ts";
import { openStore } from "../store/local_store.ts";
import {
  pathIn,
  type ReadRange,
  type TableStore,
  unknownOutcome,
} from "../store/store.ts";
import type { Action, AddFile } from "./actions.ts";
import type { ChecksumVerdict } from "./checksum.ts";
import { type Commit, encodeCommit } from "./commit_file.ts";
import type { DeltaDefinition } from "./definition.ts";
import { readHead, writeHead } from "./head.ts";
import type { LogCleanup } from "./log_cleanup.ts";
import { checksumFileName, commitFileName, LOG_DIRECTORY } from "./log_path.ts";
import type { DeltaOptions } from "./options.ts";
import { type LoadedLog, LogReader, type LogTail } from "./log_reader.ts";
import { requireReadable, requireWritable } from "./protocol.ts";
import type { ChangeBatch, ChangeOptions } from "./changes.ts";
import type {
  DataFileAction,
  RowBatch,
  RowOptions,
  RowSource,
} from "./rows.ts";
import {
  decodePath,
  type Snapshot,
  type StateChange,
  type TableState,
} from "./table_state.ts";
import type { TableTransaction } from "./write/table_transaction.ts";
import type {
  DeltaChanges,
  DeltaCommit,
  DeltaCommitResult,
  ForeignCommit,
} from "./transaction.ts";

/** A checkpoint is due after so many commits. */
const CHECKPOINT_COMMITS = 64;
/** … more of them where the last one is large: all of it is written again, */
const BYTES_A_COMMIT = 8192;
/** … or when so many bytes of them are more than half of the last one. */
const CHECKPOINT_BYTES = 1024 * 1024;

/** An open table. */
export class DeltaTable {
  /** What the table is called: its directory on the host, or its location. */
  readonly directory: string;
  readonly #host: Host;
  /** Where it is kept. */
  readonly store: TableStore;
  readonly #options: DeltaOptions;
  readonly #reader: LogReader;
  #state: TableState;
  /** Of the newest commit, once it was needed. */
  #digest: string | undefined;
  #tail: LogTail;
  /** Up to when a commit of this object has cleaned the log. */
  #cleanedToMs: number | undefined;
  /** Modification time of the newest commit, once it was looked at. */
  #modifiedMs: number | undefined;

  private constructor(
    host: Host,
    store: TableStore,
    options: DeltaOptions,
    { state, digest, tail }: LoadedLog,
  ) {
    this.#host = host;
    this.store = store;
    this.directory = store.location;
    this.#options = options;
    this.#reader = new LogReader(store);
    this.#state = state;
    this.#digest = digest;
    this.#tail = tail;
  }

  /**
   * Creates a table: version 0.
   *
   * @param host The platform.
   * @param location The table's directory, which exists, or its store.
   * @param definition What it is.
   * @param first Its first files.
   * @throws {PondError} `ALREADY_EXISTS` when there is a table.
   */
  static async create(
    host: Host,
    location: string | TableStore,
    definition: DeltaDefinition,
    first: DeltaCommit,
    options: DeltaOptions = {},
  ): Promise<DeltaTable> {
    const store = openStore(host, location, options);
    const { metaDataOf, protocolOf } = await import("./definition.ts");
    const { actionsOf, commitInfoOf } = await import("./transaction.ts");
    const actions: Action[] = [
      { kind: "protocol", protocol: protocolOf(definition.schema) },
      {
        kind: "metaData",
        metaData: metaDataOf(host.random, definition, first.timestampMs),
      },
      ...actionsOf(first),
    ];
    const { bytes } = await encodeCommit(
      commitInfoOf(first, undefined),
      actions,
      undefined,
    );
    const outcome = await store.putIfAbsent({
      path: `${LOG_DIRECTORY}/${commitFileName(0)}`,
      bytes,
      modifiedMs: first.timestampMs,
    });
    if (outcome === "taken") {
      const path = store.location;
      throw new PondError(
        "ALREADY_EXISTS",
        `Cannot create a Delta table: there is one in ${path}`,
        { path },
      );
    }
    const table = await DeltaTable.open(host, store, options);
    await table.#witness();
    return table;
  }

  /**
   * Opens a table.
   *
   * @param host The platform.
   * @param location The table's directory, or its store.
   * @throws {IntegrityError} When its log is damaged.
   * @throws {PondError} `UNSUPPORTED`, `NOT_FOUND`, `REVISION_NOT_FOUND`.
   */
  static async open(
    host: Host,
    location: string | TableStore,
    options: DeltaOptions = {},
  ): Promise<DeltaTable> {
    const store = openStore(host, location, options);
    const { headPath, ...rest } = options;
    const loaded = await new LogReader(store).load({
      ...rest,
      ...(headPath === undefined
        ? {}
        : { witness: () => readHead(host.files, headPath) }),
    });
    requireReadable(loaded.state.protocol, store.location, options.plain);
    invariant(loaded.state.metaData, "a readable table has a schema");
    return new DeltaTable(host, store, options, loaded);
  }

  /**
   * Opens a table as it was at a time: by the times in its commits where it
   * keeps them (in-commit timestamps), else by the times of the files.
   *
   * @param timestampMs Milliseconds since the epoch.
   * @throws {PondError} `REVISION_NOT_FOUND` for a time before the first commit.
   */
  static async openAt(
    host: Host,
    location: string | TableStore,
    timestampMs: number,
    options: DeltaOptions = {},
  ): Promise<DeltaTable> {
    const store = openStore(host, location, options);
    const { versionAt } = await import("./commit_time.ts");
    const version = await versionAt(store, timestampMs);
    return await DeltaTable.open(host, store, { ...options, version });
  }

  /** The state at the newest version that this object knows. */
  get snapshot(): Snapshot {
    return this.#state;
  }

  /**
   * The digest of the newest commit that this object knows; empty where only a
   * checkpoint has been read that doesn't say it.
   */
  get digest(): string {
    return this.#digest ?? "";
  }

  /**
   * Commits as the version after the newest one known.
   *
   * @param commit Its files are durable before it is.
   * @throws {PondError} `OUTCOME_UNKNOWN`, `UNSUPPORTED`, `NO_SPACE`, …
   */
  async commit(commit: DeltaCommit): Promise<DeltaCommitResult> {
    const { protocol, metaData, version: before } = this.#state;
    requireWritable(protocol, metaData, this.directory);
    const version = before + 1;
    const { actionsOf, commitInfoOf } = await import("./transaction.ts");
    const actions = actionsOf(commit);
    const { bytes, digest } = await encodeCommit(
      commitInfoOf(commit, before),
      actions,
      await this.#newestDigest(),
    );
    const modifiedMs = Math.max(
      commit.timestampMs,
      await this.#newestModifiedMs() + 1,
    );
    const path = this.#reader.commitPath(version);
    const outcome = await this.store.putIfAbsent({
      path,
      bytes,
      modifiedMs,
      ...(commit.durable ? { after: commit.durable } : {}),
    });
    if (outcome === "taken") return { status: "taken" };
    await this.#confirm(before, version);
    this.#state.apply(version, actions);
    this.#digest = digest;
    this.#modifiedMs = modifiedMs;
    this.#grow(bytes.length);
    await this.#witness();
    return { status: "committed", bytesWritten: bytes.length };
  }

  /**
   * Begins a transaction of rows on the newest version.
   *
   * @throws {PondError} `UNSUPPORTED`, naming the feature that writing requires.
   */
  async begin(): Promise<TableTransaction> {
    const table = await DeltaTable.open(this.#host, this.store);
    const { metaData, protocol } = table.snapshot;
    requireWritable(protocol, metaData, this.directory);
    const { TableTransaction } = await import("./write/table_transaction.ts");
    return new TableTransaction(this.#host, table);
  }

  /** Takes in what others have committed: two look-ups when there is nothing. */
  async refresh(): Promise<DeltaChanges> {
    const changes: StateChange[] = [];
    const commits: ForeignCommit[] = [];
    for (;;) {
      const version = this.#state.version + 1;
      const commit = await this.#reader.readCommit(
        version,
        () => this.#newestDigest(),
      );
      if (commit === undefined) break;
      const change = this.#applyForeign(version, commit);
      changes.push(change);
      const { transactionId } = commit;
      const sizeBytes = commit.sizeBytes +
        change.added.reduce((sum, { size }) => sum + size, 0);
      commits.push({ version, transactionId, sizeBytes });
    }
    await this.#requireConnected(this.#state.version);
    const added = changes.flatMap((change) => change.added);
    const removed = changes.flatMap((change) => change.removed);
    const tableChanged = changes.some((change) => change.tableChanged);
    if (tableChanged) {
      const { plain } = this.#options;
      requireReadable(this.#state.protocol, this.directory, plain);
    }
    const { conflictOf } = await import("./conflict.ts");
    const conflict = conflictOf({ removed, tableChanged });
    return { added, removed, changes, commits, conflict };
  }

  /**
   * Writes a checkpoint when one is due, and removes what the log no longer has
   * to keep. A commit doesn't depend on it: where it can't be done, it stays due.
   */
  async maintain(): Promise<void> {
    const { checkpointVersion, checkpointBytes, commitBytes } = this.#tail;
    const commits = this.#state.version - checkpointVersion;
    const limit = Math.max(CHECKPOINT_BYTES, checkpointBytes / 2);
    const due = Math.max(CHECKPOINT_COMMITS, checkpointBytes / BYTES_A_COMMIT);
    if (commits < due && commitBytes <= limit) return;
    await bestEffort(async () => {
      await this.checkpoint();
      const cutoff = await this.#logCutoffMs();
      // What could go has gone then, and to find that out takes a listing.
      if (cutoff !== this.#cleanedToMs) await this.cleanLog();
      this.#cleanedToMs = cutoff;
    });
  }

  /**
   * Writes a checkpoint of the newest version known.
   *
   * @returns Its size in bytes.
   */
  async checkpoint(): Promise<number> {
    const { metaData, protocol, version } = this.#state;
    requireWritable(protocol, metaData, this.directory);
    const { writeCheckpoint } = await import("./checkpoint_writer.ts");
    const checkpointBytes = await writeCheckpoint({
      store: this.store,
      nowMs: Math.floor(this.#host.clock.nowUs() / 1000),
      state: this.#state,
      digest: await this.#newestDigest(),
    });
    this.#tail = {
      checkpointVersion: version,
      checkpointBytes,
      commitBytes: 0,
    };
    return checkpointBytes;
  }

  /**
   * Removes commits that are older than the table's settings keep them, and that
   * a checkpoint stands for.
   */
  async cleanLog(): Promise<LogCleanup> {
    const { metaData, protocol } = this.#state;
    requireWritable(protocol, metaData, this.directory);
    const { isLogCleaned } = await import("./retention.ts");
    const { cleanLog, NO_CLEANUP } = await import("./log_cleanup.ts");
    if (!isLogCleaned(metaData)) return NO_CLEANUP;
    return await cleanLog(this.store, await this.#logCutoffMs());
  }

  /** Flushes the log's names once more, after a flush of them has failed. */
  async flushLog(): Promise<void> {
    await this.store.flush(LOG_DIRECTORY);
  }

  /**
   * The columns, as the newest version known has them.
   *
   * @throws {PondError} `UNSUPPORTED`, naming the type.
   */
  async columns(): Promise<readonly DataField[]> {
    const { columnsOf } = await import("./rows.ts");
    return columnsOf(this.#rowSource());
  }

  /**
   * Reads the rows of the newest version known, in no order that means
   * anything. Files anywhere on this machine are read, as shallow clones name
   * those of their source.
   *
   * @throws {IntegrityError} When a file is damaged or missing.
   * @throws {PondError} `UNSUPPORTED`, naming the feature or type;
   *   `INVALID_ARGUMENT` for an unknown column.
   */
  async *rows(options: RowOptions = {}): AsyncGenerator<RowBatch> {
    const { readRows } = await import("./rows.ts");
    yield* readRows(this.#rowSource(), options);
  }

  /**
   * The rows that were inserted and removed by versions, in their order; in no
   * order that means anything within one. Commits that only move rows change
   * none. The columns are those of the last version.
   *
   * @param from The first version.
   * @param to The last one; the newest version known when left out.
   * @throws {PondError} `INVALID_ARGUMENT` when it is before the first one;
   *   `REVISION_NOT_FOUND` for versions that the log no longer has.
   * @throws {IntegrityError} When a file is damaged or missing.
   */
  async *changes(
    from: number,
    to: number = this.#state.version,
    options: ChangeOptions = {},
  ): AsyncGenerator<ChangeBatch> {
    const last = await DeltaTable.open(this.#host, this.store, { version: to });
    const { readChanges } = await import("./changes.ts");
    yield* readChanges(last.#rowSource(), { ...options, from, to });
  }

  /**
   * Holds the checksum (`.crc`) of the newest version known against the state.
   * What is read never depends on it.
   */
  async checksum(): Promise<ChecksumVerdict> {
    const { judgeChecksum } = await import("./checksum.ts");
    const name = checksumFileName(this.#state.version);
    const path = `${LOG_DIRECTORY}/${name}`;
    const stat = await this.store.head(path);
    const bytes = stat && await this.store.get(path);
    return judgeChecksum(bytes, this.#state);
  }

  /**
   * Reads a data file, and checks it against the digest that its action names.
   *
   * @throws {IntegrityError} When it is missing, or not what was written.
   */
  async readFile(add: DataFileAction): Promise<Bytes> {
    const path = this.dataPath(add);
    const bytes = await this.#readOrDamaged(this.#storePath(add), path);
    const { sha256 } = add.tags ?? {};
    const actual = sha256 === undefined ? undefined : await sha256Hex(bytes);
    if (actual !== sha256) {
      throw new IntegrityError(path, `its SHA-256 is ${actual}, not ${sha256}`);
    }
    if (bytes.length !== add.size) {
      throw new IntegrityError(
        path,
        `it has ${bytes.length} bytes, not ${add.size}`,
      );
    }
    return bytes;
  }

  /**
   * Reads a part of a data file. Nothing is checked but its length.
   *
   * @param range The first byte, and the one after the last.
   * @throws {IntegrityError} When it isn't there.
   */
  async readPart(
    add: DataFileAction,
    { start, end }: { readonly start: number; readonly end: number },
  ): Promise<Bytes> {
    const path = this.dataPath(add);
    const range = { offset: start, length: end - start };
    const bytes = await this.#readOrDamaged(this.#storePath(add), path, range);
    if (bytes.length === end - start) return bytes;
    throw new IntegrityError(
      path,
      `it has ${start + bytes.length} bytes, not ${add.size}`,
    );
  }

  /**
   * The whole path of a data file: on the host, or what its store calls it.
   *
   * @throws {IntegrityError} When the log names a file outside the table.
   */
  dataPath(add: Pick<AddFile, "path">): string {
    return pathIn(this.store, this.#storePath(add));
  }

  // === Inside ===

  #storePath(add: Pick<AddFile, "path">): string {
    const source = `${this.directory}/${LOG_DIRECTORY}`;
    const path = decodePath(add.path, source);
    const outside = path.startsWith("/") || /^[a-z][a-z0-9+.-]*:/i.test(path) ||
      path.split("/").includes("..");
    if (!outside) return path;
    throw new IntegrityError(source, `it names a file outside of it: ${path}`);
  }

  #rowSource(): RowSource {
    return {
      store: this.store,
      snapshot: this.#state,
      readChecked: (add) => this.readFile(add),
    };
  }

  #applyForeign(
    version: number,
    commit: Commit,
  ): ReturnType<TableState["apply"]> {
    const change = this.#state.apply(version, commit.actions);
    this.#digest = commit.digest;
    this.#modifiedMs = undefined;
    this.#grow(commit.sizeBytes);
    return change;
  }

  #grow(bytes: number): void {
    const { commitBytes, ...rest } = this.#tail;
    this.#tail = { ...rest, commitBytes: commitBytes + bytes };
  }

  /**
   * What was published must be the next version of a log that is still there.
   * Otherwise it stands where nobody reads it, and is taken away again.
   */
  async #confirm(before: number, version: number): Promise<void> {
    const path = this.#reader.commitPath(version);
    try {
      await this.#requireConnected(before);
    } catch (error) {
      if (hasCode(error, "VERSION_CONFLICT")) {
        await this.store.delete(path);
        throw error;
      }
      if (!(error instanceof PondError)) throw error;
      throw unknownOutcome(pathIn(this.store, path), error);
    }
  }

  /**
   * Old commits are removed from the oldest on. So as long as a version's
   * commit is there, those after it are, and the next one is really the next.
   */
  async #requireConnected(version: number): Promise<void> {
    const name = this.#reader.commitPath(version);
    if (await this.store.head(name) !== undefined) return;
    const path = pathIn(this.store, name);
    throw new PondError(
      "VERSION_CONFLICT",
      `Cannot go on from version ${version}: the log was cleaned up beyond it`,
      { path, version, hint: "open it again" },
    );
  }

  async #newestDigest(): Promise<string> {
    return this.#digest ??= await this.#reader.digestOf(this.#state.version);
  }

  async #newestModifiedMs(): Promise<number> {
    if (this.#modifiedMs === undefined) {
      const path = this.#reader.commitPath(this.#state.version);
      const stat = await this.store.head(path);
      this.#modifiedMs = Math.floor(stat?.modifiedMs ?? 0);
    }
    return this.#modifiedMs;
  }

  async #logCutoffMs(): Promise<number> {
    const { cutoffMs, logRetentionMs } = await import("./retention.ts");
    const nowMs = Math.floor(this.#host.clock.nowUs() / 1000);
    return cutoffMs(nowMs, logRetentionMs(this.#state.metaData));
  }

  /** Best effort: a witness that is missing or behind says nothing wrong. */
  async #witness(): Promise<void> {
    const { headPath } = this.#options;
    if (headPath === undefined) return;
    const { version } = this.#state;
    const digest = await this.#newestDigest();
    const head = { version, digest };
    await bestEffort(() => writeHead(this.#host.files, headPath, head));
  }

  async #readOrDamaged(
    path: string,
    fullPath: string,
    range?: ReadRange,
  ): Promise<Bytes> {
    try {
      return await this.store.get(path, range);
    } catch (cause) {
      if (!hasCode(cause, "NOT_FOUND")) throw cause;
      throw new IntegrityError(fullPath, "the file is missing", { cause });
    }
  }
}
