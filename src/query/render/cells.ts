/**
 * Values as the typed formats take them: Arrow and Parquet.
 *
 * @module
 */
import type { ColumnKind, TypedCell } from "../../oplog/mod.ts";
import { type QueryValue, Timestamp } from "../../tinylogfs/mod.ts";
import { plainText } from "./text.ts";

const US_PER_MS = 1000n;
const MS_PER_DAY = 86_400_000;

/** The calendar repeats itself; a `Date` goes on for 275760 years only. */
const CYCLE_YEARS = 400;
const CYCLE_DAYS = 146_097;

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
      // The engine writes all digits after the point: 12.50 at scale 2.
      return BigInt(String(value).replace(".", ""));
    case "date":
      return daysOf(String(value));
    case "timestamp":
      if (value instanceof Timestamp) return value.us;
      if (value instanceof Date) return BigInt(value.getTime()) * US_PER_MS;
      // Infinity has no value there.
      return null;
    case "blob":
      return value instanceof Uint8Array ? value : null;
    case "text":
      return plainText(value);
    default:
      return kind satisfies never;
  }
}

/** Days since the epoch. Infinity has no value there. */
function daysOf(date: string): number | null {
  const match = /^([+-]?\d+)-(\d\d)-(\d\d)$/.exec(date);
  if (match === null) return null;
  const [year, month, day] = match.slice(1).map(Number);
  if (year === undefined || month === undefined) return null;
  const cycles = Math.floor(year / CYCLE_YEARS) - 5;
  const near = Date.UTC(year - cycles * CYCLE_YEARS, month - 1, day);
  return near / MS_PER_DAY + cycles * CYCLE_DAYS;
}
