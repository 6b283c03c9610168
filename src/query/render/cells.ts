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
      return unscaled(String(value), kind.scale);
    case "date":
      return Math.round(Date.parse(`${value}T00:00:00Z`) / MS_PER_DAY);
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

/** The digits of a decimal as an integer: 12.50 at scale 2 is 1250. */
function unscaled(text: string, scale: number): bigint {
  const [whole = "0", fraction = ""] = text.split(".");
  return BigInt(whole + fraction.padEnd(scale, "0"));
}
