/**
 * What a series has to know of a part that the proof of concept wrote.
 *
 * Its column `Timestamp` has seconds since the epoch, where ours has microseconds.
 * The bytes stay what they are: the part says that it has seconds, and a query reads
 * both as times.
 *
 * @module
 */
import { hasCode } from "../errors.ts";
import type { DataValue } from "../oplog/data_type.ts";
import type { FileBytes } from "../oplog/parquet/file.ts";
import type { SeriesPart } from "../tinylogfs/mod.ts";
import { columnTypes, readBatches } from "./table_rows.ts";

/** The column with the time. */
const TIME = "Timestamp";

/** Times of which the microseconds are exact as a number. */
const MAX_US = BigInt(Number.MAX_SAFE_INTEGER);

/** Seconds that are a time in microseconds of 64 bits. */
const MAX_SECONDS = (1n << 63n) / 1_000_000n - 1n;

/**
 * Looks at a part.
 *
 * @returns What is known of it, and what is wrong with it as a table.
 */
export async function seriesPart(
  bytes: FileBytes,
): Promise<{ readonly part: SeriesPart; readonly problem?: string }> {
  try {
    return await partOf(bytes);
  } catch (error) {
    if (!hasCode(error, "INTEGRITY", "UNSUPPORTED")) throw error;
    return {
      part: { of: "rows" },
      problem: "it is no Parquet file that can be read: it is kept as it is",
    };
  }
}

async function partOf(
  bytes: FileBytes,
): Promise<{ readonly part: SeriesPart; readonly problem?: string }> {
  const type = (await columnTypes(bytes)).get(TIME)?.kind;
  const unitUs = type === "long"
    ? 1_000_000n
    : type === "timestamp" || type === "timestamp_ntz"
    ? 1n
    : undefined;
  let [rows, from, to] = [0, MAX_US + 1n, -MAX_US - 1n];
  let isTime = unitUs !== undefined;
  for await (
    const { numRows, values: [column = []] } of readBatches(bytes, [TIME])
  ) {
    rows += numRows;
    if (unitUs === undefined) continue;
    for (const value of column) {
      if (unitUs > 1n && !areSeconds(value)) isTime = false;
      if (typeof value !== "bigint") continue;
      const us = value * unitUs;
      // What is far away is a clock that was wrong, and no place to go on from.
      if (us > MAX_US || us < -MAX_US) continue;
      if (us < from) from = us;
      if (us > to) to = us;
    }
  }
  const part = { of: "rows", rows } as const;
  if (!isTime) {
    const problem = `it has no column ${TIME} of times: it is kept as it is`;
    return { part, problem };
  }
  return {
    part: {
      ...part,
      ...(from > to ? {} : { fromUs: Number(from), toUs: Number(to) }),
      ...(unitUs === 1n ? {} : { seconds: TIME }),
    },
  };
}

function areSeconds(value: DataValue): boolean {
  if (value === null) return true;
  return typeof value === "bigint" && value <= MAX_SECONDS &&
    value >= -MAX_SECONDS;
}
