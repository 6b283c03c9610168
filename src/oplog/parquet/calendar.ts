/**
 * Dates of the Julian calendar, which Spark wrote before 1582-10-15 until
 * version 3, and on request since.
 *
 * @see {@link https://spark.apache.org/docs/latest/sql-data-sources-parquet.html#configuration}
 * @module
 */

/** 1582-10-15, the first day on which both calendars agree. */
const FIRST_GREGORIAN_DAY = -141_427;
/** Days since the epoch of 0000-03-01 in the Julian calendar. */
const JULIAN_ERA = -719_470;
const US_PER_DAY = 86_400_000_000n;

/**
 * The day of the same name in the calendar of today.
 *
 * @param day Days since the epoch, named by the Julian calendar before 1582.
 */
export function julianDayToGregorian(day: number): number {
  if (day >= FIRST_GREGORIAN_DAY) return day;
  const since = day - JULIAN_ERA;
  const cycle = Math.floor(since / 1461);
  const rest = since - cycle * 1461;
  const yearOfCycle = Math.min(3, Math.floor(rest / 365));
  const dayOfYear = rest - yearOfCycle * 365;
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * month + 2) / 5) + 1;
  return daysFromCivil(cycle * 4 + yearOfCycle, month, dayOfMonth);
}

/** The time of the same name, to the microsecond. */
export function julianUsToGregorian(us: bigint): bigint {
  const rest = ((us % US_PER_DAY) + US_PER_DAY) % US_PER_DAY;
  const day = Number((us - rest) / US_PER_DAY);
  return BigInt(julianDayToGregorian(day)) * US_PER_DAY + rest;
}

/** Days since the epoch; years begin in March, months count from 0. */
function daysFromCivil(year: number, month: number, day: number): number {
  const era = Math.floor(year / 400);
  const yearOfEra = year - era * 400;
  const dayOfYear = Math.floor((153 * month + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
