/** Restores: to any earlier state, at the cost of what has changed since. */
import { assert, assertEquals } from "@std/assert";
import { type MemoryHost, SeededRandom } from "../../src/host/memory.ts";
import type { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { change } from "../support/random_change.ts";
import { type Tree, treeOf } from "../support/tree.ts";
import { describeRow, withPond } from "./scratch.ts";

/** How many operations on the disk some work takes. */
async function diskReads(
  { files }: MemoryHost,
  work: () => Promise<unknown>,
): Promise<number> {
  const before = files.operations.length;
  await work();
  return files.operations.slice(before).filter(({ path }) =>
    path.endsWith(".parquet")
  ).length;
}

async function lastPaths(fs: TinyLogFS): Promise<string[]> {
  const rows = await Array.fromAsync(fs.historyRows());
  return rows.filter(({ version }) => version === fs.version).map(describeRow);
}

Deno.test("restore() of one change among hundreds of directories loads those above it only", async () => {
  await withPond(async ({ fs, open }) => {
    for (let i = 0; i < 300; i++) {
      await fs.createDirectory(`/d/${i}/e`, { recursive: true });
    }
    await fs.createFile("/d/7/e/f", "1");
    await fs.commit();
    await fs.updateFile("/d/7/e/f", "2");
    await fs.commit();
    await using other = await open();
    const { totalNodes } = other.getStatus();
    assertEquals(totalNodes, 0);
    await other.restore("v1");
    // The entries of /, /d, /d/7 and /d/7/e.
    assertEquals(other.getStatus().totalNodes, 303);
    assertEquals(await lastPaths(other), ["update 3 /d/7/e/f"]);
  });
});

Deno.test("restore() reads no more files for one change, however many directories have files of their own", async () => {
  const reads: number[] = [];
  for (const directories of [4, 40]) {
    await withPond(async ({ fs, host }) => {
      for (let i = 0; i < directories; i++) {
        await fs.createDirectory(`/${i}`);
        await fs.commit();
        await fs.createFile(`/${i}/f`, "1");
        await fs.commit();
      }
      const before = fs.version;
      await fs.updateFile("/1/f", "2");
      await fs.commit();
      const { TinyLogFS } = await import("../../src/tinylogfs/mod.ts");
      await using other = await TinyLogFS.open(host, "/pond");
      reads.push(await diskReads(host, () => other.restore(`v${before}`)));
    });
  }
  const [few = 0, many = 0] = reads;
  // The root's own log is longer by up to a snapshot.
  assert(many <= few + 30, `${few} and ${many} reads`);
});

Deno.test("restore() of thousands of renames takes no time for each pair of them", async () => {
  await withPond(async ({ fs }) => {
    const count = 3000;
    for (let i = 0; i < count; i++) await fs.createFile(`/f${i}`, "x");
    await fs.commit();
    const before = await treeOf(fs);
    // Half of the names are wanted by others.
    for (let i = 0; i < count; i++) await fs.rename(`/f${i}`, `/g${i}`);
    for (let i = 1; i < count; i++) await fs.rename(`/g${i}`, `/f${i - 1}`);
    await fs.commit();
    const { nodesRestored } = await fs.restore("v1");
    assertEquals(nodesRestored, count);
    assertEquals(await treeOf(fs), before);
  });
});

Deno.test("restore() records the paths that nodes had, below directories that were renamed since", async () => {
  await withPond(async ({ fs, open }) => {
    await fs.createDirectory("/a/b/c", { recursive: true });
    await fs.createDirectory("/other/x", { recursive: true });
    await fs.createFile("/a/b/c/f", "1");
    await fs.commit();
    // The path of this change leads nowhere, once /a has another name.
    await fs.updateFile("/a/b/c/f", "2");
    await fs.commit();
    await fs.rename("/a", "/z");
    await fs.commit();
    await fs.createFile("/z/b/c/g", "new");
    await fs.rename("/z", "/other/x/y");
    await fs.commit();
    for (const version of [1, 2]) {
      await using other = await open();
      await using target = await other.at(`v${version}`);
      await other.restore(`v${version}`);
      assertEquals(await treeOf(other), await treeOf(target));
      if (version === 1) {
        assertEquals((await lastPaths(other)).slice(0, 2), [
          "move 4 /a",
          "update 3 /a/b/c/f",
        ]);
      }
    }
    // And back to where everything has its other name.
    await using last = await open();
    await last.restore("v4");
    await using target = await last.at("v4");
    assertEquals(await treeOf(last), await treeOf(target));
    const paths = await lastPaths(last);
    assert(paths.some((row) => row.includes("/other/x/y/b/c/g")), paths.join());
  });
});

for (const seed of [1, 2, 3, 4, 5, 6]) {
  Deno.test(`restore() makes any version of a random history the current one (seed ${seed})`, async () => {
    await withPond(async ({ fs, open }) => {
      const random = new SeededRandom(seed);
      const trees: Tree[] = [await treeOf(fs)];
      for (let version = 1; version <= 12; version++) {
        for (let i = 0; i < 6; i++) await change(fs, random);
        await fs.touch("/always");
        await fs.commit();
        trees.push(await treeOf(fs));
      }
      assert(trees.some((tree) => Object.keys(tree).length > 8));
      for (let i = 0; i < 12; i++) {
        const version = Math.floor(random.fraction() * trees.length);
        await using other = await open();
        await other.restore(`v${version}`);
        assertEquals(await treeOf(other), trees[version], `v${version}`);
        await using again = await open();
        assertEquals(await treeOf(again), trees[version]);
      }
    });
  });
}
