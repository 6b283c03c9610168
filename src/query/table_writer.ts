/**
 * The rows of a statement as a Parquet file on the host, for what is computed
 * and kept.
 *
 * DuckDB writes it by itself, with one thread: so the same statement over the
 * same files gives the same bytes, and takes no more memory than it is given. It
 * sees what every query sees, and writes one file in the pond's `cache/`.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { QueryColumn, QuerySource } from "../tinylogfs/mod.ts";
import { DatabasePool } from "./database_pool.ts";
import { DuckDBEngine } from "./duckdb_engine.ts";
import { FileLoader } from "./file_loader.ts";
import { isPathName, quoteText } from "./paths.ts";
import { placeFiles } from "./file_calls.ts";
import { type QueryHost, ScratchFiles } from "./scratch_files.ts";
import {
  FILE_READERS,
  parseStatement,
  type Statement,
  type StatementNames,
} from "./statement.ts";
import { TABLES } from "./tables.ts";

/** What a statement may take unless told otherwise; the rest goes to the disk. */
const MEMORY_BYTES = 256 * 2 ** 20;

/** How statements are run. */
interface WriteOptions {
  /** What it may take of memory. */
  readonly memoryBytes?: number | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

/** Writes tables, and says what they will be. */
export class TableWriter {
  readonly #host: QueryHost;

  /** @param host Where files go. */
  constructor(host: QueryHost) {
    this.#host = host;
  }

  /**
   * Writes the rows of a SELECT over files.
   *
   * @param source The state of the pond that is read.
   * @param sql The statement; it names no tables but files by their paths.
   * @param hostPath A file in the pond's `cache/`, which isn't there yet.
   */
  async write(
    source: QuerySource,
    sql: string,
    hostPath: string,
    options: WriteOptions = {},
  ): Promise<void> {
    await using stack = new AsyncDisposableStack();
    const session = await TableSession.open(this.#host, source, options, stack);
    await session.write(sql, hostPath);
  }

  /**
   * Writes the rows of Parquet files of the host, one after the other.
   *
   * @param parts Files in the pond's `cache/`, with the same columns.
   * @param hostPath A file there, which isn't there yet.
   */
  async join(
    source: QuerySource,
    parts: readonly string[],
    hostPath: string,
    options: WriteOptions = {},
  ): Promise<void> {
    const list = parts.map(quoteText).join(", ");
    await this.#leased(source, options, (engine) =>
      engine.writeParquet(
        `FROM read_parquet([${list}], hive_partitioning = false)`,
        hostPath,
        endingOf(options),
      ));
  }

  /** The columns of a SELECT over files, in order. */
  async columns(
    source: QuerySource,
    sql: string,
    options: WriteOptions = {},
  ): Promise<readonly Pick<QueryColumn, "name" | "type">[]> {
    await using stack = new AsyncDisposableStack();
    const session = await TableSession.open(this.#host, source, options, stack);
    return await session.columns(sql);
  }

  /** Whole numbers of the first row of a SELECT over files, null where it has others. */
  async numbers(
    source: QuerySource,
    sql: string,
    options: WriteOptions = {},
  ): Promise<readonly (number | null)[]> {
    await using stack = new AsyncDisposableStack();
    const session = await TableSession.open(this.#host, source, options, stack);
    return await session.numbers(sql);
  }

  /**
   * The paths and patterns that a SELECT names.
   *
   * @throws {PondError} `QUERY` when it is none; `UNSUPPORTED` when it names
   *   anything else.
   */
  async paths(source: QuerySource, sql: string): Promise<readonly string[]> {
    return await this.#leased(source, {}, async (engine) => {
      const names = await engine.namesIn(parseStatement(sql));
      requireFiles(names);
      const called = names.calls.flatMap(({ arguments: [first], name }) =>
        FILE_READERS.has(name) ? first?.text ?? [] : []
      );
      return [...new Set([...pathsOf(names), ...called])];
    });
  }

  /** In a database of its own, which goes with it. */
  async #leased<T>(
    source: QuerySource,
    options: WriteOptions,
    work: (engine: DuckDBEngine) => Promise<T>,
  ): Promise<T> {
    await using stack = new AsyncDisposableStack();
    return await work(await openEngine(this.#host, source, options, stack));
  }
}

/** A database, and what a statement in it sees. */
class TableSession {
  readonly #engine: DuckDBEngine;
  readonly #host: QueryHost;
  readonly #scratch: ScratchFiles;
  readonly #source: QuerySource;
  readonly #signal: AbortSignal | undefined;

  private constructor(
    engine: DuckDBEngine,
    host: QueryHost,
    scratch: ScratchFiles,
    source: QuerySource,
    signal: AbortSignal | undefined,
  ) {
    this.#engine = engine;
    this.#host = host;
    this.#scratch = scratch;
    this.#source = source;
    this.#signal = signal;
  }

  /** Opens it, for as long as `stack`. */
  static async open(
    host: QueryHost,
    source: QuerySource,
    options: WriteOptions,
    stack: AsyncDisposableStack,
  ): Promise<TableSession> {
    const engine = await openEngine(host, source, options, stack);
    const scratch = stack.use(new ScratchFiles(host, source));
    return new TableSession(engine, host, scratch, source, options.signal);
  }

  async write(sql: string, hostPath: string): Promise<void> {
    const { select } = await this.#placed(sql);
    const ending = endingOf({ signal: this.#signal });
    await this.#engine.writeParquet(select, hostPath, ending);
  }

  async columns(
    sql: string,
  ): Promise<readonly Pick<QueryColumn, "name" | "type">[]> {
    const { select } = await this.#placed(sql);
    const ending = endingOf({ signal: this.#signal });
    const types = await this.#engine.columnTypes(select, ending);
    return [...types].map(([name, type]) => ({ name, type }));
  }

  async numbers(sql: string): Promise<readonly (number | null)[]> {
    const { select } = await this.#placed(sql);
    const ending = endingOf({ signal: this.#signal });
    const row = await this.#engine.firstRow(select, ending);
    return row.map((value) => typeof value === "bigint" ? Number(value) : null);
  }

  /** A statement, with its files where it names them. */
  async #placed(sql: string): Promise<Statement> {
    const engine = this.#engine;
    const written = parseStatement(sql);
    const named = await engine.namesIn(written);
    requireFiles(named);
    const files = new FileLoader(
      engine,
      this.#host,
      this.#scratch,
      this.#source,
      named.needs,
      this.#signal,
    );
    const { names, statement } = await placeFiles(
      written,
      named,
      (name) => files.find(name),
      (statement) => engine.namesIn(statement),
    );
    for (const name of pathsOf(names)) {
      const table = await files.load(name);
      await engine.addView(name, table.select(), this.#signal);
    }
    return statement;
  }
}

/** A database of its own, which goes with `stack`. */
async function openEngine(
  host: QueryHost,
  source: QuerySource,
  { memoryBytes = MEMORY_BYTES }: WriteOptions,
  stack: AsyncDisposableStack,
): Promise<DuckDBEngine> {
  const pool = new DatabasePool(host);
  stack.defer(() => pool.release());
  const limits = { memoryBytes, threads: 1 };
  const { database } = stack.use(await pool.lease(source, limits));
  return stack.use(await DuckDBEngine.open(database));
}

function endingOf({ signal }: WriteOptions): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

function pathsOf({ tables }: StatementNames): readonly string[] {
  return tables.filter(isPathName);
}

/** The pond's own tables change with each commit: nothing could be kept. */
function requireFiles({ calls, tables }: StatementNames): void {
  const named = [...tables, ...calls.map(({ name }) => name)];
  const other = named.find((name) => TABLES.has(name.toLowerCase()));
  if (other === undefined) return;
  throw new PondError(
    "UNSUPPORTED",
    `Cannot compute a file from the table ${other}: it changes with every commit`,
    { hint: "name files by their paths: FROM '/sensors/*.csv'" },
  );
}
