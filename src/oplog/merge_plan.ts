/**
 * Which data files to merge: pure.
 *
 * ```text
 * tier of a file   how often 16 goes into its rows: 1 to 15 rows are tier 0, 16
 *                  to 255 tier 1, 256 to 4095 tier 2 …
 * a run            files that follow one another by their versions, none of them
 *                  above a tier, or large
 * is merged        when 16 of its files are of that tier
 * ```
 *
 * Sixteen files of a tier make one of the next, so a row is written once again
 * for each tier: as often as the logarithm of the history. And at most 15 files
 * of each tier are left. Large transactions between small ones cut the small
 * ones' runs; when that leaves many files for their rows, the run is merged that
 * writes the fewest rows for each file that goes.
 *
 * Only files that follow one another are merged, and the files of one commit are
 * never parted. So merged files have no versions in common, and are read one after
 * the other. What other engines have merged is written anew first: rows may be
 * there twice.
 *
 * @module
 */
import { inCommon, type IndexedFile, mayDouble } from "./partition_index.ts";

/** So many files of a tier are merged into one. */
export const FAN_IN = 16;

/** What is due is done in parts of so many files, after a commit each. */
const MAX_DUE_FILES = FAN_IN * FAN_IN;

/** Files that follow one another, and become one. */
export type MergeRun = readonly IndexedFile[];

/** Files with versions in common: those of one large commit. */
type Unit = readonly IndexedFile[];

/**
 * Plans the merge that is due, if there is one.
 *
 * @param files Of one partition, or of a table that isn't partitioned; in the
 *   order of their versions.
 * @param maxBytes What a merge reads at most; files of half of that stay.
 */
export function planDueMerge(
  files: readonly IndexedFile[],
  maxBytes: number,
): MergeRun | undefined {
  if (files.length < FAN_IN) return undefined;
  for (const part of runsOf(files, (file) => isMergeable(file, maxBytes))) {
    const due = dueIn(part);
    if (due === undefined) continue;
    const [run] = limited(due, maxBytes, MAX_DUE_FILES);
    if (run !== undefined) return run;
  }
  return undefined;
}

/**
 * Plans to write anew what other engines have merged, if there is any: rows may be
 * there twice, in no order, and nothing says what the bytes were.
 *
 * @param files As for {@linkcode planDueMerge}.
 * @param maxBytes As there.
 */
export function planRepair(
  files: readonly IndexedFile[],
  maxBytes: number,
): MergeRun | undefined {
  return inCommon(files).find((run) =>
    mayDouble(run) && run.reduce((sum, { add }) => sum + add.size, 0) < maxBytes
  );
}

/**
 * Plans to make as few files as possible.
 *
 * @param files As for {@linkcode planDueMerge}.
 * @param maxBytes As there.
 */
export function planFullMerge(
  files: readonly IndexedFile[],
  maxBytes: number,
): MergeRun[] {
  return runsOf(files, (file) => isMergeable(file, maxBytes))
    .flatMap((part) => [...limited(part, maxBytes, Infinity)]);
}

function dueIn(files: MergeRun): MergeRun | undefined {
  const highest = files.reduce((tier, file) => Math.max(tier, tierOf(file)), 0);
  const runs: MergeRun[] = [];
  for (let tier = 0; tier <= highest; tier++) {
    for (const run of runsOf(files, (file) => tierOf(file) <= tier)) {
      const own = run.filter((file) => tierOf(file) === tier);
      if (own.length >= FAN_IN) return run;
      if (run.length > 1) runs.push(run);
    }
  }
  const isMany = files.length > 2 * FAN_IN * (highest + 1);
  return isMany ? runs.toSorted((a, b) => costOf(a) - costOf(b))[0] : undefined;
}

/** Rows to write for each file that goes. */
function costOf(run: MergeRun): number {
  const rows = run.reduce((sum, file) => sum + (file.numRecords ?? 0), 0);
  return rows / (run.length - 1);
}

function tierOf({ numRecords = 0 }: IndexedFile): number {
  let tier = 0;
  for (let rows = FAN_IN; rows <= numRecords; rows *= FAN_IN) tier++;
  return tier;
}

/** A file of unknown versions has no place among others. */
function isMergeable(file: IndexedFile, maxBytes: number): boolean {
  return file.numRecords !== undefined && file.add.size < maxBytes / 2;
}

/** The parts of a list for which something holds throughout. */
function runsOf(
  files: readonly IndexedFile[],
  holds: (file: IndexedFile) => boolean,
): MergeRun[] {
  const runs: MergeRun[] = [];
  let run: IndexedFile[] = [];
  for (const unit of unitsOf(files)) {
    if (unit.every(holds)) run.push(...unit);
    else if (run.length > 0) {
      runs.push(run);
      run = [];
    }
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

/** Files in the order of their versions, those that must not be parted together. */
function unitsOf(files: readonly IndexedFile[]): Unit[] {
  const units: IndexedFile[][] = [];
  for (const file of files) {
    // What isn't known of a file says nothing of those beside it.
    const isKnown = file.numRecords !== undefined;
    const unit = [file];
    for (
      let last = units.at(-1);
      isKnown && (last?.at(-1)?.maxVersion ?? -1) >= file.minVersion;
      last = units.at(-1)
    ) unit.unshift(...units.pop() ?? []);
    units.push(unit);
  }
  return units;
}

/** A run in parts of so many files and bytes, the oldest first; none of one file. */
function* limited(
  run: MergeRun,
  maxBytes: number,
  maxFiles: number,
): Generator<MergeRun> {
  let part: IndexedFile[] = [];
  let bytes = 0;
  for (const unit of unitsOf(run)) {
    const size = unit.reduce((sum, { add }) => sum + add.size, 0);
    const isFull = bytes + size > maxBytes ||
      part.length + unit.length > maxFiles;
    if (isFull) {
      if (part.length > 1) yield part;
      part = [];
      bytes = 0;
    }
    // A commit that is too large by itself stays as it is.
    if (size > maxBytes || unit.length > maxFiles) continue;
    part.push(...unit);
    bytes += size;
  }
  if (part.length > 1) yield part;
}
