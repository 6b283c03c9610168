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
import type { CommitOptions, CommitResult, PendingOperation } from "./types.ts";

/** Transactions of a pond. */
export abstract class TransactionOperations extends HistoryOperations {
  /** @ignore */
  protected abstract readonly committer: Committer;
  /** Whether this is a look at an earlier state. */
  abstract readonly readOnly: boolean;
  /** @ignore */
  protected abstract requireWritable(): void;

  /** The pending operations, in order, whether they fit or not. */
  pendingOperations(): readonly PendingOperation[] {
    return this.committer.pending.operations.map((operation) => ({
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
    this.requireWritable();
    const { selectionOf } = await import("./selection.ts");
    const selection = selectionOf(options);
    if (selection === undefined) return await this.committer.commit(options);
    if (selection.kind === "first") {
      return await this.committer.commit({ ...options, selection });
    }
    const paths = await Promise.all(
      selection.paths.map((path) => this.absolutePath(path)),
    );
    return await this.committer.commit({
      ...options,
      selection: { kind: "paths", paths },
    });
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
      if (!hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY")) throw error;
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
   * the stage.
   *
   * @returns How many operations were dropped.
   */
  async revert(): Promise<number> {
    this.requireWritable();
    return await this.committer.revert();
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
