/**
 * An Arrow IPC stream.
 *
 * @module
 */
import {
  type ArrowColumn,
  encodeArrow,
  type TypedCell,
} from "../../oplog/mod.ts";
import type { QueryBatch, QueryColumn } from "../../tinylogfs/mod.ts";
import { kindOf } from "../sql_type.ts";
import { typedCell } from "./cells.ts";
import type { Renderer } from "./options.ts";

/** Writes one stream when all rows are there. */
export const renderArrow: Renderer = async function* (columns, batches) {
  const values = await collect(columns, batches);
  yield encodeArrow(columns.map(({ name, type }, i): ArrowColumn => ({
    name,
    kind: kindOf(type),
    values: values[i] ?? [],
  })));
};

async function collect(
  columns: readonly QueryColumn[],
  batches: AsyncIterable<QueryBatch>,
): Promise<TypedCell[][]> {
  const kinds = columns.map(({ type }) => kindOf(type));
  const collected = kinds.map((): TypedCell[] => []);
  for await (const batch of batches) {
    kinds.forEach((kind, i) => {
      for (const value of batch.values[i] ?? []) {
        collected[i]?.push(typedCell(value, kind));
      }
    });
  }
  return collected;
}
