/**
 * Answers of a pond as a format writes them.
 *
 * @module
 */
import { concatBytes, decodeUtf8 } from "../../src/bytes.ts";
import {
  type RenderOptions,
  renderRows,
  type RowFormat,
} from "../../src/query/mod.ts";
import type {
  QueryBatch,
  QueryColumn,
  QueryValue,
} from "../../src/tinylogfs/mod.ts";
import type { QueryScratch } from "./scratch.ts";

/** A pipe, unless something else is said. */
export type Target = Partial<Omit<RenderOptions, "format">>;

/** A terminal of 80 columns, without colours. */
export const TERMINAL: Target = { isTerminal: true };

/** Renders the answer to a query. */
export async function renderedBytes(
  scratch: QueryScratch,
  sql: string,
  format: RowFormat,
  target: Target = {},
): Promise<Uint8Array<ArrayBuffer>> {
  await using result = await scratch.fs.queryHistory(sql);
  return await bytesOf(result.columns, result, format, target);
}

/** Renders the answer to a query as text. */
export async function renderedText(
  scratch: QueryScratch,
  sql: string,
  format: RowFormat,
  target: Target = {},
): Promise<string> {
  return decodeUtf8(await renderedBytes(scratch, sql, format, target));
}

/** Renders rows that come from nowhere, as text. */
export async function rowsText(
  columns: readonly QueryColumn[],
  rows: readonly (readonly QueryValue[])[],
  format: RowFormat,
  target: Target = {},
): Promise<string> {
  const batch: QueryBatch = {
    columns,
    numRows: rows.length,
    values: columns.map((_, i) => rows.map((row) => row[i] ?? null)),
  };
  const batches = async function* () {
    if (rows.length > 0) yield await Promise.resolve(batch);
  };
  return decodeUtf8(await bytesOf(columns, batches(), format, target));
}

async function bytesOf(
  columns: readonly QueryColumn[],
  batches: AsyncIterable<QueryBatch>,
  format: RowFormat,
  target: Target,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  const pieces = renderRows(columns, batches, {
    format,
    isTerminal: false,
    width: 80,
    color: false,
    header: true,
    ...target,
  });
  for await (const chunk of pieces) chunks.push(chunk);
  return concatBytes(chunks);
}
