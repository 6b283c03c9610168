/**
 * Stops a prune at each operation on the disk, with or without a power cut: all
 * of history is left, or what was to be kept of it, and the pond goes on, and
 * takes in a branch that parted before.
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

function numbers(seed: number): () => number {
  const random = new SeededRandom(seed);
  return () => random.fraction();
}

async function opened(disk: SimDisk, seed: number): Promise<TinyLogFS> {
  return await TinyLogFS.open(memoryHost({ files: disk, seed }), POND);
}

async function prepared(layout: Layout): Promise<SimDisk> {
  const disk = new SimDisk(numbers(1));
  const host = memoryHost({ files: disk, seed: 1 });
  await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
  await fs.createDirectory("/d");
  await fs.createFile("/d/large", new Uint8Array(70_000).fill(1));
  await fs.createFile("/a", "of v1");
  await fs.commit();
  await fs.createBranch("side");
  await using side = await TinyLogFS.open(host, POND, { branch: "side" });
  await side.writeFile("/a", "of the side");
  await side.commit();
  await fs.optimize();
  for (let i = 0; i < 3; i++) {
    await fs.writeFile("/d/counted", `${i}`);
    await fs.writeFile(`/d/${i}`, `${i}`);
    await fs.commit();
  }
  await fs.delete("/d/large");
  await fs.commit();
  disk.crash("everything survives");
  return disk;
}

/** The tree of each version of a transaction; null where it was dropped. */
async function statesOf(disk: SimDisk, versions: number): Promise<string> {
  await using fs = await opened(disk, 77);
  const states: unknown[] = [];
  for (let version = 0; version <= versions; version++) {
    try {
      await using at = await fs.at(`v${version}`);
      states.push(await treeOf(at));
    } catch (error) {
      if (!hasCode(error, "REVISION_NOT_FOUND")) throw error;
      states.push(null);
    }
  }
  return JSON.stringify(states);
}

async function prune(disk: SimDisk, seed: number): Promise<boolean> {
  try {
    await using fs = await opened(disk, seed);
    await fs.prune({ before: "v4" });
    return true;
  } catch (error) {
    if (error instanceof SimStop) return false;
    throw error;
  }
}

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`prune() (${layout}), stopped at any operation, leaves all of history, or what it keeps`, async () => {
    const start = await prepared(layout);
    await using fs = await opened(start.clone(numbers(5)), 5);
    const { version } = fs;
    const before = await statesOf(start.clone(numbers(1)), version);
    for (const [mode, seed] of ENDS) {
      const whole = start.clone(numbers(seed));
      assert(await prune(whole, seed + 1000));
      const after = await statesOf(whole, version);
      assert(after !== before);
      const stops = whole.operations.flatMap(({ name }, i) =>
        ["read", "stat", "list", "readLink"].includes(name) ? [] : [i + 1]
      );
      assert(stops.length > 8, `${stops.length} stops`);
      for (const at of stops) {
        const disk = start.clone(numbers(seed));
        disk.inject({ at, kind: "stop" });
        const acknowledged = await prune(disk, seed + 1000);
        const { name, path } = disk.operations[at - 1] ?? {};
        if (mode === "killed") disk.kill();
        else disk.crash(mode);
        const where = `${mode} ${seed}, stopped at ${at}: ${name} ${path}`;
        const left = await statesOf(disk, version);
        assert(left === after || left === before, where);
        assert(left === after || !acknowledged, where);
        await goesOn(disk, version, left, where);
        assert(await prune(disk, seed + 2000), where);
        assertEquals(await statesOf(disk, version), after, where);
      }
    }
  });
}

/** The next process commits, a power cut, and nothing is damaged. */
async function goesOn(
  disk: SimDisk,
  version: number,
  left: string,
  where: string,
): Promise<void> {
  await using fs = await opened(disk, 123);
  await fs.createFile("/next", "next");
  await fs.commit();
  disk.crash("nothing survives");
  assertEquals(await statesOf(disk, version), left, where);
  await using next = await opened(disk, 124);
  const { findings } = await next.check();
  const damage = findings.filter(({ severity }) => severity === "damage");
  assertEquals(damage, [], where);
  const merged = await next.merge("side", { dryRun: true });
  const changes = merged.changes.map(({ kind, path }) => `${kind} ${path}`);
  assertEquals(changes, ["modified /a"], where);
  assertEquals(merged.conflicts, [], where);
}
