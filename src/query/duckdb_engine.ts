/**
 * One query in a database: with `duckdb_database.ts` and `duckdb_values.ts` all
 * that names DuckDB.
 *
 * What keeps a query inside the pond: the database reads nothing but the pond's
 * blobs and scratch files, and the statement's tree says what it is before
 * anything of it runs. One that does more than read goes no further, nor does one
 * that names files by functions: what a query sees are the tables and views that
 * were made for it. Those directories could still be written to by COPY, which is
 * why only a statement whose tree was seen may run.
 *
 * @module
 */
import type {
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBPendingResult,
  DuckDBPreparedStatement,
  DuckDBResult,
  DuckDBValue,
} from "@duckdb/node-api";
import { hasCode, invariant, PondError } from "../errors.ts";
import { nextTurn } from "../host/turn.ts";
import type {
  QueryBatch,
  QueryColumn,
  QueryOptions,
  QueryParams,
  QueryResult,
  QueryValue,
} from "../tinylogfs/mod.ts";
import type { DuckDBDatabase } from "./duckdb_database.ts";
import { type DuckDB, DuckDBValues } from "./duckdb_values.ts";
import { paramsInOrder } from "./params.ts";
import { quoteName, quoteText } from "./paths.ts";
import { requirePlannable } from "./planning_limits.ts";
import { isFatal, queryError, showsStatement } from "./query_error.ts";
import { columnsOf } from "./result_columns.ts";
import {
  refused,
  requireHarmless,
  type Statement,
  type StatementNames,
  statementNames,
} from "./statement.ts";
import type { ColumnSqlType, PondTable } from "./table.ts";
import { TABLES } from "./tables.ts";

/** A statement that runs. */
interface Run {
  readonly result: DuckDBResult;
  /** The same once more, for an error that shows it as it was written. */
  again(): Promise<DuckDBPreparedStatement>;
}

/** How a statement runs. */
interface RunOptions {
  /** The values of its parameters, but for those of files. */
  readonly params?: QueryParams | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
  /** Whether planning it may take long. */
  readonly isLarge?: boolean;
  /** Lists of files, by the names of their parameters. */
  readonly lists?: ReadonlyMap<string, readonly string[]>;
  /**
   * Makes what the statement of the user needs to be run, where that isn't what
   * runs: an error that shows a statement has to show that one.
   */
  asWritten?(): Promise<Statement>;
}

/** What is written is called so. */
const ROWS = "rows of the view";

/** Of a file that is written. */
const PARQUET_OPTIONS =
  "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480";

/** Rows that go into a table at once: DuckDB's own vector size. */
const CHUNK_ROWS = 2048;

/** How long after an interrupt that has stopped nothing the next one comes. */
const INTERRUPT_MS = 10;

/** How long a query holds up everything else of its process. */
const YIELD_MS = 10;

/** How long it hears no signal: those need a timer, for which it has to wait. */
const DEAF_MS = 50;

/** How long it looks for work again and again while other threads have it all. */
const SPIN_MS = 2;

/** A query in a database: what it makes there is dropped with it. */
export class DuckDBEngine implements AsyncDisposable {
  readonly #duckdb: DuckDB;
  readonly #values: DuckDBValues;
  readonly #database: DuckDBDatabase;
  readonly #connection: DuckDBConnection;
  /** Paths in the pond, by the paths on the host that are read. */
  readonly #paths = new Map<string, string>();
  /** Whether the statement has some of those of the host. */
  #isPlaced = false;
  /** What drops all that was made, the newest first. */
  readonly #drops: string[] = [];
  /** Whether a result has rows that nobody has fetched. */
  #isRunning = false;
  #isClosed = false;

  private constructor(database: DuckDBDatabase, connection: DuckDBConnection) {
    this.#duckdb = database.duckdb;
    this.#values = new DuckDBValues(database.duckdb);
    this.#database = database;
    this.#connection = connection;
  }

  /** Begins a query, in a database that has no other. */
  static async open(database: DuckDBDatabase): Promise<DuckDBEngine> {
    return new DuckDBEngine(database, await database.connect());
  }

  /**
   * What a statement names, as it was written.
   *
   * @throws {PondError} `QUERY` when it is no SQL, does more than read, or names
   *   too much.
   */
  async namesIn(
    statement: Statement,
    params: QueryParams = [],
  ): Promise<StatementNames> {
    const names = await this.#namesIn(statement, params);
    requireHarmless(names, TABLES, this.#database.hostFiles);
    requirePlannable(names.size);
    return names;
  }

  /** The same for a text that may be no statement, and is never an offence. */
  async namesIfAny(statement: Statement): Promise<StatementNames | undefined> {
    try {
      return await this.#namesIn(statement, []);
    } catch (error) {
      if (hasCode(error, "QUERY")) return undefined;
      throw error;
    }
  }

  async #namesIn(
    statement: Statement,
    params: QueryParams,
  ): Promise<StatementNames> {
    const { select } = statement;
    const { parsed } = this.#database;
    const known = parsed.get(select);
    const isFixed = Object.keys(params).length === 0;
    if (isFixed && known?.names !== undefined) return known.names;
    const tree = known?.tree ?? await this.#treeOf(select);
    const names = statementNames(tree, statement, params);
    const kept = { tree, names: isFixed ? names : known?.names };
    parsed.set(select, kept, tree.length);
    return names;
  }

  /** Its tree as JSON, which may also tell of an error. */
  async #treeOf(select: string): Promise<string> {
    const sql = `SELECT json_serialize_sql(${quoteText(select)})`;
    const [[json] = []] = await this.#rowsOf(sql);
    invariant(
      typeof json === "string",
      "json_serialize_sql() answers with text",
    );
    return json;
  }

  /** Makes a table without rows. */
  async makeTable(
    table: {
      readonly name: string;
      readonly columns: readonly Pick<QueryColumn, "name" | "type">[];
    },
  ): Promise<void> {
    const columns = table.columns.map(({ name, type }) =>
      `${quoteName(name)} ${type}`
    );
    await this.create(
      "TABLE",
      quoteName(table.name),
      ` (${columns.join(", ")})`,
    );
  }

  /** Says of a table and its columns what they are. */
  async comment(
    kind: "TABLE" | "VIEW",
    { columns, comment, name }: PondTable,
  ): Promise<void> {
    const table = quoteName(name);
    const comments = columns.map(({ comment, name }) =>
      `COMMENT ON COLUMN ${table}.${quoteName(name)} IS ${quoteText(comment)}`
    );
    const all = [
      `COMMENT ON ${kind} ${table} IS ${quoteText(comment)}`,
      ...comments,
    ];
    await this.#run(all.join("; "));
  }

  /**
   * Makes a table and fills it.
   *
   * @param schema Where.
   * @param name Its name there.
   * @param columns Its columns, in order.
   * @param batches Values of each column, as many of one as of the other.
   * @returns How many rows there were.
   */
  async addTable(
    schema: string,
    name: string,
    columns: PondTable["columns"],
    batches: AsyncIterable<readonly (readonly QueryValue[])[]>,
  ): Promise<number> {
    const table = `${quoteName(schema)}.${quoteName(name)}`;
    const types = columns.map(({ name, type }) => `${quoteName(name)} ${type}`);
    await this.create("TABLE", table, ` (${types.join(", ")})`);
    const appender = await this.#connection.createAppender(name, schema);
    const kinds = columns.map(({ type }) => type);
    let rows = 0;
    try {
      for await (const values of batches) {
        const count = values[0]?.length ?? 0;
        rows += count;
        for (let from = 0; from < count; from += CHUNK_ROWS) {
          const part = values.map((all) => all.slice(from, from + CHUNK_ROWS));
          appender.appendDataChunk(this.#chunkOf(kinds, part));
        }
      }
      appender.closeSync();
    } catch (error) {
      // When it is collected, it puts what it has into any table of this name.
      this.#database.giveUp();
      throw error;
    }
    return rows;
  }

  /** A time that is written in a statement, in microseconds; or none. */
  async microseconds(text: string): Promise<number | undefined> {
    const sql = `SELECT epoch_us(TRY_CAST(${
      quoteText(text)
    } AS TIMESTAMP WITH TIME ZONE))`;
    const [[us] = []] = await this.#rowsOf(sql);
    return typeof us === "bigint" ? Number(us) : undefined;
  }

  /**
   * Tells which files are read, and what they are called in the pond.
   *
   * @param options With `placed`, the statement itself has their paths on the host.
   */
  callFiles(
    files: readonly { readonly hostPath: string; readonly path: string }[],
    { placed = false }: { readonly placed?: boolean } = {},
  ): void {
    if (placed) this.#isPlaced = true;
    for (const { hostPath, path } of files) this.#paths.set(hostPath, path);
    this.#database.countFiles(files.length);
  }

  /**
   * Makes a view of files.
   *
   * @param name The name that the statement uses.
   * @param select The statement that reads them.
   * @param signal Ends the look into the files.
   */
  async addView(
    name: string,
    select: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await this.#interruptible(
      signal,
      () => this.create("VIEW", quoteName(name), ` AS ${select}`),
    );
  }

  /** The types of the columns of a SELECT, by their names. */
  async columnTypes(
    select: string,
    { signal }: Pick<QueryOptions, "signal">,
  ): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#rowsOf(`DESCRIBE ${select}`, signal);
    return new Map(rows.map(([name, type]) => [String(name), String(type)]));
  }

  /**
   * Writes the rows of a SELECT, whose tree was seen, into a Parquet file.
   *
   * @param select The SELECT.
   * @param hostPath The file, in a directory that the database sees.
   */
  async writeParquet(
    select: string,
    hostPath: string,
    { signal }: Pick<QueryOptions, "signal">,
  ): Promise<void> {
    const rows = quoteName(ROWS);
    // In a view, no text of it can become a part of what is around it.
    await this.#interruptible(
      signal,
      () => this.create("VIEW", rows, ` AS ${select}`),
    );
    const to = quoteText(hostPath);
    await this.#rowsOf(
      `COPY (FROM ${rows}) TO ${to} (${PARQUET_OPTIONS})`,
      signal,
    );
  }

  /** The first row of a SELECT, whose tree was seen. */
  async firstRow(
    select: string,
    { signal }: Pick<QueryOptions, "signal">,
  ): Promise<readonly unknown[]> {
    const rows = quoteName(ROWS);
    await this.addView(ROWS, select, signal);
    const [row = []] = await this.#rowsOf(`FROM ${rows} LIMIT 1`, signal);
    return row;
  }

  /** Whether a SELECT has any row. */
  async hasRow(
    select: string,
    { signal }: Pick<QueryOptions, "signal">,
  ): Promise<boolean> {
    return (await this.#rowsOf(`${select} LIMIT 1`, signal)).length > 0;
  }

  async #rowsOf(
    sql: string,
    signal?: AbortSignal,
  ): Promise<DuckDBValue[][]> {
    const reader = await this.#interruptible(
      signal,
      () => this.#connection.runAndReadAll(sql),
    );
    return reader.getRows();
  }

  /** Its version, such as `v1.5.5`. */
  async version(): Promise<string> {
    const [[version] = []] = await this.#rowsOf("SELECT version()");
    return String(version);
  }

  /** What may stand at the end of the beginning of a statement. */
  async suggestions(beginning: string): Promise<string[]> {
    const rows = await this.#rowsOf(
      `SELECT suggestion FROM sql_auto_complete(${quoteText(beginning)})`,
    );
    return rows.map(([suggestion]) => String(suggestion));
  }

  /**
   * Runs a statement whose tree {@linkcode DuckDBEngine.namesIn} has seen.
   *
   * @throws {PondError} `QUERY` when it is wrong, or does more than read.
   */
  async query(
    statement: Statement,
    options: RunOptions,
  ): Promise<Omit<QueryResult, "arrow" | typeof Symbol.asyncDispose>> {
    const { asWritten, params, signal } = options;
    let run: Run;
    try {
      run = await this.#interruptible(
        signal,
        () => this.#begin(statement, options),
      );
    } catch (error) {
      if (asWritten === undefined || !showsStatement(error)) throw error;
      const { isLarge = false } = options;
      return await this.query(await asWritten(), { params, signal, isLarge });
    }
    const columns = columnsOf(run.result);
    return {
      columns,
      [Symbol.asyncIterator]: () => this.#batches(run, columns, signal),
    };
  }

  async #begin(statement: Statement, options: RunOptions): Promise<Run> {
    const { asWritten, isLarge = false, params, signal } = options;
    const prepared = await this.#prepare(statement, options);
    signal?.throwIfAborted();
    const result = isLarge
      ? await prepared.stream()
      : await this.#startHere(prepared, signal);
    this.#isRunning = true;
    const again = async () =>
      asWritten === undefined
        ? prepared
        : await this.#prepare(await asWritten(), { params });
    return { result, again };
  }

  /**
   * A statement forgets interrupts that come before its beginning, which also
   * plans it. So it begins here; on another thread, where stream() begins it, a
   * large one gives way to the interrupts that are repeated.
   */
  async #startHere(
    prepared: DuckDBPreparedStatement,
    signal: AbortSignal | undefined,
  ): Promise<DuckDBResult> {
    const pending = prepared.startStream();
    await this.#untilReady(pending, signal);
    return await pending.getResult();
  }

  async #prepare(
    { sql }: Statement,
    { lists = new Map(), params = [] }: RunOptions,
  ): Promise<DuckDBPreparedStatement> {
    // One statement, or it fails: namesIn() has told those who gave several.
    const prepared = await this.#connection.prepare(sql);
    this.#requireReading(prepared.statementType);
    this.#bind(prepared, params, lists);
    return prepared;
  }

  /** Ends what still runs, and drops what was made. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#isRunning) this.#interrupt();
    try {
      const isKept = this.#database.isReusable && this.#drops.length > 0;
      if (isKept) await this.#connection.run(this.#drops.join("; "));
    } catch {
      // The answer stands; the next query gets another database.
      this.#database.giveUp();
    }
  }

  /**
   * Runs a query up to its first rows, task by task: Deno 2.6 does what a
   * package calls asynchronous on the only thread, and would hear no signal.
   */
  async #untilReady(
    pending: DuckDBPendingResult,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { RESULT_READY, NO_TASKS_AVAILABLE } =
      this.#duckdb.DuckDBPendingResultState;
    let yielded = performance.now();
    let [heard, worked] = [yielded, yielded];
    for (;;) {
      const state = pending.runTask();
      if (state === RESULT_READY) return;
      const now = performance.now();
      const isWaiting = state === NO_TASKS_AVAILABLE;
      if (!isWaiting) worked = now;
      if (!isWaiting && now - yielded < YIELD_MS) continue;
      if (now - heard < DEAF_MS && now - worked < SPIN_MS) {
        await nextTurn();
      } else {
        await nextMillisecond();
        heard = performance.now();
      }
      yielded = performance.now();
      signal?.throwIfAborted();
      this.#requireOpen();
    }
  }

  async *#batches(
    run: Run,
    columns: readonly QueryColumn[],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<QueryBatch> {
    for (;;) {
      this.#requireOpen();
      const chunk = await this.#interruptible(
        signal,
        () => this.#nextChunk(run, signal),
      );
      if (chunk === undefined) return;
      const values = chunk.getColumns().map((column) =>
        column.map((value) => this.#values.fromDuckDB(value))
      );
      yield { columns, numRows: chunk.rowCount, values };
    }
  }

  /**
   * Fetches rows. A stream that fails ends as one that is exhausted: DuckDB's
   * package gives neither rows nor an error. But a failed result has no type.
   */
  async #nextChunk(
    { again, result }: Run,
    signal: AbortSignal | undefined,
  ): Promise<DuckDBDataChunk | undefined> {
    const chunk = await result.fetchChunk();
    if (chunk !== null && chunk.rowCount > 0) return chunk;
    this.#isRunning = false;
    if (result.returnType !== this.#duckdb.ResultReturnType.INVALID) {
      return undefined;
    }
    signal?.throwIfAborted();
    this.#requireOpen();
    // Without a stream, the error is told.
    await (await again()).run();
    throw new PondError("QUERY", "Cannot run the query: it ended too early");
  }

  #requireOpen(): void {
    if (!this.#isClosed) return;
    throw new TypeError("the result of a query was disposed of");
  }

  /** Statements by their type: what isn't known to read only is refused. */
  #requireReading(type: number): void {
    const { StatementType } = this.#duckdb;
    if (type === StatementType.SELECT || type === StatementType.EXPLAIN) return;
    const name = StatementType[type] ?? "unknown";
    throw refused(
      `it is a statement of type ${name}, and a query only reads`,
      "change the pond with its commands: pond help",
    );
  }

  #bind(
    prepared: DuckDBPreparedStatement,
    params: QueryParams,
    lists: ReadonlyMap<string, readonly string[]>,
  ): void {
    const { LIST, listValue, VARCHAR } = this.#duckdb;
    const places = new Map<string, number>();
    for (let place = 1; place <= prepared.parameterCount; place++) {
      const name = prepared.parameterName(place);
      const files = lists.get(name);
      if (files === undefined) places.set(name, place);
      else prepared.bindList(place, listValue(files), LIST(VARCHAR));
    }
    const names = [...places.keys()];
    const values = paramsInOrder(names, params);
    for (const [i, place] of [...places.values()].entries()) {
      const [bound, type] = this.#values.toParam(values[i] ?? null);
      prepared.bindValue(place, bound, type);
    }
  }

  /**
   * Makes something, for as long as the query.
   *
   * @param kind What it is.
   * @param name Its name, quoted.
   * @param body The rest of the statement that makes it.
   */
  async create(
    kind: "MACRO" | "SCHEMA" | "TABLE" | "VIEW",
    name: string,
    body: string = "",
  ): Promise<void> {
    await this.#run(`CREATE ${kind} ${name}${body}`);
    const what = kind === "MACRO" ? "MACRO TABLE" : kind;
    this.#drops.unshift(`DROP ${what} ${name}`);
  }

  async #run(sql: string): Promise<void> {
    try {
      await this.#connection.run(sql);
    } catch (cause) {
      throw this.#queryError(cause);
    }
  }

  /** Interrupts until the work ends: DuckDB forgets one that comes too early. */
  async #interruptible<T>(
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    let repeated: ReturnType<typeof setInterval> | undefined;
    const interrupt = () => {
      this.#interrupt();
      repeated = setInterval(() => this.#interrupt(), INTERRUPT_MS);
    };
    signal?.addEventListener("abort", interrupt, { once: true });
    try {
      return await work();
    } catch (cause) {
      signal?.throwIfAborted();
      const isOurs = cause instanceof PondError || cause instanceof TypeError;
      throw isOurs ? cause : this.#queryError(cause);
    } finally {
      signal?.removeEventListener("abort", interrupt);
      clearInterval(repeated);
    }
  }

  #interrupt(): void {
    this.#database.giveUp();
    this.#connection.interrupt();
  }

  #queryError(cause: unknown): PondError {
    // What it says to every query from now on.
    if (isFatal(cause)) this.#database.giveUp();
    return queryError(cause, this.#paths, this.#isPlaced);
  }

  #chunkOf(
    types: readonly ColumnSqlType[],
    columns: readonly (readonly QueryValue[])[],
  ): DuckDBDataChunk {
    const chunk = this.#duckdb.DuckDBDataChunk.create(
      types.map((type) => this.#values.typeOf(type)),
    );
    chunk.setColumns(
      columns.map((values, i) =>
        values.map((value) => this.#values.toDuckDB(value, types[i]))
      ),
    );
    return chunk;
  }
}

/** The same as the next turn, and not at once. */
function nextMillisecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
