/**
 * The actions in a checkpoint's Parquet file, or in a sidecar's, of any writer.
 *
 * The columns are decoded each as a whole (`action_rows.ts` makes actions of
 * them). Statistics as a struct (`stats_parsed`) become JSON where there is none.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoint-schema}
 * @module
 */
import type { Bytes } from "../../bytes.ts";
import type { DataField } from "../data_type.ts";
import { compressorsFor } from "../parquet.ts";
import { GroupColumns } from "../parquet/columns.ts";
import {
  type ChunkSource,
  type FileBytes,
  type FileMetaData,
  guarded,
  readFooter,
} from "../parquet/footer.ts";
import {
  childNamed,
  type ParquetNode,
  schemaTree,
} from "../parquet/schema_tree.ts";
import { ActionRows, type TakenRows } from "./action_rows.ts";
import { COLUMNS, STATS_PARSED } from "./checkpoint_columns.ts";

/** What is read of a file. */
export interface CheckpointRange {
  /** The first row group; 0 when left out. */
  readonly first?: number;
  /** The row group behind the last one; to the end when left out. */
  readonly end?: number;
  /** The columns; those of a checkpoint when left out. */
  readonly columns?: readonly DataField[];
}

/** So many actions are in memory before they are taken over. */
const BATCH_ROWS = 16 * 1024;

/** A checkpoint file that is open, and in memory. */
export class CheckpointFile {
  /** What the footer says, by its keys. */
  readonly keyValues: ReadonlyMap<string, string>;
  /** How many row groups there are. */
  readonly numGroups: number;
  readonly #bytes: Bytes;
  readonly #source: ChunkSource;
  readonly #metadata: FileMetaData;
  readonly #schema: ParquetNode;
  #parsedStats: Promise<readonly (string | undefined)[]> | undefined;

  private constructor(
    bytes: Bytes,
    source: ChunkSource,
    metadata: FileMetaData,
  ) {
    this.#bytes = bytes;
    this.#source = source;
    this.#metadata = metadata;
    this.#schema = schemaTree(metadata.schema);
    this.numGroups = metadata.row_groups.length;
    const pairs = metadata.key_value_metadata ?? [];
    this.keyValues = new Map(pairs.map(({ key, value = "" }) => [key, value]));
  }

  /**
   * Reads the footer.
   *
   * @param bytes The whole file.
   * @param path Its path, for errors.
   * @throws {IntegrityError} When it is no Parquet file.
   */
  static async open(bytes: Bytes, path: string): Promise<CheckpointFile> {
    const metadata = await readFooter(openBytes(path, bytes));
    const compressors = await compressorsFor(metadata);
    const source = { path, sizeBytes: bytes.length, compressors };
    return await guarded(
      path,
      () => new CheckpointFile(bytes, source, metadata),
    );
  }

  /**
   * Reads the actions.
   *
   * @throws {IntegrityError} When the file is damaged, or holds other types.
   */
  async *rows(
    { first = 0, end = this.numGroups, columns = COLUMNS }: CheckpointRange =
      {},
  ): AsyncGenerator<TakenRows> {
    const { path } = this.#source;
    let start = 0;
    for (const [i, group] of this.#metadata.row_groups.entries()) {
      const numRows = Number(group.num_rows);
      if (i >= first && i < end && numRows > 0) {
        const rows = await guarded(path, () => {
          const values = new GroupColumns(this.#bytes, this.#source, group);
          const options = { fields: columns, source: path };
          return new ActionRows(values, this.#schema, options);
        });
        for (let row = 0; row < numRows; row += BATCH_ROWS) {
          const last = Math.min(numRows, row + BATCH_ROWS);
          const taken = await guarded(path, () => rows.take(row, last));
          yield await this.#withStats(taken, start);
        }
      }
      start += numRows;
    }
  }

  /** Puts statistics where there are some only as a struct. */
  async #withStats(taken: TakenRows, start: number): Promise<TakenRows> {
    const { actions, withoutStats } = taken;
    const add = childNamed(this.#schema, "add");
    const parsed = add && childNamed(add, STATS_PARSED);
    if (withoutStats.length === 0 || parsed === undefined) return taken;
    const { path } = this.#source;
    const { parsedStats } = await import("./parsed_stats.ts");
    this.#parsedStats ??= parsedStats(openBytes(path, this.#bytes), parsed);
    const texts = await this.#parsedStats;
    const withStats = [...actions];
    for (const { index, row } of withoutStats) {
      const action = actions[index];
      const stats = texts[start + row];
      if (action?.kind !== "add" || stats === undefined) continue;
      withStats[index] = { kind: "add", add: { ...action.add, stats } };
    }
    return { ...taken, actions: withStats };
  }
}

/** A file that is in memory. */
export function openBytes(path: string, bytes: Bytes): FileBytes {
  return {
    path,
    sizeBytes: bytes.length,
    read: (offset, length) =>
      Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}
