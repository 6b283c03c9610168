/**
 * What runs SQL, before anybody asks: DuckDB is loaded by the first query.
 *
 * @module
 */
import type { Host } from "../host/host.ts";
import type { QueryRunner } from "../tinylogfs/mod.ts";
import type { SqlCompleter } from "./completer.ts";

/**
 * Makes what runs SQL over filesystems.
 *
 * @param host Where disposable files go.
 */
export function lazyQueryRunner(
  host: Pick<Host, "files" | "random">,
): QueryRunner {
  // 120 ms that only a query has to pay.
  let runner: Promise<QueryRunner> | undefined;
  const run: QueryRunner = async (source, sql, options) => {
    runner ??= import("./runner.ts").then(({ createQueryRunner }) =>
      createQueryRunner(host)
    );
    return await (await runner)(source, sql, options);
  };
  return Object.assign(run, {
    release: async () => await (await runner)?.release?.(),
  });
}

/**
 * Loads the engine, and asks it something.
 *
 * @returns Its version, such as `v1.5.5`.
 */
export async function engineVersion(): Promise<string> {
  const { DuckDBDatabase } = await import("./duckdb_database.ts");
  const { DuckDBEngine } = await import("./duckdb_engine.ts");
  using database = await DuckDBDatabase.open();
  await using engine = await DuckDBEngine.open(database);
  return await engine.version();
}

/** Loads what completes SQL. */
export async function openSqlCompleter(): Promise<SqlCompleter> {
  return await (await import("./completer.ts")).SqlCompleter.open();
}
