/**
 * `Reduce`: series in buckets of time.
 *
 * `/Reduce/<resource>/<collection>/<out>/res=<resolution>` has a row for each
 * bucket in which the input has one: `Timestamp`, when the bucket begins, and for
 * each column of numbers `<column>.avg`, `.min`, `.max`, and what else is asked
 * for. Where several inputs become one output, the columns of each begin with
 * what the wildcards stand for.
 *
 * The numbers are those of exact arithmetic, as far as a double holds them: the
 * order of the rows makes no difference (`exact_sum.ts`), and the average is the
 * sum divided by the count.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { quoteName, quoteText } from "../../query/paths.ts";
import { didYouMean, nearest } from "../../suggest.ts";
import type { ViewInput } from "../../tinylogfs/mod.ts";
import type { Aggregate, ReduceSpec } from "../kinds/views.ts";
import { gridOf, inSpanSql, type Span } from "./spans.ts";
import { exactSumSql, scaleSql } from "./exact_sum.ts";
import { type Bucket, bucketOf, bucketSql } from "./resolution.ts";
import { filled } from "./out_pattern.ts";
import { patternOf } from "./sql_path.ts";
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

type Collection = ReduceSpec["collections"][number];
type Dataset = Collection["datasets"][number];

/** Goes up when the same input gives other rows. */
const REDUCE_VERSION = 1;

/** What is made of a column for which nothing else is asked. */
const USUAL: readonly Aggregate[] = ["avg", "min", "max"];

/** Types with exact sums. */
const EXACT = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL\b.*)$/;

/** Types whose sums are rounded. */
const ROUNDED = /^(DOUBLE|FLOAT|REAL)$/;

/** What an output is made from. */
interface Output {
  readonly dataset: Dataset;
  readonly out: string;
  readonly inputs: readonly ViewInput[];
}

/** Lists what `Reduce` makes. */
export const reduce: ViewKind<"Reduce"> = async ({ spec }, side) => {
  const files: ViewFile[] = [];
  for (const collection of spec.collections) {
    for (const dataset of collection.datasets) {
      for (const output of await outputsOf(dataset, side)) {
        for (const resolution of collection.resolutions) {
          files.push(fileOf(collection, output, resolution));
        }
      }
    }
  }
  return files;
};

/** What the matches of a pattern become. */
async function outputsOf(
  dataset: Dataset,
  side: ViewSide,
): Promise<readonly Output[]> {
  const byOut = new Map<string, ViewInput[]>();
  for (const input of await side.glob(dataset.in_pattern)) {
    const out = filled(dataset.out_pattern, input);
    const inputs = byOut.get(out);
    if (inputs === undefined) byOut.set(out, [input]);
    else inputs.push(input);
  }
  return [...byOut].map(([out, inputs]) => ({ dataset, out, inputs }));
}

function fileOf(
  { name }: Collection,
  { dataset, inputs, out }: Output,
  resolution: string,
): ViewFile {
  const { aggregates, columns } = dataset;
  const bucket = bucketOf(resolution);
  return spannedFile({
    path: `${name}/${out}/res=${resolution}`,
    collection: name,
    inputs,
    recipe: { version: REDUCE_VERSION, bucket, columns, aggregates },
  }, {
    grid: gridOf(bucket),
    prepare: async (to) => {
      const tables: InputTable[] = [];
      for (const input of inputs) {
        const prefix = inputs.length === 1
          ? ""
          : input.captures.map((text) => `${text}.`).join("");
        tables.push(await tableOf(input, { dataset, prefix }, to));
      }
      return {
        columns: tables.map(({ chosen, time }) => [time, chosen]),
        timesSql: timesSql(tables),
        sql: (span) => {
          const reduced = tables.map((table) =>
            reducedSql(table, { dataset, bucket, span })
          );
          return reduced.length === 1
            ? `${reduced[0]} ORDER BY ALL`
            : joinedSql(reduced);
        },
      };
    },
  });
}

/** An input, as it is read. */
interface InputTable extends TimeTable {
  /** Where from, as SQL. */
  readonly from: string;
  /** The columns that are reduced. */
  readonly chosen: readonly Column[];
  /** What the names of their numbers begin with. */
  readonly prefix: string;
}

async function tableOf(
  { path }: ViewInput,
  { dataset, prefix }: { readonly dataset: Dataset; readonly prefix: string },
  { signal, source, tables }: Omit<Computation, "hostPath">,
): Promise<InputTable> {
  const from = `FROM ${quoteName(patternOf(path))}`;
  const table = timeTable(
    await tables.columns(source, from, { signal }),
    path,
  );
  const numbers = table.columns.filter(({ type }) => isNumber(type));
  const chosen = chosenColumns(numbers, dataset, path);
  return { ...table, from, chosen, prefix };
}

/** One input in buckets, as SQL. */
function reducedSql(
  { chosen, from, hasTime, prefix, time }: InputTable,
  { bucket, dataset, span }: {
    readonly dataset: Dataset;
    readonly bucket: Bucket;
    readonly span: Span | undefined;
  },
): string {
  const columns = chosen.flatMap((column, i) =>
    aggregatesOf(column.name, dataset).map((aggregate) =>
      `${aggregateSql(column, aggregate, scaleName(i))} AS ${
        quoteName(`${prefix}${column.name}.${aggregate}`)
      }`
    )
  );
  const start = `${bucketSql(bucket, time)} AS ${quoteName(TIME_COLUMN)}`;
  const where = `WHERE ${hasTime}${inSpanSql(time, span)}`;
  const scales = chosen.map(({ name, type }, i) =>
    `${EXACT.test(type) ? "1" : scaleSql(quoteName(name))} AS ${scaleName(i)}`
  );
  const scaled = scales.length === 0
    ? ""
    : `, (SELECT ${scales.join(", ")} ${from} ${where})`;
  return `SELECT ${[start, ...columns].join(", ")} ${from}${scaled} ` +
    `${where} GROUP BY 1`;
}

function scaleName(i: number): string {
  return quoteName(`the scale ${i}`);
}

/** Each bucket is there once in each table, and columns differ. */
function joinedSql(tables: readonly string[]): string {
  const time = quoteName(TIME_COLUMN);
  return `SELECT ${time}, any_value(COLUMNS(* EXCLUDE ${time})) ` +
    `FROM (${tables.map((sql) => `(${sql})`).join(" UNION ALL BY NAME ")}) ` +
    `GROUP BY ${time} ORDER BY ${time}`;
}

function aggregateSql(
  { name, type }: Column,
  aggregate: Aggregate,
  scale: string,
): string {
  const column = quoteName(name);
  const sum = EXACT.test(type)
    ? `sum(${column})::DOUBLE`
    : exactSumSql(column, scale);
  switch (aggregate) {
    case "avg":
      return `(${sum}) / count(${column})`;
    case "sum":
      return sum;
    case "min":
    case "max":
    case "count":
      return `${aggregate}(${column})`;
    default:
      return aggregate satisfies never;
  }
}

function isNumber(type: string): boolean {
  return EXACT.test(type) || ROUNDED.test(type);
}

/** The columns that are reduced, in their order. */
function chosenColumns(
  numbers: readonly Column[],
  { columns }: Dataset,
  path: string,
): readonly Column[] {
  if (columns === undefined) return numbers;
  for (const pattern of columns) {
    if (pattern === TIME_COLUMN) continue;
    if (numbers.some(({ name }) => matches(pattern, name))) continue;
    throw noColumn(path, pattern, numbers);
  }
  return numbers.filter(({ name }) =>
    columns.some((pattern) => matches(pattern, name))
  );
}

/** What is made of a column: by the first entry that is for it. */
function aggregatesOf(
  column: string,
  { aggregates = [] }: Dataset,
): readonly Aggregate[] {
  const own = aggregates.find(({ columns }) =>
    columns === undefined ||
    columns.some((pattern) => matches(pattern, column))
  );
  return own?.use ?? USUAL;
}

/** Whether a name matches a pattern with `*` and `?`. */
function matches(pattern: string, name: string): boolean {
  const source = pattern.replace(
    /[^]/gu,
    (it) => it === "*" ? "[^]*" : it === "?" ? "[^]" : RegExp.escape(it),
  );
  return new RegExp(`^${source}$`, "u").test(name);
}

function noColumn(
  path: string,
  pattern: string,
  numbers: readonly Column[],
): PondError {
  const names = numbers.map(({ name }) => name);
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot reduce ${path}: no column of numbers is ${quoteText(pattern)}`,
    {
      path,
      hint: didYouMean(nearest(pattern, names)) ??
        `they are ${names.join(", ")}`,
    },
  );
}
