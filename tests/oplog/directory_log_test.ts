import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  applyRows,
  type DirectoryChange,
  type DirectoryState,
  EMPTY_DIRECTORY,
  foldDirectory,
  planDirectoryChange,
} from "../../src/oplog/directory_log.ts";
import type { DirectoryEntry } from "../../src/oplog/record.ts";

function row(name: string, operation: "insert" | "delete"): DirectoryEntry {
  return {
    name,
    childNodeId: "1".repeat(32),
    childType: "file",
    operation,
    nodeVersion: 1,
    childVersion: 1,
    sizeBytes: 0,
    modifiedUs: 0,
    mode: 0o644,
  };
}

/** Transactions of one to four changed names each. */
const transactions = fc.array(
  fc.uniqueArray(
    fc.record({ name: fc.integer({ max: 40, min: 0 }), gone: fc.boolean() }),
    { minLength: 1, maxLength: 4, selector: (change) => change.name },
  ),
  { maxLength: 200 },
);

function run(
  changes: readonly (readonly { name: number; gone: boolean }[])[],
): { log: DirectoryChange[]; expected: Map<string, DirectoryEntry> } {
  const log: DirectoryChange[] = [];
  const expected = new Map<string, DirectoryEntry>();
  let state: DirectoryState = EMPTY_DIRECTORY;
  for (const change of changes) {
    const rows = change
      .map(({ name, gone }) => row(`n${name}`, gone ? "delete" : "insert"));
    log.push(planDirectoryChange(state, rows));
    applyRows(expected, rows);
    state = foldDirectory(untilSnapshot(log));
  }
  return { log, expected };
}

function untilSnapshot(log: readonly DirectoryChange[]): DirectoryChange[] {
  const newestFirst = log.toReversed();
  const at = newestFirst.findIndex((change) => change.snapshot);
  return at < 0 ? newestFirst : newestFirst.slice(0, at + 1);
}

Deno.test("foldDirectory() of what planDirectoryChange() wrote is the directory", () => {
  fc.assert(fc.property(transactions, (changes) => {
    const { log, expected } = run(changes);
    const { entries } = foldDirectory(untilSnapshot(log));
    assertEquals(
      [...entries.keys()].sort(),
      [...expected.keys()].sort(),
    );
  }));
});

Deno.test("planDirectoryChange() keeps what a read folds within twice the directory's size", () => {
  fc.assert(fc.property(transactions, (changes) => {
    const { log } = run(changes);
    const read = untilSnapshot(log);
    const folded = read.reduce((sum, change) => sum + change.rows.length, 0);
    const base = read.at(-1)?.snapshot ? read.at(-1)?.rows.length ?? 0 : 0;
    assert(
      folded <= 2 * base + 8 + 4,
      `${folded} rows for a snapshot of ${base}`,
    );
  }));
});

Deno.test("planDirectoryChange() writes on average a bounded number of rows a change", () => {
  let state: DirectoryState = EMPTY_DIRECTORY;
  let written = 0;
  const log: DirectoryChange[] = [];
  for (let i = 0; i < 4096; i++) {
    const change = planDirectoryChange(state, [row(`n${i}`, "insert")]);
    written += change.rows.length;
    log.push(change);
    state = change.snapshot
      ? {
        entries: new Map(change.rows.map((r) => [r.name, r])),
        changesSinceSnapshot: 0,
      }
      : {
        entries: new Map(state.entries).set(`n${i}`, row(`n${i}`, "insert")),
        changesSinceSnapshot: state.changesSinceSnapshot + 1,
      };
  }
  assert(written / 4096 <= 4);
});
