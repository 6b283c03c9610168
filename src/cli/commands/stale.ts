/**
 * `pond status --stale`
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { type SeriesAge, seriesAges } from "../../pipeline/mod.ts";
import type { StatusCommand } from "../command.ts";
import { type Context, note } from "../context.ts";
import { periodOf } from "../durations.ts";
import { ExitCode } from "../exit_codes.ts";
import { printable } from "../output.ts";
import { type Column, timeOf, writeRows } from "../rows.ts";
import { pondPath, withPond } from "../session.ts";
import { ago, localTime } from "../units.ts";

/** A series, and the present. */
interface StaleRow extends SeriesAge {
  readonly nowUs: number;
}

const COLUMNS: readonly Column<StaleRow>[] = [
  {
    name: "path",
    type: "VARCHAR",
    value: ({ path }) => path,
    terminal: ({ path }) => printable(path),
  },
  {
    name: "latest",
    type: "TIMESTAMP WITH TIME ZONE",
    value: ({ toUs }) => timeOf(toUs),
    terminal: ({ toUs }) => localTime(toUs),
  },
  {
    name: "age",
    type: "BIGINT",
    // Seconds, for programs that compare.
    value: ({ ageUs }) => Math.floor(ageUs / 1e6),
    terminal: ({ nowUs, toUs }) => ago(toUs, nowUs),
  },
  {
    name: "rows",
    type: "BIGINT",
    value: ({ rows }) => rows ?? null,
    terminal: "hidden",
  },
];

/** Lists the series whose newest row is older than it should be. */
export async function runStale(
  { format, stale = "", words }: StatusCommand,
  context: Context,
): Promise<ExitCode> {
  const olderUs = periodOf(stale, "--stale") * 1000;
  const { host, signal } = context;
  const nowUs = host.clock.nowUs();
  const patterns = words.length === 0 ? ["/"] : words.map(pondPath);
  return await withPond(context, {}, async (fs) => {
    let [all, old] = [0, 0];
    const rows = async function* (): AsyncGenerator<StaleRow> {
      for await (const age of seriesAges(fs, { patterns, nowUs, signal })) {
        all++;
        if (age.ageUs <= olderUs) continue;
        old++;
        yield { ...age, nowUs };
      }
    };
    await writeRows(context, format, COLUMNS, rows());
    // Who watches nothing must not be told that all is well.
    if (all === 0 && words.length > 0) throw noSeries(words);
    await note(context, `${old} of ${all} series stale`);
    return old === 0 ? ExitCode.done : ExitCode.failed;
  });
}

function noSeries(words: readonly string[]): PondError {
  return new PondError(
    "NOT_FOUND",
    `Cannot find a series with times at ${words.join(", ")}`,
    { hint: "list all that there are: pond status --stale 1s" },
  );
}
