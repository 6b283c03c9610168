/** What a power cut leaves of a simulated disk: all that POSIX allows. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { encodeUtf8 } from "../../src/bytes.ts";
import { PondError } from "../../src/errors.ts";
import { SimDisk } from "../../src/host/memory.ts";
import {
  contentOf,
  diskWithDirectory,
  filesLeft,
  MODES,
  numbers,
  outcomesOf,
  writeSynced,
  writeUnsynced,
} from "./sim_support.ts";

Deno.test("crash() forgets bytes that were not flushed, under a name that was", async () => {
  const disk = await diskWithDirectory();
  await writeUnsynced(disk, "/d/a", "lost");
  await disk.syncDirectory("/d");
  disk.crash("nothing survives");
  assertEquals(contentOf(disk), { "/d/a": "" });
  assertEquals((await disk.stat("/d/a"))?.sizeBytes, 0);
});

Deno.test("crash() forgets a name that was not flushed, with bytes that were", async () => {
  const disk = await diskWithDirectory();
  await writeSynced(disk, "/d/a", "lost");
  disk.crash("nothing survives");
  assertEquals(contentOf(disk), {});
});

Deno.test("crash() forgets a directory whose own name was not flushed", async () => {
  const disk = new SimDisk(numbers(1));
  await disk.makeDirectory("/d");
  await writeSynced(disk, "/d/a", "lost");
  await disk.syncDirectory("/d");
  disk.crash("nothing survives");
  assertEquals(await disk.stat("/d"), undefined);
});

Deno.test("crash() keeps what was flushed: bytes, time and every name on the way", async () => {
  for (const mode of MODES) {
    const disk = await diskWithDirectory();
    await using file = await disk.create("/d/a");
    await file.write(encodeUtf8("kept"));
    await file.setModified(1234);
    await file.sync();
    await disk.makeLink("/d/link", "a");
    await disk.syncDirectory("/d");
    disk.crash(mode);
    assertEquals(contentOf(disk), { "/d/a": "kept" }, mode);
    assertEquals((await disk.stat("/d/a"))?.modifiedMs, 1234, mode);
    assertEquals(await disk.readLink("/d/link"), "a", mode);
  }
});

Deno.test("crash() that leaves everything leaves it on the platter", async () => {
  const disk = await diskWithDirectory();
  await writeUnsynced(disk, "/d/a", "kept");
  disk.crash("everything survives");
  assertEquals(contentOf(disk), { "/d/a": "kept" });
  disk.crash("nothing survives");
  assertEquals(contentOf(disk), { "/d/a": "kept" });
});

Deno.test("kill() leaves everything as it is, and flushes nothing", async () => {
  const disk = await diskWithDirectory();
  await writeUnsynced(disk, "/d/a", "seen");
  disk.kill();
  assertEquals(contentOf(disk), { "/d/a": "seen" });
  disk.crash("nothing survives");
  assertEquals(contentOf(disk), {});
});

Deno.test("crash() by chance leaves each name by itself, with empty, torn, zeroed or whole bytes", async () => {
  const outcomes = await outcomesOf(
    (disk) => writeUnsynced(disk, "/d/a", "ab"),
    filesLeft,
  );
  assertEquals(outcomes, ["", "/d/a=", "/d/a=\0\0", "/d/a=a", "/d/a=ab"]);
});

Deno.test("crash() by chance leaves a rename in a directory with either name, both, or none", async () => {
  const outcomes = await outcomesOf(async (disk) => {
    await writeSynced(disk, "/d/a", "A");
    await disk.syncDirectory("/d");
    await disk.rename("/d/a", "/d/b");
  }, filesLeft);
  assertEquals(outcomes, ["", "/d/a=A", "/d/a=A /d/b=A", "/d/b=A"]);
});

Deno.test("crash() by chance leaves a rename over a file with the old file or the new", async () => {
  const outcomes = await outcomesOf(async (disk) => {
    await writeSynced(disk, "/d/a", "new");
    await writeSynced(disk, "/d/b", "old");
    await disk.syncDirectory("/d");
    await disk.rename("/d/a", "/d/b");
  }, filesLeft);
  assertEquals(outcomes, [
    "/d/a=new /d/b=new",
    "/d/a=new /d/b=old",
    "/d/b=new",
    "/d/b=old",
  ]);
});

Deno.test("crash() takes a rename between directories apart, by which of them was flushed", async () => {
  for (
    const [flushed, expected] of [
      ["/d", {}],
      ["/e", { "/d/a": "A", "/e/a": "A" }],
    ] as const
  ) {
    const disk = await diskWithDirectory();
    await disk.makeDirectory("/e");
    await disk.syncDirectory("/");
    await writeSynced(disk, "/d/a", "A");
    await disk.syncDirectory("/d");
    await disk.rename("/d/a", "/e/a");
    await disk.syncDirectory(flushed);
    disk.crash("nothing survives");
    assertEquals(contentOf(disk), expected, flushed);
  }
});

Deno.test("crash() keeps a directory that was moved in one place", async () => {
  const outcomes = await outcomesOf(async (disk) => {
    await disk.makeDirectory("/d/a");
    await writeSynced(disk, "/d/a/file", "");
    await disk.syncDirectory("/d/a");
    await disk.syncDirectory("/d");
    await disk.rename("/d/a", "/d/b");
  }, filesLeft);
  assertEquals(outcomes, ["", "/d/a/file=", "/d/b/file="]);
});

Deno.test("crash() forgets a second name that was not flushed, and keeps the first", async () => {
  const outcomes = await outcomesOf(async (disk) => {
    await writeSynced(disk, "/d/a", "A");
    await disk.syncDirectory("/d");
    await disk.link("/d/a", "/d/b");
  }, filesLeft);
  assertEquals(outcomes, ["/d/a=A", "/d/a=A /d/b=A"]);
});

Deno.test("crash() leaves two names of one file as names of one file", async () => {
  const disk = await diskWithDirectory();
  await writeSynced(disk, "/d/a", "A");
  await disk.link("/d/a", "/d/b");
  await disk.syncDirectory("/d");
  disk.crash("nothing survives");
  await disk.overwrite("/d/a", encodeUtf8("B"));
  assertEquals(contentOf(disk), { "/d/a": "B", "/d/b": "B" });
});

Deno.test("crash() brings back what was removed, until the directory is flushed", async () => {
  const disk = await diskWithDirectory();
  await disk.makeDirectory("/d/below");
  await writeSynced(disk, "/d/below/a", "A");
  await disk.syncDirectory("/d/below");
  await disk.syncDirectory("/d");
  await disk.remove("/d/below/a");
  await disk.remove("/d/below");
  const flushed = disk.clone(numbers(1));
  disk.crash("nothing survives");
  assertEquals(contentOf(disk), { "/d/below/a": "A" });
  await flushed.syncDirectory("/d");
  flushed.crash("nothing survives");
  assertEquals(await flushed.stat("/d/below"), undefined);
});

Deno.test("crash() by chance brings back a temporary name that was gone again", async () => {
  const outcomes = await outcomesOf(async (disk) => {
    await writeSynced(disk, "/d/t", "A");
    await disk.link("/d/t", "/d/a");
    await disk.remove("/d/t");
  }, filesLeft);
  assertEquals(outcomes, ["", "/d/a=A", "/d/a=A /d/t=A", "/d/t=A"]);
});

Deno.test("crash() by chance leaves a replaced file whole when it was flushed, or any later one, torn", async () => {
  const outcomes = await outcomesOf(async (disk) => {
    await writeSynced(disk, "/d/a", "A");
    await disk.syncDirectory("/d");
    await disk.replace("/d/a", encodeUtf8("B"));
    await disk.replace("/d/a", encodeUtf8("C"));
  }, (disk) => contentOf(disk)["/d/a"] ?? "none");
  assertEquals(outcomes, ["", "\0", "A", "B", "C"]);
});

Deno.test("crash() by chance mixes what was written over in place, sector by sector or at any byte", async () => {
  const outcomes = await outcomesOf(async (disk) => {
    await disk.overwrite("/d/a", new Uint8Array(1024).fill(0x41));
    await disk.overwrite("/d/a", new Uint8Array(1024).fill(0x42));
    await disk.syncDirectory("/d");
  }, (disk) => {
    const text = contentOf(disk)["/d/a"] ?? "none";
    // Runs of one byte, without their lengths, except for whole sectors.
    return text.replace(/(A+|B+|\0+)/g, ([byte = "", ...rest]) => {
      const mark = byte === "\0" ? "0" : byte;
      return (rest.length + 1) % 512 === 0 ? mark.repeat(2) : mark;
    });
  });
  for (const expected of ["", "AA", "BB", "AABB", "BBAA", "BA", "00BB"]) {
    assert(outcomes.includes(expected), `${expected}: ${outcomes}`);
  }
});

Deno.test("crash() by chance leaves a time that was not flushed, or the one before", async () => {
  const outcomes = await outcomesOf(async (disk) => {
    await using file = await disk.create("/d/a");
    await file.setModified(1);
    await file.sync();
    await disk.syncDirectory("/d");
    await file.setModified(2);
    await file.setModified(3);
  }, async (disk) => String((await disk.stat("/d/a"))?.modifiedMs));
  assertEquals(outcomes, ["1", "2", "3"]);
});

Deno.test("crash() by chance is the same for the same seed, and another for others", async () => {
  const left = async (seed: number) => {
    const disk = await diskWithDirectory(seed);
    for (let i = 0; i < 20; i++) {
      await writeUnsynced(disk, `/d/${i}`, `content ${i}`);
    }
    disk.crash("random");
    return filesLeft(disk);
  };
  assertEquals(await left(7), await left(7));
  assertNotEquals(await left(7), await left(8));
});

Deno.test("crash() ends what is open: files, waits for locks, and locks", async () => {
  const disk = await diskWithDirectory();
  const file = await disk.create("/d/a");
  await file.sync();
  await disk.lock("/d/lock");
  await disk.syncDirectory("/d");
  const say = (error: unknown) => String(error);
  const waiting = disk.lock("/d/lock").catch(say);
  await disk.stat("/d");
  const underWay = disk.overwrite("/d/a", encodeUtf8("late")).catch(say);
  disk.crash("everything survives");
  const write = file.write(encodeUtf8("late")).catch(say);
  assertEquals(await Promise.all([waiting, underWay, write]), [
    "SimStop: the process was ended",
    "SimStop: overwrite /d/a",
    "SimStop: write /d/a",
  ]);
  assertEquals(contentOf(disk)["/d/a"], "");
  await using _lock = await disk.lock("/d/lock");
});

/** One step of a program: what, and with which two paths or path and text. */
type Step = readonly [
  "write" | "overwrite" | "link" | "rename" | "remove",
  string,
  string,
];

async function take(disk: SimDisk, [verb, a, b]: Step): Promise<void> {
  try {
    if (verb === "write") await writeUnsynced(disk, a, b);
    if (verb === "overwrite") await disk.overwrite(a, encodeUtf8(b));
    if (verb === "link") await disk.link(a, b);
    if (verb === "rename") await disk.rename(a, b);
    if (verb === "remove") await disk.remove(a);
  } catch (error) {
    // A step that isn't possible changes nothing.
    if (!(error instanceof PondError)) throw error;
  }
}

Deno.test("crash() after one that left everything changes nothing, whatever was done before", async () => {
  const path = fc.constantFrom("/d/a", "/d/b", "/e/a", "/e/b");
  const verb = fc.constantFrom<Step[0]>(
    "write",
    "overwrite",
    "link",
    "rename",
    "remove",
  );
  const steps = fc.array(fc.tuple(verb, path, path), { maxLength: 20 });
  await fc.assert(fc.asyncProperty(
    steps,
    fc.constantFrom(...MODES),
    fc.nat(),
    async (steps, mode, seed) => {
      const disk = await diskWithDirectory(seed);
      await disk.makeDirectory("/e");
      for (const step of steps) await take(disk, step);
      const before = contentOf(disk);
      disk.crash("everything survives");
      assertEquals(contentOf(disk), before);
      disk.crash(mode);
      assertEquals(contentOf(disk), before);
    },
  ));
});
