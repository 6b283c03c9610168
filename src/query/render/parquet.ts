/**
 * A Parquet file, written a row group at a time.
 *
 * @module
 */
import { ParquetWriteStream, type TypedCell } from "../../oplog/mod.ts";
import { kindOf } from "../sql_type.ts";
import { typedCell } from "./cells.ts";
import type { Renderer } from "./options.ts";

/** Rows in a row group: DuckDB's own default. */
const ROW_GROUP_ROWS = 122_880;

/** Writes a file, with Snappy. */
export const renderParquet: Renderer = async function* (columns, batches) {
  const kinds = columns.map(({ type }) => kindOf(type));
  const file = await ParquetWriteStream.open(
    columns.map(({ name }, i) => ({
      name,
      kind: kinds[i] ?? { kind: "text" },
    })),
  );
  let group = kinds.map((): TypedCell[] => []);
  for await (const batch of batches) {
    kinds.forEach((kind, i) => {
      for (const value of batch.values[i] ?? []) {
        group[i]?.push(typedCell(value, kind));
      }
    });
    if ((group[0]?.length ?? 0) < ROW_GROUP_ROWS) continue;
    yield file.append(group);
    group = kinds.map(() => []);
  }
  yield file.append(group);
  yield file.finish();
};
