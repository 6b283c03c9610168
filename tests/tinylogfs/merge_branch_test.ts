import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { decodeUtf8 } from "../../src/bytes.ts";
import { type MemoryHost, memoryHost } from "../../src/host/memory.ts";
import {
  type Layout,
  type MergeReport,
  TinyLogFS,
} from "../../src/tinylogfs/mod.ts";
import { treeOf } from "../support/tree.ts";
import { assertCode } from "./scratch.ts";

const POND = "/pond";
const LAYOUTS: readonly Layout[] = ["clustered", "hive"];
const LARGE = new Uint8Array(70_000).fill(7);

/** A pond with `/a`, `/b`, `/d/x`, whose texts are their names, and a branch. */
async function twoBranches(layout: Layout = "clustered") {
  const host = memoryHost();
  const main = await TinyLogFS.initEmpty(host, POND, { layout });
  await main.createDirectory("/d");
  for (const path of ["/a", "/b", "/d/x"]) await main.writeFile(path, path);
  await main.commit();
  const trial = await branch(host, main, "trial");
  return { host, main, trial };
}

async function branch(
  host: MemoryHost,
  from: TinyLogFS,
  name: string,
): Promise<TinyLogFS> {
  await from.createBranch(name);
  return await TinyLogFS.open(host, POND, { branch: name });
}

async function write(
  fs: TinyLogFS,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await fs.writeFile(path, text);
  }
  await fs.commit();
}

async function textOf(fs: TinyLogFS, path: string): Promise<string> {
  return decodeUtf8(await fs.readFile(path));
}

/** Such as `modified /a` and `conflict /b`. */
function said({ changes, conflicts }: MergeReport): string[] {
  return [
    ...changes.map(({ kind, path }) => `${kind} ${path}`),
    ...conflicts.map(({ path }) => `conflict ${path}`),
  ];
}

async function isClean(host: MemoryHost): Promise<void> {
  assertEquals((await TinyLogFS.check(host, POND)).findings, []);
}

for (const layout of LAYOUTS) {
  Deno.test(`merge() (${layout}) takes what the other branch has changed, and keeps what this one has`, async () => {
    const { host, main, trial } = await twoBranches(layout);
    await write(trial, { "/a": "there", "/new": "new" });
    await trial.writeFile("/d/large", LARGE);
    await trial.rename("/d", "/e");
    await trial.commit();
    await write(main, { "/b": "here", "/d/y": "here" });
    const report = await main.merge("trial", { metadata: { job: "7" } });
    assertEquals(said(report), [
      "modified /a",
      "moved /e",
      "added /e/large",
      "added /new",
    ]);
    assertEquals([report.branch, report.version], ["trial", 3]);
    assertEquals(report.bases, [{ branch: "trial", version: 1 }]);
    assertEquals(await textOf(main, "/a"), "there");
    assertEquals(await textOf(main, "/b"), "here");
    assertEquals(await textOf(main, "/e/y"), "here");
    assertEquals(await main.readFile("/e/large"), LARGE);
    const row = await main.transactionOf(report.commit.version);
    assertEquals(row?.message, "merge trial (v3)");
    assertEquals(row?.merged, { branch: "trial", version: 3 });
    assertEquals(row?.metadata, { job: "7" });
    const reopened = await TinyLogFS.open(host, POND);
    assertEquals(await treeOf(reopened), await treeOf(main));
    await isClean(host);
  });

  Deno.test(`merge() (${layout}) again changes nothing, and then only what is new`, async () => {
    const { main, trial } = await twoBranches(layout);
    await write(trial, { "/a": "there" });
    await main.merge("trial");
    const { version } = main;
    const again = await main.merge("trial");
    assertEquals([said(again), main.version], [[], version]);
    await write(main, { "/a": "here, later" });
    await write(trial, { "/b": "there, later" });
    assertEquals(said(await main.merge("trial")), ["modified /b"]);
    assertEquals(await textOf(main, "/a"), "here, later");
  });

  Deno.test(`merge() (${layout}) back and forth brings both to the same, and ends`, async () => {
    const { host, main, trial } = await twoBranches(layout);
    for (let round = 0; round < 4; round++) {
      await write(trial, { "/a": `there ${round}`, [`/t${round}`]: "t" });
      await write(main, { "/b": `here ${round}`, [`/m${round}`]: "m" });
      assertEquals((await main.merge("trial")).conflicts, []);
      assertEquals((await trial.merge("main")).conflicts, []);
      assertEquals(await treeOf(main), await treeOf(trial));
      const versions = [main.version, trial.version];
      await main.merge("trial");
      await trial.merge("main");
      assertEquals([main.version, trial.version], versions);
    }
    // What one of them takes back is no longer there after the next merge.
    await trial.delete("/m0");
    await write(trial, { "/b": "here 2" });
    assertEquals(said(await main.merge("trial")), [
      "modified /b",
      "deleted /m0",
    ]);
    await isClean(host);
  });
}

Deno.test("merge() of a branch from which nothing parted makes both the same", async () => {
  const { host, main, trial } = await twoBranches();
  await write(trial, { "/a": "there" });
  await main.merge("trial");
  assertEquals(await treeOf(main), await treeOf(trial));
  assertEquals(said(await trial.merge("main")), []);
  await isClean(host);
});

Deno.test("merge() keeps conflicts out, with the three states of each, and merges the rest", async () => {
  const { main, trial } = await twoBranches();
  await write(trial, { "/a": "there", "/b": "there" });
  await write(main, { "/a": "here" });
  const { changes, conflicts } = await main.merge("trial");
  assertEquals(changes.map(({ path }) => path), ["/b"]);
  const [conflict] = conflicts;
  assertEquals([conflict?.path, conflict?.problem], ["/a", "both changed it"]);
  const texts = [conflict?.base, conflict?.ours, conflict?.theirs]
    .map(async (state) => state && decodeUtf8(await state.read()));
  assertEquals(await Promise.all(texts), ["/a", "here", "there"]);
  assertEquals(await textOf(main, "/a"), "here");
});

Deno.test("merge() lists a conflict until both are the same", async () => {
  const { main, trial } = await twoBranches();
  await write(trial, { "/a": "there" });
  await write(main, { "/a": "here" });
  for (let i = 0; i < 2; i++) {
    assertEquals(said(await main.merge("trial")), ["conflict /a"]);
  }
  await write(trial, { "/b": "there" });
  assertEquals(said(await main.merge("trial")), [
    "modified /b",
    "conflict /a",
  ]);
  await write(main, { "/a": "there" });
  assertEquals(said(await main.merge("trial")), []);
  // It is settled: what main makes of it then is a change of main's.
  await write(main, { "/a": "here, later" });
  assertEquals(said(await main.merge("trial")), []);
  assertEquals(said(await trial.merge("main")), ["modified /a"]);
});

Deno.test("merge() takes theirs once ours is as it was at first", async () => {
  const { main, trial } = await twoBranches();
  await write(trial, { "/a": "there" });
  await write(main, { "/a": "here" });
  await main.merge("trial");
  await main.restore("v1", { path: "/a" });
  assertEquals(said(await main.merge("trial")), ["modified /a"]);
  assertEquals(await textOf(main, "/a"), "there");
});

Deno.test("merge({ ours }) settles conflicts, for both branches", async () => {
  const { main, trial } = await twoBranches();
  await write(trial, { "/a": "there" });
  await write(main, { "/a": "here" });
  assertEquals(said(await main.merge("trial")), ["conflict /a"]);
  assertEquals(said(await main.merge("trial", { ours: true })), [
    "conflict /a",
  ]);
  assertEquals(said(await main.merge("trial")), []);
  assertEquals(said(await trial.merge("main")), ["modified /a"]);
  assertEquals(await textOf(trial, "/a"), "here");
});

Deno.test("merge() the other way lists a conflict that was never settled", async () => {
  const { main, trial } = await twoBranches();
  await write(trial, { "/a": "there" });
  await write(main, { "/a": "here" });
  await main.merge("trial");
  assertEquals(said(await trial.merge("main")), ["conflict /a"]);
  assertEquals(said(await main.merge("trial")), ["conflict /a"]);
  assertEquals(said(await trial.merge("main", { ours: true })), [
    "conflict /a",
  ]);
  assertEquals(said(await main.merge("trial")), ["modified /a"]);
  assertEquals(await textOf(main, "/a"), "there");
});

Deno.test("merge() keeps what is in a new directory out with it, until there is room", async () => {
  const { main, trial } = await twoBranches();
  await trial.createDirectory("/n");
  await write(trial, { "/n/1": "1", "/n/2": "2" });
  await write(main, { "/n": "a file" });
  assertEquals(said(await main.merge("trial")), ["conflict /n"]);
  await main.rename("/n", "/file");
  await main.commit();
  assertEquals(said(await main.merge("trial")), [
    "added /n",
    "added /n/1",
    "added /n/2",
  ]);
});

Deno.test("merge(): merges that crossed compare with both states", async () => {
  const { host, main, trial } = await twoBranches();
  await write(main, { "/a": "main 1" });
  await write(trial, { "/b": "trial 1" });
  // Each is merged as of before the other merge.
  const old = await branch(host, main, "old");
  await main.merge("trial");
  await trial.merge("old");
  assertEquals(await treeOf(main), await treeOf(trial));
  assertEquals(said(await main.merge("trial")), []);
  assertEquals(said(await trial.merge("main")), []);
  await write(trial, { "/a": "trial 2" });
  await write(main, { "/b": "main 2" });
  assertEquals(said(await main.merge("trial")), ["modified /a"]);
  assertEquals(said(await trial.merge("main")), ["modified /b"]);
  assertEquals(await textOf(old, "/a"), "main 1");
  await isClean(host);
});

Deno.test("merge() finds what both have made alike in a directory that each has made", async () => {
  const { main, trial } = await twoBranches();
  await main.delete("/d", { recursive: true });
  await main.createDirectory("/d");
  await main.commit();
  await trial.merge("main");
  for (const fs of [main, trial]) {
    await fs.createDirectory("/d/n");
    await fs.commit();
  }
  assertEquals((await trial.merge("main")).conflicts, []);
  assertEquals((await main.merge("trial")).conflicts, []);
  assertEquals(await treeOf(main), await treeOf(trial));
});

Deno.test("merge() deletes what both have made alike, in a directory that only theirs has had", async () => {
  const { host, main, trial } = await twoBranches();
  // Each has a directory of its own at /d, and one of its own in it.
  await trial.delete("/d", { recursive: true });
  await trial.createDirectory("/d");
  await trial.commit();
  assertEquals(said(await trial.merge("main")), []);
  assertEquals(said(await main.merge("trial")), ["deleted /d/x"]);
  await write(main, { "/d/y": "same" });
  await write(trial, { "/d/y": "same" });
  await main.merge("trial");
  await trial.merge("main");
  await main.delete("/d", { recursive: true });
  await main.commit();
  await write(trial, { "/a": "there" });
  assertEquals(said(await trial.merge("main")), [
    "deleted /d",
    "deleted /d/y",
  ]);
  assertEquals(said(await main.merge("trial")), ["modified /a"]);
  const tree = { "/a": "there", "/b": "/b" };
  assertEquals([await treeOf(main), await treeOf(trial)], [tree, tree]);
  await isClean(host);
});

Deno.test("merge() knows what came through a third branch", async () => {
  const { host, main, trial } = await twoBranches();
  const other = await branch(host, main, "other");
  await write(trial, { "/a": "there" });
  await other.merge("trial");
  assertEquals(said(await main.merge("other")), ["modified /a"]);
  await write(main, { "/a": "here, later" });
  assertEquals(said(await main.merge("trial")), []);
  assertEquals(await textOf(main, "/a"), "here, later");
});

Deno.test("merge() of a branch that was made of a branch compares with what it was made of", async () => {
  const { host, main, trial } = await twoBranches();
  await write(trial, { "/a": "there" });
  const twig = await branch(host, trial, "twig");
  await main.merge("trial");
  await write(main, { "/a": "here, later" });
  await write(twig, { "/b": "twig" });
  assertEquals(said(await main.merge("twig")), ["modified /b"]);
  await main.deleteBranch("trial", { force: true });
  await write(twig, { "/d/x": "twig" });
  assertEquals(said(await main.merge("twig")), ["modified /d/x"]);
});

Deno.test("merge() finds nodes through renames on both sides, and after many merges", async () => {
  const { host, main, trial } = await twoBranches();
  await trial.rename("/d/x", "/x");
  await trial.commit();
  await main.merge("trial");
  await main.rename("/x", "/y");
  await main.commit();
  await write(trial, { "/x": "there" });
  assertEquals(said(await main.merge("trial")), ["conflict /y"]);
  await trial.merge("main", { ours: true });
  assertEquals(said(await main.merge("trial")), ["moved /x"]);
  assertEquals(await textOf(main, "/x"), "there");
  await isClean(host);
});

Deno.test("merge() goes on with the versions of a node that comes back", async () => {
  const { host, main, trial } = await twoBranches();
  await trial.delete("/a");
  await trial.commit();
  await main.merge("trial");
  await trial.undo();
  assertEquals(said(await main.merge("trial")), ["added /a"]);
  const rows = await Array.fromAsync(main.getNodeHistory("/a"));
  assertEquals(rows.map(({ nodeVersion }) => nodeVersion), [3, 2, 1]);
  await isClean(host);
});

Deno.test("undo() takes a merge back, and the next merge brings only what is new", async () => {
  const { main, trial } = await twoBranches();
  await write(trial, { "/a": "there" });
  await main.merge("trial");
  await main.undo();
  assertEquals(await textOf(main, "/a"), "/a");
  await write(trial, { "/b": "there" });
  assertEquals(said(await main.merge("trial")), ["modified /b"]);
  assertEquals(await textOf(main, "/a"), "/a");
});

Deno.test("merge({ dryRun }) says what it would do, and does nothing", async () => {
  const { main, trial } = await twoBranches();
  await write(trial, { "/a": "there", "/b": "there" });
  await write(main, { "/a": "here" });
  const { version } = main;
  const report = await main.merge("trial", { dryRun: true });
  assertEquals(said(report), ["modified /b", "conflict /a"]);
  assertEquals([report.dryRun, report.commit.operationsCommitted], [true, 0]);
  assertEquals(main.version, version);
  assertEquals(await textOf(main, "/b"), "/b");
  assertEquals(said(await main.merge("trial")), said(report));
});

Deno.test("merge() refuses itself, a branch that isn't there, and what is pending", async () => {
  const { main, trial } = await twoBranches();
  await assertCode("INVALID_ARGUMENT", () => main.merge("main"));
  await assertCode("NOT_FOUND", () => main.merge("none"));
  await write(trial, { "/a": "there" });
  await main.writeFile("/b", "pending");
  const error = await assertCode("INVALID_ARGUMENT", () => main.merge("trial"));
  assertStringIncludes(error.message, "pending");
  assertEquals(main.getStatus().pendingOperations, 1);
  const view = await main.at("v1");
  await assertCode("READ_ONLY", () => view.merge("trial"));
});

Deno.test("merge() takes in what others commit meanwhile", async () => {
  const { host, main, trial } = await twoBranches();
  await write(trial, { "/a": "there" });
  const other = await TinyLogFS.open(host, POND);
  await write(other, { "/a": "here", "/n": "n" });
  assertEquals(said(await main.merge("trial")), ["conflict /a"]);
  assertEquals(await textOf(main, "/n"), "n");
  const merges = await Promise.all([
    main.merge("trial", { ours: true }),
    other.merge("trial", { ours: true }),
  ]);
  assert(merges.some((report) => report.conflicts.length === 1));
  await isClean(host);
});

Deno.test("merge() keeps tags of each branch, and doesn't take them over", async () => {
  const { main, trial } = await twoBranches();
  await trial.tag("there", "v1");
  assertEquals(said(await main.merge("trial")), []);
  assertEquals(await main.tags(), []);
});
