/**
 * How rows of commands are written.
 *
 * @module
 */

/** How rows are written. */
export type Format =
  | "table"
  | "tsv"
  | "csv"
  | "json"
  | "ndjson"
  | "markdown"
  | "arrow"
  | "parquet"
  | "chart";
