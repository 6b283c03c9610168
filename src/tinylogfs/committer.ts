/**
 * The pending transaction of one filesystem, and its way into history.
 *
 * Changes are made one after the other, in the order of the calls. A commit
 * that loses the race for its version takes in what the winner has done,
 * applies its operations to that, and tries again; it fails only when they no
 * longer fit. Pending operations are dropped when they are committed or
 * reverted, and at no other time (I9).
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import type { OplogTable } from "../oplog/mod.ts";
import { type CommitPlan, planCommit } from "./commit_plan.ts";
import type { CommittedDirectory, DirectoryCache } from "./directories.ts";
import { Stage, type StageFile } from "./stage.ts";
import { type Operation, Transaction } from "./transaction.ts";
import type { CommitOptions, CommitResult } from "./types.ts";

/** Pending bytes from which on operations commit by themselves. */
const COMMIT_THRESHOLD_BYTES = 16 * 1024 * 1024;

/** How often a commit that lost its race is tried again. */
const MAX_ATTEMPTS = 100;
const BACKOFF_MIN_MS = 2;
const BACKOFF_MAX_MS = 500;

/** What a committer works on. */
export interface CommitterParts {
  /** The platform. */
  readonly host: Host;
  /** The pond's directory. */
  readonly path: string;
  /** The pond's identity. */
  readonly pondId: string;
  /** Where commits go. */
  readonly table: OplogTable;
  /** The committed state. */
  readonly directories: DirectoryCache;
  /** Whether what is staged is pending here. */
  readonly staged: boolean;
  /** Who commits. */
  readonly author: string;
  /** Pending bytes from which on operations commit by themselves. */
  readonly thresholdBytes: number | undefined;
}

/** Collects operations and commits them. */
export class Committer {
  readonly #parts: CommitterParts;
  readonly #host: Host;
  readonly #table: OplogTable;
  readonly #directories: DirectoryCache;
  readonly #stage: Stage;
  #transaction: Transaction;
  /** What of the stage is part of the pending transaction. */
  #staged: readonly StageFile[] = [];
  #stagedOperations = 0;
  /** The pending transaction may have been committed: its flush failed. */
  #unsure = false;
  /** The tail of the queue of changes. */
  #queue: Promise<unknown> = Promise.resolve();

  /** @param parts What it works on. */
  constructor(parts: CommitterParts) {
    this.#parts = parts;
    this.#host = parts.host;
    this.#table = parts.table;
    this.#directories = parts.directories;
    this.#stage = new Stage(parts.host, parts.path);
    this.#transaction = this.#newTransaction();
  }

  /** The pending transaction; another one after each commit. */
  get transaction(): Transaction {
    return this.#transaction;
  }

  /** Resolves when every change that was asked for has been made. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  /** Adds operations to the pending transaction: all of them, or none. */
  async apply(...operations: readonly Operation[]): Promise<void> {
    await this.#exclusive(async () => {
      const [only, ...others] = operations;
      if (only === undefined) return;
      if (others.length === 0) await this.#transaction.apply(only);
      else await this.#applyAll(operations);
      await this.#commitLarge();
    });
  }

  /** Brings the state up to the commits (and the stage) of other processes. */
  async refresh(): Promise<void> {
    await this.#exclusive(() => this.#reload());
  }

  /**
   * Makes the pending operations part of history, all or none.
   *
   * @throws {ConflictError} When they no longer fit; they stay pending.
   */
  async commit(options: CommitOptions): Promise<CommitResult> {
    return await this.#exclusive(async () => {
      if (!this.#parts.staged) return await this.#commit(options);
      if (!await this.#hasPending()) return this.#nothing();
      await using _lock = await this.#stage.lock();
      await this.#reload();
      const result = await this.#commit(options);
      await this.#stage.discard(this.#staged);
      this.#forgetStage();
      return result;
    });
  }

  /**
   * Puts the operations of this process into the durable stage, on top of what
   * is there.
   *
   * @returns How many.
   * @throws {ConflictError} When another process staged a change of the same.
   */
  async stage(): Promise<number> {
    return await this.#exclusive(async () => {
      const own = this.#transaction.operations.slice(this.#stagedOperations);
      if (own.length === 0) return 0;
      await using _lock = await this.#stage.lock();
      await this.#reload();
      const committed = this.#table.applicationVersion(this.#stageId());
      const above = Math.max(committed, await this.#stage.highest(), 0);
      const file = await this.#stage.append(own, above);
      this.#staged = [...this.#staged, file];
      this.#stagedOperations = this.#transaction.operations.length;
      return own.length;
    });
  }

  /** Drops the pending operations, and what is staged with them. */
  async revert(): Promise<number> {
    return await this.#exclusive(async () => {
      const count = this.#transaction.operations.length;
      if (this.#staged.length > 0) {
        await using _lock = await this.#stage.lock();
        await this.#stage.remove(this.#staged);
      }
      this.#forgetStage();
      this.#transaction = this.#newTransaction();
      return count;
    });
  }

  // === The queue ===

  #exclusive<T>(change: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(change);
    this.#queue = run.catch(() => {
      // The caller of this change gets the error; the next one goes on.
    });
    return run;
  }

  // === Operations ===

  async #applyAll(operations: readonly Operation[]): Promise<void> {
    const before = this.#transaction.operations;
    const { id } = this.#transaction;
    const transaction = new Transaction(id, this.#directories);
    for (const operation of before) await transaction.apply(operation);
    for (const operation of operations) await transaction.apply(operation);
    this.#transaction = transaction;
  }

  /** What shall be staged is not committed behind the caller's back. */
  async #commitLarge(): Promise<void> {
    const { staged, thresholdBytes = COMMIT_THRESHOLD_BYTES } = this.#parts;
    if (staged || this.#transaction.pendingBytes < thresholdBytes) return;
    await this.#commit({ message: "automatic commit" });
  }

  async #hasPending(): Promise<boolean> {
    if (this.#transaction.operations.length > 0) return true;
    return (await this.#stagedFiles()).length > 0;
  }

  async #stagedFiles(): Promise<StageFile[]> {
    if (!this.#parts.staged) return [];
    return await this.#stage.list(
      this.#table.applicationVersion(this.#stageId()),
    );
  }

  /**
   * Takes in what other processes have committed and staged, and puts the
   * operations of this one on top. When they no longer fit, nothing is changed.
   *
   * @returns The commit of the pending transaction itself, should it be among
   *   those that were taken in.
   */
  async #reload(): Promise<OwnCommit | undefined> {
    const { id, operations } = this.#transaction;
    let made = await this.#takeIn(id);
    let staged = await this.#readStage();
    // Between the two looks the stage may have been committed: then neither
    // has shown it.
    while (staged.length > 0 || this.#staged.length > 0) {
      const { version } = this.#table;
      made = await this.#takeIn(id) ?? made;
      if (this.#table.version === version) break;
      staged = await this.#readStage();
    }
    if (made !== undefined) return made;
    const transaction = new Transaction(id, this.#directories);
    for (const operation of staged.flatMap(({ operations }) => operations)) {
      await transaction.apply(operation);
    }
    const stagedOperations = transaction.operations.length;
    for (const operation of operations.slice(this.#stagedOperations)) {
      await transaction.apply(operation);
    }
    this.#transaction = transaction;
    this.#staged = staged.map(({ file }) => file);
    this.#stagedOperations = stagedOperations;
    return undefined;
  }

  /** Takes in commits; the one of the transaction with this id, if it's there. */
  async #takeIn(id: string): Promise<OwnCommit | undefined> {
    const { touched, commits } = await this.#table.refresh();
    this.#directories.invalidate(touched);
    return commits.find(({ transactionId }) => transactionId === id);
  }

  async #readStage(): Promise<StagedOperations[]> {
    const read: StagedOperations[] = [];
    for (const file of await this.#stagedFiles()) {
      const operations = await this.#stage.read(file);
      // Committed (or dropped) by another process since it was listed.
      if (operations !== undefined) read.push({ file, operations });
    }
    return read;
  }

  #newTransaction(): Transaction {
    return new Transaction(this.#host.random.uuidHex(), this.#directories);
  }

  #forgetStage(): void {
    this.#staged = [];
    this.#stagedOperations = 0;
  }

  #stageId(): string {
    return `pond-stage:${this.#parts.pondId}`;
  }

  // === Committing ===

  async #commit(options: CommitOptions): Promise<CommitResult> {
    if (this.#transaction.operations.length === 0) return this.#nothing();
    const { clock, random } = this.#host;
    const startMs = clock.monotonicMs();
    if (this.#unsure) {
      const made = await this.#reload();
      if (made !== undefined) return await this.#recognised(made, startMs);
      this.#unsure = false;
    }
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      options.signal?.throwIfAborted();
      const result = await this.#attempt(options, startMs);
      if (result !== undefined) {
        await this.#table.maintain();
        return result;
      }
      const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** attempt);
      await clock.sleep(random.fraction() * ceiling, options.signal);
      const made = await this.#reload();
      if (made !== undefined) return await this.#recognised(made, startMs);
    }
    throw new PondError(
      "LOCKED",
      `Cannot commit: other processes took the next version ${MAX_ATTEMPTS} times`,
      { hint: "try again; the pending work is kept" },
    );
  }

  /** One try; `undefined` when another writer took the version. */
  async #attempt(
    { message = "" }: CommitOptions,
    startMs: number,
  ): Promise<CommitResult | undefined> {
    const transaction = this.#transaction;
    const { author } = this.#parts;
    const point = this.#table.nextPoint();
    const plan = planCommit(
      transaction,
      await this.#touchedDirectories(transaction),
      { id: transaction.id, author, message },
      point,
    );
    const staged = this.#staged.at(-1);
    const application = staged && {
      appId: this.#stageId(),
      version: staged.sequence,
    };
    const appended = await this.#append(plan, point, {
      operation: "WRITE",
      transactionId: transaction.id,
      userName: author,
      message,
      operations: transaction.operations.length,
      ...(application ? { application } : {}),
    });
    if (appended.status === "taken") return undefined;
    this.#applyPlan(plan, point.version);
    return {
      operationsCommitted: transaction.operations.length,
      transactionId: transaction.id,
      version: point.version,
      commitDuration: this.#host.clock.monotonicMs() - startMs,
      bytesWritten: appended.bytesWritten,
      recordBatchSize: plan.rowCount,
    };
  }

  async #append(
    plan: CommitPlan,
    ...rest: TailOf<Parameters<OplogTable["append"]>>
  ): ReturnType<OplogTable["append"]> {
    try {
      return await this.#table.append(plan.records, ...rest);
    } catch (error) {
      this.#unsure = hasCode(error, "OUTCOME_UNKNOWN");
      throw error;
    }
  }

  /** A commit whose answer was an error was made after all. */
  async #recognised(made: OwnCommit, startMs: number): Promise<CommitResult> {
    await this.#table.flush();
    const { id, operations } = this.#transaction;
    this.#unsure = false;
    this.#transaction = this.#newTransaction();
    return {
      operationsCommitted: operations.length,
      transactionId: id,
      version: made.version,
      commitDuration: this.#host.clock.monotonicMs() - startMs,
      bytesWritten: made.sizeBytes,
      recordBatchSize: operations.length,
    };
  }

  /** The committed state of what the transaction changes. */
  async #touchedDirectories(
    transaction: Transaction,
  ): Promise<Map<string, CommittedDirectory>> {
    const ids = new Set(transaction.overlays.keys());
    for (const { fileType, nodeId } of transaction.operations) {
      if (fileType === "directory") ids.add(nodeId);
    }
    const loaded = new Map<string, CommittedDirectory>();
    for (const id of ids) {
      // A directory that this transaction makes has no log to look for.
      if (transaction.isCreated(id)) continue;
      loaded.set(id, await this.#directories.load(id));
    }
    return loaded;
  }

  #applyPlan(plan: CommitPlan, version: number): void {
    for (const change of plan.directories) {
      const rows = change.rows.map((row) =>
        row.childVersion < 0 ? { ...row, childVersion: version } : row
      );
      this.#directories.applyCommit({ ...change, rows }, version);
    }
    this.#transaction = this.#newTransaction();
  }

  #nothing(): CommitResult {
    return {
      operationsCommitted: 0,
      transactionId: this.#transaction.id,
      version: this.#table.version,
      commitDuration: 0,
      bytesWritten: 0,
      recordBatchSize: 0,
    };
  }
}

/** A commit of the pending transaction. */
interface OwnCommit {
  readonly version: number;
  readonly sizeBytes: number;
}

/** What one file of the stage holds. */
interface StagedOperations {
  readonly file: StageFile;
  readonly operations: readonly Operation[];
}

type TailOf<T extends readonly unknown[]> = T extends
  readonly [unknown, ...infer Rest] ? Rest : never;
