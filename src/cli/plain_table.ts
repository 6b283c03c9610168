/**
 * Rows of commands for people: aligned columns under their names, cut to the
 * width of the terminal.
 *
 * ```text
 * CHANGE    PATH            SIZE BEFORE  SIZE AFTER
 * added     /b.csv                               12
 * modified  /sensors/a.csv            9          14
 * ```
 *
 * A column in which no row has anything is left out.
 *
 * @module
 */
import stringWidth from "fast-string-width";

/** A column, and how it is written. */
export interface PlainColumn {
  /** What stands above it. */
  readonly title: string;
  /** Whether it is aligned to the right, as numbers are. */
  readonly isRight: boolean;
  /** Whether it is paths, which lose their beginning where there is no room. */
  readonly isPath: boolean;
  /** Whether it is never cut, since a part of it says nothing: a time. */
  readonly isWhole: boolean;
}

/** Spaces between columns. */
const GAP = 2;

/** A column is never cut below this width. */
const MIN_WIDTH = 8;

/**
 * Writes rows.
 *
 * @param columns What there is.
 * @param rows Texts without control characters; empty ones for nothing.
 * @param width The columns of the terminal.
 * @returns Lines, the titles first.
 */
export function plainTable(
  columns: readonly PlainColumn[],
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  const kept = columns.flatMap((column, at) => {
    const isEmpty = rows.every((row) => (row[at] ?? "") === "");
    const cells = rows.map((row) => row[at] ?? "");
    return isEmpty ? [] : [{ ...column, cells: [column.title, ...cells] }];
  });
  const widths = fitted(
    kept.map(({ cells, isWhole }) => ({
      natural: cells.reduce(
        (widest, text) => Math.max(widest, stringWidth(text)),
        0,
      ),
      isWhole,
    })),
    width,
  );
  // What has no room at all is left out, the last columns first.
  const shown = kept.slice(0, widths.length);
  return Array.from(
    { length: rows.length + 1 },
    (_, line) =>
      shown.map((column, at) => cellText(column, line, widths[at] ?? 0))
        .join(" ".repeat(GAP)).trimEnd(),
  );
}

/** Names and values, a line each, with the values in a column. */
export function pairsInColumns(
  pairs: readonly (readonly [name: string, value: string])[],
): string[] {
  const widths = pairs.map(([name]) => stringWidth(name));
  const width = widths.reduce((widest, one) => Math.max(widest, one), 0) + GAP;
  return pairs.map(([name, value], at) =>
    name + " ".repeat(width - (widths[at] ?? 0)) + value
  );
}

function cellText(
  { cells, isPath, isRight }: PlainColumn & { readonly cells: string[] },
  line: number,
  width: number,
): string {
  const text = cut(cells[line] ?? "", width, isPath);
  const pad = " ".repeat(Math.max(0, width - stringWidth(text)));
  return isRight ? pad + text : text + pad;
}

/** The widths of the columns that fit: the widest ones give way. */
function fitted(
  columns: readonly { readonly natural: number; readonly isWhole: boolean }[],
  width: number,
): number[] {
  const widths = (limit: number) =>
    columns.map(({ isWhole, natural }) =>
      isWhole ? natural : Math.min(natural, limit)
    );
  const sum = (limit: number) =>
    widths(limit).reduce((total, one) => total + one + GAP, -GAP);
  if (columns.length > 1 && sum(MIN_WIDTH) > width) {
    return fitted(columns.slice(0, -1), width);
  }
  let limit = Math.max(MIN_WIDTH, ...columns.map(({ natural }) => natural));
  while (limit > MIN_WIDTH && sum(limit) > width) limit--;
  return widths(limit);
}

/** A text of at most this width; `…` stands for what is missing. */
function cut(text: string, width: number, atStart: boolean): string {
  if (stringWidth(text) <= width) return text;
  const segments = [...new Intl.Segmenter().segment(text)].map((it) =>
    it.segment
  );
  if (atStart) segments.reverse();
  const kept: string[] = [];
  let used = 1;
  for (const segment of segments) {
    used += stringWidth(segment);
    if (used > width) break;
    kept.push(segment);
  }
  return atStart ? `…${kept.reverse().join("")}` : `${kept.join("")}…`;
}
