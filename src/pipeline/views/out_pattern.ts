/**
 * `$0` in the names of what views make: what the first wildcard stands for.
 *
 * @module
 */
import { invariant } from "../../errors.ts";

/**
 * Puts what the wildcards stand for into a pattern: `$0` is the first one. That it
 * has no others was seen when the resource was read (`wildcards.ts`).
 */
export function filled(
  pattern: string,
  { captures }: { readonly captures: readonly string[] },
): string {
  return pattern.replace(/\$(\d+)/g, (place, number: string) => {
    const text = captures[Number(number)];
    invariant(text !== undefined, `${place} is a wildcard`);
    return text;
  });
}
