/**
 * Parquet files in memory, as pond writes them. Files of any writer are read in
 * `parquet/`; nothing else names the Parquet library.
 *
 * The modules of `hyparquet` are imported one by one: its entry point loads
 * Deno's `node:` layer, which costs a process 18 ms at its start; and its reader
 * loads what plans the reading of a part of a file over a network, which costs
 * another 2 ms, where here whole files are in memory. The writer is loaded by
 * the first write.
 *
 * @see {@link https://github.com/apache/parquet-format}
 * @module
 */
import type { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
import type { ParquetWriter } from "hyparquet-writer/src/parquet-writer.js";
import { parquetMetadata, parquetSchema } from "hyparquet/src/metadata.js";
import { assembleAsync, readRowGroup } from "hyparquet/src/rowgroup.js";
import type { Bytes } from "../bytes.ts";
import { IntegrityError, invariant } from "../errors.ts";
import type { ColumnKind, TypedCell, TypedColumn } from "./column_kind.ts";

/** The library says its own types only in a module that has no code. */
type FileMetaData = ReturnType<typeof parquetMetadata>;
type SchemaElement = FileMetaData["schema"][number];
type RowGroup = FileMetaData["row_groups"][number];
type GroupPlan = Parameters<typeof readRowGroup>[2];
/** Decompresses pages, by the names of the codecs. */
export type Compressors = NonNullable<
  Parameters<typeof readRowGroup>[0]["compressors"]
>;

/** A column of a flat file. */
export interface ParquetColumn {
  /** The name. */
  readonly name: string;
  /** The type; `INT64` values are bigints. */
  readonly type: "INT64" | "BYTE_ARRAY" | "STRING";
  /** The values, none of them null. */
  readonly values: readonly (bigint | string | Uint8Array)[];
  /** Whether it is not compressed. */
  readonly plain?: boolean;
}

/** One node of a Parquet schema, as the format's `SchemaElement` has it. */
export type ParquetSchemaElement = SchemaElement;

/** An open file. */
export interface ParquetContent {
  /** Its row groups, in order. */
  readonly groups: readonly ParquetGroup[];
  /** What the footer says. */
  readonly keyValues: ReadonlyMap<string, string>;
}

/** A part of a file that is decoded by itself. */
export interface ParquetGroup {
  /** How many rows. */
  readonly numRows: number;
  /** The bounds of a column, where the file says them. */
  bounds(
    column: string,
  ): { readonly min: unknown; readonly max: unknown } | undefined;
  /** Where its bytes are in the file. */
  place(): FileRange;
  /** Decodes it: the values of each column, by its name. */
  read(): Promise<Columns>;
  /** Reads its bytes; the function decodes some of its columns, or all. */
  load(): Promise<(names?: readonly string[]) => Promise<Columns>>;
}

/** The values of columns, by their names. */
export type Columns = ReadonlyMap<string, readonly unknown[]>;

/** A part of a file, and where it begins. */
export interface FilePart {
  /** Offset of the first byte. */
  readonly start: number;
  /** The bytes. */
  readonly bytes: Bytes;
}

/** Options of decoding. */
export interface DecodeOptions {
  /** Where the bytes come from, for the error. */
  readonly source: string;
  /**
   * Reads a part of the file that has all of a range. Without it, the bytes
   * that are opened are the whole file; with it, any that end with the footer.
   */
  readonly readPart?: (range: FileRange) => Promise<FilePart>;
}

/** A range of a file. */
export interface FileRange {
  /** The first byte. */
  readonly start: number;
  /** The one after the last. */
  readonly end: number;
}

/** How a column is written that is not compressed: the values, as they are. */
const PLAIN = { codec: "UNCOMPRESSED", encoding: "PLAIN" } as const;

/** The first buffer of a file. */
const LEAST_BUFFER_BYTES = 1024;

/** A page of plain values ends when it has so many bytes. */
const PLAIN_PAGE_BYTES = 64 * 1024;

/** What a plain value takes beside its bytes, at most. */
const VALUE_BYTES = 64;

/**
 * Encodes flat columns as a file, with Snappy.
 *
 * @param rowGroups How many rows each row group has; all in one when left out.
 * @param keyValues What the footer says, in order.
 */
export async function encodeParquet(
  columns: readonly ParquetColumn[],
  rowGroups: readonly number[] = [],
  keyValues: readonly (readonly [key: string, value: string])[] = [],
): Promise<Bytes> {
  const { parquetWrite } = await import("hyparquet-writer/src/write.js");
  const { ByteWriter } = await import("hyparquet-writer/src/bytewriter.js");
  const writer = new ByteWriter(plainBytes(columns));
  parquetWrite({
    writer,
    // A page is copied on its way: large values are pages of their own.
    ...(columns.some(({ plain }) => plain)
      ? { pageSize: PLAIN_PAGE_BYTES }
      : {}),
    columnData: columns.map(({ name, plain, type, values }) => ({
      name,
      type,
      data: [...values],
      nullable: true,
      ...(plain ? PLAIN : {}),
      // A blob of IPC says nothing to a planner, and a page of it once is enough.
      ...(type === "BYTE_ARRAY"
        ? { statistics: false, offsetIndex: false }
        : {}),
    })),
    ...(rowGroups.length > 0 ? { rowGroupSize: [...rowGroups] } : {}),
    ...pairsOf(keyValues),
    createdBy: "pond",
  });
  return writer.getBytes();
}

/** What a file takes at least, so that its buffer needn't grow. */
function plainBytes(columns: readonly ParquetColumn[]): number {
  let bytes = LEAST_BUFFER_BYTES;
  for (const { plain, values } of columns) {
    if (!plain) continue;
    for (const value of values) {
      if (value instanceof Uint8Array) bytes += value.length + VALUE_BYTES;
    }
  }
  return bytes;
}

/** A row group that was encoded, to be put into any file of its schema. */
export interface EncodedGroup {
  /** Its pages, as they follow the four bytes at the beginning of a file. */
  readonly bytes: Bytes;
  /** What the footer says of it, with the offsets of such a file. */
  readonly footer: RowGroup;
}

/** The four bytes at the beginning of a file. */
const MAGIC_BYTES = 4;

/**
 * Encodes nested columns as a file, with Snappy.
 *
 * @param schema The schema, root first, depth first.
 * @param columns The top-level columns: an array of values each.
 * @param keyValues What the footer says, in order.
 */
export async function encodeNestedParquet(
  schema: readonly ParquetSchemaElement[],
  columns: readonly { readonly name: string; readonly data: unknown[] }[],
  keyValues: readonly (readonly [key: string, value: string])[],
): Promise<Bytes> {
  const group = await encodeGroup(schema, columns);
  return await joinGroups(schema, [group], keyValues);
}

/**
 * Encodes nested columns as one row group, with Snappy.
 *
 * @param columns The top-level columns: an array of values each, at least one.
 */
export async function encodeGroup(
  schema: readonly ParquetSchemaElement[],
  columns: readonly { readonly name: string; readonly data: unknown[] }[],
): Promise<EncodedGroup> {
  const { buffer, writer } = await openWriter(schema, []);
  writer.write({
    // A page index has offsets of its own, and is for readers of a few rows.
    columnData: columns.map((column) => ({ ...column, offsetIndex: false })),
    rowGroupSize: columns[0]?.data.length ?? 0,
  });
  const [footer] = writer.row_groups;
  invariant(footer, "a row group has rows");
  return { bytes: buffer.getBytes().slice(MAGIC_BYTES), footer };
}

/**
 * Makes a file of row groups, without encoding them again.
 *
 * @param schema What they were encoded by.
 * @param keyValues What the footer says, in order.
 */
export async function joinGroups(
  schema: readonly ParquetSchemaElement[],
  groups: readonly EncodedGroup[],
  keyValues: readonly (readonly [key: string, value: string])[],
): Promise<Bytes> {
  const { buffer, writer } = await openWriter(schema, keyValues);
  for (const { bytes, footer } of groups) {
    const moved = BigInt(buffer.offset - MAGIC_BYTES);
    buffer.appendBytes(bytes);
    writer.row_groups.push(movedGroup(footer, moved));
    writer.num_rows += footer.num_rows;
  }
  writer.finish();
  return new Uint8Array(buffer.getBytes());
}

function movedGroup(group: RowGroup, by: bigint): RowGroup {
  const columns = group.columns.map(({ meta_data, ...chunk }) => {
    if (meta_data === undefined) throw new RangeError("a column has no place");
    const { data_page_offset, dictionary_page_offset } = meta_data;
    return {
      ...chunk,
      file_offset: chunk.file_offset + by,
      meta_data: {
        ...meta_data,
        data_page_offset: data_page_offset + by,
        ...(dictionary_page_offset === undefined
          ? {}
          : { dictionary_page_offset: dictionary_page_offset + by }),
      },
    };
  });
  return { ...group, columns };
}

/** Begins a file in memory. */
async function openWriter(
  schema: readonly ParquetSchemaElement[],
  keyValues: readonly (readonly [key: string, value: string])[],
): Promise<{ readonly buffer: ByteWriter; readonly writer: ParquetWriter }> {
  const { ByteWriter } = await import("hyparquet-writer/src/bytewriter.js");
  const { ParquetWriter } = await import(
    "hyparquet-writer/src/parquet-writer.js"
  );
  const buffer = new ByteWriter();
  const writer = new ParquetWriter({
    writer: buffer,
    schema: [...schema],
    ...pairsOf(keyValues),
    createdBy: "pond",
  });
  return { buffer, writer };
}

function pairsOf(
  keyValues: readonly (readonly [key: string, value: string])[],
): { kvMetadata?: { key: string; value: string }[] } {
  return keyValues.length === 0
    ? {}
    : { kvMetadata: keyValues.map(([key, value]) => ({ key, value })) };
}

/**
 * Writes a file of columns, a row group at a time, with Snappy. In memory
 * is one row group.
 */
export class ParquetWriteStream {
  readonly #columns: readonly TypedColumn[];
  readonly #buffer: ByteWriter;
  readonly #writer: ParquetWriter;

  private constructor(
    columns: readonly TypedColumn[],
    buffer: ByteWriter,
    writer: ParquetWriter,
  ) {
    this.#columns = columns;
    this.#buffer = buffer;
    this.#writer = writer;
  }

  /** Begins a file. */
  static async open(
    columns: readonly TypedColumn[],
  ): Promise<ParquetWriteStream> {
    const { buffer, writer } = await openWriter([
      { name: "root", num_children: columns.length },
      ...columns.flatMap(schemaElementsOf),
    ], []);
    return new ParquetWriteStream(columns, buffer, writer);
  }

  /**
   * Writes a row group; nothing for no rows.
   *
   * @param values The values of each column, all of one length.
   * @returns The bytes that the file goes on with.
   */
  append(values: readonly (readonly TypedCell[])[]): Bytes {
    const numRows = values[0]?.length ?? 0;
    if (numRows > 0) {
      this.#writer.write({
        columnData: this.#columns.map(({ name }, i) => ({
          name,
          data: [...values[i] ?? []],
        })),
        rowGroupSize: numRows,
      });
    }
    return this.#taken();
  }

  /** Ends the file: its last bytes. */
  finish(): Bytes {
    this.#writer.finish();
    return this.#taken();
  }

  #taken(): Bytes {
    const bytes = new Uint8Array(this.#buffer.getBytes());
    // Offsets go on; the buffer is used again.
    this.#buffer.index = 0;
    return bytes;
  }
}

/** Any number of so many digits has a place in 64 bits. */
const INT64_DIGITS = 18;

/** A column with those below it, depth first. */
function schemaElementsOf({ name, kind }: TypedColumn): SchemaElement[] {
  const optional = { name, repetition_type: "OPTIONAL" } as const;
  const repeated = { repetition_type: "REPEATED" } as const;
  switch (kind.kind) {
    case "list":
      return [
        { ...optional, converted_type: "LIST", num_children: 1 },
        { ...repeated, name: "list", num_children: 1 },
        ...schemaElementsOf({ name: "element", kind: kind.element }),
      ];
    case "map": {
      const [key, ...below] = schemaElementsOf({ name: "key", kind: kind.key });
      return [
        { ...optional, converted_type: "MAP", num_children: 1 },
        { ...repeated, name: "key_value", num_children: 2 },
        { ...key, name: "key", repetition_type: "REQUIRED" },
        ...below,
        ...schemaElementsOf({ name: "value", kind: kind.value }),
      ];
    }
    case "struct":
      return [
        { ...optional, num_children: kind.fields.length },
        ...kind.fields.flatMap(schemaElementsOf),
      ];
    default:
      return [{ ...optional, ...physicalType(kind) }];
  }
}

/** Kinds that have no parts. */
type FlatKind = Exclude<
  ColumnKind,
  { readonly kind: "list" | "map" | "struct" }
>;

function physicalType(kind: FlatKind): Omit<SchemaElement, "name"> {
  switch (kind.kind) {
    case "boolean":
      return { type: "BOOLEAN" };
    case "integer":
      if (kind.bits === 64) return { type: "INT64" };
      if (kind.bits === 32) return { type: "INT32" };
      return {
        type: "INT32",
        converted_type: kind.bits === 8 ? "INT_8" : "INT_16",
      };
    case "float":
      return { type: "FLOAT" };
    case "double":
      return { type: "DOUBLE" };
    case "decimal":
      return {
        // As other writers do: what has no place in 64 bits takes 128.
        ...(kind.width <= INT64_DIGITS
          ? { type: "INT64" }
          : { type: "FIXED_LEN_BYTE_ARRAY", type_length: 16 }),
        converted_type: "DECIMAL",
        precision: kind.width,
        scale: kind.scale,
      };
    case "date":
      return { type: "INT32", converted_type: "DATE" };
    case "timestamp":
      return {
        type: "INT64",
        logical_type: {
          type: "TIMESTAMP",
          isAdjustedToUTC: kind.zoned,
          unit: "MICROS",
        },
      };
    case "blob":
      return { type: "BYTE_ARRAY" };
    case "text":
      return { type: "BYTE_ARRAY", converted_type: "UTF8" };
    default:
      return kind satisfies never;
  }
}

/**
 * Opens a file, to decode it a row group at a time.
 *
 * @param bytes The whole file, or its end.
 * @throws {IntegrityError} When the bytes are no Parquet file; so does reading.
 */
export function openParquet(
  bytes: Bytes,
  { readPart, source }: DecodeOptions,
): ParquetContent {
  const metadata = metadataOf(bytes, source);
  const whole: FilePart = { start: 0, bytes };
  const groups = metadata.row_groups.map((group): ParquetGroup => ({
    numRows: Number(group.num_rows),
    bounds(column) {
      const chunk = group.columns.find(({ meta_data }) =>
        meta_data?.path_in_schema[0] === column
      );
      const { min_value: min, max_value: max } = chunk?.meta_data?.statistics ??
        {};
      return min === undefined || max === undefined ? undefined : { min, max };
    },
    place() {
      try {
        const ranges = wholeGroup(group).chunks.map(({ range }) => range);
        return {
          start: Math.min(...ranges.map(({ startByte }) => startByte)),
          end: Math.max(...ranges.map(({ endByte }) => endByte)),
        };
      } catch (cause) {
        throw noParquet(source, cause);
      }
    },
    async read() {
      return await (await this.load())();
    },
    async load() {
      const own = { ...metadata, row_groups: [group] };
      const part = await readPart?.(this.place()) ?? whole;
      const columnsOf = { ...own, num_rows: group.num_rows };
      return async (names) => {
        try {
          return await readColumns(part, columnsOf, names);
        } catch (cause) {
          throw noParquet(source, cause);
        }
      };
    },
  }));
  const pairs = metadata.key_value_metadata ?? [];
  const keyValues = new Map(pairs.map(({ key, value = "" }) => [key, value]));
  return { groups, keyValues };
}

/** The footer; a damaged one may have anything in the place of a list. */
function metadataOf(bytes: Bytes, source: string): FileMetaData {
  try {
    const metadata = parquetMetadata(exactBuffer(bytes));
    const { key_value_metadata: pairs = [], row_groups } = metadata;
    const lists = [pairs, row_groups, ...row_groups.map((it) => it.columns)];
    if (lists.every(Array.isArray)) return metadata;
  } catch (cause) {
    throw noParquet(source, cause);
  }
  throw noParquet(source, new TypeError("a list of the footer is none"));
}

function noParquet(source: string, cause: unknown): IntegrityError {
  return cause instanceof IntegrityError
    ? cause
    : new IntegrityError(source, "it is no valid Parquet file", { cause });
}

/** The values of the top-level columns of a part of a file, by their names. */
async function readColumns(
  { bytes, start: first }: FilePart,
  metadata: FileMetaData,
  names: readonly string[] | undefined,
): Promise<ReadonlyMap<string, unknown[]>> {
  // No column begins before all have been found: what throws in between would
  // leave those behind whose failures nobody hears.
  let found = Promise.withResolvers<void>();
  const options = {
    file: {
      byteLength: first + bytes.length,
      slice: async (start: number, end: number = first + bytes.length) => {
        await found.promise;
        return exactBuffer(bytes.subarray(start - first, end - first));
      },
    },
    utf8: false,
    compressors: {
      ...await compressorsFor(metadata),
      ...await snappyFor(metadata, names),
    },
  };
  const plan = { metadata, rowStart: 0, fetches: [], groups: [] };
  const schema = parquetSchema(metadata);
  const columns = new Map<string, unknown[]>();
  for (const group of metadata.row_groups) {
    found = Promise.withResolvers();
    const read = readRowGroup(options, plan, wholeGroup(group, names));
    found.resolve();
    // All of them end before the first one that failed is told of.
    await Promise.allSettled(read.asyncColumns.map(({ data }) => data));
    for (const column of assembleAsync(read, schema).asyncColumns) {
      const [name = ""] = column.pathInSchema;
      const values = columns.get(name) ?? [];
      columns.set(name, values);
      for (const page of (await column.data).data) {
        for (const value of page) values.push(value);
      }
    }
  }
  for (const [name, { length }] of columns) {
    if (length === Number(metadata.num_rows)) continue;
    throw new RangeError(`column ${name} has ${length} values`);
  }
  return columns;
}

/** Every byte of every column of a row group, or of some of them. */
function wholeGroup(rowGroup: RowGroup, names?: readonly string[]): GroupPlan {
  const groupRows = Number(rowGroup.num_rows);
  const wanted = rowGroup.columns.filter(({ meta_data }) =>
    names?.includes(meta_data?.path_in_schema[0] ?? "") ?? true
  );
  const chunks = wanted.map(({ meta_data }) => {
    if (meta_data === undefined) throw new RangeError("a column has no place");
    const { dictionary_page_offset, data_page_offset } = meta_data;
    const startByte = Number(dictionary_page_offset || data_page_offset);
    const endByte = startByte + Number(meta_data.total_compressed_size);
    return { columnMetadata: meta_data, range: { startByte, endByte } };
  });
  const selection = { groupStart: 0, selectStart: 0, selectEnd: groupRows };
  return { chunks, rowGroup, groupRows, ...selection };
}

/** The library's Snappy is its own; other codecs are loaded when met. */
export async function compressorsFor(
  metadata: FileMetaData,
): Promise<Compressors> {
  const foreign = metadata.row_groups.some(({ columns }) =>
    columns.some(({ meta_data }) => {
      const codec = meta_data?.codec;
      return codec !== undefined && codec !== "SNAPPY" &&
        codec !== "UNCOMPRESSED";
    })
  );
  if (!foreign) return {};
  const { compressors } = await import("hyparquet-compressors");
  return compressors;
}

/** Before so many bytes, who unpacks Snappy faster isn't worth being loaded. */
const FEW_SNAPPY_BYTES = 2 * 1024 * 1024;

/** How many bytes of Snappy were unpacked by this process. */
let snappyBytes = 0;

/** What unpacks Snappy where there is much of it; the library's own elsewhere. */
async function snappyFor(
  { row_groups }: FileMetaData,
  names: readonly string[] | undefined,
): Promise<Compressors> {
  for (const { columns } of row_groups) {
    for (const { meta_data } of columns) {
      const isRead = names?.includes(meta_data?.path_in_schema[0] ?? "") ??
        true;
      if (!isRead || meta_data?.codec !== "SNAPPY") continue;
      snappyBytes += Number(meta_data.total_compressed_size);
    }
  }
  return snappyBytes < FEW_SNAPPY_BYTES ? {} : { SNAPPY: await fastSnappy() };
}

/**
 * Loads what unpacks blocks of Snappy by WebAssembly, in half the time: that costs
 * as much as to unpack two megabytes without it.
 *
 * @returns Unpacks a block that has to become so many bytes; throws when it is no
 *   such block, or one of another length.
 */
export async function fastSnappy(): Promise<
  (packed: Uint8Array, sizeBytes: number) => Uint8Array
> {
  const { compressors: { SNAPPY: unpack } } = await import(
    "hyparquet-compressors"
  );
  invariant(unpack !== undefined, "the package has Snappy");
  return (packed, sizeBytes) => {
    // It trusts the length in the block, and we give it memory for ours.
    if (snappyLength(packed) === sizeBytes) return unpack(packed, sizeBytes);
    throw new RangeError(`a Snappy block has not the ${sizeBytes} bytes`);
  };
}

/** The length that a block begins with: seven bits a byte, the lowest first. */
function snappyLength(packed: Uint8Array): number {
  let length = 0;
  for (const [i, byte] of packed.subarray(0, 5).entries()) {
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) break;
  }
  return length;
}

/** The library takes buffers, not views of them. */
function exactBuffer(bytes: Bytes): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes;
  return byteLength === buffer.byteLength
    ? buffer
    : buffer.slice(byteOffset, byteOffset + byteLength);
}
