/**
 * A pond, and a tree of the host beside it.
 *
 * @module
 */
import { denoHost } from "../../src/host/deno_host.ts";
import type { Host } from "../../src/host/mod.ts";
import { type Scratch, scratchDirectory } from "./scratch.ts";

/** A pond, and a tree on the host. */
export async function scratchTree(
  files: Readonly<Record<string, string>>,
): Promise<Scratch> {
  const scratch = await scratchDirectory(laterHost());
  await scratch.ok("init");
  await write(`${scratch.home}/tree`, files);
  return scratch;
}

/** This machine, an hour later: nothing has been changed just now. */
function laterHost(): Host {
  const { clock, ...rest } = denoHost();
  return {
    ...rest,
    clock: {
      nowUs: () => clock.nowUs() + 3_600_000_000,
      monotonicMs: () => clock.monotonicMs(),
      sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal),
    },
  };
}

/** Writes files of the host, with their directories. */
export async function write(
  directory: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    const file = `${directory}/${path}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
}

/** Gives all files of a tree the same time. */
export async function age(directory: string): Promise<void> {
  const time = new Date("2026-01-02T03:04:05Z");
  for await (const entry of Deno.readDir(directory)) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory) await age(path);
    else if (entry.isFile) await Deno.utime(path, time, time);
  }
}

/** What a command did with a tree, in numbers. */
export async function report(
  scratch: Scratch,
  line: string,
): Promise<Record<string, number>> {
  const { new: made, changed, unchanged, deleted, skipped, failed } = JSON
    .parse(await scratch.ok(`${line} --json`));
  return { new: made, changed, unchanged, deleted, skipped, failed };
}

/** What {@linkcode report} says when there was nothing. */
export const NONE: Readonly<Record<string, number>> = {
  new: 0,
  changed: 0,
  unchanged: 0,
  deleted: 0,
  skipped: 0,
  failed: 0,
};

/** The paths in a directory of the pond, ordered. */
export async function tree(scratch: Scratch, path: string): Promise<string[]> {
  const lines = (await scratch.ok(["find", path])).split("\n");
  return lines.filter((line) => line !== "" && line !== path).sort();
}

/** The paths in a directory of the host, ordered. */
export async function names(directory: string, above = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { isDirectory, name } of Deno.readDir(directory)) {
    found.push(`${above}${name}`);
    if (!isDirectory) continue;
    found.push(...await names(`${directory}/${name}`, `${above}${name}/`));
  }
  return found.sort();
}
