/**
 * A Parquet file, written a row group at a time.
 *
 * @module
 */
import { ParquetWriteStream } from "../../oplog/mod.ts";
import { typedColumns, typedGroups } from "./cells.ts";
import type { Renderer } from "./options.ts";

/** Rows in a row group: DuckDB's own default. */
const ROW_GROUP_ROWS = 122_880;

/** Writes a file, with Snappy. */
export const renderParquet: Renderer = async function* (columns, batches) {
  const typed = typedColumns(columns);
  const file = await ParquetWriteStream.open(typed);
  for await (const group of typedGroups(typed, batches, ROW_GROUP_ROWS)) {
    yield file.append(group);
  }
  yield file.finish();
};
