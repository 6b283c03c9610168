/**
 * What the statistics of a data file say of its records.
 *
 * Ours have one form, and a table has thousands of them: these are read by it.
 * All others are read as JSON.
 *
 * ```text
 * {"numRecords":N,
 *  "minValues":{"part_id":HEX,"timestamp":N,"version":N},   part_id: clustered
 *  "maxValues":{…},"nullCount":{…}}
 * ```
 *
 * @module
 */
import { parseStats } from "./delta/stats.ts";

/** Bounds of the records in a file. What isn't known excludes nothing. */
export interface RecordStats {
  /** Lowest version of a row. */
  readonly minVersion: number;
  /** Highest version of a row. */
  readonly maxVersion: number;
  /** Earliest time of a row, microseconds since the epoch, UTC. */
  readonly minTimestampUs: number;
  /** Latest time of a row. */
  readonly maxTimestampUs: number;
  /** How many rows, where that is known with the versions. */
  readonly numRecords: number | undefined;
  /** No partition of a row is below it. */
  readonly minPart: string;
  /** No partition of a row is above it; `undefined`: not known. */
  readonly maxPart: string | undefined;
}

const INTEGER = "(0|[1-9]\\d{0,15})";
const BOUNDS = `\\{(?:"part_id":"([0-9a-f]{32})",)?` +
  `"timestamp":${INTEGER},"version":${INTEGER}\\}`;

const OUR_FORM = new RegExp(
  `^\\{"numRecords":${INTEGER},"minValues":${BOUNDS},"maxValues":${BOUNDS},` +
    `"nullCount":\\{(?:"part_id":0,)?"timestamp":0,"version":0\\}\\}$`,
);

/**
 * Reads the statistics of a data file.
 *
 * @param text As the `add` action has them.
 */
export function recordStats(text: string | undefined): RecordStats {
  return (text === undefined ? undefined : ofOurForm(text)) ?? ofAnyForm(text);
}

function ofOurForm(text: string): RecordStats | undefined {
  const found = OUR_FORM.exec(text);
  if (found === null) return undefined;
  const [, rows, minPart = "", minTime, min, maxPart, maxTime, max] = found;
  const stats = {
    minVersion: Number(min),
    maxVersion: Number(max),
    minTimestampUs: Number(minTime),
    maxTimestampUs: Number(maxTime),
    numRecords: Number(rows),
    minPart,
    maxPart,
  };
  // A number of sixteen digits may be one that has no exact place.
  const isExact = isSafe(stats.minVersion) && isSafe(stats.maxVersion) &&
    isSafe(stats.minTimestampUs) && isSafe(stats.maxTimestampUs) &&
    isSafe(stats.numRecords);
  return isExact ? stats : undefined;
}

function isSafe(number: number): boolean {
  return number <= Number.MAX_SAFE_INTEGER;
}

function ofAnyForm(text: string | undefined): RecordStats {
  const { minValues: min, maxValues: max, numRecords } = parseStats(text) ?? {};
  const hasVersions = min?.version !== undefined && max?.version !== undefined;
  return {
    minVersion: numberOf(min?.version, 0),
    maxVersion: numberOf(max?.version, Number.MAX_SAFE_INTEGER),
    minTimestampUs: numberOf(min?.timestamp, 0),
    maxTimestampUs: numberOf(max?.timestamp, Number.MAX_SAFE_INTEGER),
    numRecords: hasVersions ? numRecords : undefined,
    minPart: typeof min?.part_id === "string" ? min.part_id : "",
    // Other writers cut long values; ours and all ids are short enough.
    maxPart: typeof max?.part_id === "string" ? max.part_id : undefined,
  };
}

/** A bound that isn't known excludes nothing. */
function numberOf(value: unknown, unknown: number): number {
  if (typeof value === "number") return value;
  return typeof value === "bigint" ? Number(value) : unknown;
}
