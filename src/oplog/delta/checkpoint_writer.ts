/**
 * Puts a checkpoint into a log.
 *
 * ```text
 *                                                     a crash before leaves
 * 1  put <version>.checkpoint.parquet                 nothing
 * 2  put _last_checkpoint                             a checkpoint found by listing
 * ```
 *
 * It gets its name when it is whole in the store: every reader believes what it
 * finds under that name. Two writers write the same: the last one's file stays.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoints}
 * @module
 */
import type { TableStore } from "../store/store.ts";
import { encodeCheckpoint } from "./checkpoint.ts";
import {
  checkpointFileName,
  LAST_CHECKPOINT,
  LOG_DIRECTORY,
} from "./log_path.ts";
import { RemoveGroups } from "./remove_groups.ts";
import { cutoffMs, fileRetentionMs } from "./retention.ts";
import type { TableState } from "./table_state.ts";

/** What a checkpoint is written of, and where. */
export interface CheckpointJob {
  /** Where the table is. */
  readonly store: TableStore;
  /** The present, milliseconds since the epoch. */
  readonly nowMs: number;
  /** The state. */
  readonly state: TableState;
  /** The digest of the commit of its version. */
  readonly digest: string;
}

/** What was encoded of a state, for as long as there is the state. */
const encodedOf = new WeakMap<TableState, RemoveGroups>();

/**
 * Writes a checkpoint. Files that were removed longer ago than the table keeps
 * them, to midnight UTC, are not in it.
 *
 * @returns Its size in bytes.
 */
export async function writeCheckpoint(
  { store, nowMs, state, digest }: CheckpointJob,
): Promise<number> {
  await state.expire(cutoffMs(nowMs, fileRetentionMs(state.metaData)));
  const removeGroups = encodedOf.get(state) ?? new RemoveGroups();
  encodedOf.set(state, removeGroups);
  const { bytes, hint } = await encodeCheckpoint(state, digest, removeGroups);
  // Hadoop keeps a checksum beside a file, which would be that of the last.
  await store.delete(`${LOG_DIRECTORY}/.${LAST_CHECKPOINT}.crc`);
  await store.put([
    {
      path: `${LOG_DIRECTORY}/${checkpointFileName(state.version)}`,
      bytes,
    },
    { path: `${LOG_DIRECTORY}/${LAST_CHECKPOINT}`, bytes: hint },
  ]);
  return bytes.length;
}
