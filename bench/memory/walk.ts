/**
 * What a walk through a large tree takes in memory: a pond of 1 000 000 files in
 * 1 000 directories, walked by processes of their own with bounds of their own.
 *
 * ```text
 * deno task bench:memory [FILES]
 * ```
 *
 * The peak is that of the process as the operating system counts it, what Deno
 * itself takes included. Where the walk stays within its bound, it hardly grows;
 * where everything has a place, it grows by what a node in the cache costs. A
 * pattern remembers what it has met, too.
 *
 * @module
 */
import { denoHost } from "../../src/host/mod.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { denoArgs } from "../../tests/support/deno_process.ts";

const FILES_A_DIRECTORY = 1000;
const DIRECTORIES_A_TRANSACTION = 10;
const MIB = 1024 * 1024;
/** The default is among them; all nodes have a place in the last one. */
const BOUNDS = [4 * MIB, 16 * MIB, 64 * MIB, 2048 * MIB];

/** The default. */
const PATTERN_BOUND = 16 * MIB;

const [what = "1000000", path = "", bound = ""] = Deno.args;
if (what === "walk" || what === "match") await walk(path, Number(bound), what);
else await compare(Number(what));

/** Makes the ponds, and has them walked. */
async function compare(files: number): Promise<void> {
  for (const layout of ["clustered", "hive"] as const) {
    const directory = await Deno.makeTempDir({ prefix: "pond-bench-" });
    try {
      const pond = `${directory}/pond`;
      await make(pond, layout, files);
      const peaks: number[] = [];
      for (const bound of BOUNDS) {
        const { count, peakMib, seconds } = await walked(pond, bound);
        peaks.push(peakMib);
        await say(
          `${layout}: ${count} nodes in ${seconds} s, bound ${
            bound / MIB
          } MiB: peak ${peakMib} MiB`,
        );
      }
      const { count, peakMib, seconds } = await walked(
        pond,
        PATTERN_BOUND,
        "match",
      );
      await say(
        `${layout}: ${count} nodes match /** in ${seconds} s, bound ${
          PATTERN_BOUND / MIB
        } MiB: peak ${peakMib} MiB`,
      );
      const [least = 0] = peaks;
      const most = peaks.at(-1) ?? 0;
      const bytes = Math.round((most - least) * MIB / files);
      await say(`${layout}: ${bytes} bytes a cached node`);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  }
}

async function make(
  pond: string,
  layout: Layout,
  files: number,
): Promise<void> {
  await using fs = await TinyLogFS.initEmpty(denoHost(), pond, {
    layout,
    cacheBytes: 4 * MIB,
    durability: "relaxed",
  });
  const directories = Math.ceil(files / FILES_A_DIRECTORY);
  for (let first = 0; first < directories;) {
    const end = Math.min(directories, first + DIRECTORIES_A_TRANSACTION);
    await fs.transaction(async (tx) => {
      for (let d = first; d < end; d++) {
        await tx.createDirectory(`/d${d}`);
        for (let i = 0; i < FILES_A_DIRECTORY; i++) {
          await tx.createFile(`/d${d}/f${i}`, "x");
        }
      }
    });
    first = end;
  }
}

/** Walks in a process of its own. */
async function walked(
  pond: string,
  bound: number,
  way: "walk" | "match" = "walk",
): Promise<{ count: number; peakMib: number; seconds: number }> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", ...denoArgs(), import.meta.filename ?? ""],
      ...[way, pond, String(bound)],
    ],
    stderr: "inherit",
  }).output();
  if (!success) throw new TypeError("Cannot walk");
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function walk(
  pond: string,
  cacheBytes: number,
  way: "walk" | "match",
): Promise<void> {
  const start = performance.now();
  let count = 0;
  {
    await using fs = await TinyLogFS.open(denoHost(), pond, { cacheBytes });
    const nodes = way === "walk"
      ? fs.findNodes({})
      : fs.workingDirectory().glob("/**");
    for await (const _ of nodes) count++;
  }
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  const status = await Deno.readTextFile("/proc/self/status");
  const peakMib = Math.round(
    Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024,
  );
  await say(JSON.stringify({ count, peakMib, seconds }));
}

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
