/**
 * SQL over the files and the history of a pond, and rows as text and files.
 *
 * DuckDB is loaded by the first query, and by nothing else here.
 *
 * @module
 */
export type { SqlCompleter } from "./completer.ts";
export {
  type ColumnSummary,
  describeColumns,
  describeTimes,
  type TimeStep,
  type TimeSummary,
} from "./describe.ts";
export {
  engineVersion,
  lazyQueryRunner,
  openSqlCompleter,
} from "./lazy_runner.ts";
export {
  FORMATS,
  type RenderOptions,
  renderRows,
  type RowFormat,
  TO_FILE,
} from "./render/mod.ts";
export { diffRows, type RowDiffOptions, type SqlSource } from "./row_diff.ts";
export type { PondTable, TableColumn, TableParameter } from "./table.ts";
export { TABLES } from "./tables.ts";
