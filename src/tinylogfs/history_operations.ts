/**
 * What a pond tells of its history, and what SQL sees of it.
 *
 * @module
 */
import { IntegrityError, InvariantError, PondError } from "../errors.ts";
import type { BlobStore } from "./blobs.ts";
import { OpLogDirectory } from "./directory.ts";
import { OpLogFile } from "./file.ts";
import { FileOperations } from "./files.ts";
import type { Candidate } from "./find.ts";
import * as history from "./history.ts";
import { isNodeId } from "./node_index.ts";
import type {
  ContentLocation,
  DirectoryEntryRow,
  FoundNode,
  HistoryRow,
  NodeSearchCriteria,
  QueryOptions,
  QueryResult,
  QueryRunner,
  QuerySource,
  TransactionRow,
} from "./types.ts";

/** History and queries of a pond. */
export abstract class HistoryOperations extends FileOperations
  implements QuerySource {
  /** @ignore */
  protected abstract readonly blobs: BlobStore;
  /** Runs SQL. */
  protected abstract readonly queryRunner: QueryRunner | undefined;
  /** The filesystem without what is pending; itself when nothing is. */
  protected abstract readonly committed: QuerySource;
  /** @ignore */
  protected abstract historySide(): history.HistorySide;
  /** A directory for disposable files. */
  abstract cacheDirectory(): Promise<string>;

  /**
   * All versions of a node, newest first, through renames.
   *
   * @param node A path, or the identity of a node (32 hexadecimal digits, so
   *   that a path in the root which looks like one begins with `/`). A path
   *   that is gone means the node that last had it.
   * @throws {PondError} `NOT_FOUND` when there never was such a node.
   */
  async *getNodeHistory(node: string): AsyncGenerator<HistoryRow> {
    const history = await import("./node_history.ts");
    yield* isNodeId(node)
      ? history.nodeHistoryById(
        this.historySide(),
        node,
        () => this.nodeIndex.pathOf(node),
      )
      : history.nodeHistory(this.historySide(), node);
  }

  /**
   * The nodes that meet all criteria, parents before their children.
   *
   * @throws {PondError} `INVALID_ARGUMENT` for a query that is no JSONPath, or a
   *   pattern that is none; `NOT_FOUND`, `NOT_A_DIRECTORY` for the path.
   */
  async *findNodes(criteria: NodeSearchCriteria): AsyncGenerator<FoundNode> {
    const { findNodes } = await import("./find.ts");
    const top = await this.openDirectory(criteria.path ?? "/");
    const path = await top.currentPath();
    yield* findNodes(this.#candidates(top), criteria, path);
  }

  /** The transactions, newest first. */
  async *transactions(
    options: { readonly limit?: number; readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<TransactionRow> {
    yield* history.transactions(this.historySide(), options);
  }

  /** Rows of operations, oldest first. */
  async *historyRows(
    options: {
      readonly pending?: boolean;
      readonly bookkeeping?: boolean;
      readonly signal?: AbortSignal;
    } = {},
  ): AsyncGenerator<HistoryRow> {
    yield* history.historyRows(this.historySide(), options);
  }

  /** Rows of directory records, oldest first. */
  async *directoryEntryRows(
    options: { readonly pending?: boolean; readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<DirectoryEntryRow> {
    yield* history.directoryEntryRows(this.historySide(), options);
  }

  /** Runs SQL over the committed history, and files as they are committed. */
  async queryHistory(
    sql: string,
    options: QueryOptions = {},
  ): Promise<QueryResult> {
    const { queryRunner } = this;
    if (queryRunner === undefined) {
      throw new PondError(
        "UNSUPPORTED",
        "Cannot query: no SQL engine was given",
        {
          hint: "open the pond with Pond.open(), or give a queryRunner",
        },
      );
    }
    // A pattern or path in the SQL is looked up as everything else.
    const source = options.pending ? this : this.committed;
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
    if (content !== null) return { kind: "inline", bytes: content.slice() };
    const { sha256 } = attributes;
    if (sha256 === undefined) {
      throw new IntegrityError(path, "its row has neither content nor a blob");
    }
    await this.blobs.verify(sha256, options.signal);
    return { kind: "blob", hostPath: this.blobs.pathOf(sha256), sha256 };
  }

  async *#candidates(top: OpLogDirectory): AsyncGenerator<Candidate> {
    const directories = [top];
    for (const directory of directories) {
      for (const entry of await this.pendingTransaction.list(directory.id)) {
        const node = directory.nodeOf(entry);
        const attributes = async () => (await node.row()).attributes;
        yield { path: node.path, entry, attributes };
        if (node instanceof OpLogDirectory) directories.push(node);
      }
    }
  }
}
