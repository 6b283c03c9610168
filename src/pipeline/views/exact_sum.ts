/**
 * Sums of doubles as exact arithmetic has them, rounded once.
 *
 * The doubles of a column are multiplied by one power of two, so that the sum of
 * all of them fits into 128 bits, and added as whole numbers: no order, and no
 * cancellation, makes a difference. What is cut off is less than 2^-90 of the
 * largest value for up to 2^33 rows; any value that isn't smaller than 2^-37 of it
 * is whole.
 *
 * A whole number of 128 bits is cast to a double in two steps, which may round
 * twice; what the first cast has missed is added (`refined`).
 *
 * @module
 */

/** Bits of a whole number, without its sign and some to spare. */
const BITS = 122;

/** More than this, as a power of two, is no double any more. */
const MAX_EXPONENT = 1000;

/**
 * The power of two by which a column is multiplied, as SQL: an aggregate of all
 * of its rows.
 *
 * @param column The column, quoted.
 */
export function scaleSql(column: string): string {
  const largest = `max(abs(${column}::DOUBLE)) FILTER (isfinite(${column}))`;
  const exponent = `${BITS} - ceil(log2(count(*) + 1)) - ` +
    `ceil(log2(CASE WHEN ${largest} > 0 THEN ${largest} END))`;
  return `pow(2, least(${MAX_EXPONENT}, coalesce(${exponent}, 0)))`;
}

/**
 * The sum of the rows of a group, as SQL. Where one of them isn't finite, neither
 * is the sum.
 *
 * @param column The column, quoted.
 * @param scale What {@linkcode scaleSql} has given, the same for all rows.
 */
export function exactSumSql(column: string, scale: string): string {
  const x = `${column}::DOUBLE`;
  const total = `sum(CASE WHEN isfinite(${x}) ` +
    `THEN (${x} * ${scale})::HUGEINT END)`;
  const refined = `(${total}::DOUBLE + ` +
    `(${total} - ${total}::DOUBLE::HUGEINT)::DOUBLE)`;
  return `CASE WHEN bool_and(isfinite(${x})) ` +
    `THEN ${refined} / any_value(${scale}) ELSE sum(${x}) END`;
}
