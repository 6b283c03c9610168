/** Faults that a simulated disk injects, and what they leave. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { encodeUtf8 } from "../../src/bytes.ts";
import { hasCode, PondError } from "../../src/errors.ts";
import { type SimDisk, type SimFault, SimStop } from "../../src/host/memory.ts";
import {
  contentOf,
  diskWithDirectory,
  numbers,
  writeSynced,
} from "./sim_support.ts";

/** What comes of work: `done`, `stop`, or the code of its error. */
async function resultOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "done";
  } catch (error) {
    if (error instanceof SimStop) return "stop";
    if (error instanceof PondError) return error.code;
    throw error;
  }
}

/** The results of five operations, of which the second is counted as 2. */
async function resultsWith(
  fault: SimFault | undefined,
): Promise<{ readonly disk: SimDisk; readonly results: readonly string[] }> {
  const disk = await diskWithDirectory();
  disk.inject(fault);
  const results: string[] = [];
  for (const name of ["a", "b", "c", "d", "e"]) {
    const work = disk.replace(`/d/${name}`, encodeUtf8(name));
    results.push(await resultOf(work));
  }
  return { disk, results };
}

Deno.test("inject() fails the operation with that number, once", async () => {
  const { disk, results } = await resultsWith({ at: 2, kind: "NO_SPACE" });
  assertEquals(results, ["done", "NO_SPACE", "done", "done", "done"]);
  assertEquals(Object.keys(contentOf(disk)), ["/d/a", "/d/c", "/d/d", "/d/e"]);
});

Deno.test("inject() with sticky fails all operations from that number on", async () => {
  const fault = { at: 4, kind: "READ_ONLY", sticky: true } as const;
  const { disk, results } = await resultsWith(fault);
  assertEquals(results, ["done", "done", "done", "READ_ONLY", "READ_ONLY"]);
  disk.inject(undefined);
  assertEquals(await resultOf(disk.remove("/d/a")), "done");
});

Deno.test("inject() with stop ends the process there: nothing more is done, until a crash", async () => {
  const { disk, results } = await resultsWith({ at: 3, kind: "stop" });
  assertEquals(results, ["done", "done", "stop", "stop", "stop"]);
  const start = disk.operations.length;
  disk.crash("everything survives");
  const [draft = "none", ...left] = Object.keys(contentOf(disk));
  assert(draft.startsWith("/d/.c."), draft);
  assertEquals(left, ["/d/a", "/d/b"]);
  assertEquals(await resultOf(disk.remove("/d/a")), "done");
  assertEquals(disk.operations.length, start + 1);
});

Deno.test("inject() counts from the operation that follows, and forgets the fault before", async () => {
  const disk = await diskWithDirectory();
  disk.inject({ at: 1, kind: "IO" });
  disk.inject({ at: 2, kind: "NO_SPACE" });
  assertEquals(await resultOf(disk.stat("/d")), "done");
  assertEquals(await resultOf(disk.stat("/d")), "NO_SPACE");
});

Deno.test("inject() fails every kind of operation, and says which, and where", async () => {
  const bytes = encodeUtf8("abc");
  const operations: Readonly<
    Record<string, (disk: SimDisk) => Promise<unknown>>
  > = {
    read: (disk) => disk.read("/d/a"),
    stat: (disk) => disk.stat("/d/a"),
    list: (disk) => Array.fromAsync(disk.list("/d/a")),
    readLink: (disk) => disk.readLink("/d/a"),
    create: (disk) => disk.create("/d/a"),
    replace: (disk) => disk.replace("/d/a", bytes),
    overwrite: (disk) => disk.overwrite("/d/a", bytes),
    link: (disk) => disk.link("/d/b", "/d/a"),
    rename: (disk) => disk.rename("/d/b", "/d/a"),
    remove: (disk) => disk.remove("/d/a"),
    makeDirectory: (disk) => disk.makeDirectory("/d/a"),
    makeLink: (disk) => disk.makeLink("/d/a", "b"),
    syncDirectory: (disk) => disk.syncDirectory("/d/a"),
    lock: (disk) => disk.lock("/d/a"),
  };
  for (const [name, operation] of Object.entries(operations)) {
    const disk = await diskWithDirectory();
    disk.inject({ at: 1, kind: "PERMISSION_DENIED" });
    // The permission is denied before anything is looked at: there is no file.
    const error = await assertRejects(() => operation(disk), PondError);
    assertEquals([error.code, error.path], ["PERMISSION_DENIED", "/d/a"], name);
    assert(error.message.includes(name), error.message);
    assertEquals(disk.operations.at(-1), { name, path: "/d/a" });
  }
});

for (const kind of ["stop", "NO_SPACE"] as const) {
  Deno.test(`a write that fails (${kind}) has reached the file in part`, async () => {
    const lengths = new Set<number>();
    for (let seed = 1; seed <= 50; seed++) {
      const disk = await diskWithDirectory(seed);
      const file = await disk.create("/d/a");
      disk.inject({ at: 1, kind });
      assertEquals(await resultOf(file.write(encodeUtf8("abcd"))), kind);
      const text = contentOf(disk)["/d/a"] ?? "none";
      assert("abc".startsWith(text), text);
      lengths.add(text.length);
    }
    assertEquals([...lengths].sort(), [0, 1, 2, 3]);
  });
}

Deno.test("an overwrite that fails has reached the file in part", async () => {
  const texts = new Set<string>();
  for (let seed = 1; seed <= 50; seed++) {
    const disk = await diskWithDirectory(seed);
    await writeSynced(disk, "/d/a", "abcd");
    disk.inject({ at: 1, kind: "stop" });
    const work = disk.overwrite("/d/a", encodeUtf8("ABC"));
    assertEquals(await resultOf(work), "stop");
    texts.add(contentOf(disk)["/d/a"] ?? "none");
  }
  assertEquals([...texts].sort(), ["ABcd", "Abcd", "abcd"]);
});

Deno.test("a replace that stops leaves the old file and a draft; one that fails, the old file", async () => {
  for (const kind of ["stop", "NO_SPACE"] as const) {
    const disk = await diskWithDirectory();
    await writeSynced(disk, "/d/a", "old");
    disk.inject({ at: 1, kind });
    await resultOf(disk.replace("/d/a", encodeUtf8("new")));
    const { "/d/a": text, ...more } = contentOf(disk);
    assertEquals(text, "old");
    const drafts = Object.entries(more);
    assertEquals(drafts.length, kind === "stop" ? 1 : 0);
    for (const [path, draft] of drafts) {
      assert(/^\/d\/\.a\..*\.tmp$/.test(path), path);
      assert("new".startsWith(draft), draft);
    }
  }
});

Deno.test("an operation whose answer is lost is done all the same", async () => {
  const disk = await diskWithDirectory();
  disk.inject({ at: 1, kind: "IO", sticky: true, answerLost: true });
  const file = resultOf(disk.replace("/d/a", encodeUtf8("A")));
  assertEquals(await file, "IO");
  assertEquals(await resultOf(disk.link("/d/a", "/d/b")), "IO");
  assertEquals(await resultOf(disk.remove("/d/a")), "IO");
  assertEquals(await resultOf(disk.syncDirectory("/d")), "IO");
  disk.crash("nothing survives");
  assertEquals(Object.keys(contentOf(disk)), ["/d/b"]);
});

Deno.test("a sync that fails gives up the bytes: a later one succeeds, and they are lost", async () => {
  const disk = await diskWithDirectory();
  const file = await disk.create("/d/a");
  await disk.syncDirectory("/d");
  await file.write(encodeUtf8("lost"));
  disk.inject({ at: 1, kind: "IO" });
  assertEquals(await resultOf(file.sync()), "IO");
  await file.sync();
  await file.write(encodeUtf8("kept"));
  await file.sync();
  assertEquals(contentOf(disk), { "/d/a": "lostkept" });
  disk.crash("nothing survives");
  assertEquals(contentOf(disk), { "/d/a": "\0\0\0\0kept" });
});

Deno.test("a syncDirectory that fails gives up the names, until one of them changes", async () => {
  for (
    const [again, expected] of [[false, []], [true, ["/d/a", "/d/b"]]] as const
  ) {
    const disk = await diskWithDirectory();
    await writeSynced(disk, "/d/a", "A");
    disk.inject({ at: 1, kind: "NO_SPACE" });
    assertEquals(await resultOf(disk.syncDirectory("/d")), "NO_SPACE");
    if (again) await writeSynced(disk, "/d/b", "B");
    await disk.syncDirectory("/d");
    disk.crash("nothing survives");
    assertEquals(Object.keys(contentOf(disk)), [...expected]);
  }
});

Deno.test("a flush that was not allowed, or whose process stopped, gives up nothing", async () => {
  for (const kind of ["PERMISSION_DENIED", "stop"] as const) {
    const disk = await diskWithDirectory();
    const file = await disk.create("/d/a");
    await file.write(encodeUtf8("kept"));
    disk.inject({ at: 1, kind, sticky: true });
    await resultOf(file.sync());
    await resultOf(disk.syncDirectory("/d"));
    disk.inject(undefined);
    await file.sync();
    await disk.syncDirectory("/d");
    disk.crash("nothing survives");
    assertEquals(contentOf(disk), { "/d/a": "kept" }, kind);
  }
});

Deno.test("operations name what was done and what was tried, in order", async () => {
  const disk = await diskWithDirectory();
  const start = disk.operations.length;
  await writeSynced(disk, "/d/a", "A");
  const missing = await resultOf(disk.rename("/d/missing", "/d/b"));
  assertEquals(missing, "NOT_FOUND");
  disk.plant("/d/planted", encodeUtf8("P"));
  disk.snapshot();
  assertEquals(disk.operations.slice(start), [
    { name: "create", path: "/d/a" },
    { name: "write", path: "/d/a" },
    { name: "sync", path: "/d/a" },
    { name: "rename", path: "/d/b" },
  ]);
});

Deno.test("a clone has no fault and no operations of its own", async () => {
  const disk = await diskWithDirectory();
  disk.inject({ at: 1, kind: "IO", sticky: true });
  const clone = disk.clone(numbers(1));
  assertEquals(clone.operations.length, 0);
  assertEquals(await resultOf(clone.remove("/d")), "done");
  assert(hasCode(await disk.stat("/d").catch((error) => error), "IO"));
});
