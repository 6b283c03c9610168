/**
 * Removes commits that are older than a table keeps them, and that a checkpoint
 * stands for.
 *
 * ```text
 * cutoff       midnight, UTC, before now - retention
 * kept         the newest whole checkpoint at or before the newest commit before
 *              the cutoff, its commit, and everything after it
 * removed      commits before it, oldest first; then checkpoints, checksums and
 *              log compaction files before it
 * ```
 *
 * Oldest first, so that what a crash leaves is a log without a gap. Nothing is
 * removed that the checkpoint doesn't stand for: it is read and checked before.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#metadata-cleanup}
 * @module
 */
import { hasCode } from "../../errors.ts";
import type { FileStore } from "../../host/host.ts";
import { decodeCheckpoint } from "./checkpoint.ts";
import {
  checksumVersion,
  commitFileName,
  commitVersion,
  parseCheckpointName,
  parseCompactionName,
} from "./log_path.ts";
import { newestCheckpoint } from "./log_segment.ts";

const DAY_MS = 86_400_000;

/** What was removed from a log. */
export interface LogCleanup {
  /** How many files. */
  readonly filesRemoved: number;
  /** Their bytes. */
  readonly bytesRemoved: number;
  /** The first version whose commit is still there; -1 when none was removed. */
  readonly firstVersion: number;
}

/** Nothing was removed. */
export const NO_CLEANUP: LogCleanup = {
  filesRemoved: 0,
  bytesRemoved: 0,
  firstVersion: -1,
};

/**
 * Cleans a log.
 *
 * @param log Its directory.
 * @param nowMs The present, milliseconds since the epoch.
 * @param retentionMs How long commits are kept.
 */
export async function cleanLog(
  files: FileStore,
  log: string,
  nowMs: number,
  retentionMs: number,
): Promise<LogCleanup> {
  const cutoffMs = Math.floor((nowMs - retentionMs) / DAY_MS) * DAY_MS;
  const names: string[] = [];
  for await (const { name } of files.list(log)) names.push(name);
  const last = await newestBefore(files, log, names, cutoffMs);
  if (last === undefined) return NO_CLEANUP;
  const checkpoint = newestCheckpoint(names, last);
  if (checkpoint === undefined) return NO_CLEANUP;
  const doomed = expired(names, checkpoint.version);
  if (doomed.length === 0) return NO_CLEANUP;
  for (const name of checkpoint.names) {
    if (!await isSound(files, `${log}/${name}`)) return NO_CLEANUP;
  }
  // A checkpoint whose name isn't on the disk yet stands for nothing either.
  await files.syncDirectory(log);
  let bytesRemoved = 0;
  for (const name of doomed) {
    bytesRemoved += await removeIfThere(files, `${log}/${name}`);
  }
  return {
    filesRemoved: doomed.length,
    bytesRemoved,
    firstVersion: checkpoint.version,
  };
}

/** The newest version that was committed before a time. */
async function newestBefore(
  files: FileStore,
  log: string,
  names: readonly string[],
  cutoffMs: number,
): Promise<number | undefined> {
  const versions = names.flatMap((name) => commitVersion(name) ?? [])
    .sort((a, b) => a - b);
  let newest: number | undefined;
  for (const version of versions) {
    const stat = await files.stat(`${log}/${commitFileName(version)}`);
    if (stat === undefined || stat.modifiedMs >= cutoffMs) break;
    newest = version;
  }
  return newest;
}

/** The names to remove, in the order in which they go. */
function expired(names: readonly string[], before: number): string[] {
  const commits: { readonly name: string; readonly version: number }[] = [];
  const others: string[] = [];
  for (const name of names) {
    const commit = commitVersion(name);
    if (commit !== undefined) {
      if (commit < before) commits.push({ name, version: commit });
      continue;
    }
    const version = parseCheckpointName(name)?.version ??
      parseCompactionName(name)?.first ?? checksumVersion(name);
    if (version !== undefined && version < before) others.push(name);
  }
  commits.sort((a, b) => a.version - b.version);
  return [...commits.map(({ name }) => name), ...others];
}

/** An empty file is no checkpoint, and a damaged one stands for nothing. */
async function isSound(files: FileStore, path: string): Promise<boolean> {
  try {
    const bytes = await files.read(path);
    if (bytes.length === 0) return false;
    if (path.endsWith(".parquet")) await decodeCheckpoint(bytes, path);
    return true;
  } catch (error) {
    if (hasCode(error, "INTEGRITY", "NOT_FOUND")) return false;
    throw error;
  }
}

/** Another process may be cleaning, too. Returns how many bytes have gone. */
async function removeIfThere(files: FileStore, path: string): Promise<number> {
  const stat = await files.stat(path);
  try {
    await files.remove(path);
    return stat?.sizeBytes ?? 0;
  } catch (error) {
    if (hasCode(error, "NOT_FOUND")) return 0;
    throw error;
  }
}
