/**
 * Stored values as values of a type, exactly: also those of files that are
 * older than the type, and narrower.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#delta-data-type-to-parquet-type-mappings}
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#type-widening}
 * @module
 */
import type { Bytes } from "../../bytes.ts";
import {
  type DataType,
  type DataValue,
  type DecimalType,
  typeText,
} from "../data_type.ts";
import { julianDayToGregorian, julianUsToGregorian } from "./calendar.ts";
import type { ParquetNode } from "./schema_tree.ts";

/** What a file's writer did its own way. */
export interface FileConventions {
  /** Dates and times before 1582-10-15 are of the Julian calendar. */
  readonly julianDates: boolean;
  /** The same, of timestamps in 96 bits. */
  readonly julianInt96: boolean;
}

type Converter = (raw: unknown) => DataValue;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const US_PER_DAY = 86_400_000_000n;
/** The Julian day of 1970-01-01. */
const EPOCH_DAY = 2_440_588n;

/**
 * Tells how a column's stored values become those of a type.
 *
 * @param node The column.
 * @param type The type, without parts.
 * @returns `undefined` when they don't.
 */
export function converterOf(
  node: ParquetNode,
  type: DataType,
  conventions: FileConventions,
): Converter | undefined {
  if (node.leaf === undefined) return undefined;
  switch (type.kind) {
    case "boolean":
      return node.element.type === "BOOLEAN" ? asIs : undefined;
    case "byte":
    case "short":
    case "integer":
      return isInt32(node) ? asIs : undefined;
    case "long":
      return longOf(node);
    case "float":
      return node.element.type === "FLOAT" ? asIs : undefined;
    case "double":
      return isInt32(node) || isFloating(node) ? asIs : undefined;
    case "decimal":
      return decimalOf(node, type);
    case "date":
      return dateOf(node, conventions);
    case "timestamp":
    case "timestamp_ntz":
      return timestampOf(node, type.kind, conventions);
    case "string":
      return node.element.type === "BYTE_ARRAY" ? textOf : undefined;
    case "binary":
      return bytesOf(node);
    default:
      return undefined;
  }
}

/** What a column holds that is no such type. */
export function mismatch(node: ParquetNode, type: DataType): TypeError {
  const { type: physical, converted_type, logical_type } = node.element;
  const annotation = logical_type?.type ?? converted_type;
  const found = [physical ?? "a group", annotation].filter(Boolean).join(" ");
  return new TypeError(
    `its column ${node.path.join(".")} is ${found}, which is no ${
      typeText(type)
    }`,
  );
}

function asIs(raw: unknown): DataValue {
  return raw as DataValue;
}

export function textOf(raw: unknown): string {
  return decoder.decode(raw as Bytes);
}

function bytesOf({ element: { type } }: ParquetNode): Converter | undefined {
  if (type !== "BYTE_ARRAY" && type !== "FIXED_LEN_BYTE_ARRAY") {
    return undefined;
  }
  // A page's memory is not kept for a value in it.
  return (raw) => (raw as Bytes).slice();
}

/** An INT32 that is a number. */
function isInt32({ element }: ParquetNode): boolean {
  const { type, converted_type, logical_type } = element;
  if (type !== "INT32") return false;
  const isOther = logical_type !== undefined &&
    logical_type.type !== "INTEGER";
  return !isOther && (converted_type === undefined ||
    /^U?INT_(8|16|32)$/.test(converted_type));
}

function isFloating({ element: { type } }: ParquetNode): boolean {
  return type === "FLOAT" || type === "DOUBLE";
}

function isUnsigned({ element }: ParquetNode): boolean {
  const { converted_type, logical_type } = element;
  return converted_type?.startsWith("UINT_") ||
    (logical_type?.type === "INTEGER" && !logical_type.isSigned);
}

function longOf(node: ParquetNode): Converter | undefined {
  const { type, converted_type, logical_type } = node.element;
  if (isInt32(node)) {
    return isUnsigned(node)
      ? (raw) => BigInt((raw as number) >>> 0)
      : (raw) => BigInt(raw as number);
  }
  const isNumber = (converted_type === undefined ||
    /^U?INT_64$/.test(converted_type)) &&
    (logical_type === undefined || logical_type.type === "INTEGER");
  if (type !== "INT64" || !isNumber) return undefined;
  return isUnsigned(node) ? signedLong : asIs;
}

/** Of unsigned numbers, those that a long has a place for. */
function signedLong(raw: unknown): DataValue {
  const value = raw as bigint;
  if (BigInt.asIntN(64, value) === value && value >= 0n) return value;
  throw new RangeError(`${BigInt.asUintN(64, value)} is too large for a long`);
}

function decimalOf(
  node: ParquetNode,
  { scale }: DecimalType,
): Converter | undefined {
  const { type, converted_type, logical_type } = node.element;
  const isDecimal = converted_type === "DECIMAL" ||
    logical_type?.type === "DECIMAL";
  const stated = logical_type?.type === "DECIMAL"
    ? logical_type.scale
    : node.element.scale;
  const stored = isDecimal ? stated ?? 0 : 0;
  if (stored > scale || stored < 0) return undefined;
  const factor = 10n ** BigInt(scale - stored);
  const scaled = (unscaled: bigint) =>
    factor === 1n ? unscaled : unscaled * factor;
  if (type === "INT32" || type === "INT64") {
    if (!isDecimal && longOf(node) === undefined) return undefined;
    return (raw) => scaled(BigInt(raw as number | bigint));
  }
  if (!isDecimal) return undefined;
  if (type !== "BYTE_ARRAY" && type !== "FIXED_LEN_BYTE_ARRAY") {
    return undefined;
  }
  return (raw) => scaled(signedOf(raw as Bytes));
}

/** Two's complement, most significant byte first. */
function signedOf(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(bytes.length * 8, value);
}

function isDate({ element }: ParquetNode): boolean {
  const { type, converted_type, logical_type } = element;
  return type === "INT32" &&
    (converted_type === "DATE" || logical_type?.type === "DATE");
}

function dateOf(
  node: ParquetNode,
  { julianDates }: FileConventions,
): Converter | undefined {
  if (!isDate(node)) return undefined;
  return julianDates ? (raw) => julianDayToGregorian(raw as number) : asIs;
}

function timestampOf(
  node: ParquetNode,
  kind: "timestamp" | "timestamp_ntz",
  { julianDates, julianInt96 }: FileConventions,
): Converter | undefined {
  const { type } = node.element;
  if (type === "INT96") {
    return (raw) => {
      const value = raw as bigint;
      const day = (value >> 64n) - EPOCH_DAY;
      const us = day * US_PER_DAY + (value & 0xffff_ffff_ffff_ffffn) / 1000n;
      return julianInt96 ? julianUsToGregorian(us) : us;
    };
  }
  if (kind === "timestamp_ntz" && isDate(node)) {
    return (raw) => BigInt(raw as number) * US_PER_DAY;
  }
  const toUs = type === "INT64" ? unitOf(node) : undefined;
  if (toUs === undefined) return undefined;
  const us = (raw: unknown) => toUs(raw as bigint);
  return julianDates ? (raw) => julianUsToGregorian(us(raw)) : us;
}

function unitOf(
  { element: { converted_type, logical_type } }: ParquetNode,
): ((value: bigint) => bigint) | undefined {
  const unit = logical_type?.type === "TIMESTAMP"
    ? logical_type.unit
    : converted_type?.replace("TIMESTAMP_", "");
  switch (unit) {
    case "MILLIS":
      return (value) => value * 1000n;
    case "MICROS":
    // Without a mark it is what the schema says: microseconds.
    // falls through
    case undefined:
      return (value) => value;
    case "NANOS":
      return (value) => floorDiv(value, 1000n);
    default:
      return undefined;
  }
}

function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}
