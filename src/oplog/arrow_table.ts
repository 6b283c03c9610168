/**
 * Arrow files and streams of any writer, as columns of any kind; beside
 * `arrow.ts`, which has those of a pond's own rows, what names the Arrow library.
 *
 * @see {@link https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc}
 * @module
 */
// @ts-types="npm:@uwdata/flechette@2.6.0"
import {
  Column,
  CompressionType,
  type DataType,
  Precision,
  setCompressionCodec,
  type Table,
  tableFromIPC,
  TimeUnit,
  Type,
} from "@uwdata/flechette";
import { IntegrityError, InvariantError, PondError } from "../errors.ts";
import { checkArrowClaims } from "./arrow_metadata.ts";
import { ArrowValues } from "./arrow_values.ts";
import type { ColumnKind, TypedCell, TypedColumn } from "./column_kind.ts";
import { decodeLz4Frame } from "./lz4_frame.ts";
import { loadZstd } from "./zstd.ts";

/** A table in memory. */
export interface ArrowTable {
  /** The columns, in order. */
  readonly columns: readonly TypedColumn[];
  /** How many rows. */
  readonly numRows: number;
  /**
   * Decodes rows.
   *
   * @returns The values of each column.
   * @throws {PondError} `UNSUPPORTED` for times that are finer than a
   *   microsecond.
   */
  rows(from: number, to: number): TypedCell[][];
}

/** How values of a type are taken over. */
interface Conversion {
  readonly kind: ColumnKind;
  /** Of a value that is not null. */
  convert(value: unknown): TypedCell;
}

const MS_PER_DAY = 86_400_000;

/** More than this is not unpacked into memory. */
const MAX_UNPACKED_BYTES = 1 << 30;

/** Digits of a decimal that other formats have, too. */
const MAX_DECIMAL_WIDTH = 38;

/** Exact values: neither dates nor times, nor 64-bit integers, as numbers. */
const EXACT = {
  useBigInt: true,
  useBigIntTimestamp: true,
  useDecimalInt: true,
} as const;

/**
 * Opens an Arrow file or stream.
 *
 * @param bytes All of it.
 * @param source Where it comes from, for errors.
 * @throws {IntegrityError} When it is none.
 * @throws {PondError} `UNSUPPORTED` for a column of a type without a place in
 *   other tables: unions, intervals, structs without fields.
 */
export async function readArrowTable(
  bytes: Uint8Array,
  source: string,
): Promise<ArrowTable> {
  await loadCodecs();
  const table = openTable(bytes, source);
  const conversions = table.schema.fields.map(({ name, type }, i) => ({
    name,
    column: table.getChildAt(i),
    ...conversionOf(type as DataType, `the column ${name} of ${source}`),
  }));
  return {
    columns: conversions.map(({ kind, name }) => ({ name, kind })),
    numRows: table.numRows,
    rows: (from, to) =>
      orIntegrity(source, () =>
        conversions.map(({ column, convert }) => {
          const cells: TypedCell[] = [];
          for (let row = from; row < to; row++) {
            cells.push(orNull(column?.at(row), convert));
          }
          return cells;
        })),
  };
}

/** Buffers may be packed: Feather files are, unless told otherwise. */
async function loadCodecs(): Promise<void> {
  const decoders = [
    [CompressionType.LZ4_FRAME, decodeLz4Frame],
    [CompressionType.ZSTD, await loadZstd()],
  ] as const;
  for (const [type, decode] of decoders) {
    setCompressionCodec(type, { decode, encode: packsNothing });
  }
}

function packsNothing(): never {
  throw new InvariantError("Arrow is written without compression");
}

function openTable(bytes: Uint8Array, source: string): Table {
  return orIntegrity(source, () => {
    const { sizeBytes } = checkArrowClaims(bytes);
    if (sizeBytes - bytes.length > MAX_UNPACKED_BYTES) throw tooLarge(source);
    // Buffers begin at multiples of eight bytes, if all of it does.
    const all = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
    const values = new ArrowValues(source, sizeBytes);
    const table = withDictionaries(values, () => tableFromIPC(all, EXACT));
    const [first] = table.children;
    for (const { data } of table.children) {
      data.forEach((array, batch) => {
        if (array.length !== first?.data[batch]?.length) {
          throw new RangeError("its columns have different lengths");
        }
        values.check(array);
      });
    }
    return table;
  });
}

/**
 * Reads a table whose dictionaries are checked before the library makes their
 * values, which it does while it reads.
 */
function withDictionaries<T>(values: ArrowValues, read: () => T): T {
  const { prototype } = Column;
  const { cache } = prototype;
  prototype.cache = function (this: Column<unknown>) {
    values.checkDictionary(this);
    return cache.call(this);
  };
  try {
    return read();
  } finally {
    prototype.cache = cache;
  }
}

/** Whatever the library makes of what isn't right, it is no Arrow IPC. */
function orIntegrity<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof PondError) throw cause;
    throw new IntegrityError(source, "it holds no valid Arrow IPC", { cause });
  }
}

function tooLarge(source: string): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot read ${source}: it unpacks to more than ${
      MAX_UNPACKED_BYTES / 2 ** 20
    } MiB`,
    { hint: "divide it, or write it as Parquet" },
  );
}

function orNull(
  value: unknown,
  convert: (value: unknown) => TypedCell,
): TypedCell {
  return value === null || value === undefined ? null : convert(value);
}

function as<T extends TypedCell>(kind: ColumnKind): Conversion {
  return { kind, convert: (value) => value as T };
}

function conversionOf(type: DataType, what: string): Conversion {
  switch (type.typeId) {
    case Type.Null:
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
      return as<string>({ kind: "text" });
    case Type.Binary:
    case Type.LargeBinary:
    case Type.BinaryView:
    case Type.FixedSizeBinary:
      return as<Uint8Array>({ kind: "blob" });
    case Type.Bool:
      return as<boolean>({ kind: "boolean" });
    case Type.Int:
      return integer(type.bitWidth, type.signed);
    case Type.Float:
      return as<number>({
        kind: type.precision === Precision.DOUBLE ? "double" : "float",
      });
    case Type.Decimal: {
      const { precision: width, scale } = type;
      if (width > MAX_DECIMAL_WIDTH || scale < 0) throw unsupported(what);
      return {
        kind: { kind: "decimal", width, scale },
        convert: bigintOf,
      };
    }
    case Type.Dictionary:
      return conversionOf(type.dictionary, what);
    case Type.RunEndEncoded: {
      const values = type.children[1];
      if (values === undefined) throw unsupported(what);
      return conversionOf(values.type, what);
    }
    default:
      return timeOf(type) ?? nestedOf(type, what);
  }
}

/** Unsigned integers have the next larger signed type, or are decimals. */
function integer(bits: 8 | 16 | 32 | 64, signed: boolean): Conversion {
  if (signed) return as<number | bigint>({ kind: "integer", bits });
  if (bits === 64) return as<bigint>({ kind: "decimal", width: 20, scale: 0 });
  const wider = bits === 8 ? 16 : bits === 16 ? 32 : 64;
  return {
    kind: { kind: "integer", bits: wider },
    convert: (value) => wider === 64 ? BigInt(value as number) : Number(value),
  };
}

function timeOf(type: DataType): Conversion | undefined {
  switch (type.typeId) {
    case Type.Date:
      // The library gives dates in milliseconds, whatever their unit is.
      return {
        kind: { kind: "date" },
        convert: (value) => Math.floor(Number(value) / MS_PER_DAY),
      };
    case Type.Timestamp:
      return {
        kind: { kind: "timestamp", zoned: type.timezone !== null },
        convert: (value) => microseconds(type.unit, bigintOf(value)),
      };
    case Type.Time:
      return {
        kind: { kind: "text" },
        convert: (value) => timeText(microseconds(type.unit, bigintOf(value))),
      };
    case Type.Duration:
      return {
        kind: { kind: "integer", bits: 64 },
        convert: bigintOf,
      };
    default:
      return undefined;
  }
}

function bigintOf(value: unknown): bigint {
  return BigInt(value as number | bigint);
}

/** To microseconds. */
function microseconds(unit: number, value: bigint): bigint {
  if (unit === TimeUnit.SECOND) return value * 1_000_000n;
  if (unit === TimeUnit.MILLISECOND) return value * 1000n;
  if (unit === TimeUnit.MICROSECOND) return value;
  if (value % 1000n === 0n) return value / 1000n;
  throw new PondError(
    "UNSUPPORTED",
    "Cannot read times that are finer than a microsecond",
    { hint: "write them in microseconds" },
  );
}

function timeText(us: bigint): string {
  const pad = (value: bigint, width: number) =>
    String(value).padStart(width, "0");
  const seconds = us / 1_000_000n;
  const fraction = us % 1_000_000n;
  const text = [seconds / 3600n, seconds / 60n % 60n, seconds % 60n]
    .map((part) => pad(part, 2)).join(":");
  return fraction === 0n ? text : `${text}.${pad(fraction, 6)}`;
}

function nestedOf(type: DataType, what: string): Conversion {
  switch (type.typeId) {
    case Type.List:
    case Type.LargeList:
    case Type.ListView:
    case Type.LargeListView:
    case Type.FixedSizeList: {
      const [child] = type.children;
      if (child === undefined) throw unsupported(what);
      const { convert, kind } = conversionOf(child.type, what);
      return {
        kind: { kind: "list", element: kind },
        convert: (value) =>
          [...value as Iterable<unknown>].map((item) => orNull(item, convert)),
      };
    }
    case Type.Map: {
      const entries = type.children[0]?.type;
      if (entries?.typeId !== Type.Struct) throw unsupported(what);
      return mapOf(entries.children, what);
    }
    case Type.Struct: {
      if (type.children.length === 0) throw unsupported(what);
      const members = type.children.map(({ name, type }) => ({
        name,
        ...conversionOf(type, what),
      }));
      return {
        kind: {
          kind: "struct",
          fields: members.map(({ kind, name }) => ({ name, kind })),
        },
        convert: (value) =>
          Object.fromEntries(members.map(({ convert, name }) => [
            name,
            orNull((value as Record<string, unknown>)[name], convert),
          ])),
      };
    }
    default:
      throw unsupported(what);
  }
}

function mapOf(
  [key, value]: readonly { readonly type: DataType }[],
  what: string,
): Conversion {
  if (key === undefined || value === undefined) throw unsupported(what);
  const keys = conversionOf(key.type, what);
  const values = conversionOf(value.type, what);
  return {
    kind: { kind: "map", key: keys.kind, value: values.kind },
    convert: (entries) =>
      [...entries as Iterable<readonly [unknown, unknown]>].map((
        [key, value],
      ) => ({
        key: orNull(key, keys.convert),
        value: orNull(value, values.convert),
      })),
  };
}

function unsupported(what: string): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot read ${what}: it has a type that tables don't have`,
  );
}
