/**
 * A directory as a log with snapshots.
 *
 * Each transaction writes one record about a directory that it touches: only
 * the entries that changed, or all of them: when the changes since the last
 * snapshot outgrow it, and always in a small directory. So adding a name costs the same in a directory of
 * ten and of a million entries, and reading a directory never folds more rows
 * than about twice its size.
 *
 * ```text
 * metadata of a directory's OplogEntry, as far as this file is concerned
 *   snapshot   true: the content is the whole directory; else it's a change
 *   log        {entries, changes, since} after this record, of a large directory
 * content      Arrow IPC stream of DirectoryEntry rows
 * ```
 *
 * `log` is what it takes to write the next record, and to look up a name,
 * without folding all of a large directory.
 *
 * @module
 */
import type { DirectoryEntry } from "./record.ts";

/**
 * A directory of so many entries is written whole each time: that costs some
 * microseconds, and a reader opens one file for it.
 */
const SMALL_DIRECTORY_ENTRIES = 16;

/** A directory of more entries says in each record how its log stands. */
export const LARGE_DIRECTORY_ENTRIES = 1024;

/** A directory at one version, and what its log costs to read. */
export interface DirectoryState {
  /** The entries, by name. */
  readonly entries: ReadonlyMap<string, DirectoryEntry>;
  /** Rows of changes since the last snapshot. */
  readonly changesSinceSnapshot: number;
}

/** One record of a directory. */
export interface DirectoryChange {
  /** Whether `rows` are the whole directory. */
  readonly snapshot: boolean;
  /** Entries to insert or replace, and names to take out. */
  readonly rows: readonly DirectoryEntry[];
}

/** A directory without entries, and without a log. */
export const EMPTY_DIRECTORY: DirectoryState = {
  entries: new Map(),
  changesSinceSnapshot: 0,
};

/**
 * Folds the records of a directory into its state.
 *
 * @param newestFirst The records down to the newest snapshot, or all.
 */
export function foldDirectory(
  newestFirst: readonly DirectoryChange[],
): DirectoryState {
  const entries = new Map<string, DirectoryEntry>();
  let changesSinceSnapshot = 0;
  for (let i = newestFirst.length - 1; i >= 0; i--) {
    const change = newestFirst[i];
    if (change === undefined) continue;
    if (change.snapshot) entries.clear();
    applyRows(entries, change.rows);
    changesSinceSnapshot = change.snapshot
      ? 0
      : changesSinceSnapshot + change.rows.length;
  }
  return { entries, changesSinceSnapshot };
}

/**
 * Whether a transaction writes all of a directory, and not only what it changes.
 *
 * @param entries How many there are before.
 * @param changes Rows since the last snapshot before.
 * @param rows How many it changes.
 */
export function needsSnapshot(
  entries: number,
  changes: number,
  rows: number,
): boolean {
  return entries + rows <= SMALL_DIRECTORY_ENTRIES || changes + rows > entries;
}

/**
 * Decides what a transaction writes about a directory.
 *
 * @param before The directory as it is.
 * @param rows The entries that change, each name once.
 * @returns The change itself, or a snapshot of the directory after it.
 */
export function planDirectoryChange(
  before: DirectoryState,
  rows: readonly DirectoryEntry[],
): DirectoryChange {
  const { entries, changesSinceSnapshot } = before;
  if (!needsSnapshot(entries.size, changesSinceSnapshot, rows.length)) {
    return { snapshot: false, rows };
  }
  const after = new Map(before.entries);
  applyRows(after, rows);
  return { snapshot: true, rows: [...after.values()] };
}

/**
 * Applies changed rows to a map of entries, in place.
 *
 * @param entries The entries, by name.
 * @param rows What to insert, replace or take out.
 */
export function applyRows(
  entries: Map<string, DirectoryEntry>,
  rows: readonly DirectoryEntry[],
): void {
  for (const row of rows) {
    if (row.operation === "delete") entries.delete(row.name);
    else entries.set(row.name, row);
  }
}
