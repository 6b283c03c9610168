/**
 * Times in templates: seconds since the epoch, or ISO 8601, in UTC.
 *
 * @module
 */
import { CallError, wrong } from "./call.ts";
import type { Value } from "./value.ts";

const DAYS = [
  "Sunday",
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** What each letter after `%` stands for. */
const FIELDS: Readonly<Record<string, (time: Date) => string>> = {
  Y: (time) => padded(time.getUTCFullYear(), 4),
  y: (time) => padded(time.getUTCFullYear() % 100),
  m: (time) => padded(time.getUTCMonth() + 1),
  d: (time) => padded(time.getUTCDate()),
  e: (time) => String(time.getUTCDate()).padStart(2),
  H: (time) => padded(time.getUTCHours()),
  M: (time) => padded(time.getUTCMinutes()),
  S: (time) => padded(time.getUTCSeconds()),
  j: (time) => padded(dayOfYear(time), 3),
  a: (time) => day(time).slice(0, 3),
  A: day,
  b: (time) => month(time).slice(0, 3),
  B: month,
  s: (time) => String(Math.floor(time.getTime() / 1000)),
  F: (time) => formatTime(time, "%Y-%m-%d"),
  T: (time) => formatTime(time, "%H:%M:%S"),
  R: (time) => formatTime(time, "%H:%M"),
  Z: () => "UTC",
  z: () => "+0000",
  "%": () => "%",
};

/** Writes a time. */
export function formatTime(time: Date, format: string): string {
  return format.replaceAll(/%(.?)/gsu, (whole, letter: string) => {
    const field = Object.hasOwn(FIELDS, letter) ? FIELDS[letter] : undefined;
    if (field !== undefined) return field(time);
    throw new CallError(
      `${whole} is no part of a time: there are ${
        Object.keys(FIELDS).map((it) => `%${it}`).join(" ")
      }`,
    );
  });
}

/** The time that a value means. */
export function timeOf(value: Value): Date {
  const time = typeof value === "number"
    ? new Date(value * 1000)
    : typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value)
    // Without an offset it is UTC, of a day and of a time of day.
    ? new Date(
      /T.*(?:Z|[+-]\d\d:?\d\d)$|^.{10}$/.test(value) ? value : `${value}Z`,
    )
    : undefined;
  if (time !== undefined && !Number.isNaN(time.getTime())) return time;
  throw wrong(
    "it",
    "a time: seconds since the epoch, or 2026-01-31T10:00:00Z",
    value,
  );
}

function padded(number: number, length = 2): string {
  return String(number).padStart(length, "0");
}

function day(time: Date): string {
  return DAYS[time.getUTCDay()] ?? "";
}

function month(time: Date): string {
  return MONTHS[time.getUTCMonth()] ?? "";
}

function dayOfYear(time: Date): number {
  const start = Date.UTC(time.getUTCFullYear(), 0, 1);
  return Math.floor((time.getTime() - start) / 86_400_000) + 1;
}
