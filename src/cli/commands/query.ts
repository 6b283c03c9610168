/**
 * `pond query`
 *
 * @module
 */
import type { QueryResult, TinyLogFS } from "../../tinylogfs/mod.ts";
import type { QueryCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { exportOf } from "../export.ts";
import { hostPath } from "../locate.ts";
import { writeBatches } from "../rows.ts";
import { viewPond } from "../session.ts";
import { standardInput, textFrom } from "../stdin.ts";

/** Runs SQL. */
export async function runQuery(
  command: QueryCommand,
  context: Context,
): Promise<ExitCode> {
  const exported = await exportOf(command, context);
  const sql = await statementOf(command, context);
  return await viewPond(context, command, async (fs) => {
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
): Promise<QueryResult> {
  return pending || at === "@pending"
    ? await fs.queryWithPending(sql, true, { signal })
    : await fs.queryHistory(sql, { signal });
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
