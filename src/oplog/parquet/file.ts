/**
 * Rows of a Parquet file of any writer, a batch at a time. In memory are the
 * compressed columns of one row group, a page of each, and the batch.
 *
 * @see {@link https://github.com/apache/parquet-format}
 * @module
 */
import { parquetMetadata } from "hyparquet/src/metadata.js";
import { type Bytes, decodeUtf8 } from "../../bytes.ts";
import { IntegrityError, PondError } from "../../errors.ts";
import type { DataField, DataValue } from "../data_type.ts";
import { type Compressors, compressorsFor } from "../parquet.ts";
import { Binder, type FieldMapping } from "./assemble.ts";
import type { ColumnCursor } from "./cursor.ts";
import { type ParquetNode, schemaTree } from "./schema_tree.ts";
import type { FileConventions } from "./values.ts";

type FileMetaData = ReturnType<typeof parquetMetadata>;
type RowGroup = FileMetaData["row_groups"][number];

/** The bytes of a file, read where they are needed. */
export interface FileBytes {
  /** Where they come from, for errors. */
  readonly path: string;
  /** How many. */
  readonly sizeBytes: number;
  /** Reads a part of them. */
  read(offset: number, length: number): Promise<Bytes>;
}

/** What to read of a file. */
export interface FileRowsOptions {
  /** The columns, in order; those that the file lacks read as nulls. */
  readonly fields: readonly DataField[];
  /** How they are found. */
  readonly mapping: FieldMapping;
  /** Rows in a batch, at most. */
  readonly batchRows: number;
  /** Ends the reading. */
  readonly signal: AbortSignal | undefined;
}

/** Rows of a file. */
export interface FileRows {
  /** The place of the first one in the file. */
  readonly start: number;
  /** How many. */
  readonly numRows: number;
  /** The values: one array for each column. */
  readonly values: readonly (readonly DataValue[])[];
}

const TAIL_BYTES = 64 * 1024;
/** A footer with more is no footer that a writer makes. */
const MAX_FOOTER_BYTES = 256 * 1024 * 1024;
const MAGIC = "PAR1";
const ENCRYPTED_MAGIC = "PARE";

/** A Parquet file that is open. */
export class ParquetFile {
  /** The columns. */
  readonly schema: ParquetNode;
  readonly #bytes: FileBytes;
  readonly #metadata: FileMetaData;

  private constructor(bytes: FileBytes, metadata: FileMetaData) {
    this.#bytes = bytes;
    this.#metadata = metadata;
    this.schema = schemaTree(metadata.schema);
  }

  /**
   * Reads a file's footer.
   *
   * @throws {IntegrityError} When it is no Parquet file.
   * @throws {PondError} `UNSUPPORTED` when it is encrypted.
   */
  static async open(bytes: FileBytes): Promise<ParquetFile> {
    const footer = await readFooter(bytes);
    return await guarded(bytes.path, () => {
      const metadata = parquetMetadata(footer, { geoparquet: false });
      return new ParquetFile(bytes, metadata);
    });
  }

  /**
   * Reads rows.
   *
   * @throws {IntegrityError} When the file is damaged, or holds other types.
   */
  async *rows(options: FileRowsOptions): AsyncGenerator<FileRows> {
    const { path } = this.#bytes;
    const { fields, mapping, batchRows, signal } = options;
    if (mapping === "id") this.#requireIds();
    const conventions = conventionsOf(this.#metadata);
    const binder = new Binder(mapping, conventions);
    const readers = await guarded(path, () => {
      const bound = fields.map((field) => binder.bind(field, this.schema));
      // The number of rows is believed when a column has as many.
      if (binder.cursors.length === 0) bound.push(binder.probe(this.schema));
      return bound;
    });
    const compressors = await compressorsFor(this.#metadata);
    let start = 0;
    for (const group of this.#metadata.row_groups) {
      const groupRows = Number(group.num_rows);
      for (const cursor of binder.cursors) {
        signal?.throwIfAborted();
        await this.#openColumn(group, cursor, compressors);
      }
      for (let done = 0; done < groupRows;) {
        signal?.throwIfAborted();
        const numRows = Math.min(batchRows, groupRows - done);
        const values = await guarded(path, () => {
          const columns = readers.map((read) => valuesOf(read, numRows));
          return columns.slice(0, fields.length);
        });
        yield { start: start + done, numRows, values };
        done += numRows;
      }
      if (binder.cursors.some((cursor) => !cursor.done)) {
        throw new IntegrityError(path, "a column goes on after its last row");
      }
      start += groupRows;
    }
  }

  /** Without any id, every column would be missing. */
  #requireIds(): void {
    const { schema } = this.#metadata;
    if (schema.some(({ field_id }) => field_id !== undefined)) return;
    throw new IntegrityError(
      this.#bytes.path,
      "its columns have no ids, by which the table reads them",
    );
  }

  async #openColumn(
    group: RowGroup,
    cursor: ColumnCursor,
    compressors: Compressors,
  ): Promise<void> {
    const { path, sizeBytes } = this.#bytes;
    const { node } = cursor;
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
    const bytes = await this.#bytes.read(offset, length);
    if (bytes.length !== length) {
      throw new IntegrityError(path, `its column ${name} is cut off`);
    }
    const { codec } = meta;
    const isKnown = codec === "UNCOMPRESSED" || codec === "SNAPPY" ||
      compressors[codec] !== undefined;
    if (!isKnown) throw unsupported(path, `the codec ${codec}`);
    const numValues = Number(meta.num_values);
    const chunk = { bytes, node, codec, compressors, numValues };
    await guarded(path, () => cursor.open(chunk));
  }
}

function valuesOf(read: () => DataValue, numRows: number): DataValue[] {
  const values = new Array<DataValue>(numRows);
  for (let row = 0; row < numRows; row++) values[row] = read();
  return values;
}

function unsupported(path: string, what: string): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot read ${path}: it requires ${what}`,
    { path, hint: "read this table with an engine that has it" },
  );
}

/** What the library throws at bytes that are no Parquet is damage. */
async function guarded<T>(path: string, work: () => T): Promise<T> {
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

async function readFooter(
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

/** Spark notes that it wrote dates as versions before 3 did. */
function conventionsOf({ key_value_metadata }: FileMetaData): FileConventions {
  const keys = new Set(key_value_metadata?.map(({ key }) => key));
  return {
    julianDates: keys.has("org.apache.spark.legacyDateTime"),
    julianInt96: keys.has("org.apache.spark.legacyINT96"),
  };
}
