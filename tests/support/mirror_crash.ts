/**
 * Stops a run of a mirror at writes to the disk: by the end of the process, by a power
 * cut, by a full disk, by an error of it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { decodeUtf8 } from "../../src/bytes.ts";
import { hasCode, type PondErrorCode } from "../../src/errors.ts";
import {
  type CrashMode,
  type SimDisk,
  SimStop,
} from "../../src/host/memory.ts";
import type { MirrorRunOptions } from "../../src/mirror/mod.ts";
import type { Layout } from "../../src/tinylogfs/mod.ts";
import {
  DIR,
  emptyDisk,
  hostTree,
  numbers,
  pondTree,
  withMirror,
  writeHost,
} from "../mirror/support.ts";

/** Every way in which a run is stopped. */
export const MIRROR_ENDS = [
  "killed",
  "nothing survives",
  "random",
  "everything survives",
  "NO_SPACE",
  "IO",
  "PERMISSION_DENIED",
] as const satisfies readonly ("killed" | CrashMode | PondErrorCode)[];

/** How a run is stopped. */
export type MirrorEnd = typeof MIRROR_ENDS[number];

const READS = ["read", "stat", "list", "readLink"];

const OLD = "o".repeat(70_000);
const NEW = "n".repeat(70_000);

/** Both sides have changed: everything that can happen to a path happens to one. */
async function prepared(layout: Layout): Promise<SimDisk> {
  const disk = await emptyDisk(layout);
  await withMirror(disk, async (mirror, fs) => {
    await fs.createDirectory("/d/e", { recursive: true });
    await fs.createFile("/d/pond", "old");
    await fs.createFile("/d/host", "old");
    await fs.createFile("/d/e/large", OLD);
    await fs.createFile("/gone", "gone");
    await fs.createFile("/left", "left");
    await fs.createFile("/turns", "a file");
    await fs.createSymlink("/link", "d/pond");
    await fs.createFile("/both", "old");
    await fs.commit();
    await mirror.sync();
    await fs.writeFile("/d/pond", "new");
    await fs.writeFile("/d/e/large", NEW);
    await fs.delete("/gone");
    await fs.delete("/turns");
    await fs.createDirectory("/turns");
    await fs.createFile("/turns/in", "in");
    await fs.createDirectory("/fresh", { mode: 0o700 });
    await fs.createSymlink("/fresh/link", "../left");
    await fs.writeFile("/both", "of the pond");
    await fs.commit();
  });
  await writeHost(disk, `${DIR}/d/host`, "new");
  await writeHost(disk, `${DIR}/added/large`, NEW);
  await disk.remove(`${DIR}/left`);
  await disk.remove(`${DIR}/link`);
  await disk.makeLink(`${DIR}/link`, "d/host");
  await writeHost(disk, `${DIR}/both`, "of the host");
  disk.crash("everything survives");
  return disk;
}

const OPTIONS: MirrorRunOptions = { deletes: true, prefer: "pond" };

const AFTER = {
  "/added": "/",
  "/added/large": NEW,
  "/both": "of the pond",
  "/d": "/",
  "/d/e": "/",
  "/d/e/large": NEW,
  "/d/host": "new",
  "/d/pond": "new",
  "/fresh": "/",
  "/fresh/link": "-> ../left",
  "/link": "-> d/host",
  "/turns": "/",
  "/turns/in": "in",
};

/** What a path of the host may hold at any moment, beside nothing. */
const SEEN: Readonly<Record<string, readonly string[]>> = {
  "/both": ["of the host", "of the pond"],
  "/d/e/large": [OLD, NEW],
  "/d/host": ["new"],
  "/d/pond": ["old", "new"],
  "/fresh/link": ["-> ../left"],
  "/gone": ["gone"],
  "/link": ["-> d/host"],
  "/turns": ["a file", "/"],
  "/turns/in": ["in"],
  "/added/large": [NEW],
};

async function run(disk: SimDisk, seed: number): Promise<unknown> {
  try {
    await withMirror(disk, (mirror) => mirror.sync(OPTIONS), { seed });
    return undefined;
  } catch (error) {
    return error;
  }
}

function end(disk: SimDisk, how: MirrorEnd): void {
  if (how === "killed") disk.kill();
  else if (/survive|random/.test(how)) disk.crash(how as CrashMode);
  disk.inject(undefined);
}

function assertSeen(tree: Record<string, string>, where: string): void {
  for (const [path, text] of Object.entries(tree)) {
    const isDraft = /\/\.pond-mirror-[0-9a-f]{32}$/.test(path);
    const expected = SEEN[path] ?? ["/"];
    assert(isDraft || expected.includes(text), `${path} in ${where}`);
  }
}

/**
 * Nothing is lost, no half file is seen, and the next run comes to where a run comes
 * that isn't stopped.
 *
 * @param ends How it is stopped, and at which writes: each, or each so many.
 */
export async function stopMirror(
  layout: Layout,
  ends: readonly (readonly [MirrorEnd, number])[],
): Promise<void> {
  const start = await prepared(layout);
  for (const [i, [how, every]] of ends.entries()) {
    const seed = 1 + i;
    const whole = start.clone(numbers(seed));
    assertEquals(await run(whole, seed), undefined);
    assertEquals(await hostTree(whole), AFTER);
    const stops = whole.operations.flatMap(({ name }, i) =>
      READS.includes(name) ? [] : [i + 1]
    );
    assert(stops.length > 60, `${stops.length} stops`);
    for (const at of stops.filter((_, n) => n % every === 0)) {
      const disk = start.clone(numbers(seed));
      const isCut = /killed|survive|random/.test(how);
      const kind = isCut ? "stop" : how;
      disk.inject({ at, kind: kind as "stop", sticky: how === "NO_SPACE" });
      const error = await run(disk, seed);
      const { name, path } = disk.operations[at - 1] ?? {};
      const where = `${how}, stopped at ${at}: ${name} ${path}`;
      const isEnd = error === undefined || error instanceof SimStop ||
        hasCode(error, "NO_SPACE", "IO", "PERMISSION_DENIED") ||
        hasCode(error, "OUTCOME_UNKNOWN");
      assert(isEnd, `${where}: ${error}`);
      end(disk, how);
      assertSeen(await hostTree(disk), where);
      assertEquals(await run(disk, seed + 1000), undefined, where);
      assertEquals(await hostTree(disk), AFTER, where);
      await withMirror(disk, async (mirror, fs) => {
        assertEquals(await pondTree(fs), AFTER, where);
        assertEquals((await mirror.sync(OPTIONS)).items, [], where);
        // What was in conflict is in the history of the path.
        const versions: string[] = [];
        for await (const { content, path } of fs.historyRows()) {
          if (path !== "/both" || content === null) continue;
          versions.push(decodeUtf8(content));
        }
        assert(versions.includes("of the host"), where);
        assert(versions.includes("of the pond"), where);
      });
    }
  }
}
