/**
 * Values of partition columns: text in the log, whatever the type.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#partition-value-serialization}
 * @module
 */
import { encodeUtf8 } from "../../bytes.ts";
import { IntegrityError } from "../../errors.ts";
import { type DataField, type DataValue, typeText } from "../data_type.ts";

const US_PER_DAY = 86_400_000_000n;
const MS_PER_DAY = 86_400_000;
/** The calendar repeats itself; a `Date` goes on for 275760 years only. */
const CYCLE_YEARS = 400;
const CYCLE_DAYS = 146_097;

const INTEGER_BITS: Readonly<Record<string, number>> = {
  byte: 8,
  short: 16,
  integer: 32,
  long: 64,
};

/**
 * Reads the value of a partition column.
 *
 * @param field The column.
 * @param text Its text; empty and null both mean null, for every type.
 * @param source The file it is the value of, for the error.
 * @throws {IntegrityError} When it is no value of the column's type.
 */
export function parsePartitionValue(
  field: DataField,
  text: string | null,
  source: string,
): DataValue {
  if (text === null || text === "") return null;
  const value = valueOf(field, text);
  if (value !== undefined) return value;
  throw new IntegrityError(
    source,
    `its value of the partition column ${field.name} is no ${
      typeText(field.type)
    }: ${JSON.stringify(text)}`,
  );
}

function valueOf({ type }: DataField, text: string): DataValue | undefined {
  switch (type.kind) {
    case "boolean":
      return booleanOf(text.trim().toLowerCase());
    case "byte":
    case "short":
    case "integer":
    case "long":
      return integerOf(text.trim(), type.kind);
    case "float":
      return floatingOf(text.trim(), Math.fround);
    case "double":
      return floatingOf(text.trim(), (value) => value);
    case "decimal":
      return decimalOf(text.trim(), type.precision, type.scale);
    case "date":
      return dateOf(text.trim());
    case "timestamp":
      return timestampOf(text.trim(), true);
    case "timestamp_ntz":
      return timestampOf(text.trim(), false);
    case "string":
      return text;
    case "binary":
      return encodeUtf8(text);
    case "void":
      return null;
    default:
      return undefined;
  }
}

function booleanOf(text: string): boolean | undefined {
  if (text === "true") return true;
  return text === "false" ? false : undefined;
}

function integerOf(text: string, kind: string): DataValue | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.replace("+", ""));
  const bits = INTEGER_BITS[kind] ?? 64;
  if (BigInt.asIntN(bits, value) !== value) return undefined;
  return bits === 64 ? value : Number(value);
}

function floatingOf(
  text: string,
  round: (value: number) => number,
): number | undefined {
  if (/^[+-]?(NaN|Infinity)$/.test(text)) return Number(text);
  const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
  return isNumber ? round(Number(text)) : undefined;
}

/** Exactly: `1E+3` at scale 2 is 100000n. */
function decimalOf(
  text: string,
  precision: number,
  scale: number,
): bigint | undefined {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d{1,4}))?$/i.exec(text);
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match ?? [];
  if (whole === "" && fraction === "") return undefined;
  const digits = BigInt(whole + fraction);
  const shift = scale - fraction.length + Number(exponent);
  const factor = 10n ** BigInt(Math.abs(shift));
  if (shift < 0 && digits % factor !== 0n) return undefined;
  const unscaled = shift < 0 ? digits / factor : digits * factor;
  if (unscaled >= 10n ** BigInt(precision)) return undefined;
  return sign === "-" ? -unscaled : unscaled;
}

const DATE = /^([+-]?\d{1,7})-(\d{1,2})-(\d{1,2})$/;

/** Days since the epoch; `undefined` for a day that isn't in the calendar. */
function dateOf(text: string): number | undefined {
  const [year, month, day] = DATE.exec(text)?.slice(1).map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) {
    return undefined;
  }
  const cycles = Math.floor(year / CYCLE_YEARS) - 5;
  const near = new Date(0);
  near.setUTCFullYear(year - cycles * CYCLE_YEARS, month - 1, day);
  const exists = near.getUTCMonth() === month - 1 && near.getUTCDate() === day;
  if (!exists) return undefined;
  return near.getTime() / MS_PER_DAY + cycles * CYCLE_DAYS;
}

const TIME =
  /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/;

/**
 * Microseconds since the epoch. A time without a zone is taken as UTC, as what
 * another machine's zone was can't be known.
 */
function timestampOf(text: string, zoned: boolean): bigint | undefined {
  const [, dateText = "", timeText] = /^(.+?)(?:[T ](.+))?$/.exec(text) ?? [];
  const days = dateOf(dateText);
  if (days === undefined) return undefined;
  const midnight = BigInt(days) * US_PER_DAY;
  if (timeText === undefined) return midnight;
  const match = TIME.exec(timeText);
  if (match === null) return undefined;
  const [, hour, minute, second = "0", fraction = "", zone] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    return undefined;
  }
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  const us = BigInt(fraction.padEnd(6, "0").slice(0, 6));
  const offset = zoned ? offsetSeconds(zone) : 0;
  return midnight + BigInt(seconds - offset) * 1_000_000n + us;
}

function offsetSeconds(zone: string | undefined): number {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? "");
  if (match === null) return 0;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60;
  return match[1] === "-" ? -seconds : seconds;
}
