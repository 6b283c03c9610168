/**
 * The data flows of the requirements (Phase 5), each as a test named after its
 * sentence; docs/requirements.md has the list.
 */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { decodeUtf8 } from "../../src/bytes.ts";
import { IntegrityError, PondError } from "../../src/errors.ts";
import { type MemoryHost, memoryHost } from "../../src/host/memory.ts";
import { decodeOplogEntries } from "../../src/oplog/mod.ts";
import {
  type HistoryRow,
  type Layout,
  type OpenOptions,
  TinyLogFS,
} from "../../src/tinylogfs/mod.ts";
import { treeOf } from "../support/tree.ts";
import { diskOperations } from "./scratch.ts";

const POND = "/pond";
const UUID_V4 = /^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/;

interface Scene {
  readonly host: MemoryHost;
  readonly fs: TinyLogFS;
}

function flow(
  sentence: string,
  body: (scene: Scene) => Promise<void>,
  options: OpenOptions & { readonly layout?: Layout } = {},
): void {
  Deno.test(sentence, async () => {
    const host = memoryHost();
    await using fs = await TinyLogFS.initEmpty(host, POND, options);
    await body({ host, fs });
  });
}

async function rows(fs: TinyLogFS, pending: boolean): Promise<HistoryRow[]> {
  return await Array.fromAsync(fs.historyRows({ pending }));
}

// === Write operations flow ===

flow("write: validates path and permissions", async ({ fs }) => {
  await fs.createFile("/f", "");
  await fs.commit();
  await assertRejects(() => fs.createFile("/f/g", ""), PondError, "/f");
  await assertRejects(() => fs.createFile("/no/g", ""), PondError, "/no");
  await assertRejects(() => fs.createFile("/a\0b", ""), PondError);
  await using then = await fs.at("v0");
  await assertRejects(() => then.createFile("/g", ""), PondError, "version 0");
  assertEquals(fs.getStatus().pendingOperations, 0);
});

flow("write: generates NodeID for new nodes (UUID v4)", async ({ fs }) => {
  await fs.createFile("/f", "");
  await fs.createDirectory("/d");
  await fs.createSymlink("/l", "f");
  const ids = (await rows(fs, true)).map(({ nodeId }) => nodeId);
  for (const id of ids) assertMatch(id, UUID_V4);
  assertEquals(new Set(ids).size, 3);
});

for (const layout of ["clustered", "hive"] as const) {
  flow(
    `write (${layout}): determines partition ID (parent directory for files/symlinks, self for directories)`,
    async ({ fs }) => {
      await fs.createDirectory("/d");
      await fs.createFile("/d/f", "");
      await fs.createSymlink("/d/l", "f");
      const { nodeId } = await fs.getMetadata("/d");
      const parts = async (pending: boolean) =>
        (await rows(fs, pending)).map(({ partId }) => partId);
      assertEquals(await parts(true), [nodeId, nodeId, nodeId]);
      await fs.commit();
      assertEquals(await parts(false), [nodeId, nodeId, nodeId]);
    },
    { layout },
  );
}

flow(
  "write: creates/updates TinyFS nodes immediately, and OpLogDirectory instances update their entry caches",
  async ({ fs }) => {
    await fs.createFile("/f", "1");
    const { root } = await fs.memoryFs();
    assertEquals(await root.exists("/f"), true);
    await fs.updateFile("/f", "2");
    assertEquals(decodeUtf8(await root.readFile("/f")), "2");
    const status = await (await fs.directory("/")).getStatus();
    assertEquals([status.entryCount, status.isDirty], [1, true]);
  },
);

flow(
  "write: file content is stored in memory for fast subsequent access",
  async ({ fs, host }) => {
    await fs.createFile("/f", "content");
    assertEquals(await diskOperations(host, () => fs.readFile("/f")), 0);
    await fs.commit();
    assertEquals(await diskOperations(host, () => fs.readFile("/f")), 0);
  },
);

flow("write: operation added to TransactionState builders", async ({ fs }) => {
  await fs.createFile("/f", "content");
  const [row] = decodeOplogEntries(fs.snapshotPending(), "snapshot");
  assertEquals([row?.fileType, row?.operation], ["file", "create"]);
  assertEquals(decodeUtf8(row?.content ?? new Uint8Array()), "content");
});

flow(
  "write: the commit writes in a single transaction, resets the builders and updates the sync timestamp",
  async ({ fs }) => {
    const before = fs.getStatus();
    await fs.createDirectory("/d");
    for (let i = 0; i < 10; i++) await fs.createFile(`/d/${i}`, `${i}`);
    const result = await fs.commit();
    assertEquals([result.version, result.operationsCommitted], [1, 11]);
    assertEquals(result.transactionId, before.transactionId);
    const after = fs.getStatus();
    assertEquals([after.pendingOperations, after.pendingBytes], [0, 0]);
    assert(after.lastCommit.getTime() >= before.lastCommit.getTime());
    assert(after.transactionId !== before.transactionId);
  },
);

// === Read operations flow ===

flow(
  "read, fast path: returns immediately if node exists and is cached",
  async ({ fs, host }) => {
    await fs.createDirectory("/d");
    await fs.createFile("/d/f", "content");
    await fs.commit();
    await using again = await TinyLogFS.open(host, POND);
    const read = () => again.readFile("/d/f");
    assert(await diskOperations(host, read) > 0);
    assertEquals(await diskOperations(host, read), 0);
    assertEquals(await diskOperations(host, () => again.exists("/d/f")), 0);
    assertEquals(await diskOperations(host, () => again.exists("/d/g")), 0);
  },
);

flow(
  "read, medium path: reconstructs the node from the oplog, and adds it to memory for future access",
  async ({ fs, host }) => {
    await fs.createDirectory("/d");
    await fs.createFile("/d/f", "content");
    await fs.commit();
    await using again = await TinyLogFS.open(host, POND);
    assertEquals(decodeUtf8(await again.readFile("/d/f")), "content");
    const { cachedEntries } = await (await again.directory("/d")).getStatus();
    assertEquals(cachedEntries, 1);
  },
);

flow(
  "read, slow path: 'not found', and no additional queries for non-existent paths",
  async ({ fs, host }) => {
    await fs.createDirectory("/d");
    for (let i = 0; i < 30; i++) {
      await fs.createFile(`/d/${i}`, "");
      await fs.commit();
    }
    await using again = await TinyLogFS.open(host, POND);
    await again.exists("/d/0");
    const missing = () =>
      assertRejects(
        () => again.readFile("/d/none/deeper"),
        PondError,
        "/d/none",
      );
    assertEquals(await diskOperations(host, missing), 0);
  },
);

// === Commit operations flow ===

flow(
  "commit: the snapshot preserves builder state for continued operations",
  async ({ fs }) => {
    await fs.createFile("/a", "");
    const snapshot = fs.snapshotPending();
    await fs.createFile("/b", "");
    assertEquals(decodeOplogEntries(snapshot, "snapshot").length, 1);
    assertEquals((await fs.commit()).operationsCommitted, 2);
  },
);

flow("commit: includes operation metadata", async ({ fs, host }) => {
  await fs.createFile("/a", "");
  const { transactionId } = await fs.commit({ message: "why" });
  const [newest] = await Array.fromAsync(fs.transactions());
  const { author, message, operations } = newest ?? {};
  assertEquals([author, message, operations], [
    host.terminal.user(),
    "why",
    1,
  ]);
  assertEquals(newest?.transactionId, transactionId);
});

flow("commit: marks all nodes as clean", async ({ fs }) => {
  await fs.createDirectory("/d");
  await fs.createFile("/d/f", "");
  const states = async () =>
    (await Array.fromAsync(fs.listDirectory("/d"))).map((e) => e.pending);
  assertEquals(await states(), [true]);
  await fs.commit();
  assertEquals(await states(), [false]);
  const status = await (await fs.directory("/d")).getStatus();
  assertEquals(status.isDirty, false);
});

// === Restore operations flow ===

flow(
  "restore: takes the most recent entry for each node up to the timestamp, and handles deletions",
  async ({ fs }) => {
    await fs.createDirectory("/d");
    await fs.createFile("/d/kept", "1");
    await fs.createFile("/d/gone", "1");
    await fs.commit();
    await fs.updateFile("/d/kept", "2");
    await fs.delete("/d/gone");
    await fs.commit();
    const then = await treeOf(await fs.at("v2"));
    await fs.delete("/d", { recursive: true });
    await fs.createFile("/later", "");
    await fs.commit();
    const result = await fs.restore("v2");
    assertEquals(await treeOf(fs), then);
    assertEquals(then, { "/d": "directory", "/d/kept": "2" });
    assertEquals([result.targetVersion, result.nodesRestored], [2, 3]);
  },
);

flow(
  "restore: creates nodes in dependency order, and leaves a clean state without pending operations",
  async ({ fs }) => {
    await fs.createDirectory("/a/b/c", { recursive: true });
    await fs.createFile("/a/b/c/f", "f");
    await fs.createSymlink("/a/l", "b/c/f");
    await fs.commit();
    const before = await treeOf(fs);
    await fs.delete("/a", { recursive: true });
    await fs.commit();
    await fs.restore("v1");
    assertEquals(await treeOf(fs), before);
    assertEquals(fs.getStatus().pendingOperations, 0);
    const order = (await rows(fs, false)).filter(({ version }) =>
      version === 3
    );
    const paths = order.map(({ path }) => path);
    assertEquals(paths.slice(0, 3), ["/a", "/a/b", "/a/b/c"]);
  },
);

// === Consistency guarantees ===

flow(
  "atomicity: all operations of a transaction are committed together",
  async ({ fs, host }) => {
    for (let i = 0; i < 5; i++) await fs.createFile(`/${i}`, "");
    host.files.inject({ at: 1, kind: "NO_SPACE", sticky: true });
    await assertRejects(() => fs.commit(), PondError);
    host.files.inject(undefined);
    await using other = await TinyLogFS.open(host, POND);
    assertEquals(await treeOf(other), {});
    await fs.commit();
    await other.refresh();
    assertEquals(Object.keys(await treeOf(other)).length, 5);
  },
);

flow(
  "consistency: constraints are enforced before an operation is added",
  async ({ fs }) => {
    await fs.createDirectory("/d");
    await fs.createFile("/d/f", "");
    const before = fs.pendingOperations();
    for (
      const wrong of [
        () => fs.createFile("/d/f", ""),
        () => fs.createDirectory("/d"),
        () => fs.delete("/d"),
        () => fs.rename("/d", "/d/e"),
        () => fs.updateFile("/d", ""),
        () => fs.readLink("/d/f"),
      ]
    ) await assertRejects(wrong, PondError);
    assertEquals(fs.pendingOperations(), before);
  },
);

flow(
  "isolation: the filesystem provides a consistent view within a session",
  async ({ fs, host }) => {
    await fs.createFile("/f", "1");
    await fs.commit();
    await using reader = await TinyLogFS.open(host, POND);
    await fs.updateFile("/f", "2");
    assertEquals(decodeUtf8(await reader.readFile("/f")), "1");
    await fs.commit();
    assertEquals(decodeUtf8(await reader.readFile("/f")), "1");
    await reader.refresh();
    assertEquals(decodeUtf8(await reader.readFile("/f")), "2");
  },
);

flow(
  "durability: what was committed survives a power cut",
  async ({ fs, host }) => {
    await fs.createFile("/f", "1");
    await fs.createFile("/large", new Uint8Array(70_000));
    await fs.commit();
    await fs.createFile("/pending", "");
    const committed = await treeOf(await fs.at("v1"));
    host.files.crash("nothing survives");
    await using again = await TinyLogFS.open(host, POND);
    assertEquals(await treeOf(again), committed);
  },
);

// === Error handling ===

flow(
  "commit failure: builder state preserved, commit can be retried",
  async ({ fs, host }) => {
    await fs.createFile("/f", "1");
    const { transactionId } = fs.getStatus();
    host.files.inject({ at: 1, kind: "IO", sticky: true });
    await assertRejects(() => fs.commit(), PondError);
    host.files.inject(undefined);
    const status = fs.getStatus();
    assertEquals(status.pendingOperations, 1);
    assertEquals(status.transactionId, transactionId);
    const result = await fs.commit();
    assertEquals([result.operationsCommitted, result.transactionId], [
      1,
      transactionId,
    ]);
  },
);

flow(
  "restore failure: previous memory state preserved, error reported",
  async ({ fs, host }) => {
    await fs.createFile("/f", "1");
    await fs.commit();
    await fs.updateFile("/f", "2");
    await fs.commit();
    const before = await treeOf(fs);
    host.files.inject({ at: 1, kind: "IO", sticky: true });
    await assertRejects(() => fs.restore("v1"), PondError);
    host.files.inject(undefined);
    assertEquals(await treeOf(fs), before);
    assertEquals(fs.getStatus().pendingOperations, 0);
  },
);

flow(
  "builder overflow: automatic commit when builders reach size threshold",
  async ({ fs }) => {
    await fs.createFile("/a", "x".repeat(3000));
    assertEquals([fs.version, fs.getStatus().pendingOperations], [0, 1]);
    await fs.createFile("/b", "x".repeat(3000));
    assertEquals([fs.version, fs.getStatus().pendingOperations], [1, 0]);
  },
  { commitThresholdBytes: 6000 },
);

flow(
  "corruption detection: damaged data is an error that names the file, never other content",
  async ({ fs, host }) => {
    await fs.createFile("/f", "content");
    await fs.commit();
    const [file] = fs.oplog.files.slice(-1);
    const path = fs.oplog.delta.dataPath(file?.add ?? fail());
    const bytes = await host.files.read(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await host.files.replace(path, bytes);
    await using again = await TinyLogFS.open(host, POND);
    await assertRejects(() => again.readFile("/f"), IntegrityError, path);
  },
);

function fail(): never {
  throw new TypeError("there is no data file");
}
