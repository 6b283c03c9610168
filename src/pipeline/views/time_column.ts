/**
 * The column of a table that says when each row was, as all views have it:
 * `Timestamp`, in microseconds, UTC, never null.
 *
 * It is the column `Timestamp`, or else the only one with times. Whole numbers in
 * a column of that name are seconds since the epoch, as the proof of concept
 * wrote them; times without a zone are UTC.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type { QueryColumn } from "../../tinylogfs/mod.ts";
import { quoteName } from "../../query/paths.ts";

/** What it is called in what views make. */
export const TIME_COLUMN = "Timestamp";

/** Types that are times. */
const TIMES = /^(TIMESTAMP|DATE)\b/;

/** Types that are whole numbers. */
const WHOLE = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;

/** A column of a table. */
export type Column = Pick<QueryColumn, "name" | "type">;

/** A table with times. */
export interface TimeTable {
  /** The time of a row, as SQL. */
  readonly time: string;
  /** The condition that a row has one, as SQL. */
  readonly hasTime: string;
  /** The column of the time. */
  readonly timeColumn: string;
  /** The others. */
  readonly columns: readonly Column[];
}

/**
 * Finds the column of the times.
 *
 * @param columns The columns of a table.
 * @param path What it is called in an error.
 * @throws {PondError} `UNSUPPORTED` where there is none, or one of several.
 */
export function timeTable(
  columns: readonly Column[],
  path: string,
): TimeTable {
  const named = columns.find(({ name, type }) =>
    name.toLowerCase() === TIME_COLUMN.toLowerCase() &&
    (TIMES.test(type) || WHOLE.test(type))
  );
  const [only, ...more] = columns.filter(({ type }) => TIMES.test(type));
  const found = named ?? (more.length === 0 ? only : undefined);
  if (found === undefined) {
    const names = [only, ...more].flatMap((it) => it?.name ?? []);
    throw new PondError(
      "UNSUPPORTED",
      names.length === 0
        ? `Cannot see when the rows of ${path} were: no column has times`
        : `Cannot see when the rows of ${path} were: ${
          names.join(", ")
        } have times, and none is called ${TIME_COLUMN}`,
      {
        path,
        hint: `call one so by a Derive: SELECT … AS "${TIME_COLUMN}"`,
      },
    );
  }
  const { name, type } = found;
  const quoted = quoteName(name);
  const time = WHOLE.test(type)
    ? `to_timestamp(${quoted})`
    : type === "TIMESTAMP WITH TIME ZONE"
    ? quoted
    : `${quoted}::TIMESTAMP::TIMESTAMPTZ`;
  const isFinite = WHOLE.test(type) ? "" : ` AND isfinite(${quoted})`;
  return {
    time,
    hasTime: `${quoted} IS NOT NULL${isFinite}`,
    timeColumn: name,
    columns: columns.filter((column) => column !== found),
  };
}

/**
 * The earliest and the latest time of tables, in microseconds since the epoch, as
 * SQL; null where they have none.
 */
export function timesSql(
  tables: readonly (Pick<TimeTable, "hasTime" | "time"> & {
    readonly from: string;
  })[],
): string {
  const times = tables.map(({ from, hasTime, time }) =>
    `SELECT min(${time}) AS a, max(${time}) AS b ${from} WHERE ${hasTime}`
  );
  const none = "SELECT NULL::TIMESTAMPTZ AS a, NULL::TIMESTAMPTZ AS b";
  return `SELECT epoch_us(min(a)), epoch_us(max(b)) FROM (${
    [...times, none].join(" UNION ALL ")
  })`;
}
