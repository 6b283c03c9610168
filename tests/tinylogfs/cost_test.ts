/** What operations cost, counted in operations on the disk: never in time. */
import { assert, assertEquals } from "@std/assert";
import { memoryHost } from "../../src/host/memory.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { diskOperations } from "./scratch.ts";

const POND = "/pond";

async function commitOne(fs: TinyLogFS, path: string): Promise<void> {
  await fs.writeFile(path, "one measurement");
  await fs.commit();
}

Deno.test("a commit takes the same operations on the disk in an old pond as in a new, in a large directory as in a small", async () => {
  const host = memoryHost();
  await using fs = await TinyLogFS.initEmpty(host, POND);
  await commitOne(fs, "/f");
  const cost = async (path: string) =>
    await diskOperations(host, () => commitOne(fs, path));
  const young = await cost("/f");
  for (let i = 0; i < 50; i++) await commitOne(fs, "/f");
  assertEquals(await cost("/f"), young);
  await fs.createDirectory("/large");
  for (let i = 0; i < 3000; i++) await fs.createFile(`/large/${i}`, "x");
  await fs.commit();
  assertEquals(await cost("/large/new"), young);
  // Flushed: two files, and the names of both.
  assert(young <= 20, `${young}`);
});

Deno.test("a commit of many operations takes as many operations on the disk as one of few", async () => {
  const host = memoryHost();
  await using fs = await TinyLogFS.initEmpty(host, POND);
  await commitOne(fs, "/f");
  const few = await diskOperations(host, () => commitOne(fs, "/f"));
  for (let i = 0; i < 1000; i++) await fs.createFile(`/${i}`, `${i}`);
  assertEquals(await diskOperations(host, () => fs.commit()), few);
});

Deno.test("operations that are not committed don't touch the disk", async () => {
  const host = memoryHost();
  await using fs = await TinyLogFS.initEmpty(host, POND);
  await fs.exists("/");
  await (await fs.directory("/")).getStatus();
  const count = await diskOperations(host, async () => {
    await fs.createDirectory("/d");
    for (let i = 0; i < 100; i++) await fs.createFile(`/d/${i}`, `${i}`);
    await fs.updateFile("/d/1", "changed");
    await fs.rename("/d/2", "/two");
    await fs.delete("/d/3");
    await Array.fromAsync(fs.listDirectory("/d"));
  });
  assertEquals(count, 0);
});

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`a cold look-up (${layout}) reads no more than a data file for each directory on the way, in a pond of any size`, async () => {
    const host = memoryHost();
    await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
    await fs.createDirectory("/others");
    for (const path of ["/a", "/a/b"]) {
      await fs.createDirectory(path);
      await fs.commit();
    }
    await commitOne(fs, "/a/b/f");
    for (let i = 0; i < 40; i++) {
      await fs.createDirectory(`/others/${i}`);
      await commitOne(fs, `/others/${i}/f`);
    }
    await using again = await TinyLogFS.open(host, POND);
    const start = host.files.operations.length;
    await again.readFile("/a/b/f");
    const files = host.files.operations.slice(start)
      .filter(({ path }) => path.endsWith(".parquet"));
    assert(files.length >= 1 && files.length <= 3, `${files.length} files`);
  });
}
