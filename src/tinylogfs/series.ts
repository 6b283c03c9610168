/**
 * Series: files whose versions together are their content.
 *
 * ```text
 * node version   1        2        3        4
 * member series  part 1   part 2   part 3   part 2 (restored)
 *                     ^-----'^-------'
 *                previous 1  previous 2
 * ```
 *
 * Each part is a version of the file, with the member `series` in its row's
 * metadata, and says which version is the part before it. So a state is the parts
 * that lead back from its newest version: undo and restore take parts away by
 * making an earlier version the newest one, and a change of attributes or a move,
 * which are versions too, add none. A plain write makes it a plain file.
 *
 * Small parts are merged in time (`series_merge.ts`): a version may hold several
 * parts, and names the one before them.
 *
 * @module
 */
import { IntegrityError } from "../errors.ts";
import {
  parseAttributes,
  type SeriesMark,
  type SeriesPart,
} from "./attributes.ts";
import type { HistoryRow } from "./types.ts";

/** A version of a series, to go on from. */
export interface PartBefore {
  /** What it says. */
  readonly mark: SeriesMark;
  /** Which version of the node it is. */
  readonly nodeVersion: number;
}

/**
 * The mark of a part that follows another one.
 *
 * @param part What is known of it.
 * @param sizeBytes Its length.
 * @param before The part before.
 */
export function nextMark(
  part: SeriesPart,
  sizeBytes: number,
  { mark: { parts, whole }, nodeVersion }: PartBefore,
): SeriesMark {
  return {
    ...part,
    parts: parts + 1,
    previous: nodeVersion,
    whole: {
      sizeBytes: whole.sizeBytes + sizeBytes,
      ...factsOf([whole, part]),
    },
  };
}

/**
 * The mark of a part that holds those before it.
 *
 * @param next The mark that it would have without them.
 * @param held Their marks, the oldest last.
 * @param grownBytes How many bytes more it has than all of them had.
 */
export function mergedMark(
  next: SeriesMark,
  held: readonly SeriesMark[],
  grownBytes: number,
): SeriesMark {
  const {
    fromUs: _from,
    previous: _previous,
    rows: _rows,
    toUs: _to,
    ...rest
  } = next;
  const previous = held.at(-1)?.previous;
  return {
    ...rest,
    ...factsOf([...held.toReversed(), next]),
    holds: held.reduce((sum, { holds = 1 }) => sum + holds, 1),
    ...(previous === undefined ? {} : { previous }),
    whole: { ...next.whole, sizeBytes: next.whole.sizeBytes + grownBytes },
  };
}

/** What is known of parts together. */
function factsOf(parts: readonly PartFacts[]): PartFacts {
  const rows = parts.map(({ rows }) => rows);
  const from = parts.flatMap(({ fromUs = [] }) => fromUs);
  const to = parts.flatMap(({ toUs = [] }) => toUs);
  return {
    ...(rows.includes(undefined)
      ? {}
      : { rows: rows.reduce((sum: number, it = 0) => sum + it, 0) }),
    ...(from.length === 0 ? {} : { fromUs: Math.min(...from) }),
    ...(to.length === 0 ? {} : { toUs: Math.max(...to) }),
  };
}

type PartFacts = Pick<SeriesPart, "fromUs" | "rows" | "toUs">;

/**
 * Goes through the versions of a file, newest first.
 *
 * @param wanted Which version is looked for next, where not all are: others may
 *   be missing.
 */
export type FileHistory = (
  wanted: () => number | undefined,
) => AsyncIterable<HistoryRow>;

/** The parts of the newest state of a series, from the newest back. */
export async function* partsOf(
  history: FileHistory,
  path: string,
): AsyncGenerator<{ readonly row: HistoryRow; readonly mark: SeriesMark }> {
  let after: SeriesMark | undefined;
  for await (const row of history(() => after?.previous)) {
    if (after !== undefined && row.nodeVersion !== after.previous) continue;
    const { series } = parseAttributes(row.metadata, path);
    // On another line of history, the version may be another one.
    const isNext = after === undefined ||
      series?.parts === after.parts - (after.holds ?? 1);
    if (series === undefined || !isNext) break;
    yield { row, mark: series };
    after = series;
    if (series.previous === undefined) return;
  }
  if (after === undefined) return;
  throw new IntegrityError(
    path,
    `version ${after.previous} of the file, part ${
      after.parts - (after.holds ?? 1)
    } of the series, is not in its history`,
    {
      hint: "see which versions it has: pond log PATH",
    },
  );
}
