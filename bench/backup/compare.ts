/**
 * Backups beside `restic`: 10 000 files in 200 directories, about 230 MiB.
 *
 * ```text
 * first       pond backup run, restic backup: each into a new and empty place
 * changed     the same, after a hundred of the files were changed
 * unchanged   the same, without changes
 * put + run   pond put, then pond backup run, where restic reads the tree itself
 * ```
 *
 * They take turns, so that all meet the same machine, and what they read is in the
 * system's cache for all. Both flush what they write. The files are in the pond
 * already: `put + run` is what it takes from the tree into the backup. pond is the
 * bundled program; its backup is not encrypted, restic's always is.
 *
 * ```sh
 * apt-get install -y restic python3
 * deno task bench:backup [ROUNDS]
 * ```
 *
 * @module
 */
import {
  denoArgs,
  importMapArgs,
  PROJECT_ROOT,
} from "../../tests/support/deno_process.ts";
import { BUNDLE, bundle } from "../../tools/bundle.ts";
import {
  measured,
  medianOf,
  type Program,
  type Taken,
} from "../trees/measure.ts";
import { makeTree } from "../trees/tree.ts";

/** How much larger than restic's a store may be. */
const MAX_STORE_RATIO = 1.05;

const STEPS = ["first", "changed", "unchanged"] as const;
type Step = typeof STEPS[number];

/** One of the programs. */
interface Side {
  readonly name: string;
  /** Makes an empty place; not measured. */
  readonly prepare: (place: string) => Promise<void>;
  /** Takes the tree into what is backed up. */
  readonly put: (place: string) => readonly Program[];
  /** Backs it up. */
  readonly run: (place: string) => readonly Program[];
  /** Where it is backed up to. */
  readonly store: (place: string) => string;
}

/** All that was measured: `first pond`, … */
type Results = Map<string, Taken[]>;

async function main(rounds: number): Promise<number> {
  Deno.chdir(PROJECT_ROOT);
  if (await bundle(importMapArgs()) !== 0) return 1;
  const directory = await Deno.makeTempDir({ prefix: "pond-bench-" });
  try {
    const tree = `${directory}/tree`;
    const { bytes, directories, files } = await makeTree(tree);
    const mebibytes = (bytes / 2 ** 20).toFixed(0);
    say(`${files} files in ${directories} directories, ${mebibytes} MiB`);
    const sides = [pondSide(tree), resticSide(tree)];
    const results: Results = new Map();
    const stores = new Map<string, number[]>();
    for (let round = 0; round < rounds; round++) {
      const turn = round % 2 === 0 ? sides : sides.toReversed();
      await runRound(directory, tree, turn, round, results, stores);
    }
    return report(sides, results, stores);
  } finally {
    await removeTree(directory);
  }
}

async function runRound(
  directory: string,
  tree: string,
  sides: readonly Side[],
  round: number,
  results: Results,
  stores: Map<string, number[]>,
): Promise<void> {
  const placeOf = ({ name }: Side) => `${directory}/${name}`;
  const note = <T>(map: Map<string, T[]>, key: string, value: T) =>
    map.set(key, [...map.get(key) ?? [], value]);
  for (const side of sides) {
    await Deno.mkdir(placeOf(side));
    await side.prepare(placeOf(side));
  }
  for (const step of STEPS) {
    if (step === "changed") await changeTree(tree, round);
    for (const side of sides) {
      const place = placeOf(side);
      const put = await measured(...side.put(place));
      const run = await measured(...side.run(place));
      note(results, `${step} ${side.name}`, run);
      note(results, `${step} put + run ${side.name}`, sumOf(put, run));
      note(stores, `${step} ${side.name}`, await bytesOf(side.store(place)));
    }
  }
  for (const side of sides) await removeTree(placeOf(side));
}

function sumOf(a: Taken, b: Taken): Taken {
  return {
    milliseconds: a.milliseconds + b.milliseconds,
    cpuMilliseconds: a.cpuMilliseconds + b.cpuMilliseconds,
    mebibytes: Math.max(a.mebibytes, b.mebibytes),
  };
}

/** A hundred files, in as many directories: a line more, or other bytes. */
async function changeTree(tree: string, round: number): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const d = 2 * i;
    const directory = `${tree}/site-${d % 10}/day-${d}`;
    const names = (await Array.fromAsync(Deno.readDir(directory)))
      .map(({ name }) => name).sort();
    const path = `${directory}/${names[(i * 7 + round) % names.length]}`;
    const bytes = await Deno.readFile(path);
    if (path.endsWith(".bin")) bytes.fill(round + 1, 100, 120);
    const line = new TextEncoder().encode(`${round},${i},changed\n`);
    await Deno.writeFile(path, new Uint8Array([...bytes, ...line]));
  }
}

function pondSide(tree: string): Side {
  const command = [
    Deno.execPath(),
    "run",
    "-A",
    ...denoArgs(),
    `${PROJECT_ROOT}/${BUNDLE}`,
  ];
  const pond = (place: string, ...words: string[]): Program => ({
    command: [...command, "-C", `${place}/pond`, ...words],
    cwd: place,
  });
  return {
    name: "pond",
    prepare: async (place) => {
      await measured(
        pond(place, "init"),
        pond(place, "backup", "add", "b", `${place}/backup`),
      );
    },
    put: (place) => [pond(place, "put", "-r", tree, "/")],
    run: (place) => [pond(place, "backup", "run")],
    store: (place) => `${place}/backup`,
  };
}

function resticSide(tree: string): Side {
  const restic = (place: string, ...words: string[]): Program => ({
    command: ["restic", "-q", ...words],
    cwd: place,
    env: {
      RESTIC_REPOSITORY: `${place}/repository`,
      RESTIC_PASSWORD: "bench",
      RESTIC_CACHE_DIR: `${place}/cache`,
    },
  });
  return {
    name: "restic",
    prepare: async (place) => void await measured(restic(place, "init")),
    put: () => [],
    run: (place) => [restic(place, "backup", tree)],
    store: (place) => `${place}/repository`,
  };
}

async function bytesOf(path: string): Promise<number> {
  let sum = 0;
  for await (const { isDirectory, name } of Deno.readDir(path)) {
    const inside = `${path}/${name}`;
    sum += isDirectory ? await bytesOf(inside) : (await Deno.stat(inside)).size;
  }
  return sum;
}

async function removeTree(path: string): Promise<void> {
  await new Deno.Command("rm", { args: ["-rf", path] }).output();
}

/** Says the medians; the exit code is 1 where pond is behind. */
function report(
  [own, other]: readonly Side[],
  results: Results,
  stores: ReadonlyMap<string, readonly number[]>,
): number {
  if (own === undefined || other === undefined) return 1;
  let code = 0;
  say("median of runs in turns: time, processors' time; memory at most\n");
  for (const step of STEPS) {
    for (const what of [step, `${step} put + run`]) {
      const taken = [own, other].map(({ name }) =>
        results.get(`${what} ${name}`) ?? []
      );
      const [ours = 0, theirs = 1] = taken.map((runs) =>
        medianOf(runs.map(({ milliseconds }) => milliseconds))
      );
      const ratio = (ours / theirs).toFixed(2);
      const cells = taken.map(cellOf).join("");
      say(`${what.padEnd(22)}${cells}ratio ${ratio}`);
      if (what === step && ours > theirs) code = 1;
    }
    const [ours = 0, theirs = 1] = [own, other].map(({ name }) =>
      medianOf(stores.get(`${step} ${name}`) ?? [])
    );
    const size = (bytes: number) => `${(bytes / 2 ** 20).toFixed(2)} MiB`;
    const ratio = ours / theirs;
    const cells = [ours, theirs].map((bytes) => size(bytes).padEnd(34));
    say(`${"  store".padEnd(22)}${cells.join("")}ratio ${ratio.toFixed(3)}`);
    if (ratio > MAX_STORE_RATIO) code = 1;
  }
  return code;
}

function cellOf(runs: readonly Taken[]): string {
  const time = medianOf(runs.map(({ milliseconds }) => milliseconds));
  const cpu = medianOf(runs.map(({ cpuMilliseconds }) => cpuMilliseconds));
  const memory = Math.max(...runs.map(({ mebibytes }) => mebibytes));
  return `${time.toFixed(0)} ms, ${cpu.toFixed(0)} ms (${
    memory.toFixed(0)
  } MiB)`.padEnd(34);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

Deno.exit(await main(Number(Deno.args[0] ?? 5)));
