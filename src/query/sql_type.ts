/**
 * SQL types, as far as rows written elsewhere must know them.
 *
 * @module
 */
import type { ColumnKind } from "../oplog/mod.ts";

/** What a decimal has at most, here and elsewhere. */
const MAX_DIGITS = 38;

const KINDS: Readonly<Record<string, ColumnKind>> = {
  BOOLEAN: { kind: "boolean" },
  TINYINT: { kind: "integer", bits: 8 },
  SMALLINT: { kind: "integer", bits: 16 },
  INTEGER: { kind: "integer", bits: 32 },
  BIGINT: { kind: "integer", bits: 64 },
  UTINYINT: { kind: "integer", bits: 16 },
  USMALLINT: { kind: "integer", bits: 32 },
  UINTEGER: { kind: "integer", bits: 64 },
  UBIGINT: { kind: "decimal", width: 20, scale: 0 },
  HUGEINT: { kind: "decimal", width: MAX_DIGITS, scale: 0 },
  UHUGEINT: { kind: "decimal", width: MAX_DIGITS, scale: 0 },
  FLOAT: { kind: "float" },
  DOUBLE: { kind: "double" },
  DATE: { kind: "date" },
  TIMESTAMP: { kind: "timestamp", zoned: false },
  TIMESTAMP_S: { kind: "timestamp", zoned: false },
  TIMESTAMP_MS: { kind: "timestamp", zoned: false },
  "TIMESTAMP WITH TIME ZONE": { kind: "timestamp", zoned: true },
  BLOB: { kind: "blob" },
};

/**
 * What a column of this type holds. Unsigned integers take the next larger
 * type; what 64 bits don't hold is a decimal without digits after the point,
 * so that `sum()` of integers, a `HUGEINT`, stays a number and exact. (DuckDB's
 * own export makes it a `DOUBLE`, exact up to 2^53.) What has no exact type
 * elsewhere (`TIMESTAMP_NS`, lists, structs) is text.
 *
 * @param type The type as DuckDB names it.
 */
export function kindOf(type: string): ColumnKind {
  const decimal = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(type);
  if (decimal) {
    const [width, scale] = [Number(decimal[1]), Number(decimal[2])];
    return { kind: "decimal", width, scale };
  }
  return Object.hasOwn(KINDS, type)
    ? KINDS[type] ?? { kind: "text" }
    : { kind: "text" };
}

/** Whether values of this type are numbers. */
export function isNumeric(type: string): boolean {
  return /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|BIGNUM|FLOAT|DOUBLE|DECIMAL\([\d, ]+\))$/
    .test(type);
}
