/**
 * The filesystem that is kept in the oplog.
 *
 * Operations collect in a pending transaction and become history with
 * {@linkcode TinyLogFS.commit}; a read sees the pending transaction of its own
 * object. {@linkcode TinyLogFS.at} looks at an earlier state.
 *
 * @module
 */
import { IntegrityError, InvariantError, PondError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import { type DirectoryEntry, ROOT_PART_ID } from "../oplog/record.ts";
import { OplogTable } from "../oplog/table.ts";
import type { NodeId } from "../tinyfs/types.ts";
import { WorkingDir } from "../tinyfs/working_dir.ts";
import { BlobStore } from "./blobs.ts";
import { Committer } from "./committer.ts";
import { DirectoryCache } from "./directories.ts";
import { OpLogDirectory, OpLogNodeFactory } from "./directory.ts";
import { OpLogFile } from "./file.ts";
import { FileOperations } from "./files.ts";
import * as history from "./history.ts";
import type { NodeContext, NodeRow } from "./node.ts";
import { readPondFile } from "./pond_file.ts";
import type { RestoreSide } from "./restore.ts";
import { parseRevision } from "./revision.ts";
import { selectionOf } from "./selection.ts";
import type { Transaction } from "./transaction.ts";
import type {
  CommitOptions,
  CommitResult,
  ContentLocation,
  DirectoryEntryRow,
  HistoryRow,
  InitOptions,
  Layout,
  OpenOptions,
  PendingOperation,
  QueryOptions,
  QueryResult,
  QuerySource,
  RestoreResult,
  TinyLogFSStatus,
  TransactionRow,
} from "./types.ts";

/** Entries that the directory cache holds. */
const CACHE_ENTRIES = 1_000_000;

/** Estimate of what a cached directory entry costs in memory. */
const ENTRY_BYTES = 300;

interface Parts {
  readonly host: Host;
  readonly path: string;
  readonly pondId: string;
  readonly table: OplogTable;
  readonly options: OpenOptions;
  readonly atVersion?: number;
}

/** A filesystem in a pond. */
export class TinyLogFS extends FileOperations
  implements QuerySource, AsyncDisposable {
  /** The pond's directory on the host. */
  readonly path: string;
  /** The pond's identity: 32 hexadecimal digits. */
  readonly pondId: string;
  /** Whether this is a look at an earlier state. */
  readonly readOnly: boolean;

  readonly #parts: Parts;
  readonly #host: Host;
  readonly #table: OplogTable;
  readonly #directories: DirectoryCache;
  readonly #blobs: BlobStore;
  readonly #committer: Committer;
  readonly #root: WorkingDir;

  private constructor(parts: Parts) {
    super();
    this.#parts = parts;
    this.#host = parts.host;
    this.#table = parts.table;
    this.path = parts.path;
    this.pondId = parts.pondId;
    this.readOnly = parts.atVersion !== undefined;
    const { cacheEntries = CACHE_ENTRIES, durability = "full" } = parts.options;
    this.#directories = new DirectoryCache(
      parts.table,
      cacheEntries,
      parts.atVersion,
    );
    this.#blobs = new BlobStore(parts.host, parts.path, durability);
    this.#committer = new Committer({
      host: parts.host,
      path: parts.path,
      pondId: parts.pondId,
      table: parts.table,
      directories: this.#directories,
      staged: parts.options.staged ?? false,
      author: parts.options.author ?? parts.host.terminal.user(),
      thresholdBytes: parts.options.commitThresholdBytes,
    });
    const context = this.#context();
    this.#root = WorkingDir.ofRoot(
      new OpLogDirectory(context, ROOT_PART_ID as NodeId),
      new OpLogNodeFactory(context),
    );
  }

  /**
   * Makes a pond with an empty root directory.
   *
   * @param host The platform.
   * @param path The pond's directory, absolute; made when missing, but not its
   *   parent.
   * @throws {PondError} `ALREADY_EXISTS` when there is a pond, or anything else
   *   in the directory.
   */
  static async initEmpty(
    host: Host,
    path: string,
    options: InitOptions & OpenOptions = {},
  ): Promise<TinyLogFS> {
    const { makePond } = await import("./init.ts");
    const { table, pondId } = await makePond(host, path, {
      layout: options.layout ?? "clustered",
      durability: options.durability ?? "full",
      author: options.author ?? host.terminal.user(),
    });
    return new TinyLogFS({ host, path, pondId, table, options });
  }

  /**
   * Opens a pond at its newest version.
   *
   * @param host The platform.
   * @param path The pond's directory, absolute.
   * @throws {PondError} `NO_POND`, `FORMAT_TOO_NEW`, or `INTEGRITY`.
   */
  static async open(
    host: Host,
    path: string,
    options: OpenOptions = {},
  ): Promise<TinyLogFS> {
    const { durability = "full", signal } = options;
    const [pondFile, opened] = await Promise.allSettled([
      readPondFile(host.files, path),
      OplogTable.open(host, `${path}/oplog`, {
        flush: durability === "full",
        headPath: `${path}/head`,
        ...(signal ? { signal } : {}),
      }),
    ]);
    // What is no pond, or a newer one, has no oplog to complain of.
    const { id: pondId } = valueOf(pondFile);
    const table = valueOf(opened);
    const fs = new TinyLogFS({ host, path, pondId, table, options });
    if (options.staged) await fs.#committer.refresh();
    return fs;
  }

  /** The version that is looked at: the newest, or the one of {@linkcode at}. */
  get version(): number {
    return this.#parts.atVersion ?? this.#table.version;
  }

  /** How the data files are laid out. */
  get layout(): Layout {
    return this.#table.layout;
  }

  /** The oplog under it, for maintenance and for reading it as a table. */
  get oplog(): OplogTable {
    return this.#table;
  }

  /**
   * Looks at an earlier state, without restoring it.
   *
   * @param revision As `parseRevision` has it.
   * @throws {PondError} `REVISION_NOT_FOUND`, `INVALID_ARGUMENT`.
   */
  async at(revision: string): Promise<TinyLogFS> {
    const parsed = parseRevision(revision, this.#host.clock.nowUs());
    if (parsed.kind === "pending") {
      return await TinyLogFS.open(this.#host, this.path, {
        ...this.#parts.options,
        staged: true,
      });
    }
    const atVersion = await history.resolveRevision(
      this.#table,
      parsed,
      revision,
    );
    return new TinyLogFS({ ...this.#parts, atVersion });
  }

  /** The root as a working directory, for everything that paths can do. */
  workingDirectory(): WorkingDir {
    return this.root;
  }

  // === Transactions ===

  /** The state of the pond and of the pending transaction. */
  getStatus(): TinyLogFSStatus {
    const { bytes, conflict, operations } = this.#committer.pending;
    const { entryCount } = this.#directories;
    return {
      pendingOperations: operations.length,
      pendingBytes: bytes,
      totalNodes: entryCount + operations.length,
      lastCommit: new Date(this.#table.timestampUs / 1000),
      memoryUsage: entryCount * ENTRY_BYTES + bytes,
      transactionId: this.#committer.transactionId,
      version: this.version,
      ...(conflict ? { conflict } : {}),
    };
  }

  /** The pending operations, in order, whether they fit or not. */
  pendingOperations(): readonly PendingOperation[] {
    return this.#committer.pending.operations.map((operation) => ({
      operation: operation.kind,
      fileType: operation.fileType,
      path: operation.path,
      sizeBytes: operation.attributes.sizeBytes,
      ...(operation.attributes.from
        ? { from: operation.attributes.from.path }
        : {}),
    }));
  }

  /**
   * Makes the pending operations part of history, all or none; or with `first`
   * or `paths` only those, and what they need. The rest stays pending.
   *
   * @throws {ConflictError} When another transaction changed the same name or
   *   node; the pending work is kept.
   */
  async commit(options: CommitOptions = {}): Promise<CommitResult> {
    this.#requireWritable();
    const selection = selectionOf(options);
    return await this.#committer.commit(
      selection ? { ...options, selection } : options,
    );
  }

  /**
   * Puts this object's pending operations into the durable stage, on top of
   * what is there: any process sees and commits them.
   *
   * @returns How many operations were staged.
   * @throws {ConflictError} When another process staged a change of the same.
   */
  async stage(): Promise<number> {
    this.#requireWritable();
    return await this.#committer.stage();
  }

  /**
   * Drops the pending operations, and what is staged where this was opened with
   * the stage.
   *
   * @returns How many operations were dropped.
   */
  async revert(): Promise<number> {
    this.#requireWritable();
    return await this.#committer.revert();
  }

  /**
   * Makes the state of a revision the current one, by a new transaction.
   *
   * @throws {PondError} `REVISION_NOT_FOUND`; `INVALID_ARGUMENT` while
   *   operations are pending.
   */
  async restore(
    revision: string,
    options: CommitOptions = {},
  ): Promise<RestoreResult> {
    this.#requireWritable();
    const { pendingOperations } = this.getStatus();
    if (pendingOperations > 0 || revision === "@pending") {
      throw new PondError(
        "INVALID_ARGUMENT",
        `Cannot restore ${revision}: what is pending is no version yet`,
        { hint: "commit or drop it first: pond commit, pond revert" },
      );
    }
    const startMs = this.#host.clock.monotonicMs();
    const target = await this.at(revision);
    const { planRestore } = await import("./restore.ts");
    const plan = await planRestore(
      this.#restoreSide(),
      target.#restoreSide(),
      this.#host.clock.nowUs(),
    );
    await this.#committer.apply(...plan);
    const commit = await this.commit({
      message: `restore ${revision}`,
      ...options,
    });
    const timestampUs = await history.timeOfVersion(
      this.#table,
      target.version,
    );
    return {
      nodesRestored: new Set(plan.map((operation) => operation.nodeId)).size,
      restoreDuration: this.#host.clock.monotonicMs() - startMs,
      targetTimestamp: new Date(timestampUs / 1000),
      targetVersion: target.version,
      commit,
    };
  }

  /** Brings this object up to commits of other processes. */
  async refresh(): Promise<void> {
    await this.#committer.refresh();
  }

  // === History and queries ===

  /** All versions of a path's node, newest first, through renames. */
  async *getNodeHistory(path: string): AsyncGenerator<HistoryRow> {
    yield* history.nodeHistory(this.#historySide(), path);
  }

  /** The transactions, newest first. */
  async *transactions(
    options: { readonly limit?: number; readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<TransactionRow> {
    yield* history.transactions(this.#historySide(), options);
  }

  /** Rows of operations, oldest first. */
  async *historyRows(
    options: {
      readonly pending?: boolean;
      readonly bookkeeping?: boolean;
      readonly signal?: AbortSignal;
    } = {},
  ): AsyncGenerator<HistoryRow> {
    yield* history.historyRows(this.#historySide(), options);
  }

  /** Rows of directory records, oldest first. */
  async *directoryEntryRows(
    options: { readonly pending?: boolean; readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<DirectoryEntryRow> {
    yield* history.directoryEntryRows(this.#historySide(), options);
  }

  /** Runs SQL over the committed history, and files as they are committed. */
  async queryHistory(
    sql: string,
    options: QueryOptions = {},
  ): Promise<QueryResult> {
    const { queryRunner } = this.#parts.options;
    if (queryRunner === undefined) {
      throw new PondError(
        "UNSUPPORTED",
        "Cannot query: no SQL engine was given",
        {
          hint: "open the pond with Pond.open(), or give a queryRunner",
        },
      );
    }
    const { operations } = this.#committer.pending;
    // A pattern or path in the SQL is looked up as everything else.
    const source = options.pending || operations.length === 0
      ? this
      : new TinyLogFS({ ...this.#parts, atVersion: this.version });
    return await queryRunner(source, sql, options);
  }

  /** Runs SQL over the history, the pending operations, and files with both. */
  async queryWithPending(
    sql: string,
    includePending: boolean = true,
    options: QueryOptions = {},
  ): Promise<QueryResult> {
    return await this.queryHistory(sql, {
      ...options,
      pending: includePending,
    });
  }

  /** Where the bytes of a file lie; a blob's hash has been checked. */
  async contentLocation(
    path: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<ContentLocation> {
    const file = (await this.root.resolve(path)).asFile();
    if (!(file instanceof OpLogFile)) {
      throw new InvariantError("a pond's own file");
    }
    const { content, attributes } = await file.row();
    if (content !== null) return { kind: "inline", bytes: content };
    const { sha256 } = attributes;
    if (sha256 === undefined) {
      throw new IntegrityError(path, "its row has neither content nor a blob");
    }
    await this.#blobs.verify(sha256, options.signal);
    return { kind: "blob", hostPath: this.#blobs.pathOf(sha256), sha256 };
  }

  /** A directory for disposable files. */
  async cacheDirectory(): Promise<string> {
    const path = `${this.path}/cache`;
    await this.#host.files.makeDirectory(path);
    return path;
  }

  /** Ends the use of this object; what is pending and not staged is dropped. */
  async close(): Promise<void> {
    await this.#committer.settled();
  }

  /** Same as {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  // === Inside ===

  /** The root, to find nodes by their paths. */
  protected override get root(): WorkingDir {
    return this.#root;
  }

  /** @ignore */
  protected override get transaction(): Transaction {
    return this.#committer.pending.transaction;
  }

  #context(): NodeContext {
    const committer = this.#committer;
    return {
      get transaction() {
        return committer.pending.transaction;
      },
      blobs: this.#blobs,
      nowUs: () => this.#host.clock.nowUs(),
      newId: () => this.#host.random.uuidHex() as NodeId,
      apply: async (operation) => {
        this.#requireWritable();
        await committer.apply(operation);
      },
      readRow: (directoryId, entry) => this.#readRow(directoryId, entry),
      loadDirectory: (id) => this.#directories.load(id),
    };
  }

  #requireWritable(): void {
    if (!this.readOnly) return;
    throw new PondError(
      "READ_ONLY",
      `Cannot change version ${this.version}: history is never rewritten`,
      { hint: `make it the current state: pond restore v${this.version}` },
    );
  }

  async #readRow(directoryId: NodeId, entry: DirectoryEntry): Promise<NodeRow> {
    const pending = this.transaction.latestContent(entry.childNodeId);
    if (pending) {
      return { attributes: pending.attributes, content: pending.content };
    }
    return await history.readNodeRow(this.#table, directoryId, entry);
  }

  #historySide(): history.HistorySide {
    return {
      table: this.#table,
      maxVersion: this.version,
      root: this.#root,
      pending: this.#committer.pending.operations,
      nowUs: this.#host.clock.nowUs(),
    };
  }

  #restoreSide(): RestoreSide {
    return {
      table: this.#table,
      version: this.version,
      load: (id) => this.#directories.load(id),
      row: (directoryId, entry) =>
        history.readNodeRow(this.#table, directoryId, entry),
    };
  }
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === "rejected") throw settled.reason;
  return settled.value;
}
