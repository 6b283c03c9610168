/**
 * Rows of a Parquet file of any writer, a batch at a time. In memory are the
 * compressed columns of one row group, a page of each, and the batch.
 *
 * @see {@link https://github.com/apache/parquet-format}
 * @module
 */
import { IntegrityError } from "../../errors.ts";
import type { DataField, DataValue } from "../data_type.ts";
import { type Compressors, compressorsFor } from "../parquet.ts";
import { Binder, type FieldMapping } from "./assemble.ts";
import type { ColumnCursor } from "./cursor.ts";
import {
  type FileBytes,
  type FileMetaData,
  guarded,
  placeOf,
  readFooter,
  type RowGroup,
} from "./footer.ts";
import { type ParquetNode, schemaTree } from "./schema_tree.ts";
import type { FileConventions } from "./values.ts";

export type { FileBytes };

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
    const metadata = await readFooter(bytes);
    return await guarded(bytes.path, () => new ParquetFile(bytes, metadata));
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
    const place = placeOf(group, node, { path, sizeBytes, compressors });
    const { offset, length } = place;
    const bytes = await this.#bytes.read(offset, length);
    if (bytes.length !== length) {
      const name = node.path.join(".");
      throw new IntegrityError(path, `its column ${name} is cut off`);
    }
    await guarded(path, () => cursor.open(place.chunk(bytes)));
  }
}

function valuesOf(read: () => DataValue, numRows: number): DataValue[] {
  const values = new Array<DataValue>(numRows);
  for (let row = 0; row < numRows; row++) values[row] = read();
  return values;
}

/** Spark notes that it wrote dates as versions before 3 did. */
function conventionsOf({ key_value_metadata }: FileMetaData): FileConventions {
  const keys = new Set(key_value_metadata?.map(({ key }) => key));
  return {
    julianDates: keys.has("org.apache.spark.legacyDateTime"),
    julianInt96: keys.has("org.apache.spark.legacyINT96"),
  };
}
