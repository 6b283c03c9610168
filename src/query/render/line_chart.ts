/**
 * A line over time for a terminal, in dots of Braille: two in the width and four
 * in the height of a character.
 *
 * ```text
 *       temp
 *  21.4 ┤⠀⠀⠀⠀⡠⠔⠒⠢⡀
 *       │⠀⢀⠔⠁⠀⠀⠀⠀⠈⢆
 *   3.1 ┤⠔⠁⠀⠀⠀⠀⠀⠀⠀⠈⠢
 *       └ 2026-01-01 … 2026-01-31
 * ```
 *
 * @module
 */
import stringWidth from "fast-string-width";
import { cut } from "./text.ts";

/** Lines of a chart. */
const HEIGHT = 12;

/** Where Braille begins in Unicode; the dots are bits after it. */
const BRAILLE = 0x2800;

/** The bits of the dots: left column from the top, then the right one. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/** A value at a time. */
export interface Point {
  /** When, in any unit. */
  readonly time: number;
  /** The value; a line has a gap where there is none. */
  readonly value: number | null;
}

/** What stands around a line. */
export interface LineLabels {
  /** What it is. */
  readonly title: string;
  /** The first time and the last one. */
  readonly times: readonly [first: string, last: string];
  /** Writes a value. */
  text(value: number): string;
}

/**
 * Draws a line.
 *
 * @param points In the order of their times.
 * @param width Columns of the terminal.
 */
export function lineChart(
  points: readonly Point[],
  { text, times, title }: LineLabels,
  width: number,
): string {
  let [low, high] = [Infinity, -Infinity];
  for (const { value } of points) {
    if (value === null || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const isEmpty = low > high;
  const [top, bottom] = isEmpty ? ["", ""] : [text(high), text(low)];
  const labelWidth = Math.max(stringWidth(top), stringWidth(bottom));
  const room = Math.max(8, width - labelWidth - 4);
  const canvas = new Canvas(room);
  if (!isEmpty) draw(points, canvas, low, high);
  const lines = canvas.lines().map((line, i) => {
    const label = i === 0 ? top : i === HEIGHT - 1 ? bottom : "";
    const mark = label === "" ? "│" : "┤";
    return ` ${label.padStart(labelWidth)} ${mark}${line}`;
  });
  const margin = " ".repeat(labelWidth + 2);
  const span = cut(`${times[0]} … ${times[1]}`, room - 1);
  return [`${margin} ${cut(title, room)}`, ...lines, `${margin}└ ${span}`, ""]
    .join("\n");
}

function draw(
  points: readonly Point[],
  canvas: Canvas,
  low: number,
  high: number,
): void {
  const first = points[0]?.time ?? 0;
  const span = (points.at(-1)?.time ?? 0) - first || 1;
  let last: readonly [x: number, y: number] | undefined;
  for (const { time, value } of points) {
    if (value === null || !Number.isFinite(value)) {
      last = undefined;
      continue;
    }
    const x = Math.round((time - first) / span * (canvas.width - 1));
    const share = high === low ? 0.5 : (value - low) / (high - low);
    const y = Math.round((1 - share) * (canvas.height - 1));
    const [fromX, fromY] = last ?? [x, y];
    canvas.line(fromX, fromY, x, y);
    last = [x, y];
  }
}

/** Dots, from the left and from the top. */
class Canvas {
  readonly width: number;
  readonly height = HEIGHT * 4;
  readonly #columns: number;
  readonly #cells: Uint8Array;

  constructor(columns: number) {
    this.#columns = columns;
    this.width = columns * 2;
    this.#cells = new Uint8Array(columns * HEIGHT);
  }

  /** A straight line, ends included. */
  line(fromX: number, fromY: number, toX: number, toY: number): void {
    const steps = Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY), 1);
    for (let i = 0; i <= steps; i++) {
      const x = Math.round(fromX + (toX - fromX) * i / steps);
      const y = Math.round(fromY + (toY - fromY) * i / steps);
      const cell = (y >> 2) * this.#columns + (x >> 1);
      const dot = DOTS[x & 1 ? 1 : 0][y & 3] ?? 0;
      this.#cells[cell] = (this.#cells[cell] ?? 0) | dot;
    }
  }

  lines(): string[] {
    return Array.from({ length: HEIGHT }, (_, row) => {
      const cells = this.#cells.subarray(
        row * this.#columns,
        (row + 1) * this.#columns,
      );
      return String.fromCodePoint(...[...cells].map((bits) => BRAILLE + bits));
    });
  }
}
