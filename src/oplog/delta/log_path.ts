/**
 * Names of the files under `_delta_log/`.
 *
 * ```text
 * 00000000000000000008.json                          commit of version 8
 * 00000000000000000008.checkpoint.parquet            classic checkpoint
 * 00000000000000000008.checkpoint.0000000001.0000000003.parquet   part 1 of 3
 * _last_checkpoint                                   hint only, may be stale
 * ```
 *
 * A version is 20 decimal digits, zero-padded, so that the lexical order of
 * the names is the order of the versions.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#delta-log-entries}
 * @module
 */

/** The directory of the log in a table's. */
export const LOG_DIRECTORY = "_delta_log";

/** The hint of the newest checkpoint. */
export const LAST_CHECKPOINT = "_last_checkpoint";

/** A checkpoint file's name, taken apart. */
export interface CheckpointName {
  /** The version of the state in it. */
  readonly version: number;
  /** Number of this part, from 1. */
  readonly part: number;
  /** How many parts the checkpoint has. */
  readonly parts: number;
}

/** The name of a version's commit. */
export function commitFileName(version: number): string {
  return `${digits(version)}.json`;
}

/**
 * Reads the version back from a commit file's name.
 *
 * @param name A name in the log; any file may lie there.
 * @returns The version, or `undefined` when `name` is no commit file.
 */
export function commitVersion(name: string): number | undefined {
  const match = /^(\d{20})\.json$/.exec(name);
  return match ? Number(match[1]) : undefined;
}

/** The name of a version's classic checkpoint. */
export function checkpointFileName(version: number): string {
  return `${digits(version)}.checkpoint.parquet`;
}

/** The names of all parts of a checkpoint. */
export function checkpointPartNames(version: number, parts: number): string[] {
  if (parts === 1) return [checkpointFileName(version)];
  return Array.from({ length: parts }, (_, i) => {
    const part = String(i + 1).padStart(10, "0");
    const of = String(parts).padStart(10, "0");
    return `${digits(version)}.checkpoint.${part}.${of}.parquet`;
  });
}

/**
 * Takes a checkpoint file's name apart.
 *
 * @returns `undefined` when `name` is no classic or multi-part checkpoint.
 */
export function parseCheckpointName(name: string): CheckpointName | undefined {
  const match = /^(\d{20})\.checkpoint(?:\.(\d{10})\.(\d{10}))?\.parquet$/
    .exec(name);
  if (!match) return undefined;
  return {
    version: Number(match[1]),
    part: Number(match[2] ?? 1),
    parts: Number(match[3] ?? 1),
  };
}

function digits(version: number): string {
  return String(version).padStart(20, "0");
}
