/**
 * Finds what a lost commit had written.
 *
 * Data files are flushed before the commit that names them. So where a commit is
 * lost, its files are there, and nothing names them: their rows tell what it
 * did, and can be taken out of them by hand.
 *
 * @module
 */
import { DataFile } from "./data_file.ts";
import { attempt } from "./delta/finding.ts";
import type { Snapshot } from "./delta/table_state.ts";
import { decodeOplogEntries, type OplogEntry } from "./record.ts";
import { pathIn, type TableStore } from "./store/store.ts";
import { unusedDataFiles } from "./unused_files.ts";

/** What nobody names, and seems to be of a lost version. */
export interface LostTransaction {
  /** Its version. */
  readonly version: number;
  /** The files with its rows, on the host. */
  readonly files: readonly string[];
  /** The paths in the pond that it changed. */
  readonly pondPaths: readonly string[];
}

const EVERYTHING = { minVersion: 0, maxVersion: Number.MAX_SAFE_INTEGER };

/**
 * Looks through the files that a snapshot doesn't name.
 *
 * @param snapshot The newest sound version.
 * @param versions The lost ones.
 */
export async function lostTransactions(
  store: TableStore,
  snapshot: Snapshot,
  versions: readonly number[],
): Promise<LostTransaction[]> {
  const removed = new Set<string>();
  for (const { path } of await snapshot.tombstones()) removed.add(path);
  const found = new Map<number, { files: string[]; paths: Set<string> }>();
  // However young: the commit that would name it is lost.
  const unnamed = unusedDataFiles(store, snapshot, Number.MAX_SAFE_INTEGER);
  for await (const { kind, path } of unnamed) {
    const name = path.slice(pathIn(store, "").length + 1);
    if (kind !== "data" || removed.has(name)) continue;
    const read = await attempt(() => entriesIn(store, name));
    // A file that was never whole was never named either.
    for (const [version, entries] of read.isSound ? read.value : []) {
      if (!versions.includes(version)) continue;
      const lost = found.get(version) ?? { files: [], paths: new Set() };
      found.set(version, lost);
      lost.files.push(path);
      for (const { position, path } of entries) {
        if (position >= 0) lost.paths.add(path);
      }
    }
  }
  return [...found].map(([version, { files, paths }]) => ({
    version,
    files,
    pondPaths: [...paths].sort(),
  }));
}

/** The entries of a file that no log describes, by their versions. */
async function entriesIn(
  store: TableStore,
  path: string,
): Promise<Map<number, OplogEntry[]>> {
  const bytes = await store.get(path);
  const [, partId] = /^part_id=([0-9a-f]{32})\//.exec(path) ?? [];
  const add = {
    path,
    partitionValues: partId === undefined ? {} : { part_id: partId },
    size: bytes.length,
    modificationTime: 0,
    dataChange: true,
  };
  const source = pathIn(store, path);
  const rows = await DataFile.open(bytes, add, { source }).rows(EVERYTHING);
  const byVersion = new Map<number, OplogEntry[]>();
  for (const { content, version } of rows) {
    const entries = decodeOplogEntries(content, source);
    byVersion.set(version, [...byVersion.get(version) ?? [], ...entries]);
  }
  return byVersion;
}
