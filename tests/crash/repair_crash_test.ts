/**
 * Stops a repair at each operation on the disk, with or without a power cut: the
 * next repair finishes it, and nothing is lost that could be read before.
 */
import { assert, assertEquals } from "@std/assert";
import { encodeUtf8 } from "../../src/bytes.ts";
import {
  type CrashMode,
  type MemoryHost,
  SeededRandom,
  type SimDisk,
  SimStop,
} from "../../src/host/memory.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import {
  commitPath,
  LOG,
  newHost,
  passDays,
  pathsLike,
  POND,
  processOn,
  tear,
} from "../support/checked_pond.ts";
import { type Tree, treeOf } from "../support/tree.ts";

const ENDS: readonly (readonly [CrashMode | "killed", number])[] = [
  ["killed", 1],
  ["nothing survives", 1],
  ["random", 2],
];

/** Damage, and the version that is there after its repair. */
interface Scenario {
  readonly name: string;
  damage(host: MemoryHost): Promise<void> | void;
  readonly version: number;
  /** Names that are in `recovered/` afterwards. */
  readonly kept: readonly string[];
  /** How many operations change the disk, at least. */
  readonly least: number;
}

const EXP = `${POND}/branches/exp`;

function nameOf(version: number): string {
  return commitPath(version).slice(LOG.length + 1);
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: "two damaged commits at the end, a stage, hints and leftovers",
    async damage(host) {
      await using fs = await TinyLogFS.open(host, POND, { staged: true });
      await fs.createFile("/staged", "s");
      await fs.stage();
      host.files.plant(`${POND}/tmp/${"a".repeat(32)}`, encodeUtf8("left"));
      await passDays(host, 8);
      for (const path of pathsLike(host, /ndjson$/)) tear(host, path, 90);
      tear(host, `${LOG}/_last_checkpoint`, 3);
      tear(host, commitPath(4), 0);
      tear(host, commitPath(5), 80);
    },
    version: 3,
    kept: [nameOf(4), nameOf(5), `${"1".padStart(20, "0")}.ndjson`],
    least: 25,
  },
  {
    name: "a damaged commit and a damaged checkpoint before a sound one",
    async damage(host) {
      await using fs = await TinyLogFS.open(host, POND);
      await fs.checkpoint();
      for (const path of pathsLike(host, /0002\.checkpoint/)) {
        tear(host, path, 9);
      }
      tear(host, commitPath(3), 0);
    },
    version: 5,
    kept: [nameOf(0), nameOf(1), nameOf(2), nameOf(3)],
    least: 25,
  },
  {
    name: "a damaged newest commit that a checkpoint stands for",
    async damage(host) {
      await using fs = await TinyLogFS.open(host, POND);
      await fs.checkpoint();
      tear(host, commitPath(5), 10);
    },
    version: 5,
    kept: [nameOf(0), nameOf(5)],
    least: 40,
  },
  {
    name: "a damaged newest commit of a branch, and its branch.json",
    async damage(host) {
      await using fs = await TinyLogFS.open(host, POND);
      await fs.createBranch("exp");
      await using exp = await TinyLogFS.open(host, POND, { branch: "exp" });
      await exp.createFile("/of-the-branch", "1");
      await exp.commit();
      const { version } = exp;
      assertEquals(version, 6);
      tear(host, `${EXP}/oplog/_delta_log/${nameOf(version)}`, 30);
      tear(host, `${EXP}/branch.json`, 30);
    },
    version: 5,
    kept: [`exp+${nameOf(6)}`, "exp+branch.json"],
    least: 15,
  },
];

async function prepared(
  layout: Layout,
): Promise<{ host: MemoryHost; trees: Tree[] }> {
  const host = newHost();
  await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
  const trees = [await treeOf(fs)];
  for (let i = 1; i <= 5; i++) {
    await fs.createFile(`/f${i}`, `${i}`);
    await fs.commit();
    trees.push(await treeOf(fs));
    if (i === 2) await fs.checkpoint();
  }
  return { host, trees };
}

for (const layout of ["clustered", "hive"] as const) {
  for (const scenario of SCENARIOS) {
    Deno.test(`a repair of ${scenario.name} (${layout}), stopped at any operation, is finished by the next one`, async () => {
      const { host, trees } = await prepared(layout);
      await scenario.damage(host);
      host.files.crash("everything survives");
      const nowUs = host.clock.nowUs();
      const expected = trees[scenario.version];
      assert(expected !== undefined);
      const ends = layout === "hive" ? ENDS.slice(2) : ENDS;
      for (const [mode, seed] of ends) {
        const whole = host.files.clone(numbers(seed));
        await repair(processOn(whole, nowUs));
        const stops = whole.operations.flatMap(({ name }, i) =>
          ["read", "stat", "list", "readLink"].includes(name) ? [] : [i + 1]
        );
        assert(stops.length >= scenario.least, `${stops.length} stops`);
        for (const at of stops) {
          const disk = host.files.clone(numbers(seed));
          disk.inject({ at, kind: "stop" });
          await stopped(processOn(disk, nowUs));
          if (mode === "killed") disk.kill();
          else disk.crash(mode);
          const { name, path } = disk.operations[at - 1] ?? {};
          const where = `${mode} ${seed}, stopped at ${at}: ${name} ${path}`;
          await finishes(disk, nowUs, expected, where);
          const files = disk.snapshot();
          for (const name of scenario.kept) {
            assert(files.has(`${POND}/recovered/${name}`), `${name}: ${where}`);
          }
        }
      }
    });
  }
}

function numbers(seed: number): () => number {
  const random = new SeededRandom(seed);
  return () => random.fraction();
}

async function repair(host: MemoryHost): Promise<boolean> {
  const options = { depth: "quick", repair: true } as const;
  return (await TinyLogFS.check(host, POND, options)).isSound;
}

async function stopped(host: MemoryHost): Promise<void> {
  try {
    await repair(host);
  } catch (error) {
    if (!(error instanceof SimStop)) throw error;
  }
}

/** The next repair, a commit, and a power cut after it. */
async function finishes(
  disk: SimDisk,
  nowUs: number,
  expected: Tree,
  where: string,
): Promise<void> {
  const host = processOn(disk, nowUs + 1);
  assert(await repair(host), where);
  {
    await using fs = await TinyLogFS.open(host, POND, { staged: true });
    assertEquals(await treeOf(fs), expected, where);
    await fs.createFile("/next", "next");
    await fs.commit();
  }
  disk.crash("nothing survives");
  const after = processOn(disk, nowUs + 2);
  const { findings } = await TinyLogFS.check(after, POND);
  const damage = findings.filter(({ severity }) => severity === "damage");
  assertEquals(damage, [], where);
  await using fs = await TinyLogFS.open(after, POND);
  assertEquals(await treeOf(fs), { ...expected, "/next": "next" }, where);
}
