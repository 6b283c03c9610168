/** `nodeFs()`: what a pond has beside what Node has, and how it commits. */
import { Buffer } from "node:buffer";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import type { PondErrorCode } from "../../../src/errors.ts";
import { memoryHost } from "../../../src/host/memory.ts";
import {
  ConflictError,
  type NodeFs,
  NodeFsError,
  PondError,
  TinyLogFS,
} from "../../../src/tinylogfs/mod.ts";
import { historyOf, withPond } from "../scratch.ts";

/** More than a row holds: the content is a blob. */
const LARGE = 200_000;

/** Requires a failure with Node's code, and the pond's behind it. */
async function assertFails(
  code: string,
  work: () => Promise<unknown>,
  cause?: PondErrorCode,
): Promise<NodeFsError> {
  const error = await assertRejects(work, NodeFsError);
  assertEquals(error.code, code, error.message);
  const found = error.cause instanceof PondError ? error.cause.code : undefined;
  assertEquals(found, cause);
  return error;
}

async function messagesOf(pond: TinyLogFS): Promise<string[]> {
  const rows = await Array.fromAsync(pond.transactions());
  return rows.map(({ message }) => message).reverse().slice(1);
}

Deno.test("nodeFs() has functions that need no this, and is its own promises", async () => {
  await withPond(async ({ fs: pond }) => {
    const fs = await pond.nodeFs();
    const { mkdir, readdir, writeFile } = fs.promises;
    await mkdir("/d");
    await writeFile("d/f", "from the root");
    assertEquals(await readdir("/d"), ["f"]);
    assertEquals(Object.keys(fs).includes("promises"), true);
    assertEquals(fs.promises, fs);
    assertEquals(fs.constants.O_EXCL, 0o200);
  });
});

Deno.test("nodeFs() gives bytes as Buffers, and owns none of the caller's", async () => {
  await withPond(async ({ fs: pond }) => {
    const fs = await pond.nodeFs();
    const written = Uint8Array.of(104, 105);
    await fs.writeFile("/f", written);
    written.fill(0);
    const bytes = await fs.readFile("/f");
    assertInstanceOf(bytes, Buffer);
    assertEquals(bytes.toString(), "hi");
    bytes.fill(0);
    assertEquals(await fs.readFile("/f", "utf8"), "hi");
    assertInstanceOf(await fs.readlink(await linkTo(fs), "buffer"), Buffer);
  });
});

async function linkTo(fs: NodeFs): Promise<string> {
  await fs.symlink("f", "/link");
  return "/link";
}

Deno.test("a failure of nodeFs() has the pond's own error as its cause", async () => {
  await withPond(async ({ fs: pond }) => {
    const fs = await pond.nodeFs();
    await fs.writeFile("/f", "x");
    await assertFails("ENOENT", () => fs.stat("/no"), "NOT_FOUND");
    await assertFails("ENOTDIR", () => fs.readdir("/f"), "NOT_A_DIRECTORY");
    await assertFails("EINVAL", () => fs.readlink("/f"), "NOT_A_SYMLINK");
    await assertFails("ENOTSUP", () => fs.chmod("/", 0o700), "UNSUPPORTED");
    const error = await assertFails(
      "EEXIST",
      () => fs.writeFile("/f", "", { flag: "wx" }),
      "ALREADY_EXISTS",
    );
    assertInstanceOf(error, Error);
    assertEquals([error.errno, error.syscall, error.path], [-17, "open", "/f"]);
  });
});

Deno.test("nodeFs() refuses what a pond has not", async () => {
  await withPond(async ({ fs: pond }) => {
    const fs = await pond.nodeFs();
    await fs.writeFile("/f", "x");
    await assertFails("ENOTSUP", () => fs.chown("/f", 1, 1));
    await assertFails("ENOTSUP", () => fs.lchown("/f", 1, 1));
    await assertFails("ENOTSUP", () => fs.link("/f", "/second"));
    const watching = fs.watch("/f")[Symbol.asyncIterator]();
    await assertFails("ENOSYS", () => watching.next());
    assertEquals(await fs.readdir("/"), ["f"]);
  });
});

Deno.test("mkdtemp() makes a directory with a name of its own", async () => {
  await withPond(async ({ fs: pond }) => {
    const fs = await pond.nodeFs();
    const [a, b] = [await fs.mkdtemp("/x-"), await fs.mkdtemp("/x-")];
    assertNotEquals(a, b);
    assertEquals(/^\/x-\w{6}$/.test(a), true, a);
    assertEquals((await fs.stat(a)).mode, 0o040700);
    const error = await assertRejects(() => fs.mkdtemp("/no/x"), NodeFsError);
    assertEquals([error.code, error.syscall], ["ENOENT", "mkdtemp"]);
  });
});

Deno.test("modes and times of files and directories are committed and restored", async () => {
  await withPond(async ({ fs: pond, open }) => {
    const fs = await pond.nodeFs();
    await fs.mkdir("/d", { mode: 0o750 });
    await fs.writeFile("/d/run", "x", { mode: 0o755 });
    await fs.utimes("/d/run", 1, 2.000_5);
    await pond.commit();
    await fs.utimes("/d", 1, 4e9);
    const before = await numbersOf(fs);
    assertEquals(before, [["750", 4e12], ["755", 2000.5]]);
    await fs.utimes("/d", 1, 3);
    assertEquals(await numbersOf(fs), before);
    await pond.commit();
    await using reopened = await open();
    assertEquals(await numbersOf(await reopened.nodeFs()), before);
    await fs.chmod("/d", 0o700);
    await fs.chmod("/d/run", 0o600);
    await fs.utimes("/d/run", 1, 4);
    await pond.commit();
    const [[mode] = [], run] = await numbersOf(fs);
    assertEquals([mode, run], ["700", ["600", 4000]]);
    await pond.restore("v2");
    const restored = await numbersOf(fs);
    assertEquals([restored[0]?.[0], restored[1]], ["750", before[1]]);
  });
});

async function numbersOf(fs: NodeFs): Promise<(string | number)[][]> {
  const numbers: (string | number)[][] = [];
  for (const path of ["/d", "/d/run"]) {
    const { mode, mtimeMs } = await fs.stat(path);
    numbers.push([(mode & 0o777).toString(8), mtimeMs]);
  }
  return numbers;
}

Deno.test("stat() has one ino for a node, whatever becomes of it", async () => {
  await withPond(async ({ fs: pond }) => {
    const fs = await pond.nodeFs();
    await fs.writeFile("/f", "x");
    await fs.writeFile("/g", "x");
    const { ino } = await fs.stat("/f");
    assertEquals(
      await fs.stat("/f", { bigint: true }).then((it) => it.ino),
      BigInt(ino),
    );
    assertNotEquals((await fs.stat("/g")).ino, ino);
    await fs.writeFile("/f", "y");
    await fs.rename("/f", "/h");
    await pond.commit();
    assertEquals((await fs.stat("/h")).ino, ino);
    assertEquals((await fs.stat("/")).ino, 1);
    const { mtimeNs, mtimeMs } = await fs.stat("/h", { bigint: true });
    assertEquals(mtimeNs / 1_000_000n, mtimeMs);
  });
});

Deno.test("a file that is written, or copied over, goes on with its history; copies are nodes of their own", async () => {
  await withPond(async ({ fs: pond }) => {
    const fs = await pond.nodeFs();
    await fs.writeFile("/f", "1");
    await fs.writeFile("/g", "2", { mode: 0o755 });
    const { ino } = await fs.stat("/f");
    await fs.copyFile("/g", "/f");
    await fs.writeFile("/g", "3", { flag: "r+" });
    await fs.cp("/g", "/f");
    assertEquals(await fs.readFile("/f", "utf8"), "3");
    assertEquals((await fs.stat("/f")).ino, ino);
    const history = await historyOf(pond, "/f");
    assertEquals(history.at(-1), "create 1 /f");
    assertEquals(history.length, 4);
    await fs.cp("/f", "/h", { preserveTimestamps: true });
    const [f, h] = [await fs.stat("/f"), await fs.stat("/h")];
    assertNotEquals(h.ino, f.ino);
    assertEquals([h.mode, h.mtimeMs], [f.mode, f.mtimeMs]);
  });
});

Deno.test("an open file reads and writes content of any length", async () => {
  await withPond(async ({ fs: pond }) => {
    const fs = await pond.nodeFs();
    const content = new Uint8Array(LARGE).map((_, i) => i % 251);
    await fs.writeFile("/f", content);
    await pond.commit();
    await using file = await fs.open("/f", "r+");
    const part = new Uint8Array(10);
    assertEquals((await file.read(part, 0, 10, LARGE - 4)).bytesRead, 4);
    assertEquals(part.slice(0, 4), content.slice(-4));
    assertEquals((await file.read(part, 0, 10, LARGE + 4)).bytesRead, 0);
    await file.write(Uint8Array.of(1, 2, 3), 0, 3, LARGE - 1);
    assertEquals((await file.stat()).size, LARGE + 2);
    const { buffer, bytesRead } = await file.read();
    assertEquals([buffer.byteLength, bytesRead], [16_384, 16_384]);
    await file.close();
    const read = await fs.readFile("/f");
    assertEquals([...read.slice(-3)], [1, 2, 3]);
    assertEquals(file.fd, -1);
  });
});

Deno.test("what an open file was given is pending when it is closed, synced, or looked at", async () => {
  await withPond(async ({ fs: pond }) => {
    const fs = await pond.nodeFs();
    const file = await fs.open("/f", "w");
    await file.write("a");
    await file.write("b");
    assertEquals(pond.getStatus().pendingOperations, 1);
    await file.sync();
    assertEquals(pond.getStatus().pendingOperations, 2);
    await file.write("c");
    assertEquals(await fs.readFile("/f", "utf8"), "abc");
    assertEquals(pond.getStatus().pendingOperations, 3);
    await file.close();
    assertEquals(pond.getStatus().pendingOperations, 3);
  });
});

Deno.test("nodeFs() makes pending operations; with autoCommit, a transaction of each call", async () => {
  await withPond(async ({ fs: pond, open }) => {
    const fs = await pond.nodeFs();
    await fs.writeFile("/a", "1");
    assertEquals(pond.version, 0);
    await pond.revert();
    await assertFails("ENOENT", () => fs.stat("/a"), "NOT_FOUND");

    const committing = await pond.nodeFs({ autoCommit: true });
    await committing.mkdir("/d/e", { recursive: true });
    await committing.writeFile("/d/f", "1");
    await committing.rename("/d/f", "/d/g");
    await committing.mkdir("/d/e", { recursive: true });
    await committing.readFile("/d/g");
    const file = await committing.open("/d/g", "a");
    await file.write("2");
    await file.write("3");
    await file.close();
    await assertFails("ENOENT", () => committing.unlink("/no"), "NOT_FOUND");
    assertEquals(await messagesOf(pond), [
      "fs mkdir /d/e",
      "fs open /d/f",
      "fs rename /d/f /d/g",
      "fs close /d/g",
    ]);
    await using other = await open();
    assertEquals(await (await other.nodeFs()).readFile("/d/g", "utf8"), "123");
  });
});

Deno.test("a call of nodeFs() that conflicts with another process is EBUSY, and nothing is left of it", async () => {
  await withPond(async ({ fs: pond, open }) => {
    const fs = await pond.nodeFs({ autoCommit: true });
    await fs.writeFile("/f", "0");
    await using other = await open();
    await other.updateFile("/f", "theirs");
    await other.commit();
    const error = await assertFails(
      "EBUSY",
      () => fs.writeFile("/f", "mine"),
      "CONFLICT",
    );
    assertInstanceOf(error.cause, ConflictError);
    assertEquals([error.path, error.errno], ["/f", -16]);
    assertEquals(pond.getStatus().pendingOperations, 0);
    await fs.writeFile("/g", "after it");
    assertEquals(await fs.readFile("/f", "utf8"), "theirs");

    // What was pending before is the caller's, and is kept.
    await pond.createFile("/h", "h");
    await other.refresh();
    await other.updateFile("/f", "theirs again");
    await other.commit();
    await assertFails("EBUSY", () => fs.writeFile("/f", "mine"), "CONFLICT");
    assertEquals(pond.getStatus().pendingOperations, 2);
  });
});

Deno.test("nodeFs() of an earlier version is read-only: EROFS", async () => {
  await withPond(async ({ fs: pond }) => {
    await (await pond.nodeFs()).writeFile("/f", "1");
    await pond.commit();
    await using before = await pond.at("v1");
    const fs = await before.nodeFs({ autoCommit: true });
    assertEquals(await fs.readFile("/f", "utf8"), "1");
    await using file = await fs.open("/f");
    assertEquals(await file.readFile("utf8"), "1");
    for (
      const change of [
        () => fs.writeFile("/f", "2"),
        () => fs.appendFile("/f", "2"),
        () => fs.open("/f", "r+"),
        () => fs.mkdir("/d"),
        () => fs.rm("/f"),
        () => fs.chmod("/f", 0o600),
        () => fs.access("/f", fs.constants.W_OK),
        () => file.chmod(0o600),
      ]
    ) await assertFails("EROFS", change);
    assertEquals(before.getStatus().pendingOperations, 0);
  });
});

Deno.test("nodeFs() of a transaction is committed or dropped with it, and commits nothing by itself", async () => {
  await withPond(async ({ fs: pond }) => {
    await pond.transaction(async (tx) => {
      const fs = await tx.nodeFs();
      await fs.writeFile("/f", "1");
      await assertRejects(() => tx.nodeFs({ autoCommit: true }), TypeError);
      assertEquals(await pond.exists("/f"), false);
    });
    const fs = await pond.nodeFs();
    assertEquals(await fs.readFile("/f", "utf8"), "1");
    const stop = new Error("no more");
    const failed = pond.transaction(async (tx) => {
      await (await tx.nodeFs()).rm("/f");
      throw stop;
    });
    assertEquals(await failed.catch((error: unknown) => error), stop);
    assertEquals(await fs.readFile("/f", "utf8"), "1");
  });
});

Deno.test("calls of nodeFs() at the same time come one after the other", async () => {
  for (const autoCommit of [false, true]) {
    await withPond(async ({ fs: pond }) => {
      const fs = await pond.nodeFs({ autoCommit });
      const again = await pond.nodeFs({ autoCommit });
      const numbers = Array.from({ length: 20 }, (_, i) => i);
      await Promise.all(numbers.flatMap((i) => [
        fs.mkdir(`/a/b/${i % 3}`, { recursive: true }),
        fs.appendFile("/log", `${i}\n`),
        again.appendFile("/log", `${i}\n`),
        fs.writeFile("/same", `${i}`),
      ]));
      assertEquals(await fs.readdir("/a/b"), ["0", "1", "2"]);
      const lines = (await fs.readFile("/log", "utf8")).trim().split("\n");
      assertEquals(lines.length, 40);
      assertEquals(await fs.readFile("/same", "utf8"), "19");

      await using file = await fs.open("/parts", "w");
      await Promise.all(numbers.map((i) => file.write(`${i % 10}`)));
      const content = "01234567890123456789";
      assertEquals(await fs.readFile("/parts", "utf8"), content);
    });
  }
});

Deno.test("content may come from what reads and writes the same filesystem", async () => {
  await withPond(async ({ fs: pond }) => {
    const fs = await pond.nodeFs();
    await fs.writeFile("/f", "1");
    async function* parts() {
      yield await fs.readFile("/f", "utf8");
      await fs.writeFile("/f", "2");
      yield await fs.readFile("/f");
    }
    await fs.writeFile("/g", parts());
    assertEquals(await fs.readFile("/g", "utf8"), "12");
    await fs.writeFile("/g", parts(), { flag: "a" });
    assertEquals(await fs.readFile("/g", "utf8"), "1222");
    const copied: string[] = [];
    await fs.mkdir("/d");
    await fs.writeFile("/d/x", "x");
    await fs.writeFile("/d/y", "y");
    await fs.cp("/d", "/e", {
      recursive: true,
      filter: async (source) => {
        await fs.writeFile("/seen", source);
        copied.push(source);
        return source !== "/d/x";
      },
    });
    assertEquals(copied, ["/d", "/d/x", "/d/y"]);
    assertEquals(await fs.readdir("/e"), ["y"]);
  });
});

Deno.test("a signal ends reading and writing, and the old content stays", async () => {
  await withPond(async ({ fs: pond }) => {
    const fs = await pond.nodeFs();
    await fs.writeFile("/f", "old");
    const controller = new AbortController();
    async function* parts() {
      yield "new";
      await Promise.resolve(controller.abort());
      yield "newer";
    }
    const { signal } = controller;
    for (
      const call of [
        () => fs.writeFile("/f", parts(), { signal }),
        () => fs.writeFile("/f", "new", { signal }),
        () => fs.readFile("/f", { signal }),
      ]
    ) {
      const error = await assertRejects(call, Error);
      assertEquals(error.name, "AbortError");
      assert("code" in error && error.code === "ABORT_ERR");
    }
    assertEquals(await fs.readFile("/f", "utf8"), "old");
  });
});

Deno.test("a caller's mistake is a TypeError, and changes nothing", async () => {
  await withPond(async ({ fs: pond }) => {
    const fs = await pond.nodeFs();
    const wrong = new URL("https://example.org/f");
    await assertRejects(() => fs.stat(wrong), TypeError);
    await assertRejects(() => fs.writeFile("/f\0", ""), TypeError);
    const error = await assertRejects(
      () => fs.writeFile("/f", "", { flag: "rw" }),
      TypeError,
    );
    assert("code" in error && error.code === "ERR_INVALID_ARG_VALUE");
    await assertRejects(() => fs.open("/f", "w", -1), RangeError);
    assertEquals(await fs.readdir("/"), []);
    assertEquals(await fs.readdir(new URL("file:///")), []);
  });
});

Deno.test("damage is EIO, and the cause names the file", async () => {
  const host = memoryHost();
  await using pond = await TinyLogFS.initEmpty(host, "/pond");
  const fs = await pond.nodeFs();
  await fs.writeFile("/f", new Uint8Array(LARGE));
  await pond.commit();
  const [blob = ""] = [...host.files.snapshot().keys()]
    .filter((path) => path.includes("/blobs/"));
  host.files.flipBit(blob, 100);
  const error = await assertFails("EIO", () => fs.readFile("/f"), "INTEGRITY");
  assert(error.cause instanceof PondError && error.cause.path === blob);
});
