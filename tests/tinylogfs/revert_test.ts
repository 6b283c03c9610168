/** Dropping a part of what is pending, in memory and on the stage. */
import { assertEquals } from "@std/assert";
import { memoryHost } from "../../src/host/memory.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { treeOf } from "../support/tree.ts";

const POND = "/pond";

function pending(fs: TinyLogFS): string[] {
  return fs.pendingOperations().map(({ operation, path }) =>
    `${operation} ${path}`
  );
}

async function pondWith(layout: Layout, staged: boolean) {
  const host = memoryHost();
  const fs = await TinyLogFS.initEmpty(host, POND, { layout, staged });
  await fs.createFile("/f", "old");
  await fs.createDirectory("/d");
  await fs.createFile("/d/x", "x");
  await fs.commit();
  return { host, fs };
}

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`revert({ paths }) (${layout}) drops what is at or below them, and what builds on it`, async () => {
    const { fs } = await pondWith(layout, false);
    await fs.writeFile("/f", "new");
    await fs.createDirectory("/n");
    await fs.createFile("/n/a", "a");
    await fs.rename("/d/x", "/n/x");
    await fs.createFile("/other", "o");
    assertEquals(await fs.revert({ paths: ["/n"] }), 3);
    assertEquals(pending(fs), ["update /f", "create /other"]);
    assertEquals(await treeOf(fs), {
      "/d": "directory",
      "/d/x": "x",
      "/f": "new",
      "/other": "o",
    });
    assertEquals(await fs.revert({ paths: ["/nothing"] }), 0);
    assertEquals(await fs.revert({ paths: ["f", "/other/"] }), 2);
    assertEquals((await fs.commit()).operationsCommitted, 0);
  });

  Deno.test(`revert({ paths }) (${layout}) drops a removal only with what came in its place`, async () => {
    const { fs } = await pondWith(layout, false);
    await fs.delete("/f");
    await fs.createDirectory("/f");
    await fs.createFile("/f/in", "");
    await fs.createFile("/g", "");
    await fs.delete("/d", { recursive: true });
    assertEquals(await fs.revert({ paths: ["/f"] }), 3);
    assertEquals(pending(fs), ["create /g", "delete /d/x", "delete /d"]);
    assertEquals(await fs.revert({ paths: ["/d/x"] }), 2);
    await fs.commit();
    assertEquals(Object.keys(await treeOf(fs)), ["/d", "/d/x", "/f", "/g"]);
  });

  Deno.test(`revert({ paths }) (${layout}) parts with what is staged and no longer fits`, async () => {
    const { host, fs } = await pondWith(layout, true);
    await fs.writeFile("/f", "staged");
    await fs.stage();
    await fs.createFile("/new", "staged");
    await fs.stage();
    await using other = await TinyLogFS.open(host, POND);
    await other.writeFile("/f", "committed");
    await other.commit();
    await fs.refresh();
    const { conflict } = fs.getStatus();
    assertEquals(conflict?.ours, { operation: "update", path: "/f" });
    assertEquals(
      [conflict?.theirs?.path, conflict?.theirs?.version],
      ["/f", 2],
    );
    assertEquals(await fs.revert({ paths: ["/f"] }), 1);
    assertEquals(fs.getStatus().conflict, undefined);
    await using third = await TinyLogFS.open(host, POND, { staged: true });
    assertEquals(pending(third), ["create /new"]);
    assertEquals((await third.commit()).operationsCommitted, 1);
    await fs.refresh();
    assertEquals(pending(fs), []);
    assertEquals((await treeOf(fs))["/f"], "committed");
  });

  Deno.test(`revert({ paths }) (${layout}) keeps what is not staged yet on top`, async () => {
    const { host, fs } = await pondWith(layout, true);
    await fs.createFile("/a", "");
    await fs.createFile("/b", "");
    await fs.stage();
    await fs.createFile("/c", "");
    await fs.writeFile("/a", "more");
    assertEquals(await fs.revert({ paths: ["/a"] }), 2);
    assertEquals(pending(fs), ["create /b", "create /c"]);
    await using other = await TinyLogFS.open(host, POND, { staged: true });
    assertEquals(pending(other), ["create /b"]);
    assertEquals((await fs.commit()).operationsCommitted, 2);
  });
}

Deno.test("revert({ paths }) that is stopped at any write leaves the stage as it was, or without those paths", async () => {
  for (let at = 1;; at++) {
    const { host, fs } = await pondWith("clustered", true);
    for (const path of ["/a", "/b", "/c"]) {
      await fs.createFile(path, "");
      await fs.stage();
    }
    const start = host.files.operations.length;
    host.files.inject({ at, kind: "IO" });
    const isDone = await fs.revert({ paths: ["/b"] }).then(
      () => true,
      () => false,
    );
    const isReached = host.files.operations.length - start >= at;
    host.files.inject(undefined);
    for (const survives of ["everything", "nothing"] as const) {
      if (survives === "nothing") host.files.crash("nothing survives");
      await using after = await TinyLogFS.open(host, POND, { staged: true });
      const left = pending(after).map((line) => line.slice(-2)).join("");
      const whole = "/a/b/c";
      assertEquals(
        left === "/a/c" || (!isDone && left === whole),
        true,
        `${at} ${survives} ${left}`,
      );
    }
    if (!isReached) break;
  }
});

Deno.test("previewRevert() and previewCommit() say what would be taken, and take nothing", async () => {
  const { fs } = await pondWith("clustered", true);
  await fs.createDirectory("/n");
  await fs.createFile("/n/a", "a");
  await fs.rename("/d/x", "/n/x");
  await fs.createFile("/other", "o");
  const paths = (operations: readonly { readonly path: string }[]) =>
    operations.map(({ path }) => path);
  const all = ["/n", "/n/a", "/n/x", "/other"];
  assertEquals(paths(await fs.previewRevert()), all);
  assertEquals(paths(await fs.previewRevert({ paths: ["/n"] })), [
    "/n",
    "/n/a",
    "/n/x",
  ]);
  assertEquals(paths(await fs.previewCommit()), all);
  assertEquals(paths(await fs.previewCommit({ first: 1 })), ["/n"]);
  assertEquals(paths(await fs.previewCommit({ paths: ["/n/a"] })), [
    "/n",
    "/n/a",
  ]);
  assertEquals([pending(fs).length, fs.version], [4, 1]);
});
