/**
 * The filesystem that is kept in the oplog.
 *
 * Operations collect in a pending transaction and become history with
 * {@linkcode TinyLogFS.commit}; a read sees the pending transaction of its own
 * object. {@linkcode TinyLogFS.at} looks at an earlier state.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { Clock, Host } from "../host/host.ts";
import type { OplogTable } from "../oplog/table.ts";
import type { FS } from "../tinyfs/mod.ts";
import type { WorkingDir } from "../tinyfs/working_dir.ts";
import type { BlobStore } from "./blobs.ts";
import { BranchOperations, type BranchSide } from "./branch_operations.ts";
import type {
  CheckOptions,
  CheckReport,
  RootsOf,
  SignalOptions,
} from "./check_types.ts";
import type { Committer } from "./committer.ts";
import { DirectoryCache } from "./directories.ts";
import * as history from "./history.ts";
import { lineDirectory, MAIN_BRANCH, openLine, readBranch } from "./line.ts";
import type { MaintainedPond } from "./maintenance.ts";
import { readPondFile } from "./pond_file.ts";
import type { NodeFsSide } from "./node_fs/side.ts";
import type { TransactionSide } from "./pond_transaction.ts";
import type { RestoreSide } from "./restore_changes.ts";
import { nodesOf } from "./restore_operations.ts";
import { SharedTable } from "./shared_table.ts";
import type { Transaction } from "./transaction.ts";
import type { OpenOptions } from "./open_options.ts";
import type { QueryRunner, QuerySource } from "./query_source.ts";
import type {
  InitOptions,
  Layout,
  RestoreResult,
  TinyLogFSStatus,
} from "./types.ts";
import { stateOf, Workspace, type WorkspaceOwner } from "./workspace.ts";

/** What is kept of directories in memory unless told otherwise. */
const CACHE_BYTES = 16 * 1024 * 1024;

/** What an entry of a directory costs in memory: bench/memory/walk.ts. */
const ENTRY_BYTES = 600;

interface Parts {
  readonly host: Host;
  readonly path: string;
  readonly pondId: string;
  /** The branch that it is on. */
  readonly branch: string;
  readonly table: OplogTable;
  readonly options: OpenOptions;
  readonly atVersion?: number;
  /** Whether it is only looked at; a look at an earlier version always is. */
  readonly readOnly?: boolean;
}

/** A filesystem in a pond. */
export class TinyLogFS extends BranchOperations implements AsyncDisposable {
  /** The pond's directory on the host. */
  readonly path: string;
  /** The pond's identity: 32 hexadecimal digits. */
  readonly pondId: string;
  /** The name of the branch that it is on. */
  override readonly branch: string;
  /** Whether this is a look at an earlier state. */
  override readonly readOnly: boolean;

  readonly #parts: Parts;
  readonly #host: Host;
  readonly #table: OplogTable;
  readonly #directories: DirectoryCache;
  /** @ignore */
  protected override readonly blobs: BlobStore;
  /** @ignore */
  protected override readonly committer: Committer;
  readonly #shared: SharedTable;
  readonly #workspace: Workspace;

  private constructor(parts: Parts) {
    super();
    this.#parts = parts;
    this.#host = parts.host;
    this.#table = parts.table;
    this.path = parts.path;
    this.pondId = parts.pondId;
    this.branch = parts.branch;
    this.readOnly = parts.readOnly ?? parts.atVersion !== undefined;
    this.#directories = this.#directoriesAt(parts.atVersion);
    this.#shared = new SharedTable(parts.table, this.#directories);
    this.#workspace = new Workspace({
      ...parts,
      line: this.#line,
      shared: this.#shared,
      directories: this.#directories,
    }, this.#owner());
    this.blobs = this.#workspace.blobs;
    this.committer = this.#workspace.committer;
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
      ...(options.signal ? { signal: options.signal } : {}),
    });
    const branch = MAIN_BRANCH;
    return new TinyLogFS({ host, path, pondId, branch, table, options });
  }

  /**
   * Checks a pond, one that can't be opened as well.
   *
   * @param host The platform.
   * @param path The pond's directory, absolute.
   * @throws {PondError} `NO_POND`, `FORMAT_TOO_NEW`; damage is in the report.
   */
  static async check(
    host: Host,
    path: string,
    options: CheckOptions = {},
  ): Promise<CheckReport> {
    const { checkPond } = await import("./check.ts");
    return await checkPond(host, path, options, rootsOf(host, path, options));
  }

  /**
   * Opens a pond at its newest version.
   *
   * @param host The platform.
   * @param path The pond's directory, absolute.
   * @throws {PondError} `NO_POND`, `FORMAT_TOO_NEW`, or `INTEGRITY`; `NOT_FOUND`
   *   when there is no such branch.
   */
  static async open(
    host: Host,
    path: string,
    options: OpenOptions = {},
  ): Promise<TinyLogFS> {
    const { durability = "full", signal } = options;
    const branch = options.branch ?? await readBranch(host.files, path);
    const [pondFile, opened] = await Promise.allSettled([
      readPondFile(host.files, path),
      openLine(host, lineDirectory(path, branch), {
        flush: durability === "full",
        ...(signal ? { signal } : {}),
      }),
    ]);
    // What is no pond, or a newer one, has no oplog to complain of.
    const { id: pondId } = valueOf(pondFile);
    if (opened.status === "rejected" && branch !== MAIN_BRANCH) {
      const { readBranchFile } = await import("./branches.ts");
      await readBranchFile(host.files, path, branch);
    }
    const table = valueOf(opened);
    const parts = { host, path, pondId, branch, table, options };
    const fs = new TinyLogFS(parts);
    if (options.staged) await fs.committer.refresh();
    return fs;
  }

  /** The version that is looked at: the newest, or the one of {@linkcode at}. */
  override get version(): number {
    return this.#parts.atVersion ?? this.#table.transactionVersion;
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
   * Looks at another state, without restoring it: an earlier one, or with
   * `@pending` the newest with what is staged. It can't be changed.
   *
   * @param revision As `parseRevision` has it.
   * @throws {PondError} `REVISION_NOT_FOUND`, `INVALID_ARGUMENT`.
   */
  override async at(revision: string): Promise<TinyLogFS> {
    const { parseRevision } = await import("./revision.ts");
    const parsed = parseRevision(revision, this.#host.clock.nowUs());
    if (parsed.kind === "pending") {
      const { branch } = this;
      const options = { ...this.#viewOptions, branch, staged: true };
      const newest = await TinyLogFS.open(this.#host, this.path, options);
      const view = new TinyLogFS({ ...newest.#parts, readOnly: true });
      await view.committer.refresh();
      return view;
    }
    const atVersion = await history.resolveRevision(
      this.#table,
      parsed,
      revision,
    );
    const options = this.#viewOptions;
    return new TinyLogFS({ ...this.#parts, options, atVersion });
  }

  /** Those of a view, whose end is not that of what runs queries. */
  get #viewOptions(): OpenOptions {
    const { queryRunner, ...options } = this.#parts.options;
    if (queryRunner === undefined) return options;
    return { ...options, queryRunner: (...asked) => queryRunner(...asked) };
  }

  /** The root as a working directory, for everything that paths can do. */
  workingDirectory(): WorkingDir {
    return this.root;
  }

  /**
   * The filesystem as its own module has it, over directories that are read
   * from the oplog when they are asked, and kept in memory.
   */
  async memoryFs(): Promise<FS> {
    const { FS } = await import("../tinyfs/fs.ts");
    return new FS(this.#workspace.fsParts);
  }

  // === Transactions ===

  /** The state of the pond and of the pending transaction. */
  getStatus(): TinyLogFSStatus {
    const { bytes, conflict, operations } = this.committer.pending;
    const { entryCount, size } = this.#directories;
    return {
      pendingOperations: operations.length,
      pendingBytes: bytes,
      totalNodes: entryCount + operations.length,
      lastCommit: new Date(this.#table.timestampUs / 1000),
      memoryUsage: size * ENTRY_BYTES + bytes,
      transactionId: this.committer.transactionId,
      version: this.version,
      wholeSince: this.#table.wholeSince,
      ...(conflict ? { conflict } : {}),
    };
  }

  /**
   * Goes back to what is committed: drops what is pending (and staged, where
   * this was opened with the stage), takes in what other processes have
   * committed, and forgets what was cached. Nothing is dropped when the oplog
   * can't be read.
   *
   * @returns How many nodes had pending operations; the commit is none.
   */
  async restoreFromOplog(): Promise<RestoreResult> {
    this.requireWritable();
    const startMs = this.#host.clock.monotonicMs();
    const nodeIds = [...nodesOf(this.committer.pending.operations)];
    await this.committer.revert({ reread: true });
    return {
      dryRun: false,
      nodesRestored: nodeIds.length,
      nodeIds,
      restoreDuration: this.#host.clock.monotonicMs() - startMs,
      targetTimestamp: new Date(this.#table.timestampUs / 1000),
      targetVersion: this.version,
      commit: await this.commit(),
    };
  }

  /** A directory for disposable files. */
  override async cacheDirectory(): Promise<string> {
    const path = `${this.path}/cache`;
    const { files } = this.#host;
    // To look is cheaper than an error which says that it is there.
    const found = await files.stat(path);
    if (found?.type !== "directory") await files.makeDirectory(path);
    return path;
  }

  /** Ends the use of this object; what is pending and not staged is dropped. */
  async close(): Promise<void> {
    await this.queryRunner?.release?.();
    await this.committer.settled();
  }

  /** Same as {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  // === Inside ===

  /** The root, to find nodes by their paths. */
  protected override get root(): WorkingDir {
    return this.#workspace.root;
  }

  /** @ignore */
  protected override get cacheEntries(): number {
    const { cacheBytes = CACHE_BYTES } = this.#parts.options;
    return Math.floor(cacheBytes / ENTRY_BYTES);
  }

  /** @ignore */
  protected override get pendingTransaction(): Transaction {
    return this.committer.pending.transaction;
  }

  /** @ignore */
  protected override get nodeFsSide(): NodeFsSide {
    return {
      ...this.#workspace.nodeFsSide,
      readOnly: this.readOnly,
      commits: {
        commit: (message) => this.commit({ message }),
        revert: () => this.revert(),
      },
    };
  }

  /** @ignore */
  protected override get clock(): Clock {
    return this.#host.clock;
  }

  /** @ignore */
  protected override rootsOf(options: SignalOptions): RootsOf {
    return rootsOf(this.#host, this.path, options);
  }

  /** @ignore */
  protected override get maintained(): MaintainedPond {
    const { durability = "full", author } = this.#parts.options;
    return {
      host: this.#host,
      path: this.path,
      line: this.#line,
      flush: durability === "full",
      author: author ?? this.#host.terminal.user(),
    };
  }

  /** @ignore */
  protected override get branchSide(): BranchSide {
    const { host, path, table, options: { durability } } = this.#parts;
    return {
      host,
      path,
      table,
      flush: durability !== "relaxed",
      versionOf: async (revision) =>
        revision === undefined
          ? this.version
          : (await this.at(revision)).version,
    };
  }

  /** @ignore */
  protected override get queryRunner(): QueryRunner | undefined {
    return this.#parts.options.queryRunner;
  }

  /** @ignore */
  protected override get committed(): QuerySource {
    if (this.committer.pending.operations.length === 0) return this;
    return new TinyLogFS({ ...this.#parts, atVersion: this.version });
  }

  #owner(): WorkspaceOwner {
    const version = () => this.version;
    return {
      get version() {
        return version();
      },
      nodeIndex: this.nodeIndex,
      source: this,
      requireWritable: () => this.requireWritable(),
    };
  }

  /** @ignore */
  protected override requireWritable(): void {
    if (!this.readOnly) return;
    throw new PondError(
      "READ_ONLY",
      `Cannot change version ${this.version}: it is only looked at`,
      { hint: `make it the current state: pond restore v${this.version}` },
    );
  }

  /** @ignore */
  protected override historySide(): history.HistorySide {
    return this.#workspace.historySide();
  }

  /** @ignore */
  protected override get transactionSide(): TransactionSide {
    const { options } = this.#parts;
    return {
      host: this.#host,
      path: this.path,
      line: this.#line,
      pondId: this.pondId,
      shared: this.#shared,
      options,
      cacheEntries: this.cacheEntries,
      cacheDirectory: () => this.cacheDirectory(),
      at: (revision) => this.at(revision),
    };
  }

  /** @ignore */
  protected override stateAt(version?: number): RestoreSide {
    return version === undefined
      ? this.#workspace.committedSide()
      : stateOf(this.#table, version, this.#directoriesAt(version));
  }

  /** @ignore */
  protected override async stateSide(): Promise<RestoreSide> {
    return await this.#workspace.stateSide();
  }

  /** The directory of its branch. */
  get #line(): string {
    return lineDirectory(this.path, this.branch);
  }

  #directoriesAt(version: number | undefined): DirectoryCache {
    const { host, table } = this.#parts;
    return new DirectoryCache(table, host.clock, this.cacheEntries, version);
  }
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === "rejected") throw settled.reason;
  return settled.value;
}

/** Hashes lines as they are on the disk, without what is pending here. */
function rootsOf(host: Host, path: string, options: SignalOptions): RootsOf {
  return async (branch) => {
    await using fs = await TinyLogFS.open(host, path, { ...options, branch });
    return {
      contentRoot: await fs.contentRoot("/", options),
      historyRoot: await fs.historyRoot(options),
    };
  };
}
