/** The methods that the requirements list, beyond the everyday ones. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { decodeUtf8 } from "../../src/bytes.ts";
import { PondError } from "../../src/errors.ts";
import { type MemoryHost, memoryHost } from "../../src/host/memory.ts";
import { decodeOplogEntries } from "../../src/oplog/mod.ts";
import {
  errorKind,
  type NodeSearchCriteria,
  TinyLogFS,
} from "../../src/tinylogfs/mod.ts";
import { treeOf } from "../support/tree.ts";
import { assertCode } from "./scratch.ts";

const POND = "/pond";

async function withPond(
  body: (fs: TinyLogFS, host: MemoryHost) => Promise<void>,
): Promise<void> {
  const host = memoryHost();
  await using fs = await TinyLogFS.initEmpty(host, POND);
  await body(fs, host);
}

const idOf = async (fs: TinyLogFS, path: string) =>
  (await fs.getMetadata(path)).nodeId;

// === By identity ===

Deno.test("readFileById(), updateFileById() and deleteById() follow a node through renames, commits and other processes", async () => {
  await withPond(async (fs, host) => {
    await fs.createDirectory("/a/b", { recursive: true });
    await fs.createFile("/a/b/f", "one");
    const id = await idOf(fs, "/a/b/f");
    assertEquals(decodeUtf8(await fs.readFileById(id)), "one");
    await fs.commit();
    assertEquals(decodeUtf8(await fs.readFileById(id)), "one");
    await fs.rename("/a", "/c");
    await fs.updateFileById(id, "two");
    assertEquals(decodeUtf8(await fs.readFile("/c/b/f")), "two");
    await fs.commit();
    await using other = await TinyLogFS.open(host, POND);
    await other.rename("/c/b/f", "/g");
    await other.commit();
    await fs.refresh();
    assertEquals(decodeUtf8(await fs.readFileById(id)), "two");
    const directory = await idOf(fs, "/c");
    await assertCode("DIRECTORY_NOT_EMPTY", () => fs.deleteById(directory));
    await fs.deleteById(directory, { recursive: true });
    await fs.deleteById(id);
    assertEquals(await treeOf(fs), {});
    await assertCode("NOT_FOUND", () => fs.readFileById(id));
    await assertCode("NOT_FOUND", () => fs.readFileById("e".repeat(32)));
  });
});

Deno.test("readFileById() walks the tree once for any number of nodes", async () => {
  await withPond(async (fs, host) => {
    const ids: string[] = [];
    for (let i = 0; i < 20; i++) {
      await fs.createDirectory(`/d${i}`);
      await fs.createFile(`/d${i}/f`, `${i}`);
      ids.push(await idOf(fs, `/d${i}/f`));
    }
    await fs.commit();
    await using again = await TinyLogFS.open(host, POND, {
      cacheBytes: 4 * 600,
    });
    await again.readFileById(ids[0] ?? "");
    const before = host.files.operations.length;
    for (const [i, id] of ids.entries()) {
      assertEquals(decodeUtf8(await again.readFileById(id)), `${i}`);
    }
    // Its files are in memory by now, whatever the directory cache holds.
    assertEquals(host.files.operations.length, before);
  });
});

Deno.test("getNodeHistory() takes a path or an identity, of a node that is gone as well", async () => {
  await withPond(async (fs) => {
    await fs.createFile("/f", "1");
    const id = await idOf(fs, "/f");
    await fs.commit();
    await fs.updateFile("/f", "2");
    const kinds = async (node: string) =>
      (await Array.fromAsync(fs.getNodeHistory(node))).map((row) =>
        row.operation
      );
    assertEquals(await kinds(id), ["update", "create"]);
    await fs.delete("/f");
    assertEquals(await kinds(id), ["delete", "update", "create"]);
    await fs.commit();
    assertEquals(await kinds(id), ["delete", "update", "create"]);
    assertEquals(await kinds("/f"), ["delete", "update", "create"]);
    const [newest] = await Array.fromAsync(fs.getNodeHistory(id));
    assertEquals(newest?.timestampUs, fs.oplog.timestampUs);
    await assertCode("NOT_FOUND", () => kinds("d".repeat(32)));
    await fs.createFile("/" + "d".repeat(32), "");
    assertEquals(await kinds("/" + "d".repeat(32)), ["create"]);
  });
});

// === Commits of a part ===

Deno.test("commitPartial(n) commits the first n operations in order, and the rest stays pending", async () => {
  await withPond(async (fs, host) => {
    for (const name of ["a", "b", "c"]) await fs.createFile(`/${name}`, name);
    const result = await fs.commitPartial(2, { message: "two of three" });
    assertEquals(result.operationsCommitted, 2);
    assertEquals(fs.pendingOperations().map(({ path }) => path), ["/c"]);
    await using other = await TinyLogFS.open(host, POND);
    assertEquals(Object.keys(await treeOf(other)), ["/a", "/b"]);
    assertEquals((await fs.commitPartial(0)).operationsCommitted, 0);
    await assertRejects(() => fs.commitPartial(-1), RangeError);
    await assertRejects(() => fs.commitPartial(1.5), RangeError);
    assertEquals((await fs.commitPartial(10)).operationsCommitted, 1);
  });
});

Deno.test("sync() commits everything, syncNodes() what is at or below paths and identities", async () => {
  await withPond(async (fs) => {
    await fs.createDirectory("/d");
    await fs.createFile("/d/f", "f");
    await fs.createFile("/g", "g");
    await fs.createFile("/h", "h");
    const nodes = [await idOf(fs, "/d/f"), "/g"];
    assertEquals((await fs.syncNodes(nodes)).operationsCommitted, 3);
    assertEquals(fs.pendingOperations().map(({ path }) => path), ["/h"]);
    await assertCode("NOT_FOUND", () => fs.syncNodes(["a".repeat(32)]));
    assertEquals((await fs.sync()).operationsCommitted, 1);
    assertEquals((await fs.sync()).operationsCommitted, 0);
  });
});

Deno.test("snapshotPending() gives the pending rows as Arrow, and leaves them as they are", async () => {
  await withPond(async (fs) => {
    await fs.createFile("/A", "content");
    await fs.createSymlink("/B", "/A");
    const rows = decodeOplogEntries(fs.snapshotPending(), "snapshot");
    assertEquals(rows.map((r) => [r.fileType, r.name, r.position]), [
      ["file", "A", 0],
      ["symlink", "B", 1],
    ]);
    await fs.createFile("/C", "");
    assertEquals(rows.length, 2);
    assertEquals(fs.getStatus().pendingOperations, 3);
    const three = decodeOplogEntries(fs.snapshotPending(), "snapshot");
    assertEquals(three.length, 3);
    assertEquals((await fs.commit()).operationsCommitted, 3);
    assertEquals(decodeOplogEntries(fs.snapshotPending(), "snapshot"), []);
  });
});

// === Restores ===

Deno.test("restoreFromOplog() drops what is pending and takes in what others committed", async () => {
  await withPond(async (fs, host) => {
    await fs.createFile("/kept", "1");
    await fs.commit();
    await fs.updateFile("/kept", "lost");
    await fs.createFile("/other", "mine");
    await using other = await TinyLogFS.open(host, POND);
    await other.createFile("/other", "theirs");
    await other.commit();
    const result = await fs.restoreFromOplog();
    assertEquals(result.nodesRestored, 2);
    assertEquals(result.targetVersion, 2);
    assertEquals(result.commit.operationsCommitted, 0);
    assertEquals(await treeOf(fs), { "/kept": "1", "/other": "theirs" });
    assertEquals(fs.getStatus().pendingOperations, 0);
  });
});

Deno.test("restoreFromOplog() that can't read the oplog keeps everything", async () => {
  await withPond(async (fs, host) => {
    await fs.createFile("/f", "1");
    await fs.commit();
    await fs.createFile("/g", "2");
    host.files.inject({ at: 1, kind: "IO", sticky: true });
    await assertCode("IO", () => fs.restoreFromOplog());
    host.files.inject(undefined);
    assertEquals(fs.getStatus().pendingOperations, 1);
    assertEquals(await treeOf(fs), { "/f": "1", "/g": "2" });
  });
});

Deno.test("restoreToTimestamp() goes to the end of a millisecond, by a new transaction", async () => {
  await withPond(async (fs) => {
    await fs.createFile("/f", "old");
    await fs.commit();
    const { lastCommit } = fs.getStatus();
    // The simulated clock is slow: the next commit shall be in another one.
    while (fs.getStatus().lastCommit.getTime() === lastCommit.getTime()) {
      await fs.writeFile("/f", "new");
      await fs.commit();
    }
    const result = await fs.restoreToTimestamp(lastCommit);
    assertEquals(result.nodesRestored, 1);
    assertEquals(result.targetTimestamp, lastCommit);
    assertEquals(result.commit.operationsCommitted, 1);
    assertEquals(fs.version, result.commit.version);
    const early = new Date(0);
    await assertCode("REVISION_NOT_FOUND", () => fs.restoreToTimestamp(early));
    await assertRejects(
      () => fs.restoreToTimestamp(new Date(NaN)),
      RangeError,
    );
  });
});

Deno.test("a restore whose commit fails at any operation leaves the state as it was, with nothing pending", async () => {
  for (const sticky of [false, true]) {
    for (let at = 1;; at++) {
      const host = memoryHost();
      await using fs = await TinyLogFS.initEmpty(host, POND);
      await fs.createFile("/f", "old");
      await fs.commit();
      await fs.updateFile("/f", "new");
      await fs.createFile("/g", "new");
      await fs.commit();
      const start = host.files.operations.length;
      host.files.inject({ at, kind: "NO_SPACE", sticky });
      let error: unknown;
      try {
        await fs.restore("v1");
      } catch (caught) {
        error = caught;
      }
      const reached = host.files.operations.length - start >= at;
      host.files.inject(undefined);
      if (error !== undefined) {
        assert(error instanceof PondError);
        const isUnknown = error.code === "OUTCOME_UNKNOWN";
        assertEquals(fs.getStatus().pendingOperations, isUnknown ? 2 : 0);
        if (isUnknown) await fs.commit();
        else assertEquals(await treeOf(fs), { "/f": "new", "/g": "new" });
        if (!isUnknown) await fs.restore("v1");
      }
      assertEquals(await treeOf(fs), { "/f": "old" }, `${at}`);
      if (!reached) break;
    }
  }
});

Deno.test("restore() of what is there already changes nothing", async () => {
  await withPond(async (fs) => {
    await fs.createDirectory("/d");
    await fs.setAttributes("/d", { owner: "me" });
    await fs.createFile("/d/f", "old");
    await fs.createSymlink("/l", "d/f");
    await fs.commit();
    await fs.updateFile("/d/f", "new");
    await fs.setAttributes("/d", {});
    await fs.delete("/l");
    await fs.commit();
    assertEquals((await fs.restore("v1")).nodesRestored, 3);
    const { commit, nodesRestored } = await fs.restore("v1");
    assertEquals([nodesRestored, commit.operationsCommitted], [0, 0]);
    assertEquals(fs.version, 3);
  });
});

// === Looking for nodes ===

Deno.test("findNodes() finds by type, time and metadata", async () => {
  await withPond(async (fs) => {
    await fs.createDirectory("/sensors");
    await fs.createFile("/sensors/large", "x".repeat(2000));
    await fs.createFile("/sensors/small", "x");
    await fs.createSymlink("/link", "/sensors/large");
    await fs.setAttributes("/sensors/small", { station: "FTBR", depth: 3.5 });
    await fs.setAttributes("/sensors", { station: "FTBR" });
    await fs.commit();
    const find = async (criteria: NodeSearchCriteria) =>
      (await Array.fromAsync(fs.findNodes(criteria))).map(({ path }) => path);
    const all = ["/link", "/sensors", "/sensors/large", "/sensors/small"];
    assertEquals(await find({}), all);
    assertEquals(await find({ fileType: "symlink" }), ["/link"]);
    const large = { metadataQuery: "$[?@.size > 1000]" };
    assertEquals(await find(large), ["/sensors/large"]);
    const station = { metadataQuery: "$[0].attributes.station" };
    assertEquals(await find(station), ["/sensors", "/sensors/small"]);
    const deep = "$[?@.attributes.station == 'FTBR' && @.attributes.depth > 3]";
    assertEquals(await find({ metadataQuery: deep }), ["/sensors/small"]);
    const { createdAt } = await fs.getMetadata("/sensors/small");
    assertEquals(await find({ createdAfter: createdAt }), all);
    assertEquals(await find({ createdBefore: createdAt }), []);
    const later = new Date(createdAt.getTime() + 60_000);
    assertEquals(await find({ createdAfter: later }), []);
    assertEquals(await find({ createdBefore: later }), all);
    const [found] = await Array.fromAsync(
      fs.findNodes({ fileType: "symlink" }),
    );
    assertEquals(found?.nodeId, await idOf(fs, "/link"));
    await assertCode("INVALID_ARGUMENT", () => find({ metadataQuery: "$[?" }));
    await assertRejects(
      () => find({ createdAfter: new Date(NaN) }),
      RangeError,
    );
    const signal = AbortSignal.abort(new PondError("ABORTED", "enough"));
    await assertCode("ABORTED", () => find({ signal }));
  });
});

Deno.test("findNodes() finds by name, path, size and time of change, below a directory", async () => {
  await withPond(async (fs) => {
    await fs.createDirectory("/a/b", { recursive: true });
    await fs.createFile("/a/x.csv", "1234");
    await fs.createFile("/a/b/y.csv", "12");
    await fs.createFile("/z.csv", "");
    await fs.createSymlink("/to", "a");
    await fs.commit();
    const find = async (criteria: NodeSearchCriteria) =>
      (await Array.fromAsync(fs.findNodes(criteria))).map(({ path }) => path);
    const csv = ["/z.csv", "/a/x.csv", "/a/b/y.csv"];
    assertEquals(await find({ name: "*.csv" }), csv);
    assertEquals(await find({ name: "**/*.csv" }), csv);
    assertEquals(await find({ name: "/a/**/*.csv" }), csv.slice(1));
    assertEquals(await find({ name: "b/*", path: "/a" }), ["/a/b/y.csv"]);
    assertEquals(await find({ name: "b/*" }), []);
    assertEquals(await find({ path: "/to", name: "?.csv" }), csv.slice(1));
    assertEquals(await find({ name: "{x,z}.csv" }), ["/z.csv", "/a/x.csv"]);
    assertEquals(await find({ minSize: 2, maxSize: 3 }), ["/a/b/y.csv"]);
    assertEquals(await find({ minSize: 4 }), ["/a/x.csv"]);
    const { modifiedAt } = await fs.getMetadata("/a/x.csv");
    const later = new Date(modifiedAt.getTime() + 60_000);
    assertEquals(await find({ modifiedAfter: later }), []);
    assertEquals(await find({ modifiedBefore: later, name: "*.csv" }), csv);
    const files = { fileType: "file" as const, modifiedBefore: modifiedAt };
    assertEquals(await find(files), []);
    const [node] = await Array.fromAsync(fs.findNodes({ name: "x.csv" }));
    assertEquals(node?.sizeBytes, 4);
    assertEquals(node?.version, 1);
    await assertCode("INVALID_ARGUMENT", () => find({ name: "[" }));
    await assertCode("NOT_FOUND", () => find({ path: "/nothing" }));
    await assertCode("NOT_A_DIRECTORY", () => find({ path: "/z.csv" }));
    await assertRejects(
      () => find({ modifiedAfter: new Date(NaN) }),
      RangeError,
    );
  });
});

Deno.test("findNodes() goes by the time when a directory's entries changed", async () => {
  await withPond(async (fs, host) => {
    await fs.createDirectory("/old");
    await fs.createDirectory("/new");
    await fs.createFile("/old/f", "");
    await fs.commit();
    await host.clock.sleep(60_000);
    const from = new Date(host.clock.nowUs() / 1000);
    await fs.createFile("/new/f", "");
    await fs.commit();
    const find = async (criteria: NodeSearchCriteria) =>
      (await Array.fromAsync(fs.findNodes(criteria))).map(({ path }) => path);
    assertEquals(await find({ modifiedAfter: from }), ["/new", "/new/f"]);
    assertEquals(await find({ modifiedBefore: from }), ["/old", "/old/f"]);
  });
});

Deno.test("setAttributes() is an operation that keeps content, is committed, survives reopening, renames and a restore", async () => {
  await withPond(async (fs, host) => {
    await fs.createDirectory("/d");
    await fs.createFile("/d/f", "content");
    await fs.createSymlink("/l", "d/f");
    await fs.commit();
    for (const path of ["/d", "/d/f", "/l"]) {
      await fs.setAttributes(path, { owner: path, tags: ["a", 1, null] });
    }
    assertEquals((await fs.commit()).operationsCommitted, 3);
    await fs.createFile("/d/g", "");
    await fs.rename("/d", "/e");
    await fs.updateFile("/e/f", "new content");
    await fs.commit();
    await using again = await TinyLogFS.open(host, POND);
    const attributesOf = async (path: string) =>
      (await again.getMetadata(path)).customAttributes;
    for (
      const [path, owner] of [["/e", "/d"], ["/e/f", "/d/f"], ["/l", "/l"]]
    ) {
      const expected = { owner, tags: ["a", 1, null] };
      assertEquals(await attributesOf(path ?? ""), expected);
    }
    await again.restore("v1");
    for (const path of ["/d", "/d/f", "/l"]) {
      assertEquals(await attributesOf(path), {});
    }
    await again.restore("v2");
    assertEquals(await attributesOf("/d"), {
      owner: "/d",
      tags: ["a", 1, null],
    });
    await assertCode("UNSUPPORTED", () => fs.setAttributes("/", {}));
    await assertCode("NOT_FOUND", () => fs.setAttributes("/no", {}));
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    await assertRejects(() => fs.setAttributes("/e", circular), TypeError);
    assertEquals(fs.getStatus().pendingOperations, 0);
  });
});

// === Directories ===

Deno.test("a directory says how much of it is in memory, since when, and whether it is dirty", async () => {
  await withPond(async (fs, host) => {
    await fs.createDirectory("/d");
    await fs.createFile("/d/a", "");
    await fs.createFile("/d/b", "");
    await fs.commit();
    await using again = await TinyLogFS.open(host, POND);
    const directory = await again.directory("/d");
    const cold = await directory.getStatus();
    assertEquals(cold, { cachedEntries: 0, isDirty: false, entryCount: 2 });
    const { lastLoaded, ...warm } = await directory.getStatus();
    assertEquals(warm, { cachedEntries: 2, isDirty: false, entryCount: 2 });
    assert(lastLoaded !== undefined);
    await again.createFile("/d/c", "");
    const { isDirty, entryCount } = await directory.getStatus();
    assertEquals([isDirty, entryCount], [true, 3]);
    await again.commit();
    assertEquals((await directory.getStatus()).isDirty, false);
  });
});

Deno.test("the directory cache holds at most its bound, and forgets what was used least recently", async () => {
  await withPond(async (fs, host) => {
    for (const name of ["a", "b", "c"]) {
      await fs.createDirectory(`/${name}`);
      for (let i = 0; i < 4; i++) await fs.createFile(`/${name}/${i}`, "");
    }
    await fs.commit();
    await using again = await TinyLogFS.open(host, POND, {
      cacheBytes: 11 * 600,
    });
    for (const path of ["/a", "/b", "/a", "/c"]) {
      await Array.fromAsync(again.listDirectory(path));
    }
    assert(again.getStatus().totalNodes <= 11);
    const cached = async (path: string) =>
      (await (await again.directory(path)).getStatus()).cachedEntries;
    // A walk passes through all of them, and leaves them as they are.
    assertEquals((await Array.fromAsync(again.findNodes({}))).length, 15);
    const matches = again.workingDirectory().glob("/**");
    assertEquals((await Array.fromAsync(matches)).length, 16);
    assertEquals([await cached("/a"), await cached("/c")], [4, 4]);
    assertEquals(await cached("/b"), 0);
  });
});

Deno.test("memoryFs is the filesystem module's own view of the same nodes", async () => {
  await withPond(async (fs) => {
    await (await fs.memoryFs()).root.createFile("/f", "through tinyfs");
    assertEquals(decodeUtf8(await fs.readFile("/f")), "through tinyfs");
    assertEquals(fs.getStatus().pendingOperations, 1);
    const { root } = await fs.memoryFs();
    assertEquals(root.path, fs.workingDirectory().path);
  });
});

// === Errors ===

Deno.test("errorKind() gives every kind that the requirements name to some code", () => {
  const kinds = ([
    "INTEGRITY",
    "ALREADY_EXISTS",
    "NOT_FOUND",
    "INVALID_ARGUMENT",
    "CONFLICT",
    "REVISION_NOT_FOUND",
    "QUERY",
    "NO_SPACE",
  ] as const).map(errorKind);
  assertEquals(kinds, [
    "OpLog",
    "TinyFS",
    "NodeNotFound",
    "Transaction",
    "Commit",
    "Restore",
    "Arrow",
    "Io",
  ]);
});
