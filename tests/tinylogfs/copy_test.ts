/** Copies, touched files, and the times of directories. */
import { assertEquals, assertGreater } from "@std/assert";
import { decodeUtf8 } from "../../src/bytes.ts";
import { treeOf } from "../support/tree.ts";
import { assertCode, historyOf, withPond } from "./scratch.ts";

Deno.test("copy() of a node that was moved is a new node", async () => {
  await withPond(async ({ fs }) => {
    await fs.createFile("/a", "1");
    await fs.createDirectory("/d/e", { recursive: true });
    await fs.createSymlink("/l", "a");
    await fs.createFile("/old", "old");
    await fs.commit();
    for (const to of ["1", "2"]) {
      await fs.rename("/a", "/b");
      await fs.rename("/d", "/f");
      await fs.rename("/l", "/m");
      if (to === "2") await fs.commit();
      await fs.copy("/b", `/b${to}`);
      await fs.copy("/b", "/old");
      await fs.copy("/f", `/f${to}`, { recursive: true });
      await fs.copy("/m", `/m${to}`);
      // What takes the old names in the meantime stays.
      await fs.createFile("/a", "new");
      await fs.createDirectory("/d");
      await fs.delete("/a");
      await fs.delete("/d");
      assertEquals(await historyOf(fs, `/b${to}`), [`create 1 /b${to}`]);
      await fs.rename("/b", "/a");
      await fs.rename("/f", "/d");
      await fs.rename("/m", "/l");
      await fs.commit();
    }
    const tree = await treeOf(fs);
    assertEquals([tree["/b1"], tree["/b2"], tree["/old"]], ["1", "1", "1"]);
    assertEquals([tree["/m1"], tree["/m2"]], ["-> a", "-> a"]);
    assertEquals(tree["/f2/e"], "directory");
  });
});

Deno.test("a deleted node that was moved before can be put back", async () => {
  await withPond(async ({ fs }) => {
    await fs.createFile("/a", "1");
    await fs.commit();
    await fs.rename("/a", "/b");
    const root = await fs.directory("/");
    const node = await root.delete("b");
    if (node) await root.insert("c", node);
    await fs.commit();
    assertEquals(await treeOf(fs), { "/c": "1" });
  });
});

Deno.test("copy() keeps what users have set on files, directories and symlinks", async () => {
  await withPond(async ({ fs }) => {
    await fs.createDirectory("/d/sub", { recursive: true });
    await fs.createFile("/d/f", "1");
    await fs.createSymlink("/d/l", "f");
    const paths = ["", "/sub", "/f", "/l"];
    for (const path of paths) await fs.setAttributes(`/d${path}`, { path });
    await fs.copy("/d", "/e", { recursive: true });
    await fs.commit();
    for (const path of paths) {
      const { customAttributes } = await fs.getMetadata(`/e${path}`);
      assertEquals(customAttributes, { path });
    }
  });
});

Deno.test("copy() of a directory that can't be whole copies nothing", async () => {
  await withPond(async ({ fs }) => {
    await fs.createDirectory("/s/b", { recursive: true });
    await fs.createFile("/s/a", "1");
    await fs.createFile("/s/b/f", "1");
    await fs.createSymlink("/s/z", "a");
    await fs.createDirectory("/t");
    await fs.createFile("/t/b", "a file");
    await fs.createDirectory("/u");
    await fs.createFile("/u/z", "in the way of a symlink");
    await fs.createDirectory("/v/a", { recursive: true });
    await fs.createSymlink("/dangling", "/nowhere");
    const before = await treeOf(fs);
    const copy = (to: string) => fs.copy("/s", to, { recursive: true });
    await assertCode("NOT_A_DIRECTORY", () => copy("/t"));
    await assertCode("ALREADY_EXISTS", () => copy("/u"));
    await assertCode("IS_A_DIRECTORY", () => copy("/v"));
    await assertCode("ALREADY_EXISTS", () => copy("/dangling"));
    await assertCode("NOT_FOUND", () => copy("/no/where"));
    await assertCode("INVALID_ARGUMENT", () => copy("/s/b/c"));
    await assertCode("INVALID_ARGUMENT", () => copy("/s/b"));
    assertEquals(await treeOf(fs), before);
    await fs.delete("/t/b");
    await copy("/t");
    assertEquals(decodeUtf8(await fs.readFile("/t/b/f")), "1");
  });
});

Deno.test("copy(), touch() and writeFile() onto a symlink that leads to nothing make the file there", async () => {
  await withPond(async ({ fs }) => {
    await fs.createDirectory("/d");
    await fs.createFile("/f", "1");
    for (const name of ["copy", "touch", "write"]) {
      await fs.createSymlink(`/d/${name}`, `../${name}-1`);
      await fs.createSymlink(`/${name}-1`, `/d/${name}-2`);
    }
    await fs.copy("/f", "/d/copy");
    await fs.touch("/d/touch");
    await fs.writeFile("/d/write", "1");
    for (const name of ["copy", "touch", "write"]) {
      const content = decodeUtf8(await fs.readFile(`/d/${name}-2`));
      assertEquals(content, name === "touch" ? "" : "1");
    }
    await fs.createSymlink("/loop", "loop");
    await assertCode("LOOP", () => fs.copy("/f", "/loop"));
    await assertCode("LOOP", () => fs.touch("/loop"));
  });
});

Deno.test("touch() makes the present the time of files and directories; the root has no time of its own", async () => {
  await withPond(async ({ fs, host }) => {
    await fs.createDirectory("/d");
    await fs.createFile("/f", "1");
    await fs.commit();
    for (const path of ["/d", "/f"]) {
      const timeOf = async () => (await fs.getMetadata(path)).modifiedAt;
      const before = await timeOf();
      await host.clock.sleep(10);
      await fs.touch(path);
      const touched = await timeOf();
      assertGreater(touched, before);
      await fs.commit();
      assertEquals(await timeOf(), touched);
    }
    assertEquals(await historyOf(fs, "/d"), ["update 2 /d", "create 1 /d"]);
    await assertCode("UNSUPPORTED", () => fs.touch("/"));
  });
});

Deno.test("getMetadata() says when a directory's entries changed, and its attributes, name and place don't change that", async () => {
  await withPond(async ({ fs, host, open }) => {
    await fs.createDirectory("/d");
    await fs.createDirectory("/e");
    await fs.commit();
    const timeOf = async (path: string) => {
      const { modifiedAt } = await fs.getMetadata(path);
      await using again = await open();
      const read = await again.getMetadata(path);
      assertEquals(modifiedAt, read.modifiedAt);
      return modifiedAt;
    };
    const steps: [string, boolean, () => Promise<unknown>][] = [
      ["/d", true, () => fs.createFile("/d/f", "1")],
      ["/d", false, () => fs.setAttributes("/d", { a: 1 })],
      ["/d", true, () => fs.updateFile("/d/f", "2")],
      ["/e/d", false, () => fs.rename("/d", "/e/d")],
      ["/e", false, () => fs.createFile("/e/d/g", "1")],
    ];
    let before = await timeOf("/d");
    for (const [path, changes, step] of steps) {
      if (path === "/e") before = await timeOf("/e");
      await host.clock.sleep(10);
      await step();
      await fs.commit();
      const after = await timeOf(path);
      assertEquals(after > before, changes, String(step));
      before = after;
    }
  });
});

Deno.test("entry() describes what listDirectory() lists: a directory with the time of its creation", async () => {
  await withPond(async ({ fs, host, open }) => {
    await fs.createDirectory("/d");
    await fs.createFile("/f", "1");
    await fs.createSymlink("/l", "f");
    const { createdAt } = await fs.getMetadata("/d");
    const check = async () => {
      for (const each of [fs, await open()]) {
        const listed = await Array.fromAsync(each.listDirectory("/"));
        for (const row of listed) {
          const { path } = row;
          assertEquals(await each.entry(path, { followLast: false }), row);
        }
        const { modifiedUs } = await each.entry("/d");
        assertEquals(Math.floor(modifiedUs / 1000), +createdAt);
      }
    };
    await fs.commit();
    await check();
    for (
      const step of [
        () => fs.createFile("/d/g", ""),
        () => fs.setAttributes("/d", { a: 1 }),
        () => fs.touch("/d"),
        () => fs.touch("/f"),
      ]
    ) {
      await host.clock.sleep(10);
      await step();
      await fs.commit();
      await check();
    }
    assertEquals((await fs.entry("/")).path, "/");
  });
});
