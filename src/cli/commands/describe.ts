/**
 * `pond describe`
 *
 * @module
 */
import {
  type ColumnSummary,
  describeColumns,
  describeTimes,
  TABLES,
  type TimeStep,
  type TimeSummary,
} from "../../query/mod.ts";
import type {
  QueryOptions,
  QueryValue,
  TinyLogFS,
} from "../../tinylogfs/mod.ts";
import type { DescribeCommand } from "../command.ts";
import { type Context, note } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { queryLimits } from "../query_options.ts";
import { type Column, writeRows } from "../rows.ts";
import { counted, pondPath, viewPond } from "../session.ts";

/** Gaps that are told of, unless something else is said. */
const GAPS = 10;

/** Says what a table holds. */
export async function runDescribe(
  command: DescribeCommand,
  context: Context,
): Promise<ExitCode> {
  const { format, time } = command;
  const table = TABLES.has(command.path)
    ? command.path
    : pondPath(command.path);
  return await viewPond(context, command, async (fs, settings) => {
    const options: QueryOptions = {
      ...queryLimits(await settings(), command),
      pending: command.pending || command.at === "@pending",
      signal: context.signal,
    };
    const timesOf = (fs: TinyLogFS) =>
      describeTimes(fs, table, time, command.limit ?? GAPS, options);
    if (command.gaps) {
      const times = await timesOf(fs);
      await writeRows(context, format, STEPS, times?.gaps ?? []);
      if (times === undefined) {
        await note(context, "no column has times; --time names one of numbers");
      }
      return ExitCode.done;
    }
    const columns = await describeColumns(fs, table, options);
    // A name that is none is an error before anything is written.
    const times = context.err.isTerminal || time !== undefined
      ? await timesOf(fs)
      : undefined;
    await writeRows(context, format, COLUMNS, columns);
    await context.out.flush();
    const { rows = 0n } = columns[0] ?? {};
    await note(context, counted(Number(rows), "row"));
    if (times !== undefined) await note(context, sentenceOf(times));
    return ExitCode.done;
  });
}

const COLUMNS: readonly Column<ColumnSummary>[] = [
  { name: "column", type: "VARCHAR", value: ({ column }) => column },
  { name: "type", type: "VARCHAR", value: ({ type }) => type },
  { name: "min", type: "VARCHAR", value: ({ min }) => textOf(min) },
  { name: "max", type: "VARCHAR", value: ({ max }) => textOf(max) },
  { name: "nulls", type: "BIGINT", value: ({ nulls }) => nulls },
  { name: "distinct", type: "BIGINT", value: ({ distinct }) => distinct },
  {
    name: "rows",
    type: "BIGINT",
    value: ({ rows }) => rows,
    terminal: "hidden",
  },
];

const STEPS: readonly Column<TimeStep>[] = [
  { name: "from", type: "VARCHAR", value: ({ from }) => textOf(from) },
  { name: "to", type: "VARCHAR", value: ({ to }) => textOf(to) },
  { name: "step", type: "DOUBLE", value: ({ step }) => step },
  { name: "times", type: "DOUBLE", value: ({ times }) => times },
];

/** Columns of all types are told in one, so as text. */
function textOf(value: QueryValue): string | null {
  return value === null ? null : String(value);
}

function sentenceOf(
  { column, isTime, medianStep, count, gaps }: TimeSummary,
): string {
  if (medianStep === null) return `${column} has no two different times`;
  const unit = isTime ? " s" : "";
  const step = `${column} goes on by ${medianStep}${unit} (median)`;
  const [largest] = gaps;
  if (largest === undefined) return `${step}, without gaps`;
  return `${step}, with ${
    counted(count, "gap")
  }, the largest ${largest.step}${unit} from ${textOf(largest.from)} (--gaps)`;
}
