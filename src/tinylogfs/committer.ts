/**
 * From pending operations to history.
 *
 * Changes are made one after the other, in the order of the calls. A commit
 * that loses the race for its version takes in what the winner has done,
 * applies its operations to that, and tries again; it fails only when they no
 * longer fit. Pending operations are dropped when they are committed or
 * reverted, and at no other time (I9).
 *
 * @module
 */
import { bestEffort, hasCode, invariant, PondError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import type { AppendResult, CommitNote, OplogTable } from "../oplog/mod.ts";
import type { CommitPlan, CommitPoint } from "./commit_plan.ts";
import type { TransactionMarks } from "./commit_marks.ts";
import type { Sent, Settled } from "./commit_result.ts";
import type { Directories, FoundDirectory } from "./directories.ts";
import { type Divide, Pending, type PendingParts } from "./pending.ts";
import type { PondName } from "./pond_name.ts";
import type { Selected, Selection } from "./selection.ts";
import type { Operation } from "./operation.ts";
import { Transaction } from "./transaction.ts";
import { TransactionState } from "./transaction_state.ts";
import type { CommitOptions, CommitResult, Durability } from "./types.ts";

/** Pending bytes from which on operations commit by themselves. */
const COMMIT_THRESHOLD_BYTES = 16 * 1024 * 1024;

/** How often a commit that lost its race is tried again. */
const MAX_ATTEMPTS = 100;

/** What a committer works on. */
export interface CommitterParts extends PendingParts {
  /** Who commits. */
  readonly author: string;
  /** Pending bytes from which on operations commit by themselves. */
  readonly thresholdBytes: number | undefined;
  /** Whether commits are flushed. */
  readonly durability: Durability;
}

/** Options with a selection, if not everything is meant. */
type SelectiveOptions = PlanOptions & { readonly selection?: Selection };

/** Options of a commit that may say more of itself than why. */
export type PlanOptions = CommitOptions & { readonly marks?: TransactionMarks };

/** Collects operations and commits them. */
export class Committer {
  readonly #parts: CommitterParts;
  readonly #host: Host;
  readonly #table: OplogTable;
  readonly #directories: Directories;
  readonly #pending: Pending;
  /** The pond's own name, once there is something to commit. */
  #pondName: PondName | undefined;
  /** What an attempt sent whose outcome isn't known yet. */
  #sent: Sent | undefined;
  /** What such an attempt did, for the next commit to say. */
  #earlier: Settled | undefined;
  /** The tail of the queue of changes. */
  #queue: Promise<unknown> = Promise.resolve();

  /** @param parts What it works on. */
  constructor(parts: CommitterParts) {
    this.#parts = parts;
    this.#host = parts.host;
    this.#table = parts.shared.table;
    this.#directories = parts.directories;
    this.#pending = new Pending(parts);
  }

  /** The pending work, to look at. */
  get pending(): Pick<
    Pending,
    "transaction" | "operations" | "rows" | "conflict" | "bytes"
  > {
    return this.#pending;
  }

  /** The id that the pending transaction will have. */
  get transactionId(): string {
    return this.#pending.transactionId;
  }

  /** Resolves when every change that was asked for has been made. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  /**
   * Adds operations to the pending transaction: all of them, or none. When that
   * has grown large it is committed; if it can't be, the next call says so.
   */
  async apply(operations: readonly Operation[]): Promise<void> {
    await this.#exclusive(async () => {
      if (this.#isLarge()) await this.#commitLarge();
      await this.#pending.apply(operations);
      // What can't be committed stays pending.
      if (this.#isLarge()) await bestEffort(() => this.#commitLarge());
    });
  }

  /** Brings the state up to the commits (and the stage) of other processes. */
  async refresh(): Promise<void> {
    await this.#alone(async () => {
      await this.#pending.reload();
      if (this.#pending.made) this.#earlier = await this.#settle();
    });
  }

  /**
   * Makes pending operations part of history, all or none.
   *
   * @param options Why; and a selection, if not all of them are meant.
   * @throws {ConflictError} When they no longer fit; they stay pending.
   */
  async commit(options: SelectiveOptions): Promise<CommitResult> {
    return await this.#alone(async () => {
      if (!this.#parts.staged) return await this.#commit(options);
      const isOpen = this.#sent !== undefined || this.#earlier !== undefined;
      if (!isOpen && !await this.#pending.hasAny()) return this.nothing();
      await using _lock = await this.#pending.lock();
      return await this.#commit(options);
    });
  }

  /**
   * Commits a plan where nothing is pending. When that fails, and nothing was
   * committed, nothing is pending either.
   *
   * @param plan Makes the operations, on the newest state: again for each
   *   attempt. It refuses when anything is pending.
   */
  async commitPlan(
    plan: () => Promise<readonly Operation[]>,
    options: PlanOptions,
  ): Promise<CommitResult> {
    return await this.#alone(async () => {
      const startMs = this.#host.clock.monotonicMs();
      await this.#flushPondName();
      return await this.#attempts(async () => {
        await this.#pending.reload();
        const made = await this.#settlePlan();
        const operations = await plan();
        // An attempt whose outcome wasn't known has made it so.
        if (operations.length === 0 && made) return made;
        try {
          await this.#pending.apply(operations);
          const result = await this.#attempt(options, startMs, true);
          if (result === undefined) await this.#pending.dropOwn();
          return result;
        } catch (error) {
          // What may have been made is recognised when it is committed again.
          if (this.#sent === undefined) await this.#pending.dropOwn();
          throw error;
        }
      }, options);
    });
  }

  /** Drops all pending operations but the first ones. */
  async truncate(count: number): Promise<void> {
    await this.#exclusive(() => this.#pending.truncate(count));
  }

  /**
   * Puts the operations of this process into the durable stage, on top of what
   * is there.
   *
   * @returns How many.
   * @throws {ConflictError} When another process staged a change of the same.
   */
  async stage(): Promise<number> {
    return await this.#alone(async () => {
      if (this.#pending.operations.length === 0) return 0;
      await using _lock = await this.#pending.lock();
      await this.#pending.reloadToCommit();
      if (this.#pending.made) this.#earlier = await this.#settle();
      return await this.#pending.stageOwn();
    });
  }

  /**
   * Drops the pending operations, and what is staged with them.
   *
   * @param options With `reread`, nothing is dropped before the committed state
   *   has been read again.
   */
  async revert(options: { readonly reread?: boolean } = {}): Promise<number> {
    return await this.#alone(async () => {
      if (options.reread) await this.#pending.reread();
      const count = this.#pending.operations.length;
      await using _lock = await this.#stageLock();
      await this.#pending.drop();
      this.#sent = undefined;
      this.#earlier = undefined;
      return count;
    });
  }

  /**
   * Drops a part of the pending operations, of those that are staged as well.
   *
   * @param divide Says which, as `chosen`.
   * @returns How many.
   */
  async revertPart(divide: Divide): Promise<number> {
    return await this.#alone(async () => {
      if (this.#sent) {
        await this.#pending.reload();
        if (this.#pending.made) this.#earlier = await this.#settle();
        this.#sent = undefined;
      }
      await using _lock = await this.#stageLock();
      return await this.#pending.dropPart(divide);
    });
  }

  async #stageLock(): Promise<AsyncDisposable | undefined> {
    return this.#parts.staged ? await this.#pending.lock() : undefined;
  }

  #exclusive<T>(change: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(change);
    this.#queue = run.catch(() => {
      // The caller of this change gets the error; the next one goes on.
    });
    return run;
  }

  /** A change that goes on to another version, or depends on the newest one. */
  #alone<T>(change: () => Promise<T>): Promise<T> {
    return this.#exclusive(() => this.#parts.shared.exclusive(change));
  }

  /** What shall be staged is not committed behind the caller's back. */
  #isLarge(): boolean {
    const { staged, thresholdBytes = COMMIT_THRESHOLD_BYTES } = this.#parts;
    return !staged &&
      this.#pending.transaction.state.sizeBytes >= thresholdBytes;
  }

  async #commitLarge(): Promise<void> {
    await this.#parts.shared.exclusive(() =>
      this.#commit({ message: "automatic commit" })
    );
  }

  /** Before a part of the stage is committed, the rest is staged for then. */
  async #stageRest(selection: Selection): Promise<void> {
    await this.#pending.stageOwn();
    const { chosen, rest } = await this.#selected(selection);
    if (chosen.length > 0 && rest.length > 0) {
      await this.#pending.stageRest(rest);
    }
  }

  async #commit(options: SelectiveOptions): Promise<CommitResult> {
    const { selection } = options;
    const startMs = this.#host.clock.monotonicMs();
    const earlier = await this.#bringUp();
    this.#earlier = undefined;
    if (earlier === undefined) return await this.#commitRest(options, startMs);
    const { isSame, sumOf } = await import("./commit_result.ts");
    const isAnswered = isSame(earlier.selection, selection) &&
      (selection !== undefined || this.#pending.operations.length === 0);
    if (isAnswered) return earlier.result;
    return sumOf(earlier.result, await this.#commitRest(options, startMs));
  }

  async #commitRest(
    options: SelectiveOptions,
    startMs: number,
  ): Promise<CommitResult> {
    const { selection } = options;
    if (this.#parts.staged && selection) await this.#stageRest(selection);
    if (this.#pending.operations.length === 0) return this.nothing();
    await this.#flushPondName();
    return await this.#attempts(async (attempt) => {
      if (attempt > 1) await this.#pending.reloadToCommit();
      if (this.#pending.made) return (await this.#settle()).result;
      return await this.#attempt(options, startMs);
    }, options);
  }

  /**
   * Checks what is pending against what others have committed.
   *
   * @returns What an attempt did whose outcome nobody knew, if it was made.
   */
  async #bringUp(): Promise<Settled | undefined> {
    const isKnown = this.#sent === undefined && this.#pending.isCurrent;
    if (this.#parts.staged || !isKnown) await this.#pending.reloadToCommit();
    if (this.#pending.made) return await this.#settle();
    this.#sent = undefined;
    return this.#earlier;
  }

  /**
   * Finds out how an attempt ended whose outcome wasn't known. A plan that was
   * not committed is no pending work.
   *
   * @returns What it did, if it was a plan that was committed; a commit says it
   *   of anything else.
   */
  async #settlePlan(): Promise<CommitResult | undefined> {
    const { isPlan = false, chosen = [] } = this.#sent ?? {};
    if (this.#pending.made) {
      const settled = await this.#settle();
      if (isPlan) return settled.result;
      this.#earlier = settled;
      return undefined;
    }
    const { length } = this.#pending.operations;
    if (isPlan && length === chosen.length) await this.#pending.dropOwn();
    this.#sent = undefined;
    return undefined;
  }

  /** Tries until there is a result, or the attempts are used up. */
  async #attempts(
    work: (attempt: number) => Promise<CommitResult | undefined>,
    { signal }: CommitOptions,
  ): Promise<CommitResult> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      signal?.throwIfAborted();
      const result = await work(attempt);
      if (result !== undefined) {
        await this.#table.maintain();
        return result;
      }
      const { backOff } = await import("../oplog/backoff.ts");
      await backOff(this.#host, attempt, signal);
    }
    throw new PondError(
      "LOCKED",
      `Cannot commit: other processes took the next version ${MAX_ATTEMPTS} times`,
      { hint: "try again; the pending work is kept" },
    );
  }

  async #flushPondName(): Promise<void> {
    const { durability, host, path } = this.#parts;
    if (durability !== "full") return;
    const { PondName } = await import("./pond_name.ts");
    this.#pondName ??= new PondName(host, path);
    await this.#pondName.flush();
  }

  /** One try; `undefined` when another writer took the version. */
  async #attempt(
    options: SelectiveOptions,
    startMs: number,
    isPlan: boolean = false,
  ): Promise<CommitResult | undefined> {
    const { marks = {}, message = "", metadata = {}, selection } = options;
    const { author } = this.#parts;
    const selected = await this.#selected(selection);
    const { transaction } = selected;
    const { id, operations } = transaction;
    const isMark = marks.merge !== undefined || marks.tags !== undefined;
    if (operations.length === 0 && !isMark) return this.nothing();
    const point = this.#table.nextPoint();
    const touched = await this.#touchedDirectories(transaction);
    const note = { id, author, message, metadata, marks };
    const { planCommit } = await import("./commit_plan.ts");
    const plan = planCommit(transaction, touched, note, point);
    const application = this.#pending.stageCounter;
    // A copy: operations may be added while these are on their way.
    this.#sent = { chosen: [...selected.chosen], selection, isPlan };
    this.#parts.shared.expect(id);
    const appended = await this.#append(plan, point, {
      operation: "WRITE",
      transactionId: id,
      userName: author,
      message,
      operations: operations.length,
      ...(application ? { application } : {}),
    });
    if (appended.status === "taken") return undefined;
    this.#sent = undefined;
    this.#applyPlan(plan, point.version);
    await this.#done(selected);
    return {
      operationsCommitted: operations.length,
      transactionId: id,
      version: point.version,
      commitDuration: this.#host.clock.monotonicMs() - startMs,
      bytesWritten: appended.bytesWritten,
      recordBatchSize: plan.rowCount,
    };
  }

  async #append(
    plan: CommitPlan,
    point: CommitPoint,
    note: CommitNote,
  ): Promise<AppendResult> {
    try {
      await this.#parts.blobs.flush();
      return await this.#table.append(plan.records, point, note);
    } catch (error) {
      if (!hasCode(error, "OUTCOME_UNKNOWN")) this.#sent = undefined;
      throw error;
    }
  }

  /** A commit whose answer was an error was made after all. */
  async #settle(): Promise<Settled> {
    const { made } = this.#pending;
    const sent = this.#sent;
    invariant(made && sent, "only what was sent can have been made");
    const startMs = this.#host.clock.monotonicMs();
    await this.#table.flush();
    await this.#pending.settle(sent.chosen);
    this.#sent = undefined;
    const result = {
      operationsCommitted: sent.chosen.length,
      transactionId: made.transactionId ?? "",
      version: made.version,
      commitDuration: this.#host.clock.monotonicMs() - startMs,
      bytesWritten: made.sizeBytes,
      recordBatchSize: sent.chosen.length,
    };
    return { result, selection: sent.selection };
  }

  /** What is committed, as a transaction of its own; and what isn't. */
  async #selected(
    selection: Selection | undefined,
  ): Promise<Selected & { readonly transaction: Transaction }> {
    const all = this.#pending.transaction;
    if (selection === undefined) {
      return { chosen: all.operations, rest: [], transaction: all };
    }
    const parts = await selected(all, selection);
    const state = new TransactionState(all.id, all.state.startedAtUs);
    const transaction = new Transaction(state, this.#directories);
    await transaction.apply(parts.chosen);
    return { ...parts, transaction };
  }

  async #done(selected: Selected): Promise<void> {
    if (selected.rest.length === 0) await this.#pending.committed();
    else await this.#pending.committedPart(selected);
  }

  /** The committed state of what a transaction changes. */
  async #touchedDirectories(
    transaction: Transaction,
  ): Promise<Map<string, FoundDirectory>> {
    const ids = new Set(transaction.overlays.keys());
    for (const { fileType, nodeId } of transaction.operations) {
      if (fileType === "directory") ids.add(nodeId);
    }
    const { isEnough } = await import("./commit_plan.ts");
    const loaded = new Map<string, FoundDirectory>();
    for (const id of ids) {
      // A directory that this transaction makes has no log to look for.
      if (transaction.isCreated(id)) continue;
      const names = [...transaction.overlays.get(id)?.keys() ?? []];
      const found = await this.#directories.find(id, names);
      const isPart = isEnough(found, names.length);
      loaded.set(id, isPart ? found : await this.#directories.load(id));
    }
    return loaded;
  }

  #applyPlan(plan: CommitPlan, version: number): void {
    // First: what it holds of the state before need not be kept.
    this.#directories.advance();
    for (const change of plan.directories) {
      const rows = change.rows.map((row) =>
        row.childVersion < 0 ? { ...row, childVersion: version } : row
      );
      this.#parts.shared.directories.applyCommit({ ...change, rows }, version);
    }
  }

  /** What a commit did that made nothing. */
  nothing(): CommitResult {
    return {
      operationsCommitted: 0,
      transactionId: this.#pending.transactionId,
      version: this.#table.transactionVersion,
      commitDuration: 0,
      bytesWritten: 0,
      recordBatchSize: 0,
    };
  }
}

async function selected(
  transaction: Transaction,
  selection: Selection | undefined,
): Promise<Selected> {
  const { operations } = transaction;
  if (selection === undefined) return { chosen: operations, rest: [] };
  const { selectOperations } = await import("./selection.ts");
  const paths = await transaction.paths();
  return selectOperations(operations, selection, paths);
}
