/**
 * Spans of time in which a table of a view is computed, each by itself.
 *
 * What is added to a series changes the spans that its times lie in, and no
 * others: their rows are in the cache under a key of their own, which says what
 * of the inputs lies in them. A span holds whole buckets, so that no number is
 * made of two.
 *
 * @module
 */
import type { InputPiece } from "../../tinylogfs/mod.ts";
import type { Bucket } from "./resolution.ts";

/** How time is divided. */
export type Grid =
  | { readonly kind: "month" }
  | { readonly kind: "year" }
  | { readonly kind: "block"; readonly us: number };

/** From a time on, up to another one, in microseconds since the epoch. */
export interface Span {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Times that lie wider apart are computed as a whole. */
const MAX_SPANS = 400;

const DAY_S = 86_400;

/** A Monday at midnight, from which buckets are counted. */
const ORIGIN_US = Date.UTC(2000, 0, 3) * 1000;

/** Spans of about this length hold the buckets that fit into no month. */
const BLOCK_S = 28 * DAY_S;

/** The spans for buckets. */
export function gridOf(bucket: Bucket): Grid {
  if (bucket.kind === "fixed") {
    const { seconds } = bucket;
    return DAY_S % seconds === 0
      ? { kind: "month" }
      : { kind: "block", us: Math.ceil(BLOCK_S / seconds) * seconds * 1e6 };
  }
  switch (bucket.unit) {
    case "day":
      return { kind: "month" };
    case "week":
      return { kind: "block", us: BLOCK_S * 1e6 };
    case "month":
    case "quarter":
    case "year":
      return { kind: "year" };
    default:
      return bucket.unit satisfies never;
  }
}

/**
 * The spans in which pieces have times, in order.
 *
 * @returns Nothing where it isn't known when a piece is, where that is beyond all
 *   dates, or there are too many.
 */
export function spansOf(
  grid: Grid,
  pieces: readonly InputPiece[],
): readonly Span[] | undefined {
  const spans = new Map<number, Span>();
  for (const { fromUs, toUs } of pieces) {
    if (fromUs === undefined || toUs === undefined) return undefined;
    for (let at = spanAt(grid, fromUs); !(at.fromUs > toUs);) {
      if (Number.isNaN(at.fromUs + at.toUs)) return undefined;
      spans.set(at.fromUs, at);
      if (spans.size > MAX_SPANS) return undefined;
      at = spanAt(grid, at.toUs);
    }
  }
  return [...spans.values()].sort((a, b) => a.fromUs - b.fromUs);
}

/** Whether a piece may have times in a span. */
export function isIn({ fromUs, toUs }: InputPiece, span: Span): boolean {
  return (fromUs ?? -Infinity) < span.toUs && (toUs ?? Infinity) >= span.fromUs;
}

/** The span that a time is in. */
export function spanAt(grid: Grid, us: number): Span {
  if (grid.kind === "block") {
    const count = Math.floor((us - ORIGIN_US) / grid.us);
    const fromUs = ORIGIN_US + count * grid.us;
    return { fromUs, toUs: fromUs + grid.us };
  }
  const date = new Date(Math.floor(us / 1000));
  const year = date.getUTCFullYear();
  const [month, months] = grid.kind === "month"
    ? [date.getUTCMonth(), 1]
    : [0, 12];
  return { fromUs: monthUs(year, month), toUs: monthUs(year, month + months) };
}

/** When a month begins; NaN beyond what dates can say. */
function monthUs(year: number, month: number): number {
  // Date.UTC() takes the years 0 to 99 for those of another century.
  return new Date(0).setUTCFullYear(year, month, 1) * 1000;
}

/** The condition that a time is in a span, as SQL; none for all times. */
export function inSpanSql(time: string, span: Span | undefined): string {
  return span === undefined
    ? ""
    : ` AND ${time} >= make_timestamptz(${span.fromUs})` +
      ` AND ${time} < make_timestamptz(${span.toUs})`;
}
