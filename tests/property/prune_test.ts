/** What holds of any history that was dropped: all that is kept reads as before. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { PondError } from "../../src/errors.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import {
  entriesOf,
  POND,
  pruneWith,
  randomPond,
  rowsFrom,
} from "../support/pruned_pond.ts";
import { treeOf } from "../support/tree.ts";

const SEED = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const LAYOUT = fc.constantFrom<Layout[]>("clustered", "hive");

Deno.test("prune() of any history: each version that is kept reads as before, and pinned ones, and no other", async () => {
  await fc.assert(
    fc.asyncProperty(SEED, LAYOUT, async (seed, layout) => {
      const { fs, host, random, trees } = await randomPond(seed, layout);
      const versions = [...trees.keys()];
      const pick = () =>
        versions[Math.floor(random.fraction() * versions.length)] ?? 0;
      const bound = pick();
      const pins = random.fraction() < 0.5 ? [] : [pick(), pick()];
      const kept = versions.filter((version) =>
        version >= bound || pins.includes(version)
      );
      const entries = new Map<number, readonly string[]>();
      for (const version of kept) {
        await using at = await fs.at(`v${version}`);
        entries.set(version, await entriesOf(at));
      }
      const rows = await rowsFrom(fs, bound);
      const differences = async (fs: TinyLogFS) => {
        const all: string[] = [];
        for (const from of kept) {
          for await (const change of fs.diff(`v${from}`, "@")) {
            all.push(JSON.stringify(change));
          }
        }
        return all;
      };
      const before = await differences(fs);
      await fs.close();
      const report = await pruneWith(host, bound, pins);
      assertEquals(report.wholeSince, bound);
      assertEquals(
        [...report.kept],
        kept.filter((version) => version < bound),
      );
      assertEquals(report.transactions, versions.length - kept.length);
      await using cold = await TinyLogFS.open(host, POND);
      for (const version of versions) {
        if (!kept.includes(version)) {
          const error = await assertRejects(
            () => cold.at(`v${version}`),
            PondError,
          );
          assertEquals(error.code, "REVISION_NOT_FOUND");
          assert(error.hint);
          continue;
        }
        await using at = await cold.at(`v${version}`);
        assertEquals(await treeOf(at), trees.get(version));
        assertEquals(await entriesOf(at), entries.get(version));
      }
      assertEquals(await rowsFrom(cold, bound), rows);
      assertEquals(await differences(cold), before);
      const { findings } = await cold.check({ depth: "data" });
      assertEquals(
        findings.filter(({ severity }) => severity === "damage"),
        [],
      );
      // It goes on, and back to the bound; or to the beginning, if all was pinned.
      const first = report.transactions === 0 ? 0 : bound;
      await cold.createFile("/after the prune", "text");
      await cold.commit();
      try {
        for (;;) await cold.undo();
      } catch (error) {
        assert(error instanceof PondError);
        assertEquals(error.code, "REVISION_NOT_FOUND", error.message);
      }
      assertEquals(await treeOf(cold), trees.get(first));
      // And again, of what is left: nothing is pinned any more.
      const last = cold.version;
      await pruneWith(host, last, []);
      await using end = await TinyLogFS.open(host, POND);
      assertEquals(await treeOf(end), trees.get(first));
      const left = await Array.fromAsync(end.transactions());
      assertEquals(left.map(({ version }) => version), [last]);
      assertEquals((await end.check()).isSound, true);
    }),
    { numRuns: 15 },
  );
});
