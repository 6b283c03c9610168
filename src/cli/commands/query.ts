/**
 * `pond query`
 *
 * @module
 */
import type {
  QueryOptions,
  QueryResult,
  TableUse,
  TinyLogFS,
} from "../../tinylogfs/mod.ts";
import type { QueryCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { exportOf } from "../export.ts";
import { hostPath } from "../locate.ts";
import { type Column, writeBatches, writeRows } from "../rows.ts";
import { viewPond } from "../session.ts";
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

/** Runs SQL. */
export async function runQuery(
  command: QueryCommand,
  context: Context,
): Promise<ExitCode> {
  const exported = await exportOf(command, context);
  const sql = await statementOf(command, context);
  return await viewPond(context, command, async (fs) => {
    if (command.explain) return await explain(fs, sql, command, context);
    await using result = await query(fs, sql, command, context);
    const { format } = command;
    if (exported !== undefined) await exported.write(result.columns, result);
    else await writeBatches(context, format, result.columns, result, true);
    return ExitCode.done;
  });
}

async function query(
  fs: TinyLogFS,
  sql: string,
  { at, pending }: QueryCommand,
  { signal }: Context,
  options: QueryOptions = {},
): Promise<QueryResult> {
  return pending || at === "@pending"
    ? await fs.queryWithPending(sql, true, { ...options, signal })
    : await fs.queryHistory(sql, { ...options, signal });
}

/** Runs it, and tells what was read instead of what it answers. */
async function explain(
  fs: TinyLogFS,
  sql: string,
  command: QueryCommand,
  context: Context,
): Promise<ExitCode> {
  const uses: TableUse[] = [];
  const onTable = (use: TableUse) => uses.push(use);
  await using _ = await query(fs, sql, command, context, { onTable });
  await writeRows(context, command.format, USE_COLUMNS, uses);
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
