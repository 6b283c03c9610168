/**
 * Trees in and out, beside `git` and `restic`: 10 000 files in 200 directories,
 * about 230 MiB.
 *
 * ```text
 * in      pond put -r, git add -A && git commit, restic backup: each into a new
 *         and empty place
 * again   the same, without changes
 * out     pond get -r, git checkout, restic restore: each into an empty directory
 * ```
 *
 * They take turns, so that all meet the same machine, and the tree is in the
 * system's cache for all. What is written on the way in is flushed by pond (all of
 * it) and by restic (its packs); git has its defaults, by which it flushes no
 * loose object. Nobody flushes what comes out. pond is the bundled program.
 *
 * Nothing is deleted before the end: for a minute after ten thousand files were,
 * ext4 looks for an inode that nobody has had for each new one (up to four seconds
 * of the kernel's time, whoever comes next).
 *
 * ```sh
 * apt-get install -y git restic python3
 * deno task bench:trees [ROUNDS]
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
import { measured, medianOf, type Program, type Taken } from "./measure.ts";
import { makeTree } from "./tree.ts";

/** pond's bar, in MiB. */
const MAX_MEBIBYTES = 400;

const STEPS = ["in", "again", "out"] as const;
type Step = typeof STEPS[number];

/** One of the programs, and how it does each step. */
interface Side {
  readonly name: string;
  /** Makes an empty place; not measured. */
  readonly prepare: (place: string) => Promise<void>;
  readonly steps: Readonly<
    Record<Step, (place: string) => readonly Program[]>
  >;
}

async function main(rounds: number): Promise<number> {
  Deno.chdir(PROJECT_ROOT);
  if (await bundle(importMapArgs()) !== 0) return 1;
  const directory = await Deno.makeTempDir({ prefix: "pond-bench-" });
  try {
    const tree = `${directory}/tree`;
    const { bytes, directories, files } = await makeTree(tree);
    const mebibytes = (bytes / 2 ** 20).toFixed(0);
    say(`${files} files in ${directories} directories, ${mebibytes} MiB`);
    const sides = [pondSide(tree), gitSide(tree), resticSide(tree)];
    const taken = new Map<string, Taken[]>();
    for (let round = 0; round < rounds; round++) {
      const place = `${directory}/${round}`;
      await runRound(place, inTurn(sides, round), taken);
    }
    return report(sides, taken);
  } finally {
    await removeTree(directory);
  }
}

async function runRound(
  directory: string,
  sides: readonly Side[],
  taken: Map<string, Taken[]>,
): Promise<void> {
  const placeOf = ({ name }: Side) => `${directory}/${name}`;
  for (const side of sides) {
    await Deno.mkdir(placeOf(side), { recursive: true });
    await side.prepare(placeOf(side));
  }
  for (const step of STEPS) {
    for (const side of sides) {
      const result = await measured(...side.steps[step](placeOf(side)));
      const key = `${step} ${side.name}`;
      taken.set(key, [...taken.get(key) ?? [], result]);
    }
  }
}

async function removeTree(path: string): Promise<void> {
  await new Deno.Command("rm", { args: ["-rf", path] }).output();
}

/** Each begins a round as often as the others. */
function inTurn<T>(sides: readonly T[], round: number): T[] {
  const first = round % sides.length;
  return [...sides.slice(first), ...sides.slice(0, first)];
}

function pondSide(tree: string): Side {
  const command = [
    Deno.execPath(),
    "run",
    "-A",
    ...denoArgs(),
    `${PROJECT_ROOT}/${BUNDLE}`,
  ];
  const pond = (...words: string[]) => (place: string): Program[] => [{
    command: [...command, "-C", `${place}/pond`, ...words],
    cwd: place,
  }];
  const put = pond("put", "-r", tree, "/");
  return {
    name: "pond",
    prepare: async (place) => void await measured(...pond("init")(place)),
    steps: { in: put, again: put, out: pond("get", "-r", "/tree", "out") },
  };
}

function gitSide(tree: string): Side {
  const git = (place: string, work: string, words: string[]): Program => ({
    command: [
      "git",
      // Else it packs in the background, beside whoever comes next.
      "-c",
      "gc.auto=0",
      `--git-dir=${place}/git`,
      `--work-tree=${work}`,
      ...words,
    ],
    cwd: work,
    env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
  });
  const who = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
  const add = (place: string) => [
    git(place, tree, ["add", "-A"]),
    git(place, tree, [...who, "commit", "-q", "--allow-empty", "-m", "tree"]),
  ];
  return {
    name: "git",
    prepare: async (place) => {
      await Deno.mkdir(`${place}/out`);
      await measured(git(place, tree, ["init", "-q"]));
    },
    steps: {
      in: add,
      again: add,
      out: (place) => [
        git(place, `${place}/out`, ["checkout", "-q", "-f", "HEAD", "--", "."]),
      ],
    },
  };
}

function resticSide(tree: string): Side {
  const restic = (...words: string[]) => (place: string): Program[] => [{
    command: ["restic", "-q", ...words],
    cwd: place,
    env: {
      RESTIC_REPOSITORY: `${place}/repository`,
      RESTIC_PASSWORD: "bench",
      RESTIC_CACHE_DIR: `${place}/cache`,
    },
  }];
  const backup = restic("backup", tree);
  return {
    name: "restic",
    prepare: async (place) => void await measured(...restic("init")(place)),
    steps: {
      in: backup,
      again: backup,
      out: restic("restore", "latest", "--target", "out"),
    },
  };
}

/** Says the medians; the exit code is 1 where pond is behind. */
function report(
  sides: readonly Side[],
  taken: ReadonlyMap<string, readonly Taken[]>,
): number {
  let code = 0;
  say("median of runs in turns; in brackets the memory, at most\n");
  say("".padEnd(8) + sides.map(({ name }) => name.padEnd(22)).join(""));
  for (const step of STEPS) {
    const results = sides.map(({ name }) => taken.get(`${step} ${name}`) ?? []);
    const times = results.map((runs) =>
      medianOf(runs.map(({ milliseconds }) => milliseconds))
    );
    const memory = results.map((runs) =>
      Math.max(...runs.map(({ mebibytes }) => mebibytes))
    );
    const cells = times.map((time, i) =>
      `${time.toFixed(0)} ms (${memory[i]?.toFixed(0)} MiB)`.padEnd(22)
    );
    const [own = 0, ...others] = times;
    const ratios = others.map((time) => (own / time).toFixed(2)).join(", ");
    say(`${step.padEnd(8)}${cells.join("")}ratio ${ratios}`);
    if (others.some((time) => own >= time)) code = 1;
    if ((memory[0] ?? 0) >= MAX_MEBIBYTES) code = 1;
  }
  return code;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

Deno.exit(await main(Number(Deno.args[0] ?? 5)));
