/**
 * DuckDB, in memory, for one query: with `duckdb_values.ts` all that
 * names it.
 *
 * The order is what keeps a query inside the pond. The statement's tree says
 * what it is, before anything of it runs: one that does more than read goes no
 * further. Then tables and views are made, and the door is locked: no file but
 * those of the views, no network, no extension, no setting that could be
 * changed back. Files of views can still be written by COPY, which is why only
 * a statement whose tree was seen may run.
 *
 * @module
 */
import type {
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  DuckDBPendingResult,
  DuckDBPreparedStatement,
  DuckDBResult,
  DuckDBValue,
} from "@duckdb/node-api";
import { invariant, PondError } from "../errors.ts";
import { loadBundledLibrary } from "../host/standalone_library.ts";
import type {
  QueryBatch,
  QueryColumn,
  QueryOptions,
  QueryParams,
  QueryResult,
  QueryValue,
} from "../tinylogfs/mod.ts";
import { type DuckDB, DuckDBValues } from "./duckdb_values.ts";
import { paramsInOrder } from "./params.ts";
import { quoteName, quoteText } from "./paths.ts";
import { queryError } from "./query_error.ts";
import { columnsOf } from "./result_columns.ts";
import {
  refused,
  requireHarmless,
  requireOne,
  type Statement,
  type StatementNames,
  statementNames,
} from "./statement.ts";
import type { ColumnSqlType, PondTable } from "./table.ts";
import { TABLES } from "./tables.ts";

/** A statement that runs. */
interface Run {
  readonly prepared: DuckDBPreparedStatement;
  readonly result: DuckDBResult;
}

/** Rows that go into a table at once: DuckDB's own vector size. */
const CHUNK_ROWS = 2048;

/** What a query may take, and see. */
export interface EngineOptions {
  /** Memory in bytes; DuckDB's own limit when left out. */
  readonly memoryBytes?: number | undefined;
  /** Threads; one for each processor when left out. */
  readonly threads?: number | undefined;
  /**
   * Where what doesn't fit into memory goes, a directory that isn't there yet;
   * nowhere when left out: then it is an error.
   */
  readonly spillDirectory?: string | undefined;
  /** Whether the host's files may be read. */
  readonly hostFiles?: boolean | undefined;
}

/** From the beginning: the host's files and settings say nothing to a query. */
const CONFIGURATION = {
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  allow_community_extensions: "false",
};

/** The same question has the same answer in every time zone. */
const SETUP = "SET TimeZone = 'UTC'";

const NO_EXTERNAL_ACCESS = "SET enable_external_access = false;";
const LOCK = "SET lock_configuration = true;";

/** How long after an interrupt that has stopped nothing the next one comes. */
const INTERRUPT_MS = 10;

/** How long a query holds up everything else of its process. */
const YIELD_MS = 5;

/** A database of its own. */
export class DuckDBEngine implements AsyncDisposable {
  readonly #duckdb: DuckDB;
  readonly #values: DuckDBValues;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #hostFiles: boolean;
  /** Paths in the pond, by the paths on the host that may be read. */
  readonly #allowed = new Map<string, string>();
  #isClosed = false;

  private constructor(
    duckdb: DuckDB,
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    { hostFiles = false }: EngineOptions,
  ) {
    this.#duckdb = duckdb;
    this.#values = new DuckDBValues(duckdb);
    this.#instance = instance;
    this.#connection = connection;
    this.#hostFiles = hostFiles;
  }

  /** Loads DuckDB and opens an empty database in memory. */
  static async open(options: EngineOptions = {}): Promise<DuckDBEngine> {
    await loadBundledLibrary();
    const duckdb = await import("@duckdb/node-api");
    const instance = await duckdb.DuckDBInstance.create(
      ":memory:",
      configurationOf(options),
    );
    const connection = await instance.connect();
    await connection.run(SETUP);
    return new DuckDBEngine(duckdb, instance, connection, options);
  }

  /**
   * What a statement names, as it was written.
   *
   * @throws {PondError} `QUERY` when it is no SQL, or does more than read.
   */
  async namesIn(
    statement: Statement,
    params: QueryParams = [],
  ): Promise<StatementNames> {
    const call = `SELECT json_serialize_sql(${quoteText(statement.select)})`;
    const reader = await this.#interruptible(
      undefined,
      () => this.#connection.runAndReadAll(call),
    );
    const json = reader.getRows()[0]?.[0];
    invariant(
      typeof json === "string",
      "json_serialize_sql() answers with text",
    );
    const names = statementNames(json, statement, params);
    requireHarmless(names, TABLES, this.#hostFiles);
    return names;
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
    await this.run(
      `CREATE TABLE ${quoteName(table.name)} (${columns.join(", ")})`,
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
    await this.run(all.join("; "));
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
    await this.run(`CREATE TABLE ${table} (${types.join(", ")})`);
    const appender = await this.#connection.createAppender(name, schema);
    const kinds = columns.map(({ type }) => type);
    let rows = 0;
    for await (const values of batches) {
      const count = values[0]?.length ?? 0;
      rows += count;
      for (let from = 0; from < count; from += CHUNK_ROWS) {
        const part = values.map((all) => all.slice(from, from + CHUNK_ROWS));
        appender.appendDataChunk(this.#chunkOf(kinds, part));
      }
    }
    appender.closeSync();
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

  /** Files that may be read, and what they are called: no others can be later. */
  allow(
    files: readonly { readonly hostPath: string; readonly path: string }[],
  ): void {
    for (const { hostPath, path } of files) this.#allowed.set(hostPath, path);
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
    const sql = `CREATE VIEW ${quoteName(name)} AS ${select}`;
    await this.#interruptible(signal, () => this.#connection.run(sql));
  }

  /** The types of the columns of a SELECT, by their names. */
  async columnTypes(
    select: string,
    { signal }: Pick<QueryOptions, "signal">,
  ): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#rowsOf(`DESCRIBE ${select}`, signal);
    return new Map(rows.map(([name, type]) => [String(name), String(type)]));
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

  /** What may stand at the end of the beginning of a statement. */
  async suggestions(beginning: string): Promise<string[]> {
    const rows = await this.#rowsOf(
      `SELECT suggestion FROM sql_auto_complete(${quoteText(beginning)})`,
    );
    return rows.map(([suggestion]) => String(suggestion));
  }

  /** Closes the door: nothing can be read any more but what was added. */
  async lock(): Promise<void> {
    const paths = [...this.#allowed.keys()].map(quoteText).join(", ");
    const close = this.#hostFiles ? "" : NO_EXTERNAL_ACCESS;
    await this.run(`SET allowed_paths = [${paths}]; ${close} ${LOCK}`);
  }

  /**
   * Runs a statement whose tree {@linkcode DuckDBEngine.namesIn} has seen.
   *
   * @throws {PondError} `QUERY` when it is wrong, or does more than read.
   */
  async query(
    { sql }: Statement,
    { params = [], signal }: Pick<QueryOptions, "params" | "signal">,
    dispose: () => Promise<void>,
  ): Promise<Omit<QueryResult, "arrow">> {
    const run = await this.#interruptible(signal, async (): Promise<Run> => {
      const statements = await this.#connection.extractStatements(sql);
      requireOne(statements.count);
      const prepared = await statements.prepare(0);
      this.#requireReading(prepared.statementType);
      this.#bind(prepared, params);
      // A statement forgets interrupts that come before its beginning. So it
      // begins here and not on another thread, where stream() would begin it.
      signal?.throwIfAborted();
      const pending = prepared.startStream();
      await this.#untilReady(pending, signal);
      return { prepared, result: await pending.getResult() };
    });
    const columns = columnsOf(run.result);
    return {
      columns,
      [Symbol.asyncIterator]: () => this.#batches(run, columns, signal),
      [Symbol.asyncDispose]: dispose,
    };
  }

  /** Ends the database, and what still runs. */
  [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#isClosed = true;
    this.#connection.interrupt();
    this.#connection.closeSync();
    this.#instance.closeSync();
    return Promise.resolve();
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
    for (let yielded = performance.now();;) {
      const state = pending.runTask();
      if (state === RESULT_READY) return;
      const isWaiting = state === NO_TASKS_AVAILABLE;
      if (!isWaiting && performance.now() - yielded < YIELD_MS) continue;
      await new Promise((resolve) => setTimeout(resolve));
      signal?.throwIfAborted();
      this.#requireOpen();
      yielded = performance.now();
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
    { result, prepared }: Run,
    signal: AbortSignal | undefined,
  ): Promise<DuckDBDataChunk | undefined> {
    const chunk = await result.fetchChunk();
    if (chunk !== null && chunk.rowCount > 0) return chunk;
    if (result.returnType !== this.#duckdb.ResultReturnType.INVALID) {
      return undefined;
    }
    signal?.throwIfAborted();
    this.#requireOpen();
    // Without a stream, the error is told.
    await prepared.run();
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

  #bind(prepared: DuckDBPreparedStatement, params: QueryParams): void {
    const names = Array.from(
      { length: prepared.parameterCount },
      (_, i) => prepared.parameterName(i + 1),
    );
    paramsInOrder(names, params).forEach((value, i) => {
      const [bound, type] = this.#values.toParam(value);
      prepared.bindValue(i + 1, bound, type);
    });
  }

  /** Runs what makes tables and settings. */
  async run(sql: string): Promise<void> {
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
      this.#connection.interrupt();
      repeated = setInterval(() => this.#connection.interrupt(), INTERRUPT_MS);
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

  #queryError(cause: unknown): PondError {
    return queryError(cause, this.#allowed);
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

function configurationOf(
  { memoryBytes, threads, spillDirectory = "" }: EngineOptions,
): Record<string, string> {
  return {
    ...CONFIGURATION,
    temp_directory: spillDirectory,
    ...(memoryBytes === undefined ? {} : { memory_limit: `${memoryBytes}B` }),
    ...(threads === undefined ? {} : { threads: `${threads}` }),
  };
}
