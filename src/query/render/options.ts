/**
 * How rows are written.
 *
 * @module
 */
import type {
  QueryBatch,
  QueryColumn,
  QueryValue,
} from "../../tinylogfs/mod.ts";

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

/** Where a file is at the other end. */
export const TO_FILE: Omit<RenderOptions, "format"> = {
  isTerminal: false,
  width: 80,
  color: false,
  header: true,
};

/** Turns rows into bytes, piece by piece. */
export type Renderer = (
  columns: readonly QueryColumn[],
  batches: AsyncIterable<QueryBatch>,
  options: RenderOptions,
) => AsyncIterable<Uint8Array>;

/** The rows of batches, one after the other, for formats that are text. */
export async function* rowsOf(
  batches: AsyncIterable<QueryBatch>,
): AsyncGenerator<readonly QueryValue[]> {
  for await (const { columns, numRows, values } of batches) {
    const isFloat = columns.map(({ type }) => type === "FLOAT");
    for (let row = 0; row < numRows; row++) {
      yield values.map((column, i) => {
        const value = column[row] ?? null;
        return isFloat[i] && typeof value === "number"
          ? shortFloat(value)
          : value;
      });
    }
  }
}

/** The number of fewest digits that is the same one in 32 bits: 0.1. */
function shortFloat(value: number): number {
  // Negative zero is one: it would lose its sign.
  if (Number.isInteger(value)) return value;
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}
