/**
 * The footer of a Parquet file: what is in it, and where.
 *
 * ```text
 * "PAR1" column chunks … footer, its length in four bytes, "PAR1"
 * ```
 *
 * @see {@link https://parquet.apache.org/docs/file-format/}
 * @module
 */
import { parquetMetadata } from "hyparquet/src/metadata.js";
import { type Bytes, decodeUtf8 } from "../../bytes.ts";
import { IntegrityError, PondError } from "../../errors.ts";
import type { Compressors } from "../parquet.ts";
import type { ColumnChunk } from "./pages.ts";
import type { ParquetNode } from "./schema_tree.ts";

/** What a footer says. */
export type FileMetaData = ReturnType<typeof parquetMetadata>;
/** What it says of a row group. */
export type RowGroup = FileMetaData["row_groups"][number];

/** The bytes of a file, read where they are needed. */
export interface FileBytes {
  /** Where they come from, for errors. */
  readonly path: string;
  /** How many. */
  readonly sizeBytes: number;
  /** Reads a part of them. */
  read(offset: number, length: number): Promise<Bytes>;
}

/** Where a column of a row group is in its file. */
export interface ChunkPlace {
  /** The first byte. */
  readonly offset: number;
  /** How many. */
  readonly length: number;
  /** Makes the chunk of these bytes. */
  chunk(bytes: Bytes): ColumnChunk;
}

const TAIL_BYTES = 64 * 1024;
/** A footer with more is no footer that a writer makes. */
const MAX_FOOTER_BYTES = 256 * 1024 * 1024;
const MAGIC = "PAR1";
const ENCRYPTED_MAGIC = "PARE";

/**
 * Reads a file's footer.
 *
 * @throws {IntegrityError} When it is no Parquet file.
 * @throws {PondError} `UNSUPPORTED` when it is encrypted.
 */
export async function readFooter(bytes: FileBytes): Promise<FileMetaData> {
  const footer = await footerOf(bytes);
  return await guarded(
    bytes.path,
    () => parquetMetadata(footer, { geoparquet: false }),
  );
}

/** The file of a column. */
export interface ChunkSource extends Pick<FileBytes, "path" | "sizeBytes"> {
  /** What decompresses its pages. */
  readonly compressors: Compressors;
}

/**
 * Finds a column of a row group. Nothing that the footer says of it is believed
 * before it was checked.
 *
 * @throws {IntegrityError} When it isn't where the footer says.
 * @throws {PondError} `UNSUPPORTED` when it is encrypted, or compressed in a way
 *   that isn't known.
 */
export function placeOf(
  group: RowGroup,
  node: ParquetNode,
  { path, sizeBytes, compressors }: ChunkSource,
): ChunkPlace {
  const column = group.columns[node.leaf ?? -1];
  const meta = column?.meta_data;
  const name = node.path.join(".");
  if (column?.crypto_metadata || column?.encrypted_column_metadata) {
    throw unsupported(path, `the key of its column ${name}: it is encrypted`);
  }
  if (column?.file_path || meta === undefined) {
    throw new IntegrityError(path, `its column ${name} is not in it`);
  }
  if (meta.path_in_schema.join(".") !== name) {
    throw new IntegrityError(path, `its column ${name} is another`);
  }
  const data = Number(meta.data_page_offset);
  const dictionary = Number(meta.dictionary_page_offset ?? 0n);
  const offset = dictionary > 0 ? Math.min(dictionary, data) : data;
  const length = Number(meta.total_compressed_size);
  if (!(offset >= 0 && length >= 0 && offset + length <= sizeBytes)) {
    throw new IntegrityError(path, `its column ${name} ends beyond it`);
  }
  const { codec } = meta;
  const isKnown = codec === "UNCOMPRESSED" || codec === "SNAPPY" ||
    compressors[codec] !== undefined;
  if (!isKnown) throw unsupported(path, `the codec ${codec}`);
  const numValues = Number(meta.num_values);
  return {
    offset,
    length,
    chunk: (bytes) => ({ bytes, node, codec, compressors, numValues }),
  };
}

/** What a file requires, and we lack. */
export function unsupported(path: string, what: string): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot read ${path}: it requires ${what}`,
    { path, hint: "read this table with an engine that has it" },
  );
}

/** What the library throws at bytes that are no Parquet is damage. */
export async function guarded<T>(path: string, work: () => T): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof PondError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new IntegrityError(path, `it is no valid Parquet file: ${why}`, {
      cause,
    });
  }
}

async function footerOf(
  { path, sizeBytes, read }: FileBytes,
): Promise<ArrayBuffer> {
  const refuse = (problem: string) =>
    new IntegrityError(path, `it is no valid Parquet file: ${problem}`);
  if (sizeBytes < 12) throw refuse(`it has ${sizeBytes} bytes`);
  const tail = await read(
    Math.max(0, sizeBytes - TAIL_BYTES),
    Math.min(TAIL_BYTES, sizeBytes),
  );
  const magic = decodeUtf8(tail.subarray(-4));
  if (magic === ENCRYPTED_MAGIC) {
    throw unsupported(path, "its key: it is encrypted");
  }
  if (magic !== MAGIC || tail.length < 12) throw refuse("it has no footer");
  const view = new DataView(tail.buffer, tail.byteOffset, tail.length);
  const length = view.getUint32(tail.length - 8, true) + 8;
  if (length > sizeBytes - 4 || length > MAX_FOOTER_BYTES) {
    throw refuse(`its footer has ${length} bytes`);
  }
  const footer = length <= tail.length
    ? tail.subarray(-length)
    : await read(sizeBytes - length, length);
  return footer.slice().buffer;
}
