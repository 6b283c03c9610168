/**
 * `pond query`
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type { QueryResult, TinyLogFS } from "../../tinylogfs/mod.ts";
import { type Format, FORMATS, type QueryCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { hostPath } from "../locate.ts";
import { writeBatches } from "../rows.ts";
import { viewPond } from "../session.ts";
import { standardInput, textFrom } from "../stdin.ts";
import { writeHostFile } from "../transfer.ts";

/** Runs SQL. */
export async function runQuery(
  command: QueryCommand,
  context: Context,
): Promise<ExitCode> {
  const exported = command.output === undefined || command.output === "-"
    ? undefined
    : await exportOf(command, command.output, context);
  const sql = await statementOf(command, context);
  return await viewPond(context, command, async (fs) => {
    await using result = await query(fs, sql, command, context);
    const { format } = command;
    if (exported !== undefined) await exported.write(result);
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

/** A file that rows go to. */
interface Export {
  write(result: QueryResult): Promise<void>;
}

const EXTENSIONS: Readonly<Record<string, Format>> = {
  md: "markdown",
  jsonl: "ndjson",
  txt: "table",
};

async function exportOf(
  { format, force }: QueryCommand,
  output: string,
  context: Context,
): Promise<Export> {
  const path = await hostPath(context, output);
  const chosen = format ?? formatOfName(path);
  return {
    async write(result) {
      const { renderRows } = await import("../../query/mod.ts");
      const chunks = renderRows(result.columns, result, {
        format: chosen,
        isTerminal: false,
        width: 80,
        color: false,
        header: true,
      });
      await writeHostFile(context.host, path, chunks, force);
    },
  };
}

function formatOfName(path: string): Format {
  const extension = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  const format = Object.hasOwn(EXTENSIONS, extension)
    ? EXTENSIONS[extension]
    : FORMATS.find((name) => name === extension);
  if (format !== undefined) return format;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot tell the format of ${path} by its extension`,
    { path, hint: `say it: --format ${FORMATS.join("|")}` },
  );
}
