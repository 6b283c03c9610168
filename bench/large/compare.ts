/**
 * What size costs: one more file in a directory of 100 000 beside one in an empty
 * directory, a listing of it, and the versions of a node that has 10 000.
 *
 * ```text
 * deno task bench:large [FILES] [VERSIONS]
 * ```
 *
 * Both directories take turns, and so do the versions; a figure is the median.
 * `warm` is an object that stays open; `fresh` opens the pond for each turn, as a
 * command does.
 *
 * @module
 */
import { denoHost } from "../../src/host/mod.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";

const FILES_A_TRANSACTION = 10_000;
const WARM_TURNS = 40;
const FRESH_TURNS = 15;

const [files = "100000", versions = "10000"] = Deno.args;
const host = denoHost();
for (const layout of ["clustered", "hive"] as const) {
  const directory = await Deno.makeTempDir({ prefix: "pond-bench-" });
  try {
    await compareDirectories(directory, layout, Number(files));
    await compareVersions(directory, layout, Number(versions));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function compareDirectories(
  directory: string,
  layout: Layout,
  count: number,
): Promise<void> {
  const paths = [`${directory}/large`, `${directory}/empty`] as const;
  await makeLarge(paths[0], layout, count);
  await makeLarge(paths[1], layout, 0);
  const [large, empty] = [await open(paths[0]), await open(paths[1])];
  const warm = await inTurns(WARM_TURNS, [
    (turn) => addOne(large, `/d/warm-${turn}`),
    (turn) => addOne(empty, `/d/warm-${turn}`),
  ]);
  await say(layout, `one more of ${count} files, warm`, warm, true);
  const fresh = await inTurns(
    FRESH_TURNS,
    paths.map((path) => async (turn: number) => {
      await using fs = await open(path);
      await addOne(fs, `/d/fresh-${turn}`);
    }),
  );
  await say(layout, `one more of ${count} files, fresh`, fresh, true);
  const firsts: number[] = [];
  const [all = 0] = await inTurns(FRESH_TURNS, [async () => {
    const start = performance.now();
    await using fs = await open(paths[0]);
    let isFirst = true;
    for await (const _ of fs.listDirectory("/d")) {
      if (isFirst) firsts.push(performance.now() - start);
      isFirst = false;
    }
  }]);
  await say(layout, `ls of ${count} files: all, first`, [
    all,
    medianOf(firsts),
  ]);
}

async function compareVersions(
  directory: string,
  layout: Layout,
  count: number,
): Promise<void> {
  const path = `${directory}/versions`;
  {
    await using fs = await TinyLogFS.initEmpty(host, path, { layout });
    for (let i = 0; i < count; i++) {
      await fs.writeFile("/f", `${i}`);
      await fs.commit();
    }
  }
  // Merges of files have versions, too: a time in the middle is found by them.
  const { oldest, middle } = await revisionsOf(path);
  const revisions = ["@", middle, oldest];
  const turns = revisions.map((revision) => async () => {
    await using fs = await open(path);
    await (await fs.at(revision)).readFile("/f");
  });
  const times = await inTurns(FRESH_TURNS, turns);
  await say(layout, `of ${count} versions: newest, a time, oldest`, times);
}

async function revisionsOf(
  path: string,
): Promise<{ readonly oldest: string; readonly middle: string }> {
  await using fs = await open(path);
  const times: { version: number; timestampUs: number }[] = [];
  for await (const { timestampUs, version } of fs.transactions()) {
    times.push({ version, timestampUs });
  }
  const middle = times[times.length >> 1];
  const oldest = times.at(-2);
  return {
    middle: new Date((middle?.timestampUs ?? 0) / 1000 + 1).toISOString(),
    oldest: `v${oldest?.version}`,
  };
}

async function makeLarge(
  path: string,
  layout: Layout,
  count: number,
): Promise<void> {
  await using fs = await TinyLogFS.initEmpty(host, path, { layout });
  await fs.createDirectory("/d");
  await fs.commit();
  for (let first = 0; first < count; first += FILES_A_TRANSACTION) {
    const end = Math.min(count, first + FILES_A_TRANSACTION);
    await fs.transaction(async (tx) => {
      for (let i = first; i < end; i++) await tx.createFile(`/d/f${i}`, "x");
    });
  }
}

async function open(path: string): Promise<TinyLogFS> {
  return await TinyLogFS.open(host, path);
}

async function addOne(fs: TinyLogFS, path: string): Promise<void> {
  await fs.createFile(path, "y");
  await fs.commit();
}

/** The median of each, in milliseconds; they meet the same machine. */
async function inTurns(
  count: number,
  works: readonly ((turn: number) => Promise<void>)[],
): Promise<number[]> {
  const times: number[][] = works.map(() => []);
  for (let turn = 0; turn < count; turn++) {
    for (const [i, work] of works.entries()) {
      const start = performance.now();
      await work(turn);
      times[i]?.push(performance.now() - start);
    }
  }
  return times.map(medianOf);
}

function medianOf(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
}

async function say(
  layout: Layout,
  what: string,
  times: readonly number[],
  isRatio: boolean = false,
): Promise<void> {
  const texts = times.map((time) => `${time.toFixed(1)} ms`);
  const [first = 0, second = 1] = times;
  const ratio = isRatio ? `, ratio ${(first / second).toFixed(2)}` : "";
  const line = `${layout}: ${what}: ${texts.join(", ")}${ratio}\n`;
  await Deno.stdout.write(new TextEncoder().encode(line));
}
