/**
 * Points in time as SQL has them: finer than a `Date`.
 *
 * @module
 */

const NS_PER_MS = 1_000_000n;
const NS_PER_SECOND = 1_000_000_000n;

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

  /** The nearest `Date` before, or at, this time. */
  toDate(): Date {
    return new Date(Number(floorDiv(this.ns, NS_PER_MS)));
  }

  /**
   * RFC 3339 with as many digits as there are, at least to the second;
   * without a zone where there is none.
   */
  toString(): string {
    const seconds = floorDiv(this.ns, NS_PER_SECOND);
    const rest = this.ns - seconds * NS_PER_SECOND;
    const date = new Date(Number(seconds) * 1000).toISOString().slice(0, -5);
    const digits = rest === 0n
      ? ""
      : `.${rest.toString().padStart(9, "0").replace(/(000){1,2}$/, "")}`;
    return `${date}${digits}${this.zoned ? "Z" : ""}`;
  }

  /** As {@linkcode toString}. */
  toJSON(): string {
    return this.toString();
  }
}

function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}
