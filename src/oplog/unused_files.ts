/**
 * Data files of an oplog that may be deleted.
 *
 * ```text
 * looked at   <table>/part-*.parquet, <table>/part_id=<id>/part-*.parquet
 *             <table>/_delta_log/.<version>.json.<uuid>.tmp and the like: what
 *             a writer has left that was interrupted
 * kept        what the newest snapshot names; what was removed from it since the
 *             retention began; what was written since then: it may be a running
 *             writer's, which hasn't committed yet
 * ```
 *
 * Nothing else is ever looked at. No row is lost: a file that was removed has
 * its rows in the one that it was merged into.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#metadata-cleanup}
 * @module
 */
import { hasCode } from "../errors.ts";
import type { FileReader } from "../host/host.ts";
import { requireWritable } from "./delta/protocol.ts";
import { LOG_DIRECTORY } from "./delta/log_path.ts";
import { decodePath, type Snapshot } from "./delta/table_state.ts";
import { pathIn, type TableStore } from "./store/store.ts";

/** A file that may be deleted. */
export interface UnusedFile {
  /**
   * `data` of the oplog, a `blob`, what an `unfinished` write has left, or the
   * directory of a `branch`.
   */
  readonly kind: "data" | "blob" | "unfinished" | "branch";
  /** Its path on the host. */
  readonly path: string;
  /** Its length in bytes. */
  readonly sizeBytes: number;
}

const PARTITION = "(?:part_id=[0-9a-f]{32}/)?";
const DATA_FILE = new RegExp(
  `^${PARTITION}part-[0-9a-z._-]+\\.parquet$`,
  "i",
);
const UNIQUE = "[0-9a-f-]{32,36}";
const UNFINISHED = new RegExp(
  `^(?:_delta_log/|${PARTITION})\\.` +
    `(?:flush|_last_checkpoint|\\d{20}\\.(?:json|checkpoint\\.parquet)|part-${UNIQUE}\\.parquet)` +
    `\\.${UNIQUE}\\.tmp$`,
);

/**
 * Finds them.
 *
 * @param store Where the table is.
 * @param snapshot Its newest state.
 * @param beforeMs Milliseconds since the epoch: what is younger is kept.
 * @throws {PondError} `UNSUPPORTED` for a table with features of other engines:
 *   these may keep files that nothing here knows of.
 */
export async function* unusedDataFiles(
  store: TableStore,
  snapshot: Snapshot,
  beforeMs: number,
): AsyncGenerator<UnusedFile> {
  requireWritable(snapshot.protocol, snapshot.metaData, store.location);
  const log = pathIn(store, LOG_DIRECTORY);
  const kept = new Set<string>();
  for (const { path } of snapshot.adds) kept.add(decodePath(path, log));
  for (const { path, deletionTimestamp = 0 } of await snapshot.tombstones()) {
    if (deletionTimestamp >= beforeMs) kept.add(decodePath(path, log));
  }
  for await (const { path, sizeBytes, modifiedMs } of store.list("")) {
    if (modifiedMs >= beforeMs) continue;
    const file = { path: pathIn(store, path), sizeBytes };
    if (UNFINISHED.test(path)) yield { kind: "unfinished", ...file };
    else if (DATA_FILE.test(path) && !kept.has(path)) {
      yield { kind: "data", ...file };
    }
  }
}

/** What interrupted writers have left in a directory. */
export async function* unfinishedFiles(
  files: FileReader,
  directory: string,
  pattern: RegExp,
  beforeMs: number,
): AsyncGenerator<UnusedFile> {
  for await (const file of oldFiles(files, directory, pattern, beforeMs)) {
    const { path, sizeBytes } = file;
    yield { kind: "unfinished", path, sizeBytes };
  }
}

/** Files of a directory, if there is one, by their names and their age. */
export async function* oldFiles(
  files: FileReader,
  directory: string,
  pattern: RegExp,
  beforeMs: number,
): AsyncGenerator<
  { readonly name: string; readonly path: string; readonly sizeBytes: number }
> {
  const names: string[] = [];
  try {
    for await (const { name, type } of files.list(directory)) {
      if (type === "file" && pattern.test(name)) names.push(name);
    }
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND")) throw error;
  }
  for (const name of names.sort()) {
    const path = `${directory}/${name}`;
    const stat = await files.stat(path);
    if (stat === undefined || stat.modifiedMs >= beforeMs) continue;
    yield { name, path, sizeBytes: stat.sizeBytes };
  }
}
