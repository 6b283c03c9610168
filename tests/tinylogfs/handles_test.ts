/** Handles: what reaches a node, and what those who get its bytes can change. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { decodeUtf8 } from "../../src/bytes.ts";
import { ConflictError } from "../../src/errors.ts";
import { assertCode, describeRow, historyOf, withPond } from "./scratch.ts";

// === Bytes that are handed out ===

Deno.test("whoever changes the bytes of historyRows(), getNodeHistory() or contentLocation() changes no file", async () => {
  await withPond(async ({ fs: writer, open }) => {
    await writer.createFile("/f", "hello");
    await writer.commit();
    for (const pending of [false, true]) {
      await using fs = await open();
      if (pending) await fs.touch("/f");
      for await (const { content } of fs.historyRows({ pending })) {
        content?.fill(88);
        if (content) assertEquals(decodeUtf8(content), "XXXXX");
      }
      for await (const { content } of fs.getNodeHistory("/f")) {
        content?.fill(88);
      }
      const location = await fs.contentLocation("/f");
      assert(location.kind === "inline");
      location.bytes.fill(89);
      assertEquals(decodeUtf8(await fs.readFile("/f")), "hello");
      await fs.copy("/f", `/copy-${pending}`);
      await fs.commit();
      await using again = await open();
      const copy = await again.readFile(`/copy-${pending}`);
      assertEquals(decodeUtf8(copy), "hello");
    }
  });
});

Deno.test("whoever changes the attributes that getMetadata() gives changes no node", async () => {
  await withPond(async ({ fs }) => {
    await fs.createDirectory("/d");
    for (let round = 0; round < 2; round++) {
      await fs.setAttributes("/d", { list: [1] });
      const { customAttributes } = await fs.getMetadata("/d");
      assert(Array.isArray(customAttributes.list));
      customAttributes.list.push(2);
      const again = await fs.getMetadata("/d");
      assertEquals(again.customAttributes, { list: [1] });
      await fs.commit();
    }
  });
});

// === Nodes that move ===

Deno.test("a handle keeps reaching its file through renames, before and after commits, and reads its newest content", async () => {
  await withPond(async ({ fs }) => {
    await fs.createDirectory("/d/e", { recursive: true });
    const created = (await fs.createFile("/f", "1")).asFile();
    const handles = [created];
    const read = async () =>
      (await Promise.all(handles.map((file) => file.read()))).map(decodeUtf8);
    const steps: (() => Promise<unknown>)[] = [
      () => fs.rename("/f", "/g"),
      () => fs.commit(),
      () => fs.rename("/g", "/d/e/f"),
      () => fs.rename("/d", "/c"),
      () => fs.commit(),
      () => fs.rename("/c/e/f", "/c/h"),
      () => fs.rename("/c", "/b"),
    ];
    let path = "/f";
    for (const [i, step] of steps.entries()) {
      handles.push((await fs.workingDirectory().resolve(path)).asFile());
      await step();
      path = ["/g", "/g", "/d/e/f", "/c/e/f", "/c/e/f", "/c/h", "/b/h"][i] ??
        "";
      await fs.updateFile(path, `${i}`);
      assertEquals(new Set(await read()), new Set([`${i}`]), path);
    }
  });
});

Deno.test("a handle follows its node when another process moves it", async () => {
  await withPond(async ({ fs, open }) => {
    await fs.createDirectory("/d");
    const file = (await fs.createFile("/f", "1")).asFile();
    await fs.commit();
    await using other = await open();
    await other.rename("/f", "/d/g");
    await other.updateFile("/d/g", "two");
    await other.rename("/d", "/e");
    await other.commit();
    assertEquals(decodeUtf8(await file.read()), "1");
    await fs.refresh();
    assertEquals(decodeUtf8(await file.read()), "two");
    assertEquals((await file.metadata()).version, 4 - 1);
    await file.write("three");
    assertEquals(fs.pendingOperations().map(({ path }) => path), ["/e/g"]);
    await fs.commit();
    assertEquals(decodeUtf8(await fs.readFile("/e/g")), "three");
  });
});

Deno.test("operations through handles are recorded with the paths that the nodes have now", async () => {
  await withPond(async ({ fs }) => {
    const d = await fs.createDirectory("/d");
    const file = (await d.createFile("x", "x")).asFile();
    const inner = await d.createDirectory("inner");
    await fs.commit();
    await fs.rename("/d", "/e");
    await d.createFile("y", "y");
    await file.write("xx");
    await inner.createFile("z", "z");
    await fs.commit();
    await fs.rename("/e", "/f");
    await fs.commit();
    await d.rename("y", "inner/y");
    await inner.remove("z");
    await fs.commit();
    const rows = (await Array.fromAsync(fs.historyRows())).slice(3);
    assertEquals(rows.map(describeRow), [
      "move 2 /e",
      "create 1 /e/y",
      "update 2 /e/x",
      "create 1 /e/inner/z",
      "move 3 /f",
      "move 2 /f/inner/y",
      "delete 2 /f/inner/z",
    ]);
  });
});

Deno.test("finding nodes that this process has moved reads no tree", async () => {
  await withPond(async ({ host, fs }) => {
    for (let i = 0; i < 20; i++) {
      await fs.createDirectory(`/other/${i}`, { recursive: true });
    }
    await fs.createDirectory("/a/b", { recursive: true });
    await fs.createDirectory("/c");
    const file = (await fs.createFile("/f", "1")).asFile();
    await fs.commit();
    await fs.rename("/f", "/a/b/f");
    await fs.commit();
    await fs.rename("/a", "/c/a");
    await fs.commit();
    await fs.oplog.refresh();
    const before = host.files.operations.length;
    const status = fs.getStatus().totalNodes;
    assertEquals(decodeUtf8(await file.read()), "1");
    assertEquals(host.files.operations.length, before);
    assertEquals(fs.getStatus().totalNodes, status);
  });
});

// === Nodes that are deleted ===

Deno.test("a handle of a deleted file reads its last content, and can't write", async () => {
  await withPond(async ({ fs, open }) => {
    await fs.createDirectory("/d");
    const file = (await fs.createFile("/f", "1")).asFile();
    const pending = (await fs.createFile("/pending", "p")).asFile();
    await fs.delete("/pending");
    assertEquals(decodeUtf8(await pending.read()), "p");
    await fs.commit();
    assertEquals(decodeUtf8(await pending.read()), "p");
    await fs.updateFile("/f", "22");
    await fs.commit();
    await fs.rename("/f", "/d/f");
    await fs.delete("/d/f");
    assertEquals(decodeUtf8(await file.read()), "22");
    await fs.commit();
    assertEquals(decodeUtf8(await file.read()), "22");
    assertEquals((await file.metadata()).sizeBytes, 2);
    await assertCode("NOT_FOUND", () => file.write("3"));
    assertEquals(fs.getStatus().pendingOperations, 0);
    const last = (await fs.createFile("/l", "l")).asFile();
    await fs.commit();
    await using other = await open();
    await other.rename("/l", "/d/l");
    await other.commit();
    await other.updateFile("/d/l", "ll");
    await other.delete("/d/l");
    await other.commit();
    await fs.refresh();
    assertEquals(decodeUtf8(await last.read()), "ll");
    await assertCode("NOT_FOUND", () => last.write("3"));
  });
});

Deno.test("what was deleted is refused clearly: symlinks, directories, attributes", async () => {
  await withPond(async ({ fs }) => {
    const directory = await fs.createDirectory("/d");
    const link = (await fs.createSymlink("/l", "target")).asSymlink();
    await fs.commit();
    await fs.delete("/d");
    await fs.delete("/l");
    for (let round = 0; round < 2; round++) {
      await assertCode("NOT_FOUND", () => directory.createFile("f", ""));
      assertEquals(await link.target(), "target");
      await fs.commit();
    }
  });
});

Deno.test("a node that is put back after its delete was committed goes on with its versions", async () => {
  await withPond(async ({ fs }) => {
    const d = await fs.directory("/");
    await fs.createDirectory("/e");
    await fs.createFile("/f", "1");
    await fs.commit();
    await fs.updateFile("/f", "2");
    await fs.rename("/f", "/e/f");
    await fs.commit();
    const e = await fs.directory("/e");
    const node = await e.delete("f");
    const gone = await d.delete("e");
    await fs.commit();
    assert(node !== undefined && gone !== undefined);
    await d.insert("g", node);
    await d.insert("h", gone);
    await fs.commit();
    assertEquals(decodeUtf8(await fs.readFile("/g")), "2");
    assertEquals(await historyOf(fs, "/g"), [
      "create 5 /g",
      "delete 4 /e/f",
      "move 3 /e/f",
      "update 2 /f",
      "create 1 /f",
    ]);
    assertEquals(await historyOf(fs, "/h"), [
      "create 3 /h",
      "delete 2 /e",
      "create 1 /e",
    ]);
  });
});

// === Calls at the same time ===

Deno.test("calls at the same time on one object don't conflict with each other", async () => {
  await withPond(async ({ fs }) => {
    await Promise.all(
      ["a", "b", "c"].map((name) =>
        fs.createDirectory(`/x/y/${name}`, { recursive: true })
      ),
    );
    await fs.createFile("/f", "0");
    for (let round = 0; round < 2; round++) {
      await Promise.all([1, 2, 3].map((n) => fs.updateFile("/f", `${n}`)));
      await Promise.all([
        fs.updateFile("/f", "4"),
        fs.setAttributes("/f", { a: 1 }),
        fs.commit(),
      ]);
    }
    assertEquals((await fs.getMetadata("/f")).version, 11);
    const twice = await Promise.allSettled([
      fs.createFile("/g", "1"),
      fs.createFile("/g", "2"),
    ]);
    const codes = twice.map((each) =>
      each.status === "rejected" ? each.reason.code : "done"
    );
    assertEquals(codes.sort(), ["ALREADY_EXISTS", "done"]);
  });
});

Deno.test("a change that conflicts with another process's is a conflict still, when it commits by itself", async () => {
  await withPond(async ({ fs: setup, host }) => {
    await setup.createFile("/f", "0");
    await setup.commit();
    const { TinyLogFS } = await import("../../src/tinylogfs/mod.ts");
    await using fs = await TinyLogFS.open(host, "/pond", {
      commitThresholdBytes: 2000,
    });
    await setup.updateFile("/f", "other");
    await setup.commit();
    await fs.updateFile("/f", "x".repeat(3000));
    await assertRejects(() => fs.createFile("/g", ""), ConflictError);
    await assertRejects(() => fs.commit(), ConflictError);
    assertEquals(fs.getStatus().pendingOperations, 1);
  });
});
