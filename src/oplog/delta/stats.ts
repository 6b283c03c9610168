/**
 * Statistics of data files: the JSON in an `add` action.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#per-file-statistics}
 * @module
 */
import { InvariantError } from "../../errors.ts";

/** Statistics of one file; 64-bit integers beyond 2^53 are bigints. */
export interface FileStats {
  /** Rows in the file. */
  readonly numRecords?: number;
  /** A value not above any value, by column. */
  readonly minValues?: { readonly [column: string]: unknown };
  /** A value not below any value, by column. */
  readonly maxValues?: { readonly [column: string]: unknown };
  /** Nulls, by column. */
  readonly nullCount?: { readonly [column: string]: unknown };
}

/**
 * Reads statistics. They are hints: what can't be read says nothing.
 *
 * @param text The JSON, if there is any.
 * @returns `undefined` when there is none, or none that can be understood.
 */
export function parseStats(text: string | undefined): FileStats | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    const isSimple = text.length < MAX_SIMPLE_LENGTH && !LONG_NUMBER.test(text);
    const value: unknown = isSimple
      ? JSON.parse(text)
      : JSON.parse(text, exactIntegers);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch (error) {
    // A RangeError is one of the stack: nobody's statistics are that deep.
    if (error instanceof SyntaxError || error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}

/**
 * Writes exact statistics of columns without nulls.
 *
 * @param numRecords Rows in the file.
 * @param columns Values by column: integers below 2^53, or ASCII strings of at
 *   most 32 characters, so that none has to be cut.
 */
export function formatStats(
  numRecords: number,
  columns: { readonly [name: string]: readonly (string | number)[] },
): string {
  const minValues: Record<string, string | number> = {};
  const maxValues: Record<string, string | number> = {};
  const nullCount: Record<string, number> = {};
  for (const [name, values] of Object.entries(columns)) {
    const [first, ...rest] = values;
    if (first === undefined) continue;
    let min = first;
    let max = first;
    for (const value of rest) {
      if (value < min) min = value;
      if (value > max) max = value;
    }
    if (typeof max === "string" && max.length > 32) {
      throw new InvariantError("strings in statistics are not cut here");
    }
    minValues[name] = min;
    maxValues[name] = max;
    nullCount[name] = 0;
  }
  return JSON.stringify({ numRecords, minValues, maxValues, nullCount });
}

/** What may be beyond 2^53; without it, nothing has to be looked at twice. */
const LONG_NUMBER = /9\d{15}|\d{17}/;

/** What is longer may be deeper than any stack, which `JSON.parse` doesn't see. */
const MAX_SIMPLE_LENGTH = 16 * 1024;

/** `JSON.parse` rounds integers beyond 2^53; their text is still there. */
function exactIntegers(
  _key: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  const source = context?.source;
  const rounded = typeof value === "number" && !Number.isSafeInteger(value);
  return rounded && source !== undefined && /^-?\d+$/.test(source)
    ? BigInt(source)
    : value;
}
