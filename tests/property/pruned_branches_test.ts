/** Branches whose history is dropped meanwhile merge as those that have all of it. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { memoryHost, SeededRandom } from "../../src/host/memory.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { change } from "../support/random_change.ts";
import { treeOf } from "../support/tree.ts";
import { LAYOUT, POND, SEED } from "./branch_merges.ts";

const NAMES = ["main", "one", "two"];

/** What each merge says, and what each branch holds after it. */
async function merges(
  seed: number,
  layout: Layout,
  isPruned: boolean,
): Promise<unknown[]> {
  const random = new SeededRandom(seed);
  const pruning = new SeededRandom(seed + 1);
  const host = memoryHost({ seed });
  const main = await TinyLogFS.initEmpty(host, POND, { layout });
  for (let i = 0; i < 8; i++) await change(main, random);
  await main.commit();
  const branches = [main];
  for (const name of NAMES.slice(1)) {
    await branches[Math.floor(random.fraction() * branches.length)]
      ?.createBranch(name);
    branches.push(await TinyLogFS.open(host, POND, { branch: name }));
    await change(main, random);
    await main.commit();
  }
  const said: unknown[] = [];
  for (let round = 0; round < 10; round++) {
    for (const fs of branches) {
      for (let i = 0; i < 2; i++) {
        await change(fs, random);
        await fs.commit();
      }
      const isNow = pruning.fraction() < 0.4;
      if (isNow && isPruned) await pruneSome(fs, pruning);
    }
    const [a, b] = branches.toSorted(() => random.fraction() - 0.5);
    if (a === undefined || b === undefined) continue;
    const ours = random.fraction() < 0.3;
    const { changes, conflicts } = await a.merge(b.branch, { ours });
    said.push({
      round,
      into: a.branch,
      from: b.branch,
      ours,
      changes: changes.map(({ kind, path }) => `${kind} ${path}`),
      conflicts: conflicts.map(({ path, problem }) => `${problem} ${path}`),
      tree: await treeOf(a),
    });
  }
  const { findings } = await TinyLogFS.check(host, POND);
  assertEquals(findings, []);
  return said;
}

async function pruneSome(fs: TinyLogFS, random: SeededRandom): Promise<void> {
  const versions = await Array.fromAsync(
    fs.transactions(),
    ({ version }) => version,
  );
  const back = Math.floor(random.fraction() ** 2 * versions.length);
  await fs.prune({ before: `v${versions[back] ?? fs.version}` });
}

Deno.test("prune() of branches, at any time: they merge as if nothing had been dropped", async () => {
  await fc.assert(
    fc.asyncProperty(SEED, LAYOUT, async (seed, layout) => {
      const pruned = await merges(seed, layout, true);
      assertEquals(pruned, await merges(seed, layout, false));
    }),
    { numRuns: 8, seed: 6 },
  );
});
