/**
 * `Combine`: series joined on time.
 *
 * `/Combine/<resource>/<scope>/combine` has a row for each time at which any of
 * the series has one, in order, with the columns of all of them: their full outer
 * join. A series is all files that match its pattern, with their columns united by
 * name. Of several rows of one time in it, the last one counts, column by column,
 * where null is no value: the last is that of the later path, or of a later part.
 *
 * Columns of different series have different names, and each time is there once
 * in each: so the join is one grouping by time of all their rows, which takes no
 * memory for one side of it.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { quoteName } from "../../query/paths.ts";
import { didYouMean, nearest } from "../../suggest.ts";
import type { CombineSpec } from "../kinds/views.ts";
import { inSpanSql, type Span } from "./spans.ts";
import {
  type Column,
  TIME_COLUMN,
  timesSql,
  type TimeTable,
  timeTable,
} from "./time_column.ts";
import {
  type Computation,
  spannedFile,
  type ViewFile,
  type ViewKind,
  type ViewSide,
} from "./view_kind.ts";

type Scope = CombineSpec["scopes"][number];

/** Goes up when the same scope gives other rows. */
const COMBINE_VERSION = 1;

/** The only file of a scope. */
const FILE = "combine";

/** A series, as it is read. */
interface Series extends TimeTable {
  readonly pattern: string;
}

/** Lists what `Combine` makes. */
export const combine: ViewKind<"Combine"> = async ({ spec }, side) => {
  const files: ViewFile[] = [];
  for (const scope of spec.scopes) files.push(await fileOf(scope, side));
  return files;
};

async function fileOf(scope: Scope, side: ViewSide): Promise<ViewFile> {
  const found = await Promise.all(
    scope.series.map(async ({ pattern }) => ({
      pattern,
      inputs: await side.glob(pattern),
    })),
  );
  // What matches nothing has no rows and no columns, and leaves no hole.
  const patterns = found.flatMap(({ inputs, pattern }) =>
    inputs.length === 0 ? [] : pattern
  );
  const { columns } = scope;
  const isWhole = patterns.length === found.length;
  return spannedFile({
    path: `${scope.name}/${FILE}`,
    collection: scope.name,
    inputs: found.flatMap(({ inputs }) => inputs),
    unmatched: found.flatMap(({ inputs, pattern }) =>
      inputs.length === 0 ? pattern : []
    ),
    recipe: {
      version: COMBINE_VERSION,
      series: found.map(({ inputs }) => inputs.length),
      columns,
    },
  }, {
    grid: { kind: "month" },
    prepare: async (to) => {
      const series: Series[] = [];
      for (const pattern of patterns) {
        series.push(await seriesOf(pattern, to));
      }
      requireDifferent(scope, series);
      const kept = keptColumns(scope, series, isWhole);
      return {
        columns: series.map(({ columns, time }) => [time, columns]),
        sql: (span) => sqlOf(series, kept, span),
        timesSql: timesSql(
          series.map((each) => ({
            ...each,
            from: `FROM ${quoteName(each.pattern)}`,
          })),
        ),
      };
    },
  });
}

async function seriesOf(
  pattern: string,
  { signal, source, tables }: Omit<Computation, "hostPath">,
): Promise<Series> {
  const sql = `FROM ${quoteName(pattern)}`;
  const columns = await tables.columns(source, sql, { signal });
  return { pattern, ...timeTable(columns, pattern) };
}

/** The full outer join. */
function sqlOf(
  series: readonly Series[],
  kept: readonly Column[],
  span: Span | undefined,
): string {
  if (series.length === 0) {
    return `SELECT NULL::TIMESTAMPTZ AS ${quoteName(TIME_COLUMN)} LIMIT 0`;
  }
  const rows = series.map(({ hasTime, pattern, time, timeColumn }) =>
    `SELECT ${time} AS "the time", * EXCLUDE (${quoteName(timeColumn)}) ` +
    `FROM ${quoteName(pattern)} WHERE ${hasTime}${inSpanSql(time, span)}`
  );
  const columns = kept.map(({ name }) => {
    const quoted = quoteName(name);
    return `arg_max(${quoted}, "the row") AS ${quoted}`;
  });
  return [
    `SELECT ${[`"the time" AS ${quoteName(TIME_COLUMN)}`, ...columns]}`,
    `FROM (SELECT *, row_number() OVER () AS "the row"`,
    `FROM (${rows.join(" UNION ALL BY NAME ")}))`,
    `GROUP BY "the time" ORDER BY "the time"`,
  ].join("\n");
}

/** Columns with one name are one column, and that would hide one of them. */
function requireDifferent(
  { name: scope }: Scope,
  series: readonly Series[],
): void {
  const owners = new Map<string, string>();
  for (const { columns, pattern } of series) {
    for (const { name } of columns) {
      const key = name.toLowerCase();
      const other = owners.get(key);
      if (other !== undefined) throw sameColumn(scope, name, other, pattern);
      owners.set(key, pattern);
    }
  }
}

/** The columns that stay, as the resource has them. */
function keptColumns(
  scope: Scope,
  series: readonly Series[],
  isWhole: boolean,
): readonly Column[] {
  const all = series.flatMap(({ columns }) => columns);
  if (scope.columns === undefined) return all;
  return scope.columns.flatMap((name): readonly Column[] => {
    const column = all.find((it) => it.name === name);
    if (column !== undefined) return [column];
    if (name === TIME_COLUMN || !isWhole) return [];
    throw noColumn(scope.name, name, all);
  });
}

function sameColumn(
  scope: string,
  column: string,
  a: string,
  b: string,
): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot combine the scope ${scope}: ${a} and ${b} both have the column ${column}`,
    {
      path: b,
      hint: `give it another name by a Derive: SELECT * RENAME (${
        quoteName(column)
      } AS …) FROM '$1'`,
    },
  );
}

function noColumn(
  scope: string,
  name: string,
  all: readonly Column[],
): PondError {
  const names = all.map((column) => column.name);
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot combine the scope ${scope}: no series has the column ${name}`,
    {
      hint: didYouMean(nearest(name, names)) ??
        `the columns are ${names.join(", ")}`,
    },
  );
}
