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
 * @module
 */
import { IntegrityError } from "../errors.ts";
import {
  parseAttributes,
  type SeriesMark,
  type SeriesPart,
} from "./attributes.ts";
import type { HistoryRow } from "./types.ts";

/**
 * The mark of a part that follows another one.
 *
 * @param part What is known of it.
 * @param sizeBytes Its length.
 * @param before The part before, and the version of the node that it is.
 */
export function nextMark(
  part: SeriesPart,
  sizeBytes: number,
  before: { readonly mark: SeriesMark; readonly nodeVersion: number },
): SeriesMark {
  const { fromUs, rows, toUs } = part;
  const { mark: { parts, whole }, nodeVersion } = before;
  const from = least(fromUs, whole.fromUs);
  const to = greatest(toUs, whole.toUs);
  return {
    ...part,
    parts: parts + 1,
    previous: nodeVersion,
    whole: {
      sizeBytes: whole.sizeBytes + sizeBytes,
      ...(rows === undefined || whole.rows === undefined
        ? {}
        : { rows: whole.rows + rows }),
      ...(from === undefined ? {} : { fromUs: from }),
      ...(to === undefined ? {} : { toUs: to }),
    },
  };
}

/** The parts of the newest state of a series in a node's history. */
export async function* partsOf(
  rows: AsyncIterable<HistoryRow>,
  path: string,
): AsyncGenerator<{ readonly row: HistoryRow; readonly mark: SeriesMark }> {
  let after: SeriesMark | undefined;
  for await (const row of rows) {
    if (after !== undefined && row.nodeVersion !== after.previous) continue;
    const { series } = parseAttributes(row.metadata, path);
    // On another line of history, the version may be another one.
    const isNext = after === undefined || series?.parts === after.parts - 1;
    if (series === undefined || !isNext) break;
    yield { row, mark: series };
    after = series;
    if (series.previous === undefined) return;
  }
  if (after === undefined) return;
  throw new IntegrityError(
    path,
    `version ${after.previous} of the file, part ${
      after.parts - 1
    } of the series, is not in its history`,
    {
      hint: "see which versions it has: pond log PATH",
    },
  );
}

function least(a: number | undefined, b: number | undefined) {
  return a === undefined || b === undefined ? a ?? b : Math.min(a, b);
}

function greatest(a: number | undefined, b: number | undefined) {
  return a === undefined || b === undefined ? a ?? b : Math.max(a, b);
}
