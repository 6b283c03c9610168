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
import { type ObjectStat, pathIn, type TableStore } from "../store/store.ts";
import { decodeCheckpoint } from "./checkpoint.ts";
import {
  checksumVersion,
  commitVersion,
  LOG_DIRECTORY,
  parseCheckpointName,
  parseCompactionName,
} from "./log_path.ts";
import { newestCheckpoint } from "./log_segment.ts";

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
 * @param store Where the table is.
 * @param cutoffMs Commits of that time and later are kept, milliseconds since
 *   the epoch.
 */
export async function cleanLog(
  store: TableStore,
  cutoffMs: number,
): Promise<LogCleanup> {
  const objects = new Map<string, ObjectStat>();
  const prefix = `${LOG_DIRECTORY}/`;
  for await (const { path, ...stat } of store.list(prefix)) {
    objects.set(path.slice(prefix.length), stat);
  }
  const last = newestBefore(objects, cutoffMs);
  if (last === undefined) return NO_CLEANUP;
  const names = [...objects.keys()];
  const checkpoint = newestCheckpoint(names, last);
  if (checkpoint === undefined) return NO_CLEANUP;
  const doomed = expired(names, checkpoint.version);
  if (doomed.length === 0) return NO_CLEANUP;
  for (const name of checkpoint.names) {
    if (!await isSound(store, `${prefix}${name}`)) return NO_CLEANUP;
  }
  // A checkpoint whose name isn't on the disk yet stands for nothing either.
  await store.flush(LOG_DIRECTORY);
  let bytesRemoved = 0;
  for (const name of doomed) {
    await store.delete(`${prefix}${name}`);
    bytesRemoved += objects.get(name)?.sizeBytes ?? 0;
  }
  return {
    filesRemoved: doomed.length,
    bytesRemoved,
    firstVersion: checkpoint.version,
  };
}

/** The newest version that was committed before a time. */
function newestBefore(
  objects: ReadonlyMap<string, ObjectStat>,
  cutoffMs: number,
): number | undefined {
  let newest: number | undefined;
  // A listing is in the order of the names, and so of the versions.
  for (const [name, { modifiedMs }] of objects) {
    const version = commitVersion(name);
    if (version === undefined) continue;
    if (modifiedMs >= cutoffMs) break;
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
async function isSound(store: TableStore, path: string): Promise<boolean> {
  try {
    const bytes = await store.get(path);
    if (bytes.length === 0) return false;
    if (path.endsWith(".parquet")) {
      await decodeCheckpoint(bytes, pathIn(store, path));
    }
    return true;
  } catch (error) {
    if (hasCode(error, "INTEGRITY", "NOT_FOUND")) return false;
    throw error;
  }
}
