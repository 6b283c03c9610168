/**
 * Two writers of one pond do anything, in any order, and commit, take in, or
 * drop what they did. Whatever is refused, what is committed stays as it was
 * said, in every version.
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { PondError } from "../../src/errors.ts";
import { memoryHost } from "../../src/host/memory.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { type Tree, treeOf } from "../support/tree.ts";

const POND = "/pond";

/** Few names, so that the writers meet. */
const PATHS = ["/a", "/b", "/a/c", "/b/c", "/a/c/d", "/b/a", "/c"];

type Step =
  | { readonly do: "write" | "mkdir" | "delete"; readonly path: string }
  | { readonly do: "rename"; readonly path: string; readonly to: string }
  | { readonly do: "commit" | "refresh" | "revert" | "part" | "restore" };

const path = fc.constantFrom(...PATHS);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom("write", "mkdir", "delete"),
      path,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("rename" as const),
      path,
      to: path,
    }),
  },
  { weight: 3, arbitrary: fc.constant({ do: "commit" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("refresh", "revert", "part", "restore"),
    }),
  },
);

const history = fc.array(fc.tuple(fc.boolean(), step), {
  minLength: 10,
  maxLength: 50,
});

/** Does a step; how many operations it committed. */
async function take(fs: TinyLogFS, what: Step, n: number): Promise<number> {
  switch (what.do) {
    case "write":
      await fs.writeFile(what.path, `${n}`);
      return 0;
    case "mkdir":
      await fs.createDirectory(what.path);
      return 0;
    case "delete":
      await fs.delete(what.path, { recursive: n % 2 === 0 });
      return 0;
    case "rename":
      await fs.rename(what.path, what.to);
      return 0;
    case "commit":
      return (await fs.commit()).operationsCommitted;
    case "part":
      return (await fs.commitPartial(1)).operationsCommitted;
    case "refresh":
      await fs.refresh();
      return 0;
    case "revert":
      await fs.revert();
      return 0;
    case "restore": {
      const version = n % (fs.version + 1);
      return (await fs.restore(`v${version}`)).commit.operationsCommitted;
    }
    default:
      return what satisfies never;
  }
}

/** As `take`, where a refusal is an answer like any other. */
async function attempt(fs: TinyLogFS, what: Step, n: number): Promise<number> {
  try {
    return await take(fs, what, n);
  } catch (error) {
    if (error instanceof PondError) return 0;
    throw error;
  }
}

/** What the history says of itself: each node's versions, and who is alive. */
async function ledgerOf(
  fs: TinyLogFS,
): Promise<{ readonly rows: number; readonly living: number }> {
  const versions = new Map<string, number>();
  const alive = new Set<string>();
  let rows = 0;
  for await (const row of fs.historyRows()) {
    rows++;
    const last = versions.get(row.nodeId) ?? 0;
    assertEquals(row.nodeVersion, last + 1, `${row.operation} ${row.path}`);
    versions.set(row.nodeId, row.nodeVersion);
    if (row.operation === "delete") alive.delete(row.nodeId);
    else alive.add(row.nodeId);
  }
  return { rows, living: alive.size };
}

async function check(
  layout: Layout,
  steps: readonly (readonly [boolean, Step])[],
): Promise<void> {
  const host = memoryHost();
  const writers = [
    await TinyLogFS.initEmpty(host, POND, { layout }),
    await TinyLogFS.open(host, POND),
  ] as const;
  const trees = new Map<number, Tree>();
  let committed = 0;
  for (const [n, [second, what]] of steps.entries()) {
    const fs = writers[second ? 1 : 0];
    const operations = await attempt(fs, what, n);
    committed += operations;
    if (operations === 0) continue;
    await using fresh = await TinyLogFS.open(host, POND);
    assertEquals(fresh.version, fs.version);
    const tree = await treeOf(fresh);
    if (fs.getStatus().pendingOperations === 0) {
      assertEquals(await treeOf(fs), tree, `step ${n}`);
    }
    trees.set(fresh.version, tree);
  }
  await using end = await TinyLogFS.open(host, POND);
  assertEquals((await end.check()).findings, []);
  const { rows, living } = await ledgerOf(end);
  assertEquals(rows, committed);
  assertEquals(Object.keys(await treeOf(end)).length, living);
  for (const [version, tree] of trees) {
    assertEquals(
      await treeOf(await end.at(`v${version}`)),
      tree,
      `v${version}`,
    );
  }
}

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`two writers of a pond (${layout}): what is committed is what was said, in every version`, async () => {
    await fc.assert(
      fc.asyncProperty(history, (steps) => check(layout, steps)),
      { numRuns: 60 },
    );
  });
}
