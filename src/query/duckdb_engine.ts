/**
 * DuckDB, in memory, for one query: the only file that names it.
 *
 * The order is what keeps a query inside the pond. Tables and views are made
 * first; then the door is locked: no file but those of the views, no network,
 * no extension, no setting that could be changed back. Only then the statement
 * of the user comes in, and only if it is one that reads.
 *
 * @module
 */
import type {
  DuckDBConnection,
  DuckDBInstance,
  DuckDBResult,
  DuckDBType,
  DuckDBValue,
} from "@duckdb/node-api";
import type { Bytes } from "../bytes.ts";
import { invariant, PondError } from "../errors.ts";
import { loadBundledLibrary } from "../host/standalone_library.ts";
import {
  type QueryBatch,
  type QueryColumn,
  type QueryResult,
  type QueryValue,
  Timestamp,
} from "../tinylogfs/mod.ts";
import { quoteName, quoteText } from "./paths.ts";
import { serializable, tableNames } from "./statement.ts";
import type { ColumnSqlType, PondTable } from "./tables.ts";

type DuckDB = typeof import("@duckdb/node-api");

/** Rows that go into a table at once: DuckDB's own vector size. */
const CHUNK_ROWS = 2048;

const LOCK = `
  SET autoinstall_known_extensions = false;
  SET autoload_known_extensions = false;
  SET allow_community_extensions = false;
  SET enable_external_access = false;
  SET lock_configuration = true;`;

/** A database of its own. */
export class DuckDBEngine implements AsyncDisposable {
  readonly #duckdb: DuckDB;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #allowed = new Set<string>();

  private constructor(
    duckdb: DuckDB,
    instance: DuckDBInstance,
    connection: DuckDBConnection,
  ) {
    this.#duckdb = duckdb;
    this.#instance = instance;
    this.#connection = connection;
  }

  /** Loads DuckDB and opens an empty database in memory. */
  static async open(): Promise<DuckDBEngine> {
    await loadBundledLibrary();
    const duckdb = await import("@duckdb/node-api");
    const instance = await duckdb.DuckDBInstance.create(":memory:", {
      // Nothing is written anywhere: what doesn't fit is an error.
      temp_directory: "",
    });
    return new DuckDBEngine(duckdb, instance, await instance.connect());
  }

  /**
   * The names of tables in a statement, as they were written.
   *
   * @throws {PondError} `QUERY` when it is no SQL.
   */
  async namesIn(sql: string): Promise<string[]> {
    const call = `SELECT json_serialize_sql(${quoteText(serializable(sql))})`;
    const reader = await this.#connection.runAndReadAll(call);
    const json = reader.getRows()[0]?.[0];
    invariant(
      typeof json === "string",
      "json_serialize_sql() answers with text",
    );
    return tableNames(json);
  }

  /** Makes a table and fills it. */
  async addTable(
    table: PondTable,
    rows: AsyncIterable<readonly QueryValue[]>,
  ): Promise<void> {
    const columns = table.columns.map(({ name, type }) =>
      `${quoteName(name)} ${type}`
    );
    await this.#run(
      `CREATE TABLE ${quoteName(table.name)} (${columns.join(", ")})`,
    );
    const appender = await this.#connection.createAppender(table.name);
    const types = table.columns.map(({ type }) => this.#typeOf(type));
    let collected: (readonly QueryValue[])[] = [];
    const append = () => {
      const chunk = this.#duckdb.DuckDBDataChunk.create(types);
      chunk.setRows(
        collected.map((row) =>
          row.map((value, i) => this.#toDuckDB(value, table.columns[i]?.type))
        ),
      );
      appender.appendDataChunk(chunk);
      collected = [];
    };
    for await (const row of rows) {
      if (collected.push(row) === CHUNK_ROWS) append();
    }
    if (collected.length > 0) append();
    appender.closeSync();
  }

  /**
   * Makes a view of what a table function reads.
   *
   * @param name The name that the statement uses.
   * @param scan The table function with its arguments.
   * @param hostPaths The files that it reads: no others can be read later.
   */
  async addView(
    name: string,
    scan: string,
    hostPaths: readonly string[],
  ): Promise<void> {
    await this.#run(`CREATE VIEW ${quoteName(name)} AS SELECT * FROM ${scan}`);
    for (const path of hostPaths) this.#allowed.add(path);
  }

  /** Closes the door: nothing can be read any more but what was added. */
  async lock(): Promise<void> {
    const paths = [...this.#allowed].map(quoteText).join(", ");
    await this.#run(`SET allowed_paths = [${paths}]; ${LOCK}`);
  }

  /**
   * Runs a statement that reads.
   *
   * @throws {PondError} `QUERY` when it is wrong, or does anything else.
   */
  async query(
    sql: string,
    signal: AbortSignal | undefined,
    dispose: () => Promise<void>,
  ): Promise<QueryResult> {
    const result = await this.#interruptible(signal, async () => {
      const statements = await this.#connection.extractStatements(sql);
      if (statements.count !== 1) {
        throw refused(
          statements.count === 0
            ? "there is no statement in it"
            : `it has ${statements.count} statements`,
          "give one statement at a time",
        );
      }
      const prepared = await statements.prepare(0);
      this.#requireReading(prepared.statementType);
      return await prepared.stream();
    });
    const names = result.deduplicatedColumnNames();
    const types = result.columnTypes();
    const columns = names.map((name, i): QueryColumn => ({
      name,
      type: String(types[i]),
    }));
    return {
      columns,
      [Symbol.asyncIterator]: () => this.#batches(result, columns, signal),
      [Symbol.asyncDispose]: dispose,
    };
  }

  /** Ends the database. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#connection.closeSync();
    this.#instance.closeSync();
    return Promise.resolve();
  }

  async *#batches(
    result: DuckDBResult,
    columns: readonly QueryColumn[],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<QueryBatch> {
    for (;;) {
      const chunk = await this.#interruptible(
        signal,
        () => result.fetchChunk(),
      );
      if (chunk === null || chunk.rowCount === 0) return;
      const values = chunk.getColumns().map((column) =>
        column.map((value) => this.#fromDuckDB(value))
      );
      yield { columns, numRows: chunk.rowCount, values };
    }
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

  async #run(sql: string): Promise<void> {
    try {
      await this.#connection.run(sql);
    } catch (cause) {
      throw queryError(cause);
    }
  }

  async #interruptible<T>(
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const interrupt = () => this.#connection.interrupt();
    signal?.addEventListener("abort", interrupt, { once: true });
    try {
      return await work();
    } catch (cause) {
      signal?.throwIfAborted();
      throw cause instanceof PondError ? cause : queryError(cause);
    } finally {
      signal?.removeEventListener("abort", interrupt);
    }
  }

  #typeOf(type: ColumnSqlType): DuckDBType {
    const { BIGINT, BLOB, BOOLEAN, TIMESTAMPTZ, VARCHAR } = this.#duckdb;
    switch (type) {
      case "BIGINT":
        return BIGINT;
      case "BLOB":
        return BLOB;
      case "BOOLEAN":
        return BOOLEAN;
      case "VARCHAR":
        return VARCHAR;
      case "TIMESTAMP WITH TIME ZONE":
        return TIMESTAMPTZ;
      default:
        return type satisfies never;
    }
  }

  #toDuckDB(value: QueryValue, type: ColumnSqlType | undefined): DuckDBValue {
    const { DuckDBBlobValue, DuckDBTimestampTZValue } = this.#duckdb;
    if (value === null || typeof value === "boolean") return value;
    if (typeof value === "string") return value;
    if (value instanceof Uint8Array) return new DuckDBBlobValue(value);
    invariant(typeof value === "number", "a cell of a pond's table is simple");
    return type === "BIGINT"
      ? BigInt(value)
      : new DuckDBTimestampTZValue(BigInt(value));
  }

  #fromDuckDB(value: DuckDBValue): QueryValue {
    if (typeof value !== "object" || value === null) return value;
    const duckdb = this.#duckdb;
    const many = (items: readonly DuckDBValue[]) =>
      items.map((item) => this.#fromDuckDB(item));
    if (value instanceof duckdb.DuckDBTimestampValue) {
      return timestamp(value, value.micros * 1000n, false);
    }
    if (value instanceof duckdb.DuckDBTimestampTZValue) {
      return timestamp(value, value.micros * 1000n, true);
    }
    if (value instanceof duckdb.DuckDBTimestampSecondsValue) {
      return timestamp(value, value.seconds * 1_000_000_000n, false);
    }
    if (value instanceof duckdb.DuckDBTimestampMillisecondsValue) {
      return timestamp(value, value.millis * 1_000_000n, false);
    }
    if (value instanceof duckdb.DuckDBTimestampNanosecondsValue) {
      return timestamp(value, value.nanos, false);
    }
    if (value instanceof duckdb.DuckDBBlobValue) {
      return value.bytes.slice() as Bytes;
    }
    if (value instanceof duckdb.DuckDBListValue) return many(value.items);
    if (value instanceof duckdb.DuckDBArrayValue) return many(value.items);
    if (value instanceof duckdb.DuckDBStructValue) {
      const entries = Object.entries(value.entries);
      return Object.fromEntries(
        entries.map(([name, item]) => [name, this.#fromDuckDB(item)]),
      );
    }
    if (value instanceof duckdb.DuckDBMapValue) {
      return value.entries.map(({ key, value }) => ({
        key: this.#fromDuckDB(key),
        value: this.#fromDuckDB(value),
      }));
    }
    if (value instanceof duckdb.DuckDBUnionValue) {
      return this.#fromDuckDB(value.value);
    }
    return String(value);
  }
}

/** Infinity is a timestamp of SQL, and of nothing else. */
function timestamp(
  value: { readonly isFinite: boolean; toString(): string },
  ns: bigint,
  zoned: boolean,
): QueryValue {
  return value.isFinite ? new Timestamp(ns, zoned) : value.toString();
}

function refused(why: string, hint: string): PondError {
  return new PondError("QUERY", `Cannot run the query: ${why}`, { hint });
}

function queryError(cause: unknown): PondError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new PondError("QUERY", `Cannot run the query: ${message.trim()}`);
}
