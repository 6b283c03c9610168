/** What a test does with a simulated disk behind the back of programs. */
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { encodeUtf8, equalBytes } from "../../src/bytes.ts";
import { PondError } from "../../src/errors.ts";
import { SimDisk } from "../../src/host/memory.ts";
import {
  contentOf,
  diskWithDirectory,
  filesLeft,
  numbers,
  writeSynced,
  writeUnsynced,
} from "./sim_support.ts";

Deno.test("clone() and its origin don't see each other's later changes", async () => {
  const disk = await diskWithDirectory();
  await writeSynced(disk, "/d/a", "A");
  await disk.link("/d/a", "/d/b");
  await disk.makeLink("/d/link", "a");
  const clone = disk.clone(numbers(2));
  await clone.overwrite("/d/a", encodeUtf8("Z"));
  await clone.makeDirectory("/d/new");
  await disk.remove("/d/b");
  clone.flipBit("/d/b", 0);
  assertEquals(contentOf(disk), { "/d/a": "A" });
  assertEquals(contentOf(clone), { "/d/a": "[", "/d/b": "[" });
  assertEquals(await disk.stat("/d/new"), undefined);
  assertEquals(await clone.readLink("/d/link"), "a");
});

Deno.test("clone() copies what is flushed and what is not", async () => {
  const disk = await diskWithDirectory();
  await writeSynced(disk, "/d/a", "A");
  await disk.syncDirectory("/d");
  await disk.overwrite("/d/a", encodeUtf8("B"));
  await disk.rename("/d/a", "/d/b");
  const cut = disk.clone(numbers(1));
  assertEquals(contentOf(cut), { "/d/b": "B" });
  cut.crash("nothing survives");
  assertEquals(contentOf(cut), { "/d/a": "A" });
  const flushed = disk.clone(numbers(1));
  await flushed.syncDirectory("/d");
  flushed.crash("nothing survives");
  assertEquals(contentOf(flushed), { "/d/b": "A" });
  assertEquals(contentOf(disk), { "/d/b": "B" });
});

Deno.test("clone() is not reached by the later writes and flushes of a file that is open", async () => {
  const disk = await diskWithDirectory();
  await using file = await disk.create("/d/a");
  await file.write(encodeUtf8("before"));
  await disk.syncDirectory("/d");
  const [all, nothing] = [disk.clone(numbers(1)), disk.clone(numbers(1))];
  assertEquals((await all.stat("/d/a"))?.sizeBytes, "before".length);
  await file.write(encodeUtf8(" and after"));
  await file.sync();
  all.crash("everything survives");
  assertEquals(contentOf(all), { "/d/a": "before" });
  nothing.crash("nothing survives");
  assertEquals(contentOf(nothing), { "/d/a": "" });
});

Deno.test("clone() copies what a failed flush gave up", async () => {
  const disk = await diskWithDirectory();
  await using file = await disk.create("/d/a");
  await disk.syncDirectory("/d");
  await file.write(encodeUtf8("lost"));
  disk.inject({ at: 1, kind: "IO", sticky: true });
  await assertRejects(() => file.sync(), PondError);
  await assertRejects(() => disk.syncDirectory("/d"), PondError);
  disk.inject(undefined);
  await writeUnsynced(disk, "/d/b", "");
  disk.inject({ at: 1, kind: "IO" });
  await assertRejects(() => disk.syncDirectory("/d"), PondError);
  const clone = disk.clone(numbers(1));
  await clone.syncDirectory("/d");
  clone.crash("nothing survives");
  assertEquals(contentOf(clone), { "/d/a": "" });
});

Deno.test("clone() by other numbers crashes in another way, by the same in the same", async () => {
  const disk = await diskWithDirectory();
  for (let i = 0; i < 20; i++) await writeUnsynced(disk, `/d/${i}`, "content");
  const left = (seed: number) => {
    const clone = disk.clone(numbers(seed));
    clone.crash("random");
    return filesLeft(clone);
  };
  assertEquals(left(1), left(1));
  assertNotEquals(left(1), left(2));
});

Deno.test("clone() lets the time go on", async () => {
  const disk = await diskWithDirectory();
  await writeSynced(disk, "/d/a", "A");
  const clone = disk.clone(numbers(1));
  await writeSynced(clone, "/d/b", "B");
  const [a, b] = [await clone.stat("/d/a"), await clone.stat("/d/b")];
  assert((a?.modifiedMs ?? 0) < (b?.modifiedMs ?? 0));
});

Deno.test("plant() puts a file and its directories, flushed, in the place of another", async () => {
  const disk = new SimDisk(numbers(1));
  await disk.makeDirectory("/a");
  const bytes = encodeUtf8("planted");
  disk.plant("/a/b/c", bytes);
  bytes.fill(0);
  disk.plant("/a/b/d", encodeUtf8("old"));
  disk.plant("/a/b/d", encodeUtf8("new"));
  disk.crash("nothing survives");
  assertEquals(contentOf(disk), { "/a/b/c": "planted", "/a/b/d": "new" });
  assertEquals(disk.operations.length, 1);
});

Deno.test("uproot() removes a file or a directory, on the platter too", async () => {
  const disk = new SimDisk(numbers(1));
  for (const path of ["/a/b", "/a/c", "/d/e/f"]) {
    disk.plant(path, encodeUtf8(path));
  }
  disk.uproot("/a/b");
  disk.uproot("/d");
  disk.crash("random");
  assertEquals(contentOf(disk), { "/a/c": "/a/c" });
  assertEquals(await disk.stat("/d"), undefined);
  assertThrows(() => disk.uproot("/missing"), PondError, "/missing");
});

Deno.test("flipBit() flips one bit, for programs and on the platter", async () => {
  const disk = await diskWithDirectory();
  await using file = await disk.create("/d/a");
  await file.write(Uint8Array.of(0, 0));
  await file.sync();
  await disk.syncDirectory("/d");
  await file.write(Uint8Array.of(0));
  disk.flipBit("/d/a", 9);
  disk.flipBit("/d/a", 16);
  assertEquals(await disk.read("/d/a"), Uint8Array.of(0, 2, 1));
  const all = disk.clone(numbers(1));
  all.crash("everything survives");
  assertEquals(await all.read("/d/a"), Uint8Array.of(0, 2, 1));
  disk.crash("nothing survives");
  assertEquals(await disk.read("/d/a"), Uint8Array.of(0, 2));
  disk.flipBit("/d/a", 9);
  assertEquals(await disk.read("/d/a"), Uint8Array.of(0, 0));
});

Deno.test("flipBit() refuses a bit that the file doesn't have", () => {
  const disk = new SimDisk(numbers(1));
  disk.plant("/a", Uint8Array.of(1, 2));
  for (const bit of [-1, 16, Number.NaN]) {
    assertThrows(() => disk.flipBit("/a", bit), RangeError, "2 bytes");
  }
  assertThrows(() => disk.flipBit("/missing", 0), PondError, "/missing");
  assertEquals(disk.snapshot().get("/a"), Uint8Array.of(1, 2));
});

Deno.test("snapshot() copies the files that programs see", async () => {
  const disk = await diskWithDirectory();
  await writeUnsynced(disk, "/d/a", "A");
  await disk.makeLink("/d/link", "a");
  disk.snapshot().get("/d/a")?.fill(0);
  assertEquals(contentOf(disk), { "/d/a": "A" });
});

Deno.test("list() has another order each time", async () => {
  const disk = await diskWithDirectory();
  for (const name of "abcdefgh") disk.plant(`/d/${name}`, new Uint8Array(0));
  const orders = new Set<string>();
  for (let i = 0; i < 4; i++) {
    const entries = await Array.fromAsync(disk.list("/d"));
    orders.add(entries.map(({ name }) => name).join(""));
  }
  assertEquals(orders.size, 4);
});

Deno.test("list() shows the names of one moment", async () => {
  const disk = await diskWithDirectory();
  for (const name of "abc") disk.plant(`/d/${name}`, new Uint8Array(0));
  const names: string[] = [];
  for await (const { name } of disk.list("/d")) {
    names.push(name);
    await writeUnsynced(disk, `/d/${name}${name}`, "");
  }
  assertEquals(names.sort(), ["a", "b", "c"]);
});

Deno.test("a large file in many small writes is read as a whole", async () => {
  const disk = await diskWithDirectory();
  const chunk = new Uint8Array(4096).map((_, i) => i);
  await using file = await disk.create("/d/a");
  for (let i = 0; i < 2000; i++) {
    await file.write(chunk);
    if (i % 500 === 0) await file.sync();
  }
  assertEquals((await disk.stat("/d/a"))?.sizeBytes, 2000 * 4096);
  const bytes = await disk.read("/d/a");
  for (let at = 0; at < bytes.length; at += chunk.length) {
    assert(equalBytes(bytes.subarray(at, at + chunk.length), chunk));
  }
});
