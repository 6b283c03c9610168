/** Which files are merged, and how often a row is written again for it. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  FAN_IN,
  type MergeRun,
  planDueMerge,
  planFullMerge,
} from "../../src/oplog/merge_plan.ts";
import {
  inCommon,
  type IndexedFile,
  PartitionIndex,
} from "../../src/oplog/partition_index.ts";

const MAX_BYTES = 2 ** 40;

function file(
  minVersion: number,
  maxVersion: number,
  numRecords: number,
  size: number = numRecords,
  part = 0,
): IndexedFile {
  return new PartitionIndex().add({
    path: `${minVersion}-${maxVersion}-${part}`,
    partitionValues: {},
    size,
    modificationTime: 1,
    dataChange: true,
    stats: JSON.stringify({
      numRecords,
      minValues: { version: minVersion },
      maxValues: { version: maxVersion },
    }),
  });
}

const rowsIn = (run: MergeRun) =>
  run.reduce((sum, { numRecords = 0 }) => sum + numRecords, 0);

/** What is left of a history of commits, and how many rows were written again. */
function simulate(
  commits: Iterable<number>,
): { readonly files: IndexedFile[]; rewritten: number; most: number } {
  const files: IndexedFile[] = [];
  let rewritten = 0;
  let most = 0;
  let version = 0;
  for (const rows of commits) {
    files.push(file(version, version, rows));
    version++;
    const run = planDueMerge(files, MAX_BYTES);
    if (run !== undefined) {
      assert(run.length > 1);
      const at = files.findIndex((each) => each === run[0]);
      // They follow one another: nothing else is between them.
      assertEquals(files.slice(at, at + run.length), [...run]);
      const [first, last] = [run[0], run.at(-1)];
      const merged = file(
        first?.minVersion ?? 0,
        last?.maxVersion ?? 0,
        rowsIn(run),
      );
      files.splice(at, run.length, merged);
      rewritten += rowsIn(run);
    }
    most = Math.max(most, files.length);
  }
  return { files, rewritten, most };
}

Deno.test("planDueMerge() leaves fewer than sixteen files of a tier of small commits, and writes a row once a tier", () => {
  const commits = 20_000;
  const { rewritten, most } = simulate(Array<number>(commits).fill(3));
  const tiers = Math.ceil(Math.log(3 * commits) / Math.log(FAN_IN));
  assert(most <= (FAN_IN - 1) * tiers + 1, `${most} files`);
  assert(rewritten <= 3 * commits * tiers, `${rewritten} rows`);
});

Deno.test("planDueMerge() bounds files and rewriting for commits of any sizes", () => {
  const size = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 5 }) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 300 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 20_000 }) },
  );
  const sizes = fc.array(size, { minLength: 1, maxLength: 2000 });
  fc.assert(
    fc.property(sizes, (commits) => {
      const { files, rewritten, most } = simulate(commits);
      const total = rowsIn(files);
      assertEquals(total, commits.reduce((sum, rows) => sum + rows, 0));
      const tiers = 1 + Math.log(total) / Math.log(FAN_IN);
      assert(most <= 2 * FAN_IN * (tiers + 1) + 1, `${most} files`);
      assert(rewritten <= 3 * total * (tiers + 1), `${rewritten} of ${total}`);
    }),
    { numRuns: 60, seed: 1 },
  );
});

/** What commits of several files each leave, with merges of at most so many bytes. */
function simulateLarge(
  commits: readonly (readonly number[])[],
  maxBytes: number,
): IndexedFile[] {
  let files: IndexedFile[] = [];
  for (const [version, sizes] of commits.entries()) {
    sizes.forEach((size, part) =>
      files.push(file(version, version, Math.ceil(size / 8), size, part))
    );
    const due = planDueMerge(files, maxBytes);
    const runs = version % 50 === 49 ? planFullMerge(files, maxBytes) : [];
    for (const run of due === undefined ? runs : [due]) {
      assert(run.length > 1);
      const size = run.reduce((sum, { add }) => sum + add.size, 0);
      assert(size <= maxBytes, `${size} bytes`);
      const [first, last] = [run[0], run.at(-1)];
      assert(first !== undefined && last !== undefined);
      const at = files.indexOf(first);
      assertEquals(files.slice(at, at + run.length), [...run]);
      const [from, to] = [first.minVersion, last.maxVersion];
      files = files.toSpliced(
        at,
        run.length,
        file(from, to, rowsIn(run), size, at),
      );
    }
  }
  return files;
}

Deno.test("planDueMerge() and planFullMerge() never part the files of one commit", () => {
  const small = fc.integer({ min: 1, max: 60 });
  const sizes = fc.array(small, { minLength: 1, maxLength: 3 });
  const commits = fc.array(sizes, { minLength: 20, maxLength: 200 });
  fc.assert(
    fc.property(
      commits,
      fc.integer({ min: 40, max: 400 }),
      (each, maxBytes) => {
        const shared = inCommon(simulateLarge(each, maxBytes))
          .filter((files) => files.length > 1);
        assertEquals(shared, []);
      },
    ),
    { numRuns: 200, seed: 1 },
  );
});

Deno.test("planDueMerge() lets large transactions between small ones not keep the small ones apart for ever", () => {
  const commits = Array.from(
    { length: 4000 },
    (_, i) => i % 8 === 0 ? 5000 : 1,
  );
  const { most } = simulate(commits);
  assert(most <= 2 * FAN_IN * 7, `${most} files`);
});

Deno.test("merges leave alone what is large, and files whose versions aren't known", () => {
  const unknown = new PartitionIndex().add({
    path: "foreign",
    partitionValues: {},
    size: 1,
    modificationTime: 1,
    dataChange: true,
  });
  const small = Array.from({ length: 10 }, (_, i) => file(i, i, 1, 10));
  const large = file(10, 10, 1, 60);
  const others = Array.from({ length: 10 }, (_, i) => file(i + 11, i + 11, 1));
  const files = [...small, large, ...others, unknown];
  assertEquals(planDueMerge(files, 100), undefined);
  assertEquals(planFullMerge(files, 100), [small, others]);
  // No more is read at a time than was said.
  assertEquals(planFullMerge(files, 50), [
    small.slice(0, 5),
    small.slice(5),
    others,
  ]);
  assertEquals(planFullMerge([large, unknown], 1000), []);
});
