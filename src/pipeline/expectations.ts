/**
 * What a resource expects of its readings.
 *
 * ```yaml
 * expect:
 *   every: 15m
 *   range: { "*.Temperature.C": 0..40, "*.pH.*": 0..14, "*.Battery.V": "11.." }
 * ```
 *
 * A value out of its range is set aside, and is no part of a row. A step between two
 * rows that is longer than one and a half times `every` is a gap, and is told.
 *
 * @module
 */
import type { JsonSchema } from "./json_schema.ts";
import { duration, durationMs, fields } from "./kinds/common.ts";

/** The field `expect`. */
export interface ExpectSpec {
  /** The time between two rows. */
  readonly every?: string;
  /** The least and the greatest value, by patterns of columns. */
  readonly range?: Readonly<Record<string, string>>;
}

/** A step this many times as long as expected is a gap. */
const GAP_TIMES = 1.5;

const NUMBER = "[+-]?\\d{1,15}(\\.\\d{1,15})?";

/** The schema of the field. */
export const EXPECT: JsonSchema = {
  ...fields({
    every: duration("The time between two rows; longer steps are told as gaps"),
    range: {
      type: "object",
      additionalProperties: {
        type: "string",
        // Both ends may be left out, but not both of them.
        pattern: `^(${NUMBER}\\.\\.(${NUMBER})?|\\.\\.${NUMBER})$`,
        patternErrorMessage:
          'must be from one number to another: "0..40", "0..", "..40"',
      },
      description:
        "By column, with * and ? as wildcards: values beyond it are set aside",
      examples: [{ "*.Temperature.C": "0..40" }],
    },
  }, []),
  description: "What the readings should be; what isn't is set aside, or told",
};

/** A range, with both ends in it. */
interface Range {
  readonly column: RegExp;
  readonly min: number;
  readonly max: number;
}

/** Holds readings against what is expected of them. */
export class Expectations {
  readonly #ranges: readonly Range[];
  readonly #ofColumns = new Map<string, readonly Range[]>();
  readonly #gapUs: number;

  /** @param spec What is expected; nothing when left out. */
  constructor({ every, range = {} }: ExpectSpec = {}) {
    this.#gapUs = every === undefined
      ? Infinity
      : durationMs(every) * 1000 * GAP_TIMES;
    this.#ranges = Object.entries(range).map(([pattern, text]) => ({
      column: columnPattern(pattern),
      ...boundsOf(text),
    }));
  }

  /** Whether a value is in all ranges of its column. */
  isInRange(column: string, value: number): boolean {
    let ranges = this.#ofColumns.get(column);
    if (ranges === undefined) {
      ranges = this.#ranges.filter((it) => it.column.test(column));
      this.#ofColumns.set(column, ranges);
    }
    return ranges.every(({ max, min }) => value >= min && value <= max);
  }

  /**
   * Counts gaps.
   *
   * @param times Those of rows, in order; microseconds since the epoch.
   * @param lastUs The time of the row before them.
   * @returns `undefined` where nothing is expected.
   */
  gapsIn(
    times: Iterable<number>,
    lastUs: number | undefined,
  ): number | undefined {
    if (this.#gapUs === Infinity) return undefined;
    let count = 0;
    let before = lastUs;
    for (const timeUs of times) {
      if (before !== undefined && timeUs - before > this.#gapUs) count++;
      before = timeUs;
    }
    return count;
  }
}

function columnPattern(pattern: string): RegExp {
  const source = pattern.replace(
    /[\\^$.*+?()[\]{}|/-]/g,
    (it) => it === "*" ? ".*" : it === "?" ? "." : `\\${it}`,
  );
  return new RegExp(`^${source}$`, "su");
}

/** What is wrong with a range that no schema can say. */
export function rangeProblem(text: string): string | undefined {
  const { max, min } = boundsOf(text);
  return min > max ? "must go from the lower number to the higher" : undefined;
}

/** Reads `0..40`, `0..`, `..40`. */
function boundsOf(
  text: string,
): { readonly min: number; readonly max: number } {
  const [min = "", max = ""] = text.split("..");
  return {
    min: min === "" ? -Infinity : Number(min),
    max: max === "" ? Infinity : Number(max),
  };
}
