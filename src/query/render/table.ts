/**
 * A table for people: aligned, with the types of the columns, cut to the width
 * of a terminal.
 *
 * ```text
 * ┌─────────┬─────────┐
 * │ weather │  days   │
 * │ varchar │  int64  │   types only on a terminal
 * ├─────────┼─────────┤
 * │ sun     │     714 │
 * └─────────┴─────────┘
 *   1 row
 * ```
 *
 * @module
 */
import stringWidth from "fast-string-width";
import { encodeUtf8 } from "../../bytes.ts";
import type { QueryColumn, QueryValue } from "../../tinylogfs/mod.ts";
import { isNumeric } from "../sql_type.ts";
import { type Renderer, type RenderOptions, rowsOf } from "./options.ts";
import { cut, NULL_TEXT, plainText, visible } from "./text.ts";

/** Rows that a terminal shows; of more, the first and last ones. */
const TERMINAL_ROWS = 40;

/** A value is never cut below this width. */
const MIN_WIDTH = 6;

/** A cell: what is shown, and whether it is NULL. */
interface Cell {
  readonly text: string;
  readonly isNull: boolean;
}

/** The rows that are shown. */
interface Shown {
  readonly head: readonly (readonly Cell[])[];
  readonly tail: readonly (readonly Cell[])[];
  readonly count: number;
}

/** Writes a table when all rows are there. */
export const renderTable: Renderer = async function* (
  columns,
  batches,
  options,
) {
  const shown = await collect(rowsOf(batches), options.isTerminal);
  yield encodeUtf8(tableText(columns, shown, options));
};

async function collect(
  rows: AsyncIterable<readonly QueryValue[]>,
  isTerminal: boolean,
): Promise<Shown> {
  const half = isTerminal ? TERMINAL_ROWS / 2 : Infinity;
  const head: (readonly Cell[])[] = [];
  const tail: (readonly Cell[])[] = [];
  let count = 0;
  for await (const row of rows) {
    count++;
    const cells = row.map(cellOf);
    if (head.length < half) head.push(cells);
    else if (tail.push(cells) > half) tail.shift();
  }
  return { head, tail, count };
}

function cellOf(value: QueryValue): Cell {
  const isNull = value === null;
  return { text: isNull ? NULL_TEXT : visible(plainText(value)), isNull };
}

/** A type without what is in it: `enum`, not all of its values. */
function typeText({ type }: QueryColumn): string {
  const short = type.startsWith("DECIMAL(")
    ? type
    : type.replace(/\(.*\)/s, "");
  return visible(short.toLowerCase());
}

function tableText(
  columns: readonly QueryColumn[],
  shown: Shown,
  options: RenderOptions,
): string {
  const fitted = fitColumns(columns, shown, options);
  const { widths } = fitted;
  const heads = fitted.columns.map(({ name }) => visible(name));
  const types = fitted.columns.map(typeText);
  const rule = (left: string, middle: string, right: string) =>
    left + widths.map((width) => "─".repeat(width + 2)).join(middle) + right;
  const line = (cells: readonly string[]) => `│ ${cells.join(" │ ")} │`;
  const row = (cells: readonly Cell[]) =>
    line(
      fitted.pick(cells).map((cell, i) => {
        const width = widths[i] ?? 0;
        const padded = isNumeric(fitted.columns[i]?.type ?? "")
          ? padStart(cut(cell.text, width), width)
          : padEnd(cut(cell.text, width), width);
        return options.color && cell.isNull
          ? `\x1b[2m${padded}\x1b[0m`
          : padded;
      }),
    );
  const centred = (texts: readonly string[]) =>
    line(texts.map((text, i) => centre(text, widths[i] ?? 0)));
  const hidden = shown.count - shown.head.length - shown.tail.length;
  return [
    rule("┌", "┬", "┐"),
    centred(heads),
    ...(options.isTerminal ? [centred(types)] : []),
    rule("├", "┼", "┤"),
    ...shown.head.map(row),
    ...(hidden > 0 ? [centred(fitted.columns.map(() => "·"))] : []),
    ...shown.tail.map(row),
    rule("└", "┴", "┘"),
    footer(shown.count, hidden, columns.length - fitted.columns.length),
    "",
  ].join("\n");
}

function footer(count: number, hidden: number, hiddenColumns: number): string {
  const notes = [
    ...(hidden > 0 ? [`${count - hidden} shown`] : []),
    ...(hiddenColumns > 0
      ? [`${counted(hiddenColumns, "column")} not shown`]
      : []),
  ];
  return `  ${counted(count, "row")}${
    notes.length > 0 ? ` (${notes.join(", ")})` : ""
  }`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The columns that fit, and their widths. */
interface Fitted {
  readonly columns: readonly QueryColumn[];
  readonly widths: readonly number[];
  pick(cells: readonly Cell[]): readonly Cell[];
}

/** Cuts the widest columns first; leaves out the middle ones if it must. */
function fitColumns(
  columns: readonly QueryColumn[],
  shown: Shown,
  { isTerminal, width }: RenderOptions,
): Fitted {
  const natural = columns.map((column, i) => {
    const title = stringWidth(visible(column.name));
    const type = isTerminal ? stringWidth(typeText(column)) : 0;
    let width = Math.max(1, title, type);
    for (const rows of [shown.head, shown.tail]) {
      for (const row of rows) {
        width = Math.max(width, stringWidth(row[i]?.text ?? ""));
      }
    }
    return width;
  });
  let kept = columns.map((_, i) => i);
  if (!isTerminal) {
    return { columns, widths: natural, pick: (cells) => cells };
  }
  const room = () => width - 3 * kept.length - 1;
  const least = () =>
    kept.reduce((sum, i) => sum + Math.min(MIN_WIDTH, natural[i] ?? 0), 0);
  while (kept.length > 1 && least() > room()) {
    const middle = Math.floor(kept.length / 2);
    kept = kept.filter((_, at) => at !== middle);
  }
  const widths = shrunk(kept.map((i) => natural[i] ?? 0), room());
  return {
    columns: kept.flatMap((i) => columns[i] ?? []),
    widths,
    pick: (cells) => kept.flatMap((i) => cells[i] ?? []),
  };
}

/** The greatest widths are brought down to one that lets all of them fit. */
function shrunk(widths: readonly number[], room: number): number[] {
  let limit = Math.min(Math.max(...widths), Math.max(room, MIN_WIDTH));
  const sum = (limit: number) =>
    widths.reduce((total, width) => total + Math.min(width, limit), 0);
  while (limit > MIN_WIDTH && sum(limit) > room) limit--;
  return widths.map((width) => Math.min(width, limit));
}

function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}

function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - stringWidth(text))) + text;
}

function centre(text: string, width: number): string {
  const fitting = cut(text, width);
  const left = Math.floor((width - stringWidth(fitting)) / 2);
  return padEnd(" ".repeat(Math.max(0, left)) + fitting, width);
}
