/**
 * Data files: records as rows of a Parquet file.
 *
 * ```text
 * part_id     STRING      not in the hive layout, where it's the partition
 * timestamp   INT64       microseconds since the epoch, UTC
 * version     INT64
 * content     BYTE_ARRAY  Arrow IPC stream of OplogEntry
 * ```
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import { IntegrityError } from "../errors.ts";
import type { AddFile } from "./delta/mod.ts";
import { formatStats } from "./delta/stats.ts";
import { decodeParquet, encodeParquet, type ParquetColumn } from "./parquet.ts";
import type { Record } from "./record.ts";

/**
 * Encodes records.
 *
 * @param withPartId Whether the partition is a column.
 */
export function encodeRecords(
  records: readonly Record[],
  withPartId: boolean,
): Promise<Bytes> {
  const columns: ParquetColumn[] = [
    {
      name: "timestamp",
      type: "INT64",
      values: records.map((r) => BigInt(r.timestampUs)),
    },
    {
      name: "version",
      type: "INT64",
      values: records.map((r) => BigInt(r.version)),
    },
    {
      name: "content",
      type: "BYTE_ARRAY",
      values: records.map((r) => r.content),
    },
  ];
  const partId: ParquetColumn = {
    name: "part_id",
    type: "STRING",
    values: records.map((r) => r.partId),
  };
  return encodeParquet(withPartId ? [partId, ...columns] : columns);
}

/**
 * Decodes records.
 *
 * @param bytes The file, after its digest was checked.
 * @param add What the log says of it.
 * @param source Its path, for errors.
 * @throws {IntegrityError} When its rows are no records.
 */
export async function decodeRecords(
  bytes: Bytes,
  add: AddFile,
  source: string,
): Promise<Record[]> {
  const table = await decodeParquet(bytes, { source });
  const hive = add.partitionValues.part_id;
  const timestamps = table.column("timestamp");
  const versions = table.column("version");
  const contents = table.column("content");
  const partIds = typeof hive === "string"
    ? undefined
    : table.column("part_id");
  return Array.from({ length: table.numRows }, (_, i): Record => {
    const partId = partIds === undefined ? hive : partIds[i];
    const content = contents[i];
    const timestamp = timestamps[i];
    const version = versions[i];
    if (
      typeof partId !== "string" || typeof timestamp !== "bigint" ||
      typeof version !== "bigint" || !(content instanceof Uint8Array)
    ) throw new IntegrityError(source, `row ${i} is no record of a pond`);
    return {
      partId,
      timestampUs: Number(timestamp),
      version: Number(version),
      content: content as Bytes,
    };
  });
}

/** Statistics of all columns but the content. */
export function statsOf(
  records: readonly Record[],
  withPartId: boolean,
): string {
  return formatStats(records.length, {
    ...(withPartId ? { part_id: records.map((r) => r.partId) } : {}),
    timestamp: records.map((r) => r.timestampUs),
    version: records.map((r) => r.version),
  });
}
