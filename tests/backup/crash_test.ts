/**
 * Stops a run, a restore, a prune and a drill at each operation that changes the
 * disk, with or without a power cut; and lets each of them fail: the snapshots that
 * were there stay whole, the pond is as it was, and the next one goes on.
 */
import { assert, assertEquals } from "@std/assert";
import {
  Backup,
  placeOf,
  PondBackups,
  pruneBackup,
  verifyBackup,
} from "../../src/backup/mod.ts";
import { hasCode, PondError } from "../../src/errors.ts";
import {
  type CrashMode,
  type MemoryHost,
  memoryHost,
  SeededRandom,
  SimDisk,
  type SimFault,
  SimStop,
} from "../../src/host/memory.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { pathsLike, POND } from "../support/checked_pond.ts";
import { BACKUP, restore, RESTORED, rootsOf, run } from "./support.ts";

const READS = ["read", "stat", "list", "readLink", "stream"];

const ENDS: readonly (CrashMode | "killed")[] = [
  "killed",
  "nothing survives",
  "random",
];

function numbers(seed: number): () => number {
  const random = new SeededRandom(seed);
  return () => random.fraction();
}

function hostOn(files: SimDisk, seed: number): MemoryHost {
  return memoryHost({ files, seed });
}

/** A pond with a branch, backed up once, that has something new since then. */
async function prepared(): Promise<SimDisk> {
  const disk = new SimDisk(numbers(1));
  const host = hostOn(disk, 1);
  await using fs = await TinyLogFS.initEmpty(host, POND);
  for (let i = 0; i < 5; i++) await fs.createFile(`/f${i}`, `file ${i}`);
  await fs.createFile("/large", new Uint8Array(70_000).fill(1));
  await fs.commit();
  await fs.createBranch("exp");
  await run(host);
  await using exp = await TinyLogFS.open(host, POND, { branch: "exp" });
  await exp.createFile("/own", new Uint8Array(66_000).fill(2));
  await exp.commit();
  await fs.writeFile("/f1", "changed");
  await fs.commit();
  disk.crash("everything survives");
  return disk;
}

/** What is stopped. */
const WORK: Readonly<Record<string, (host: MemoryHost) => Promise<unknown>>> = {
  "a run": (host) => run(host),
  "a run of all": (host) => run(host, { full: true }),
  "a restore": (host) => restore(host),
  "a prune": async (host) => {
    const backup = await Backup.open(host, placeOf(host, BACKUP), {});
    return await pruneBackup(backup, { rules: { last: 1 } });
  },
  "attaching, a run and a drill": async (host) => {
    const backups = new PondBackups(host, POND);
    const options = { author: "me", writer: "test" };
    const names = await backups.names();
    if (!names.includes("b")) await backups.add("b", BACKUP);
    await backups.run("b", {}, options);
    await backups.drill("b", {}, options);
  },
  "a first backup": async (host) => {
    const backups = new PondBackups(host, POND);
    const names = await backups.names();
    if (!names.includes("new")) await backups.add("new", "/new");
    await backups.run("new", {}, { author: "me", writer: "test" });
  },
};

/** Whether it came to its end. */
async function finishes(
  disk: SimDisk,
  seed: number,
  work: (host: MemoryHost) => Promise<unknown>,
): Promise<boolean> {
  try {
    await work(hostOn(disk, seed));
    return true;
  } catch (error) {
    if (error instanceof SimStop || error instanceof PondError) return false;
    throw error;
  }
}

/** The pond is what it was, and every snapshot is whole. */
async function requireSound(
  disk: SimDisk,
  expected: unknown,
  what: string,
): Promise<void> {
  const host = hostOn(disk, 900);
  assertEquals(await rootsOf(host, POND), expected, what);
  const backup = await Backup.open(host, placeOf(host, BACKUP), {});
  const { findings, snapshots } = await verifyBackup(backup);
  const damage = findings.filter(({ severity }) => severity === "damage");
  assertEquals(damage, [], what);
  assert(snapshots >= 1, what);
  // A half pond is never under the name.
  if (pathsLike(host, /^\/restored\/./).length > 0) {
    const { main } = await rootsOf(host, RESTORED);
    assert(main !== undefined && main.historyRoot !== "", what);
  }
}

/** Does it again, and a run and a restore after it. */
async function requireGoesOn(
  disk: SimDisk,
  name: string,
  expected: unknown,
  what: string,
): Promise<void> {
  const host = hostOn(disk, 950);
  try {
    await WORK[name]?.(host);
  } catch (error) {
    const isThere = name === "a restore" && hasCode(error, "ALREADY_EXISTS");
    if (!isThere) throw error;
  }
  await run(host);
  await restore(host, { directory: "/checked" });
  assertEquals(await rootsOf(host, "/checked"), expected, what);
  const left = pathsLike(host, /\.restore(\/|\.lock)|pond-drill-/);
  assertEquals(left, [], what);
}

for (const [name, work] of Object.entries(WORK)) {
  Deno.test(`${name}, stopped at any operation, leaves whole snapshots, and goes on`, async () => {
    const start = await prepared();
    if (name === "a prune") {
      const disk = start.clone(numbers(3));
      await run(hostOn(disk, 4), { full: true });
      disk.crash("everything survives");
      await stopEverywhere(disk, name, work);
    } else await stopEverywhere(start, name, work);
  });
}

async function stopEverywhere(
  start: SimDisk,
  name: string,
  work: (host: MemoryHost) => Promise<unknown>,
): Promise<void> {
  const expected = await rootsOf(hostOn(start.clone(numbers(2)), 2), POND);
  const whole = start.clone(numbers(5));
  const before = whole.operations.length;
  assert(await finishes(whole, 1005, work), name);
  const stops = whole.operations.slice(before).flatMap(({ name }, i) =>
    READS.includes(name) ? [] : [i + 1]
  );
  assert(stops.length > 3, `${name}: ${stops.length}`);
  for (const [i, at] of stops.entries()) {
    const mode = ENDS[i % ENDS.length] ?? "killed";
    const disk = start.clone(numbers(5));
    disk.inject({ at, kind: "stop" });
    assertEquals(await finishes(disk, 1005, work), false, `${name} at ${at}`);
    disk.inject(undefined);
    if (mode === "killed") disk.kill();
    else disk.crash(mode);
    const what = `${name}, ${mode} at operation ${at}`;
    await requireSound(disk, expected, what);
    await requireGoesOn(disk, name, expected, what);
  }
}

const FAULTS: readonly (readonly [string, Omit<SimFault, "at">])[] = [
  ["a full disk", { kind: "NO_SPACE", sticky: true }],
  ["an unplugged disk", { kind: "IO", sticky: true }],
  ["an operation that fails once", { kind: "IO" }],
  ["no permission", { kind: "PERMISSION_DENIED" }],
];

for (const [fault, kind] of FAULTS) {
  Deno.test(`a run and a restore that meet ${fault} say so, and go on when it is over`, async () => {
    const start = await prepared();
    const expected = await rootsOf(hostOn(start.clone(numbers(2)), 2), POND);
    for (const name of ["a run", "a restore"] as const) {
      const work = WORK[name];
      assert(work);
      const whole = start.clone(numbers(5));
      const before = whole.operations.length;
      await work(hostOn(whole, 1005));
      const count = whole.operations.length - before;
      // Reads fail, too: a file that can't be read.
      for (let at = 1; at <= count; at += 3) {
        const disk = start.clone(numbers(5));
        disk.inject({ at, ...kind });
        await finishes(disk, 1005, work);
        disk.inject(undefined);
        const what = `${name}, ${fault} at operation ${at}`;
        await requireSound(disk, expected, what);
        await requireGoesOn(disk, name, expected, what);
      }
    }
  });
}
