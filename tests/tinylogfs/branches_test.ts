import { assert, assertEquals, assertRejects } from "@std/assert";
import { decodeUtf8 } from "../../src/bytes.ts";
import { PondError } from "../../src/errors.ts";
import { type MemoryHost, memoryHost, SimStop } from "../../src/host/memory.ts";
import { DeltaTable } from "../../src/oplog/mod.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { treeOf } from "../support/tree.ts";
import { assertCode, diskOperations } from "./scratch.ts";

const POND = "/pond";
const LAYOUTS: readonly Layout[] = ["clustered", "hive"];
const LARGE = new Uint8Array(70_000).fill(7);

/** A pond with four transactions, a blob among them. */
async function somePond(layout: Layout): Promise<
  { readonly host: MemoryHost; readonly fs: TinyLogFS }
> {
  const host = memoryHost();
  const fs = await TinyLogFS.initEmpty(host, POND, { layout });
  await fs.createDirectory("/d");
  await fs.writeFile("/d/a", "a1");
  await fs.commit();
  await fs.writeFile("/d/a", "a2");
  await fs.commit();
  await fs.writeFile("/large", LARGE);
  await fs.commit();
  return { host, fs };
}

async function open(
  host: MemoryHost,
  branch?: string,
  staged = false,
): Promise<TinyLogFS> {
  const own = memoryHost({ files: host.files });
  const options = branch === undefined ? { staged } : { branch, staged };
  return await TinyLogFS.open(own, POND, options);
}

async function textOf(fs: TinyLogFS, path: string): Promise<string> {
  return decodeUtf8(await fs.readFile(path));
}

for (const layout of LAYOUTS) {
  Deno.test(`a branch (${layout}) begins with everything, and goes its own way`, async () => {
    const { host, fs } = await somePond(layout);
    const info = await fs.createBranch("trial");
    assertEquals(info.from, { branch: "main", version: 3 });
    const trial = await open(host, "trial");
    assertEquals(await treeOf(trial), await treeOf(fs));
    await trial.writeFile("/d/a", "trial");
    await trial.delete("/large");
    await trial.commit();
    await fs.writeFile("/d/b", "main");
    await fs.commit();
    assertEquals([fs.branch, trial.branch], ["main", "trial"]);
    assertEquals(await textOf(fs, "/d/a"), "a2");
    assertEquals(await fs.readFile("/large"), LARGE);
    assertEquals(await textOf(trial, "/d/a"), "trial");
    const again = await open(host, "trial");
    assertEquals(await textOf(again, "/d/a"), "trial");
    await assertCode("NOT_FOUND", () => again.readFile("/d/b"));
    assertEquals(await textOf(await again.at("v1"), "/d/a"), "a1");
    assertEquals(again.version, 4);
  });

  Deno.test(`a branch (${layout}) of an earlier version knows nothing of what came later`, async () => {
    const { host, fs } = await somePond(layout);
    await fs.optimize();
    await fs.refresh();
    await fs.createBranch("old", { at: "v1" });
    const old = await open(host, "old");
    assertEquals(old.version, 1);
    assertEquals(await textOf(old, "/d/a"), "a1");
    await assertCode("NOT_FOUND", () => old.readFile("/large"));
    const versions = await Array.fromAsync(old.transactions());
    assertEquals(versions.map(({ version }) => version), [1, 0]);
    await old.writeFile("/d/a", "another a2");
    await old.commit();
    assertEquals(await textOf(await open(host, "old"), "/d/a"), "another a2");
    assertEquals(await textOf(fs, "/d/a"), "a2");
  });

  Deno.test(`a branch (${layout}) is a plain Delta table of its own`, async () => {
    const { host, fs } = await somePond(layout);
    await fs.createBranch("trial");
    const path = `${POND}/branches/trial/oplog`;
    const main = await DeltaTable.open(host, `${POND}/oplog`);
    const table = await DeltaTable.open(host, path);
    assert(table.snapshot.metaData.id !== main.snapshot.metaData.id);
    assertEquals(await rowCount(table), await rowCount(main));
    // What the other does to its files doesn't touch those of the branch.
    await fs.optimize();
    await fs.vacuum({ dryRun: false, retentionMs: 0, force: true });
    assertEquals(await rowCount(table), await rowCount(main));
    assertEquals(await treeOf(await open(host, "trial")), await treeOf(fs));
  });

  Deno.test(`a branch (${layout}) is whole or not there, wherever its making is stopped`, async () => {
    for (const mode of ["nothing survives", "random"] as const) {
      for (let at = 1;; at++) {
        const { host, fs } = await somePond(layout);
        const tree = await treeOf(fs);
        host.files.inject({ at, kind: "stop" });
        const made = await isDone(() => fs.createBranch("trial"));
        host.files.crash(mode);
        const after = memoryHost({ files: host.files, seed: at });
        const reopened = await TinyLogFS.open(after, POND);
        assertEquals(await treeOf(reopened), tree);
        const names = (await Array.fromAsync(reopened.branches()))
          .map(({ name }) => name);
        if (made) assertEquals(names, ["main", "trial"]);
        for (const branch of names) {
          const fs = await TinyLogFS.open(after, POND, { branch });
          assertEquals(await treeOf(fs), tree, `${mode}, stopped at ${at}`);
        }
        if (names.length === 1) await reopened.createBranch("trial");
        if (made) break;
      }
    }
  });
}

/** Whether it was done before the process stopped. */
async function isDone(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof SimStop) return false;
    throw error;
  }
}

Deno.test("createBranch() costs the data files, whatever is in them", async () => {
  const { host, fs } = await somePond("clustered");
  for (let i = 0; i < 40; i++) {
    await fs.writeFile(`/f${i}`, "x".repeat(5000));
    await fs.commit();
  }
  const before = await diskOperations(host, () => fs.createBranch("a"));
  for (let i = 0; i < 400; i++) await fs.writeFile(`/d/${i}`, "y".repeat(900));
  await fs.commit();
  const after = await diskOperations(host, () => fs.createBranch("b"));
  assert(after <= before + 8, `${after} operations, and ${before} before`);
});

Deno.test("the stage of a branch is its own", async () => {
  const { host, fs } = await somePond("clustered");
  await fs.createBranch("trial");
  const trial = await open(host, "trial", true);
  await trial.writeFile("/staged", "x");
  assertEquals(await trial.stage(), 1);
  assertEquals((await open(host, "main", true)).pendingOperations(), []);
  const other = await open(host, "trial", true);
  assertEquals(other.pendingOperations().length, 1);
  await other.commit();
  assertEquals(await textOf(await open(host, "trial"), "/staged"), "x");
});

Deno.test("switchBranch() decides what those get who name no branch", async () => {
  const { host, fs } = await somePond("clustered");
  await fs.createBranch("trial");
  await fs.switchBranch("trial");
  assertEquals((await open(host)).branch, "trial");
  assertEquals((await open(host, "main")).branch, "main");
  const current = (await Array.fromAsync(fs.branches()))
    .filter(({ current }) => current).map(({ name }) => name);
  assertEquals(current, ["trial"]);
  await fs.switchBranch("main");
  assertEquals((await open(host)).branch, "main");
  await assertCode("NOT_FOUND", () => fs.switchBranch("none"));
  await assertCode("NOT_FOUND", () => open(host, "none"));
});

Deno.test("deleteBranch() drops no transaction unless it is forced to", async () => {
  const { host, fs } = await somePond("clustered");
  await fs.createBranch("empty");
  await fs.deleteBranch("empty");
  await fs.createBranch("trial");
  const trial = await open(host, "trial");
  await trial.writeFile("/own", "x");
  await trial.commit();
  await assertCode("INVALID_ARGUMENT", () => fs.deleteBranch("trial"));
  await assertCode("INVALID_ARGUMENT", () => fs.deleteBranch("main"));
  const force = { force: true };
  await assertCode(
    "INVALID_ARGUMENT",
    () => trial.deleteBranch("trial", force),
  );
  await fs.deleteBranch("trial", force);
  await assertCode("NOT_FOUND", () => open(host, "trial"));
  await assertCode("NOT_FOUND", () => fs.deleteBranch("trial"));
  const left = await Array.fromAsync(host.files.list(`${POND}/branches`));
  assertEquals(left, []);
});

Deno.test("what makes, deletes and switches branches does nothing with dryRun, and refuses the same", async () => {
  const { host, fs } = await somePond("clustered");
  const dryRun = true;
  await fs.createBranch("trial");
  const before = host.files.snapshot();
  const planned = await fs.createBranch("next", { dryRun, at: "v1" });
  assertEquals(planned.from, { branch: "main", version: 1 });
  await fs.deleteBranch("trial", { dryRun });
  await fs.switchBranch("trial", { dryRun });
  const taken = () => fs.createBranch("trial", { dryRun });
  await assertCode("ALREADY_EXISTS", taken);
  const named = () => fs.createBranch("a/b", { dryRun });
  await assertCode("INVALID_NAME", named);
  await assertCode("NOT_FOUND", () => fs.deleteBranch("none", { dryRun }));
  await assertCode("NOT_FOUND", () => fs.switchBranch("none", { dryRun }));
  await assertCode(
    "INVALID_ARGUMENT",
    () => fs.deleteBranch("main", { dryRun }),
  );
  assertEquals(host.files.snapshot(), before);
});

Deno.test("names of branches never lead elsewhere", async () => {
  const { fs } = await somePond("clustered");
  for (const name of ["", "..", "a/b", ".x", "-x", "x\n", "a".repeat(101)]) {
    await assertCode("INVALID_NAME", () => fs.createBranch(name));
  }
  for (const name of ["main", "trial"]) {
    if (name === "trial") await fs.createBranch(name);
    await assertCode("ALREADY_EXISTS", () => fs.createBranch(name));
  }
  await assertCode(
    "REVISION_NOT_FOUND",
    () => fs.createBranch("x", { at: "v99" }),
  );
  await assertRejects(() => fs.createBranch("x", { ttlMs: -1 }), RangeError);
});

Deno.test("vacuum() keeps the blobs of every branch, and deletes branches whose time is over", async () => {
  const { host, fs } = await somePond("clustered");
  await fs.createBranch("scratch", { ttlMs: 60_000 });
  const scratch = await open(host, "scratch");
  await scratch.writeFile("/own", new Uint8Array(80_000).fill(9));
  await scratch.commit();
  await host.clock.sleep(30_000);
  const now = { dryRun: false, retentionMs: 0, force: true };
  const kept = await fs.vacuum(now);
  assertEquals(kept.files.filter(({ kind }) => kind !== "unfinished"), []);
  assertEquals((await open(host, "scratch")).branch, "scratch");
  await host.clock.sleep(31_000);
  const { files } = await fs.vacuum(now);
  assertEquals(files.map(({ kind }) => kind), ["branch"]);
  await assertCode("NOT_FOUND", () => open(host, "scratch"));
  const blobs = (await fs.vacuum(now)).files;
  assertEquals(blobs.map(({ kind }) => kind), ["blob"]);
  assertEquals(await fs.readFile("/large"), LARGE);
});

Deno.test("a branch whose branch.json was changed is damaged", async () => {
  const { host, fs } = await somePond("clustered");
  await fs.createBranch("trial");
  const path = `${POND}/branches/trial/branch.json`;
  const bytes = await host.files.read(path);
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  await host.files.replace(path, bytes);
  const error = await assertRejects(
    () => Array.fromAsync(fs.branches()),
    PondError,
    path,
  );
  assertEquals(error.code, "INTEGRITY");
});

async function rowCount(table: DeltaTable): Promise<number> {
  let rows = 0;
  for await (const { numRows } of table.rows()) rows += numRows;
  return rows;
}
