/**
 * pond beside `deltalake`, in one run: both do the same in turns, so that both
 * meet the same machine.
 *
 * ```text
 * one small commit   of one row to a table that is open. pond flushes what it
 *                    has written before it says that it is done; deltalake
 *                    flushes nothing.
 * cold open          of a table of 10 000 files in one checkpoint, pond's or
 *                    deltalake's, in a process that has opened it before
 * open, and list     the same, and going through the paths of all files
 * ```
 *
 * Who opens a table has the whole list of its files afterwards, with partition
 * values and statistics: pond as objects, deltalake as Arrow. To go through the
 * paths, deltalake makes strings of them, which pond has done by then. Each side
 * takes the time by itself: the way of question and answer is not in it.
 *
 * ```sh
 * deno task bench:compare
 * ```
 *
 * @module
 */
import { encodeHex, encodeUtf8 } from "../../src/bytes.ts";
import { denoHost } from "../../src/host/mod.ts";
import {
  DeltaTable,
  encodeOplogEntries,
  type OplogEntry,
  OplogTable,
} from "../../src/oplog/mod.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { PROJECT_ROOT } from "../../tests/support/deno_process.ts";
import { LineProcess } from "../../tests/support/line_process.ts";
import { copyWithoutCheckpoint, FILES, makeTable } from "./tables.ts";

/** What both do, each as its own time in milliseconds. */
interface Comparison {
  readonly name: string;
  readonly rounds: number;
  readonly ours: () => Promise<number>;
  readonly theirs: () => Promise<number>;
  /** pond is at least so many times faster, or takes at most so many times. */
  readonly bar: { readonly faster: number } | { readonly within: number };
}

const COMMIT_ROUNDS = 200;
const OPEN_ROUNDS = 31;
/** What comes before, until both are warm. */
const WARM_UP_ROUNDS = 5;

const SCRIPT = `${PROJECT_ROOT}/bench/compare/deltalake_process.py`;
const NOTE = {
  operation: "WRITE",
  transactionId: "0".repeat(32),
  userName: "bench",
  message: "",
  operations: 1,
};

const host = denoHost();

async function main(): Promise<number> {
  const python = Deno.env.get("POND_PYTHON") ?? "python3";
  await using engine = await startEngine(python);
  if (engine === undefined) return 1;
  const directory = await Deno.makeTempDir({ prefix: "pond-compare-" });
  try {
    const comparisons = [
      ...await commits(directory, engine),
      ...await opens(directory, engine),
    ];
    say("median (mean) in milliseconds, of runs in turns\n");
    say(`${"".padEnd(44)}${"pond".padEnd(16)}${"deltalake".padEnd(16)}ratio`);
    for (const comparison of comparisons) say(await compared(comparison));
    return 0;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function startEngine(python: string): Promise<LineProcess | undefined> {
  try {
    return await LineProcess.start(python, [SCRIPT]);
  } catch (error) {
    const isKnown = error instanceof Deno.errors.NotFound ||
      error instanceof TypeError;
    if (!isKnown) throw error;
    say(`Cannot compare: ${python} doesn't run, or has no deltalake`);
    say("hint: name a Python that has it in POND_PYTHON");
    return undefined;
  }
}

/** The same row by both, and a file of a pond by ours. */
async function commits(
  directory: string,
  engine: LineProcess,
): Promise<Comparison[]> {
  const bar = { faster: 3 };
  const rounds = COMMIT_ROUNDS;
  const partId = "a".repeat(32);
  const drafts = [{ partId, entries: [entryOf(partId)] }];
  const oplog = await OplogTable.create(
    host,
    `${directory}/oplog`,
    "clustered",
    () => drafts,
    NOTE,
  );
  const pond = await TinyLogFS.initEmpty(host, `${directory}/pond`);
  const content = encodeHex(encodeOplogEntries([entryOf(partId)]));
  // Each has a table of its own: the more commits, the longer they take.
  const theirs = async (name: string) => {
    const table = `${directory}/${name}`;
    await engine.tell({ do: "create", table });
    let version = 0;
    return () => {
      version++;
      const row = { part_id: partId, timestamp: version, version, content };
      return askedFor(engine, { do: "append", table, row });
    };
  };
  let count = 0;
  return [{
    name: "one small commit: a row of the oplog",
    ours: () => timed(() => oplog.append(drafts, oplog.nextPoint(), NOTE)),
    theirs: await theirs("beside-oplog"),
    rounds,
    bar,
  }, {
    name: "one small commit: a file of a pond",
    ours: () =>
      timed(async () => {
        await pond.writeFile(`/f${count++ % 10}`, `measurement ${count}\n`);
        await pond.commit();
      }),
    theirs: await theirs("beside-pond"),
    rounds,
    bar,
  }];
}

function entryOf(partId: string): OplogEntry {
  return {
    partId,
    nodeId: "b".repeat(32),
    fileType: "file",
    metadata: "{}",
    content: encodeUtf8("measurement 1\n"),
    operation: "update",
    nodeVersion: 1,
    position: 0,
    name: "f",
    path: "/f",
  };
}

async function opens(
  directory: string,
  engine: LineProcess,
): Promise<Comparison[]> {
  const tables = {
    "pond's checkpoint": `${directory}/by-pond`,
    "deltalake's checkpoint": `${directory}/by-deltalake`,
  };
  const [ours, theirs] = Object.values(tables) as [string, string];
  await makeTable(ours);
  await copyWithoutCheckpoint(ours, theirs);
  await engine.tell({ do: "checkpoint", table: theirs });
  const common = { rounds: OPEN_ROUNDS, bar: { within: 1.5 } };
  return Object.entries(tables).flatMap(([what, table]) => [{
    name: `cold open, ${what}`,
    ours: () => timed(() => DeltaTable.open(host, table)),
    theirs: () => askedFor(engine, { do: "open", table }),
    ...common,
  }, {
    name: `open, and list, ${what}`,
    ours: () => timed(() => openAndList(table)),
    theirs: () => askedFor(engine, { do: "list", table }),
    ...common,
  }]);
}

async function openAndList(directory: string): Promise<void> {
  const { snapshot } = await DeltaTable.open(host, directory);
  let files = 0;
  let length = 0;
  for (const { path } of snapshot.adds) {
    files++;
    length += path.length;
  }
  if (files === FILES && length > FILES) return;
  throw new TypeError(`pond has found ${files} files`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

async function askedFor(
  engine: LineProcess,
  command: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { ms, files } = await engine.tell(command);
  if (files !== undefined && files !== FILES) {
    throw new TypeError(`deltalake has found ${files} files`);
  }
  return Number(ms);
}

async function compared(
  { name, rounds, ours, theirs, bar }: Comparison,
): Promise<string> {
  const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    const own = await ours();
    const other = await theirs();
    if (round < 0) continue;
    times.ours.push(own);
    times.theirs.push(other);
  }
  const own = figuresOf(times.ours);
  const other = figuresOf(times.theirs);
  const ratio = "faster" in bar
    ? other.median / own.median
    : own.median / other.median;
  const met = "faster" in bar ? ratio >= bar.faster : ratio <= bar.within;
  const against = "faster" in bar
    ? `times faster, at least ${bar.faster}`
    : `times as long, at most ${bar.within}`;
  return name.padEnd(44) + own.text.padEnd(16) + other.text.padEnd(16) +
    `${ratio.toFixed(2)} ${against}${met ? "" : "  MISSED"}`;
}

function figuresOf(times: readonly number[]): { median: number; text: string } {
  const median = times.toSorted((a, b) => a - b)[times.length >> 1] ?? NaN;
  const mean = times.reduce((a, b) => a + b, 0) / times.length;
  return { median, text: `${median.toFixed(1)} (${mean.toFixed(1)})` };
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) Deno.exit(await main());
