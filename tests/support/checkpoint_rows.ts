/**
 * The actions of a checkpoint's Parquet file, by the reader that reads the rows
 * of any file one value after the other: slow, and with nothing in common with
 * the way that checkpoints are read.
 *
 * @module
 */
import type { Bytes } from "../../src/bytes.ts";
import type { DataType, DataValue } from "../../src/oplog/data_type.ts";
import { type Action, actionFrom } from "../../src/oplog/delta/actions.ts";
import { COLUMNS } from "../../src/oplog/delta/checkpoint_columns.ts";
import { openBytes } from "../../src/oplog/delta/checkpoint_file.ts";
import { ParquetFile } from "../../src/oplog/parquet/file.ts";

/** Reads the actions, in the order of the rows. */
export async function actionsRowByRow(
  bytes: Bytes,
  path: string,
): Promise<Action[]> {
  const file = await ParquetFile.open(openBytes(path, bytes));
  const actions: Action[] = [];
  const batches = file.rows({
    fields: COLUMNS,
    mapping: "name",
    batchRows: 100,
    signal: undefined,
  });
  for await (const { numRows, values } of batches) {
    for (let i = 0; i < numRows; i++) {
      const row = Object.fromEntries(COLUMNS.map(({ name, type }, column) => [
        name,
        plainOf(type, values[column]?.[i] ?? null),
      ]));
      actions.push(...[actionFrom(row, path) ?? []].flat());
    }
  }
  return actions;
}

/** A value as JSON would have it: maps are objects. */
function plainOf(type: DataType, value: DataValue): unknown {
  if (type.kind === "map" && Array.isArray(value)) {
    return Object.fromEntries(value);
  }
  if (type.kind !== "struct" || value === null) return value;
  const members = new Map(Object.entries(value));
  return Object.fromEntries(
    type.fields.map((
      { name, type },
    ) => [name, plainOf(type, members.get(name) ?? null)]),
  );
}
