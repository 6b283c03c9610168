/**
 * Merges of branches: against a model that knows paths only, and what holds of
 * any branches that merge each other in any order.
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { memoryHost, SeededRandom } from "../../src/host/memory.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { change } from "../support/random_change.ts";
import { treeOf } from "../support/tree.ts";
import {
  edit,
  EDITS,
  expectedOf,
  isMerged,
  LAYOUT,
  meetAgain,
  mergeInto,
  NAMES,
  POND,
  SEED,
} from "./branch_merges.ts";

Deno.test("merge() of any two branches takes every change that fits, and lists exactly the rest", async () => {
  await fc.assert(
    fc.asyncProperty(EDITS, EDITS, EDITS, LAYOUT, async (...given) => {
      const [before, here, there, layout] = given;
      const host = memoryHost();
      const main = await TinyLogFS.initEmpty(host, POND, { layout });
      await edit(main, before);
      await main.createBranch("trial");
      const trial = await TinyLogFS.open(host, POND, { branch: "trial" });
      const base = await treeOf(main);
      await edit(main, here);
      await edit(trial, there);
      const [ours, theirs] = [await treeOf(main), await treeOf(trial)];
      const expected = expectedOf(base, ours, theirs);
      const { conflicts } = await main.merge("trial");
      const listed = conflicts.map(({ path }) => path);
      assertEquals(listed, expected.conflicts);
      assertEquals(await treeOf(main), expected.tree);
      await isMerged(main, "trial", listed);
      assertEquals(await treeOf(trial), theirs);
      const { findings } = await TinyLogFS.check(host, POND);
      assertEquals(findings, []);
    }),
    { numRuns: 100 },
  );
});

Deno.test("merge() among branches that change, move and merge at random: it does what it lists, and what doesn't fit stays", async () => {
  await fc.assert(
    fc.asyncProperty(SEED, LAYOUT, NAMES, async (seed, layout, names) => {
      const random = new SeededRandom(seed);
      const host = memoryHost({ seed });
      const main = await TinyLogFS.initEmpty(host, POND, { layout });
      for (let i = 0; i < 8; i++) await change(main, random);
      await main.commit();
      const branches = [main];
      for (const name of names) {
        const from = branches[Math.floor(random.fraction() * branches.length)];
        await from?.createBranch(name);
        branches.push(await TinyLogFS.open(host, POND, { branch: name }));
        await change(main, random);
        await main.commit();
      }
      for (let round = 0; round < 6; round++) {
        for (const fs of branches) {
          await change(fs, random);
          await fs.commit();
        }
        const [a, b] = branches.toSorted(() => random.fraction() - 0.5);
        if (a && b) await mergeInto(a, b, random);
      }
      const { findings } = await TinyLogFS.check(host, POND);
      assertEquals(findings, []);
    }),
    { numRuns: 30 },
  );
});

// `tests/long/branches_test.ts` begins elsewhere each time.
Deno.test("merge() of two branches, back and forth and with settled conflicts, makes them the same", async () => {
  await meetAgain(40, 11);
});
