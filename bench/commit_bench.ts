/**
 * What a small durable commit costs, beside the bare writing and flushing of
 * the same files and bytes; and whether it costs more in an old pond, in a
 * large directory, or after many versions of one file.
 *
 * @module
 */
import { denoHost } from "../src/host/mod.ts";
import { TinyLogFS } from "../src/tinylogfs/mod.ts";

const host = denoHost();
const directory = await Deno.makeTempDir({ prefix: "pond-bench-" });
globalThis.addEventListener("unload", () => {
  Deno.removeSync(directory, { recursive: true });
});

async function pond(name: string): Promise<TinyLogFS> {
  return await TinyLogFS.initEmpty(host, `${directory}/${name}`);
}

let count = 0;
async function commitOne(fs: TinyLogFS, path: string): Promise<void> {
  await fs.writeFile(path, `measurement ${count++}\n`);
  await fs.commit();
}

/** The files that one commit leaves: their sizes are the baseline's. */
async function filesOfOneCommit(): Promise<
  { readonly data: Uint8Array; readonly log: Uint8Array }
> {
  const fs = await pond("sizes");
  await commitOne(fs, "/f0");
  await commitOne(fs, "/f1");
  const [file] = fs.oplog.files.slice(-1);
  const oplog = `${directory}/sizes/oplog`;
  const version = "2".padStart(20, "0");
  return {
    data: await Deno.readFile(`${oplog}/${file?.add.path}`),
    log: await Deno.readFile(`${oplog}/_delta_log/${version}.json`),
  };
}

const { data, log } = await filesOfOneCommit();
await Deno.mkdir(`${directory}/bare/log`, { recursive: true });

async function writeAndFlush(path: string, bytes: Uint8Array): Promise<void> {
  const file = await Deno.open(path, { write: true, createNew: true });
  await file.write(bytes);
  await file.sync();
  file.close();
  const parent = await Deno.open(path.slice(0, path.lastIndexOf("/")));
  await parent.sync();
  parent.close();
}

async function bareWrite(): Promise<void> {
  const id = count++;
  await writeAndFlush(`${directory}/bare/${id}`, data);
  await writeAndFlush(`${directory}/bare/log/${id}`, log);
}

async function filled(name: string, files: number): Promise<TinyLogFS> {
  const fs = await pond(name);
  for (let i = 0; i < files; i++) await fs.createFile(`/f${i}`, "x");
  await fs.commit();
  return fs;
}

/** A pond in which many files were made, each by a commit of its own. */
async function aged(name: string, commits: number): Promise<TinyLogFS> {
  const fs = await pond(name);
  for (let i = 0; i < commits; i++) await commitOne(fs, `/f${i}`);
  return fs;
}

/** A pond in which one file was written over and over. */
async function overwritten(name: string, times: number): Promise<TinyLogFS> {
  const fs = await pond(name);
  for (let i = 0; i < times; i++) await commitOne(fs, "/f");
  return fs;
}

const small = await filled("small", 10);
const large = await filled("large", 10_000);
const young = await aged("young", 10);
const old = await aged("old", 2000);
const first = await overwritten("first", 1);
const thousandth = await overwritten("thousandth", 1000);

// === One after the other, so that all meet the same disk: the figures ===

/** What is measured: its name, what it is held against, at most how often. */
interface Subject {
  readonly name: string;
  readonly work: () => Promise<void>;
  readonly against?: { readonly name: string; readonly bar: number };
}

const BARE = "write + flush, the same files and bytes";
const ROUNDS = 200;

const subjects: readonly Subject[] = [
  { name: BARE, work: bareWrite },
  {
    name: "commit",
    work: () => commitOne(young, `/f${count % 10}`),
    against: { name: BARE, bar: 3 },
  },
  {
    name: "commit after 2 000",
    work: () => commitOne(old, `/f${count % 10}`),
    against: { name: "commit", bar: 1.5 },
  },
  { name: "new file among 10", work: () => commitOne(small, `/n${count}`) },
  {
    name: "new file among 10 000",
    work: () => commitOne(large, `/n${count}`),
    against: { name: "new file among 10", bar: 1.5 },
  },
  { name: "2nd version and on", work: () => commitOne(first, "/f") },
  {
    name: "1 000th version and on",
    work: () => commitOne(thousandth, "/f"),
    against: { name: "2nd version and on", bar: 1.5 },
  },
];

/** Milliseconds of each subject, in order: the median, and the mean. */
async function alternating(): Promise<
  ReadonlyMap<string, { readonly median: number; readonly mean: number }>
> {
  const times = subjects.map(() => new Float64Array(ROUNDS));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { work }] of subjects.entries()) {
      const startMs = performance.now();
      await work();
      times[i]?.set([performance.now() - startMs], round);
    }
  }
  return new Map(subjects.map(({ name }, i) => {
    const sorted = times[i]?.toSorted() ?? new Float64Array();
    const mean = sorted.reduce((a, b) => a + b, 0) / ROUNDS;
    return [name, { median: sorted[ROUNDS >> 1] ?? NaN, mean }];
  }));
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const figures = await alternating();
say(`median (mean) of ${ROUNDS} alternating runs, in milliseconds`);
for (const { name, against } of subjects) {
  const { median = NaN, mean = NaN } = figures.get(name) ?? {};
  const base = against && figures.get(against.name);
  const ratio = base && against
    ? `  ${(median / base.median).toFixed(2)} (${
      (mean / base.mean).toFixed(2)
    }) times "${against.name}", at most ${against.bar}`
    : "";
  const own = `${median.toFixed(2)} (${mean.toFixed(2)})`;
  say(`${name.padEnd(42)}${own.padEnd(14)}${ratio}`);
}

Deno.bench("write + flush, the same files and bytes", {
  group: "one small commit",
  baseline: true,
}, bareWrite);

Deno.bench("commit", { group: "one small commit" }, async () => {
  await commitOne(small, "/f0");
});

Deno.bench("10th commit", { group: "by age", baseline: true }, async () => {
  await commitOne(young, "/f0");
});

Deno.bench("2 000th commit", { group: "by age" }, async () => {
  await commitOne(old, "/f0");
});

Deno.bench(
  "a new file among 10 entries",
  { group: "by directory size", baseline: true },
  async () => {
    await commitOne(small, `/new${count}`);
  },
);

Deno.bench(
  "a new file among 10 000 entries",
  { group: "by directory size" },
  async () => {
    await commitOne(large, `/new${count}`);
  },
);

Deno.bench("2nd version", {
  group: "overwriting one file",
  baseline: true,
}, async () => {
  await commitOne(first, "/f");
});

Deno.bench(
  "1 000th version",
  { group: "overwriting one file" },
  async () => {
    await commitOne(thousandth, "/f");
  },
);
