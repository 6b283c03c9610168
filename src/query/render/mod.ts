/**
 * Rows as text and as files: one renderer for every command that has rows.
 *
 * @module
 */
import type { QueryBatch, QueryColumn } from "../../tinylogfs/mod.ts";
import type { Renderer, RenderOptions, RowFormat } from "./options.ts";

export {
  FORMATS,
  type RenderOptions,
  type RowFormat,
  TO_FILE,
} from "./options.ts";

/** Each format's renderer is loaded when it is asked for. */
const RENDERERS: Readonly<Record<RowFormat, () => Promise<Renderer>>> = {
  table: async () => (await import("./table.ts")).renderTable,
  tsv: async () => (await import("./delimited.ts")).renderTsv,
  csv: async () => (await import("./delimited.ts")).renderCsv,
  json: async () => (await import("./json.ts")).renderJson,
  ndjson: async () => (await import("./json.ts")).renderNdjson,
  markdown: async () => (await import("./markdown.ts")).renderMarkdown,
  arrow: async () => (await import("./arrow.ts")).renderArrow,
  parquet: async () => (await import("./parquet.ts")).renderParquet,
  chart: async () => (await import("./chart.ts")).renderChart,
};

/**
 * Writes rows.
 *
 * @param columns The columns.
 * @param batches The rows, as they come.
 * @returns Bytes, as they are made; text formats end with a line break.
 */
export async function* renderRows(
  columns: readonly QueryColumn[],
  batches: AsyncIterable<QueryBatch>,
  options: RenderOptions,
): AsyncGenerator<Uint8Array> {
  const render = await RENDERERS[options.format]();
  yield* render(columns, batches, options);
}
