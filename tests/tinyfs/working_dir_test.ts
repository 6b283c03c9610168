/** What paths can do: files, directories, names, and how long nodes live. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { decodeUtf8, encodeUtf8 } from "../../src/bytes.ts";
import { FS, joinPath, NAME_MAX_BYTES } from "../../src/tinyfs/mod.ts";
import { assertFails, filesystemOf, namesOf, textOf } from "./support.ts";

// === Paths ===

Deno.test("a path: doubled slashes and . say nothing, .. stops at the root", async () => {
  const root = await filesystemOf("a/b/f", "a/g");
  for (
    const path of [
      "/a/b/f",
      "a//b///f",
      "./a/./b/f",
      "a/b/../b/f",
      "../../a/b/f",
    ]
  ) assertEquals((await root.resolve(path)).path, "/a/b/f", path);
  const b = await root.open("a/b");
  assertEquals((await b.resolve("f")).path, "/a/b/f");
  assertEquals((await b.resolve("../g")).path, "/a/g");
  assertEquals((await b.resolve("/a/g")).path, "/a/g");
  assertEquals((await b.resolve(".")).path, "/a/b");
  assertEquals((await b.resolve("..")).path, "/a");
  assertEquals((await b.resolve("../../../..")).path, "/");
  assertEquals(b.path, "/a/b");
});

Deno.test("a trailing slash, . or .. asks for a directory", async () => {
  const root = await filesystemOf("a/", "f");
  assertEquals((await root.resolve("a/")).path, "/a");
  for (const path of ["f/", "f/.", "f/..", "f/x"]) {
    await assertFails(() => root.resolve(path), "NOT_A_DIRECTORY", "/f");
  }
  for (const path of ["new/", "new/."]) {
    await assertFails(() => root.createFile(path), "NOT_A_DIRECTORY", path);
    await assertFails(() => root.writeFile(path, ""), "NOT_A_DIRECTORY", path);
  }
  assertEquals((await root.createDirectory("new/")).path, "/new");
});

Deno.test("names that no node can have are refused, and named", async () => {
  const { root } = new FS();
  await assertFails(() => root.createFile(""), "INVALID_ARGUMENT", "empty");
  await assertFails(() => root.createFile("a\0b"), "INVALID_NAME", "NUL");
  await assertFails(() => root.createFile("\ud800"), "INVALID_NAME", "Unicode");
  const longest = "ä".repeat(127) + "x";
  assertEquals(encodeUtf8(longest).length, NAME_MAX_BYTES);
  await root.createFile(longest);
  await assertFails(
    () => root.createFile(`${longest}x`),
    "INVALID_NAME",
    "256 bytes",
  );
  await assertFails(() => root.rename(longest, "a\0"), "INVALID_NAME");
  assertEquals(await namesOf(root), [longest]);
});

Deno.test("what a path lacks is an error that names it", async () => {
  const root = await filesystemOf("a/b/");
  await assertFails(() => root.readFile("/a/x/y"), "NOT_FOUND", "/a/x:");
  await assertFails(() => root.createFile("/x/y"), "NOT_FOUND", "/x:");
  await assertFails(() => root.readFile("/a/b"), "IS_A_DIRECTORY", "/a/b");
  await assertFails(() => root.open("/a/c"), "NOT_FOUND", "/a/c");
  assertEquals(await root.exists("/a/b"), true);
  assertEquals(await root.exists("/a/x/y"), false);
});

Deno.test("the root: listed, described, and never replaced", async () => {
  const root = await filesystemOf("f", "d/");
  assertEquals(await namesOf(root, "/"), ["d", "f"]);
  assertEquals((await root.metadata("/")).mode, 0o755);
  for (const path of ["/", ".", "..", "d/.."]) {
    await assertFails(() => root.createFile(path), "ALREADY_EXISTS");
    await assertFails(() => root.createDirectory(path), "ALREADY_EXISTS");
    await assertFails(() => root.remove(path), "INVALID_ARGUMENT", "root");
    await assertFails(() => root.rename(path, "x"), "INVALID_ARGUMENT", "root");
    await assertFails(() => root.rename("d", path), "INVALID_ARGUMENT");
  }
  assertEquals(
    (await root.createDirectory("/", { recursive: true })).path,
    "/",
  );
});

// === Files ===

Deno.test("a file is created once, and read whole or in part", async () => {
  const { root } = new FS();
  const made = await root.createFile("/f", "0123456789");
  assertEquals([made.path, made.name, made.depth], ["/f", "f", 1]);
  await assertFails(() => root.createFile("/f"), "ALREADY_EXISTS", "/f");
  const part = await root.readFile("/f", { offset: 2, length: 3 });
  assertEquals(decodeUtf8(part), "234");
  assertEquals((await root.readFile("/f", { offset: 99 })).length, 0);
  await root.createFile("/empty");
  assertEquals((await root.readFile("/empty")).length, 0);
});

Deno.test("content comes from anything that holds bytes", async () => {
  const { root } = new FS();
  const bytes = encodeUtf8("content");
  async function* chunks() {
    yield await Promise.resolve(bytes.subarray(0, 3));
    yield bytes.subarray(3);
  }
  const sources = {
    text: "content",
    bytes,
    blob: new Blob([bytes]),
    stream: ReadableStream.from(chunks()),
    async: chunks(),
    list: [bytes.subarray(0, 1), bytes.subarray(1)],
  };
  for (const [name, source] of Object.entries(sources)) {
    await root.createFile(name, source);
    assertEquals(await textOf(root, name), "content", name);
    await root.updateFile(name, "");
    assertEquals(await textOf(root, name), "", name);
  }
});

Deno.test("nobody else holds the bytes of a file", async () => {
  const { root } = new FS();
  const given = encodeUtf8("given");
  await root.createFile("f", given);
  given.fill(0);
  (await root.readFile("f")).fill(0);
  for await (const chunk of await root.streamFile("f")) chunk.fill(0);
  assertEquals(await textOf(root, "f"), "given");
});

Deno.test("a stream gives what was there when it was opened, piece by piece", async () => {
  const { root } = new FS();
  const bytes = new Uint8Array(200_000).map((_, i) => i % 251);
  await root.createFile("f", bytes);
  const stream = await root.streamFile("f", { offset: 10 });
  await root.updateFile("f", "other");
  const sizes: number[] = [];
  let at = 10;
  for await (const chunk of stream) {
    assertEquals(chunk, bytes.subarray(at, at + chunk.length));
    at += chunk.length;
    sizes.push(chunk.length);
  }
  assertEquals(sizes, [65536, 65536, 65536, 200_000 - 10 - 3 * 65536]);
  const empty = await root.streamFile("f", { offset: 99 });
  assertEquals(await Array.fromAsync(empty), []);
});

Deno.test("a write that fails or is ended leaves the old content", async () => {
  const { root } = new FS();
  await root.createFile("f", "old");
  async function* failing() {
    yield await Promise.resolve(encodeUtf8("new"));
    throw new TypeError("The source broke");
  }
  await assertRejects(() => root.updateFile("f", failing()), TypeError);
  await assertRejects(() => root.createFile("g", failing()), TypeError);
  const signal = AbortSignal.abort(new TypeError("Enough"));
  await assertRejects(
    () => root.updateFile("f", "new", { signal }),
    TypeError,
    "Enough",
  );
  await assertRejects(() => root.readFile("f", { signal }), TypeError);
  await assertRejects(() => root.streamFile("f", { signal }), TypeError);
  assertEquals(await namesOf(root), ["f"]);
  assertEquals(await textOf(root, "f"), "old");
});

Deno.test("a stream ends with the reason of its signal", async () => {
  const { root } = new FS();
  await root.createFile("f", new Uint8Array(200_000));
  const controller = new AbortController();
  const { signal } = controller;
  const reader = (await root.streamFile("f", { signal })).getReader();
  await reader.read();
  controller.abort(new TypeError("Enough"));
  await assertRejects(() => reader.read(), TypeError, "Enough");
});

Deno.test("metadata: size, mode, times that grow, a version with each write", async () => {
  let nowUs = 1_000_000;
  const { root } = new FS({ time: { nowUs: () => nowUs++ } });
  await root.createFile("f", "äö");
  const first = await root.metadata("f");
  await root.writeFile("f", "x");
  const second = await root.metadata("f");
  assertEquals([first.sizeBytes, first.mode, first.version], [4, 0o644, 1]);
  assertEquals([second.sizeBytes, second.version], [1, 2]);
  assertEquals(second.createdUs, first.createdUs);
  assert(second.modifiedUs > first.modifiedUs);
  const before = await root.metadata("/");
  await root.remove("f");
  assert((await root.metadata("/")).modifiedUs > before.modifiedUs);
});

// === Directories ===

Deno.test("createDirectory({ recursive }) makes what is missing", async () => {
  const root = await filesystemOf("a/", "f", "l -> a");
  const made = await root.createDirectory("/a/b/c", { recursive: true });
  assertEquals(made.path, "/a/b/c");
  await made.createFile("f", "x");
  const again = await root.createDirectory("/l/b/../b/c", { recursive: true });
  assertEquals(again.path, "/a/b/c");
  assertEquals(await textOf(again, "f"), "x");
  await assertFails(
    () => root.createDirectory("/f/x", { recursive: true }),
    "NOT_A_DIRECTORY",
    "/f",
  );
  await assertFails(() => root.createDirectory("/a"), "ALREADY_EXISTS", "/a");
});

Deno.test("two may make the same directories at the same time", async () => {
  const { root } = new FS();
  const made = await Promise.all(
    Array.from(
      { length: 10 },
      () => root.createDirectory("/a/b/c", { recursive: true }),
    ),
  );
  assertEquals(new Set(made.map(({ id }) => id)).size, 1);
});

Deno.test("a directory is listed by name, as it was when the listing began", async () => {
  const root = await filesystemOf("d/b", "d/a", "d/Z", "d/10", "d/9");
  const found: string[] = [];
  for await (const { name } of root.entries("d")) {
    found.push(name);
    await root.remove(`d/${name}`);
  }
  assertEquals(found, ["10", "9", "Z", "a", "b"]);
  assertEquals(await namesOf(root, "d"), []);
  await assertFails(() => namesOf(root, "nothing"), "NOT_FOUND", "/nothing");
});

Deno.test("a listing answers whoever asks before the last answer is there", async () => {
  const root = await filesystemOf("a", "b");
  const entries = root.entries();
  const answers = await Promise.all([
    entries.next(),
    entries.next(),
    entries.next(),
  ]);
  assertEquals(answers.map(({ value }) => value?.name), ["a", "b", undefined]);
  const ended = root.entries();
  await ended.next();
  await ended.return?.();
  assertEquals((await ended.next()).done, true);
  const unused = root.entries("nothing");
  await unused.return?.();
  assertEquals((await unused.next()).done, true);
});

Deno.test("remove() takes a name out, a directory with content only when asked", async () => {
  const root = await filesystemOf("d/e/f", "g");
  await assertFails(() => root.remove("d"), "DIRECTORY_NOT_EMPTY", "/d");
  await assertFails(() => root.remove("x"), "NOT_FOUND", "/x");
  await root.remove("g");
  await root.remove("d", { recursive: true });
  assertEquals(await namesOf(root), []);
});

// === One node, several paths ===

Deno.test("a node lives as long as a path or a handle reaches it", async () => {
  const root = await filesystemOf("a/f");
  const found = await root.resolve("/a/f");
  await root.insert("/b", found.node);
  await root.updateFile("/b", "shared");
  assertEquals(await textOf(root, "/a/f"), "shared");
  await root.remove("/a", { recursive: true });
  assertEquals(await textOf(root, "/b"), "shared");
  await root.remove("/b");
  await found.asFile().write("still there");
  assertEquals(decodeUtf8(await found.asFile().read()), "still there");
  assertEquals(found.path, "/a/f");
});

Deno.test("a directory with two names keeps its content when one goes", async () => {
  const root = await filesystemOf("a/f");
  const { node } = await root.resolve("/a");
  await root.insert("/b", node);
  const open = await root.open("/b");
  await root.remove("/a", { recursive: true });
  assertEquals(await textOf(root, "/b/f"), "a/f");
  await root.remove("/b", { recursive: true });
  assertEquals(await namesOf(open), ["f"]);
});

Deno.test("a directory in itself is removed with all its names", async () => {
  const root = await filesystemOf("d/f");
  const { node } = await root.resolve("/d");
  await root.insert("/d/self", node);
  assertEquals((await root.resolve("/d/self/self/f")).path, "/d/self/self/f");
  await root.remove("/d", { recursive: true });
  assertEquals(await namesOf(root), []);
});

// === Renames ===

Deno.test("rename() gives a node another name, in any directory", async () => {
  const root = await filesystemOf("a/f", "b/", "d/e/g");
  const { node } = await root.resolve("/a/f");
  await root.rename("/a/f", "/b/g");
  assertEquals((await root.resolve("/b/g")).node, node);
  await root.rename("d", "b/d");
  assertEquals(await textOf(root, "/b/d/e/g"), "d/e/g");
  assertEquals(await namesOf(root), ["a", "b"]);
  await root.rename("b/d/", "d/");
  assertEquals(await namesOf(root), ["a", "b", "d"]);
});

Deno.test("rename() replaces a file by a file, and an empty directory by a directory", async () => {
  const root = await filesystemOf("f", "g", "l -> f", "d/x", "e/", "full/x");
  await root.rename("f", "g");
  assertEquals(await textOf(root, "g"), "f");
  await root.rename("g", "l");
  assertEquals(
    (await root.resolve("l", { followLast: false })).node.type,
    "file",
  );
  await root.rename("d", "e");
  assertEquals(await namesOf(root, "e"), ["x"]);
  await assertFails(() => root.rename("e", "full"), "DIRECTORY_NOT_EMPTY");
  await assertFails(() => root.rename("l", "full"), "IS_A_DIRECTORY", "/full");
  await assertFails(() => root.rename("full", "l"), "NOT_A_DIRECTORY", "/l");
  await assertFails(() => root.rename("l", "new/"), "NOT_A_DIRECTORY");
  await assertFails(() => root.rename("x", "y"), "NOT_FOUND", "/x");
  await assertFails(() => root.rename("l", "x/y"), "NOT_FOUND", "/x");
  assertEquals(await namesOf(root), ["e", "full", "l"]);
});

Deno.test("rename() to its own name, or that of the same node, changes nothing", async () => {
  const root = await filesystemOf("f", "d/x");
  await root.insert("g", (await root.resolve("f")).node);
  await root.rename("f", "f");
  await root.rename("f", "g");
  await root.rename("d", "d/../d");
  assertEquals(await namesOf(root), ["d", "f", "g"]);
});

Deno.test("rename() puts no directory into itself, under whatever name", async () => {
  const root = await filesystemOf("d/e/", "l -> d");
  const { node } = await root.resolve("/d");
  await root.insert("/also", node);
  for (const to of ["d/x", "d/e/x", "l/x", "also/e/x", "d/e/.."]) {
    await assertFails(() => root.rename("d", to), "INVALID_ARGUMENT").catch(
      (error) => {
        // The last of them is the directory itself.
        if (to !== "d/e/..") throw error;
      },
    );
  }
  await root.rename("also/e", "e");
  assertEquals(await namesOf(root), ["also", "d", "e", "l"]);
});

Deno.test("a node of one filesystem moves to another's directory", async () => {
  const root = await filesystemOf("f");
  const other = new FS().root;
  await root.insert("/mounted", other.node);
  await root.rename("/f", "/mounted/f");
  assertEquals(await textOf(other, "/f"), "f");
});

Deno.test("joinPath() joins at the root and below", () => {
  assertEquals([joinPath("/", "a"), joinPath("/a", "b")], ["/a", "/a/b"]);
});
