/**
 * A chart for a terminal: one bar a row, or of many rows with times a line.
 *
 * ```text
 *       temp
 *  1  ▕██████████████████▌           46.8
 *  2  ▕████████████████████▏         48.3
 * ```
 *
 * The first column that is no number (else the first column) gives the labels,
 * each other column of numbers a group of bars. With times for labels, more rows
 * than fit on a screen are a line (`line_chart.ts`).
 *
 * @module
 */
import stringWidth from "fast-string-width";
import { encodeUtf8 } from "../../bytes.ts";
import { PondError } from "../../errors.ts";
import {
  type QueryColumn,
  type QueryValue,
  Timestamp,
} from "../../tinylogfs/mod.ts";
import { isNumeric } from "../sql_type.ts";
import { lineChart } from "./line_chart.ts";
import { type Renderer, type RenderOptions, rowsOf } from "./options.ts";
import { cut, NULL_TEXT, plainText, visible } from "./text.ts";

/** More bars than this say nothing any more. */
const MAX_BARS = 500;

/** So many values over time are a line, and fewer are bars. */
const MIN_POINTS = 25;

/** All points are in memory. */
const MAX_POINTS = 1_000_000;

/** Of the width, what labels take at most. */
const LABEL_SHARE = 0.4;

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

/** Writes bars when all rows are there. */
export const renderChart: Renderer = async function* (
  columns,
  batches,
  options,
) {
  const rows: (readonly QueryValue[])[] = [];
  const label = labelColumn(columns);
  const isTime = TIME.test(columns[label]?.type ?? "");
  const most = isTime ? MAX_POINTS : MAX_BARS;
  for await (const row of rowsOf(batches)) {
    if (rows.push(row) > most) {
      throw invalid(
        `it has more than ${most} rows`,
        "group the rows, or use LIMIT",
      );
    }
  }
  const series = columns.flatMap((column, i) =>
    i !== label && isNumeric(column.type) ? [i] : []
  );
  if (series.length === 0) {
    throw invalid(
      "no column of it has numbers to draw",
      "select a label and a number: SELECT month, avg(temp) …",
    );
  }
  if (isTime && rows.length >= MIN_POINTS) {
    const lines = series.map((i) => lineText(columns, rows, label, i, options));
    yield encodeUtf8(lines.join("\n"));
    return;
  }
  const labels = rows.map((row) => labelOf(row[label] ?? null));
  const charts = series.map((i) =>
    chartText(
      visible(columns[i]?.name ?? ""),
      labels,
      rows.map((row) => numberOf(row[i] ?? null)),
      options,
    )
  );
  yield encodeUtf8(charts.join("\n"));
};

/** Types of times. */
const TIME = /^(TIMESTAMP|DATE)/;

/** A column of numbers over a column of times; rows without a time are none. */
function lineText(
  columns: readonly QueryColumn[],
  rows: readonly (readonly QueryValue[])[],
  label: number,
  series: number,
  { width }: RenderOptions,
): string {
  const known = rows.flatMap((row) => {
    const time = row[label] ?? null;
    const at = timeOf(time);
    return Number.isFinite(at) ? [{ time: at, row, label: time }] : [];
  });
  known.sort((a, b) => a.time - b.time);
  const points = known.map(({ row, time }) => ({
    time,
    value: numberOf(row[series] ?? null),
  }));
  const times = [known[0], known.at(-1)]
    .map((point) => labelOf(point?.label ?? null));
  return lineChart(points, {
    title: visible(columns[series]?.name ?? ""),
    times: [times[0] ?? "", times[1] ?? ""],
    text: short,
  }, width);
}

/** Milliseconds since the epoch; no number for what is no time on a line. */
function timeOf(value: QueryValue): number {
  if (value instanceof Timestamp) return Number(value.ns) / 1e6;
  return typeof value === "string" ? Date.parse(value) : NaN;
}

function labelColumn(columns: readonly QueryColumn[]): number {
  const text = columns.findIndex(({ type }) => !isNumeric(type));
  return text < 0 ? 0 : text;
}

function labelOf(value: QueryValue): string {
  return value === null ? NULL_TEXT : visible(plainText(value));
}

function numberOf(value: QueryValue): number | null {
  return value === null ? null : Number(value);
}

function chartText(
  title: string,
  labels: readonly string[],
  values: readonly (number | null)[],
  { width }: RenderOptions,
): string {
  const known = values.flatMap((value) =>
    value !== null && Number.isFinite(value) ? [value] : []
  );
  const low = Math.min(0, ...known);
  const high = Math.max(0, ...known);
  const texts = values.map((value) =>
    value === null ? NULL_TEXT : short(value)
  );
  const labelWidth = Math.min(
    Math.floor(width * LABEL_SHARE),
    Math.max(0, ...labels.map((text) => stringWidth(text))),
  );
  const textWidth = Math.max(0, ...texts.map((text) => text.length));
  const room = Math.max(8, width - labelWidth - textWidth - 6);
  const zero = low < 0 ? Math.round(room * -low / (high - low || 1)) : 0;
  const lines = values.map((value, i) => {
    const bar = value === null || !Number.isFinite(value)
      ? " ".repeat(room)
      : barOf(value, { low, high, room, zero });
    const label = cut(labels[i] ?? "", labelWidth);
    const padding = " ".repeat(labelWidth - stringWidth(label));
    return ` ${padding}${label} ▕${bar} ${texts[i]?.padStart(textWidth)}`;
  });
  const heading = cut(title, width - labelWidth - 3);
  return `${" ".repeat(labelWidth + 3)}${heading}\n${lines.join("\n")}\n`;
}

/** A bar from zero to the right, or to the left for what is negative. */
function barOf(
  value: number,
  { low, high, room, zero }: {
    readonly low: number;
    readonly high: number;
    readonly room: number;
    readonly zero: number;
  },
): string {
  const length = Math.abs(value) / (high - low || 1) * room;
  if (value < 0) {
    const cells = Math.min(zero, Math.max(1, Math.round(length)));
    return " ".repeat(zero - cells) + "█".repeat(cells) +
      " ".repeat(room - zero);
  }
  const whole = Math.min(room - zero, Math.floor(length));
  const eighth = whole === room - zero
    ? ""
    : EIGHTHS[Math.floor((length - Math.floor(length)) * 8)] ?? "";
  const bar = "█".repeat(whole) + eighth;
  return (" ".repeat(zero) + bar).padEnd(room);
}

/** Four digits, but all of those before the point. */
function short(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  return Math.abs(value) < 1000 ? value.toPrecision(4) : value.toFixed(0);
}

function invalid(why: string, hint: string): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot draw a chart of the result: ${why}`,
    { hint },
  );
}
