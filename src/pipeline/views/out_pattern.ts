/**
 * `$0` in the names of what views make: what the first wildcard stands for.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type { ViewInput } from "../../tinylogfs/mod.ts";

/**
 * Puts what the wildcards stand for into a pattern: `$0` is the first one.
 *
 * @throws {PondError} `INVALID_ARGUMENT` for a number that none has.
 */
export function filled(
  pattern: string,
  { captures, path }: Pick<ViewInput, "captures" | "path">,
): string {
  return pattern.replace(/\$(\d+)/g, (place, number: string) => {
    const text = captures[Number(number)];
    if (text !== undefined) return text;
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot name what ${path} becomes: ${place} in ${pattern} is no wildcard`,
      {
        path,
        hint: captures.length === 0
          ? "its pattern has no wildcards"
          : `there are $0 to $${captures.length - 1}`,
      },
    );
  });
}
