/**
 * Stops a process at each operation on the disk, with or without a power cut,
 * and looks at what is left: the old state or the new one, and an acknowledged
 * one always.
 */
import { assert, assertEquals } from "@std/assert";
import {
  type CrashMode,
  memoryHost,
  SeededRandom,
  SimDisk,
  type SimOperation,
  SimStop,
} from "../../src/host/memory.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { type Tree, treeOf } from "../support/tree.ts";

const POND = "/pond";

/** How a process ends: alone, or with the power. */
type End = CrashMode | "killed";

/** What happens to what was not flushed; "random" by several seeds. */
const ENDS: readonly (readonly [End, number])[] = [
  ["killed", 1],
  ["nothing survives", 1],
  ["everything survives", 1],
  ["random", 2],
  ["random", 3],
  ["random", 4],
];

/** For what takes many operations. */
const FEWER_ENDS = ENDS.filter(([end, seed]) =>
  seed <= 2 && end !== "everything survives"
);

/** Work that makes one commit of a pond, or none. */
interface Scenario {
  readonly name: string;
  /** Whether it takes many operations. */
  readonly isLong?: boolean;
  /** Brings a pond to the state before. */
  before(fs: TinyLogFS, disk: SimDisk): Promise<void>;
  /** The work that is stopped; resolves when it is acknowledged. */
  work(disk: SimDisk, seed: number): Promise<void>;
}

async function opened(
  disk: SimDisk,
  seed: number,
  staged = false,
  daysLater = 0,
  branch = "main",
): Promise<TinyLogFS> {
  // A process of its own: it makes other ids than the one before.
  const host = memoryHost({ files: disk, seed: seed + 1000 });
  await host.clock.sleep(daysLater * 86_400_000);
  return await TinyLogFS.open(host, POND, { staged, branch });
}

async function someFiles(fs: TinyLogFS): Promise<void> {
  await fs.createDirectory("/d");
  await fs.createDirectory("/e");
  await fs.createFile("/d/a", "a");
  await fs.createFile("/d/b", "b");
  await fs.createFile("/large", new Uint8Array(70_000).fill(1));
  await fs.commit();
}

async function commits(fs: TinyLogFS, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await fs.writeFile("/d/counted", `${i}`);
    await fs.commit();
  }
}

async function changeMuch(fs: TinyLogFS): Promise<void> {
  await fs.updateFile("/d/a", "A");
  await fs.rename("/d/b", "/e/c");
  await fs.delete("/large");
  await fs.createFile("/large2", new Uint8Array(80_000).fill(2));
  await fs.createDirectory("/f/g", { recursive: true });
  await fs.createSymlink("/f/g/link", "../../d/a");
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: "a commit of many kinds of changes",
    before: someFiles,
    async work(disk, seed) {
      const fs = await opened(disk, seed);
      await changeMuch(fs);
      await fs.commit();
    },
  },
  {
    name: "a commit that a checkpoint follows",
    async before(fs) {
      for (let i = 0; i < 62; i++) {
        await fs.writeFile("/f", `${i}`);
        await fs.commit();
      }
    },
    async work(disk, seed) {
      const fs = await opened(disk, seed);
      await fs.writeFile("/f", "new");
      await fs.commit();
    },
  },
  {
    name: "a commit that a merge follows",
    isLong: true,
    async before(fs) {
      await someFiles(fs);
      await commits(fs, 13);
    },
    async work(disk, seed) {
      const fs = await opened(disk, seed);
      await changeMuch(fs);
      await fs.commit();
      // Otherwise the walk is one through nothing.
      assert(fs.oplog.version > fs.version, "files were merged");
    },
  },
  {
    name: "a commit, an optimize(), and at once a vacuum()",
    isLong: true,
    async before(fs) {
      await someFiles(fs);
      await fs.createFile("/never", new Uint8Array(70_000).fill(9));
      await fs.revert();
    },
    async work(disk, seed) {
      const fs = await opened(disk, seed, false, 1);
      await changeMuch(fs);
      await fs.commit();
      await fs.optimize();
      const later = await opened(disk, seed + 1, false, 2);
      const options = { dryRun: false, retentionMs: 1, force: true };
      const { files } = await later.vacuum(options);
      const blobs = files.filter(({ kind }) => kind === "blob");
      assert(files.length > 3 && blobs.length === 1, "files were deleted");
    },
  },
  {
    name: "a commit, and a checkpoint() that cleans the log",
    isLong: true,
    async before(fs) {
      await someFiles(fs);
      await commits(fs, 4);
      await fs.checkpoint();
      await commits(fs, 1);
    },
    async work(disk, seed) {
      const fs = await opened(disk, seed, false, 40);
      await changeMuch(fs);
      await fs.commit();
      const { logFilesRemoved } = await fs.checkpoint();
      assertEquals(logFilesRemoved, 5);
    },
  },
  {
    name: "a restore",
    async before(fs) {
      await someFiles(fs);
      await changeMuch(fs);
      await fs.commit();
    },
    async work(disk, seed) {
      await (await opened(disk, seed)).restore("v1");
    },
  },
  {
    name: "an undo",
    async before(fs) {
      await someFiles(fs);
      await changeMuch(fs);
      await fs.commit();
    },
    async work(disk, seed) {
      await (await opened(disk, seed)).undo();
    },
  },
  {
    name: "a redo",
    async before(fs) {
      await someFiles(fs);
      await changeMuch(fs);
      await fs.commit();
      await fs.undo();
    },
    async work(disk, seed) {
      await (await opened(disk, seed)).redo();
    },
  },
  {
    name: "a transaction() with a savepoint",
    before: someFiles,
    async work(disk, seed) {
      const fs = await opened(disk, seed);
      await fs.transaction(async (tx) => {
        await tx.writeFile("/d/new", "new");
        await tx.savepoint(async () => {
          await tx.delete("/d", { recursive: true });
          throw new RangeError("dropped");
        }).catch((error) => {
          if (!(error instanceof RangeError)) throw error;
        });
        await tx.rename("/d/a", "/e/a");
      });
    },
  },
  {
    name: "a merge of another branch",
    async before(fs, disk) {
      await someFiles(fs);
      await fs.createBranch("theirs");
      const theirs = await opened(disk, 7, false, 0, "theirs");
      await changeMuch(theirs);
      await theirs.commit();
      await fs.writeFile("/d/ours", "ours");
      await fs.commit();
    },
    async work(disk, seed) {
      const { changes, conflicts } = await (await opened(disk, seed)).merge(
        "theirs",
      );
      assert(changes.length > 3 && conflicts.length === 0, "it takes in much");
    },
  },
  {
    name: "a commit of what was staged",
    async before(fs) {
      await someFiles(fs);
      await changeMuch(fs);
      await fs.stage();
    },
    async work(disk, seed) {
      await (await opened(disk, seed, true)).commit();
    },
  },
];

/** A disk with a pond in the state before; the tests work on clones of it. */
async function prepared(scenario: Scenario, layout: Layout): Promise<SimDisk> {
  const disk = emptyDisk(1);
  const host = memoryHost({ files: disk, seed: 1 });
  const fs = await TinyLogFS.initEmpty(host, POND, { layout });
  await scenario.before(fs, disk);
  // The test begins with a disk that has been flushed as a whole.
  disk.crash("everything survives");
  return disk;
}

function emptyDisk(seed: number): SimDisk {
  return new SimDisk(numbers(seed));
}

function numbers(seed: number): () => number {
  const random = new SeededRandom(seed);
  return () => random.fraction();
}

function end(disk: SimDisk, mode: End): void {
  if (mode === "killed") disk.kill();
  else disk.crash(mode);
}

async function stateOf(disk: SimDisk): Promise<Tree> {
  await using fs = await opened(disk, 99);
  return await treeOf(fs);
}

for (const layout of ["clustered", "hive"] as const) {
  for (const scenario of SCENARIOS) {
    Deno.test(`${scenario.name} (${layout}), stopped at any operation, leaves the old state or the new`, async () => {
      const start = await prepared(scenario, layout);
      const before = await stateOf(start.clone(numbers(1)));
      for (const [mode, seed] of scenario.isLong ? FEWER_ENDS : ENDS) {
        const disk = start.clone(numbers(seed));
        await scenario.work(disk, seed);
        const stops = stopsIn(disk.operations);
        const after = await stateOf(disk);
        assert(stops.length > 10, `${stops.length} stops`);
        for (const at of stops) {
          await stopAt(at, { start, scenario, mode, seed, before, after });
        }
      }
    });
  }
}

/**
 * Where to stop: what only reads leaves the disk as it was, so that a stop in
 * it is a stop in the next operation that changes something.
 */
function stopsIn(operations: readonly SimOperation[]): number[] {
  const reads = ["read", "stat", "list", "readLink"];
  return operations.flatMap(({ name }, i) =>
    reads.includes(name) ? [] : [i + 1]
  );
}

async function stopAt(
  at: number,
  { start, scenario, mode, seed, before, after }: {
    readonly start: SimDisk;
    readonly scenario: Scenario;
    readonly mode: End;
    readonly seed: number;
    readonly before: Tree;
    readonly after: Tree;
  },
): Promise<void> {
  const disk = start.clone(numbers(seed));
  disk.inject({ at, kind: "stop" });
  const acknowledged = await finishes(() => scenario.work(disk, seed));
  const { name, path } = disk.operations[at - 1] ?? { name: "", path: "" };
  end(disk, mode);
  const where = `${mode}, seed ${seed}, stopped at ${at}: ${name} ${path}`;
  const left = await goesOn(disk, where);
  const isNew = JSON.stringify(left) === JSON.stringify(after);
  if (!isNew) assertEquals(left, before, where);
  assert(isNew || !acknowledged, `an acknowledged commit is lost: ${where}`);
}

/** Whether work was acknowledged; the stop is the only way that it may fail. */
async function finishes(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof SimStop) return false;
    throw error;
  }
}

/**
 * No repair is needed: the next process works as if nothing had been, and what
 * it acknowledges doesn't hang on anything that the stopped one never flushed.
 *
 * @returns What the stopped one left.
 */
async function goesOn(disk: SimDisk, where: string): Promise<Tree> {
  await using fs = await opened(disk, 123);
  const left = await treeOf(fs);
  await fs.createFile("/next", "next");
  await fs.commit();
  disk.crash("nothing survives");
  const expected = { ...left, "/next": "next" };
  assertEquals(await stateOf(disk), expected, `then a power cut: ${where}`);
  return left;
}

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`init (${layout}), stopped at any operation, leaves no pond or a whole one, and can be done again`, async () => {
    for (const [mode, seed] of ENDS) {
      for (let at = 1;; at++) {
        const where = `${mode}, seed ${seed}, stopped at ${at}`;
        const { disk, acknowledged, exists } = await initStopped(
          { at, layout, mode, seed },
        );
        assert(exists || !acknowledged, where);
        if (!exists) {
          const next = memoryHost({ files: disk, seed: seed + 1 });
          await TinyLogFS.initEmpty(next, POND, { layout });
        }
        assertEquals(await goesOn(disk, where), {}, where);
        if (acknowledged) break;
      }
    }
  });
}

/** What an init leaves that stops at an operation. */
async function initStopped(
  { at, layout, mode, seed }: {
    readonly at: number;
    readonly layout: Layout;
    readonly mode: End;
    readonly seed: number;
  },
): Promise<
  { readonly disk: SimDisk; readonly acknowledged: boolean; exists: boolean }
> {
  const disk = emptyDisk(seed);
  disk.inject({ at, kind: "stop" });
  const host = memoryHost({ files: disk, seed });
  const acknowledged = await finishes(async () => {
    await TinyLogFS.initEmpty(host, POND, { layout });
  });
  end(disk, mode);
  return { disk, acknowledged, exists: await isPond(disk) };
}

async function isPond(disk: SimDisk): Promise<boolean> {
  return await disk.stat(`${POND}/pond.json`) !== undefined;
}

Deno.test("stage(), stopped at any operation, keeps what was staged before, whole", async () => {
  const start = await prepared(STAGED, "clustered");
  for (const [mode, seed] of ENDS) {
    for (let at = 1;; at++) {
      const disk = start.clone(numbers(seed));
      disk.inject({ at, kind: "stop" });
      const acknowledged = await finishes(() => STAGED.work(disk, seed));
      end(disk, mode);
      await using fs = await opened(disk, 5, true);
      const paths = fs.pendingOperations().map(({ path }) => path);
      const both = JSON.stringify(paths) === `["/first","/second"]`;
      if (!both) assertEquals(paths, ["/first"], `${mode} ${seed} ${at}`);
      assert(both || !acknowledged, `lost: ${mode}, seed ${seed}, at ${at}`);
      assertEquals((await fs.commit()).operationsCommitted, paths.length);
      if (acknowledged) break;
    }
  }
});

Deno.test("a commit of a part of the stage, stopped at any operation, leaves every operation committed or staged, and none twice", async () => {
  const start = await prepared(PARTIAL, "clustered");
  for (const [mode, seed] of ENDS) {
    for (let at = 1;; at++) {
      const disk = start.clone(numbers(seed));
      disk.inject({ at, kind: "stop" });
      const acknowledged = await finishes(() => PARTIAL.work(disk, seed));
      end(disk, mode);
      await using fs = await opened(disk, 5, true);
      const where = `${mode}, seed ${seed}, stopped at ${at}`;
      const pending = fs.pendingOperations().map(({ path }) => path);
      const isCommitted = fs.version === 2;
      assertEquals(pending, isCommitted ? ["/b"] : ["/a", "/b", "/c"], where);
      assert(isCommitted || !acknowledged, where);
      assertEquals((await fs.commit()).operationsCommitted, pending.length);
      await using after = await opened(disk, 6, true);
      assertEquals(await treeOf(after), { "/a": "", "/b": "", "/c": "" });
      assertEquals(after.getStatus().pendingOperations, 0, where);
      if (acknowledged) break;
    }
  }
});

const PARTIAL: Scenario = {
  name: "committing a part of the stage",
  async before(fs) {
    await fs.createFile("/first", "");
    await fs.delete("/first");
    await fs.commit();
    await fs.createFile("/a", "");
    await fs.createFile("/b", "");
    await fs.createFile("/c", "");
    await fs.stage();
  },
  async work(disk, seed) {
    const fs = await opened(disk, seed, true);
    await fs.commit({ paths: ["/a", "/c"] });
  },
};

const STAGED: Scenario = {
  name: "staging",
  async before(fs) {
    await fs.createFile("/first", "1");
    await fs.stage();
  },
  async work(disk, seed) {
    const fs = await opened(disk, seed, true);
    await fs.createFile("/second", new Uint8Array(70_000));
    await fs.stage();
  },
};
