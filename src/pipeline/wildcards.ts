/**
 * What patterns of resources say of names: `$0` is what the first wildcard stands
 * for.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import { parseGlob } from "../tinyfs/mod.ts";

/** A pattern, and what its matches become. */
export interface InOut {
  /** Files of the pond. */
  readonly in_pattern: string;
  /** A path with `$0`, `$1`, …. */
  readonly out_pattern: string;
}

/** What is wrong with one of the two. */
export interface InOutIssue {
  /** Which. */
  readonly field: keyof InOut;
  /** What. */
  readonly message: string;
}

/** Whether there is a wildcard for each `$0`. */
export function inOutIssues({ in_pattern, out_pattern }: InOut): InOutIssue[] {
  let count: number;
  try {
    count = wildcardCount(in_pattern);
  } catch (error) {
    if (!(error instanceof PondError)) throw error;
    return [{ field: "in_pattern", message: error.message }];
  }
  const places = [...out_pattern.matchAll(/\$(\d+)/g)];
  const known = count === 0
    ? "it has none"
    : count === 1
    ? "there is $0"
    : `there are $0 to $${count - 1}`;
  return places.flatMap(([place, number]): InOutIssue[] =>
    Number(number) < count ? [] : [{
      field: "out_pattern",
      message: `${place} is no wildcard of ${in_pattern}: ${known}`,
    }]
  );
}

/** The wildcards of a pattern; of alternatives, of the one with the fewest. */
function wildcardCount(pattern: string): number {
  const counts = parseGlob(pattern).alternatives.map(({ matchers }) => {
    let count = 0;
    for (const matcher of matchers) {
      if (matcher.kind === "directories") count++;
      if (matcher.kind !== "wildcard") continue;
      count += matcher.tokens.filter(({ kind }) => kind !== "character").length;
    }
    return count;
  });
  return Math.min(...counts);
}
