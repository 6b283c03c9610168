/**
 * Arrow IPC streams of one record batch; with `arrow_table.ts` and `arrow_values.ts` all that names
 * the Arrow library.
 *
 * Columns go straight into Arrow's buffers (validity, offsets, values) without
 * the library's value-at-a-time builders, which cost ten times as much for a
 * batch of few rows. docs/decisions/0001 says why the library is flechette.
 *
 * @see {@link https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format}
 * @module
 */
// @ts-types="npm:@uwdata/flechette@2.6.0"
import {
  batchType,
  binary,
  bool,
  Column,
  type DataType,
  dateDay,
  decimal,
  field,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  list,
  map,
  struct,
  tableFromColumns,
  tableFromIPC,
  tableToIPC,
  timestamp,
  TimeUnit,
  Type,
  utf8,
} from "@uwdata/flechette";
import { type Bytes, concatBytes, encodeUtf8 } from "../bytes.ts";
import { IntegrityError, invariant } from "../errors.ts";
import type { ColumnKind, TypedCell, TypedColumn } from "./column_kind.ts";

/** The types that the rows of a pond are made of. */
export type ColumnType = "utf8" | "binary" | "int32" | "int64";

/** A column: its name and type. All columns may hold nulls. */
export interface ColumnSpec {
  /** The name. */
  readonly name: string;
  /** The type; `int64` values are JavaScript numbers, so below 2^53. */
  readonly type: ColumnType;
}

/** The value of a cell. */
export type Cell = string | number | Uint8Array | null;

/**
 * Encodes rows as an IPC stream of one record batch.
 *
 * @param specs The columns.
 * @param columns The values of each column, all of one length.
 * @returns The stream: schema, batch, end mark.
 */
export function encodeBatch(
  specs: readonly ColumnSpec[],
  columns: readonly (readonly Cell[])[],
): Bytes {
  const length = columns[0]?.length ?? 0;
  const encoded = specs.map((spec, i): [string, Column<unknown>] => {
    const values = columns[i];
    invariant(values?.length === length, "all columns have the same length");
    return [spec.name, encodeColumn(spec.type, values)];
  });
  return streamOf(encoded);
}

/** The bytes that end a stream: a mark, and the length of no message. */
const END_BYTES = 8;

/**
 * Writes an IPC stream of columns of any kind, a record batch at a time. In
 * memory is one record batch.
 *
 * The library writes whole streams. Each of one batch is
 *
 * ```text
 * ff ff ff ff   length   schema     the same for every batch: written once
 * ff ff ff ff   length   batch   …
 * ff ff ff ff   00 00 00 00         written at the end
 * ```
 *
 * NOT DETECTED: to many readers, a stream that breaks off between two messages
 * has ended.
 */
export class ArrowWriteStream {
  readonly #columns: readonly TypedColumn[];
  #begun = false;

  /** Begins a stream. */
  constructor(columns: readonly TypedColumn[]) {
    this.#columns = columns;
  }

  /**
   * Writes a record batch; nothing for no rows.
   *
   * @param values The values of each column, all of one length.
   * @returns The bytes that the stream goes on with.
   */
  append(values: readonly (readonly TypedCell[])[]): Bytes {
    if ((values[0]?.length ?? 0) === 0) return EMPTY;
    const stream = this.#streamOf(values);
    const start = this.#begun ? schemaEnd(stream) : 0;
    this.#begun = true;
    return stream.subarray(start, -END_BYTES);
  }

  /** Ends the stream: its last bytes. */
  finish(): Bytes {
    const stream = this.#streamOf([]);
    const end = stream.subarray(-END_BYTES);
    return this.#begun
      ? end
      : concatBytes([stream.subarray(0, schemaEnd(stream)), end]);
  }

  #streamOf(values: readonly (readonly TypedCell[])[]): Bytes {
    return streamOf(this.#columns.map(({ name, kind }, i) => [
      name,
      encodeTyped(kind, values[i] ?? []),
    ]));
  }
}

/** Where the first message of a stream, its schema, ends. */
function schemaEnd(stream: Bytes): number {
  const view = new DataView(stream.buffer, stream.byteOffset);
  invariant(view.getUint32(0) === 0xffffffff, "a message begins with a mark");
  return 8 + view.getInt32(4, true);
}

function streamOf(columns: [string, Column<unknown>][]): Bytes {
  const bytes = tableToIPC(tableFromColumns(columns), { format: "stream" });
  invariant(bytes !== null, "an in-memory sink returns its bytes");
  return bytes as Bytes;
}

const TYPES = new Map(Object.entries(Type).map(([name, id]) => [id, name]));

/** An IPC stream whose cells are decoded when they are asked for. */
export interface BatchReader {
  /** How many rows. */
  readonly numRows: number;
  /** The columns of the stream, each with the library's name of its type. */
  columns(): string[];
  /**
   * Decodes a cell.
   *
   * @param column Its place in the specs.
   * @param row From 0.
   * @throws {IntegrityError} When it holds no value of the column's type.
   */
  cell(column: number, row: number): Cell;
  /**
   * The rows with a text, without decoding the others.
   *
   * @param column Its place in the specs: a column of texts.
   * @param text The text.
   */
  rowsWith(column: number, text: string): number[];
}

/**
 * Opens an IPC stream.
 *
 * @param specs The columns to read; one that the stream lacks reads as nulls,
 *   and columns that aren't asked for are ignored.
 * @param bytes The stream.
 * @param source Where the bytes come from, for the error.
 * @throws {IntegrityError} When the bytes are no such stream.
 */
export function readBatch(
  specs: readonly ColumnSpec[],
  bytes: Uint8Array,
  source: string,
): BatchReader {
  const refuse = (cause: unknown) =>
    new IntegrityError(source, "it holds no valid Arrow IPC stream", { cause });
  try {
    const table = tableFromIPC(aligned(bytes));
    const columns = specs.map(({ name }) => table.getChild(name));
    const readers = specs.map(({ type }) => READERS[type]);
    return {
      numRows: table.numRows,
      columns: () =>
        table.schema.fields.map(({ name, type }) =>
          `${name} ${TYPES.get(type.typeId) ?? "?"}`
        ),
      cell: (column, row) => {
        try {
          const value: unknown = columns[column]?.at(row);
          if (value === null || value === undefined) return null;
          return readers[column]?.(value) ?? null;
        } catch (cause) {
          throw refuse(cause);
        }
      },
      rowsWith: (column, text) => rowsWith(columns[column], text),
    };
  } catch (cause) {
    throw refuse(cause);
  }
}

function rowsWith(
  column: Column<unknown> | null | undefined,
  text: string,
): number[] {
  const rows: number[] = [];
  const bytes = encodeUtf8(text);
  let first = 0;
  for (const batch of column?.data ?? []) {
    const { length, nullCount, offsets, type, values } = batch;
    const isPlain = type.typeId === Type.Utf8 && values instanceof Uint8Array &&
      offsets instanceof Int32Array;
    for (let row = 0; row < length; row++) {
      const isIt = isPlain
        ? isAt(values, offsets[row] ?? 0, offsets[row + 1] ?? 0, bytes)
        : batch.at(row) === text;
      // Where there is nothing, there may be any bytes.
      if (isIt && (nullCount === 0 || batch.at(row) === text)) {
        rows.push(first + row);
      }
    }
    first += length;
  }
  return rows;
}

/** From the end: names in a directory often begin alike. */
function isAt(
  values: Uint8Array,
  start: number,
  end: number,
  bytes: Uint8Array,
): boolean {
  if (end - start !== bytes.length) return false;
  for (let i = bytes.length - 1; i >= 0; i--) {
    if (values[start + i] !== bytes[i]) return false;
  }
  return true;
}

/**
 * Decodes an IPC stream.
 *
 * @param specs As {@linkcode readBatch} has them.
 * @param bytes The stream.
 * @param source Where the bytes come from, for the error.
 * @returns The values of each column of `specs`.
 * @throws {IntegrityError} When the bytes are no such stream.
 */
export function decodeBatch(
  specs: readonly ColumnSpec[],
  bytes: Uint8Array,
  source: string,
): Cell[][] {
  const batch = readBatch(specs, bytes, source);
  return specs.map((_, column) => {
    const cells = new Array<Cell>(batch.numRows);
    for (let row = 0; row < cells.length; row++) {
      cells[row] = batch.cell(column, row);
    }
    return cells;
  });
}

/** Buffers in a stream begin at multiples of eight bytes, if it does itself. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
}

function encodeColumn(
  type: ColumnType,
  values: readonly Cell[],
): Column<unknown> {
  const { nullCount, validity } = encodeValidity(values);
  const base = { length: values.length, nullCount, validity };
  switch (type) {
    case "utf8":
      return textColumn(base, values);
    case "binary":
      return variableColumn(
        binary(),
        base,
        values.map((v) => (v === null ? EMPTY : asBytes(v))),
      );
    case "int32":
      return fixedColumn(
        int32(),
        base,
        Int32Array.from(values, (v) => (v === null ? 0 : asNumber(v))),
      );
    case "int64":
      return fixedColumn(
        int64(),
        base,
        BigInt64Array.from(
          values,
          (v) => (v === null ? 0n : BigInt(asNumber(v))),
        ),
      );
    default:
      return type satisfies never;
  }
}

function encodeTyped(
  kind: ColumnKind,
  values: readonly TypedCell[],
): Column<unknown> {
  const { nullCount, validity } = encodeValidity(values);
  const base = { length: values.length, nullCount, validity };
  const numbers = () => values.map((v) => (v === null ? 0 : Number(v)));
  const bigints = () => values.map((v) => (v === null ? 0n : asBigint(v)));
  switch (kind.kind) {
    case "boolean":
      return fixedColumn(bool(), base, encodeBits(values, (v) => v === true));
    case "integer":
      return encodeIntegers(kind.bits, base, values);
    case "float":
      return fixedColumn(float32(), base, Float32Array.from(numbers()));
    case "double":
      return fixedColumn(float64(), base, Float64Array.from(numbers()));
    case "decimal": {
      const type = decimal(kind.width, kind.scale);
      return fixedColumn(type, base, encodeDecimals(bigints()));
    }
    case "date":
      return fixedColumn(dateDay(), base, Int32Array.from(numbers()));
    case "timestamp": {
      const type = timestamp(TimeUnit.MICROSECOND, kind.zoned ? "UTC" : null);
      return fixedColumn(type, base, BigInt64Array.from(bigints()));
    }
    case "blob":
      return encodeColumn("binary", values as readonly Cell[]);
    case "text":
      return encodeColumn("utf8", values as readonly Cell[]);
    case "list":
    case "map":
    case "struct":
      return encodeNested(kind, base, values);
    default:
      return kind satisfies never;
  }
}

type NestedKind = Extract<
  ColumnKind,
  { readonly kind: "list" | "map" | "struct" }
>;

function encodeNested(
  kind: NestedKind,
  base: ColumnBase,
  values: readonly TypedCell[],
): Column<unknown> {
  if (kind.kind === "struct") {
    const members = kind.fields.map((member) =>
      encodeTyped(member.kind, values.map((v) => memberOf(v, member.name)))
    );
    const fields = kind.fields.map(({ name }, i) =>
      field(name, typeOf(members[i]))
    );
    return nestedColumn(struct(fields), base, members);
  }
  const items = values.map((v) => Array.isArray(v) ? v : []);
  const offsets = new Int32Array(items.length + 1);
  let end = 0;
  items.forEach((item, i) => offsets[i + 1] = end += item.length);
  const all: readonly TypedCell[] = items.flat();
  if (kind.kind === "list") {
    const element = encodeTyped(kind.element, all);
    const type = list(field("element", element.type));
    return nestedColumn(type, base, [element], offsets);
  }
  const key = encodeTyped(kind.key, all.map((v) => memberOf(v, "key")));
  const value = encodeTyped(kind.value, all.map((v) => memberOf(v, "value")));
  const type = map(field("key", key.type, false), field("value", value.type));
  const entries = nestedColumn(
    struct([field("key", key.type, false), field("value", value.type)]),
    { length: all.length, nullCount: 0, validity: EMPTY },
    [key, value],
  );
  return nestedColumn(type, base, [entries], offsets);
}

function memberOf(value: TypedCell, name: string): TypedCell {
  const isStruct = typeof value === "object" && value !== null &&
    !Array.isArray(value) && !(value instanceof Uint8Array);
  if (!isStruct) return null;
  return (value as { readonly [name: string]: TypedCell })[name] ?? null;
}

function typeOf(column: Column<unknown> | undefined): DataType {
  invariant(column !== undefined, "each field has a column");
  return column.type;
}

function nestedColumn(
  type: DataType,
  base: ColumnBase,
  columns: readonly Column<unknown>[],
  offsets?: Int32Array,
): Column<unknown> {
  const Batch = batchType(type);
  const children = columns.flatMap(({ data }) => data);
  const data = offsets
    ? { ...base, type, children, offsets }
    : { ...base, type, children };
  return new Column([new Batch(data)], type);
}

function encodeIntegers(
  bits: 8 | 16 | 32 | 64,
  base: ColumnBase,
  values: readonly TypedCell[],
): Column<unknown> {
  const number = (v: TypedCell) => v === null ? 0 : Number(v);
  switch (bits) {
    case 8:
      return fixedColumn(int8(), base, Int8Array.from(values, number));
    case 16:
      return fixedColumn(int16(), base, Int16Array.from(values, number));
    case 32:
      return fixedColumn(int32(), base, Int32Array.from(values, number));
    case 64:
      return fixedColumn(
        int64(),
        base,
        BigInt64Array.from(values, (v) => v === null ? 0n : asBigint(v)),
      );
    default:
      return bits satisfies never;
  }
}

/** Two's complement of 128 bits, least significant half first. */
function encodeDecimals(values: readonly bigint[]): BigUint64Array {
  const words = new BigUint64Array(values.length * 2);
  values.forEach((value, i) => {
    words[2 * i] = BigInt.asUintN(64, value);
    words[2 * i + 1] = BigInt.asUintN(64, value >> 64n);
  });
  return words;
}

function asBigint(value: TypedCell): bigint {
  if (typeof value !== "bigint") throw new TypeError("a cell is no bigint");
  return value;
}

const EMPTY = new Uint8Array(0);

interface ColumnBase {
  readonly length: number;
  readonly nullCount: number;
  readonly validity: Uint8Array;
}

/** No buffer where nothing is null. */
function encodeValidity(
  values: readonly (Cell | TypedCell)[],
): { nullCount: number; validity: Uint8Array } {
  let nullCount = 0;
  for (const value of values) if (value === null) nullCount++;
  if (nullCount === 0) return { nullCount, validity: EMPTY };
  return { nullCount, validity: encodeBits(values, (v) => v !== null) };
}

/** One bit a row, least significant first. */
function encodeBits<T>(
  values: readonly T[],
  isSet: (value: T) => boolean,
): Uint8Array {
  const bits = new Uint8Array(Math.ceil(values.length / 64) * 8);
  values.forEach((value, i) => {
    if (isSet(value)) bits[i >> 3] = (bits[i >> 3] ?? 0) | 1 << (i & 7);
  });
  return bits;
}

/** Many short texts are encoded by one call: each call costs more than they. */
function textColumn(
  base: ColumnBase,
  values: readonly Cell[],
): Column<unknown> {
  const texts = values.map((v) => v === null ? "" : asString(v));
  const all = texts.join("");
  const bytes = encodeUtf8(all);
  if (bytes.length !== all.length) {
    // Not ASCII: where each one ends is known when it is encoded by itself.
    return variableColumn(utf8(), base, texts.map((text) => encodeUtf8(text)));
  }
  const offsets = offsetsOf(texts);
  return fixedColumn(utf8(), base, bytes, offsets);
}

/** Where each item begins when they follow one another, and the last one ends. */
function offsetsOf(items: readonly { readonly length: number }[]): Int32Array {
  const offsets = new Int32Array(items.length + 1);
  let end = 0;
  items.forEach(({ length }, i) => offsets[i + 1] = end += length);
  return offsets;
}

function variableColumn(
  type: DataType,
  base: ColumnBase,
  chunks: readonly Uint8Array[],
): Column<unknown> {
  return fixedColumn(type, base, concatBytes(chunks), offsetsOf(chunks));
}

function fixedColumn(
  type: DataType,
  base: ColumnBase,
  values: ArrayBufferView,
  offsets?: Int32Array,
): Column<unknown> {
  const Batch = batchType(type);
  const data = offsets
    ? { ...base, type, values, offsets }
    : { ...base, type, values };
  return new Column([new Batch(data)], type);
}

function asString(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("a cell is no string");
  return value;
}

function asNumber(value: unknown): number {
  if (typeof value !== "number") throw new TypeError("a cell is no number");
  return value;
}

function asBytes(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError("a cell is no bytes");
  return value;
}

const READERS: { readonly [T in ColumnType]: (value: unknown) => Cell } = {
  utf8: asString,
  binary: asBytes,
  int32: asNumber,
  int64: asNumber,
};
