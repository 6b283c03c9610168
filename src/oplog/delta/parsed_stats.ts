/**
 * Statistics that a checkpoint has as a struct, as JSON.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoint-format}
 * @module
 */
import type { DataStruct } from "../data_type.ts";
import { type FileBytes, ParquetFile } from "../parquet/file.ts";
import { inferType } from "../parquet/infer.ts";
import type { ParquetNode } from "../parquet/schema_tree.ts";
import { fieldOf, STATS_PARSED } from "./checkpoint_columns.ts";
import { statsText } from "./stats_text.ts";

const BATCH_ROWS = 1024;

/**
 * Reads them, row by row.
 *
 * @param bytes The file.
 * @param node Its node `add.stats_parsed`.
 * @throws {IntegrityError} When the file is damaged.
 */
export async function parsedStats(
  bytes: FileBytes,
  node: ParquetNode,
): Promise<readonly (string | undefined)[]> {
  const type = inferType(node);
  if (type === undefined) return [];
  const add = {
    kind: "struct",
    fields: [fieldOf(STATS_PARSED, type)],
  } as const;
  const file = await ParquetFile.open(bytes);
  const texts: (string | undefined)[] = [];
  const batches = file.rows({
    fields: [fieldOf("add", add)],
    mapping: "name",
    batchRows: BATCH_ROWS,
    signal: undefined,
  });
  for await (const { values: [adds = []] } of batches) {
    for (const add of adds) {
      const parsed = (add as DataStruct | null)?.[STATS_PARSED] ?? null;
      texts.push(parsed === null ? undefined : statsText(type, parsed));
    }
  }
  return texts;
}
