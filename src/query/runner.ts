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
  SqlTemplate,
} from "../tinylogfs/mod.ts";
import { DuckDBEngine } from "./duckdb_engine.ts";
import { FileLoader } from "./file_loader.ts";
import { checkedOptions, Deadline } from "./limits.ts";
import { isPathName } from "./paths.ts";
import { renderArrow } from "./render/arrow.ts";
import { type RenderOptions, TO_FILE } from "./render/options.ts";
import { type QueryHost, ScratchFiles } from "./scratch_files.ts";
import { parseStatement } from "./statement.ts";
import { TableLoader } from "./table_loader.ts";
import { TABLES } from "./tables.ts";
import { bindTemplate } from "./template.ts";

const ARROW: RenderOptions = { format: "arrow", ...TO_FILE };

/** Makes what runs SQL over filesystems. */
export function createQueryRunner(host: QueryHost): QueryRunner {
  return async (source, sql, options) => {
    const { memoryBytes, threads, hostFiles } = checkedOptions(options);
    const scratch = new ScratchFiles(host, source);
    const engine = await DuckDBEngine.open({
      memoryBytes,
      threads,
      hostFiles,
      spillDirectory: await scratch.spillDirectory(),
    });
    const deadline = new Deadline(options);
    const dispose = async () => {
      deadline[Symbol.dispose]();
      await engine[Symbol.asyncDispose]();
      await scratch[Symbol.asyncDispose]();
    };
    const bounded = { ...options, ...deadline.options };
    try {
      const files = { host, scratch };
      const answer = await run(engine, files, source, sql, bounded, dispose);
      return {
        ...answer,
        async *[Symbol.asyncIterator]() {
          yield* answer;
          // Nothing is left to wait for.
          deadline[Symbol.dispose]();
        },
      };
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
  sql: string | SqlTemplate,
  options: QueryOptions,
  dispose: () => Promise<void>,
): Promise<QueryResult> {
  const { hostFiles = false, onTable, pending = false, signal } = options;
  const tablesOf = async (sql: string) =>
    (await engine.namesIn(parseStatement(sql))).tables;
  const { sql: text, params = [] } = typeof sql === "string"
    ? { ...options, sql }
    : await bindTemplate(sql, tablesOf);
  const statement = parseStatement(text);
  const added = new Map<string, string>();
  const names = await engine.namesIn(statement, params);
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
    } else if (isPathName(name) && !(hostFiles && isFileUrl(name))) {
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
  const bound = { ...options, params };
  const result = await engine.query(statement, bound, dispose);
  return {
    ...result,
    arrow: () => renderArrow(result.columns, result, ARROW),
  };
}

/** What means the host, where its files may be read. */
function isFileUrl(name: string): boolean {
  return /^file:\//i.test(name);
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
