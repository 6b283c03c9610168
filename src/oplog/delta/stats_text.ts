/**
 * Statistics that a checkpoint keeps as a struct, as the JSON that they would
 * be otherwise: who prunes by them reads one form.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#per-file-statistics}
 * @module
 */
import type { DataStruct, DataType, DataValue } from "../data_type.ts";

const US_PER_MS = 1000n;
const MS_PER_DAY = 86_400_000;

/**
 * Writes statistics.
 *
 * @param type The struct that they are.
 * @param value The statistics of one file.
 */
export function statsText(type: DataType, value: DataValue): string {
  return jsonOf(type, value) ?? "{}";
}

/** `undefined` for what statistics leave out: nulls, and bytes. */
function jsonOf(type: DataType, value: DataValue): string | undefined {
  if (value === null) return undefined;
  switch (type.kind) {
    case "struct": {
      const members = type.fields.flatMap((field) => {
        const item = (value as DataStruct)[field.name] ?? null;
        const json = jsonOf(field.type, item);
        return json === undefined
          ? []
          : [`${JSON.stringify(field.name)}:${json}`];
      });
      return `{${members.join(",")}}`;
    }
    case "decimal":
      return decimalText(value as bigint, type.scale);
    case "date":
      return JSON.stringify(
        isoTime((value as number) * MS_PER_DAY).slice(0, -14),
      );
    case "timestamp":
      return JSON.stringify(isoTime(msOf(value)));
    case "timestamp_ntz":
      return JSON.stringify(isoTime(msOf(value)).slice(0, -1));
    case "float":
    case "double":
      return Number.isFinite(value)
        ? String(value)
        : JSON.stringify(String(value));
    case "boolean":
    case "byte":
    case "short":
    case "integer":
    case "long":
      return String(value);
    case "string":
      return JSON.stringify(value);
    default:
      return undefined;
  }
}

/** Truncated, as the protocol has it for timestamps in statistics. */
function msOf(value: DataValue): number {
  const us = value as bigint;
  const ms = us / US_PER_MS;
  return Number(us % US_PER_MS < 0n ? ms - 1n : ms);
}

/** A time beyond what a `Date` can be says only which end it is beyond. */
function isoTime(ms: number): string {
  const limit = 8_640_000_000_000_000;
  const bounded = Math.max(-limit, Math.min(limit, ms));
  return new Date(bounded).toISOString().replace(/^\+/, "");
}

/** All digits, with a point before the last ones. */
export function decimalText(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? "-" : "";
  const digits = String(unscaled < 0n ? -unscaled : unscaled)
    .padStart(scale + 1, "0");
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
