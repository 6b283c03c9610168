/**
 * `pond why`
 *
 * @module
 */
import { type Origin, originsOf } from "../../pipeline/mod.ts";
import type { WhyCommand } from "../command.ts";
import { type Context, note } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { printable } from "../output.ts";
import { type Column, timeOf, writeRows } from "../rows.ts";
import { atPath, withPond } from "../session.ts";
import { parseTime } from "../times.ts";
import { localTime } from "../units.ts";

const COLUMNS: readonly Column<Origin>[] = [
  timeColumn("from", ({ from }) => from),
  timeColumn("to", ({ to }) => to),
  { name: "readings", type: "BIGINT", value: ({ readings }) => readings },
  timeColumn("requested", ({ requested }) => requested),
  {
    name: "request",
    type: "VARCHAR",
    value: ({ url }) => url,
    terminal: ({ url }) => printable(url),
  },
  { name: "page", type: "BIGINT", value: ({ page }) => page },
  {
    name: "sha256",
    type: "VARCHAR",
    value: ({ sha256 }) => sha256,
    terminal: "hidden",
  },
];

/** Says where the rows of a series come from. */
export async function runWhy(
  { format, path, time }: WhyCommand,
  context: Context,
): Promise<ExitCode> {
  const nowUs = context.host.clock.nowUs();
  const timeUs = time === undefined
    ? undefined
    : parseTime(time, nowUs).getTime() * 1000;
  return await withPond(
    context,
    {},
    (fs) =>
      atPath(fs, path, async (view, path) => {
        let count = 0;
        const rows = async function* (): AsyncGenerator<Origin> {
          for await (const origin of originsOf(view, path, timeUs)) {
            count++;
            yield origin;
          }
        };
        await writeRows(context, format, COLUMNS, rows());
        if (count > 0 || time === undefined) return ExitCode.done;
        await note(context, "no answer has made a row of that time");
        return ExitCode.notFound;
      }),
  );
}

function timeColumn(
  name: string,
  textOf: (origin: Origin) => string,
): Column<Origin> {
  const usOf = (origin: Origin) => Date.parse(textOf(origin)) * 1000;
  return {
    name,
    type: "TIMESTAMP WITH TIME ZONE",
    value: (origin) => timeOf(usOf(origin)),
    terminal: (origin) => localTime(usOf(origin)),
  };
}
