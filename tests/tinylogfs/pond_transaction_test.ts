/** Transactions that a function makes. */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { decodeUtf8 } from "../../src/bytes.ts";
import { ConflictError, hasCode, PondError } from "../../src/errors.ts";
import { type MemoryHost, memoryHost } from "../../src/host/memory.ts";
import {
  type Layout,
  type PondTransaction,
  TinyLogFS,
} from "../../src/tinylogfs/mod.ts";
import { treeOf } from "../support/tree.ts";

const POND = "/pond";

interface Scratch {
  readonly layout: Layout;
  readonly host: MemoryHost;
  readonly fs: TinyLogFS;
}

/** A test on both layouts, with `/f` and `/d/x` in version 1. */
function test(
  name: string,
  body: (scratch: Scratch) => Promise<void>,
): void {
  for (const layout of ["clustered", "hive"] as const) {
    Deno.test(`transaction() (${layout}): ${name}`, async () => {
      const host = memoryHost();
      await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
      await fs.createFile("/f", "0");
      await fs.createDirectory("/d");
      await fs.createFile("/d/x", "x");
      await fs.commit();
      await body({ layout, host, fs });
    });
  }
}

async function text(
  fs: Pick<TinyLogFS, "readFile">,
  path: string,
): Promise<string> {
  return decodeUtf8(await fs.readFile(path));
}

/** Changes a file from another process's side. */
async function outside(
  host: MemoryHost,
  path: string,
  content: string,
): Promise<void> {
  await using fs = await TinyLogFS.open(host, POND);
  await fs.writeFile(path, content);
  await fs.commit();
}

test("commits what the function did, and returns its value", async ({ fs, host }) => {
  const { value, commit } = await fs.transaction(async (tx) => {
    await tx.writeFile("/f", "1");
    await tx.createFile("/large", new Uint8Array(70_000));
    await tx.rename("/d/x", "/y");
    assertEquals(await text(tx, "/f"), "1");
    assertEquals(tx.pendingOperations().length, 3);
    return "done";
  }, { message: "why", metadata: { job: "42", host: "pi" } });
  assertEquals(value, "done");
  assertEquals([commit.operationsCommitted, commit.version], [3, 2]);
  assertEquals(await text(fs, "/f"), "1");
  await using fresh = await TinyLogFS.open(host, POND);
  assertEquals(await treeOf(fresh), await treeOf(fs));
  const [row] = await Array.fromAsync(fresh.transactions());
  assertEquals(row?.message, "why");
  assertEquals(row?.metadata, { job: "42", host: "pi" });
  assertEquals(row?.transactionId, commit.transactionId);
});

test("drops everything when the function throws", async ({ fs }) => {
  const before = await treeOf(fs);
  const error = await assertRejects(() =>
    fs.transaction(async (tx) => {
      await tx.delete("/d", { recursive: true });
      throw new TypeError("no");
    }), TypeError);
  assertEquals(error.message, "no");
  assertEquals(fs.version, 1);
  assertEquals(await treeOf(fs), before);
  assertEquals(fs.pendingOperations(), []);
});

test("that does nothing makes no version", async ({ fs }) => {
  const { commit, value } = await fs.transaction(() => 7);
  assertEquals([value, commit.operationsCommitted, fs.version], [7, 0, 1]);
});

test("neither sees nor commits what is pending in the object", async ({ fs }) => {
  await fs.writeFile("/f", "pending");
  await fs.createFile("/new", "pending");
  await fs.transaction(async (tx) => {
    assertEquals(await text(tx, "/f"), "0");
    assertEquals(await tx.exists("/new"), false);
    await tx.createFile("/other", "tx");
  });
  assertEquals(await text(fs, "/f"), "pending");
  assertEquals(await text(fs, "/other"), "tx");
  assertEquals(fs.pendingOperations().length, 2);
  assertEquals((await fs.commit()).operationsCommitted, 2);
  assertEquals(await text(fs, "/f"), "pending");
});

test("that changes what is pending in the object makes that a conflict", async ({ fs }) => {
  await fs.writeFile("/f", "pending");
  await fs.transaction((tx) => tx.writeFile("/f", "tx"));
  await assertRejects(() => fs.commit(), ConflictError);
  assertEquals(await fs.revert(), 1);
  assertEquals(await text(fs, "/f"), "tx");
});

test("reads the state at its beginning, whatever is committed beside it", async ({ fs, host }) => {
  let calls = 0;
  const { value } = await fs.transaction(async (tx) => {
    calls++;
    assertEquals(await tx.exists("/late"), false);
    await outside(host, "/late", "1");
    await outside(host, "/d/late", "1");
    await fs.refresh();
    await fs.writeFile("/f", "by the object");
    await fs.commit();
    assertEquals(await text(fs, "/late"), "1");
    assertEquals(await tx.exists("/late"), false);
    assertEquals(await tx.exists("/d/late"), false);
    assertEquals(tx.version, 1);
    await tx.createFile("/d/own", "");
    return await text(tx, "/f");
  });
  assertEquals([value, calls], ["0", 1]);
  const names = Object.keys(await treeOf(fs));
  assertEquals(names, ["/d", "/d/late", "/d/own", "/d/x", "/f", "/late"]);
});

test("calls the function again, on the newest state, after a conflict", async ({ fs, host }) => {
  const seen: string[] = [];
  const { commit } = await fs.transaction(async (tx) => {
    const before = await text(tx, "/f");
    seen.push(before);
    await tx.createFile(`/try${seen.length}`, "");
    if (seen.length < 3) await outside(host, "/f", `${seen.length}`);
    await tx.writeFile("/f", `${before}+`);
  });
  assertEquals(seen, ["0", "1", "2"]);
  assertEquals(commit.version, 4);
  assertEquals(await text(fs, "/f"), "2+");
  assertEquals(await fs.exists("/try1"), false);
  assertEquals(await fs.exists("/try3"), true);
});

test("gives up after so many retries, and says both sides", async ({ fs, host }) => {
  for (const retries of [0, 2]) {
    let calls = 0;
    const error = await assertRejects(
      () =>
        fs.transaction(async (tx) => {
          await tx.writeFile("/f", `${++calls}`);
          await outside(host, "/f", "outside");
        }, { retries }),
      ConflictError,
    );
    assertEquals(calls, retries + 1);
    assertEquals(error.ours, { operation: "update", path: "/f" });
    assertEquals(error.theirs?.operation, "update");
    assertEquals(error.theirs?.version, error.version);
    assertEquals(error.theirs?.author, "tester");
  }
  assertEquals(await text(fs, "/f"), "outside");
});

test("of many at once loses no update", async ({ fs }) => {
  const add = () =>
    fs.transaction(
      async (tx) => {
        await tx.writeFile("/f", `${Number(await text(tx, "/f")) + 1}`);
      },
      { retries: 100 },
    );
  await Promise.all(Array.from({ length: 12 }, add));
  assertEquals(await text(fs, "/f"), "12");
  assertEquals(fs.version, 13);
});

test("has savepoints: a part that throws is dropped, the rest stays", async ({ fs }) => {
  const { commit } = await fs.transaction(async (tx) => {
    await tx.writeFile("/f", "kept");
    await assertRejects(() =>
      tx.savepoint(async () => {
        await tx.writeFile("/f", "dropped");
        await tx.delete("/d", { recursive: true });
        await tx.savepoint(() => tx.createFile("/inner", ""));
        throw new TypeError("no");
      }), TypeError);
    assertEquals(await text(tx, "/f"), "kept");
    assertEquals(await text(tx, "/d/x"), "x");
    assertEquals(await tx.exists("/inner"), false);
    const { path } = await tx.savepoint(() => tx.createFile("/second", ""));
    assertEquals(path, "/second");
  });
  assertEquals(commit.operationsCommitted, 2);
  assertEquals(await text(fs, "/f"), "kept");
});

test("can't be changed after its end", async ({ fs }) => {
  let escaped: PondTransaction | undefined;
  await fs.transaction((tx) => {
    escaped = tx;
  });
  assert(escaped !== undefined);
  const tx = escaped;
  const error = await assertRejects(() => tx.writeFile("/f", ""), TypeError);
  assertStringIncludes(error.message, "has ended");
  await assertRejects(() => tx.savepoint(() => {}), TypeError);
});

test("ends with its signal, before it begins and before its commit", async ({ fs }) => {
  const aborted = AbortSignal.abort(new PondError("ABORTED", "enough"));
  let calls = 0;
  const work = () => void calls++;
  await assertRejects(
    () => fs.transaction(work, { signal: aborted }),
    PondError,
    "enough",
  );
  assertEquals(calls, 0);
  const controller = new AbortController();
  await assertRejects(
    () =>
      fs.transaction(async (tx) => {
        await tx.writeFile("/f", "1");
        controller.abort(new PondError("ABORTED", "enough"));
      }, { signal: controller.signal }),
    PondError,
    "enough",
  );
  assertEquals(await text(fs, "/f"), "0");
});

test("takes no part of what is staged along, and never commits a part", async ({ host, layout }) => {
  await using staged = await TinyLogFS.open(host, POND, {
    staged: true,
    commitThresholdBytes: 100,
  });
  await staged.createFile("/staged", "");
  await staged.stage();
  const before = staged.version;
  const { commit } = await staged.transaction(async (tx) => {
    for (let i = 0; i < 5; i++) await tx.createFile(`/${i}`, "x".repeat(100));
    assertEquals(await tx.exists("/staged"), false);
    assertEquals(staged.version, before);
  });
  assertEquals([commit.operationsCommitted, commit.version], [5, 2]);
  await staged.refresh();
  assertEquals(
    staged.pendingOperations().map(({ path }) => path),
    ["/staged"],
    layout,
  );
});

test("refuses what it can't keep or do", async ({ fs }) => {
  const metadata = JSON.parse('{"n": 1}');
  await assertRejects(() => fs.transaction(() => {}, { metadata }), TypeError);
  await assertRejects(() => fs.commit({ metadata }), TypeError);
  for (const retries of [-1, 0.5, NaN]) {
    await assertRejects(
      () => fs.transaction(() => {}, { retries }),
      RangeError,
    );
  }
  await using view = await fs.at("v0");
  const error = await assertRejects(
    () => view.transaction(() => {}),
    PondError,
  );
  assertEquals(error.code, "READ_ONLY");
});

test("finds out what became of a commit of the object whose answer was lost", async ({ layout }) => {
  let unknown = 0;
  for (const answerLost of [false, true]) {
    for (let at = 1;; at++) {
      const host = memoryHost();
      await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
      await fs.createFile("/g", "g");
      const start = host.files.operations.length;
      host.files.inject({ at, kind: "IO", answerLost });
      const error = await fs.commit().catch((error) => error);
      const isReached = host.files.operations.length - start >= at;
      host.files.inject(undefined);
      if (hasCode(error, "OUTCOME_UNKNOWN")) unknown++;
      // It is the transaction that takes in the commit, if it was made.
      await fs.transaction((tx) => tx.writeFile("/tx", ""));
      await fs.commit();
      assertEquals(fs.pendingOperations(), [], `${at} ${error}`);
      assertEquals(Object.keys(await treeOf(fs)), ["/g", "/tx"]);
      if (!isReached) break;
    }
  }
  assert(unknown >= 2, `${unknown} outcomes were unknown`);
});

test("sees its own changes in SQL's eyes, and history without them", async ({ fs }) => {
  await fs.transaction(async (tx) => {
    await tx.createFile("/new", "");
    const rows = await Array.fromAsync(tx.historyRows({ pending: true }));
    const pending = rows.filter((row) => row.pending).map(({ path }) => path);
    assertEquals(pending, ["/new"]);
    const committed = await Array.fromAsync(tx.historyRows());
    assertEquals(committed.some(({ path }) => path === "/new"), false);
    const found = await Array.fromAsync(tx.findNodes({ fileType: "file" }));
    assertEquals(found.map(({ path }) => path), ["/f", "/new", "/d/x"]);
  });
});
