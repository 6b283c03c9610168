/**
 * Kinds that make something up, for demos and tests: `Scribble`, `Synthetic`.
 *
 * @module
 */
import { EXPECT, type ExpectSpec } from "../expectations.ts";
import {
  duration,
  fields,
  type KindSchema,
  listOf,
  pathName,
  time,
} from "./common.ts";

/** What a `Scribble` resource draws: by chance, in these proportions. */
export interface ScribbleSpec {
  /** The fewest entries of a directory; at least 1. */
  readonly count_min: number;
  /** The most; more than `count_min`. */
  readonly count_max: number;
  /** How likely each kind of entry is, in any unit. */
  readonly probs: ScribbleProbabilities;
  /** What chance begins with; 1 when left out. */
  readonly seed?: number;
}

/** How likely each kind of entry is. */
export interface ScribbleProbabilities {
  /** A directory; the less likely the deeper it is. */
  readonly tree?: number;
  /** A table of names, regions and quotas. */
  readonly table?: number;
  /** A text. */
  readonly data?: number;
}

/** The fields of a `Synthetic` resource. */
export interface SyntheticSpec {
  /** What is expected of the rows. */
  readonly expect?: ExpectSpec;
  /** The series: `/Synthetic/<resource>/<name>`. */
  readonly series: readonly SyntheticSeries[];
}

/** A series of waves. */
export interface SyntheticSeries {
  /** Its name. */
  readonly name: string;
  /** The time of the first row. */
  readonly start: string;
  /** No row is later; the present when left out. */
  readonly end?: string;
  /** The time between two rows. */
  readonly every: string;
  /** Its columns beside the time. */
  readonly columns: readonly SyntheticColumn[];
}

/** A column: the sum of its waves. */
export interface SyntheticColumn {
  /** Its name. */
  readonly name: string;
  /** What is added up. */
  readonly waves: readonly SyntheticWave[];
}

/** A wave. */
export interface SyntheticWave {
  /** Its form. */
  readonly type: "sine" | "square" | "line";
  /** Half of the way from the lowest to the highest value; 1 if left out. */
  readonly amplitude?: number;
  /** The length of a period; of a line, the time in which it rises by 1 amplitude. */
  readonly period: string;
  /** How far in the period it begins, from 0 to 1; 0 if left out. */
  readonly phase?: number;
  /** What is added to each value; 0 if left out. */
  readonly offset?: number;
}

const PROBABILITY = { type: "number", minimum: 0 } as const;

/** `Scribble` */
export const SCRIBBLE: KindSchema = {
  summary: "makes up a tree of files, to try things with",
  spec: fields({
    count_min: {
      type: "integer",
      minimum: 1,
      maximum: 1000,
      description: "The fewest entries of a directory",
    },
    count_max: {
      type: "integer",
      minimum: 2,
      maximum: 1000,
      description: "The most; more than count_min",
    },
    probs: {
      ...fields({
        tree: { ...PROBABILITY, description: "A directory" },
        table: { ...PROBABILITY, description: "A table" },
        data: { ...PROBABILITY, description: "A text" },
      }, []),
      description: "How likely each kind of entry is, in any unit",
    },
    seed: {
      type: "integer",
      minimum: 0,
      maximum: 2 ** 32 - 1,
      default: 1,
      description: "What chance begins with: the same tree for the same seed",
    },
  }, ["count_min", "count_max", "probs"]),
  isRun: true,
  isSupported: true,
};

/** `Synthetic` */
export const SYNTHETIC: KindSchema = {
  summary: "makes up series of sines, squares and lines",
  spec: fields({
    expect: EXPECT,
    series: listOf(
      fields({
        name: pathName("The series: /Synthetic/<resource>/<name>"),
        start: time("The time of the first row"),
        end: time("No row is later; the present when left out"),
        every: duration("The time between two rows"),
        columns: listOf(
          fields({
            name: pathName("The column"),
            waves: listOf(
              fields({
                type: {
                  type: "string",
                  enum: ["sine", "square", "line"],
                  description: "Its form",
                },
                amplitude: { type: "number", default: 1 },
                period: duration(
                  "The length of a period; of a line, the time in which it rises by the amplitude",
                ),
                phase: {
                  type: "number",
                  minimum: 0,
                  maximum: 1,
                  default: 0,
                  description: "How far in the period it begins",
                },
                offset: { type: "number", default: 0 },
              }, ["type", "period"]),
              "What is added up",
            ),
          }, ["name", "waves"]),
          "The columns beside the time",
        ),
      }, ["name", "start", "every", "columns"]),
      "The series",
    ),
  }, ["series"]),
  isRun: true,
  isSupported: true,
};
