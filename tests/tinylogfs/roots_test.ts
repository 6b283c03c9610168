/** Hashes that tell whether two ponds hold the same. */
import { createHash } from "node:crypto";
import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import {
  checked,
  copyOf,
  newHost,
  passDays,
  POND,
  pondWithBranches,
  pondWithHistory,
} from "../support/checked_pond.ts";
import { assertCode } from "./scratch.ts";

function sha256(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}

const LAYOUTS: readonly Layout[] = ["clustered", "hive"];

/** Names in the order of their bytes: UTF-16 has the last two the other way round. */
const NAMES = ["B", "a", "a.b", "a/", "é", "\u{ffee}", "\u{1f986}"];

const EMPTY = sha256("");

async function pondOf(
  build: (fs: TinyLogFS) => Promise<void>,
  options: Parameters<typeof TinyLogFS.initEmpty>[2] = {},
): Promise<TinyLogFS> {
  const fs = await TinyLogFS.initEmpty(newHost(), POND, options);
  await build(fs);
  return fs;
}

Deno.test("contentRoot() is what its definition says, by another computation", async () => {
  await using fs = await pondOf(async (fs) => {
    for (const name of NAMES.toReversed()) {
      if (name === "a/") {
        await fs.createDirectory("/dir/empty", { recursive: true });
      } else await fs.createFile(`/${name}`, `of ${name}`);
    }
    await fs.createFile("/dir/blob", new Uint8Array(70_000).fill(7));
    await fs.createSymlink("/dir/link", "../a");
  });
  const blob = sha256(new Uint8Array(70_000).fill(7));
  const link = sha256("../a");
  const dir = sha256(
    `f ${blob} blob\0d ${EMPTY} empty\0l ${link} link\0`,
  );
  const lines = NAMES.map((name) =>
    name === "a/" ? `d ${dir} dir\0` : `f ${sha256(`of ${name}`)} ${name}\0`
  );
  const expected = sha256(lines.join(""));
  assertEquals(await fs.contentRoot(), expected);
  await fs.commit();
  assertEquals(await fs.contentRoot(), expected);
  assertEquals(await fs.contentRoot("/dir"), dir);
  assertEquals(await fs.contentRoot("/dir/blob"), blob);
  assertEquals(await fs.contentRoot("/dir/link"), link);
  await assertCode("NOT_FOUND", () => fs.contentRoot("/nosuch"));
});

Deno.test("contentRoot() is that of any pond with the same names, links and bytes", async () => {
  await using one = await pondOf(async (fs) => {
    await fs.createDirectory("/d");
    await fs.createFile("/d/a", "1");
    await fs.createSymlink("/l", "d/a");
    await fs.commit();
  });
  const root = await one.contentRoot();
  for (const layout of LAYOUTS) {
    await using other = await pondOf(async (fs) => {
      await fs.createSymlink("/m", "d/a");
      await fs.createFile("/b", "2");
      await fs.commit();
      await fs.createDirectory("/d");
      await fs.rename("/m", "/l");
      await fs.rename("/b", "/d/a");
      await fs.commit();
      await fs.writeFile("/d/a", "1");
      await (await fs.nodeFs()).promises.chmod("/d/a", 0o600);
      await fs.setAttributes("/d/a", { unit: "m" });
    }, { layout });
    assertEquals(await other.contentRoot(), root);
  }
  const changes: ((fs: TinyLogFS) => Promise<unknown>)[] = [
    (fs) => fs.writeFile("/d/a", "2"),
    (fs) => fs.rename("/d/a", "/d/b"),
    (fs) => fs.createDirectory("/e"),
    (fs) => fs.delete("/l"),
    (fs) => fs.delete("/l").then(() => fs.createFile("/l", "d/a")),
    (fs) => fs.delete("/l").then(() => fs.createSymlink("/l", "/d/a")),
  ];
  const roots = new Set([root]);
  for (const change of changes) {
    await using view = await pondOf(async (fs) => {
      await fs.createDirectory("/d");
      await fs.createFile("/d/a", "1");
      await fs.createSymlink("/l", "d/a");
      await change(fs);
    });
    roots.add(await view.contentRoot());
  }
  assertEquals(roots.size, 1 + changes.length);
});

for (const layout of LAYOUTS) {
  const start = await pondWithHistory(layout);

  Deno.test(`both roots are the same after merges, checkpoints, vacuum and copies (${layout})`, async () => {
    const host = copyOf(start);
    const before = await checked(host);
    assertMatch(
      `${before.contentRoot} ${before.historyRoot}`,
      /^[0-9a-f]{64} [0-9a-f]{64}$/,
    );
    {
      await using fs = await TinyLogFS.open(host, POND);
      const { contentRoot, historyRoot } = await fs.check({ depth: "data" });
      assertEquals([contentRoot, historyRoot], [
        before.contentRoot,
        before.historyRoot,
      ]);
      await fs.optimize();
      await fs.checkpoint();
      await passDays(host, 30);
      await fs.vacuum({ dryRun: false });
    }
    const after = await checked(copyOf(host));
    assertEquals(
      [after.contentRoot, after.historyRoot],
      [before.contentRoot, before.historyRoot],
    );
  });

  Deno.test(`a commit changes the history root, an undo the content root back (${layout})`, async () => {
    const host = copyOf(start);
    await using fs = await TinyLogFS.open(host, POND);
    const [content, history] = [await fs.contentRoot(), await fs.historyRoot()];
    await fs.writeFile("/after", "another end");
    // What is pending is in the tree, and not in the history.
    assertNotEquals(await fs.contentRoot(), content);
    assertEquals(await fs.historyRoot(), history);
    await fs.commit();
    await fs.undo();
    assertEquals(await fs.contentRoot(), content);
    const undone = await fs.historyRoot();
    assertNotEquals(undone, history);
    // A tag is a part of the history, too.
    await fs.tag("end");
    assertNotEquals(await fs.historyRoot(), undone);
  });

  Deno.test(`after a prune the content root is what it was (${layout})`, async () => {
    const host = copyOf(start);
    const before = await checked(host);
    await using fs = await TinyLogFS.open(host, POND);
    await fs.prune({ before: "@" });
    const after = await checked(host);
    assertEquals(after.contentRoot, before.contentRoot);
    assertNotEquals(after.historyRoot, before.historyRoot);
  });

  Deno.test(`check() tells the roots of each branch, and none when it is quick (${layout})`, async () => {
    const host = await pondWithBranches(layout);
    const { branches, contentRoot } = await checked(host);
    for (const { contentRoot, historyRoot, name } of branches) {
      await using fs = await TinyLogFS.open(host, POND, { branch: name });
      assertEquals(contentRoot, await fs.contentRoot());
      assertEquals(historyRoot, await fs.historyRoot());
    }
    await using main = await TinyLogFS.open(host, POND, { branch: "main" });
    assertEquals(contentRoot, await main.contentRoot());
    const quick = await checked(host, { depth: "quick" });
    assertEquals(quick.contentRoot, undefined);
    assertEquals(quick.branches.map(({ historyRoot }) => historyRoot), [
      undefined,
      undefined,
    ]);
  });
}
