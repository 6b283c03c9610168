/**
 * Going back, by new transactions: to an earlier state, or by one transaction.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { Clock } from "../host/host.ts";
import type { UndoOptions, UndoResult } from "./change_types.ts";
import type { PlanOptions } from "./committer.ts";
import * as history from "./history.ts";
import type { Operation } from "./operation.ts";
import type { RestoreSide } from "./restore_changes.ts";
import type { Revision } from "./revision.ts";
import { TransactionOperations } from "./transaction_operations.ts";
import type {
  CommitResult,
  RestoreOptions,
  RestoreResult,
  TransactionRow,
} from "./types.ts";
import type { UndoTarget } from "./undo.ts";

/** Restores, undo and redo. Nothing is lost by any of them. */
export abstract class RestoreOperations extends TransactionOperations {
  /** @ignore */
  protected abstract readonly clock: Clock;
  /**
   * The committed state of a version; the newest when left out.
   *
   * @ignore
   */
  protected abstract stateAt(version?: number): RestoreSide;

  /**
   * Makes the state of a revision the current one, by a new transaction; or with
   * `path` only what is, or was, there. When that fails, everything is as it was.
   *
   * @throws {PondError} `REVISION_NOT_FOUND`; `NOT_FOUND` when there is nothing
   *   at the path in either state; `INVALID_ARGUMENT` while operations are
   *   pending.
   */
  async restore(
    revision: string,
    options: RestoreOptions = {},
  ): Promise<RestoreResult> {
    const { parseRevision } = await import("./revision.ts");
    const parsed = parseRevision(revision, this.clock.nowUs());
    return await this.#restore(parsed, revision, options);
  }

  /**
   * Makes the state at a time the current one, by a new transaction.
   *
   * @param timestamp What was committed up to the end of its millisecond counts.
   * @throws {RangeError} For an invalid date.
   * @throws {PondError} `REVISION_NOT_FOUND` for a time before the pond's first
   *   commit; `INVALID_ARGUMENT` while operations are pending.
   */
  async restoreToTimestamp(
    timestamp: Date,
    options: RestoreOptions = {},
  ): Promise<RestoreResult> {
    const revision = timestamp.toISOString();
    const timestampUs = timestamp.getTime() * 1000 + 999;
    const parsed: Revision = { kind: "time", timestampUs };
    return await this.#restore(parsed, revision, options);
  }

  /**
   * Takes one transaction back, by a new one. Later ones stay: where they
   * changed the same, nothing is done.
   *
   * @param transaction A revision: the transaction that made its version.
   *   Without it, the newest that is neither an undo nor undone; so each call
   *   goes one further back.
   * @throws {PondError} `CONFLICT` when later transactions changed the same;
   *   `REVISION_NOT_FOUND` when there is nothing to take back;
   *   `INVALID_ARGUMENT` while operations are pending.
   */
  async undo(
    transaction?: string,
    options: UndoOptions = {},
  ): Promise<UndoResult> {
    const { findUndo, targetOf } = await import("./undo.ts");
    if (transaction !== undefined) {
      const find = async () => targetOf(await this.#named(transaction));
      return await this.#takeBack(find, options);
    }
    const empty = new Set<string>();
    for (;;) {
      const find = () => findUndo(this.transactions(), empty);
      const result = await this.#takeBack(find, options);
      if (result.nodesChanged > 0) return result;
      // A transaction that came to nothing is none to stop at.
      empty.add(result.transaction.transactionId);
    }
  }

  /**
   * Takes the newest undo back that is in effect, by a new transaction; so each
   * call goes one further.
   *
   * @throws {PondError} As {@linkcode undo}.
   */
  async redo(options: UndoOptions = {}): Promise<UndoResult> {
    const { findRedo } = await import("./undo.ts");
    return await this.#takeBack(() => findRedo(this.transactions()), options);
  }

  async #restore(
    revision: Revision,
    text: string,
    { dryRun = false, path, ...options }: RestoreOptions,
  ): Promise<RestoreResult> {
    this.requireWritable();
    const startMs = this.clock.monotonicMs();
    const top = path === undefined ? path : await this.absolutePath(path);
    const { table } = this.historySide();
    let version: number | undefined;
    const resolve = () => history.resolveRevision(table, revision, text);
    let nodeIds: readonly string[] = [];
    const commit = await this.#carryOut(
      async () => {
        const { operations } = this.committer.pending;
        if (operations.length > 0 || revision.kind === "pending") {
          throw pendingIsNoVersion(`restore ${text}`);
        }
        version ??= await resolve();
        const plan = await this.#planRestore(version, top);
        nodeIds = [...nodesOf(plan)];
        return plan;
      },
      { message: messageOf(text, top), ...options },
      dryRun,
    );
    version ??= await resolve();
    const timestampUs = await history.timeOfVersion(table, version);
    return {
      dryRun,
      nodesRestored: nodeIds.length,
      nodeIds,
      restoreDuration: this.clock.monotonicMs() - startMs,
      targetTimestamp: new Date(timestampUs / 1000),
      targetVersion: version,
      commit,
    };
  }

  async #planRestore(
    version: number,
    path: string | undefined,
  ): Promise<Operation[]> {
    const { planRestore } = await import("./restore.ts");
    const plan = await planRestore(this.stateAt(), this.stateAt(version), {
      nowUs: this.clock.nowUs(),
      path,
    });
    if (plan.length === 0 && path !== undefined) {
      const { requireAny } = await import("./places.ts");
      await requireAny([this, await this.at(`v${version}`)], path);
    }
    return plan;
  }

  /** The transaction that made the version of a revision. */
  async #named(text: string): Promise<TransactionRow> {
    const { parseRevision } = await import("./revision.ts");
    const { table } = this.historySide();
    const revision = parseRevision(text, this.clock.nowUs());
    if (revision.kind === "pending") throw pendingIsNoVersion(`undo ${text}`);
    const version = await history.resolveRevision(table, revision, text);
    const transaction = await this.transactionOf(version);
    if (transaction !== undefined && version > 0) return transaction;
    throw new PondError(
      "INVALID_ARGUMENT",
      version === 0
        ? "Cannot undo v0: it is what made the pond"
        : `Cannot undo v${version}: it merged files, and changed nothing`,
      { version, hint: "see what can be undone: pond log" },
    );
  }

  async #takeBack(
    find: () => Promise<UndoTarget>,
    { dryRun = false, ...options }: UndoOptions,
  ): Promise<UndoResult> {
    this.requireWritable();
    await this.committer.refresh();
    const { marks, transaction } = await find();
    const { version } = transaction;
    const { requireBefore } = await import("./kept_history.ts");
    requireBefore(this.historySide().table, version);
    const { planUndo } = await import("./undo.ts");
    let nodesChanged = 0;
    const plan = async () => {
      if (this.committer.pending.operations.length > 0) {
        throw pendingIsNoVersion(`undo v${version}`);
      }
      const sides = {
        now: this.stateAt(),
        after: this.stateAt(version),
        before: this.stateAt(version - 1),
      };
      const nowUs = this.clock.nowUs();
      const operations = await planUndo(sides, `v${version}`, nowUs);
      nodesChanged = nodesOf(operations).size;
      return operations;
    };
    const message = undoMessage(transaction);
    const all = { message, ...options, marks };
    const commit = await this.#carryOut(plan, all, dryRun);
    return { dryRun, transaction, nodesChanged, commit };
  }

  /** Commits a plan; or only makes it, to see whether it can be made. */
  async #carryOut(
    plan: () => Promise<readonly Operation[]>,
    options: PlanOptions,
    dryRun: boolean,
  ): Promise<CommitResult> {
    if (!dryRun) return await this.committer.commitPlan(plan, options);
    await this.committer.refresh();
    await plan();
    // Nothing is pending, or there were no plan: this says what a commit does.
    return await this.committer.commit({});
  }
}

function messageOf(text: string, path: string | undefined): string {
  return path === undefined ? `restore ${text}` : `restore ${path} of ${text}`;
}

function undoMessage({ message, undoes, version }: TransactionRow): string {
  if (undoes === undefined) {
    return message === "" ? `undo v${version}` : `undo v${version}: ${message}`;
  }
  return message.startsWith("undo ")
    ? `redo ${message.slice("undo ".length)}`
    : `redo, taking back v${version}`;
}

function pendingIsNoVersion(what: string): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot ${what}: what is pending is no version yet`,
    { hint: "commit or drop it first: pond commit, pond revert" },
  );
}

/** The nodes that operations are about. */
export function nodesOf(operations: readonly Operation[]): Set<string> {
  return new Set(operations.map(({ nodeId }) => nodeId));
}
