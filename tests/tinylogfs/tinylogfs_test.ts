import { assert, assertEquals, assertRejects } from "@std/assert";
import { decodeUtf8 } from "../../src/bytes.ts";
import { PondError } from "../../src/errors.ts";
import { memoryHost } from "../../src/host/memory.ts";
import {
  type HistoryRow,
  type Layout,
  TinyLogFS,
} from "../../src/tinylogfs/mod.ts";

const POND = "/pond";
const LAYOUTS: readonly Layout[] = ["clustered", "hive"];

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function text(fs: TinyLogFS, path: string): Promise<string> {
  return decodeUtf8(await fs.readFile(path));
}

async function names(fs: TinyLogFS, path: string): Promise<string[]> {
  return (await collect(fs.listDirectory(path))).map((entry) => entry.name);
}

const summary = (row: HistoryRow) =>
  `${row.operation} ${row.fileType} ${row.path} ${row.nodeVersion}`;

for (const layout of LAYOUTS) {
  const test = (name: string, body: () => Promise<void>) =>
    Deno.test(`TinyLogFS (${layout}): ${name}`, body);

  test("the requirements' scenario: two pending rows, none committed, two committed", async () => {
    const host = memoryHost();
    await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
    await fs.createFile("/A", "content of file A");
    await fs.createSymlink("/B", "/A");
    assertEquals((await collect(fs.historyRows({ pending: true }))).length, 2);
    assertEquals((await collect(fs.historyRows())).length, 0);
    const result = await fs.commit();
    assertEquals(result.operationsCommitted, 2);
    assertEquals((await collect(fs.historyRows())).map(summary), [
      "create file /A 1",
      "create symlink /B 1",
    ]);
    await using again = await TinyLogFS.open(host, POND);
    assertEquals(await text(again, "/B"), "content of file A");
    assertEquals(again.layout, layout);
  });

  test("what was committed is there after reopening, in every version", async () => {
    const host = memoryHost();
    await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
    await fs.createDirectory("/d/e", { recursive: true });
    const versions = [0];
    for (let i = 1; i <= 40; i++) {
      await fs.writeFile("/d/e/f", `version ${i}`);
      await fs.writeFile(`/d/n${i}`, "x");
      versions.push((await fs.commit()).version);
    }
    assertEquals(versions.slice(0, 4), [0, 1, 2, 3]);
    await using again = await TinyLogFS.open(host, POND);
    assertEquals(again.version, versions.at(-1));
    assertEquals((await names(again, "/d")).length, 41);
    for (let i = 1; i <= 40; i++) {
      await using then = await again.at(`v${versions[i]}`);
      assertEquals(await text(then, "/d/e/f"), `version ${i}`);
      assertEquals((await names(then, "/d")).length, i + 1);
    }
    await using start = await again.at("v0");
    assertEquals(await names(start, "/"), []);
    await using back = await again.at("v-30");
    assertEquals(await text(back, "/d/e/f"), "version 10");
  });

  test("rename keeps the node and its history", async () => {
    const host = memoryHost();
    await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
    await fs.createDirectory("/a");
    await fs.createDirectory("/b");
    await fs.createFile("/a/f", "one");
    await fs.commit();
    await fs.rename("/a/f", "/b/g");
    await fs.commit();
    await fs.writeFile("/b/g", "two");
    await fs.commit();
    assertEquals((await collect(fs.getNodeHistory("/b/g"))).map(summary), [
      "update file /b/g 3",
      "move file /b/g 2",
      "create file /a/f 1",
    ]);
    assertEquals(await names(fs, "/a"), []);
    assertEquals(await text(fs, "/b/g"), "two");
  });

  test("delete takes a node out, and its history stays", async () => {
    const host = memoryHost();
    await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
    await fs.createFile("/f", "one");
    await fs.commit();
    await fs.delete("/f");
    await fs.commit();
    assertEquals(await fs.exists("/f"), false);
    assertEquals((await collect(fs.getNodeHistory("/f"))).map(summary), [
      "delete file /f 2",
      "create file /f 1",
    ]);
  });

  test("restore() makes an earlier state current, by a new transaction", async () => {
    const host = memoryHost();
    await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
    await fs.createDirectory("/d");
    await fs.createFile("/d/kept", "kept");
    await fs.createFile("/d/x", "x");
    await fs.createFile("/d/y", "y");
    await fs.createFile("/changed", "before");
    await fs.commit();
    await fs.rename("/d/x", "/d/z");
    await fs.rename("/d/y", "/d/x");
    await fs.rename("/d/z", "/d/y");
    await fs.writeFile("/changed", "after");
    await fs.createFile("/new", "new");
    await fs.createDirectory("/newdir/sub", { recursive: true });
    await fs.delete("/d/kept");
    await fs.commit();
    const result = await fs.restore("v1");
    assertEquals(result.targetVersion, 1);
    assertEquals(fs.version, 3);
    await using again = await TinyLogFS.open(host, POND);
    assertEquals(await names(again, "/"), ["changed", "d"]);
    assertEquals(await names(again, "/d"), ["kept", "x", "y"]);
    assertEquals(await text(again, "/d/x"), "x");
    assertEquals(await text(again, "/d/y"), "y");
    assertEquals(await text(again, "/changed"), "before");
    await using between = await again.at("v2");
    assertEquals(await text(between, "/d/x"), "y");
  });

  test("the stage is seen by every process that asks for it, and committed once", async () => {
    const host = memoryHost();
    (await TinyLogFS.initEmpty(host, POND, { layout })).close();
    {
      await using first = await TinyLogFS.open(host, POND, { staged: true });
      await first.createDirectory("/d");
      await first.createFile("/d/a", "a");
      assertEquals(await first.stage(), 2);
    }
    await using second = await TinyLogFS.open(host, POND, { staged: true });
    await second.createFile("/d/b", "b");
    assertEquals(await second.stage(), 1);
    await using other = await TinyLogFS.open(host, POND);
    assertEquals(await other.exists("/d"), false);
    await using third = await TinyLogFS.open(host, POND, { staged: true });
    assertEquals(third.getStatus().pendingOperations, 3);
    const result = await third.commit({ message: "all" });
    assertEquals(result.operationsCommitted, 3);
    assertEquals((await second.commit()).operationsCommitted, 0);
    await using after = await TinyLogFS.open(host, POND, { staged: true });
    assertEquals(after.getStatus().pendingOperations, 0);
    assertEquals(await names(after, "/d"), ["a", "b"]);
  });

  test("two writers of one directory both succeed, of one name conflict", async () => {
    const host = memoryHost();
    await using one = await TinyLogFS.initEmpty(host, POND, { layout });
    await using two = await TinyLogFS.open(host, POND);
    await one.createFile("/a", "1");
    await two.createFile("/b", "2");
    await one.commit();
    await two.commit();
    assertEquals(await names(two, "/"), ["a", "b"]);
    await one.refresh();
    await one.writeFile("/a", "one");
    await two.writeFile("/a", "two");
    await one.commit();
    const error = await assertRejects(() => two.commit(), PondError);
    assertEquals(error.code, "CONFLICT");
    assertEquals(error.path, "/a");
    assertEquals(two.getStatus().pendingOperations, 1);
    await two.revert();
    await two.refresh();
    assertEquals(await text(two, "/a"), "one");
  });

  test("contents on both sides of 64 KiB behave alike", async () => {
    const host = memoryHost();
    await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
    const sizes = [0, 1, 65_535, 65_536, 65_537];
    const content = (size: number) =>
      Uint8Array.from({ length: size }, (_, i) => (i * 7 + size) & 0xff);
    for (const size of sizes) await fs.createFile(`/${size}`, content(size));
    await fs.commit();
    for (const size of sizes) {
      await fs.copy(`/${size}`, `/copy-${size}`);
      await fs.rename(`/${size}`, `/moved-${size}`);
    }
    await fs.commit();
    await using again = await TinyLogFS.open(host, POND);
    for (const size of sizes) {
      assertEquals(await again.readFile(`/copy-${size}`), content(size));
      assertEquals(await again.readFile(`/moved-${size}`), content(size));
      assertEquals((await again.entry(`/moved-${size}`)).sizeBytes, size);
      const part = await again.readFile(`/moved-${size}`, {
        offset: 1,
        length: 2,
      });
      assertEquals(part, content(size).slice(1, 3));
      await using then = await again.at("v1");
      assertEquals(await then.readFile(`/${size}`), content(size));
    }
  });

  test("operations commit by themselves at a threshold of pending bytes", async () => {
    const host = memoryHost();
    await using fs = await TinyLogFS.initEmpty(host, POND, {
      layout,
      commitThresholdBytes: 4096,
    });
    for (let i = 0; i < 10; i++) {
      await fs.createFile(`/f${i}`, "x".repeat(1000));
    }
    assert(fs.version > 0);
    assert(fs.getStatus().pendingBytes < 4096);
    await fs.commit();
    assertEquals((await names(fs, "/")).length, 10);
  });

  test("a directory removed by one writer refuses the file of another", async () => {
    const host = memoryHost();
    await using one = await TinyLogFS.initEmpty(host, POND, { layout });
    await one.createDirectory("/d");
    await one.commit();
    await using two = await TinyLogFS.open(host, POND);
    await two.createFile("/d/f", "f");
    await one.delete("/d");
    await one.commit();
    const error = await assertRejects(() => two.commit(), PondError);
    assertEquals(error.code, "CONFLICT");
  });

  test("a directory into which another writer has put something isn't removed", async () => {
    const host = memoryHost();
    await using one = await TinyLogFS.initEmpty(host, POND, { layout });
    await one.createDirectory("/d");
    await one.commit();
    await using two = await TinyLogFS.open(host, POND);
    await two.delete("/d");
    await one.createFile("/d/f", "f");
    await one.commit();
    const error = await assertRejects(() => two.commit(), PondError);
    assertEquals([error.code, error.path, error.version], [
      "CONFLICT",
      "/d",
      2,
    ]);
    assertEquals(two.getStatus().pendingOperations, 1);
  });

  test("commit({ first }) commits in order, and the rest stays pending", async () => {
    const host = memoryHost();
    await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
    await fs.createDirectory("/d");
    await fs.createFile("/d/a", "1");
    await fs.updateFile("/d/a", "2");
    await fs.createFile("/b", "b");
    assertEquals((await fs.commit({ first: 2 })).operationsCommitted, 2);
    await using other = await TinyLogFS.open(host, POND);
    assertEquals(await text(other, "/d/a"), "1");
    assertEquals(await names(other, "/"), ["d"]);
    assertEquals(fs.getStatus().pendingOperations, 2);
    assertEquals(await text(fs, "/d/a"), "2");
    assertEquals((await fs.commit({ first: 9 })).operationsCommitted, 2);
    assertEquals((await fs.commit()).operationsCommitted, 0);
    await other.refresh();
    assertEquals(await text(other, "/d/a"), "2");
    await assertRejects(() => fs.commit({ first: -1 }), RangeError);
  });

  test("commit({ paths }) takes along what the paths need", async () => {
    const host = memoryHost();
    await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
    await fs.createFile("/old", "old");
    await fs.createFile("/x", "x");
    await fs.commit();
    await fs.createFile("/unrelated", "u");
    await fs.rename("/old", "/aside");
    await fs.createDirectory("/new/deep", { recursive: true });
    await fs.createFile("/new/deep/file", "f");
    await fs.createFile("/old", "in its place");
    const result = await fs.commit({ paths: ["/old", "/new/deep/file"] });
    assertEquals(result.operationsCommitted, 5);
    await using other = await TinyLogFS.open(host, POND);
    assertEquals(await names(other, "/"), ["aside", "new", "old", "x"]);
    assertEquals(await text(other, "/old"), "in its place");
    assertEquals(fs.getStatus().pendingOperations, 1);
    assertEquals((await fs.commit()).operationsCommitted, 1);
  });

  test("history is found by time and by the beginning of a transaction's id", async () => {
    const host = memoryHost();
    await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
    await fs.createFile("/f", "1");
    const { transactionId } = await fs.commit({ message: "first" });
    await fs.writeFile("/f", "2");
    await fs.commit();
    const [newest, first] = await collect(fs.transactions());
    assertEquals(first?.message, "first");
    assertEquals(newest?.version, 2);
    await using byId = await fs.at(transactionId.slice(0, 8));
    assertEquals(await text(byId, "/f"), "1");
    const error = await assertRejects(() => fs.at("v9"), PondError);
    assertEquals(error.code, "REVISION_NOT_FOUND");
    const tooEarly = await assertRejects(() => fs.at("1970-01-01"), PondError);
    assertEquals(tooEarly.code, "REVISION_NOT_FOUND");
  });
}
