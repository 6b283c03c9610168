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
import { isPathName } from "./paths.ts";
import { placeFiles } from "./file_calls.ts";
import { type QueryHost, ScratchFiles } from "./scratch_files.ts";
import {
  FILE_READERS,
  parseStatement,
  type Statement,
  type StatementNames,
} from "./statement.ts";
import { TABLES } from "./tables.ts";

/** What a statement may take: what is more goes to the disk. */
const MEMORY_BYTES = 128 * 2 ** 20;

/** How statements are run. */
interface WriteOptions {
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
    const ending = endingOf(options);
    await this.#run(
      source,
      sql,
      options,
      (engine, { select }) => engine.writeParquet(select, hostPath, ending),
    );
  }

  /** The columns of a SELECT over files, in order. */
  async columns(
    source: QuerySource,
    sql: string,
    options: WriteOptions = {},
  ): Promise<readonly Pick<QueryColumn, "name" | "type">[]> {
    const ending = endingOf(options);
    return await this.#run(source, sql, options, async (engine, { select }) => {
      const types = await engine.columnTypes(select, ending);
      return [...types].map(([name, type]) => ({ name, type }));
    });
  }

  /**
   * The paths and patterns that a SELECT names.
   *
   * @throws {PondError} `QUERY` when it is none; `UNSUPPORTED` when it names
   *   anything else.
   */
  async paths(source: QuerySource, sql: string): Promise<readonly string[]> {
    return await this.#leased(source, async (engine) => {
      const names = await engine.namesIn(parseStatement(sql));
      requireFiles(names);
      const called = names.calls.flatMap(({ arguments: [first], name }) =>
        FILE_READERS.has(name) ? first?.text ?? [] : []
      );
      return [...new Set([...pathsOf(names), ...called])];
    });
  }

  async #run<T>(
    source: QuerySource,
    sql: string,
    { signal }: WriteOptions,
    work: (engine: DuckDBEngine, statement: Statement) => Promise<T>,
  ): Promise<T> {
    return await this.#leased(source, async (engine) => {
      const host = this.#host;
      await using scratch = new ScratchFiles(host, source);
      const written = parseStatement(sql);
      const named = await engine.namesIn(written);
      requireFiles(named);
      const { needs } = named;
      const files = new FileLoader(
        engine,
        host,
        scratch,
        source,
        needs,
        signal,
      );
      const { names, statement } = await placeFiles(
        written,
        named,
        (name) => files.find(name),
        (statement) => engine.namesIn(statement),
      );
      for (const name of pathsOf(names)) {
        const table = await files.load(name);
        await engine.addView(name, table.select(), signal);
      }
      return await work(engine, statement);
    });
  }

  /** In a database of its own, which goes with it. */
  async #leased<T>(
    source: QuerySource,
    work: (engine: DuckDBEngine) => Promise<T>,
  ): Promise<T> {
    const pool = new DatabasePool(this.#host);
    const limits = { memoryBytes: MEMORY_BYTES, threads: 1 };
    try {
      await using lease = await pool.lease(source, limits);
      await using engine = await DuckDBEngine.open(lease.database);
      return await work(engine);
    } finally {
      await pool.release();
    }
  }
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
