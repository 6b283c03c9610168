/**
 * Values as the typed formats take them: Arrow and Parquet.
 *
 * @module
 */
import { invariant, PondError } from "../../errors.ts";
import type { ColumnKind, TypedCell, TypedColumn } from "../../oplog/mod.ts";
import {
  type QueryBatch,
  type QueryColumn,
  type QueryValue,
  Timestamp,
} from "../../tinylogfs/mod.ts";
import { kindOf } from "../sql_type.ts";
import { plainText } from "./text.ts";

const US_PER_MS = 1000n;
const MS_PER_DAY = 86_400_000;

/**
 * DuckDB's numbers for times without end, in its own files, too; PostgreSQL has
 * the greatest as well. Other readers show them as years that no calendar has, or
 * fail: NULL would be taken for no value by all of them.
 */
const INFINITE_DAYS = 2 ** 31 - 1;
const INFINITE_US = 2n ** 63n - 1n;

/** The calendar repeats itself; a `Date` goes on for 275760 years only. */
const CYCLE_YEARS = 400;
const CYCLE_DAYS = 146_097;

/** The columns as the typed formats take them. */
export function typedColumns(columns: readonly QueryColumn[]): TypedColumn[] {
  return columns.map(({ name, type, kind }) => ({
    name,
    kind: kind ?? kindOf(type),
  }));
}

/**
 * The rows in groups, the values of each column together.
 *
 * @param rows The least number of rows in a group, except in the last one.
 */
export async function* typedGroups(
  columns: readonly TypedColumn[],
  batches: AsyncIterable<QueryBatch>,
  rows: number,
): AsyncGenerator<TypedCell[][]> {
  let group = columns.map((): TypedCell[] => []);
  for await (const batch of batches) {
    columns.forEach(({ kind }, i) => {
      for (const value of batch.values[i] ?? []) {
        group[i]?.push(typedCell(value, kind));
      }
    });
    if ((group[0]?.length ?? 0) < rows) continue;
    yield group;
    group = columns.map(() => []);
  }
  yield group;
}

/** Turns a value into what its column's kind takes. */
export function typedCell(value: QueryValue, kind: ColumnKind): TypedCell {
  if (value === null) return null;
  switch (kind.kind) {
    case "boolean":
      return value === true;
    case "integer":
      return kind.bits === 64 ? BigInt(String(value)) : Number(value);
    case "float":
    case "double":
      return Number(value);
    case "decimal":
      return decimalOf(String(value), kind.width);
    case "date":
      return daysOf(String(value));
    case "timestamp":
      if (value instanceof Timestamp) return value.us;
      if (value instanceof Date) return BigInt(value.getTime()) * US_PER_MS;
      return infinite(value, INFINITE_US, -INFINITE_US);
    case "blob":
      return value instanceof Uint8Array ? value : null;
    case "text":
      return plainText(value);
    case "list":
      return itemsOf(value)?.map((item) => typedCell(item, kind.element)) ??
        null;
    case "map":
      return itemsOf(value)?.map((entry) => ({
        key: typedCell(memberOf(entry, "key"), kind.key),
        value: typedCell(memberOf(entry, "value"), kind.value),
      })) ?? null;
    case "struct":
      return Object.fromEntries(
        kind.fields.map(({ name, kind }) => [
          name,
          typedCell(memberOf(value, name), kind),
        ]),
      );
    default:
      return kind satisfies never;
  }
}

function itemsOf(value: QueryValue): readonly QueryValue[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function memberOf(value: QueryValue, name: string): QueryValue {
  return typeof value === "object" && value !== null
    ? (value as { readonly [name: string]: QueryValue })[name] ?? null
    : null;
}

/** The digits without the point: the engine writes 12.50 at scale 2. */
function decimalOf(text: string, width: number): bigint {
  const digits = text.replace(".", "");
  if (digits.replace("-", "").length > width) {
    throw new PondError(
      "UNSUPPORTED",
      `Cannot write ${text} as a number: it has more than ${width} digits`,
      { hint: "cast its column: to VARCHAR to keep the digits, or to DOUBLE" },
    );
  }
  return BigInt(digits);
}

function infinite<T>(value: QueryValue, most: T, least: T): T {
  invariant(
    value === "infinity" || value === "-infinity",
    "a time is one, or has no end",
  );
  return value === "infinity" ? most : least;
}

/** Days since the epoch. */
function daysOf(date: string): number {
  const match = /^([+-]?\d+)-(\d\d)-(\d\d)$/.exec(date);
  const [year, month, day] = (match?.slice(1) ?? []).map(Number);
  if (year === undefined || month === undefined) {
    return infinite(date, INFINITE_DAYS, -INFINITE_DAYS);
  }
  const cycles = Math.floor(year / CYCLE_YEARS) - 5;
  const near = Date.UTC(year - cycles * CYCLE_YEARS, month - 1, day);
  return near / MS_PER_DAY + cycles * CYCLE_DAYS;
}
