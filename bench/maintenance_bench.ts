/**
 * What a pond costs as it grows old: opening it, looking a file up, one more small
 * flushed commit, and what lies on the disk; at the 100th commit, the 1 000th, the
 * 5 000th, the 10 000th, in both layouts.
 *
 * Each age takes turns with a pond of 100 commits, so that both meet the same disk.
 * The mean counts as much as the median: merges and checkpoints are in it.
 *
 * @module
 */
import { denoHost } from "../src/host/mod.ts";
import { type Layout, TinyLogFS } from "../src/tinylogfs/mod.ts";

const YOUNG = 100;
const AGES = [1000, 5000, 10_000];

/** Enough for several checkpoints, and for all merges but the largest. */
const COMMITS = 400;

/** As often as that it is opened between: just after a checkpoint, and before. */
const COMMITS_AN_OPENING = 8;

/** How many files are written over and over, and in how many directories. */
const FILES = 300;
const DIRECTORIES = 20;

const host = denoHost();
const directory = await Deno.makeTempDir({ prefix: "pond-bench-" });
globalThis.addEventListener("unload", () => {
  Deno.removeSync(directory, { recursive: true });
});

/** The files of all directories take turns. */
function pathOf(i: number): string {
  return `/d${i % DIRECTORIES}/f${i % FILES}`;
}

async function init(path: string, layout: Layout): Promise<void> {
  await using fs = await TinyLogFS.initEmpty(host, path, { layout });
  for (let i = 0; i < DIRECTORIES; i++) await fs.createDirectory(`/d${i}`);
  await fs.commit();
}

/** Commits until a pond has so many; how they are flushed doesn't age it. */
async function age(path: string, commits: number): Promise<void> {
  const options = { durability: "relaxed" } as const;
  await using fs = await TinyLogFS.open(host, path, options);
  const { length } = await Array.fromAsync(fs.transactions());
  for (let i = length; i < commits; i++) await commitOne(fs, i);
}

async function commitOne(fs: TinyLogFS, i: number): Promise<void> {
  await fs.writeFile(pathOf(i), `measurement ${i}\n`);
  await fs.commit();
}

async function open(path: string): Promise<void> {
  await (await TinyLogFS.open(host, path)).close();
}

async function openAndLookUp(path: string, i: number): Promise<void> {
  await using fs = await TinyLogFS.open(host, path);
  await fs.readFile(pathOf(i));
}

// === The curve ===

/** Milliseconds. */
interface Times {
  readonly median: number;
  readonly mean: number;
  readonly p99: number;
}

function timesOf(samples: readonly number[]): Times {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? NaN;
  const mean = samples.reduce((a, b) => a + b, 0) / samples.length;
  return { median: at(0.5), mean, p99: at(0.99) };
}

/** What is measured. */
class Samples {
  readonly open: number[] = [];
  readonly first: number[] = [];
  readonly lookUp: number[] = [];
  readonly commit: number[] = [];
  readonly #path: string;
  readonly #fs: TinyLogFS;

  constructor(path: string, fs: TinyLogFS) {
    this.#path = path;
    this.#fs = fs;
  }

  async round(i: number): Promise<void> {
    await timed(this.commit, () => commitOne(this.#fs, i));
    if (i % COMMITS_AN_OPENING > 0) return;
    await timed(this.open, () => open(this.#path));
    // Others than those that were written last; 90 are there in a young pond.
    const path = pathOf((i * 7) % 90);
    await timed(this.lookUp, () => this.#fs.readFile(path));
    await timed(this.first, () => openAndLookUp(this.#path, (i * 7) % 90));
  }

  get figures(): readonly number[] {
    const { median, mean, p99 } = timesOf(this.commit);
    const opened = timesOf(this.open).median;
    const first = timesOf(this.first).median;
    const lookedUp = timesOf(this.lookUp).median;
    return [opened, first, lookedUp, median, mean, p99];
  }
}

async function timed(
  samples: number[],
  work: () => Promise<unknown>,
): Promise<void> {
  const startMs = performance.now();
  await work();
  samples.push(performance.now() - startMs);
}

/** What lies in an oplog. */
async function sizesOf(path: string): Promise<string[]> {
  await using fs = await TinyLogFS.open(host, path);
  let logFiles = 0;
  let logBytes = 0;
  for await (const { name } of Deno.readDir(`${path}/oplog/_delta_log`)) {
    logFiles++;
    logBytes += (await Deno.stat(`${path}/oplog/_delta_log/${name}`)).size;
  }
  const { files } = fs.oplog;
  const bytes = files.reduce((sum, { add }) => sum + add.size, 0);
  return [
    `${files.length}`,
    `${(bytes / 1e6).toFixed(2)}`,
    `${logFiles}`,
    `${(logBytes / 1e6).toFixed(2)}`,
  ];
}

async function copyPond(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyPond(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

function say(cells: readonly string[]): void {
  const line = cells.map((cell, i) =>
    i === 0 ? cell.padEnd(18) : cell.padStart(9)
  );
  Deno.stdout.writeSync(new TextEncoder().encode(`${line.join("")}\n`));
}

/** One age beside 100 commits: two lines, and one of their ratios. */
async function measure(
  name: string,
  young: string,
  old: string,
): Promise<void> {
  await using youngFs = await TinyLogFS.open(host, young);
  await using oldFs = await TinyLogFS.open(host, old);
  const youngSamples = new Samples(young, youngFs);
  const oldSamples = new Samples(old, oldFs);
  for (let i = 0; i < COMMITS; i++) {
    await youngSamples.round(i);
    await oldSamples.round(i);
  }
  const base = youngSamples.figures;
  const own = oldSamples.figures;
  say(["  beside: 100", ...base.map((ms) => ms.toFixed(2))]);
  say([name, ...own.map((ms) => ms.toFixed(2)), ...await sizesOf(old)]);
  say(["", ...own.map((ms, i) => `${(ms / (base[i] ?? NaN)).toFixed(2)}x`)]);
}

say(
  ["ms, MB", "open", "+ look", "look up", "commit", "mean", "p99", "data", "MB"]
    .concat(
      ["log", "MB"],
    ),
);
for (const layout of ["clustered", "hive"] as const) {
  const young = `${directory}/${layout}-young`;
  const old = `${directory}/${layout}-old`;
  await init(young, layout);
  await age(young, YOUNG);
  await copyPond(young, old);
  for (const commits of AGES) {
    await age(old, commits);
    const beside = `${young}-${commits}`;
    await copyPond(young, beside);
    await measure(`${layout} ${commits}`, beside, old);
  }
}

// === The same, by Deno's own means ===

for (const age of ["young", "old"]) {
  const path = `${directory}/clustered-${age}`;
  const baseline = age === "young";
  Deno.bench(`a ${age} pond`, { group: "open", baseline }, async () => {
    await open(path);
  });
  Deno.bench(
    `in a ${age} pond`,
    { group: "open and look up", baseline },
    async () => {
      await openAndLookUp(path, 90);
    },
  );
  Deno.bench(
    `with opening, in a ${age} pond`,
    { group: "open, and one small flushed commit", baseline },
    async () => {
      await using cold = await TinyLogFS.open(host, path);
      await commitOne(cold, 1);
    },
  );
}
