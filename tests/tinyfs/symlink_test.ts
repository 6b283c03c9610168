/** Symlinks: where their targets start, where they lead, and where not. */
import { assert, assertEquals } from "@std/assert";
import {
  ComputedDirectory,
  type DirectoryItem,
  FS,
  MAX_SYMLINKS,
} from "../../src/tinyfs/mod.ts";
import { ReversedDirectory } from "../../examples/dynamic_directory.ts";
import {
  assertFails,
  filesystemOf,
  matchesOf,
  namesOf,
  textOf,
} from "./support.ts";

Deno.test("a relative target starts at the directory that the symlink is in", async () => {
  const root = await filesystemOf("a/f", "a/l -> f", "b/l -> ../a/f", "f");
  assertEquals(await textOf(root, "/a/l"), "a/f");
  assertEquals(await textOf(root, "/b/l"), "a/f");
  assertEquals(await textOf(await root.open("a"), "l"), "a/f");
});

Deno.test("an absolute target starts at the root", async () => {
  const root = await filesystemOf("a/f", "b/c/l -> /a/f", "b/c/root -> /");
  assertEquals(await textOf(root, "/b/c/l"), "a/f");
  assertEquals((await root.resolve("/b/c/root")).path, "/");
  assertEquals(await textOf(root, "/b/c/root/a/f"), "a/f");
});

Deno.test("a symlink in the middle of a path is followed, its end is where it leads", async () => {
  const root = await filesystemOf("a/b/f", "l -> a/b", "a/up -> ..");
  const found = await root.resolve("/l/f");
  assertEquals(found.path, "/a/b/f");
  assertEquals((await root.resolve("/a/up/a/up/l/f")).path, "/a/b/f");
});

Deno.test('".." after a symlink leads above the directory that it leads to', async () => {
  const root = await filesystemOf("a/b/", "a/f", "f", "l -> a/b");
  assertEquals(await textOf(root, "/l/../f"), "a/f");
});

Deno.test("the end of a path is followed where the method says so", async () => {
  const root = await filesystemOf("f", "l -> f");
  assertEquals((await root.resolve("l")).node.type, "file");
  assertEquals(
    (await root.resolve("l", { followLast: false })).node.type,
    "symlink",
  );
  assertEquals(await root.readLink("l"), "f");
  assertEquals((await root.metadata("l", { followLast: false })).sizeBytes, 1);
  await root.remove("l");
  assertEquals(await namesOf(root), ["f"]);
  await assertFails(() => root.readLink("f"), "NOT_A_SYMLINK", "/f");
});

Deno.test("a trailing slash follows, and asks for a directory", async () => {
  const root = await filesystemOf("d/f", "l -> d", "file", "k -> file");
  const found = await root.resolve("l/", { followLast: false });
  assertEquals(found.path, "/d");
  await assertFails(() => root.resolve("k/"), "NOT_A_DIRECTORY", "/file");
  await assertFails(() => root.createDirectory("l/"), "ALREADY_EXISTS", "/l");
  await assertFails(() => root.createFile("l/"), "ALREADY_EXISTS", "/l");
});

Deno.test("a dangling symlink is an error that names it and its target", async () => {
  const root = await filesystemOf("l -> no/where", "m -> /gone", "n -> l");
  await assertFails(
    () => root.readFile("/l"),
    "NOT_FOUND",
    "symlink /l to no/where",
    "/no does not exist",
  );
  const error = await assertFails(() => root.readFile("/m"), "NOT_FOUND");
  assertEquals(error.path, "/gone");
  await assertFails(() => root.readFile("/n"), "NOT_FOUND", "/l to no/where");
  assertEquals(await root.exists("/l"), false);
  assertEquals(await root.exists("/l", { followLast: false }), true);
});

Deno.test("writeFile() through a dangling symlink makes the file there", async () => {
  const root = await filesystemOf("d/", "l -> d/new", "m -> l");
  const made = await root.writeFile("/m", "text");
  assertEquals(made.path, "/d/new");
  assertEquals(await textOf(root, "/l"), "text");
  const broken = await filesystemOf("l -> no/new", "to -> d/");
  await assertFails(() => broken.writeFile("/l", ""), "NOT_FOUND", "no/new");
  await assertFails(() => broken.writeFile("/to", ""), "NOT_FOUND", "d/");
});

Deno.test("createFile() takes the name of a dangling symlink for taken", async () => {
  const root = await filesystemOf("l -> new");
  await assertFails(() => root.createFile("/l"), "ALREADY_EXISTS", "/l");
  await assertFails(() => root.createDirectory("/l"), "ALREADY_EXISTS", "/l");
});

Deno.test("a target whose names nothing can have is never found", async () => {
  const long = "x".repeat(256);
  const root = await filesystemOf(`l -> ${long}`);
  await assertFails(() => root.readFile("/l"), "NOT_FOUND", "/l", "256 bytes");
  assertEquals(await root.exists("/l"), false);
});

Deno.test("an empty target is refused, and one that is no text", async () => {
  const { root } = new FS();
  for (const target of ["", "a\0b", "\ud800"]) {
    await assertFails(
      () => root.createSymlink("/l", target),
      "INVALID_ARGUMENT",
      "/l",
    );
  }
});

Deno.test("a loop is an error that names a symlink of it", async () => {
  const root = await filesystemOf("l -> l", "a -> b", "b -> a", "d -> d/x");
  await assertFails(() => root.readFile("/l"), "LOOP", "symlink /l");
  const error = await assertFails(() => root.resolve("/a"), "LOOP");
  assert(error.path === "/a" || error.path === "/b");
  await assertFails(() => root.resolve("/d"), "LOOP", "symlink /d");
  await assertFails(() => root.resolve("/l/x/y"), "LOOP", "symlink /l");
});

Deno.test("40 symlinks on a way are followed, the 41st is an error that names it", async () => {
  assertEquals(MAX_SYMLINKS, 40);
  const lines = Array.from({ length: 41 }, (_, i) => `l${i + 1} -> l${i}`);
  const root = await filesystemOf("l0", ...lines);
  assertEquals(await textOf(root, "/l40"), "l0");
  const error = await assertFails(() => root.readFile("/l41"), "LOOP");
  assertEquals(error.path, "/l1");
});

Deno.test("symlinks in the middle of a path count with those at its end", async () => {
  const root = await filesystemOf("d/f", "d/self -> .");
  const selves = (count: number) => `/d${"/self".repeat(count)}/f`;
  assertEquals(await textOf(root, selves(40)), "d/f");
  await assertFails(() => root.readFile(selves(41)), "LOOP", "/d/self");
});

Deno.test("a symlink leads into a computed directory, and one in it leads out", async () => {
  const root = await filesystemOf("d/abc", "d/kn -> ../other", "other");
  const { node } = await root.open("d");
  await root.insert("/r", new ReversedDirectory(node));
  await root.createSymlink("/l", "r/cba");
  await root.createSymlink("/m", "r");
  assertEquals(await textOf(root, "/l"), "d/abc");
  assertEquals(await textOf(root, "/m/cba"), "d/abc");
  // A symlink is relative to where it was found.
  assertEquals((await root.resolve("/r/nk")).path, "/other");
});

Deno.test("a walk follows a symlink for a name or a wildcard, and not for **", async () => {
  const root = await filesystemOf("a/f", "l -> a", "gone -> no");
  assertEquals(await matchesOf(root, "/l/*"), ["/l/f [f]"]);
  assertEquals(await matchesOf(root, "/?/f"), ["/a/f [a]"]);
  assertEquals(await matchesOf(root, "/**"), [
    "/ []",
    "/a [a]",
    "/a/f [a f]",
    "/gone [gone]",
    "/l [l]",
  ]);
  assertEquals(await matchesOf(root, "/gone/**"), ["/gone []"]);
});

Deno.test("a walk below a symlink takes links from where they really lie", async () => {
  const root = await filesystemOf("a/b/up -> ..", "a/f", "l -> a/b", "f");
  assertEquals(await matchesOf(root, "/l/up/f"), ["/l/up/f []"]);
  const [match] = await Array.fromAsync(root.glob("/l/up/f"));
  assertEquals(match?.node.id, (await root.resolve("/a/f")).node.id);
});

// === Confinement ===

Deno.test("a confined directory is its own root", async () => {
  const root = await filesystemOf("jail/d/f", "secret");
  const jail = await root.confine("jail");
  assertEquals(jail.path, "/");
  assertEquals(await textOf(jail, "/d/f"), "jail/d/f");
  assertEquals((await jail.resolve("/../../d/../d/f")).path, "/d/f");
  assertEquals((await (await jail.open("d")).resolve("../../..")).path, "/");
  await assertFails(() => jail.readFile("/secret"), "NOT_FOUND", "/secret");
  await assertFails(() => jail.readFile("../secret"), "NOT_FOUND", "/secret");
});

Deno.test("a symlink out of a confined directory is refused, whatever is there", async () => {
  const root = await filesystemOf(
    "jail/up -> ..",
    "jail/there -> ../secret",
    "jail/gone -> ../nothing",
    "jail/deep -> ../other/gone",
    "jail/absolute -> /secret",
    "jail/missing -> /nothing",
    "secret",
    "other/",
  );
  const jail = await root.confine("jail");
  for (
    const name of ["up", "there", "gone", "deep", "absolute", "missing"]
  ) {
    await assertFails(
      () => jail.resolve(name),
      "OUTSIDE_ROOT",
      `symlink /${name}`,
      "out of /jail",
    );
    await assertFails(() => jail.writeFile(name, "x"), "OUTSIDE_ROOT");
    await assertFails(() => jail.exists(name), "OUTSIDE_ROOT");
  }
  assertEquals(await textOf(root, "/secret"), "secret");
  assertEquals(await namesOf(root), ["jail", "other", "secret"]);
});

Deno.test("a symlink may lead out of a confined directory and back into it", async () => {
  const root = await filesystemOf(
    "jail/f",
    "jail/back -> ../jail/f",
    "jail/full -> /jail/f",
  );
  const jail = await root.confine("jail");
  assertEquals((await jail.resolve("back")).path, "/f");
  assertEquals((await jail.resolve("full")).path, "/f");
  const nested = await (await root.confine("/")).confine("jail");
  assertEquals((await nested.resolve("full")).path, "/f");
});

Deno.test("a walk does not leave a confined directory", async () => {
  const root = await filesystemOf("jail/out -> ../other", "other/f", "jail/f");
  const jail = await root.confine("jail");
  assertEquals(await matchesOf(jail, "/*/f"), []);
  assertEquals(await matchesOf(jail, "/out/*"), []);
  assertEquals(await matchesOf(jail, "../../*"), ["/f [f]", "/out [out]"]);
  assertEquals(await matchesOf(root, "/jail/*/f"), ["/jail/out/f [out]"]);
});

Deno.test("a confined directory can neither be moved nor removed from inside", async () => {
  const root = await filesystemOf("jail/d/");
  const jail = await root.confine("jail");
  await assertFails(
    () => jail.remove("/", { recursive: true }),
    "INVALID_ARGUMENT",
    "root",
  );
  await assertFails(() => jail.rename("..", "/x"), "INVALID_ARGUMENT", "root");
  await assertFails(() => jail.rename("/d", "/"), "INVALID_ARGUMENT");
});

Deno.test("names that a computed directory makes up never lead elsewhere", async () => {
  class Evil extends ComputedDirectory {
    protected override *children(): Iterable<DirectoryItem> {
      yield { name: "../secret", node: this };
    }
  }
  const root = await filesystemOf("secret");
  await root.insert("/evil", new Evil());
  await assertFails(() => namesOf(root, "/evil"), "INVALID_NAME", "../secret");
  await assertFails(() => matchesOf(root, "/evil/*"), "INVALID_NAME");
});
