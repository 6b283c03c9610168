/**
 * A transaction that a function makes.
 *
 * It is a filesystem of its own over the oplog of another one, with pending
 * operations that nobody else sees. Its directories stay as they were when it
 * began, until it is committed: then they are the newest ones, and its
 * operations are checked against them like those of any other process.
 *
 * @module
 */
import { ConflictError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import type { WorkingDir } from "../tinyfs/mod.ts";
import { backOff } from "../oplog/backoff.ts";
import type { BlobStore } from "./blobs.ts";
import { DirectoryView } from "./directory_view.ts";
import type { HistorySide } from "./history.ts";
import { HistoryOperations } from "./history_operations.ts";
import type { NodeFsSide } from "./node_fs/side.ts";
import { described } from "./operation.ts";
import type { RestoreSide } from "./restore_changes.ts";
import type { SharedTable } from "./shared_table.ts";
import type { Transaction } from "./transaction.ts";
import type { OpenOptions } from "./open_options.ts";
import type { QueryRunner, QuerySource } from "./query_source.ts";
import type {
  CommitOptions,
  PendingOperation,
  TransactionOptions,
  TransactionResult,
} from "./types.ts";
import { Workspace } from "./workspace.ts";

/** How often a function is called again unless told otherwise. */
const RETRIES = 5;

/** The filesystem that a transaction belongs to. */
export interface TransactionSide {
  /** The platform. */
  readonly host: Host;
  /** The pond's directory. */
  readonly path: string;
  /** The directory of the branch: the pond's own, or one in it. */
  readonly line: string;
  /** The pond's identity. */
  readonly pondId: string;
  /** The oplog, and its newest directories. */
  readonly shared: SharedTable;
  /** How the pond was opened. */
  readonly options: OpenOptions;
  /** How many entries of directories that have changed since are kept. */
  readonly cacheEntries: number;
  /** A directory for disposable files. */
  cacheDirectory(): Promise<string>;
  /** Looks at another state. */
  at(revision: string): Promise<HistoryOperations>;
}

/**
 * A pond inside of a transaction: its committed state when the transaction
 * began, and the changes that the transaction has made so far.
 */
export class PondTransaction extends HistoryOperations {
  /** The version that the transaction began at. */
  override readonly version: number;
  /** @ignore */
  protected override readonly blobs: BlobStore;
  readonly #side: TransactionSide;
  readonly #directories: DirectoryView;
  readonly #workspace: Workspace;
  #hasEnded = false;

  /** @ignore */
  constructor(
    side: TransactionSide,
    directories: DirectoryView = new DirectoryView(
      side.shared,
      side.host.clock,
      side.cacheEntries,
    ),
  ) {
    super();
    this.#side = side;
    this.#directories = directories;
    this.version = directories.version;
    // All or nothing: no part of it commits by itself, and the stage is
    // somebody else's.
    const options = {
      ...side.options,
      staged: false,
      commitThresholdBytes: Infinity,
    };
    this.#workspace = new Workspace({ ...side, directories, options }, {
      version: this.version,
      nodeIndex: this.nodeIndex,
      source: this,
      requireWritable: () => this.#requireOpen(),
    });
    this.blobs = this.#workspace.blobs;
  }

  /**
   * Calls a function once, and commits what it has done.
   *
   * @ignore
   */
  static async attempt<T>(
    side: TransactionSide,
    work: (tx: PondTransaction) => Promise<T> | T,
    options: CommitOptions,
  ): Promise<TransactionResult<T>> {
    const tx = new PondTransaction(side);
    try {
      const value = await work(tx);
      tx.#hasEnded = true;
      const commit = await tx.#workspace.committer.commit(options);
      return { value, commit };
    } finally {
      tx.#hasEnded = true;
      tx.#directories.release();
    }
  }

  /** The root as a working directory, for everything that paths can do. */
  workingDirectory(): WorkingDir {
    return this.root;
  }

  /** What this transaction does so far, in order. */
  pendingOperations(): readonly PendingOperation[] {
    return this.#workspace.committer.pending.operations.map(described);
  }

  /**
   * Does a part of the work that may fail: when the function throws, what was
   * done since it was called is dropped, and what came before stays. Calls that
   * run beside it are dropped with it.
   *
   * @param work Does the part.
   * @returns What `work` returned.
   * @throws Whatever `work` throws, for the caller to catch or to pass on.
   */
  async savepoint<T>(work: () => Promise<T> | T): Promise<T> {
    this.#requireOpen();
    const { committer } = this.#workspace;
    const count = committer.pending.operations.length;
    try {
      return await work();
    } catch (error) {
      await committer.truncate(count);
      throw error;
    }
  }

  /**
   * Looks at a committed state, the newest one included: what this transaction
   * does is not in it.
   *
   * @throws {PondError} `REVISION_NOT_FOUND`, `INVALID_ARGUMENT`.
   */
  override async at(revision: string): Promise<HistoryOperations> {
    return await this.#side.at(revision);
  }

  /** @ignore */
  override async cacheDirectory(): Promise<string> {
    return await this.#side.cacheDirectory();
  }

  /** @ignore */
  protected override get cacheEntries(): number {
    return this.#side.cacheEntries;
  }

  /** @ignore */
  protected override get root(): WorkingDir {
    return this.#workspace.root;
  }

  /** @ignore */
  protected override get pendingTransaction(): Transaction {
    return this.#workspace.transaction;
  }

  /** @ignore */
  protected override get nodeFsSide(): NodeFsSide {
    return this.#workspace.nodeFsSide;
  }

  /** @ignore */
  protected override get queryRunner(): QueryRunner | undefined {
    return this.#side.options.queryRunner;
  }

  /** @ignore */
  protected override get committed(): QuerySource {
    if (this.pendingTransaction.operations.length === 0) return this;
    const committed = new PondTransaction(this.#side, this.#directories);
    committed.#hasEnded = true;
    return committed;
  }

  /** @ignore */
  protected override historySide(): HistorySide {
    return this.#workspace.historySide();
  }

  /** @ignore */
  protected override async stateSide(): Promise<RestoreSide> {
    return await this.#workspace.stateSide();
  }

  #requireOpen(): void {
    if (!this.#hasEnded) return;
    throw new TypeError(
      "Cannot change a transaction that has ended: await what its function does",
    );
  }
}

/**
 * Calls a function with a transaction, and commits that: again on the newest
 * state, as long as others are faster.
 *
 * @param side The filesystem that it belongs to.
 * @param work Does the work.
 * @throws {RangeError} For a number of retries that is none.
 */
export async function runTransaction<T>(
  side: TransactionSide,
  work: (tx: PondTransaction) => Promise<T> | T,
  { retries = RETRIES, ...options }: TransactionOptions,
): Promise<TransactionResult<T>> {
  if (!Number.isSafeInteger(retries) || retries < 0) {
    throw new RangeError(`Cannot try a transaction again ${retries} times`);
  }
  const { shared } = side;
  for (let attempt = 1;; attempt++) {
    options.signal?.throwIfAborted();
    await shared.exclusive(() => shared.refresh());
    try {
      return await PondTransaction.attempt(side, work, options);
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt > retries) throw error;
    }
    await backOff(side.host, attempt, options.signal);
  }
}
