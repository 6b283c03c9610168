/**
 * Stops what makes, deletes and switches branches, and sets tags, at each
 * operation on the disk, with or without a power cut: it was done, or it was
 * not, and can be done again; the pond is sound.
 */
import { assert, assertEquals } from "@std/assert";
import { hasCode } from "../../src/errors.ts";
import {
  type CrashMode,
  memoryHost,
  SeededRandom,
  SimDisk,
  SimStop,
} from "../../src/host/memory.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { treeOf } from "../support/tree.ts";

const POND = "/pond";

const ENDS: readonly (readonly [CrashMode | "killed", number])[] = [
  ["killed", 1],
  ["nothing survives", 1],
  ["random", 2],
];

/** What is stopped. Done twice, it may say that it was done. */
const WORK: Readonly<Record<string, (fs: TinyLogFS) => Promise<unknown>>> = {
  "createBranch()": (fs) => fs.createBranch("new"),
  "createBranch() of an earlier version": (fs) =>
    fs.createBranch("new", { at: "v1" }),
  "deleteBranch()": (fs) => fs.deleteBranch("old", { force: true }),
  "switchBranch()": (fs) => fs.switchBranch("old"),
  "tag()": (fs) => fs.tag("t", "v1"),
  "deleteTag()": (fs) => fs.deleteTag("first"),
};

function numbers(seed: number): () => number {
  const random = new SeededRandom(seed);
  return () => random.fraction();
}

async function opened(
  disk: SimDisk,
  seed: number,
  branch: string,
): Promise<TinyLogFS> {
  const host = memoryHost({ files: disk, seed });
  return await TinyLogFS.open(host, POND, { branch });
}

async function prepared(layout: Layout): Promise<SimDisk> {
  const disk = new SimDisk(numbers(1));
  const host = memoryHost({ files: disk, seed: 1 });
  await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
  await fs.createFile("/a", "of v1");
  await fs.createFile("/large", new Uint8Array(70_000).fill(1));
  await fs.commit();
  await fs.createBranch("old");
  await using old = await opened(disk, 2, "old");
  await old.writeFile("/b", "of the branch");
  await old.commit();
  await fs.writeFile("/a", "of v2");
  await fs.commit();
  await fs.tag("first", "v1");
  disk.crash("everything survives");
  return disk;
}

/** The branches, which one is the current, the trees, and the tags. */
async function stateOf(disk: SimDisk): Promise<string> {
  await using fs = await opened(disk, 77, "main");
  const state: unknown[] = [await fs.tags()];
  for await (const { current, from, name } of fs.branches()) {
    await using branch = await opened(disk, 78, name);
    state.push([name, current, from?.version, await treeOf(branch)]);
  }
  return JSON.stringify(state, (key, value) =>
    // Times are those of the process that was stopped.
    /Us$|^time/.test(key) ? undefined : value);
}

async function finishes(
  disk: SimDisk,
  seed: number,
  work: (fs: TinyLogFS) => Promise<unknown>,
): Promise<boolean> {
  try {
    await using fs = await opened(disk, seed, "main");
    await work(fs);
    return true;
  } catch (error) {
    if (error instanceof SimStop) return false;
    throw error;
  }
}

async function again(
  disk: SimDisk,
  work: (fs: TinyLogFS) => Promise<unknown>,
): Promise<void> {
  try {
    await using fs = await opened(disk, 500, "main");
    await work(fs);
  } catch (error) {
    if (!hasCode(error, "ALREADY_EXISTS", "NOT_FOUND")) throw error;
  }
}

for (const layout of ["clustered", "hive"] as const) {
  for (const [name, work] of Object.entries(WORK)) {
    Deno.test(`${name} (${layout}), stopped at any operation, was done, or was not`, async () => {
      const start = await prepared(layout);
      const before = await stateOf(start.clone(numbers(1)));
      for (const [mode, seed] of ENDS) {
        const whole = start.clone(numbers(seed));
        assert(await finishes(whole, seed + 1000, work));
        const stops = whole.operations.flatMap(({ name }, i) =>
          ["read", "stat", "list", "readLink"].includes(name) ? [] : [i + 1]
        );
        const after = await stateOf(whole);
        assert(after !== before);
        assert(stops.length > 1, `${stops.length} stops`);
        for (const at of stops) {
          const disk = start.clone(numbers(seed));
          disk.inject({ at, kind: "stop" });
          const acknowledged = await finishes(disk, seed + 1000, work);
          const { name, path } = disk.operations[at - 1] ?? {};
          if (mode === "killed") disk.kill();
          else disk.crash(mode);
          const where = `${mode} ${seed}, stopped at ${at}: ${name} ${path}`;
          const left = await stateOf(disk);
          if (left !== after) assertEquals(left, before, where);
          assert(left === after || !acknowledged, `it is lost: ${where}`);
          await again(disk, work);
          assertEquals(await stateOf(disk), after, where);
          const { findings } = await TinyLogFS.check(
            memoryHost({ files: disk, seed: 99 }),
            POND,
          );
          const damage = findings.filter(({ severity }) =>
            severity === "damage"
          );
          assertEquals(damage, [], where);
        }
      }
    });
  }
}
