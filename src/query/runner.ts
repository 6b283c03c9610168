/**
 * From a statement to its result: finds the tables that it names, brings them
 * in, and lets it run.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type {
  QueryOptions,
  QueryResult,
  QueryRunner,
  QuerySource,
} from "../tinylogfs/mod.ts";
import { DuckDBEngine } from "./duckdb_engine.ts";
import { FileLoader } from "./file_loader.ts";
import { isPathName } from "./paths.ts";
import { type QueryHost, ScratchFiles } from "./scratch_files.ts";
import { parseStatement } from "./statement.ts";
import { TableLoader } from "./table_loader.ts";
import { TABLES } from "./tables.ts";

/** Makes what runs SQL over filesystems. */
export function createQueryRunner(host: QueryHost): QueryRunner {
  return async (source, sql, options) => {
    const scratch = new ScratchFiles(host, source);
    const engine = await DuckDBEngine.open();
    const dispose = async () => {
      await engine[Symbol.asyncDispose]();
      await scratch[Symbol.asyncDispose]();
    };
    try {
      const files = { host, scratch };
      return await run(engine, files, source, sql, options, dispose);
    } catch (error) {
      await dispose();
      throw error;
    }
  };
}

async function run(
  engine: DuckDBEngine,
  { host, scratch }: { host: QueryHost; scratch: ScratchFiles },
  source: QuerySource,
  sql: string,
  options: QueryOptions,
  dispose: () => Promise<void>,
): Promise<QueryResult> {
  const { onTable, pending = false, signal } = options;
  const statement = parseStatement(sql);
  const added = new Map<string, string>();
  const names = await engine.namesIn(statement);
  const loader = new TableLoader(engine, source, names, {
    pending,
    signal,
    onTable,
  });
  const { needs } = names;
  const files = new FileLoader(engine, host, scratch, source, needs, signal);
  for (const name of names.tables) {
    signal?.throwIfAborted();
    const key = asciiLowerCase(name);
    const other = added.get(key);
    const table = TABLES.get(key);
    if (table !== undefined) {
      if (other !== undefined) continue;
      await loader.add(table);
    } else if (isPathName(name)) {
      if (other !== undefined) throw sameInSql(name, other);
      const read = await files.add(name);
      onTable?.({ name, columns: [], read, skipped: [] });
    }
    added.set(key, name);
  }
  await loader.addCalls();
  if (names.showsTables) {
    // They are shown, and not read.
    for (const [name, table] of TABLES) {
      if (table.isFunction) continue;
      const isAdded = added.has(name);
      if (!isAdded) await engine.makeTable(table);
      await engine.comment(isAdded ? "VIEW" : "TABLE", table);
    }
  }
  await engine.lock();
  return await engine.query(statement, signal, dispose);
}

/** Names as SQL compares them, quoted or not. */
function asciiLowerCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function sameInSql(name: string, other: string): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot query ${other} and ${name} together: names in SQL that differ in case only are the same`,
    { path: name, hint: "write one of them as a pattern, such as '/[a].csv'" },
  );
}
