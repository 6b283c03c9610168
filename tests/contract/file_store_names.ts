/**
 * The part of the contract of a file store that is about names and locks.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { encodeUtf8 } from "../../src/bytes.ts";
import {
  assertFails,
  pattern,
  put,
  type Register,
  statuses,
  textOf,
  typesIn,
} from "./file_store_support.ts";

/** Second names. */
export function linkContract(test: Register): void {
  test("link() gives the same file a second name", async (files, at) => {
    await put(files, at("first"), encodeUtf8("one"));
    await files.link(at("first"), at("second"));
    await files.overwrite(at("first"), encodeUtf8("two"));
    assertEquals(await textOf(files, at("second")), "two");
    await files.remove(at("first"));
    assertEquals(await textOf(files, at("second")), "two");
  });

  test("link() lets exactly one of two racers win", async (files, at) => {
    for (let round = 0; round < 10; round++) {
      const names = [1, 2].map((id) => at(`${round}-${id}`));
      for (const name of names) await put(files, name, encodeUtf8(name));
      const results = await Promise.allSettled(
        names.map((name) => files.link(name, at(`${round}`))),
      );
      assertEquals(statuses(results), ["fulfilled", "rejected"]);
      const winner = results.findIndex(({ status }) => status === "fulfilled");
      assertEquals(await textOf(files, at(`${round}`)), names[winner]);
    }
  });

  test("link() does not follow a symbolic link", async (files, at) => {
    await files.makeLink(at("link"), "nowhere");
    await files.link(at("link"), at("second"));
    assertEquals(await files.readLink(at("second")), "nowhere");
  });

  test("link() says why it can't, and names both paths", async (files, at) => {
    await put(files, at("file"), encodeUtf8("kept"));
    await put(files, at("other"), encodeUtf8("other"));
    await files.makeDirectory(at("directory"));
    const cases = [
      ["other", "file", "ALREADY_EXISTS"],
      ["other", "directory", "ALREADY_EXISTS"],
      ["missing", "new", "NOT_FOUND"],
      ["other", "missing/new", "NOT_FOUND"],
      ["other", "file/below", "NOT_A_DIRECTORY"],
      ["directory", "new", "IS_A_DIRECTORY"],
    ] as const;
    for (const [from, to, code] of cases) {
      const link = () => files.link(at(from), at(to));
      const error = await assertFails(link, code, at(to));
      assertStringIncludes(error.message, at(from));
    }
    assertEquals(await textOf(files, at("file")), "kept");
  });
}

/** Moved names. */
export function renameContract(test: Register): void {
  test("rename() moves a file over another one", async (files, at) => {
    await put(files, at("old"), encodeUtf8("old"));
    await put(files, at("new"), encodeUtf8("new"));
    await files.makeLink(at("link"), "old");
    await files.rename(at("new"), at("old"));
    assertEquals(await textOf(files, at("old")), "new");
    await files.rename(at("old"), at("link"));
    assertEquals(await typesIn(files, at("")), { link: "file" });
  });

  test(
    "rename() moves a directory with all that is in it",
    async (files, at) => {
      await files.makeDirectory(at("a"));
      await files.makeDirectory(at("a/b"));
      await put(files, at("a/b/file"), encodeUtf8("moved"));
      await files.makeDirectory(at("empty"));
      await files.rename(at("a"), at("empty"));
      assertEquals(await textOf(files, at("empty/b/file")), "moved");
      assertEquals(await files.stat(at("a")), undefined);
    },
  );

  test("rename() between names of one file keeps both", async (files, at) => {
    await put(files, at("first"), encodeUtf8("kept"));
    await files.link(at("first"), at("second"));
    await files.rename(at("first"), at("second"));
    await files.rename(at("first"), at("first"));
    assertEquals(await textOf(files, at("first")), "kept");
    assertEquals(await textOf(files, at("second")), "kept");
  });

  test(
    "rename() says why it can't, names both paths, and changes nothing",
    async (files, at) => {
      await put(files, at("file"), encodeUtf8("kept"));
      await files.makeDirectory(at("directory"));
      await files.makeDirectory(at("full"));
      await put(files, at("full/file"), encodeUtf8("kept"));
      const cases = [
        ["missing", "new", "NOT_FOUND"],
        ["file", "missing/new", "NOT_FOUND"],
        ["file", "file/below", "NOT_A_DIRECTORY"],
        ["file", "directory", "IS_A_DIRECTORY"],
        ["directory", "file", "NOT_A_DIRECTORY"],
        ["directory", "full", "DIRECTORY_NOT_EMPTY"],
        ["full", "full/below", "IO"],
      ] as const;
      for (const [from, to, code] of cases) {
        const rename = () => files.rename(at(from), at(to));
        const error = await assertFails(rename, code, at(to));
        assertStringIncludes(error.message, at(from));
      }
      assertEquals(await typesIn(files, at("full")), { file: "file" });
      assertEquals(await typesIn(files, at("")), {
        directory: "directory",
        file: "file",
        full: "directory",
      });
    },
  );
}

/** Removed names. */
export function removeContract(test: Register): void {
  test(
    "remove() removes a file, a link and an empty directory",
    async (files, at) => {
      await put(files, at("file"), encodeUtf8("kept by the link's removal"));
      await files.makeLink(at("link"), "file");
      await files.makeDirectory(at("directory"));
      await files.remove(at("link"));
      assertEquals((await files.stat(at("file")))?.type, "file");
      await files.remove(at("file"));
      await files.remove(at("directory"));
      assertEquals(await typesIn(files, at("")), {});
    },
  );

  test("remove() says why it can't, and what", async (files, at) => {
    await put(files, at("file"), encodeUtf8("a"));
    await files.makeDirectory(at("directory"));
    await put(files, at("directory/file"), encodeUtf8("kept"));
    const cases = [
      ["missing", "NOT_FOUND"],
      ["missing/below", "NOT_FOUND"],
      ["file/below", "NOT_A_DIRECTORY"],
      ["directory", "DIRECTORY_NOT_EMPTY"],
    ] as const;
    for (const [name, code] of cases) {
      await assertFails(() => files.remove(at(name)), code, at(name));
    }
    assertEquals(await textOf(files, at("directory/file")), "kept");
  });
}

/** Directories. */
export function directoryContract(test: Register): void {
  test(
    "makeDirectory() does nothing where a directory is, or a link to one",
    async (files, at) => {
      await Promise.all([1, 2].map(() => files.makeDirectory(at("directory"))));
      await put(files, at("directory/file"), encodeUtf8("kept"));
      await files.makeLink(at("link"), "directory");
      for (const name of ["directory", "link"]) {
        await files.makeDirectory(at(name));
      }
      assertEquals(await textOf(files, at("link/file")), "kept");
    },
  );

  test("makeDirectory() says why it can't, and what", async (files, at) => {
    await put(files, at("file"), encodeUtf8("kept"));
    await files.makeLink(at("link to a file"), "file");
    await files.makeLink(at("link"), "nowhere");
    const cases = [
      ["file", "ALREADY_EXISTS"],
      ["link to a file", "ALREADY_EXISTS"],
      ["link", "ALREADY_EXISTS"],
      ["missing/new", "NOT_FOUND"],
      ["file/below", "NOT_A_DIRECTORY"],
    ] as const;
    for (const [name, code] of cases) {
      await assertFails(() => files.makeDirectory(at(name)), code, at(name));
    }
  });

  test("list() gives each name once, with its own type", async (files, at) => {
    await files.makeDirectory(at("directory"));
    assertEquals(await typesIn(files, at("directory")), {});
    await put(files, at("directory/ä \n*"), encodeUtf8("a"));
    await files.makeDirectory(at("directory/.hidden"));
    await put(files, at("directory/.hidden/below"), encodeUtf8("b"));
    await files.makeLink(at("directory/link"), ".hidden");
    assertEquals(await typesIn(files, at("directory")), {
      "ä \n*": "file",
      ".hidden": "directory",
      "link": "symlink",
    });
    assertEquals(await typesIn(files, at("directory/link")), { below: "file" });
  });

  test(
    "list() and syncDirectory() of what is no directory say so",
    async (files, at) => {
      await put(files, at("file"), encodeUtf8("a"));
      await files.syncDirectory(at(""));
      const list = (name: string) => () => typesIn(files, at(name));
      await assertFails(list("missing"), "NOT_FOUND", at("missing"));
      await assertFails(list("file"), "NOT_A_DIRECTORY", at("file"));
      const missing = at("missing");
      await assertFails(
        () => files.syncDirectory(missing),
        "NOT_FOUND",
        missing,
      );
    },
  );
}

/** Symbolic links. */
export function symlinkContract(test: Register): void {
  test(
    "makeLink() and readLink() keep a target as it was written",
    async (files, at) => {
      for (const target of ["../a/./b//c", "/nowhere", "ä b"]) {
        await files.makeLink(at("link"), target);
        assertEquals(await files.readLink(at("link")), target);
        const stat = await files.stat(at("link"));
        assertEquals([stat?.type, stat?.sizeBytes], ["symlink", 0]);
        await files.remove(at("link"));
      }
    },
  );

  test(
    "paths lead through symbolic links, relative and absolute",
    async (files, at) => {
      await files.makeDirectory(at("a"));
      await files.makeDirectory(at("b"));
      await put(files, at("b/file"), encodeUtf8("found"));
      await files.makeLink(at("a/up"), "../b");
      await files.makeLink(at("a/absolute"), at("b/file"));
      assertEquals(await textOf(files, at("a/up/file")), "found");
      assertEquals(await textOf(files, at("a/absolute")), "found");
      assertEquals((await files.stat(at("a/up/file")))?.type, "file");
      await using _file = await files.create(at("a/up/new"));
      assertEquals((await files.stat(at("b/new")))?.type, "file");
    },
  );

  test(
    "links that lead nowhere are NOT_FOUND, to themselves LOOP",
    async (files, at) => {
      await files.makeLink(at("nowhere"), "missing");
      await files.makeLink(at("loop"), "loop");
      const [nowhere, loop] = [at("nowhere"), at("loop/below")];
      await assertFails(() => files.read(nowhere), "NOT_FOUND", nowhere);
      await assertFails(() => files.read(loop), "LOOP", loop);
      assertEquals((await files.stat(at("loop")))?.type, "symlink");
    },
  );

  test(
    "makeLink() and readLink() say why they can't, and what",
    async (files, at) => {
      await put(files, at("file"), encodeUtf8("a"));
      await files.makeDirectory(at("directory"));
      for (const name of ["file", "directory"]) {
        const path = at(name);
        await assertFails(
          () => files.makeLink(path, "x"),
          "ALREADY_EXISTS",
          path,
        );
        await assertFails(() => files.readLink(path), "NOT_A_SYMLINK", path);
      }
      const [missing, below] = [at("missing"), at("missing/new")];
      await assertFails(() => files.readLink(missing), "NOT_FOUND", missing);
      await assertFails(() => files.makeLink(below, "x"), "NOT_FOUND", below);
    },
  );
}

/** Locks. */
export function lockContract(test: Register): void {
  test(
    "lock() makes its file, and keeps others out until its disposal",
    async (files, at) => {
      const events: string[] = [];
      const first = await files.lock(at("lock"));
      assertEquals((await files.stat(at("lock")))?.type, "file");
      const waiting = files.lock(at("lock")).then((lock) => {
        events.push("second");
        return lock;
      });
      // Time enough for a lock that doesn't hold to be given away.
      for (let i = 0; i < 20; i++) await files.replace(at("other"), pattern(9));
      await using _other = await files.lock(at("other"));
      events.push("first ends");
      await first[Symbol.asyncDispose]();
      await using second = await waiting;
      assertEquals(events, ["first ends", "second"]);
      await second[Symbol.asyncDispose]();
    },
  );

  test(
    "lock() that is disposed of again takes nothing from others",
    async (files, at) => {
      const first = await files.lock(at("lock"));
      const waiting = files.lock(at("lock"));
      await first[Symbol.asyncDispose]();
      const second = await waiting;
      const events: string[] = [];
      const third = files.lock(at("lock")).then((lock) => {
        events.push("third");
        return lock;
      });
      await first[Symbol.asyncDispose]();
      for (let i = 0; i < 20; i++) await files.replace(at("other"), pattern(9));
      events.push("second ends");
      await second[Symbol.asyncDispose]();
      await using _third = await third;
      assertEquals(events, ["second ends", "third"]);
    },
  );

  test(
    "lock() is given to all who wait, one after the other",
    async (files, at) => {
      let holders = 0;
      const work = async () => {
        await using _lock = await files.lock(at("lock"));
        assertEquals(++holders, 1);
        await files.stat(at("lock"));
        holders--;
      };
      await Promise.all(Array.from({ length: 8 }, work));
    },
  );

  test(
    "tryLock() has the lock when nobody else has, and doesn't wait",
    async (files, at) => {
      const first = await files.tryLock(at("lock"));
      assertEquals(first === undefined, false);
      assertEquals(await files.tryLock(at("lock")), undefined);
      await first?.[Symbol.asyncDispose]();
      const second = await files.lock(at("lock"));
      assertEquals(await files.tryLock(at("lock")), undefined);
      await second[Symbol.asyncDispose]();
      const third = await files.tryLock(at("lock"));
      assertEquals(third === undefined, false);
      await third?.[Symbol.asyncDispose]();
      const missing = at("missing/lock");
      await assertFails(() => files.tryLock(missing), "NOT_FOUND", missing);
    },
  );

  test("freeBytes() is a number of bytes", async (files, at) => {
    await files.replace(at("file"), pattern(9));
    const free = await files.freeBytes(at("file"));
    assertEquals(Number.isSafeInteger(free) && free > 0, true);
    const missing = at("missing");
    await assertFails(() => files.freeBytes(missing), "NOT_FOUND", missing);
  });

  test("lock() says why it can't, and what", async (files, at) => {
    await files.makeDirectory(at("directory"));
    const [missing, directory] = [at("missing/lock"), at("directory")];
    await assertFails(() => files.lock(missing), "NOT_FOUND", missing);
    await assertFails(() => files.lock(directory), "IS_A_DIRECTORY", directory);
  });
}
