/**
 * What of a line's history later merges need, so that a prune leaves it.
 *
 * ```text
 * where it parted from another branch    the state that both have had first
 * what another branch has taken in       the state that its next merge, or the
 *                                        next one here, compares with
 * what was kept out there, or here       the states that it is compared with
 * merges that say so                     their rows: the newest of each line, and
 *                                        those that the other one hasn't heard of
 * ```
 *
 * @module
 */
import type { Host } from "../host/host.ts";
import { branchNames } from "./branches.ts";
import { MAIN_BRANCH } from "./line.ts";
import {
  type MergeLine,
  type OwnRow,
  ownRows,
  takenBy,
} from "./merge_lines.ts";
import type { TakenIn } from "./merge_mark.ts";
import { otherLine } from "./merge_side.ts";

/**
 * The versions of a branch that merges with any other one need.
 *
 * @param path The pond's directory.
 * @throws {PondError} `INTEGRITY` when it can't be read what another one needs.
 */
export async function mergePins(
  host: Host,
  path: string,
  own: MergeLine,
): Promise<number[]> {
  const pins: number[] = [];
  for (const name of [MAIN_BRANCH, ...await branchNames(host.files, path)]) {
    if (name === own.name) continue;
    pins.push(...await pinsOfPair(own, await otherLine(host, path, name)));
  }
  return pins;
}

/** What two lines need of one of them; nothing when nothing is left to merge by. */
async function pinsOfPair(
  own: MergeLine,
  other: MergeLine,
): Promise<number[]> {
  const rows = await ownRows(own, other);
  if (rows === undefined) return [];
  const { oursRows, shared, theirsRows } = rows;
  const taken = takenBy(oursRows, other, shared);
  const given = takenBy(theirsRows, own, shared);
  const passedHere = takenBy(indirect(oursRows, other), other, shared);
  const passedThere = takenBy(indirect(theirsRows, own), own, shared);
  const newest = newestMerges(oursRows);
  const unheard = oursRows.filter((row) =>
    row.version > given.version && takenIn(row).some(({ settled }) => settled)
  );
  const compared = [...newest, ...newestMerges(theirsRows)].flatMap((row) =>
    openVersions(row, own)
  );
  return [
    shared,
    taken.row,
    given.version,
    passedHere.row,
    passedThere.version,
    ...[...newest, ...unheard].map(({ version }) => version),
    ...compared,
  ];
}

/** The transactions that haven't merged a line itself. */
function indirect(rows: readonly OwnRow[], { id }: MergeLine): OwnRow[] {
  return rows.filter(({ mark }) => mark?.line !== id);
}

/** Of each line that was taken in, the row that says how far. */
function newestMerges(newestFirst: readonly OwnRow[]): OwnRow[] {
  const newest = new Map<string, { row: OwnRow; upTo: number }>();
  for (const row of newestFirst) {
    for (const [id, { version }] of Object.entries(row.mark?.taken ?? {})) {
      const known = newest.get(id);
      if (known && known.upTo >= version) continue;
      newest.set(id, { row, upTo: version });
    }
  }
  return [...newest.values()].map(({ row }) => row);
}

/** The versions of a line that what was kept out is compared with. */
function openVersions(row: OwnRow, { lineage }: MergeLine): number[] {
  const all = takenIn(row).flatMap(({ open = {} }) => Object.values(open));
  return all.flatMap((versions) =>
    lineage.flatMap(({ id, upTo }) => {
      const version = versions[id];
      return version !== undefined && version <= upTo ? [version] : [];
    })
  );
}

function takenIn({ mark }: OwnRow): TakenIn[] {
  return Object.values(mark?.taken ?? {});
}
