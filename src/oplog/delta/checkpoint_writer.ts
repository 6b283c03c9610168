/**
 * Puts a checkpoint into a log.
 *
 * ```text
 *                                                     a crash before leaves
 * 1  write   .<version>.checkpoint.parquet.<uuid>.tmp, flush   nothing
 * 2  rename it to <version>.checkpoint.parquet        a file nobody reads
 * 3  replace _last_checkpoint                         a checkpoint found by listing
 * ```
 *
 * It gets its name when it is whole on the disk: every reader believes what it
 * finds under that name. Two writers write the same: the last one's file stays.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoints}
 * @module
 */
import { hasCode } from "../../errors.ts";
import type { Host } from "../../host/host.ts";
import { encodeCheckpoint } from "./checkpoint.ts";
import { checkpointFileName, LAST_CHECKPOINT } from "./log_path.ts";
import { fileRetentionMs } from "./retention.ts";
import type { TableState } from "./table_state.ts";

/** What a checkpoint is written of, and where. */
export interface CheckpointJob {
  /** The platform. */
  readonly host: Host;
  /** The log's directory. */
  readonly log: string;
  /** The state. */
  readonly state: TableState;
  /** The digest of the commit of its version. */
  readonly digest: string;
  /** Whether it is flushed. */
  readonly flush: boolean;
}

/**
 * Writes a checkpoint. Files that were removed longer ago than the table keeps
 * them are not in it.
 *
 * @returns Its size in bytes.
 */
export async function writeCheckpoint(
  { host, log, state, digest, flush }: CheckpointJob,
): Promise<number> {
  const { files, clock, random } = host;
  const nowMs = Math.floor(clock.nowUs() / 1000);
  await state.expire(nowMs - fileRetentionMs(state.metaData));
  const { bytes, hint } = await encodeCheckpoint(state, digest);
  const name = checkpointFileName(state.version);
  const temporary = `${log}/.${name}.${random.uuidHex()}.tmp`;
  {
    await using file = await files.create(temporary);
    await file.write(bytes);
    if (flush) await file.sync();
  }
  await files.rename(temporary, `${log}/${name}`);
  // Hadoop keeps a checksum beside a file, which would be that of the last.
  try {
    await files.remove(`${log}/.${LAST_CHECKPOINT}.crc`);
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND")) throw error;
  }
  await files.replace(`${log}/${LAST_CHECKPOINT}`, hint);
  return bytes.length;
}
