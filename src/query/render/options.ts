/**
 * How rows are written.
 *
 * @module
 */
import type { QueryBatch, QueryColumn } from "../../tinylogfs/mod.ts";

/** Every format of rows. */
export const FORMATS = [
  "table",
  "tsv",
  "csv",
  "json",
  "ndjson",
  "markdown",
  "arrow",
  "parquet",
  "chart",
] as const;

/** A format of rows. */
export type RowFormat = typeof FORMATS[number];

/** What a renderer needs to know of where its output goes. */
export interface RenderOptions {
  /** The format. */
  readonly format: RowFormat;
  /** Whether a person's terminal is at the other end. */
  readonly isTerminal: boolean;
  /** Its width in columns. */
  readonly width: number;
  /** Whether colours are wanted. */
  readonly color: boolean;
  /** Whether delimited text begins with the names of the columns. */
  readonly header: boolean;
}

/** Turns rows into bytes, piece by piece. */
export type Renderer = (
  columns: readonly QueryColumn[],
  batches: AsyncIterable<QueryBatch>,
  options: RenderOptions,
) => AsyncIterable<Uint8Array>;

/** The rows of batches, one after the other. */
export async function* rowsOf(
  batches: AsyncIterable<QueryBatch>,
): AsyncGenerator<readonly QueryBatch["values"][number][number][]> {
  for await (const { numRows, values } of batches) {
    for (let row = 0; row < numRows; row++) {
      yield values.map((column) => column[row] ?? null);
    }
  }
}
