/**
 * What a table holds: its columns with their ranges, its times with their gaps.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type {
  QueryColumn,
  QueryOptions,
  QueryValue,
} from "../tinylogfs/mod.ts";
import { quoteName } from "./paths.ts";
import type { SqlSource } from "./row_diff.ts";
import { isNumeric } from "./sql_type.ts";

/** What a column holds. */
export interface ColumnSummary {
  /** The column. */
  readonly column: string;
  /** Its SQL type. */
  readonly type: string;
  /** Rows of the table. */
  readonly rows: bigint;
  /** Rows without a value. */
  readonly nulls: bigint;
  /** How many different values there are. */
  readonly distinct: bigint;
  /** The least value; `null` where there is none, and for types without order. */
  readonly min: QueryValue;
  /** The greatest value. */
  readonly max: QueryValue;
}

/** A step from one time to the next. */
export interface TimeStep {
  /** Where it begins. */
  readonly from: QueryValue;
  /** Where it ends. */
  readonly to: QueryValue;
  /** Its length: seconds, or for a column of numbers its own unit. */
  readonly step: number;
  /** How many times the median step it is. */
  readonly times: number;
}

/** How the times of a table follow each other. */
export interface TimeSummary {
  /** The column. */
  readonly column: string;
  /** Whether steps are in seconds, and not in the unit of a number. */
  readonly isTime: boolean;
  /** The median of the steps between different times; `null` below two. */
  readonly medianStep: number | null;
  /** How many gaps there are. */
  readonly count: number;
  /** The largest of them, the largest first. */
  readonly gaps: readonly TimeStep[];
}

/** A step that is longer than so many median ones is a gap. */
export const GAP_TIMES = 1.5;

const TEMPORAL = /^(DATE|TIMESTAMP.*)$/;

/** Types whose values no order says anything about. */
const WITHOUT_RANGE = /^(STRUCT|MAP|UNION|BLOB|JSON|VARIANT)|\]$/;

/** Describes the columns of a table, in one pass over it. */
export async function describeColumns(
  source: SqlSource,
  table: string,
  options: QueryOptions,
): Promise<ColumnSummary[]> {
  const columns = await columnsOf(source, table, options);
  const parts = columns.flatMap(({ name, type }) => {
    const column = quoteName(name);
    const hasRange = !WITHOUT_RANGE.test(type);
    return [
      `count(*) - count(${column})`,
      `count(DISTINCT ${column})`,
      hasRange ? `min(${column})` : "NULL",
      hasRange ? `max(${column})` : "NULL",
    ];
  });
  const sql = `SELECT count(*), ${parts.join(", ")} FROM ${quoteName(table)}`;
  const [[rows, ...values] = []] = await rowsOf(source, sql, options);
  return columns.map(({ name, type }, i) => ({
    column: name,
    type,
    rows: BigInt(String(rows)),
    nulls: BigInt(String(values[4 * i])),
    distinct: BigInt(String(values[4 * i + 1])),
    min: values[4 * i + 2] ?? null,
    max: values[4 * i + 3] ?? null,
  }));
}

/**
 * Describes the times of a table.
 *
 * @param named The column; the first one that has times when left out.
 * @param limit How many gaps to tell of.
 * @returns `undefined` when no column has times and none is named.
 * @throws {PondError} `INVALID_ARGUMENT` for a column that is none, or neither
 *   times nor numbers.
 */
export async function describeTimes(
  source: SqlSource,
  table: string,
  named: string | undefined,
  limit: number,
  options: QueryOptions,
): Promise<TimeSummary | undefined> {
  const column = timeColumn(await columnsOf(source, table, options), named);
  if (column === undefined) return undefined;
  const isTime = TEMPORAL.test(column.type);
  const name = quoteName(column.name);
  const place = isTime ? `epoch_us(t) / 1e6` : "t::DOUBLE";
  const finite = isTime ? `isfinite(${name}::TIMESTAMP)` : "true";
  const steps = `
    WITH times AS (
      SELECT DISTINCT ${name} AS t FROM ${quoteName(table)}
      WHERE ${name} IS NOT NULL AND ${finite}
    ), placed AS (
      SELECT lag(t) OVER (ORDER BY t) AS a, t AS b,
        ${place} - lag(${place}) OVER (ORDER BY t) AS step
      FROM times
    ), steps AS (FROM placed WHERE a IS NOT NULL),
    middle AS (SELECT median(step) AS median FROM steps),
    gaps AS (FROM steps, middle WHERE step > ${GAP_TIMES} * median)`;
  const [[median, count] = []] = await rowsOf(
    source,
    `${steps} SELECT median, (SELECT count(*) FROM gaps) FROM middle`,
    options,
  );
  const rows = await rowsOf(
    source,
    `${steps} SELECT a, b, step, step / median FROM gaps
     ORDER BY step DESC, a LIMIT ${limit}`,
    options,
  );
  return {
    column: column.name,
    isTime,
    medianStep: typeof median === "number" ? median : null,
    count: Number(count),
    gaps: rows.map(([from = null, to = null, step, times]) => ({
      from,
      to,
      step: Number(step),
      times: Number(times),
    })),
  };
}

function timeColumn(
  columns: readonly QueryColumn[],
  named: string | undefined,
): QueryColumn | undefined {
  if (named === undefined) {
    return columns.find(({ type }) => TEMPORAL.test(type));
  }
  const column = columns.find(({ name }) => name === named);
  if (column === undefined) {
    throw new PondError("INVALID_ARGUMENT", `There is no column "${named}"`, {
      hint: `columns are ${columns.map(({ name }) => name).join(", ")}`,
    });
  }
  if (TEMPORAL.test(column.type) || isNumeric(column.type)) return column;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Column "${named}" has neither times nor numbers: it is ${column.type}`,
  );
}

async function columnsOf(
  source: SqlSource,
  table: string,
  options: QueryOptions,
): Promise<readonly QueryColumn[]> {
  const sql = `SELECT * FROM ${quoteName(table)} LIMIT 0`;
  await using result = await source.queryHistory(sql, options);
  return result.columns;
}

async function rowsOf(
  source: SqlSource,
  sql: string,
  options: QueryOptions,
): Promise<QueryValue[][]> {
  await using result = await source.queryHistory(sql, options);
  const rows: QueryValue[][] = [];
  for await (const { numRows, values } of result) {
    for (let i = 0; i < numRows; i++) {
      rows.push(values.map((column) => column[i] ?? null));
    }
  }
  return rows;
}
