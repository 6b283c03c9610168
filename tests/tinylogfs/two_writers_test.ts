/**
 * Two writers of one pond, and work whose outcome isn't known: nothing that was
 * acknowledged, staged or added is lost or overwritten.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { decodeUtf8 } from "../../src/bytes.ts";
import { ConflictError, hasCode, PondError } from "../../src/errors.ts";
import { type MemoryHost, memoryHost } from "../../src/host/memory.ts";
import {
  type InitOptions,
  type OpenOptions,
  TinyLogFS,
} from "../../src/tinylogfs/mod.ts";
import { treeOf } from "../support/tree.ts";

const POND = "/pond";

/** A pond with `/f`, `/a/sub/z` and `/b`, opened twice. */
async function twoWriters(
  options: OpenOptions & InitOptions = {},
): Promise<{ host: MemoryHost; a: TinyLogFS; b: TinyLogFS }> {
  const host = memoryHost();
  const a = await TinyLogFS.initEmpty(host, POND, options);
  await a.createFile("/f", "old");
  await a.createDirectory("/a/sub", { recursive: true });
  await a.createFile("/a/sub/z", "z");
  await a.createDirectory("/b");
  await a.commit();
  const b = await TinyLogFS.open(host, POND, options);
  return { host, a, b };
}

async function newest(host: MemoryHost): Promise<Record<string, string>> {
  await using fs = await TinyLogFS.open(host, POND);
  return await treeOf(fs);
}

async function assertConflict(work: () => Promise<unknown>): Promise<void> {
  await assertRejects(work, ConflictError);
}

// === Conflicts ===

Deno.test("commit() that conflicts, conflicts again until the pending work is dropped", async () => {
  const { a, b, host } = await twoWriters();
  await a.updateFile("/f", "from a");
  await b.updateFile("/f", "from b");
  await b.commit();
  for (let i = 0; i < 3; i++) await assertConflict(() => a.commit());
  await assertConflict(() => a.refresh());
  await assertConflict(() => a.commit());
  await assertConflict(() => a.commitPartial(1));
  assertEquals((await newest(host))["/f"], "from b");
  assertEquals(await a.revert(), 1);
  assertEquals(decodeUtf8(await a.readFile("/f")), "from b");
  await a.updateFile("/f", "from a");
  await a.commit();
  assertEquals((await newest(host))["/f"], "from a");
});

Deno.test("a move into a directory that is gone, and one of a file that is gone, stay conflicts", async () => {
  for (const gone of ["/b", "/f"]) {
    const { a, b, host } = await twoWriters();
    await a.rename("/f", "/b/f");
    await b.delete(gone);
    await b.commit();
    const after = await newest(host);
    for (let i = 0; i < 2; i++) await assertConflict(() => a.commit());
    assertEquals(await newest(host), after);
  }
});

Deno.test("two moves that would put each directory into the other: the second is a conflict", async () => {
  const { a, b, host } = await twoWriters();
  await a.rename("/a", "/b/a");
  await b.rename("/b", "/a/b");
  await a.commit();
  for (let i = 0; i < 2; i++) await assertConflict(() => b.commit());
  const tree = await newest(host);
  assertEquals(tree["/b/a/sub/z"], "z");
  await b.restoreFromOplog();
  assertEquals(await treeOf(b), tree);
  assertEquals((await b.restore("v1")).nodesRestored, 1);
  assertEquals((await newest(host))["/a/sub/z"], "z");
});

Deno.test("calls that aren't waited for, and handles with old paths, put no directory into itself", async () => {
  const { a } = await twoWriters();
  const moves = await Promise.allSettled([
    a.rename("/a", "/b/a"),
    a.rename("/b", "/a/b"),
  ]);
  const statuses = moves.map(({ status }) => status).sort();
  assertEquals(statuses, ["fulfilled", "rejected"]);
  await a.revert();
  const handle = await a.workingDirectory().open("/a/sub");
  await a.createDirectory("/z");
  await a.rename("/a", "/z/a");
  await assertRejects(() => handle.rename("/z", "zz"), PondError);
  const { nodeId } = await a.getMetadata("/z/a/sub/z");
  assertEquals(decodeUtf8(await a.readFileById(nodeId)), "z");
});

// === Unknown outcomes ===

/** Fails the flush of the log's names in the next commit. */
async function failsUnknown(
  host: MemoryHost,
  fs: TinyLogFS,
  commit: () => Promise<unknown>,
): Promise<void> {
  const { pendingOperations } = fs.getStatus();
  for (let at = 1; at < 40; at++) {
    const copy = host.files.operations.length;
    host.files.inject({ at, kind: "IO" });
    let caught: unknown;
    try {
      await commit();
    } catch (error) {
      caught = error;
    }
    host.files.inject(undefined);
    if (hasCode(caught, "OUTCOME_UNKNOWN")) {
      const failed = host.files.operations[copy + at - 1];
      if (failed?.name === "syncDirectory") return;
    }
    assert(caught !== undefined, "the commit should have failed");
    assertEquals(fs.getStatus().pendingOperations, pendingOperations);
  }
  throw new TypeError("no operation has an unknown outcome");
}

Deno.test("what is added after an unknown outcome stays pending, and the next commit says all of it", async () => {
  const { a, host } = await twoWriters();
  await a.createFile("/g", "g");
  await failsUnknown(host, a, () => a.commit());
  await a.createFile("/h", "h");
  const result = await a.commit();
  assertEquals(result.operationsCommitted, 2);
  assertEquals(a.getStatus().pendingOperations, 0);
  host.files.crash("nothing survives");
  const tree = await newest(host);
  assertEquals([tree["/g"], tree["/h"]], ["g", "h"]);
});

Deno.test("the rest of a partial commit with an unknown outcome is not lost", async () => {
  const { a, host } = await twoWriters();
  await a.createFile("/g", "g");
  await a.createFile("/h", "h");
  await failsUnknown(host, a, () => a.commitPartial(1));
  assertEquals((await a.commitPartial(1)).operationsCommitted, 1);
  assertEquals(a.pendingOperations().map(({ path }) => path), ["/h"]);
  await a.createFile("/i", "i");
  await failsUnknown(host, a, () => a.commitPartial(1));
  await a.refresh();
  assertEquals(a.pendingOperations().map(({ path }) => path), ["/i"]);
  assertEquals((await a.commit()).operationsCommitted, 2);
  host.files.crash("nothing survives");
  const tree = await newest(host);
  assertEquals([tree["/g"], tree["/h"], tree["/i"]], ["g", "h", "i"]);
});

Deno.test("a restore that fails at any operation can be asked for again", async () => {
  let unknown = 0;
  for (const answerLost of [false, true]) {
    for (let at = 1;; at++) {
      const { a, host } = await twoWriters();
      await a.updateFile("/f", "new");
      await a.commit();
      const start = host.files.operations.length;
      host.files.inject({ at, kind: "IO", answerLost });
      let error: unknown;
      try {
        await a.restore("v1");
      } catch (caught) {
        error = caught;
      }
      const isReached = host.files.operations.length - start >= at;
      host.files.inject(undefined);
      if (hasCode(error, "OUTCOME_UNKNOWN")) unknown++;
      if (error) {
        assertEquals((await a.restore("v1")).targetVersion, 1);
      }
      assertEquals(a.version, 3);
      host.files.crash("nothing survives");
      assertEquals((await newest(host))["/f"], "old");
      if (!isReached) break;
    }
  }
  assert(unknown >= 2, `${unknown} outcomes were unknown`);
});

Deno.test("a restore after a commit of unknown outcome is a restore, and the next commit says what the other did", async () => {
  const { a, host } = await twoWriters();
  await a.updateFile("/f", "new");
  await failsUnknown(host, a, () => a.commit());
  const { commit } = await a.restore("v1");
  assertEquals([commit.operationsCommitted, commit.version], [1, 3]);
  assertEquals((await newest(host))["/f"], "old");
  const said = await a.commit();
  assertEquals([said.operationsCommitted, said.version], [1, 2]);
  assertEquals((await a.commit()).operationsCommitted, 0);
});

Deno.test("a restore after another restore of unknown outcome is its own", async () => {
  for (const answerLost of [false, true]) {
    for (let at = 1;; at++) {
      const { a, host } = await twoWriters();
      await a.updateFile("/f", "2");
      await a.commit();
      await a.updateFile("/f", "3");
      await a.commit();
      const start = host.files.operations.length;
      host.files.inject({ at, kind: "IO", answerLost });
      let error: unknown;
      try {
        await a.restore("v1");
      } catch (caught) {
        error = caught;
      }
      const isReached = host.files.operations.length - start >= at;
      host.files.inject(undefined);
      assertEquals((await a.restore("v2")).targetVersion, 2, `${error}`);
      host.files.crash("nothing survives");
      assertEquals((await newest(host))["/f"], "2");
      if (!isReached) break;
    }
  }
});

// === The stage ===

Deno.test("a process that knows an old version keeps the rest of another's partial commit", async () => {
  const { a, b, host } = await twoWriters({ staged: true });
  await a.createFile("/1", "");
  await a.createFile("/2", "");
  await a.stage();
  await a.commit({ first: 1 });
  await b.createFile("/3", "");
  await b.stage();
  await using all = await TinyLogFS.open(host, POND, { staged: true });
  const paths = all.pendingOperations().map(({ path }) => path);
  assertEquals(paths, ["/2", "/3"]);
  assertEquals((await all.commit()).operationsCommitted, 2);
});

Deno.test("stage() without the stage gives the work away, and takes no one else's along", async () => {
  const { b, host } = await twoWriters({ staged: true });
  await b.createFile("/b1", "");
  await b.stage();
  await using a = await TinyLogFS.open(host, POND);
  await a.createFile("/a1", "");
  assertEquals(await a.stage(), 1);
  assertEquals(a.pendingOperations(), []);
  assertEquals((await a.commit()).operationsCommitted, 0);
  await a.createFile("/b1", "another");
  await assertConflict(() => a.stage());
  assertEquals(await a.revert(), 1);
  await b.refresh();
  const paths = b.pendingOperations().map(({ path }) => path);
  assertEquals(paths, ["/b1", "/a1"]);
  assertEquals((await b.commit()).operationsCommitted, 2);
});

// === Views and restores ===

Deno.test("refresh() of a look at a version changes neither it nor the filesystem it came from", async () => {
  const { a, b, host } = await twoWriters();
  await treeOf(a);
  await b.createFile("/x", "");
  await b.commit();
  await using view = await a.at("@");
  await view.refresh();
  assertEquals(await view.exists("/x"), false);
  await a.createFile("/y", "");
  await a.commit();
  const tree = await newest(host);
  assertEquals([tree["/x"], tree["/y"]], ["", ""]);
});

Deno.test("at('@pending') shows what is staged, and can't be changed", async () => {
  const { a, host } = await twoWriters({ staged: true });
  await a.createFile("/staged", "");
  await a.stage();
  await using other = await TinyLogFS.open(host, POND);
  await using view = await other.at("@pending");
  assertEquals(await view.exists("/staged"), true);
  const error = await assertRejects(() => view.createFile("/g", ""), PondError);
  assertEquals(error.code, "READ_ONLY");
});

Deno.test("restore() is that revision, whatever others have committed since this object looked", async () => {
  const { a, b, host } = await twoWriters();
  await b.createFile("/new", "");
  await b.commit();
  const before = await treeOf(await a.at("v1"));
  await a.restore("v1");
  assertEquals(await newest(host), before);
});

Deno.test("restore() takes nothing along that is called beside it, and isn't an automatic commit", async () => {
  const { a } = await twoWriters({ commitThresholdBytes: 4000 });
  await a.updateFile("/f", "large".repeat(1000));
  const revision = `v${a.version}`;
  await a.updateFile("/f", "small");
  await a.commit();
  const [result] = await Promise.all([
    a.restore(revision, { message: "back" }),
    a.createFile("/x", ""),
  ]);
  assertEquals(result.commit.operationsCommitted, 1);
  const [newestRow] = await Array.fromAsync(a.transactions());
  assertEquals(newestRow?.message, "back");
  assertEquals(a.pendingOperations().map(({ path }) => path), ["/x"]);
});

// === Large transactions ===

Deno.test("an automatic commit that fails keeps what was added, and refuses what comes next", async () => {
  const { a, b, host } = await twoWriters({ commitThresholdBytes: 2000 });
  await a.updateFile("/f", "from a");
  await b.updateFile("/f", "from b");
  await b.commit();
  await a.createFile("/g", "x".repeat(3000));
  assertEquals(a.getStatus().pendingOperations, 2);
  await assertConflict(() => a.createFile("/h", ""));
  await assertConflict(() => a.commit());
  assertEquals(a.getStatus().pendingOperations, 2);
  await a.revert();
  await a.createFile("/h", "");
  await a.commit();
  assertEquals(Object.keys(await newest(host)).includes("/h"), true);
});

Deno.test("a rename over a file, and the removal of a tree, are each in one version, however small the threshold", async () => {
  const { a } = await twoWriters({ commitThresholdBytes: 1 });
  const { version } = a;
  await a.createFile("/t", "t");
  assertEquals(a.version, version + 1);
  await a.rename("/t", "/f");
  assertEquals(a.version, version + 2);
  await a.delete("/a", { recursive: true });
  assertEquals(a.version, version + 3);
  const paths: string[] = [];
  for await (const row of a.historyRows()) {
    if (row.version === version + 2) paths.push(`${row.operation} ${row.path}`);
  }
  assertEquals(paths, ["delete /f", "move /f"]);
});

// === What is said ===

Deno.test("every reported operation is a row, of directories as well", async () => {
  const { a } = await twoWriters();
  await a.createDirectory("/d");
  await a.setAttributes("/d", { owner: "me" });
  await a.rename("/d", "/e");
  await a.createDirectory("/t");
  await a.delete("/t");
  const pending = await Array.fromAsync(a.historyRows({ pending: true }));
  const said = pending.filter((row) => row.pending).map((row) =>
    `${row.operation} ${row.path} ${row.nodeVersion}`
  );
  assertEquals(said, [
    "create /d 1",
    "update /d 2",
    "move /e 3",
    "create /t 1",
    "delete /t 2",
  ]);
  const { operationsCommitted, version } = await a.commit();
  assertEquals(operationsCommitted, 5);
  const rows = await Array.fromAsync(a.historyRows());
  const committed = rows.filter((row) => row.version === version).map((row) =>
    `${row.operation} ${row.path} ${row.nodeVersion}`
  );
  assertEquals(committed, said);
});

Deno.test("commit({ paths }) goes by where things are now, however the path is written", async () => {
  const { a } = await twoWriters();
  await a.createFile("/a/x", "");
  await a.createFile("/other", "");
  await a.rename("/a", "/e");
  await a.createSymlink("/l", "e");
  assertEquals((await a.commit({ paths: ["/l/x"] })).operationsCommitted, 1);
  const paths = ["b/../e"];
  assertEquals((await a.commit({ paths })).operationsCommitted, 1);
  const left = a.pendingOperations().map(({ path }) => path);
  assertEquals(left, ["/other", "/l"]);
  await a.commit();
  assertEquals(await a.exists("/l/x"), true);
});

Deno.test("what a commit of a part leaves is recorded where it is by then", async () => {
  const { a } = await twoWriters();
  await a.createFile("/a/x", "");
  await a.rename("/a", "/e");
  const { nodeId } = await a.getMetadata("/e");
  const only = await a.commit({ first: 0 });
  assertEquals(only.operationsCommitted, 0);
  await using other = a;
  await other.commitPartial(1);
  assertEquals(other.pendingOperations().map(({ path }) => path), ["/e"]);
  await other.commit();
  const [newestRow] = await Array.fromAsync(other.getNodeHistory(nodeId));
  assertEquals([newestRow?.operation, newestRow?.path], ["move", "/e"]);
});

// === Merges ===

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`two writers (${layout}) lose nothing while a third process merges, writes checkpoints and deletes`, async () => {
    const { host, a, b } = await twoWriters({ layout });
    // The disk's clock tells how old a running writer's files are.
    host.files.setTime(host.clock.nowUs() / 1000);
    const c = await TinyLogFS.open(host, POND);
    const writing = async (fs: TinyLogFS, name: string) => {
      for (let i = 0; i < 40; i++) {
        await fs.createFile(`/b/${name}${i}`, `${name}${i}`);
        await fs.commit();
      }
    };
    let merged = 0;
    let isWritten = false;
    const caring = async () => {
      while (!isWritten) {
        merged += (await c.optimize()).filesRemoved;
        await c.checkpoint();
        await c.vacuum({ dryRun: false });
      }
    };
    const care = caring();
    await Promise.all([writing(a, "x"), writing(b, "y")]);
    isWritten = true;
    await care;
    // Commits merge as well: who has merged what is a matter of chance.
    assert(merged > 0, "nothing was merged while others wrote");
    const { filesLeft } = await c.optimize();
    assert(filesLeft < 20, `${filesLeft} files left of 82 commits`);
    const expected: Record<string, string> = {
      "/f": "old",
      "/a": "directory",
      "/a/sub": "directory",
      "/a/sub/z": "z",
      "/b": "directory",
    };
    for (let i = 0; i < 40; i++) {
      for (const name of ["x", "y"]) {
        expected[`/b/${name}${i}`] = `${name}${i}`;
      }
    }
    assertEquals(await newest(host), expected);
    await a.refresh();
    assertEquals(await treeOf(a), expected);
    assertEquals((await Array.fromAsync(a.transactions())).length, 82);
  });
}
