/**
 * The rows inside the rows: a table whose cells hold Arrow IPC streams, read
 * as the table that these streams are.
 *
 * ```text
 * outer row   …, content = Arrow IPC stream of n inner rows
 * read        n rows: the columns of the stream that were asked for, and the
 *             outer row that they come from
 * ```
 *
 * @module
 */
import { type Cell, type ColumnSpec, decodeBatch } from "./arrow.ts";
import type { Record } from "./record.ts";

/** What of the inner rows is read. */
export interface ByteStreamOptions {
  /** The names of the columns, at least one; all when left out. */
  readonly columns?: readonly string[];
  /** Outer rows for which it is false are not decoded. */
  readonly filter?: (row: Record) => boolean;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

/** The inner rows of one outer row. */
export interface ByteStreamBatch {
  /** The outer row. */
  readonly record: Record;
  /** How many inner rows. */
  readonly numRows: number;
  /** The values, column by column, in the order asked for. */
  readonly columns: readonly (readonly Cell[])[];
}

/** A row that holds a stream, and the file that it comes from. */
export interface StreamRow {
  /** The row. */
  readonly record: Record;
  /** The file, for errors. */
  readonly source: string;
  /** Whether the log says the file's digest, against which it was checked. */
  readonly hasDigest: boolean;
}

/** A table of what the streams of other rows hold. */
export class ByteStreamTable {
  /** All columns that it can have. */
  readonly schema: readonly ColumnSpec[];
  readonly #rows: () => AsyncIterable<StreamRow>;

  /**
   * Makes a table.
   *
   * @param schema The columns of the streams; one that a stream lacks reads as
   *   nulls.
   * @param rows The outer rows, anew for each scan.
   */
  constructor(
    schema: readonly ColumnSpec[],
    rows: () => AsyncIterable<StreamRow>,
  ) {
    this.schema = schema;
    this.#rows = rows;
  }

  /**
   * Reads the inner rows, in the order of the outer ones.
   *
   * @throws {RangeError} For no column, or one that isn't in the schema.
   * @throws {IntegrityError} When a cell holds no such stream.
   */
  async *scan(
    options: ByteStreamOptions = {},
  ): AsyncGenerator<ByteStreamBatch> {
    const { filter, signal } = options;
    const specs = this.#specs(options.columns);
    for await (const { record, source } of this.#rows()) {
      signal?.throwIfAborted();
      if (filter?.(record) === false) continue;
      const columns = decodeBatch(specs, record.content, source);
      yield { record, columns, numRows: columns[0]?.length ?? 0 };
    }
  }

  #specs(names: readonly string[] | undefined): readonly ColumnSpec[] {
    if (names?.length === 0) throw new RangeError("Cannot read no column");
    return names?.map((name) => {
      const spec = this.schema.find((spec) => spec.name === name);
      if (spec !== undefined) return spec;
      throw new RangeError(`Cannot read the column ${name}: there is none`);
    }) ?? this.schema;
  }
}
