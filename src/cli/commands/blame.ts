/**
 * `pond blame`
 *
 * @module
 */
import type { BlameLine } from "../../tinylogfs/mod.ts";
import type { BlameCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { printable } from "../output.ts";
import { type Column, timeOf, writeRows } from "../rows.ts";
import { atPath, viewPond } from "../session.ts";
import { localTime } from "../units.ts";

const COLUMNS: readonly Column<BlameLine>[] = [
  {
    name: "version",
    type: "BIGINT",
    value: (row) => row.pending ? null : row.version,
  },
  {
    name: "author",
    type: "VARCHAR",
    value: (row) => row.pending ? null : row.author,
  },
  {
    name: "time",
    type: "TIMESTAMP WITH TIME ZONE",
    value: (row) => timeOf(row.timestampUs),
  },
  { name: "line", type: "BIGINT", value: (row) => row.line },
  { name: "text", type: "VARCHAR", value: textOf },
  { name: "path", type: "VARCHAR", value: (row) => row.path },
  {
    name: "transaction_id",
    type: "VARCHAR",
    value: (row) => row.transactionId ?? null,
  },
];

/** Says of each line of a file which version brought it. */
export async function runBlame(
  command: BlameCommand,
  context: Context,
): Promise<ExitCode> {
  const { format, path } = command;
  const { signal } = context;
  return await viewPond(context, command, async (fs) => {
    await atPath(fs, path, async (view, found) => {
      const lines = view.blame(found, { signal });
      if (format === undefined && context.out.isTerminal) {
        await writeText(context, await Array.fromAsync(lines));
      } else await writeRows(context, format, COLUMNS, lines);
    });
    return ExitCode.done;
  });
}

/** A line begins with where it comes from, all of one width. */
async function writeText(
  { out }: Context,
  lines: readonly BlameLine[],
): Promise<void> {
  const origins = lines.map((row) =>
    row.pending
      ? "pending"
      : `v${row.version}  ${printable(row.author)}  ${
        localTime(row.timestampUs)
      }`
  );
  const width = Math.max(0, ...origins.map(({ length }) => length));
  const digits = `${lines.length}`.length;
  for (const [index, row] of lines.entries()) {
    const origin = (origins[index] ?? "").padEnd(width);
    const number = `${row.line}`.padStart(digits);
    await out.line(`${origin}  ${number}  ${printable(textOf(row), "\t")}`);
  }
}

function textOf({ text }: BlameLine): string {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}
