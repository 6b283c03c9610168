/** What the methods answer, field by field. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { tableFromIPC } from "apache-arrow";
import { encodeUtf8, sha256Hex } from "../../src/bytes.ts";
import { PondError } from "../../src/errors.ts";
import { type MemoryHost, memoryHost } from "../../src/host/memory.ts";
import { decodeOplogEntries, encodeOplogEntries } from "../../src/oplog/mod.ts";
import { BLOB_MIN_BYTES, TinyLogFS } from "../../src/tinylogfs/mod.ts";

const POND = "/pond";

async function newPond(): Promise<{ host: MemoryHost; fs: TinyLogFS }> {
  const host = memoryHost();
  return { host, fs: await TinyLogFS.initEmpty(host, POND) };
}

/** Paths on the disk that some work touches. */
async function touched(
  host: MemoryHost,
  work: () => Promise<unknown>,
): Promise<string[]> {
  const start = host.files.operations.length;
  await work();
  return host.files.operations.slice(start).map(({ path }) => path);
}

function sizesOf(host: MemoryHost): number {
  let bytes = 0;
  for (const [path, content] of host.files.snapshot()) {
    if (path.startsWith(`${POND}/oplog/`)) bytes += content.length;
  }
  return bytes;
}

Deno.test("getMetadata() says all of a node, and reads no content of a blob", async () => {
  const { host, fs } = await newPond();
  await fs.createDirectory("/d");
  await fs.createFile("/d/large", new Uint8Array(BLOB_MIN_BYTES));
  await fs.createSymlink("/d/link", "large");
  await fs.commit();
  await fs.updateFile("/d/large", new Uint8Array(BLOB_MIN_BYTES + 1));
  await fs.setAttributes("/d/large", { station: "FTBR" });
  await fs.commit();
  await using again = await TinyLogFS.open(host, POND);
  const paths = await touched(host, () => again.getMetadata("/d/large"));
  assertEquals(paths.filter((path) => path.includes("/blobs/")), []);
  const { nodeId: parentId } = await again.getMetadata("/d");
  const { createdAt, modifiedAt, nodeId, ...rest } = await again.getMetadata(
    "/d/large",
  );
  assert(modifiedAt.getTime() >= createdAt.getTime());
  assertEquals(nodeId, (await fs.entry("/d/large")).nodeId);
  assertEquals(rest, {
    fileType: "file",
    size: BLOB_MIN_BYTES + 1,
    mode: 0o644,
    version: 3,
    parentId,
    sha256: await sha256Hex(new Uint8Array(BLOB_MIN_BYTES + 1)),
    customAttributes: { station: "FTBR" },
  });
  const link = await again.getMetadata("/d/link");
  assertEquals([link.fileType, link.size], ["symlink", 5]);
  assertEquals(link.sha256, await sha256Hex(encodeUtf8("large")));
  const root = await again.getMetadata("/");
  assertEquals([root.fileType, root.parentId], ["directory", undefined]);
  const error = await assertRejects(() => again.getMetadata("/no"), PondError);
  assertEquals(error.code, "NOT_FOUND");
});

Deno.test("listDirectory() tells everything of an entry from the directory alone, targets when asked for", async () => {
  const { host, fs } = await newPond();
  await fs.createDirectory("/d");
  for (const name of ["a", "b", "c"]) {
    await fs.createFile(`/d/${name}`, name.repeat(10));
    await fs.commit();
  }
  await fs.createSymlink("/d/link", "a");
  await fs.createDirectory("/d/sub");
  await fs.commit();
  await using again = await TinyLogFS.open(host, POND);
  await (await again.directory("/d")).getStatus();
  const list = (targets: boolean) =>
    Array.fromAsync(again.listDirectory("/d", { targets }));
  assertEquals(await touched(host, () => list(false)), []);
  const [a, , , link, sub] = await list(false);
  assertEquals(a, await again.entry("/d/a"));
  assertEquals([a?.path, a?.fileType, a?.sizeBytes, a?.version, a?.pending], [
    "/d/a",
    "file",
    10,
    1,
    false,
  ]);
  assertEquals([link?.fileType, link?.target], ["symlink", undefined]);
  assertEquals((await list(true))[3]?.target, "a");
  assertEquals(sub?.fileType, "directory");
});

Deno.test("commit() says what it did: operations, id, version, time, bytes and rows", async () => {
  const { host, fs } = await newPond();
  await fs.createDirectory("/d");
  await fs.createFile("/d/f", "content");
  const { transactionId } = fs.getStatus();
  const before = sizesOf(host);
  const result = await fs.commit();
  assert(result.commitDuration >= 0);
  assertEquals(result.bytesWritten, sizesOf(host) - before);
  const { commitDuration: _, bytesWritten: __, ...rest } = result;
  // The file, the directories / and /d, and the transaction itself.
  assertEquals(rest, {
    operationsCommitted: 2,
    transactionId,
    version: 1,
    recordBatchSize: 4,
  });
  const nothing = await fs.commit();
  assertEquals([nothing.operationsCommitted, nothing.bytesWritten], [0, 0]);
  assertEquals([nothing.version, nothing.recordBatchSize], [1, 0]);
});

Deno.test("restore() says what it did: nodes, time, and the state that it went to", async () => {
  const { fs } = await newPond();
  await fs.createFile("/f", "1");
  await fs.commit();
  const { lastCommit } = fs.getStatus();
  await fs.updateFile("/f", "2");
  await fs.createFile("/g", "2");
  await fs.commit();
  const { restoreDuration, commit, nodeIds, ...rest } = await fs.restore("v1");
  assert(restoreDuration >= commit.commitDuration);
  assertEquals(nodeIds.length, 2);
  assertEquals(rest, {
    dryRun: false,
    nodesRestored: 2,
    targetTimestamp: lastCommit,
    targetVersion: 1,
  });
});

Deno.test("getStatus() says what is pending and what is in memory, which grows in line with it", async () => {
  const { host, fs } = await newPond();
  const memory: number[] = [];
  for (const count of [100, 200, 300]) {
    await fs.createDirectory(`/${count}`);
    for (let i = 0; i < 100; i++) await fs.createFile(`/${count}/${i}`, "x");
    memory.push(fs.getStatus().memoryUsage);
  }
  const { pendingOperations, pendingBytes, totalNodes } = fs.getStatus();
  assertEquals([pendingOperations, totalNodes], [303, 303]);
  assert(pendingBytes > 0);
  const [first = 0, second = 0, third = 0] = memory;
  const ratio = (third - second) / (second - first);
  assert(ratio > 0.9 && ratio < 1.1, `${memory}`);
  await fs.commit();
  await using again = await TinyLogFS.open(host, POND);
  assertEquals(again.getStatus().memoryUsage, 0);
  const used: number[] = [];
  for (const path of ["/100", "/200", "/300"]) {
    await (await again.directory(path)).getStatus();
    used.push(again.getStatus().totalNodes);
  }
  assertEquals(used, [100, 200, 300].map((n) => n + 3));
  assert(again.getStatus().memoryUsage > 0);
});

Deno.test("pending rows have the schema of committed ones, and are the same rows", async () => {
  const { fs } = await newPond();
  await fs.createFile("/f", "content");
  const pending = fs.snapshotPending();
  const rows = decodeOplogEntries(pending, "snapshot");
  await fs.commit();
  const columnsOf = (ipc: Uint8Array) => String(tableFromIPC(ipc).schema);
  const committed = [];
  for await (const record of fs.oplog.readAll({ minVersion: 1 })) {
    const entries = record.entries();
    assertEquals(columnsOf(encodeOplogEntries(entries)), columnsOf(pending));
    committed.push(...entries.filter(({ position }) => position >= 0));
  }
  assertEquals(committed, rows);
});

Deno.test("a directory's time of change goes on with its entries, pending ones included", async () => {
  const { host, fs } = await newPond();
  await fs.createDirectory("/d");
  await fs.createFile("/other", "");
  await fs.commit();
  const modified = async () => {
    const metadata = await (await fs.directory("/d")).metadata();
    return metadata.modifiedUs;
  };
  const created = await modified();
  let last = created;
  for (
    const change of [
      () => fs.createFile("/d/f", "1"),
      () => fs.updateFile("/d/f", "2"),
      () => fs.delete("/d/f"),
      () => fs.createDirectory("/d/sub"),
      () => fs.commit(),
      () => fs.rename("/other", "/d/moved"),
    ]
  ) {
    await change();
    const now = await modified();
    assert(now > last, `${change}: ${now}`);
    last = now;
  }
  await fs.commit();
  const committed = await modified();
  assert(committed > last);
  await using again = await TinyLogFS.open(host, POND);
  const metadata = await (await again.directory("/d")).metadata();
  assertEquals(metadata.modifiedUs, committed);
  assertEquals(metadata.createdUs < created, true);
  await fs.delete("/d", { recursive: true });
  await fs.revert();
  assertEquals(await modified(), committed);
});
