/**
 * Points in time as SQL has them: finer than a `Date`.
 *
 * @module
 */

const NS_PER_MS = 1_000_000n;
const NS_PER_SECOND = 1_000_000_000n;

/** The calendar repeats itself; a `Date` goes on for 275760 years only. */
const CYCLE_YEARS = 400;
const CYCLE_SECONDS = 146_097n * 86_400n;

/** A point in time of a query's result, to the nanosecond. */
export class Timestamp {
  /** Nanoseconds since the epoch. */
  readonly ns: bigint;
  /**
   * Whether it is a point in time (`TIMESTAMP WITH TIME ZONE`), or a date and
   * time of day that say nothing of a zone.
   */
  readonly zoned: boolean;

  /**
   * Makes a point in time.
   *
   * @param ns Nanoseconds since the epoch.
   * @param zoned Whether it is a point in time.
   */
  constructor(ns: bigint, zoned: boolean) {
    this.ns = ns;
    this.zoned = zoned;
  }

  /** Microseconds since the epoch, rounded down. */
  get us(): bigint {
    return floorDiv(this.ns, 1000n);
  }

  /**
   * The nearest `Date` before, or at, this time; invalid for times that are
   * farther from the epoch than a `Date` can be.
   */
  toDate(): Date {
    return new Date(Number(floorDiv(this.ns, NS_PER_MS)));
  }

  /**
   * RFC 3339 with as many digits as there are, at least to the second; without
   * a zone where there is none. Years before 0 and after 9999 have a sign and
   * at least six digits, as ISO 8601 has it.
   */
  toString(): string {
    const seconds = floorDiv(this.ns, NS_PER_SECOND);
    const rest = this.ns - seconds * NS_PER_SECOND;
    const digits = rest === 0n
      ? ""
      : `.${rest.toString().padStart(9, "0").replace(/(000){1,2}$/, "")}`;
    return `${dateTimeText(seconds)}${digits}${this.zoned ? "Z" : ""}`;
  }

  /** As {@linkcode toString}. */
  toJSON(): string {
    return this.toString();
  }
}

/** A date and time of day, from seconds since the epoch. */
function dateTimeText(seconds: bigint): string {
  const cycles = floorDiv(seconds, CYCLE_SECONDS);
  const date = new Date(Number(seconds - cycles * CYCLE_SECONDS) * 1000);
  const year = date.getUTCFullYear() + Number(cycles) * CYCLE_YEARS;
  return `${yearText(year)}${date.toISOString().slice(4, -5)}`;
}

function yearText(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, "0");
  const sign = year < 0 ? "-" : "+";
  return `${sign}${String(Math.abs(year)).padStart(6, "0")}`;
}

function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}
