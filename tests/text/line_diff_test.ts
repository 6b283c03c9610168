import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  diffLines,
  type LineChange,
  linesOf,
  unifiedHunks,
} from "../../src/text/mod.ts";

/** Makes the second text of the first one and the changes. */
function applied(
  before: readonly string[],
  after: readonly string[],
  changes: readonly LineChange[],
): string[] {
  const made: string[] = [];
  let from = 0;
  for (const { oldStart, oldEnd, newStart, newEnd } of changes) {
    made.push(
      ...before.slice(from, oldStart),
      ...after.slice(newStart, newEnd),
    );
    from = oldEnd;
  }
  return [...made, ...before.slice(from)];
}

function editsOf(changes: readonly LineChange[]): number {
  return changes.reduce(
    (sum, { oldStart, oldEnd, newStart, newEnd }) =>
      sum + oldEnd - oldStart + newEnd - newStart,
    0,
  );
}

/** The length of a shortest script, by the table of common subsequences. */
function shortest(a: readonly string[], b: readonly string[]): number {
  let row: number[] = Array.from({ length: b.length + 1 }, () => 0);
  for (const line of a) {
    const next = [0];
    b.forEach((other, j) => {
      next.push(
        line === other
          ? (row[j] ?? 0) + 1
          : Math.max(row[j + 1] ?? 0, next[j] ?? 0),
      );
    });
    row = next;
  }
  return a.length + b.length - 2 * (row.at(-1) ?? 0);
}

const LINES = fc.array(fc.constantFrom("a", "b", "c", "d", "e"), {
  maxLength: 40,
});

Deno.test("diffLines() makes the second text of the first, by a shortest script", () => {
  fc.assert(
    fc.property(LINES, LINES, (before, after) => {
      const changes = diffLines(before, after);
      assertEquals(applied(before, after, changes), after);
      assertEquals(editsOf(changes), shortest(before, after));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("diffLines() with a bound on its edits makes the second text all the same", () => {
  fc.assert(
    fc.property(LINES, LINES, fc.integer({ min: 1, max: 5 }), (a, b, most) => {
      const changes = diffLines(a, b, { maxEdits: most });
      assertEquals(applied(a, b, changes), b);
      changes.reduce((last, change) => {
        assert(change.oldStart > last.oldEnd || change.newStart > last.newEnd);
        return change;
      }, { oldStart: -1, oldEnd: -1, newStart: -1, newEnd: -1 });
    }),
    { numRuns: 2000 },
  );
});

Deno.test("diffLines() of texts that differ in most lines is bounded, and keeps the lines that are once in both", () => {
  const count = 20_000;
  const line = (i: number, kind: string) =>
    i % 100 === 0 ? `kept ${i}` : `${kind} ${i}`;
  const before = Array.from({ length: count }, (_, i) => line(i, "old"));
  const after = Array.from({ length: count }, (_, i) => line(i, "new"));
  const changes = diffLines(before, after);
  assertEquals(applied(before, after, changes), after);
  assertEquals(changes.length, count / 100);
});

Deno.test("linesOf() keeps every character, and divides after each line feed", () => {
  assertEquals(linesOf(""), []);
  assertEquals(linesOf("a\r\n\nb"), ["a\r\n", "\n", "b"]);
  fc.assert(fc.property(fc.string(), (text) => {
    assertEquals(linesOf(text).join(""), text);
  }));
});

function hunks(before: string, after: string, context?: number): string[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  return [...unifiedHunks(a, b, diffLines(a, b), context)];
}

Deno.test("unifiedHunks() writes hunks as diff -u does", () => {
  const numbers = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => `${from + i}\n`).join("");
  assertEquals(hunks("", "a\nb\n"), ["@@ -0,0 +1,2 @@", "+a", "+b"]);
  assertEquals(hunks("a\nb\n", ""), ["@@ -1,2 +0,0 @@", "-a", "-b"]);
  assertEquals(hunks("same\n", "same\n"), []);
  assertEquals(hunks("a\n", "a"), [
    "@@ -1 +1 @@",
    "-a",
    "+a",
    "\\ No newline at end of file",
  ]);
  assertEquals(hunks(numbers(1, 9), numbers(1, 4) + numbers(6, 9), 1), [
    "@@ -4,3 +4,2 @@",
    " 4",
    "-5",
    " 6",
  ]);
  const far = `x\n${numbers(2, 19)}y\n`;
  assertEquals(
    hunks(numbers(1, 20), far).filter((line) => line.startsWith("@@")),
    ["@@ -1,4 +1,4 @@", "@@ -17,4 +17,4 @@"],
  );
  assertEquals(hunks("1\n2\n", "1\n3\n", 0), ["@@ -2 +2 @@", "-2", "+3"]);
});
