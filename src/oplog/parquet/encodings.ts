/**
 * The values of a page, as they are stored: all encodings but dictionaries.
 *
 * @see {@link https://parquet.apache.org/docs/file-format/data-pages/encodings/}
 * @module
 */
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { byteStreamSplit } from "hyparquet/src/encoding.js";
import { readPlain } from "hyparquet/src/plain.js";
import { readVarInt } from "hyparquet/src/thrift.js";
import type { ParquetSchemaElement } from "../parquet.ts";
import { decodeRle } from "./rle.ts";

/** Values as they are stored: numbers, bigints, booleans, bytes. */
export type RawValues = ArrayLike<unknown>;

/** What is to be decoded. */
export interface Encoded {
  /** By the format's name. */
  readonly encoding: string;
  /** How many values. */
  readonly count: number;
  /** The column. */
  readonly element: ParquetSchemaElement;
}

interface Reader {
  view: DataView<ArrayBuffer>;
  offset: number;
}

/** What the values of one page may come to, when they share prefixes. */
const MAX_TEXT_BYTES = 1024 * 1024 * 1024;

/**
 * Decodes values.
 *
 * @param page The bytes, without levels.
 * @throws {RangeError} When they are cut off.
 * @throws {TypeError} When the encoding is none for the column's type.
 */
export function decodeValues(page: Uint8Array, encoded: Encoded): RawValues {
  const { encoding, count, element } = encoded;
  const { type, type_length } = element;
  if (count === 0) return [];
  if (type === undefined) throw new TypeError("a group has values");
  const reader: Reader = {
    view: new DataView(
      page.buffer as ArrayBuffer,
      page.byteOffset,
      page.byteLength,
    ),
    offset: 0,
  };
  switch (encoding) {
    case "PLAIN":
      requireRoom(page, encoded);
      return readPlain(reader, type, count, type_length);
    case "RLE":
      return booleans(page, encoded);
    case "DELTA_BINARY_PACKED":
      if (type !== "INT32" && type !== "INT64") break;
      return deltas(reader, count, type);
    case "DELTA_LENGTH_BYTE_ARRAY":
      return slices(reader, deltas(reader, count, "INT32"));
    case "DELTA_BYTE_ARRAY":
      return prefixed(reader, count);
    case "BYTE_STREAM_SPLIT":
      requireRoom(page, encoded);
      return byteStreamSplit(reader, count, type, type_length);
  }
  throw new TypeError(`values of type ${type} as ${encoding}`);
}

const WIDTHS: Readonly<Record<string, number>> = {
  BOOLEAN: 1 / 8,
  INT32: 4,
  FLOAT: 4,
  INT64: 8,
  DOUBLE: 8,
  INT96: 12,
  BYTE_ARRAY: 4,
};

/** Before memory is taken for values, they must have a place in the page. */
export function requireRoom(
  page: Uint8Array,
  { count, element: { type, type_length = 0 } }: Encoded,
): void {
  const least = Math.ceil(count * (WIDTHS[type ?? ""] ?? type_length));
  if (least <= page.length) return;
  throw new RangeError(`${count} values in ${page.length} bytes`);
}

/** Booleans may be run-length encoded, behind the length of the runs. */
function booleans(page: Uint8Array, { count, element }: Encoded): boolean[] {
  if (element.type !== "BOOLEAN") throw new TypeError(`${element.type} as RLE`);
  const bits = new Uint8Array(count);
  decodeRle(page.subarray(4), 1, bits);
  return Array.from(bits, (bit) => bit === 1);
}

function deltas(reader: Reader, count: number, type: "INT32"): Int32Array;
function deltas(
  reader: Reader,
  count: number,
  type: "INT32" | "INT64",
): Int32Array | BigInt64Array;
function deltas(
  reader: Reader,
  count: number,
  type: "INT32" | "INT64",
): Int32Array | BigInt64Array {
  const start = reader.offset;
  const blockSize = readVarInt(reader);
  const miniblocks = readVarInt(reader);
  const stated = readVarInt(reader);
  reader.offset = start;
  const sound = miniblocks > 0 && miniblocks <= 4096 &&
    blockSize > 0 && blockSize <= 1 << 24 && blockSize % miniblocks === 0;
  if (!sound || stated !== count) {
    throw new RangeError(
      `deltas of ${stated} values in blocks of ${blockSize}`,
    );
  }
  const output = type === "INT32"
    ? new Int32Array(count)
    : new BigInt64Array(count);
  deltaBinaryUnpack(reader, count, output);
  return output;
}

function slices(reader: Reader, lengths: Int32Array): Uint8Array[] {
  const bytes = rest(reader);
  let at = 0;
  return Array.from(lengths, (length) => {
    if (length < 0 || length > bytes.length - at) {
      throw new RangeError(`a value of ${length} bytes is cut off`);
    }
    return bytes.subarray(at, at += length);
  });
}

function prefixed(reader: Reader, count: number): Uint8Array[] {
  const prefixes = deltas(reader, count, "INT32");
  const suffixes = slices(reader, deltas(reader, count, "INT32"));
  let previous = new Uint8Array(0);
  let total = 0;
  return suffixes.map((suffix, i) => {
    const length = prefixes[i] ?? 0;
    if (length < 0 || length > previous.length) {
      throw new RangeError(
        `a value shares ${length} bytes with the one before`,
      );
    }
    total += length + suffix.length;
    if (total > MAX_TEXT_BYTES) throw new RangeError("a page of too much text");
    const value = new Uint8Array(length + suffix.length);
    value.set(previous.subarray(0, length));
    value.set(suffix, length);
    return previous = value;
  });
}

function rest({ view, offset }: Reader): Uint8Array {
  const length = Math.max(0, view.byteLength - offset);
  return new Uint8Array(view.buffer, view.byteOffset + offset, length);
}
