/**
 * The part of the contract of a file store that is about what is in files.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertGreater,
  assertLessOrEqual,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import fc from "fast-check";
import {
  type Bytes,
  collectBytes,
  concatBytes,
  encodeUtf8,
  sliceBytes,
} from "../../src/bytes.ts";
import {
  assertFails,
  pattern,
  put,
  type Register,
  sameBytes,
  statuses,
  textOf,
  typesIn,
} from "./file_store_support.ts";

/** Reads into memory. */
export function readContract(test: Register): void {
  test(
    "read() reads any range of a file, shorter at its end",
    async (files, at) => {
      const bytes = pattern(1000);
      await put(files, at("file"), bytes);
      const number = fc.nat({ max: 1200 });
      const ranges = fc.record({ offset: number, length: number }, {
        requiredKeys: [],
      });
      await fc.assert(
        fc.asyncProperty(ranges, async (range) => {
          const expected = sliceBytes(bytes, range).slice();
          assertEquals(await files.read(at("file"), range), expected);
        }),
        { numRuns: 60 },
      );
    },
  );

  test("read() gives bytes that the caller may change", async (files, at) => {
    await put(files, at("file"), encodeUtf8("abc"));
    (await files.read(at("file"))).fill(0);
    assertEquals(await textOf(files, at("file")), "abc");
  });

  test(
    "read() that is aborted fails with the signal's own reason",
    async (files, at) => {
      await put(files, at("file"), pattern(1000));
      const reason = new RangeError("enough");
      const signal = AbortSignal.abort(reason);
      for (const range of [{ signal }, { signal, offset: 1, length: 9 }]) {
        const error = await assertRejects(() => files.read(at("file"), range));
        assertStrictEquals(error, reason);
      }
    },
  );

  test("read() says why it can't read, and what", async (files, at) => {
    await files.makeDirectory(at("directory"));
    await put(files, at("file"), encodeUtf8("a"));
    const path = at("missing/file");
    await assertFails(
      () => files.read(at("missing")),
      "NOT_FOUND",
      at("missing"),
    );
    await assertFails(() => files.read(path), "NOT_FOUND", path);
    for (const range of [{}, { offset: 1, length: 1 }]) {
      const directory = at("directory");
      const read = () => files.read(directory, range);
      await assertFails(read, "IS_A_DIRECTORY", directory);
      const below = () => files.read(at("file/below"), range);
      await assertFails(below, "NOT_A_DIRECTORY", at("file/below"));
    }
  });
}

/** Reads as streams. */
export function streamContract(test: Register): void {
  test(
    "stream() reads any range in chunks of at most 256 KiB",
    async (files, at) => {
      const bytes = pattern(600_000);
      await put(files, at("file"), bytes);
      const ranges = [
        {},
        { offset: 1 },
        { length: 262_145 },
        { offset: 262_143, length: 2 },
        { offset: 599_999, length: 9 },
        { offset: 600_001 },
        { offset: 5, length: 0 },
      ];
      for (const range of ranges) {
        const chunks: Bytes[] = [];
        for await (const chunk of await files.stream(at("file"), range)) {
          assertGreater(chunk.length, 0);
          assertLessOrEqual(chunk.length, 256 * 1024);
          chunks.push(chunk);
        }
        const expected = sliceBytes(bytes, range);
        assert(sameBytes(concatBytes(chunks), expected), JSON.stringify(range));
      }
    },
  );

  test("stream() that is cancelled lets the file go", async (files, at) => {
    await put(files, at("file"), pattern(600_000));
    // The leak check of the test runner finds a file that stays open.
    const untouched = await files.stream(at("file"));
    await untouched.cancel();
    const reader = (await files.stream(at("file"))).getReader();
    assertEquals((await reader.read()).done, false);
    await reader.cancel();
    const busy = (await files.stream(at("file"))).getReader();
    const read = busy.read();
    await busy.cancel();
    await read;
  });

  test(
    "stream() that is aborted fails with the signal's own reason",
    async (files, at) => {
      await put(files, at("file"), pattern(600_000));
      const abort = new AbortController();
      const { signal } = abort;
      const reader = (await files.stream(at("file"), { signal })).getReader();
      await reader.read();
      const reason = new RangeError("enough");
      abort.abort(reason);
      assertStrictEquals(await assertRejects(() => reader.read()), reason);
    },
  );

  test("stream() that is aborted lets the file go", async (files, at) => {
    await put(files, at("file"), pattern(600_000));
    const abort = new AbortController();
    const { signal } = abort;
    const open = () => files.stream(at("file"), { signal });
    // The leak check of the test runner finds a file that stays open.
    await open();
    const [untouched, busy] = [(await open()).getReader(), await open()];
    const reader = busy.getReader();
    const reading = reader.read();
    const reason = new RangeError("enough");
    abort.abort(reason);
    await Promise.allSettled([reading]);
    for (const read of [() => untouched.read(), () => reader.read(), open]) {
      assertStrictEquals(await assertRejects(read), reason);
    }
  });

  test("stream() says why it can't read, and what", async (files, at) => {
    await files.makeDirectory(at("directory"));
    const read = (path: string) => async () =>
      await collectBytes(await files.stream(path));
    await assertFails(read(at("missing")), "NOT_FOUND", at("missing"));
    const directory = at("directory");
    await assertFails(read(directory), "IS_A_DIRECTORY", directory);
  });
}

/** What a file is. */
export function statContract(test: Register): void {
  test("stat() tells type, size, time and permissions", async (files, at) => {
    await put(files, at("file"), pattern(1234));
    await files.makeDirectory(at("directory"));
    const file = await files.stat(at("file"));
    const directory = await files.stat(at("directory"));
    assertEquals([file?.type, file?.sizeBytes], ["file", 1234]);
    assertEquals([directory?.type, directory?.sizeBytes], ["directory", 0]);
    for (const stat of [file, directory]) {
      assertEquals((stat?.mode ?? 0) & 0o600, 0o600);
      assertLessOrEqual(stat?.mode ?? 0, 0o7777);
      assertGreater(stat?.modifiedMs ?? 0, 0);
    }
  });

  test(
    "writeNew() makes a file with its bytes, bits and time, and replaces none",
    async (files, at) => {
      const bytes = encodeUtf8("all of it");
      for (const mode of [0o600, 0o644, 0o666, 0o777]) {
        const path = at(`mode-${mode}`);
        await files.writeNew(path, bytes, { mode, modifiedMs: 1_234_567_000 });
        const stat = await files.stat(path);
        assertEquals([stat?.mode, stat?.modifiedMs], [mode, 1_234_567_000]);
        assertEquals(await files.read(path), bytes);
      }
      const plain = at("plain");
      await files.writeNew(plain, bytes);
      const again = () => files.writeNew(plain, encodeUtf8("another"));
      await assertFails(again, "ALREADY_EXISTS", plain);
      assertEquals(await files.read(plain), bytes);
      const path = at("missing/file");
      await assertFails(() => files.writeNew(path, bytes), "NOT_FOUND", path);
    },
  );

  test(
    "create() gives a file exactly the permission bits that it is told",
    async (files, at) => {
      for (const mode of [0o600, 0o644, 0o666, 0o777]) {
        const path = at(`mode-${mode}`);
        const file = await files.create(path, { mode });
        await file.write(encodeUtf8("a"));
        await file.close();
        assertEquals((await files.stat(path))?.mode, mode);
      }
    },
  );

  test(
    "setMode() sets permission bits of files and directories",
    async (files, at) => {
      await put(files, at("file"), encodeUtf8("a"));
      await files.makeDirectory(at("directory"));
      for (const path of [at("file"), at("directory")]) {
        await files.setMode(path, 0o700);
        assertEquals((await files.stat(path))?.mode, 0o700);
      }
      const missing = at("missing");
      await assertFails(
        () => files.setMode(missing, 0o700),
        "NOT_FOUND",
        missing,
      );
    },
  );

  test(
    "setModified() sets the time of files, directories and links themselves",
    async (files, at) => {
      await put(files, at("file"), encodeUtf8("a"));
      await files.makeDirectory(at("directory"));
      await files.makeLink(at("link"), "file");
      await files.makeLink(at("dangling"), "nothing");
      const names = ["file", "directory", "link", "dangling"];
      for (const [i, name] of names.entries()) {
        await files.setModified(at(name), 1_700_000_000_123 + i);
      }
      for (const [i, name] of names.entries()) {
        const stat = await files.stat(at(name));
        assertEquals(stat?.modifiedMs, 1_700_000_000_123 + i, name);
      }
      const missing = at("missing");
      await assertFails(
        () => files.setModified(missing, 0),
        "NOT_FOUND",
        missing,
      );
    },
  );

  test("stat() of what isn't there is undefined", async (files, at) => {
    assertEquals(await files.stat(at("missing")), undefined);
    assertEquals(await files.stat(at("missing/below")), undefined);
  });

  test("stat() below a file is NOT_A_DIRECTORY", async (files, at) => {
    await put(files, at("file"), encodeUtf8("a"));
    const path = at("file/below");
    await assertFails(() => files.stat(path), "NOT_A_DIRECTORY", path);
  });

  test(
    "names longer than 255 bytes, or with a NUL, are INVALID_NAME",
    async (files, at) => {
      await put(files, at(`ü${"n".repeat(253)}`), encodeUtf8("fits"));
      for (const path of [at("ü".repeat(128)), at("a\0b")]) {
        await assertFails(() => files.stat(path), "INVALID_NAME", path);
        await assertFails(() => files.read(path), "INVALID_NAME", path);
        await assertFails(() => files.create(path), "INVALID_NAME", path);
        const makeDirectory = () => files.makeDirectory(path);
        await assertFails(makeDirectory, "INVALID_NAME", path);
      }
    },
  );
}

/** Files that are written once. */
export function createContract(test: Register): void {
  test(
    "create() makes an empty file, and write() appends all bytes",
    async (files, at) => {
      const path = at("file");
      await using file = await files.create(path);
      assertEquals(await files.read(path), new Uint8Array(0));
      const bytes = pattern(1_000_000);
      await file.write(bytes);
      await file.write(encodeUtf8("end"));
      await file.sync();
      assert(
        sameBytes(
          await files.read(path),
          concatBytes([bytes, encodeUtf8("end")]),
        ),
      );
    },
  );

  test("write() takes the bytes as they are at the call", async (files, at) => {
    const bytes = encodeUtf8("abc");
    await using file = await files.create(at("file"));
    await file.write(bytes);
    bytes.fill(0);
    assertEquals(await textOf(files, at("file")), "abc");
  });

  test(
    "setModified() sets the time, and a later write() another one",
    async (files, at) => {
      const path = at("file");
      await using file = await files.create(path);
      await file.write(encodeUtf8("a"));
      const modifiedMs = 1_234_567_890_123;
      await file.setModified(modifiedMs);
      await file.sync();
      assertEquals((await files.stat(path))?.modifiedMs, modifiedMs);
      await file.setModified(1000);
      await file.write(encodeUtf8("b"));
      await file.close();
      assertGreater((await files.stat(path))?.modifiedMs ?? 0, modifiedMs);
    },
  );

  test(
    "close() can be called again, and ends the writing",
    async (files, at) => {
      const path = at("file");
      const file = await files.create(path);
      await file.close();
      await file.close();
      await assertFails(() => file.write(encodeUtf8("a")), "IO", path);
      await assertFails(() => file.sync(), "IO", path);
      await assertFails(() => file.setModified(0), "IO", path);
      assertEquals((await files.stat(path))?.sizeBytes, 0);
    },
  );

  test("create() lets exactly one of two racers win", async (files, at) => {
    const racers = await Promise.allSettled(
      [1, 2].map(() => files.create(at("file"))),
    );
    assertEquals(statuses(racers), ["fulfilled", "rejected"]);
    for (const racer of racers) {
      if (racer.status === "fulfilled") await racer.value.close();
    }
  });

  test(
    "create() refuses a name that is taken, and a place that is none",
    async (files, at) => {
      await put(files, at("file"), encodeUtf8("kept"));
      await files.makeDirectory(at("directory"));
      await files.makeLink(at("link"), "nowhere");
      for (const path of [at("file"), at("directory"), at("link")]) {
        await assertFails(() => files.create(path), "ALREADY_EXISTS", path);
      }
      assertEquals(await textOf(files, at("file")), "kept");
      assertEquals(await files.stat(at("nowhere")), undefined);
      const [missing, below] = [at("missing/file"), at("file/below")];
      await assertFails(() => files.create(missing), "NOT_FOUND", missing);
      await assertFails(() => files.create(below), "NOT_A_DIRECTORY", below);
    },
  );
}

/** Files that are written over. */
export function inPlaceContract(test: Register): void {
  test(
    "replace() puts a whole file, over a file or a link",
    async (files, at) => {
      await put(files, at("target"), encodeUtf8("target"));
      await files.makeLink(at("link"), "target");
      for (const text of ["a longer one", "short"]) {
        for (const name of ["file", "link"]) {
          await files.replace(at(name), encodeUtf8(text));
          assertEquals(await textOf(files, at(name)), text);
        }
      }
      assertEquals(await textOf(files, at("target")), "target");
      assertEquals(await typesIn(files, at("")), {
        file: "file",
        link: "file",
        target: "file",
      });
    },
  );

  test(
    "replace() shows readers the old file or the new one",
    async (files, at) => {
      const versions = [1, 2].map((byte) => new Uint8Array(200_000).fill(byte));
      const [first = new Uint8Array(0)] = versions;
      await files.replace(at("file"), first);
      const writing = (async () => {
        for (let i = 0; i < 10; i++) {
          for (const bytes of versions) await files.replace(at("file"), bytes);
        }
      })();
      for (let i = 0; i < 20; i++) {
        const bytes = await files.read(at("file"));
        assert(versions.some((version) => sameBytes(version, bytes)));
      }
      await writing;
    },
  );

  test(
    "replace() that fails leaves what was there, and nothing else",
    async (files, at) => {
      await files.makeDirectory(at("directory"));
      await put(files, at("directory/file"), encodeUtf8("kept"));
      const [path, missing] = [at("directory"), at("missing/file")];
      const bytes = encodeUtf8("new");
      await assertFails(
        () => files.replace(path, bytes),
        "IS_A_DIRECTORY",
        path,
      );
      await assertFails(
        () => files.replace(missing, bytes),
        "NOT_FOUND",
        missing,
      );
      assertEquals(await typesIn(files, at("")), { directory: "directory" });
      assertEquals(await textOf(files, at("directory/file")), "kept");
    },
  );

  test(
    "overwrite() writes at the beginning, in place, and keeps the length",
    async (files, at) => {
      const path = at("file");
      for (
        const [text, expected] of [
          ["hello", "hello"],
          ["J", "Jello"],
          ["jellyfish", "jellyfish"],
        ] as const
      ) {
        await files.overwrite(path, encodeUtf8(text));
        assertEquals(await textOf(files, path), expected);
        if (text === "hello") await files.link(path, at("second name"));
      }
      assertEquals(await textOf(files, at("second name")), "jellyfish");
    },
  );

  test(
    "overwrite() follows a link, and refuses a directory",
    async (files, at) => {
      await files.makeDirectory(at("directory"));
      await files.makeLink(at("link"), "target");
      await files.overwrite(at("link"), encodeUtf8("a"));
      assertEquals(await textOf(files, at("target")), "a");
      const [path, missing] = [at("directory"), at("missing/file")];
      const bytes = encodeUtf8("new");
      await assertFails(
        () => files.overwrite(path, bytes),
        "IS_A_DIRECTORY",
        path,
      );
      await assertFails(
        () => files.overwrite(missing, bytes),
        "NOT_FOUND",
        missing,
      );
    },
  );
}
