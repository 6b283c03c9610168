/**
 * `pond query`
 *
 * @module
 */
import type {
  QueryBatch,
  QueryOptions,
  QueryResult,
  TableUse,
  TinyLogFS,
} from "../../tinylogfs/mod.ts";
import type { Format, QueryCommand } from "../command.ts";
import { type Context, note } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { exportOf, formatOfFile, rowsAsFile } from "../export.ts";
import { hostPath } from "../locate.ts";
import { Progress } from "../progress.ts";
import {
  type QueryLimits,
  queryLimits,
  queryParams,
} from "../query_options.ts";
import { type Column, writeBatches, writeRows } from "../rows.ts";
import { changePond, counted, pondPath, viewPond } from "../session.ts";
import { standardInput, textFrom } from "../stdin.ts";

const USE_COLUMNS: readonly Column<TableUse>[] = [
  { name: "table", type: "VARCHAR", value: ({ name }) => name },
  {
    name: "columns",
    type: "VARCHAR",
    value: ({ columns }) => columns.join(", "),
  },
  { name: "rows", type: "BIGINT", value: ({ rows }) => rows ?? null },
  { name: "files_read", type: "BIGINT", value: ({ read }) => read.length },
  {
    name: "files_skipped",
    type: "BIGINT",
    value: ({ skipped }) => skipped.length,
  },
  {
    name: "read",
    type: "VARCHAR",
    value: ({ read }) => JSON.stringify(read),
    terminal: "hidden",
  },
  {
    name: "skipped",
    type: "VARCHAR",
    value: ({ skipped }) => JSON.stringify(skipped),
    terminal: "hidden",
  },
];

/** Asks a filesystem. */
type Ask = (fs: TinyLogFS, options: QueryOptions) => Promise<QueryResult>;

/** Runs SQL. */
export async function runQuery(
  command: QueryCommand,
  context: Context,
): Promise<ExitCode> {
  if (command.into !== undefined) {
    return await queryInto(command, command.into, context);
  }
  const exported = await exportOf(command, context);
  const ask = await questionOf(command, context);
  return await viewPond(context, command, async (fs, settings) => {
    const { format } = command;
    const limits = queryLimits(await settings(), command);
    if (command.explain) {
      return await explain(fs, ask, limits, format, context);
    }
    await using progress = progressOf(context);
    await using result = await ask(fs, limits);
    const { columns } = result;
    if (exported !== undefined) {
      await exported.write(columns, watched(result, progress));
    } else {
      const endsBar = context.out.isTerminal;
      const rows = watched(result, progress, { endsBar });
      await writeBatches(context, format, columns, rows, true);
    }
    return ExitCode.done;
  });
}

/** For people: who reads rows as JSON sees them come. */
function progressOf(context: Context): Progress {
  const options = { verb: "query", noun: "rows", tellsPrograms: false };
  return Progress.start(context, options);
}

/**
 * Rows, counted for who waits for them.
 *
 * @param options With `endsBar`, the first ones end it: they go where it is.
 */
async function* watched(
  rows: AsyncIterable<QueryBatch>,
  progress: Progress,
  { endsBar = false }: { readonly endsBar?: boolean } = {},
): AsyncGenerator<QueryBatch> {
  for await (const batch of rows) {
    progress.advance(batch.numRows);
    if (endsBar) await progress[Symbol.asyncDispose]();
    yield batch;
  }
  if (endsBar) await progress[Symbol.asyncDispose]();
}

/**
 * Stores the rows in the pond. They are written here and not by the engine,
 * which so needs no file that it may write to.
 */
async function queryInto(
  command: QueryCommand,
  into: string,
  context: Context,
): Promise<ExitCode> {
  const path = pondPath(into);
  const { json } = context.globals;
  const format = formatOfFile(path, command.format, json);
  const ask = await questionOf(command, context);
  let rows = 0;
  const { change } = command;
  const code = await changePond(context, change, async (fs, settings) => {
    const { at } = command;
    const limits = queryLimits(await settings(), command);
    if (at === undefined || at === "@pending") {
      rows = await store(context, ask(fs, limits), fs, path, format);
      return;
    }
    await using view = await fs.at(at);
    rows = await store(context, ask(view, limits), fs, path, format);
  });
  const { dryRun } = command.change;
  const where = `${dryRun ? "would be " : ""}in ${path}`;
  await note(context, `${counted(rows, "row")} ${where}`);
  return code;
}

/** Stores the rows of an answer; resolves to how many they are. */
async function store(
  context: Context,
  answer: Promise<QueryResult>,
  fs: TinyLogFS,
  path: string,
  format: Format,
): Promise<number> {
  await using progress = progressOf(context);
  await using result = await answer;
  let rows = 0;
  const counting = async function* () {
    for await (const batch of watched(result, progress)) {
      rows += batch.numRows;
      yield batch;
    }
  };
  const chunks = rowsAsFile(path, format, result.columns, counting());
  await fs.writeFile(path, chunks, { signal: context.signal });
  return rows;
}

/** Reads the statement and what belongs to it, before the pond is opened. */
async function questionOf(
  command: QueryCommand,
  context: Context,
): Promise<Ask> {
  const { at, pending } = command;
  const options = {
    params: queryParams(command.params),
    signal: context.signal,
  };
  const sql = await statementOf(command, context);
  const all = pending || at === "@pending";
  return async (fs, more) =>
    await fs.queryWithPending(sql, all, { ...options, ...more });
}

/** Runs it, and tells what was read instead of what it answers. */
async function explain(
  fs: TinyLogFS,
  ask: Ask,
  limits: QueryLimits,
  format: Format | undefined,
  context: Context,
): Promise<ExitCode> {
  const uses: TableUse[] = [];
  await using _ = await ask(fs, {
    ...limits,
    onTable: (use) => uses.push(use),
  });
  await writeRows(context, format, USE_COLUMNS, uses);
  return ExitCode.done;
}

async function statementOf(
  { sql, file }: QueryCommand,
  context: Context,
): Promise<string> {
  if (sql !== undefined) return sql;
  if (file === undefined || file === "-") {
    return await textFrom(context, "standard input", standardInput(context));
  }
  const path = await hostPath(context, file);
  const { files } = context.host;
  return await textFrom(context, path, await files.stream(path));
}
