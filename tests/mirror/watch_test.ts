/** A directory that is followed: by events, and without any. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { PondError } from "../../src/errors.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import type { Host } from "../../src/host/mod.ts";
import { memoryHost, type SimDisk } from "../../src/host/memory.ts";
import { type MirrorReport, MirrorSync } from "../../src/mirror/mod.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { DIR, emptyDisk, lines, withMirrorOn, writeHost } from "./support.ts";

async function next(
  reports: AsyncGenerator<MirrorReport>,
): Promise<MirrorReport> {
  const { done, value } = await reports.next();
  assert(!done);
  return value;
}

Deno.test("watch() hears of changes on a real disk", async () => {
  await using temp = await tempDirectory();
  const host = denoHost();
  await using fs = await TinyLogFS.initEmpty(host, temp.join("pond"));
  await Deno.mkdir(temp.join("dir"));
  await Deno.writeTextFile(temp.join("dir", "a"), "a");
  const mirror = await MirrorSync.open(fs, host, temp.join("dir"));
  const end = new AbortController();
  const reports = mirror.watch({
    settleMs: 50,
    // Without an event, the test would never end.
    rescanMs: 600_000,
    signal: end.signal,
  });
  assertEquals(lines(await next(reports)), ["create /a -> pond, done"]);
  const later = next(reports);
  await Deno.mkdir(temp.join("dir", "d"));
  await Deno.writeTextFile(temp.join("dir", "d", "b"), "b");
  let found = lines(await later);
  while (found.length < 2) found = found.concat(lines(await next(reports)));
  assertEquals(found, ["create /d -> pond, done", "create /d/b -> pond, done"]);
  const ended = assertRejects(() => reports.next(), PondError, "by the test");
  end.abort(new PondError("ABORTED", "Ended by the test"));
  await ended;
});

/** A host on which a file is written, and told of, during each sleep. */
function busyHost(disk: SimDisk, files: number): Host {
  let written = 0;
  let tell: (() => void) | undefined;
  const host = memoryHost({ files: disk });
  const { clock } = host;
  return {
    ...host,
    clock: {
      nowUs: () => clock.nowUs(),
      monotonicMs: () => clock.monotonicMs(),
      sleep: async (milliseconds, signal) => {
        if (written < files) {
          await writeHost(disk, `${DIR}/${written++}`, "text");
          tell?.();
        }
        await clock.sleep(milliseconds, signal);
      },
    },
    async *watch(_path, signal) {
      while (!signal.aborted) {
        await new Promise<void>((resolve) => {
          tell = resolve;
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
        yield [`${DIR}/file`];
      }
    },
  };
}

Deno.test("watch() takes what comes shortly after each other in one transaction", async () => {
  const disk = await emptyDisk("clustered");
  await withMirrorOn(busyHost(disk, 7), async (mirror) => {
    const reports = mirror.watch();
    const { commits, items } = await next(reports);
    assertEquals([commits, items.length], [1, 7]);
    await reports.return(undefined);
  });
});

Deno.test("watch() waits for rest no longer than it is told", async () => {
  const disk = await emptyDisk("clustered");
  await withMirrorOn(busyHost(disk, 1000), async (mirror) => {
    const reports = mirror.watch({ settleMs: 500, maxDelayMs: 5000 });
    const { items } = await next(reports);
    assert(items.length >= 5 && items.length < 20, `${items.length} files`);
    await reports.return(undefined);
  });
});

Deno.test("watch({ direction: 'sync' }) brings commits of others to the directory", async () => {
  const disk = await emptyDisk("clustered");
  await withMirrorOn(memoryHost({ files: disk }), async (mirror, fs) => {
    const reports = mirror.watch({ direction: "sync" });
    await writeHost(disk, `${DIR}/a`, "a");
    assertEquals(lines(await next(reports)), ["create /a -> pond, done"]);
    await fs.writeFile("/b", "b");
    await fs.commit();
    assertEquals(lines(await next(reports)), ["create /b -> host, done"]);
    await reports.return(undefined);
  });
});

Deno.test("watch() finds what no event told of, and says when there are none", async () => {
  const disk = await emptyDisk("clustered");
  const told: PondError[] = [];
  const host: Host = {
    ...memoryHost({ files: disk }),
    async *watch() {
      yield await Promise.reject(new PondError("IO", "no more watches"));
    },
  };
  await withMirrorOn(host, async (mirror) => {
    const reports = mirror.watch({ onBlind: (error) => told.push(error) });
    for (const name of ["a", "b"]) {
      await writeHost(disk, `${DIR}/${name}`, name);
      assertEquals(lines(await next(reports)), [
        `create /${name} -> pond, done`,
      ]);
    }
    await reports.return(undefined);
  });
  assertEquals(told.map(({ message }) => message), ["no more watches"]);
});

Deno.test("watch() waits while another program mirrors the directory", async () => {
  const disk = await emptyDisk("clustered");
  await withMirrorOn(memoryHost({ files: disk }), async (mirror) => {
    await writeHost(disk, `${DIR}/a`, "a");
    await disk.makeDirectory(`${DIR}/.pond-mirror`);
    const lock = await disk.tryLock(`${DIR}/.pond-mirror/lock`);
    await assertRejects(() => mirror.sync(), PondError, "another program");
    const reports = mirror.watch();
    const later = next(reports);
    for (let turn = 0; turn < 500; turn++) await disk.stat(DIR);
    await lock?.[Symbol.asyncDispose]();
    assertEquals(lines(await later), ["create /a -> pond, done"]);
    await reports.return(undefined);
  });
});
