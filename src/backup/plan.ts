/**
 * What a run has to read of each line: decided from what the last snapshot says,
 * before anything is read.
 *
 * ```text
 * the line is in the snapshot, and goes on from it   the rows after it
 * … and history was pruned since then                the rows before the prune as
 *                                                    well; later ones are there
 * a branch that nobody has pruned, nor its origin    the rows after its origin's
 * anything else                                      all rows
 * ```
 *
 * Rows are taken over by whole segments. One that has rows of versions on both
 * sides of a bound is read again.
 *
 * @module
 */
import type { RowSegment } from "./index_object.ts";
import type { LineBase, SavedLine } from "./snapshot.ts";

/** Versions, both included. */
export interface Versions {
  /** The lowest. */
  readonly minVersion: number;
  /** The highest. */
  readonly maxVersion: number;
}

/** What becomes of a line. */
export interface LinePlan {
  /** The line whose rows it begins with. */
  readonly base: LineBase | undefined;
  /** Rows to read that come before what is taken over. */
  readonly before: Versions | undefined;
  /** Segments that are taken over. */
  readonly kept: readonly RowSegment[];
  /** Rows to read that come after it. */
  readonly after: Versions | undefined;
  /** Whether all that is in the backup of it is taken over. */
  readonly isAppended: boolean;
}

/** A line, as it is and as it was. */
export interface LineState {
  /** As it is. */
  readonly now: Omit<SavedLine, "rows" | "base">;
  /** What was saved of it, if it goes on from that. */
  readonly saved: SavedLine | undefined;
  /** The segments of that. */
  readonly segments: readonly RowSegment[];
  /** Whether it and its origin have the same transaction where they part. */
  readonly isForked: boolean;
}

/** Plans a line. */
export function planLine(
  state: LineState,
  /** Those before it, by their names. */
  others: ReadonlyMap<string, LineState>,
): LinePlan {
  const { now, saved, segments } = state;
  const base = baseOf(state, others);
  const first = base === undefined ? 0 : base.version + 1;
  const isSameBase = saved?.base?.line === base?.line &&
    saved?.base?.version === base?.version;
  if (saved === undefined || !isSameBase) {
    const after = versions(first, now.version);
    return { base, before: undefined, kept: [], after, isAppended: false };
  }
  const isPruned = saved.wholeSince !== now.wholeSince;
  const bound = isPruned ? now.wholeSince : 0;
  const at = firstAfter(segments, bound);
  const kept = segments.slice(at);
  const [oldest] = kept;
  return {
    base,
    before: at === 0 ? undefined : versions(
      first,
      oldest === undefined ? saved.version : oldest.minVersion - 1,
    ),
    kept,
    after: versions(saved.version + 1, now.version),
    isAppended: at === 0,
  };
}

/** Where the segments begin that have only rows from a version on. */
function firstAfter(segments: readonly RowSegment[], version: number): number {
  let first = segments.length;
  for (let at = segments.length - 1; at >= 0; at--) {
    const minVersion = segments[at]?.minVersion ?? 0;
    if (minVersion < version) break;
    // The rows of one version must not be on both sides.
    if ((segments[at - 1]?.maxVersion ?? -1) < minVersion) first = at;
  }
  return first;
}

/** The same rows up to the fork, unless they have been pruned apart. */
function baseOf(
  { isForked, now, saved }: LineState,
  others: ReadonlyMap<string, LineState>,
): LineBase | undefined {
  if (now.branch === undefined || !isForked) return undefined;
  if (now.wholeSince > 0) return undefined;
  const origin = others.get(now.branch.from)?.now;
  if (origin === undefined || origin.wholeSince > 0) return undefined;
  // What was saved without one stays as it is: the rows are there.
  if (saved !== undefined && saved.base === undefined) return undefined;
  return { line: origin.id, version: now.branch.version };
}

function versions(
  minVersion: number,
  maxVersion: number,
): Versions | undefined {
  return minVersion > maxVersion ? undefined : { minVersion, maxVersion };
}
