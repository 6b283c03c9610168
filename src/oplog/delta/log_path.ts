/**
 * Names of the files under `_delta_log/`.
 *
 * ```text
 * 00000000000000000008.json                          commit of version 8
 * 00000000000000000008.checkpoint.parquet            classic checkpoint
 * 00000000000000000008.checkpoint.0000000001.0000000003.parquet   part 1 of 3
 * 00000000000000000008.checkpoint.<UUID>.parquet     v2 checkpoint, or .json
 * 00000000000000000004.00000000000000000008.compacted.json   commits 4 to 8
 * 00000000000000000008.crc                           what version 8 adds up to
 * _sidecars/<name>.parquet                           parts of v2 checkpoints
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

/** The directory of the parts of v2 checkpoints, in the log's. */
export const SIDECAR_DIRECTORY = "_sidecars";

/** A checkpoint file's name, taken apart. */
export interface CheckpointName {
  /** The version of the state in it. */
  readonly version: number;
  /** Number of this part, from 1. */
  readonly part: number;
  /** How many parts the checkpoint has. */
  readonly parts: number;
  /** Whether the name is of the v2 kind, and has a UUID in it. */
  readonly isUnique: boolean;
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
  return match ? versionOf(match[1]) : undefined;
}

/** The name of a version's checksum. */
export function checksumFileName(version: number): string {
  return `${digits(version)}.crc`;
}

/** Reads the version back from a checksum's name. */
export function checksumVersion(name: string): number | undefined {
  const match = /^(\d{20})\.crc$/.exec(name);
  return match ? versionOf(match[1]) : undefined;
}

/**
 * Takes the name of a log compaction file apart.
 *
 * @returns The first and the last version in it, or `undefined` when `name` is
 *   no such file.
 */
export function parseCompactionName(
  name: string,
): { readonly first: number; readonly last: number } | undefined {
  const match = /^(\d{20})\.(\d{20})\.compacted\.json$/.exec(name);
  const [first, last] = [versionOf(match?.[1]), versionOf(match?.[2])];
  if (first === undefined || last === undefined) return undefined;
  return last > first ? { first, last } : undefined;
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
 * @returns `undefined` when `name` is no checkpoint.
 */
export function parseCheckpointName(name: string): CheckpointName | undefined {
  const match =
    /^(\d{20})\.checkpoint(?:\.(?:(\d{10})\.(\d{10})|([0-9a-f-]{36})))?\.(json|parquet)$/i
      .exec(name);
  const version = versionOf(match?.[1]);
  const [, , part = 1, parts = 1, uuid, format] = match ?? [];
  if (version === undefined || (format === "json" && !uuid)) return undefined;
  if (Number(part) < 1 || Number(part) > Number(parts)) return undefined;
  return {
    version,
    part: Number(part),
    parts: Number(parts),
    isUnique: uuid !== undefined,
  };
}

/** A number that isn't exact is no version of ours. */
function versionOf(text: string | undefined): number | undefined {
  const version = Number(text);
  return Number.isSafeInteger(version) ? version : undefined;
}

function digits(version: number): string {
  return String(version).padStart(20, "0");
}
