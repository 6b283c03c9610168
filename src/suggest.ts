/**
 * The nearest names to a wrong one.
 *
 * @module
 */

/** Longer names are only compared by how they begin: the work is quadratic. */
const MAX_LENGTH = 256;

/**
 * Finds what was perhaps meant.
 *
 * @param wrong What was given.
 * @param candidates What there is.
 * @returns At most three, the nearest first: those that differ in at most a
 * third of their letters, or begin with what was given.
 */
export function nearest(
  wrong: string,
  candidates: Iterable<string>,
): readonly string[] {
  const found: { readonly name: string; readonly distance: number }[] = [];
  for (const name of new Set(candidates)) {
    const longest = Math.max(wrong.length, name.length);
    // One letter in place of another one is no likeness.
    const limit = Math.max(longest > 1 ? 1 : 0, Math.floor(longest / 3));
    const begins = wrong.length > 1 && name.startsWith(wrong);
    const isLong = longest > MAX_LENGTH;
    if (isLong && !begins) continue;
    const distance = isLong
      ? name.length - wrong.length
      : editDistance(wrong.toLowerCase(), name.toLowerCase());
    if (distance <= limit || begins) found.push({ name, distance });
  }
  found.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return found.slice(0, 3).map(({ name }) => name);
}

/** Writes candidates as a question, or `undefined` when there are none. */
export function didYouMean(
  candidates: readonly string[],
): string | undefined {
  if (candidates.length === 0) return undefined;
  return `did you mean ${candidates.join(" or ")}?`;
}

/** Letters to insert, drop, change or swap to get from one word to another. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let distance = Math.min(
        at(above, column) + 1,
        at(current, column - 1) + 1,
        at(above, column - 1) + (same ? 0 : 1),
      );
      const swapped = a[row - 1] === b[column - 2] &&
        a[row - 2] === b[column - 1];
      if (row > 1 && column > 1 && swapped) {
        distance = Math.min(distance, at(before, column - 2) + 1);
      }
      current.push(distance);
    }
    before = above;
    above = current;
  }
  return at(above, b.length);
}

function at(numbers: readonly number[], index: number): number {
  return numbers[index] ?? Number.MAX_SAFE_INTEGER;
}
