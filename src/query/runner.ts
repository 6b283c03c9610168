/**
 * From a statement to its result: finds the tables that it names, brings them
 * in, and lets it run.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type {
  QueryOptions,
  QueryRunner,
  QuerySource,
  SqlTemplate,
} from "../tinylogfs/mod.ts";
import { DatabasePool } from "./database_pool.ts";
import { DuckDBEngine } from "./duckdb_engine.ts";
import { placeFiles } from "./file_calls.ts";
import { FileLoader, type FilesTable } from "./file_loader.ts";
import { checkedOptions, Deadline } from "./limits.ts";
import { isPathName } from "./paths.ts";
import { isLarge } from "./planning_limits.ts";
import { renderArrow } from "./render/arrow.ts";
import { type RenderOptions, TO_FILE } from "./render/options.ts";
import { type QueryHost, ScratchFiles } from "./scratch_files.ts";
import {
  parseStatement,
  type Statement,
  type StatementNames,
} from "./statement.ts";
import { isSame, substitute } from "./substitution.ts";
import { TableLoader } from "./table_loader.ts";
import { TABLES } from "./tables.ts";
import { bindTemplate } from "./template.ts";

/** Rows, as long as their database is there. */
type Rows = Awaited<ReturnType<DuckDBEngine["query"]>>;

const ARROW: RenderOptions = { format: "arrow", ...TO_FILE };

/** Makes what runs SQL over filesystems. */
export function createQueryRunner(host: QueryHost): QueryRunner {
  const pool = new DatabasePool(host);
  const runner: QueryRunner = async (source, sql, options) => {
    const limits = checkedOptions(options);
    await using stack = new AsyncDisposableStack();
    const deadline = stack.use(new Deadline(options));
    const { database } = stack.use(await pool.lease(source, limits));
    const scratch = stack.use(new ScratchFiles(host, source));
    const engine = stack.use(await DuckDBEngine.open(database));
    const bounded = { ...options, ...deadline.options };
    const answer = await run(engine, { host, scratch }, source, sql, bounded);
    const kept = stack.move();
    const rows = async function* () {
      yield* answer;
      // Nothing is left to wait for.
      deadline[Symbol.dispose]();
    };
    return {
      columns: answer.columns,
      arrow: () => renderArrow(answer.columns, answer, ARROW),
      [Symbol.asyncIterator]: rows,
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
  };
  return Object.assign(runner, { release: () => pool.release() });
}

/** Runs a statement, when all that it names is there. */
async function run(
  engine: DuckDBEngine,
  { host, scratch }: { host: QueryHost; scratch: ScratchFiles },
  source: QuerySource,
  sql: string | SqlTemplate,
  options: QueryOptions,
): Promise<Rows> {
  const { hostFiles = false, onTable, pending = false, signal } = options;
  const tablesOf = async (sql: string) =>
    (await engine.namesIn(parseStatement(sql))).tables;
  const { sql: text, params = [] } = typeof sql === "string"
    ? { ...options, sql }
    : await bindTemplate(sql, tablesOf);
  const written = parseStatement(text);
  const added = new Map<string, string>();
  const named = await engine.namesIn(written, params);
  const { needs } = named;
  const files = new FileLoader(engine, host, scratch, source, needs, signal);
  const { names, statement } = hostFiles
    ? { names: named, statement: written }
    : await placeFiles(
      written,
      named,
      (name) => files.find(name),
      (statement) => engine.namesIn(statement, params),
    );
  const loader = new TableLoader(engine, source, names, {
    pending,
    signal,
    onTable,
  });
  const read: FilesTable[] = [];
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
      const found = await files.load(name);
      read.push(found);
      onTable?.({ name, columns: [], read: found.paths, skipped: [] });
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
  return await runOver(engine, statement, names, read, { ...options, params });
}

/** Runs a statement over files: in the places of their names, or as views. */
async function runOver(
  engine: DuckDBEngine,
  statement: Statement,
  names: StatementNames,
  tables: readonly FilesTable[],
  options: QueryOptions,
): Promise<Rows> {
  const asWritten = async () => {
    for (const table of tables) {
      await engine.addView(table.name, table.select(), options.signal);
    }
    return statement;
  };
  const size = { isLarge: isLarge(names.size, statement.select) };
  const short = tables.length > 0 && !names.showsTables
    ? substitute(statement, names, tables)
    : undefined;
  const after = short && await engine.namesIfAny(short.statement);
  if (short === undefined || !isSame(names, after, tables)) {
    return await engine.query(await asWritten(), { ...options, ...size });
  }
  return await engine.query(short.statement, {
    ...options,
    ...size,
    lists: short.lists,
    asWritten,
  });
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
