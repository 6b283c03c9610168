/**
 * An Arrow IPC stream, written a record batch at a time.
 *
 * @module
 */
import { ArrowWriteStream } from "../../oplog/mod.ts";
import { typedColumns, typedGroups } from "./cells.ts";
import type { Renderer } from "./options.ts";

/** Rows in a record batch. */
const BATCH_ROWS = 16_384;

/** Writes a stream. */
export const renderArrow: Renderer = async function* (columns, batches) {
  const typed = typedColumns(columns);
  const stream = new ArrowWriteStream(typed);
  for await (const group of typedGroups(typed, batches, BATCH_ROWS)) {
    yield stream.append(group);
  }
  yield stream.finish();
};
