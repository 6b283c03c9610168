/** Undo, redo, and restores of a path: by new transactions, or not at all. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { memoryHost } from "../../src/host/memory.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { type Tree, treeOf } from "../support/tree.ts";
import { assertCode, historyOf, withPond } from "./scratch.ts";

const LAYOUTS: readonly Layout[] = ["clustered", "hive"];

/** A pond in which each step is a transaction, and the tree after each. */
async function pondOf(
  layout: Layout,
  steps: readonly ((fs: TinyLogFS) => Promise<unknown>)[],
): Promise<{ readonly fs: TinyLogFS; readonly trees: readonly Tree[] }> {
  const host = memoryHost();
  const fs = await TinyLogFS.initEmpty(host, "/pond", { layout });
  const trees = [await treeOf(fs)];
  for (const step of steps) {
    await host.clock.sleep(1000);
    await step(fs);
    await fs.commit();
    trees.push(await treeOf(fs));
  }
  return { fs, trees };
}

for (const layout of LAYOUTS) {
  Deno.test(`undo() (${layout}) goes one further back each time, and redo() forth again`, async () => {
    const { fs, trees } = await pondOf(layout, [
      (fs) => fs.createDirectory("/d"),
      (fs) => fs.createFile("/d/f", "1"),
      (fs) => fs.updateFile("/d/f", "2"),
      (fs) => fs.rename("/d", "/e"),
      (fs) => fs.delete("/e", { recursive: true }),
    ]);
    const step = async (made: Promise<{ transaction: { version: number } }>) =>
      (await made).transaction.version;
    assertEquals(await step(fs.undo()), 5);
    assertEquals(await treeOf(fs), trees[4]);
    assertEquals(await step(fs.undo()), 4);
    assertEquals(await treeOf(fs), trees[3]);
    assertEquals(await step(fs.undo()), 3);
    assertEquals(await treeOf(fs), trees[2]);
    // Takes back the undo of version 3, which is version 8.
    assertEquals(await step(fs.redo()), 8);
    assertEquals(await treeOf(fs), trees[3]);
    assertEquals(await step(fs.redo()), 7);
    assertEquals(await treeOf(fs), trees[4]);
    // What was done again is the newest to take back.
    assertEquals(await step(fs.undo()), 10);
    assertEquals(await treeOf(fs), trees[3]);
    assertEquals(await step(fs.undo()), 9);
    assertEquals(await treeOf(fs), trees[2]);
    assertEquals(await step(fs.undo()), 2);
    assertEquals(await step(fs.undo()), 1);
    assertEquals(await treeOf(fs), trees[0]);
    await assertCode("REVISION_NOT_FOUND", () => fs.undo());
    for (let i = 0; i < 5; i++) await fs.redo();
    assertEquals(await treeOf(fs), trees[5]);
    await assertCode("REVISION_NOT_FOUND", () => fs.redo());
    const messages = (await Array.fromAsync(fs.transactions({ limit: 1 })))
      .map(({ message }) => message);
    assertEquals(messages, ["redo v5"]);
    await fs.close();
  });

  Deno.test(`undo() (${layout}) of one transaction leaves later ones, unless they changed the same`, async () => {
    const { fs } = await pondOf(layout, [
      async (fs) => {
        await fs.createFile("/a", "1");
        await fs.createDirectory("/d");
      },
      (fs) => fs.updateFile("/a", "2"),
      (fs) => fs.createFile("/b", "1"),
      (fs) => fs.createFile("/d/in", "1"),
    ]);
    await fs.undo("v2");
    assertEquals(await treeOf(fs), {
      "/a": "1",
      "/b": "1",
      "/d": "directory",
      "/d/in": "1",
    });
    const before = fs.version;
    const error = await assertCode("CONFLICT", () => fs.undo("v1"));
    assertStringIncludes(error.message, "/d/in was put there");
    assertEquals(fs.version, before);
    assertEquals(fs.getStatus().pendingOperations, 0);
    await fs.updateFile("/b", "2");
    await fs.rename("/a", "/d/a");
    await fs.commit();
    for (
      const [revision, text] of [["v3", "/b was changed"], [
        "v1",
        "/a was moved",
      ]]
    ) {
      const conflict = await assertCode("CONFLICT", () => fs.undo(revision));
      assertStringIncludes(conflict.message, text ?? "");
    }
    await assertCode("INVALID_ARGUMENT", () => fs.undo("v0"));
    await assertCode("REVISION_NOT_FOUND", () => fs.undo("v99"));
    await fs.close();
  });

  Deno.test(`restore() (${layout}) of a path leaves everything else`, async () => {
    const { fs, trees } = await pondOf(layout, [
      async (fs) => {
        await fs.createDirectory("/d/e", { recursive: true });
        await fs.createFile("/d/e/f", "1");
        await fs.createFile("/other", "1");
      },
      async (fs) => {
        await fs.updateFile("/d/e/f", "2");
        await fs.createFile("/d/e/new", "2");
        await fs.updateFile("/other", "2");
      },
      (fs) => fs.delete("/d", { recursive: true }),
    ]);
    const dry = await fs.restore("v1", { path: "/d/e/f", dryRun: true });
    assertEquals([dry.dryRun, dry.nodesRestored], [true, 3]);
    assertEquals(await treeOf(fs), trees[3]);
    assertEquals(fs.version, 3);
    // With the directories that it needs.
    await fs.restore("v1", { path: "/d/e/f" });
    assertEquals(await treeOf(fs), {
      "/d": "directory",
      "/d/e": "directory",
      "/d/e/f": "1",
      "/other": "2",
    });
    await fs.restore("v2", { path: "/d" });
    assertEquals(await treeOf(fs), trees[2]);
    await fs.restore("v1", { path: "d/e/" });
    assertEquals(await treeOf(fs), { ...trees[1], "/other": "2" });
    const again = await fs.restore("v1", { path: "/d" });
    assertEquals(again.nodesRestored, 0);
    await assertCode("NOT_FOUND", () => fs.restore("v1", { path: "/no" }));
    assertEquals((await historyOf(fs, "/d/e/f")).length, 6);
    await fs.close();
  });
}

Deno.test("undo() passes over a transaction that came to nothing", async () => {
  const { fs, trees } = await pondOf("clustered", [
    (fs) => fs.createFile("/a", "1"),
    async (fs) => {
      await fs.createFile("/x", "1");
      await fs.delete("/x");
    },
  ]);
  assertEquals((await fs.undo()).transaction.version, 1);
  assertEquals(await treeOf(fs), trees[0]);
  await fs.close();
});

Deno.test("undo() with dryRun says what would be done, and does nothing", async () => {
  await withPond(async ({ fs }) => {
    await fs.createFile("/a", "1");
    await fs.commit({ message: "why" });
    const { commit, nodesChanged, transaction } = await fs.undo(undefined, {
      dryRun: true,
    });
    assertEquals([nodesChanged, commit.operationsCommitted], [1, 0]);
    assertEquals(transaction.message, "why");
    assertEquals([fs.version, await treeOf(fs)], [1, { "/a": "1" }]);
    await fs.undo();
    const [row] = await Array.fromAsync(fs.transactions({ limit: 1 }));
    assertEquals(row?.message, "undo v1: why");
    assertEquals(row?.undoes, transaction.transactionId);
  });
});

Deno.test("undo() and restore() of a path are refused while anything is pending", async () => {
  await withPond(async ({ fs }) => {
    await fs.createFile("/a", "1");
    await fs.commit();
    await fs.createFile("/b", "1");
    await assertCode("INVALID_ARGUMENT", () => fs.undo());
    await assertCode("INVALID_ARGUMENT", () => fs.undo("v1", { dryRun: true }));
    await assertCode("INVALID_ARGUMENT", () => fs.undo("@pending"));
    await assertCode(
      "INVALID_ARGUMENT",
      () => fs.restore("v0", { path: "/a" }),
    );
    assert(await fs.exists("/b"));
  });
});

Deno.test("an undo by two processes at once is done once", async () => {
  await withPond(async ({ fs, open }) => {
    await fs.createFile("/a", "1");
    await fs.commit();
    await fs.updateFile("/a", "2");
    await fs.commit();
    await using other = await open();
    const settled = await Promise.allSettled([fs.undo(), other.undo()]);
    const done = settled.filter(({ status }) => status === "fulfilled");
    await fs.refresh();
    // The second one finds another state, or the one before to take back.
    const expected = done.length === 2 ? {} : { "/a": "1" };
    assertEquals(await treeOf(fs), expected);
  });
});
