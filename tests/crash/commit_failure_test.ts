/**
 * Fails each operation on the disk in turn, and tries the commit again: it is
 * made once, with everything in it.
 */
import { assert, assertEquals } from "@std/assert";
import { PondError, type PondErrorCode } from "../../src/errors.ts";
import { type MemoryHost, memoryHost } from "../../src/host/memory.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { treeOf } from "../support/tree.ts";

const POND = "/pond";
const CODES: readonly PondErrorCode[] = ["NO_SPACE", "IO", "PERMISSION_DENIED"];

/** How often, and whether what fails is done all the same. */
const FAULTS = [
  ["once", {}],
  ["from then on", { sticky: true }],
  ["though it was done", { answerLost: true }],
] as const;

async function withPendingWork(
  layout: Layout,
): Promise<{ host: MemoryHost; fs: TinyLogFS }> {
  const host = memoryHost();
  const fs = await TinyLogFS.initEmpty(host, POND, { layout });
  await fs.createDirectory("/d");
  await fs.createFile("/d/a", "a");
  await fs.commit();
  await fs.updateFile("/d/a", "A");
  await fs.createFile("/large", new Uint8Array(70_000));
  await fs.createDirectory("/e");
  await fs.rename("/d/a", "/e/b");
  return { host, fs };
}

const EXPECTED = {
  "/d": "directory",
  "/e": "directory",
  "/e/b": "A",
  "/large": "70000 bytes 00000000…00000000",
};

/** What a commit says when it fails; `undefined` when it doesn't. */
async function failureOf(
  commit: () => Promise<unknown>,
): Promise<PondError | undefined> {
  try {
    await commit();
    return undefined;
  } catch (error) {
    if (error instanceof PondError) return error;
    throw error;
  }
}

for (const layout of ["clustered", "hive"] as const) {
  for (const code of CODES) {
    for (const [times, fault] of FAULTS) {
      Deno.test(`commit() (${layout}) that fails at any operation with ${code} ${times}, is made once when it is tried again`, async () => {
        let failures = 0;
        for (let at = 1;; at++) {
          const { host, fs } = await withPendingWork(layout);
          const start = host.files.operations.length;
          host.files.inject({ at, kind: code, ...fault });
          const failure = await failureOf(() => fs.commit());
          const reached = host.files.operations.length - start >= at;
          host.files.inject(undefined);
          const where = JSON.stringify(
            host.files.operations[start + at - 1] ?? "",
          );
          if (failure) {
            failures++;
            await checkRetry(fs, failure, where);
          }
          assertEquals(fs.version, 2, where);
          host.files.crash("nothing survives");
          await using again = await TinyLogFS.open(host, POND);
          assertEquals(again.version, 2, where);
          assertEquals(await treeOf(again), EXPECTED, where);
          if (!reached) break;
        }
        assert(failures >= 8, `only ${failures} operations failed`);
      });
    }
  }
}

async function checkRetry(
  fs: TinyLogFS,
  failure: PondError,
  where: string,
): Promise<void> {
  const codes = ["NO_SPACE", "IO", "PERMISSION_DENIED", "OUTCOME_UNKNOWN"];
  assert(codes.includes(failure.code), `${failure.code} at ${where}`);
  const { pendingOperations } = fs.getStatus();
  assertEquals(pendingOperations, 4, where);
  const { operationsCommitted } = await fs.commit();
  assertEquals(operationsCommitted, 4, where);
}

/** A pond in which one more commit is followed by a merge. */
async function aboutToMerge(layout: Layout): Promise<MemoryHost> {
  const host = memoryHost();
  await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
  for (let i = 0; i < 14; i++) {
    await fs.writeFile("/f", `${i}`);
    await fs.commit();
  }
  return host;
}

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`a merge (${layout}) that fails at any operation fails no commit, and is made by a later one`, async () => {
    const start = await aboutToMerge(layout);
    for (let at = 1;; at++) {
      const host = memoryHost({ files: start.files.clone(() => 0.5) });
      await using fs = await TinyLogFS.open(host, POND);
      await fs.writeFile("/f", "last");
      const before = host.files.operations.length;
      const version = fs.oplog.version;
      host.files.inject({ at, kind: "IO" });
      const failure = await failureOf(() => fs.commit());
      const reached = host.files.operations.length - before >= at;
      host.files.inject(undefined);
      const { path = "" } = host.files.operations[before + at - 1] ?? {};
      const where = `${at}: ${path}`;
      // From the commit's own version on, nothing may fail it.
      if (failure) assertEquals(fs.oplog.version, version, where);
      if (failure) await fs.commit();
      for (let i = 0; i < 20; i++) {
        await fs.writeFile("/g", `${i}`);
        await fs.commit();
      }
      assert(fs.oplog.version > 35, where);
      host.files.crash("nothing survives");
      await using again = await TinyLogFS.open(host, POND);
      assertEquals(await treeOf(again), { "/f": "last", "/g": "19" }, where);
      const count = (await Array.fromAsync(again.transactions())).length;
      assertEquals(count, 36, where);
      if (!reached) break;
    }
  });
}

Deno.test("commit() whose flush of the log fails says OUTCOME_UNKNOWN, and recognises itself when it is tried again", async () => {
  const { host, fs } = await withPendingWork("clustered");
  const { files } = host;
  const start = files.operations.length;
  await (await withPendingWork("clustered")).fs.commit();
  let found = 0;
  for (let at = 1; at < 60 && found === 0; at++) {
    const { host, fs } = await withPendingWork("clustered");
    const before = host.files.operations.length;
    host.files.inject({ at, kind: "IO" });
    const failure = await failureOf(() => fs.commit());
    const operation = host.files.operations[before + at - 1];
    if (failure?.code !== "OUTCOME_UNKNOWN") continue;
    if (operation?.name !== "syncDirectory") continue;
    found++;
    host.files.inject(undefined);
    const result = await fs.commit();
    assertEquals([result.version, result.operationsCommitted], [2, 4]);
    assert(result.bytesWritten > 0);
    // The log was flushed, so that the acknowledgement is true.
    host.files.crash("nothing survives");
    await using again = await TinyLogFS.open(host, POND);
    assertEquals(await treeOf(again), EXPECTED);
    assertEquals(again.version, 2);
  }
  assertEquals(found, 1);
  assert(files.operations.length === start && fs.version === 1);
});

Deno.test("stage() that fails at any operation, stages once when it is tried again", async () => {
  for (const code of CODES) {
    for (const [, fault] of FAULTS) {
      let failures = 0;
      for (let at = 1;; at++) {
        const host = memoryHost();
        await (await TinyLogFS.initEmpty(host, POND))[Symbol.asyncDispose]();
        const fs = await TinyLogFS.open(host, POND, { staged: true });
        await fs.createFile("/first", "1");
        await fs.stage();
        await fs.createFile("/second", "2");
        const start = host.files.operations.length;
        host.files.inject({ at, kind: code, ...fault });
        const failure = await failureOf(() => fs.stage());
        const reached = host.files.operations.length - start >= at;
        host.files.inject(undefined);
        const operation = host.files.operations[start + at - 1];
        const where = `${code} at ${JSON.stringify(operation ?? "")}`;
        if (failure) {
          failures++;
          assertEquals(failure.code, code, where);
          assertEquals(await fs.stage(), 1, where);
        }
        host.files.crash("nothing survives");
        await using again = await TinyLogFS.open(host, POND, { staged: true });
        const staged = again.pendingOperations().map(({ path }) => path);
        assertEquals(staged, ["/first", "/second"], where);
        assertEquals((await again.commit()).operationsCommitted, 2, where);
        if (!reached) break;
      }
      assert(failures >= 5, `only ${failures} operations failed`);
    }
  }
});
