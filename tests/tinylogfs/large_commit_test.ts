/** Modes and times of what is written; commits that are large; blobs and flushes. */
import { assert, assertEquals } from "@std/assert";
import { denoHost } from "../../src/host/mod.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { FS } from "../../src/tinyfs/mod.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { assertCode, diskOperations, withPond } from "./scratch.ts";

const KIB = 1024;

Deno.test("writeFile() and createDirectory() take modes and times, and keep them", async () => {
  await withPond(async ({ fs, open }) => {
    await fs.createDirectory("/d/e", { recursive: true, mode: 0o700 });
    const how = { mode: 0o600, modifiedUs: 1_600_000_000_000_000 };
    await fs.writeFile("/d/f", "1", how);
    await fs.commit();
    await using again = await open();
    const file = await again.entry("/d/f");
    assertEquals([file.mode, file.modifiedUs], [how.mode, how.modifiedUs]);
    assertEquals((await again.entry("/d/e")).mode, 0o700);
    await again.writeFile("/d/f", "2");
    const kept = await again.entry("/d/f");
    assertEquals(kept.mode, 0o600);
    assert(kept.modifiedUs !== how.modifiedUs, "the time is the present again");
    await again.setMetadata("/d/f", { mode: 0o640, modifiedUs: 5_000_000 });
    const set = await again.entry("/d/f");
    assertEquals([set.mode, set.modifiedUs, set.version], [
      0o640,
      5_000_000,
      3,
    ]);
    await assertCode("UNSUPPORTED", () => again.setMetadata("/", { mode: 0 }));
  });
});

Deno.test("a filesystem in memory takes modes and times as a pond does", async () => {
  const { root } = new FS();
  await root.createDirectory("/d", { mode: 0o700 });
  await root.writeFile("/d/f", "1", { mode: 0o600, modifiedUs: 7 });
  const { mode, modifiedUs } = await root.metadata("/d/f");
  assertEquals([mode, modifiedUs], [0o600, 7]);
  assertEquals((await root.metadata("/d")).mode, 0o700);
  await root.writeFile("/d/f", "2", { modifiedUs: 9 });
  const later = await root.metadata("/d/f");
  assertEquals([later.mode, later.modifiedUs], [0o600, 9]);
});

Deno.test("the directories of blobs are flushed once for a commit, and before it", async () => {
  await withPond(async ({ fs, host }) => {
    const flushed = () =>
      host.files.operations.filter(({ name, path }) =>
        name === "syncDirectory" && path.includes("/blobs")
      ).length;
    const before = flushed();
    const contents = Array.from(
      { length: 6 },
      (_, i) => new Uint8Array(64 * KIB).fill(i),
    );
    for (const [i, content] of contents.entries()) {
      await fs.writeFile(`/${i}`, content);
      // The same content has the same place.
      await fs.writeFile(`/again-${i}`, content);
    }
    assertEquals(flushed(), before);
    await diskOperations(host, () => fs.commit());
    const directories = new Set<string>();
    for (const content of contents) {
      const digest = await crypto.subtle.digest("SHA-256", content);
      directories.add(new Uint8Array(digest).toHex().slice(0, 2));
    }
    // And the directory of them all.
    assertEquals(flushed() - before, directories.size + 1);
    const last = host.files.operations.findLastIndex(({ path }) =>
      path.includes("/blobs")
    );
    const link = host.files.operations.findIndex(({ name }, i) =>
      name === "link" && i > last
    );
    assert(link > last, "the commit comes after them");
    await fs.writeFile("/one-more", "small");
    const known = flushed();
    await fs.commit();
    assertEquals(flushed(), known);
  });
});

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`a large commit (${layout}) is several files that every reader reads`, async () => {
    await using temp = await tempDirectory();
    const path = temp.join("pond");
    const content = (d: number, f: number) =>
      new Uint8Array(60 * KIB).map((_, i) => (i * (d + 2) + f) % 251);
    {
      await using fs = await TinyLogFS.initEmpty(denoHost(), path, { layout });
      await fs.transaction(async (tx) => {
        for (let d = 0; d < 10; d++) {
          await tx.createDirectory(`/${d}`);
          for (let f = 0; f < 35; f++) {
            await tx.writeFile(`/${d}/${f}`, content(d, f));
          }
        }
      });
    }
    await using fs = await TinyLogFS.open(denoHost(), path);
    for (let d = 0; d < 10; d++) {
      for (let f = 0; f < 35; f += 17) {
        assertEquals(await fs.readFile(`/${d}/${f}`), content(d, f));
      }
    }
    const files: number[] = [];
    for await (const { name } of Deno.readDir(`${path}/oplog`)) {
      if (name.endsWith(".parquet")) {
        files.push((await Deno.stat(`${path}/oplog/${name}`)).size);
      }
    }
    if (layout === "clustered") {
      // 20 MiB, after 8 MiB each; and the file of the pond's beginning.
      assertEquals(files.length, 4);
      assert(Math.max(...files) < 12 * KIB * KIB);
    }
    assertEquals((await fs.check({ depth: "data" })).findings, []);
    // A merge takes them, and compresses.
    await fs.optimize();
    assertEquals(await fs.readFile("/3/7"), content(3, 7));
    assertEquals((await fs.check({ depth: "data" })).findings, []);
  });
}
