/**
 * Resolutions: the lengths of buckets of time.
 *
 * Buckets begin at whole multiples of their length, counted from a Monday at
 * midnight (UTC). From a day on they are those of the calendar, as the proof of
 * concept has it:
 *
 * | length of at least | bucket |
 * |---|---|
 * | `1d` | day |
 * | `7d` | week, from Monday |
 * | `30d` | month |
 * | `90d` | quarter |
 * | `365d` | year |
 *
 * @module
 */
import { durationMs } from "../kinds/common.ts";

const DAY_MS = 86_400_000;

/** From which length on a bucket is which part of the calendar. */
const CALENDAR: readonly (readonly [days: number, unit: CalendarUnit])[] = [
  [365, "year"],
  [90, "quarter"],
  [30, "month"],
  [7, "week"],
  [1, "day"],
];

/** A part of the calendar. */
export type CalendarUnit = "day" | "month" | "quarter" | "week" | "year";

/** What the buckets of a resolution are. */
export type Bucket =
  | { readonly kind: "fixed"; readonly seconds: number }
  | { readonly kind: "calendar"; readonly unit: CalendarUnit };

/** The buckets of a resolution such as `15m` or `1d`. */
export function bucketOf(resolution: string): Bucket {
  const ms = durationMs(resolution);
  const found = CALENDAR.find(([days]) => ms >= days * DAY_MS);
  return found === undefined
    ? { kind: "fixed", seconds: ms / 1000 }
    : { kind: "calendar", unit: found[1] };
}

/** The beginning of the bucket that a time is in, as SQL. */
export function bucketSql(bucket: Bucket, time: string): string {
  switch (bucket.kind) {
    case "fixed":
      return `time_bucket(to_seconds(${bucket.seconds}), ${time})`;
    case "calendar":
      return `date_trunc('${bucket.unit}', ${time})`;
    default:
      return bucket satisfies never;
  }
}
