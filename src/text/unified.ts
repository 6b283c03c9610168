/**
 * Changes of lines as programs and people read them: the unified format.
 *
 * ```text
 * @@ -12,3 +12,4 @@      lines 12 to 14 before, 12 to 15 after
 *  kept                  a line of the context
 * -gone
 * +new
 * \ No newline at end of file
 * ```
 *
 * @see {@link https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html}
 * @module
 */
import type { LineChange } from "./line_diff.ts";

/** Lines of context that are shown when nothing else is said. */
export const CONTEXT_LINES = 3;

/**
 * Writes changes as hunks.
 *
 * @param before The lines, each with its end.
 * @param after The lines that came of them.
 * @param changes What `diffLines()` has found.
 * @param context How many lines are shown around each change.
 * @returns Lines of the hunks, without their ends; none without a change.
 */
export function* unifiedHunks(
  before: readonly string[],
  after: readonly string[],
  changes: readonly LineChange[],
  context: number = CONTEXT_LINES,
): Generator<string> {
  for (const hunk of hunksOf(changes, context)) {
    const [first, last] = [hunk[0], hunk.at(-1)];
    if (first === undefined || last === undefined) continue;
    const lead = Math.min(context, first.oldStart);
    const trail = Math.min(context, before.length - last.oldEnd);
    const old = range(first.oldStart - lead, last.oldEnd + trail);
    const now = range(first.newStart - lead, last.newEnd + trail);
    yield `@@ -${old} +${now} @@`;
    let from = first.oldStart - lead;
    for (const { oldStart, oldEnd, newStart, newEnd } of hunk) {
      yield* marked(" ", before.slice(from, oldStart));
      yield* marked("-", before.slice(oldStart, oldEnd));
      yield* marked("+", after.slice(newStart, newEnd));
      from = oldEnd;
    }
    yield* marked(" ", before.slice(from, last.oldEnd + trail));
  }
}

/** Changes whose contexts meet are one hunk. */
function* hunksOf(
  changes: readonly LineChange[],
  context: number,
): Generator<readonly LineChange[]> {
  let hunk: LineChange[] = [];
  for (const change of changes) {
    const last = hunk.at(-1);
    if (last && change.oldStart - last.oldEnd > 2 * context) {
      yield hunk;
      hunk = [];
    }
    hunk.push(change);
  }
  if (hunk.length > 0) yield hunk;
}

/** A range without lines names the line before it. */
function range(start: number, end: number): string {
  const count = end - start;
  const first = count === 0 ? start : start + 1;
  return count === 1 ? `${first}` : `${first},${count}`;
}

function* marked(mark: string, lines: readonly string[]): Generator<string> {
  for (const line of lines) {
    if (line.endsWith("\n")) yield `${mark}${line.slice(0, -1)}`;
    else {
      yield `${mark}${line}`;
      yield "\\ No newline at end of file";
    }
  }
}
