/** Directories that compute their children: those of the examples, and others. */
import { assertEquals } from "@std/assert";
import {
  demonstrate,
  GlobDirectory,
  ReversedDirectory,
} from "../../examples/dynamic_directory.ts";
import {
  ComputedDirectory,
  type DirectoryItem,
  FS,
  type Inquiry,
  inquiryOf,
  type Node,
  type WorkingDir,
} from "../../src/tinyfs/mod.ts";
import {
  assertFails,
  filesystemOf,
  matchesOf,
  namesOf,
  pathsOf,
  textOf,
} from "./support.ts";

Deno.test("examples/dynamic_directory.ts says what is in its directories", async () => {
  assertEquals(await demonstrate(), [
    "/all/lakes_north_depth  11 bytes",
    "/all/lakes_south_depth  10 bytes",
    "/backwards/txt.seton  19 bytes",
    "/backwards/vsc.htped  11 bytes",
    "1,7.9",
  ]);
});

Deno.test("ReversedDirectory shows names reversed, in their own order, as they are now", async () => {
  const root = await filesystemOf("d/az", "d/ba", "d/sub/f");
  const { node } = await root.open("d");
  await root.insert("/r", new ReversedDirectory(node));
  assertEquals(await namesOf(root, "/r"), ["ab", "bus", "za"]);
  assertEquals(await textOf(root, "/r/za"), "d/az");
  assertEquals(await textOf(root, "/r/bus/f"), "d/sub/f");
  await root.createFile("/d/new😀", "x");
  assertEquals(await textOf(root, "/r/😀wen"), "x");
  await root.remove("/d/az");
  assertEquals(await root.exists("/r/za"), false);
});

Deno.test("a reversed directory of a reversed directory is the first one again", async () => {
  const root = await filesystemOf("d/abc", "d/xyz");
  const { node } = await root.open("d");
  const twice = new ReversedDirectory(new ReversedDirectory(node));
  await root.insert("/r", twice);
  assertEquals(await namesOf(root, "/r"), ["abc", "xyz"]);
});

Deno.test("a write through a computed directory changes the file", async () => {
  const root = await filesystemOf("d/abc");
  const { node } = await root.open("d");
  await root.insert("/r", new ReversedDirectory(node));
  await root.updateFile("/r/cba", "new");
  assertEquals(await textOf(root, "/d/abc"), "new");
});

Deno.test("GlobDirectory shows the matches, named by their captures", async () => {
  const root = await filesystemOf("a/1.csv", "b/2.csv", "b/x.txt", "one");
  await root.insert("/g", new GlobDirectory(root, "/*/*.csv"));
  await root.insert("/h", new GlobDirectory(root, "/[ab]/?.*", "-"));
  await root.insert("/i", new GlobDirectory(root, "/one"));
  assertEquals(await namesOf(root, "/g"), ["a_1", "b_2"]);
  assertEquals(await namesOf(root, "/h"), ["a-1-csv", "b-2-csv", "b-x-txt"]);
  assertEquals(await namesOf(root, "/i"), ["one"]);
  assertEquals(await textOf(root, "/g/b_2"), "b/2.csv");
  assertEquals(await matchesOf(root, "/g/b*"), ["/g/b_2 [_2]"]);
  await assertFails(() => root.readFile("/g/c_3"), "NOT_FOUND", "/g/c_3");
});

Deno.test("two matches with the same captures are an error that says so", async () => {
  const root = await filesystemOf("a/b_c", "a_b/c");
  await root.insert("/g", new GlobDirectory(root, "/{a,a_b}/*"));
  assertEquals(await namesOf(root, "/g"), ["b_c", "c"]);
  await root.insert("/h", new GlobDirectory(root, "/*/*c"));
  await assertFails(() => namesOf(root, "/h"), "INVALID_NAME", "a_b_");
});

Deno.test("what is computed can't be written into", async () => {
  const root = await filesystemOf("d/f", "x");
  const { node } = await root.open("d");
  await root.insert("/r", new ReversedDirectory(node));
  await assertFails(() => root.createFile("/r/new"), "UNSUPPORTED", "new");
  await assertFails(() => root.remove("/r/f"), "UNSUPPORTED", "f");
  await assertFails(() => root.rename("/x", "/r/x"), "UNSUPPORTED", "x");
  await assertFails(() => root.rename("/r/f", "/y"), "UNSUPPORTED", "f");
  assertEquals(await namesOf(root), ["d", "r", "x"]);
  await assertFails(() => root.rename("/r/f", "/x"), "UNSUPPORTED", "f");
  assertEquals(await textOf(root, "/x"), "x");
  assertEquals((await root.metadata("/r")).mode, 0o555);
});

Deno.test("removing a computed directory removes nothing of what it shows", async () => {
  const root = await filesystemOf("d/f");
  const { node } = await root.open("d");
  await root.insert("/r", new ReversedDirectory(node));
  await assertFails(() => root.remove("/r"), "DIRECTORY_NOT_EMPTY", "/r");
  await root.remove("/r", { recursive: true });
  assertEquals(await pathsOf(root, "/**"), ["/", "/d", "/d/f"]);
});

// === Directories that need others, and themselves ===

Deno.test("a pattern that leads back into its directory finds all but what is in it", async () => {
  const root = await filesystemOf("a/1.csv", "2.csv", "g/");
  await root.insert("/g/all", new GlobDirectory(root, "/**/*.csv"));
  assertEquals(await namesOf(root, "/g/all"), ["2", "a_1"]);
  // From outside, what it shows was visited by its other name.
  assertEquals(await pathsOf(root, "/**/*.csv"), ["/2.csv", "/a/1.csv"]);
  assertEquals(await textOf(root, "/g/all/a_1"), "a/1.csv");
});

Deno.test("two patterns that lead into each other's directories come to an end", async () => {
  const root = await filesystemOf("x");
  await root.insert("/a", new GlobDirectory(root, "/{x,b/*}"));
  await root.insert("/b", new GlobDirectory(root, "/{x,a/*}", "+"));
  assertEquals(await namesOf(root, "/a"), ["x"]);
  assertEquals(await namesOf(root, "/b"), ["x"]);
  assertEquals((await pathsOf(root, "/**")).length, 4);
});

Deno.test("a directory that reverses one whose pattern finds it comes to an end", async () => {
  const root = await filesystemOf("ab");
  const glob = new GlobDirectory(root, "/**/*", ".");
  await root.insert("/g", glob);
  await root.insert("/r", new ReversedDirectory(glob));
  assertEquals(await namesOf(root, "/g"), ["ab", "r"]);
  assertEquals(await namesOf(root, "/r"), ["ba", "r"].sort());
  assertEquals((await pathsOf(root, "/**")).includes("/ab"), true);
});

Deno.test("a walk follows no symlink that leads through a waiting directory", async () => {
  const root = await filesystemOf("d/f", "l -> g/d_f/..", "m -> g");
  await root.insert("/g", new GlobDirectory(root, "/*/*"));
  assertEquals(await namesOf(root, "/g"), ["d_f"]);
});

Deno.test("a lookup that needs itself is an error that names the directory", async () => {
  /** A name here is the same name in a directory that a path leads to. */
  class Alias extends ComputedDirectory {
    readonly #root: WorkingDir;
    readonly #path: string;
    constructor(root: WorkingDir, path: string) {
      super();
      this.#root = root;
      this.#path = path;
    }
    override async get(
      name: string,
      inquiry?: Inquiry,
    ): Promise<Node | undefined> {
      const own = inquiryOf(this, inquiry);
      if (own === undefined) return undefined;
      const path = `${this.#path}/${name}`;
      return (await this.#root.resolve(path, { inquiry: own })).node;
    }
    protected override async *children(
      inquiry: Inquiry,
    ): AsyncGenerator<DirectoryItem> {
      yield* this.#root.entries(this.#path, { inquiry });
    }
  }
  const root = await filesystemOf("d/f");
  await root.insert("/good", new Alias(root, "/d"));
  await root.insert("/self", new Alias(root, "/self"));
  await root.insert("/a", new Alias(root, "/b"));
  await root.insert("/b", new Alias(root, "/a"));
  assertEquals(await textOf(root, "/good/f"), "d/f");
  await assertFails(() => root.resolve("/self/x"), "LOOP", "/self", "itself");
  await assertFails(() => root.resolve("/a/x"), "LOOP", "/a", "itself");
  assertEquals(await namesOf(root, "/good"), ["f"]);
  assertEquals(await namesOf(root, "/self"), []);
  assertEquals(await namesOf(root, "/a"), []);
});

Deno.test("several may list a computed directory at the same time", async () => {
  const root = await filesystemOf("a/1.csv", "b/2.csv");
  await root.insert("/g", new GlobDirectory(root, "/**/*.csv"));
  const lists = await Promise.all(
    Array.from({ length: 50 }, () => namesOf(root, "/g")),
  );
  for (const names of lists) assertEquals(names, ["a_1", "b_2"]);
});

Deno.test("nodes of two filesystems in one tree have different identities", async () => {
  const one = await filesystemOf("f");
  const other = new FS().root;
  await other.createFile("/g", "g");
  await one.insert("/mounted", other.node);
  assertEquals(await pathsOf(one, "/**"), [
    "/",
    "/f",
    "/mounted",
    "/mounted/g",
  ]);
});

Deno.test("directories that are made anew by each look into them are caught", async () => {
  const { root } = new FS();
  /** A new directory at each look, whose pattern leads back to it. */
  class Ever extends ComputedDirectory {
    protected override *children(): Iterable<DirectoryItem> {
      yield { name: "new", node: new GlobDirectory(root, "/**/*") };
    }
  }
  await root.insert("/ever", new Ever());
  await assertFails(() => pathsOf(root, "/**"), "LOOP", "256 others wait");
  await assertFails(() => namesOf(root, "/ever/new"), "LOOP");
});
