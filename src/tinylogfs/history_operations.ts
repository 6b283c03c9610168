/**
 * What a pond tells of its history, and what SQL sees of it.
 *
 * @module
 */
import { type Bytes, concatBytes } from "../bytes.ts";
import { IntegrityError, InvariantError, PondError } from "../errors.ts";
import { parseAttributes } from "./attributes.ts";
import type { BlobStore } from "./blobs.ts";
import type {
  BlameLine,
  DiffOptions,
  LogOptions,
  NodeChange,
  TransactionSummary,
} from "./change_types.ts";
import type { ReadContent } from "./diff.ts";
import { OpLogDirectory } from "./directory.ts";
import { OpLogFile } from "./file.ts";
import { FileOperations } from "./files.ts";
import type { Candidate } from "./find.ts";
import * as history from "./history.ts";
import { isNodeId } from "./node_index.ts";
import { checkedContent } from "./node_row.ts";
import type {
  FilePart,
  FileVersion,
  HistoryCriteria,
  QueryRunner,
  QuerySource,
  RecordRow,
  TreeCriteria,
  TreeRow,
} from "./query_source.ts";
import type { RestoreSide } from "./restore_changes.ts";
import type {
  ContentLocation,
  DirectoryEntryRow,
  FoundNode,
  HistoryRow,
  NodeSearchCriteria,
  PondQueryOptions,
  QueryBatch,
  QueryColumn,
  QueryOptions,
  QueryParam,
  QueryResult,
  QueryRow,
  SqlTemplate,
  TransactionRow,
} from "./types.ts";
import type { InputPiece, ViewSource } from "./view.ts";
import type { ViewDirectory } from "./view_nodes.ts";

/** History and queries of a pond. */
export abstract class HistoryOperations extends FileOperations
  implements ViewSource {
  /** @ignore */
  protected abstract readonly blobs: BlobStore;
  /** Runs SQL. */
  protected abstract readonly queryRunner: QueryRunner | undefined;
  /** The filesystem without what is pending; itself when nothing is. */
  protected abstract readonly committed: QuerySource;
  /** @ignore */
  protected abstract historySide(): history.HistorySide;
  /**
   * The state that is looked at, what is pending included.
   *
   * @ignore
   */
  protected abstract stateSide(): Promise<RestoreSide>;
  /** Looks at another state, without restoring it. */
  abstract at(revision: string): Promise<HistoryOperations>;
  /** A directory for disposable files. */
  abstract cacheDirectory(): Promise<string>;

  /** The directory on the host that the blobs are in. */
  get blobDirectory(): string {
    return this.blobs.directory;
  }

  /**
   * All versions of a node, newest first, through renames.
   *
   * @param node A path, or the identity of a node (32 hexadecimal digits, so
   *   that a path in the root which looks like one begins with `/`). A path
   *   that is gone means the node that last had it.
   * @throws {PondError} `NOT_FOUND` when there never was such a node.
   */
  async *getNodeHistory(
    node: string,
    options: LogOptions = {},
  ): AsyncGenerator<HistoryRow> {
    const history = await import("./node_history.ts");
    const rows = isNodeId(node)
      ? history.nodeHistoryById(
        this.historySide(),
        node,
        () => this.nodeIndex.pathOf(node),
      )
      : history.nodeHistory(this.historySide(), node);
    const { limit = Infinity, signal, ...times } = options;
    const { sinceUs = -Infinity, untilUs = Infinity } = await this.#timesOf(
      times,
    );
    if (limit <= 0) return;
    let count = 0;
    let hasRows = false;
    for await (const row of rows) {
      hasRows = true;
      signal?.throwIfAborted();
      if (row.timestampUs < sinceUs) return;
      if (row.timestampUs > untilUs) continue;
      yield row;
      if (++count >= limit) return;
    }
    if (!hasRows && !isNodeId(node)) await this.#requireStored(node);
  }

  /** What is computed has no versions of its own. */
  async #requireStored(path: string): Promise<void> {
    const { viewOf } = await import("./view_nodes.ts");
    const found = await this.root.resolve(path);
    const resource = viewOf(found.node);
    if (resource === undefined) return;
    throw new PondError(
      "UNSUPPORTED",
      `Cannot show versions of ${found.path}: it is computed, by ${resource}`,
      {
        path: found.path,
        hint: `see what it is made from: pond explain ${found.path}`,
      },
    );
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
    const path = top instanceof OpLogDirectory
      ? await top.currentPath()
      : top.path;
    // A directory of a view that is named itself is always looked into.
    const isView = !(top instanceof OpLogDirectory) ||
      (await top.row()).attributes.view !== undefined;
    const computed = isView || criteria.computed !== false;
    const candidates = this.#candidates(top, { computed });
    yield* findNodes(candidates, criteria, path);
  }

  /**
   * The transactions, newest first. What is older than those that are asked for
   * is not read.
   */
  async *transactions(
    options: LogOptions = {},
  ): AsyncGenerator<TransactionRow> {
    const { since, until, ...rest } = options;
    const times = await this.#timesOf({ since, until });
    yield* history.transactions(this.historySide(), { ...rest, ...times });
  }

  /** The transaction that made a version, if one did. */
  async transactionOf(version: number): Promise<TransactionRow | undefined> {
    return await history.transactionOf(this.historySide().table, version);
  }

  /** How many nodes the transaction of a version has changed. */
  async transactionSummary(version: number): Promise<TransactionSummary> {
    const { summaryOf } = await import("./summary.ts");
    const side = { ...this.historySide(), maxVersion: version };
    const options = { minVersion: version };
    const { historyRows } = await import("./history_rows.ts");
    return await summaryOf(historyRows(side, options));
  }

  /**
   * What differs between two states, by path. Directories that are the same in
   * both are not read.
   *
   * @param from The one revision.
   * @param to The other one; it may be the earlier one. The newest version when
   *   left out; `@pending` is the newest with what is pending here, or else
   *   staged.
   * @throws {PondError} `REVISION_NOT_FOUND`, `INVALID_ARGUMENT`; `NOT_FOUND`
   *   when there is nothing at the path in either of them.
   */
  async *diff(
    from: string,
    to: string = "@",
    options: DiffOptions = {},
  ): AsyncGenerator<NodeChange> {
    const [before, after] = [await this.#viewOf(from), await this.#viewOf(to)];
    const { compareStates } = await import("./diff.ts");
    const { absolutePath, requireAny } = await import("./places.ts");
    const path = absolutePath(options.path ?? "/");
    let isAny = false;
    const sides = [await before.stateSide(), await after.stateSide()] as const;
    const compare = { path, signal: options.signal };
    for await (
      const change of compareStates(...sides, this.readContent, compare)
    ) {
      isAny = true;
      yield change;
    }
    if (!isAny) await requireAny([before, after], path);
  }

  /**
   * Says of each line of a file which version brought it. Symlinks are followed,
   * and the file through its renames.
   *
   * @throws {PondError} `UNSUPPORTED` when the file is no text.
   */
  async *blame(
    path: string,
    options: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<BlameLine> {
    const found = await this.root.resolve(path);
    found.asFile();
    const { blameLines } = await import("./blame.ts");
    yield* blameLines(
      found.path,
      this.getNodeHistory(found.path, options),
      this.readContent,
      (version) => this.transactionOf(version),
      options.signal,
    );
  }

  /** Rows of operations, oldest first. */
  async *historyRows(
    options: {
      readonly pending?: boolean;
      readonly bookkeeping?: boolean;
      readonly minVersion?: number;
      readonly signal?: AbortSignal;
    } = {},
  ): AsyncGenerator<HistoryRow> {
    const { historyRows } = await import("./history_rows.ts");
    yield* historyRows(this.historySide(), options);
  }

  /**
   * Rows of operations that meet criteria, oldest first, some at a time: what
   * SQL reads.
   */
  async *historyBatches(
    criteria: HistoryCriteria = {},
  ): AsyncGenerator<readonly HistoryRow[]> {
    const { historyBatches } = await import("./history_rows.ts");
    yield* historyBatches(this.historySide(), criteria);
  }

  /** Rows of directory records that meet criteria, oldest first. */
  async *directoryEntryRows(
    criteria: HistoryCriteria = {},
  ): AsyncGenerator<DirectoryEntryRow> {
    const { directoryRows } = await import("./history_rows.ts");
    yield* directoryRows(this.historySide(), criteria);
  }

  /** Rows of the Delta table that meet criteria, oldest first. */
  async *recordRows(
    criteria: HistoryCriteria = {},
  ): AsyncGenerator<RecordRow> {
    const { recordRows } = await import("./history_rows.ts");
    yield* recordRows(this.historySide(), criteria);
  }

  /** Nodes of the tree, the root left out, parents before their children. */
  async *treeRows(criteria: TreeCriteria = {}): AsyncGenerator<TreeRow> {
    const { treeRows } = await import("./tree_rows.ts");
    const open = (path: string) => this.openDirectory(path);
    const below = (top: OpLogDirectory | ViewDirectory, name?: string) =>
      this.#candidates(top, { only: name });
    yield* treeRows({ open, below }, criteria);
  }

  /**
   * Asks in SQL: `pond.sql`, with values between the backquotes. They are bound
   * as parameters, and never a part of the text; where a table stands, a text is
   * the path of a file (or a pattern, or a table's name).
   *
   * @example
   * ```ts
   * import { Pond } from "@duckpond/pond";
   * import { assertEquals } from "@std/assert";
   *
   * const directory = await Deno.makeTempDir();
   * await using pond = await Pond.init(`${directory}/pond`);
   * await pond.createFile("/lake.csv", "t,m\n1,20.5\n2,20.7\n");
   * await pond.commit();
   *
   * const [path, t0] = ["/lake.csv", 1];
   * const rows = pond.sql`SELECT m FROM ${path} WHERE t > ${t0}`;
   * for await (const { m } of rows) assertEquals(m, 20.7);
   * await Deno.remove(directory, { recursive: true });
   * ```
   */
  sql<R extends QueryRow = QueryRow>(
    texts: TemplateStringsArray,
    ...values: readonly QueryParam[]
  ): PondQuery<R> {
    return new PondQuery(() => this.#ask({ texts, values }, {}));
  }

  /**
   * Asks in SQL. Nothing runs before the answer is read: row by row in a
   * `for await`, with `rows()`, or with `arrow()`.
   *
   * @param text A statement. `$name` in it is a parameter, of `params`.
   * @param options Which state, and what it may take. Without `pending`, and
   *   `at` being `@pending`, what is committed.
   */
  query<R extends QueryRow = QueryRow>(
    text: string,
    options: PondQueryOptions = {},
  ): PondQuery<R> {
    return new PondQuery(() => this.#ask(text, options));
  }

  /** Runs SQL over the committed history, and files as they are committed. */
  async queryHistory(
    sql: string,
    options: QueryOptions = {},
  ): Promise<QueryResult> {
    return await this.#ask(sql, options);
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
      return (await this.#computedPart(path, options)).location;
    }
    const { content, attributes } = await file.row();
    if (content !== null) await checkedContent(content, attributes);
    const { signal } = options;
    const { sha256 } = attributes;
    return await this.#locationOf(content, sha256, path, signal);
  }

  /**
   * Where the bytes lie that together are a file: of a series, those of each
   * part, the newest first; of any other file, those of the newest version.
   *
   * @throws {PondError} As {@linkcode contentLocation}; `INTEGRITY` when a part is
   *   missing.
   */
  async *fileParts(
    path: string,
    options: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<FilePart> {
    const found = await this.root.resolve(path);
    if (!(found.asFile() instanceof OpLogFile)) {
      yield await this.#computedPart(path, options);
      return;
    }
    const mark = await this.seriesMark(found.path);
    if (mark?.previous === undefined) {
      const location = await this.contentLocation(path, options);
      yield { location, ...(mark === undefined ? {} : { series: mark }) };
      return;
    }
    const [{ partsOf }, { nodeHistory }] = await Promise.all([
      import("./series.ts"),
      import("./node_history.ts"),
    ]);
    const rows = (wanted: () => number | undefined) =>
      nodeHistory(this.historySide(), found.path, wanted);
    for await (const { mark, row } of partsOf(rows, found.path)) {
      options.signal?.throwIfAborted();
      const { sha256 } = parseAttributes(row.metadata, found.path);
      const { content } = row;
      const location = await this.#locationOf(
        content,
        sha256,
        path,
        options.signal,
      );
      yield { location, series: mark };
    }
  }

  /** @ignore */
  protected override async seriesPieces(
    path: string,
  ): Promise<readonly InputPiece[]> {
    const { path: at } = await this.root.resolve(path);
    const { partsOf } = await import("./series.ts");
    const { nodeHistory } = await import("./node_history.ts");
    const { pieceIdentity } = await import("./view_inputs.ts");
    const rows = (wanted: () => number | undefined) =>
      nodeHistory(this.historySide(), at, wanted);
    const pieces: InputPiece[] = [];
    for await (const { mark, row } of partsOf(rows, at)) {
      const { sha256 = "" } = parseAttributes(row.metadata, at);
      const { fromUs, toUs } = mark;
      pieces.push({
        identity: pieceIdentity(sha256, mark),
        ...(fromUs === undefined ? {} : { fromUs }),
        ...(toUs === undefined ? {} : { toUs }),
      });
    }
    // As they are read.
    return pieces.reverse();
  }

  /** The content of a computed file. */
  async #computedPart(
    path: string,
    options: { readonly signal?: AbortSignal },
  ): Promise<FilePart> {
    const file = await this.computedFile(path);
    if (file === undefined) throw new InvariantError("a view shows its files");
    const { hostPath, sha256 } = await file.content(options);
    const { format } = file;
    return { location: { kind: "blob", hostPath, sha256 }, format };
  }

  async #locationOf(
    content: Bytes | null,
    sha256: string | undefined,
    path: string,
    signal: AbortSignal | undefined,
  ): Promise<ContentLocation> {
    if (content !== null) return { kind: "inline", bytes: content.slice() };
    if (sha256 === undefined) {
      throw new IntegrityError(path, "its row has neither content nor a blob");
    }
    await this.blobs.verify(sha256, signal);
    return { kind: "blob", hostPath: this.blobs.pathOf(sha256), sha256 };
  }

  /**
   * All versions of a file, oldest first, through renames: where their bytes lie;
   * the hashes of blobs have been checked.
   *
   * @throws {PondError} `NOT_FOUND` when there never was such a file.
   */
  async *fileVersions(
    path: string,
    options: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<FileVersion> {
    const found = await this.root.resolve(path);
    found.asFile();
    const { fileVersions } = await import("./history_rows.ts");
    const rows = this.getNodeHistory(found.path, options);
    const { signal } = options;
    yield* fileVersions(
      rows,
      (content, sha256) => this.#locationOf(content, sha256, path, signal),
    );
  }

  async #ask(
    sql: string | SqlTemplate,
    { at, ...options }: PondQueryOptions,
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
    if (at === undefined) {
      // A pattern or path in the SQL is looked up as everything else.
      const source = options.pending ? this : this.committed;
      return await queryRunner(source, sql, options);
    }
    const view = await this.#viewOf(at);
    const pending = at === "@pending";
    return await queryRunner(view, sql, { ...options, pending });
  }

  async #viewOf(revision: string): Promise<HistoryOperations> {
    const isOwn = revision === "@pending" &&
      this.pendingTransaction.operations.length > 0;
    if (isOwn) return this;
    const { relativeRevision } = await import("./relative_revision.ts");
    const known = await relativeRevision(this.historySide(), revision);
    return known === undefined ? this : await this.at(known);
  }

  /** Microseconds since the epoch, UTC, of revisions. */
  async #timesOf(
    { since, until }: {
      since?: string | undefined;
      until?: string | undefined;
    },
  ): Promise<{ sinceUs?: number; untilUs?: number }> {
    if (since === undefined && until === undefined) return {};
    const timeOf = async (text: string) => {
      const { parseRevision } = await import("./revision.ts");
      const { nowUs, table } = this.historySide();
      const revision = parseRevision(text, nowUs);
      if (revision.kind === "time") return revision.timestampUs;
      if (revision.kind === "pending") return nowUs;
      const version = await history.resolveRevision(table, revision, text);
      return await history.timeOfVersion(table, version);
    };
    return {
      ...(since === undefined ? {} : { sinceUs: await timeOf(since) }),
      ...(until === undefined ? {} : { untilUs: await timeOf(until) }),
    };
  }

  /**
   * Reads the content of a row, wherever it lies.
   *
   * @ignore
   */
  protected readonly readContent: ReadContent = async (row, path, signal) => {
    const { attributes: { blob, sha256 }, content } = row;
    if (content !== null) {
      return (await checkedContent(content, row.attributes)).slice();
    }
    if (blob === true && sha256 !== undefined) {
      return await this.blobs.read(sha256, signal ? { signal } : {});
    }
    throw new IntegrityError(path, "its row has neither content nor a blob");
  };

  /** What is below a directory; what views show only where that is asked for. */
  async *#candidates(
    top: OpLogDirectory | ViewDirectory,
    { computed = false, only }: {
      readonly computed?: boolean;
      readonly only?: string | undefined;
    } = {},
  ): AsyncGenerator<Candidate> {
    if (!(top instanceof OpLogDirectory)) {
      if (computed) yield* await candidatesIn(top);
      return;
    }
    const directories = [top];
    for (const directory of directories) {
      const isTop = directory === top;
      const entries = await this.pendingTransaction.list(directory.id, {
        passing: true,
      });
      if (computed && entries.view !== undefined) {
        const view = await directory.view();
        if (view !== undefined) yield* await candidatesIn(view);
      }
      for (const entry of entries) {
        if (isTop && only !== undefined && entry.name !== only) continue;
        const node = directory.nodeOf(entry);
        const row = () => node.row();
        yield { path: node.path, directoryId: directory.id, entry, row };
        if (node instanceof OpLogDirectory) directories.push(node);
      }
    }
  }
}

/** What is below a directory of a view. */
async function candidatesIn(
  view: ViewDirectory,
): Promise<AsyncGenerator<Candidate>> {
  const { viewCandidates } = await import("./view_nodes.ts");
  return viewCandidates(view);
}

/**
 * A query that has not run yet: it runs when somebody reads its answer, and
 * again for the next one who does. A loop that is left early ends it.
 */
export class PondQuery<R extends QueryRow = QueryRow>
  implements AsyncIterable<R> {
  readonly #run: () => Promise<QueryResult>;

  /**
   * A query.
   *
   * @param run Begins to run it.
   */
  constructor(run: () => Promise<QueryResult>) {
    this.#run = run;
  }

  /** The rows, as they come. */
  async *[Symbol.asyncIterator](): AsyncGenerator<R> {
    for await (const { columns, numRows, values } of this.batches()) {
      for (let i = 0; i < numRows; i++) {
        const cells = columns.map(({ name }, column) =>
          [name, values[column]?.[i] ?? null] as const
        );
        // The caller's word for what the statement says.
        yield Object.fromEntries(cells) as QueryRow as R;
      }
    }
  }

  /** All rows. */
  async rows(): Promise<R[]> {
    return await Array.fromAsync(this);
  }

  /** The columns. */
  async columns(): Promise<readonly QueryColumn[]> {
    await using result = await this.#run();
    return result.columns;
  }

  /** The rows, column by column, as they come. */
  async *batches(): AsyncGenerator<QueryBatch> {
    await using result = await this.#run();
    yield* result;
  }

  /** All rows as an Arrow IPC stream. */
  async arrow(): Promise<Bytes> {
    await using result = await this.#run();
    return concatBytes(await Array.fromAsync(result.arrow()));
  }
}
