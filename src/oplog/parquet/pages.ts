/**
 * The pages of a column: bytes to levels and values, as they are stored.
 *
 * ```text
 * column chunk   [dictionary page] data page …
 * data page v1   repetition levels, definition levels, values: compressed
 * data page v2   repetition levels, definition levels; values: compressed
 * ```
 *
 * Nothing that a page says of its sizes is believed before it is bounded.
 *
 * @see {@link https://parquet.apache.org/docs/file-format/data-pages/}
 * @module
 */
import { parquetHeader } from "hyparquet/src/column.js";
import { decompressPage } from "hyparquet/src/datapage.js";
import { crc32 } from "../../bytes.ts";
import type { Compressors } from "../parquet.ts";
import { bitWidthOf, decodeRle } from "./rle.ts";
import type { ParquetNode } from "./schema_tree.ts";
import { decodeValues, type Encoded } from "./encodings.ts";

/** A column of one row group, in memory. */
export interface ColumnChunk {
  /** Its pages. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The column. */
  readonly node: ParquetNode;
  /** How its pages are compressed. */
  readonly codec: Parameters<typeof decompressPage>[2];
  /** Decompresses what the library's own codecs don't. */
  readonly compressors: Compressors;
  /** How many values it has, nulls and empty lists included. */
  readonly numValues: number;
}

/** A data page, decoded. */
export interface Page<T> {
  /** Definition levels; none where every value is there. */
  readonly definitions: Uint8Array | undefined;
  /** Repetition levels; none where nothing is repeated. */
  readonly repetitions: Uint8Array | undefined;
  /** The values that are there. */
  readonly values: ArrayLike<T>;
  /** How many places the page has: values, nulls and empty lists. */
  readonly numValues: number;
}

/** Makes values of the stored ones of a page. */
export type ValuesDecoder<T> = (
  page: Uint8Array,
  encoded: Encoded,
) => ArrayLike<T>;

/** A page of more is no page that a writer makes. */
const MAX_PAGE_BYTES = 1024 * 1024 * 1024;
const MAX_PAGE_VALUES = 64 * 1024 * 1024;

/** What stands before the bytes of a page. */
export type Header = ReturnType<typeof parquetHeader>;

/** The page types that there are, as headers name them. */
const PAGE_TYPES: readonly string[] = [
  "DATA_PAGE",
  "INDEX_PAGE",
  "DICTIONARY_PAGE",
  "DATA_PAGE_V2",
];

/**
 * Decodes the header of a page.
 *
 * @param bytes What begins with it.
 * @returns The header, and how many bytes it has.
 * @throws {RangeError} When there is none.
 */
export function headerAt(
  bytes: Uint8Array<ArrayBuffer>,
): { readonly header: Header; readonly length: number } {
  const { buffer, byteOffset, byteLength } = bytes;
  const view = new DataView(buffer, byteOffset, byteLength);
  const reader = { view, offset: 0 };
  const header = parquetHeader(reader);
  const { compressed_page_size: stored, uncompressed_page_size: full } = header;
  const isHeader = PAGE_TYPES.includes(header.type) && stored >= 0 &&
    full >= 0 && full <= MAX_PAGE_BYTES;
  if (!isHeader) throw new RangeError("there is no header of a page");
  return { header, length: reader.offset };
}

/** Reads the data pages of a chunk, one after the other. */
export class PageReader<T> {
  readonly #chunk: ColumnChunk;
  readonly #decode: ValuesDecoder<T> | undefined;
  readonly #reader: { view: DataView<ArrayBuffer>; offset: number };
  #dictionary: ArrayLike<T> | undefined;
  #left: number;

  /** @param decode Makes values of what is stored; only levels without it. */
  constructor(chunk: ColumnChunk, decode: ValuesDecoder<T> | undefined) {
    const { buffer, byteOffset, byteLength } = chunk.bytes;
    this.#chunk = chunk;
    this.#decode = decode;
    this.#reader = {
      view: new DataView(buffer, byteOffset, byteLength),
      offset: 0,
    };
    this.#left = chunk.numValues;
  }

  /** The next page; `undefined` after the last one. */
  next(): Page<T> | undefined {
    while (this.#left > 0) {
      const header = parquetHeader(this.#reader);
      const bytes = this.#take(header.compressed_page_size);
      requireIntact(bytes, header.crc);
      if (header.type === "DICTIONARY_PAGE") {
        this.#readDictionary(header, bytes);
      } else if (header.type === "DATA_PAGE") {
        return this.#readV1(header, bytes);
      } else if (header.type === "DATA_PAGE_V2") {
        return this.#readV2(header, bytes);
      }
    }
    return undefined;
  }

  #take(length: number): Uint8Array<ArrayBuffer> {
    const { offset } = this.#reader;
    const { bytes } = this.#chunk;
    if (!(length >= 0 && length <= bytes.length - offset)) {
      throw new RangeError(`a page of ${length} bytes is cut off`);
    }
    this.#reader.offset += length;
    return bytes.subarray(offset, offset + length);
  }

  #readDictionary(header: Header, bytes: Uint8Array): void {
    if (this.#decode === undefined) return;
    const { node } = this.#chunk;
    const page = this.#decompress(bytes, header.uncompressed_page_size);
    const count = header.dictionary_page_header?.num_values ?? 0;
    this.#dictionary = this.#decode(page, {
      encoding: "PLAIN",
      count: bounded(count, MAX_PAGE_VALUES, "values in a dictionary"),
      element: node.element,
    });
  }

  #readV1(header: Header, bytes: Uint8Array): Page<T> {
    const { data_page_header: data } = header;
    if (data === undefined) throw new RangeError("a page has no header");
    const count = this.#count(data.num_values);
    const { maxRepetition, maxDefinition } = this.#chunk.node;
    let page = this.#decompress(bytes, header.uncompressed_page_size);
    const levels = (max: number, encoding: string) => {
      if (max === 0) return undefined;
      if (encoding !== "RLE") throw new TypeError(`levels as ${encoding}`);
      const length = new DataView(page.buffer, page.byteOffset, page.length)
        .getUint32(0, true);
      const found = levelsOf(page.subarray(4, 4 + length), max, count);
      page = page.subarray(4 + length);
      return found;
    };
    const repetitions = levels(maxRepetition, data.repetition_level_encoding);
    const definitions = levels(maxDefinition, data.definition_level_encoding);
    const present = presentOf(definitions, maxDefinition, count);
    const values = this.#values(page, data.encoding, present);
    return { definitions, repetitions, values, numValues: count };
  }

  #readV2(header: Header, bytes: Uint8Array): Page<T> {
    const { data_page_header_v2: data } = header;
    if (data === undefined) throw new RangeError("a page has no header");
    const count = this.#count(data.num_values);
    const { maxRepetition, maxDefinition } = this.#chunk.node;
    const first = data.repetition_levels_byte_length;
    const second = data.definition_levels_byte_length;
    if (!(first >= 0 && second >= 0 && first + second <= bytes.length)) {
      throw new RangeError("the levels of a page are cut off");
    }
    const repetitions = maxRepetition === 0
      ? undefined
      : levelsOf(bytes.subarray(0, first), maxRepetition, count);
    const definitions = maxDefinition === 0
      ? undefined
      : levelsOf(bytes.subarray(first, first + second), maxDefinition, count);
    const stored = bytes.subarray(first + second);
    const size = header.uncompressed_page_size - first - second;
    const isCompressed = data.is_compressed !== false && stored.length > 0;
    const page = isCompressed ? this.#decompress(stored, size) : stored;
    const present = presentOf(definitions, maxDefinition, count);
    const values = this.#values(page, data.encoding, present);
    return { definitions, repetitions, values, numValues: count };
  }

  #count(count: number): number {
    bounded(count, Math.min(this.#left, MAX_PAGE_VALUES), "values in a page");
    this.#left -= count;
    return count;
  }

  #decompress(bytes: Uint8Array, size: number): Uint8Array {
    bounded(size, MAX_PAGE_BYTES, "bytes in a page");
    // The LZ4 of the library takes no empty block.
    if (size === 0) return new Uint8Array(0);
    const { codec, compressors } = this.#chunk;
    return decompressPage(bytes, size, codec, compressors);
  }

  #values(page: Uint8Array, encoding: string, count: number): ArrayLike<T> {
    if (this.#decode === undefined) return [];
    const { element } = this.#chunk.node;
    if (!encoding.endsWith("_DICTIONARY")) {
      return this.#decode(page, { encoding, count, element });
    }
    if (count === 0) return [];
    const dictionary = this.#dictionary;
    if (dictionary === undefined) {
      throw new RangeError("a dictionary is missing");
    }
    const indexes = new Int32Array(count);
    decodeRle(page.subarray(1), page[0] ?? 0, indexes);
    const values = new Array<T>(count);
    for (let i = 0; i < count; i++) {
      const index = indexes[i] ?? -1;
      if (index < 0 || index >= dictionary.length) {
        throw new RangeError(`a dictionary has no value ${index}`);
      }
      values[i] = dictionary[index] as T;
    }
    return values;
  }
}

/**
 * Decodes value by value.
 *
 * @param convert Makes a value of what is stored.
 */
export function converting<T>(
  convert: (raw: unknown) => T,
): ValuesDecoder<T> {
  return (page, encoded) => {
    const raw = decodeValues(page, encoded);
    const values = new Array<T>(raw.length);
    for (let i = 0; i < values.length; i++) values[i] = convert(raw[i]);
    return values;
  };
}

function levelsOf(bytes: Uint8Array, max: number, count: number): Uint8Array {
  const levels = new Uint8Array(count);
  decodeRle(bytes, bitWidthOf(max), levels);
  return levels;
}

function presentOf(
  definitions: Uint8Array | undefined,
  max: number,
  count: number,
): number {
  if (definitions === undefined) return count;
  let present = 0;
  for (let i = 0; i < count; i++) if (definitions[i] === max) present++;
  return present;
}

/**
 * Many writers note the CRC-32 of a page: what it finds is never believed.
 *
 * @throws {RangeError} When it is wrong.
 */
export function requireIntact(
  bytes: Uint8Array,
  crc: number | undefined,
): void {
  if (crc === undefined || crc >>> 0 === crc32(bytes)) return;
  throw new RangeError("the CRC-32 of a page is wrong");
}

function bounded(value: number, limit: number, what: string): number {
  if (value >= 0 && value <= limit) return value;
  throw new RangeError(`${value} ${what}, where there are at most ${limit}`);
}
