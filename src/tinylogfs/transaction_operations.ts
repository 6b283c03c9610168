/**
 * What can be done with the pending operations of a pond.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import { hasCode } from "../errors.ts";
import { encodeOplogEntries } from "../oplog/record.ts";
import type { Committer } from "./committer.ts";
import { HistoryOperations } from "./history_operations.ts";
import { isNodeId } from "./node_index.ts";
import { described } from "./operation.ts";
import type { PondTransaction, TransactionSide } from "./pond_transaction.ts";
import type {
  CommitOptions,
  CommitResult,
  PendingOperation,
  RevertOptions,
  TransactionOptions,
  TransactionResult,
} from "./types.ts";

/** Transactions of a pond. */
export abstract class TransactionOperations extends HistoryOperations {
  /** @ignore */
  protected abstract readonly committer: Committer;
  /** Whether this is a look at an earlier state. */
  abstract readonly readOnly: boolean;
  /** @ignore */
  protected abstract requireWritable(): void;
  /** @ignore */
  protected abstract readonly transactionSide: TransactionSide;

  /** The pending operations, in order, whether they fit or not. */
  pendingOperations(): readonly PendingOperation[] {
    return this.committer.pending.operations.map(described);
  }

  /**
   * Makes a transaction of what a function does: commits when the function
   * returns, and drops everything when it throws.
   *
   * The function gets the filesystem as it is committed when the transaction
   * begins, and sees beside that its own changes, nothing else: neither what is
   * pending in this object, nor what others commit meanwhile. It is the commit
   * that fails when they have changed a name or a node that the function has
   * changed, too: then the function is called again, on the newest state. So it
   * must do nothing that can't be done twice. What it has only read may have
   * changed: see docs/conflicts.md.
   *
   * All of it is kept in memory until the commit, but for contents of 64 KiB or
   * more.
   *
   * @param work Does the work, on the filesystem that it is given.
   * @returns What `work` returned, and the commit.
   * @throws {ConflictError} When others were faster each time.
   * @throws Whatever `work` throws; nothing has changed then.
   */
  async transaction<T>(
    work: (tx: PondTransaction) => Promise<T> | T,
    options: TransactionOptions = {},
  ): Promise<TransactionResult<T>> {
    this.requireWritable();
    requireTexts(options.metadata);
    const { runTransaction } = await import("./pond_transaction.ts");
    return await runTransaction(this.transactionSide, work, options);
  }

  /**
   * Makes the pending operations part of history, all or none; or with `first`
   * or `paths` only those, and what they need. The rest stays pending.
   *
   * @throws {ConflictError} When another transaction changed the same name or
   *   node; the pending work is kept.
   */
  async commit(options: CommitOptions = {}): Promise<CommitResult> {
    this.requireWritable();
    requireTexts(options.metadata);
    const { selectionOf } = await import("./selection.ts");
    const selection = selectionOf(options);
    if (selection === undefined) return await this.committer.commit(options);
    if (selection.kind === "first") {
      return await this.committer.commit({ ...options, selection });
    }
    const paths = await this.#absolutePaths(selection.paths);
    return await this.committer.commit({
      ...options,
      selection: { kind: "paths", paths },
    });
  }

  /**
   * The pending operations that a commit with these options would take, in
   * their order. Nothing is committed.
   *
   * @throws {ConflictError} When they no longer fit.
   */
  async previewCommit(
    options: Pick<CommitOptions, "first" | "paths"> = {},
  ): Promise<readonly PendingOperation[]> {
    await this.refresh();
    const { conflict, operations, transaction } = this.committer.pending;
    if (conflict !== undefined) throw conflict;
    const { selectionOf, selectOperations } = await import("./selection.ts");
    const selection = selectionOf(options);
    if (selection === undefined) return operations.map(described);
    const chosen = selection.kind === "first" ? selection : {
      kind: "paths" as const,
      paths: await this.#absolutePaths(selection.paths),
    };
    const paths = await transaction.paths();
    return selectOperations(operations, chosen, paths).chosen.map(described);
  }

  /**
   * The pending operations that a revert with these options would drop, in
   * their order. Nothing is dropped.
   */
  async previewRevert(
    options: RevertOptions = {},
  ): Promise<readonly PendingOperation[]> {
    const { conflict, operations, transaction } = this.committer.pending;
    if (options.paths === undefined) return operations.map(described);
    const { selectDropped } = await import("./selection.ts");
    const dropped = await this.#absolutePaths(options.paths);
    const paths = conflict ? new Map() : await transaction.paths();
    return selectDropped(operations, dropped, paths).chosen.map(described);
  }

  async #absolutePaths(paths: readonly string[]): Promise<string[]> {
    return await Promise.all(paths.map((path) => this.absolutePath(path)));
  }

  /**
   * A path as operations have it, whether there is something or not.
   *
   * @ignore
   */
  protected async absolutePath(path: string): Promise<string> {
    try {
      return (await this.root.resolve(path, { followLast: false })).path;
    } catch (error) {
      // What is staged may have stopped fitting: then there is no state to look at.
      const isExpected = hasCode(
        error,
        "NOT_FOUND",
        "NOT_A_DIRECTORY",
        "CONFLICT",
      );
      if (!isExpected) throw error;
      const names: string[] = [];
      for (const name of path.split("/")) {
        if (name === "..") names.pop();
        else if (name !== "" && name !== ".") names.push(name);
      }
      return `/${names.join("/")}`;
    }
  }

  /**
   * Commits the first pending operations, in their order; the rest stays
   * pending.
   *
   * @param operationCount How many; all when there are fewer.
   * @throws {RangeError} For a count that is none.
   */
  async commitPartial(
    operationCount: number,
    options: Omit<CommitOptions, "first" | "paths"> = {},
  ): Promise<CommitResult> {
    return await this.commit({ ...options, first: operationCount });
  }

  /** Commits what is pending, without a message. */
  async sync(
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<CommitResult> {
    return await this.commit(options);
  }

  /**
   * Commits the pending operations at or below some nodes, and what they need;
   * the rest stays pending.
   *
   * @param nodes Paths, or identities of nodes (32 hexadecimal digits).
   * @throws {PondError} `NOT_FOUND` for an identity that no path leads to.
   */
  async syncNodes(
    nodes: readonly string[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<CommitResult> {
    const paths = nodes.map((node) =>
      isNodeId(node) ? this.nodeIndex.pathOf(node) : node
    );
    return await this.commit({ ...options, paths: await Promise.all(paths) });
  }

  /**
   * The pending operations as an Arrow IPC stream of one record batch, with the
   * columns of `OplogEntry`. They stay pending, and untouched.
   */
  snapshotPending(): Bytes {
    return encodeOplogEntries(this.committer.pending.rows);
  }

  /**
   * Puts this object's pending operations into the durable stage, on top of
   * what is there: any process sees and commits them.
   *
   * @returns How many operations were staged.
   * @throws {ConflictError} When another process staged a change of the same.
   */
  async stage(): Promise<number> {
    this.requireWritable();
    return await this.committer.stage();
  }

  /**
   * Drops the pending operations, and what is staged where this was opened with
   * the stage; or with `paths` only those at or below them, and what builds on
   * those. So work that no longer fits can be parted with, and the rest be kept.
   *
   * @returns How many operations were dropped.
   */
  async revert(options: RevertOptions = {}): Promise<number> {
    this.requireWritable();
    if (options.paths === undefined) return await this.committer.revert();
    const { selectDropped } = await import("./selection.ts");
    const paths = await this.#absolutePaths(options.paths);
    return await this.committer.revertPart((operations, places) =>
      selectDropped(operations, paths, places)
    );
  }

  /**
   * Brings this object up to commits of other processes. A look at an earlier
   * state stays as it is.
   *
   * @throws {ConflictError} When pending operations no longer fit.
   */
  async refresh(): Promise<void> {
    if (this.readOnly) return;
    await this.committer.refresh();
  }
}

/** Refuses what JSON would make something else of. */
function requireTexts(metadata: CommitOptions["metadata"]): void {
  for (const [name, value] of Object.entries(metadata ?? {})) {
    if (typeof value === "string") continue;
    throw new TypeError(`Cannot commit: metadata.${name} is no string`);
  }
}
