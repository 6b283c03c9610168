/**
 * Directories that can do no more than they must: no step that moves a child or
 * takes a tree out.
 */
import { assertEquals } from "@std/assert";
import {
  ComputedDirectory,
  type Directory,
  type DirectoryItem,
  FS,
  MemoryNodeFactory,
  type Node,
  type WorkingDir,
} from "../../src/tinyfs/mod.ts";
import {
  assertFails,
  CountingDirectory,
  filesystemOf,
  pathsOf,
  textOf,
} from "./support.ts";

function plain(directory: Directory): WorkingDir {
  return new FS({
    root: new CountingDirectory(directory, { listed: [], lookedUp: [] }),
    factory: new MemoryNodeFactory(),
  }).root;
}

Deno.test("remove({ recursive }) empties a directory that can't go in one step", async () => {
  const inner = await filesystemOf("d/a/f", "d/b/", "d/l -> ../kept", "kept");
  const root = plain(inner.node);
  await assertFails(() => root.remove("d"), "DIRECTORY_NOT_EMPTY", "/d");
  await root.remove("d", { recursive: true });
  assertEquals(await pathsOf(inner, "/**"), ["/", "/kept"]);
});

Deno.test("remove({ recursive }) enters no directory from inside itself", async () => {
  const inner = await filesystemOf("d/a/f");
  const { node } = await inner.resolve("/d");
  await inner.insert("/d/a/up", node);
  await inner.insert("/d/self", node);
  await plain(inner.node).remove("d", { recursive: true });
  assertEquals(await pathsOf(inner, "/**"), ["/"]);
});

Deno.test("remove({ recursive }) of directories without end is an error", async () => {
  class Endless extends ComputedDirectory {
    protected override *children(): Iterable<DirectoryItem> {
      yield { name: "x", node: new Endless() };
    }
  }
  const inner = await filesystemOf();
  await inner.insert("/endless", new Endless());
  await assertFails(
    () => plain(inner.node).remove("/endless", { recursive: true }),
    "LOOP",
    "/endless/x/x",
    "4096",
  );
});

Deno.test("rename() inserts and deletes where a directory can't move", async () => {
  const inner = await filesystemOf("a/f", "b/g");
  const root = plain(inner.node);
  await root.rename("/a/f", "/b/f");
  await root.rename("/b/f", "/b/g");
  assertEquals(await pathsOf(inner, "/*/*"), ["/b/g"]);
  assertEquals(await textOf(inner, "/b/g"), "a/f");
});

Deno.test("rename() leaves all as it was when the new directory refuses", async () => {
  class Full extends CountingDirectory {
    refuses: string | undefined;
    override insert(name: string, node: Node): Promise<void> {
      return name === this.refuses && node.type === "file"
        ? Promise.reject(new TypeError("Full"))
        : super.insert(name, node);
    }
  }
  const inner = await filesystemOf("f", "g");
  const full = new Full(inner.node, { listed: [], lookedUp: [] });
  const { root } = new FS({ root: full, factory: new MemoryNodeFactory() });
  full.refuses = "new";
  const error = await root.rename("f", "new").catch((error) => error);
  assertEquals(error.message, "Full");
  assertEquals(await pathsOf(inner, "/*"), ["/f", "/g"]);
});
