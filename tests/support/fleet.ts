/**
 * Processes that append to one pond at the same time (`append_loop.ts`), and are
 * killed; and what must be so afterwards.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { equalBytes } from "../../src/bytes.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { denoArgs, PROJECT_ROOT } from "./deno_process.ts";
import { numberedContent } from "./fleet_content.ts";

const SCRIPT = `${PROJECT_ROOT}/tests/support/append_loop.ts`;

/** What a fleet shall do. */
export interface FleetOptions {
  /** How many processes. */
  readonly size: number;
  /** How many files each of them appends. */
  readonly count: number;
  /** Called when a file was said to be committed, with how many were so far. */
  readonly onSaid?: (total: number) => void;
}

/** Makes a pond for a fleet. */
export async function initFleetPond(
  pond: string,
  layout: Layout,
): Promise<void> {
  await using fs = await TinyLogFS.initEmpty(denoHost(), pond, { layout });
  await fs.createDirectory("/d");
  await fs.commit();
}

/** Processes that append to one pond. */
export class Fleet {
  /** The names of the files that were said to be committed. */
  readonly said: Set<string> = new Set();
  readonly #pond: string;
  readonly #options: FleetOptions;
  readonly #running = new Map<string, Deno.ChildProcess>();
  readonly #killed = new Set<Deno.ChildProcess>();
  #isStopped = false;
  #kills = 0;

  /** @param pond Where they append: made by {@linkcode initFleetPond}. */
  constructor(pond: string, options: FleetOptions) {
    this.#pond = pond;
    this.#options = options;
  }

  /** How many processes were killed. */
  get kills(): number {
    return this.#kills;
  }

  /** Runs them until all have appended their files, or were stopped. */
  async run(): Promise<void> {
    const names = Array.from(
      { length: this.#options.size },
      (_, i) => String.fromCharCode("a".charCodeAt(0) + i),
    );
    await Promise.all(names.map((name) => this.#keepRunning(name)));
  }

  /** Kills one of them; it is started again. */
  kill(fraction: number): void {
    const running = [...this.#running.values()];
    const child = running[Math.floor(fraction * running.length)];
    if (child === undefined || this.#killed.has(child)) return;
    this.#killed.add(child);
    this.#kills++;
    child.kill("SIGKILL");
  }

  /** Lets them end. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all([...this.#running.values()].map(closeInput));
  }

  /** A process that was killed is followed by another one. */
  async #keepRunning(name: string): Promise<void> {
    let next = 0;
    while (!this.#isStopped) {
      const child = this.#spawn(name, next);
      this.#running.set(name, child);
      const stderr = new Response(child.stderr).text();
      let isDone = false;
      for await (const line of linesOf(child.stdout)) {
        const [what, number] = line.split(" ");
        if (what === "done") {
          isDone = true;
          await closeInput(child);
          continue;
        }
        next = Number(number) + 1;
        this.said.add(`${name}-${number}`);
        this.#options.onSaid?.(this.said.size);
      }
      this.#running.delete(name);
      const [{ code }, text] = await Promise.all([child.status, stderr]);
      await closeInput(child);
      if (this.#killed.has(child)) continue;
      assertEquals([name, code, text], [name, 0, ""]);
      assert(isDone, `${name} ended before it was done`);
      return;
    }
  }

  #spawn(name: string, from: number): Deno.ChildProcess {
    const { count } = this.#options;
    const args = [this.#pond, name, String(from), String(count)];
    return new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", ...denoArgs(), SCRIPT, ...args],
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }
}

/**
 * What was said is there, once; what wasn't is there once or not at all; all of
 * it is whole, and the log has neither gap nor step back.
 *
 * @param foreign Partitions that other engines append to, and put into the log
 *   with the times that they have.
 * @returns How many files there are.
 */
export async function checkFleetPond(
  pond: string,
  said: ReadonlySet<string>,
  foreign: ReadonlySet<string> = new Set(),
): Promise<number> {
  await using fs = await TinyLogFS.open(denoHost(), pond);
  const names = new Set<string>();
  for await (const { name } of fs.listDirectory("/d")) {
    names.add(name);
    const bytes = await fs.readFile(`/d/${name}`);
    assert(equalBytes(bytes, numberedContent(name)), `${name} is not whole`);
  }
  assertEquals([...said].filter((name) => !names.has(name)), []);
  const rows = await createdNames(fs, foreign);
  assertEquals(rows.filter((name, i) => rows.indexOf(name) !== i), []);
  assertEquals(rows.sort(), [...names].sort());
  // That of the pond, that of its directory, and one a file.
  const transactions = await Array.fromAsync(fs.transactions());
  assertEquals(transactions.length, 2 + names.size);
  const versions = await checkVersions(`${pond}/oplog/_delta_log`);
  if (foreign.size === 0) await checkTimes(versions);
  return names.size;
}

/** The names that the rows of files have, in the order of their versions. */
async function createdNames(
  fs: TinyLogFS,
  foreign: ReadonlySet<string>,
): Promise<string[]> {
  const names: string[] = [];
  let last = { version: -1, timestampUs: -1 };
  for await (const record of fs.oplog.readAll()) {
    const { version, timestampUs } = record;
    if (foreign.has(record.partId)) continue;
    if (version === last.version) assertEquals(timestampUs, last.timestampUs);
    else assert(timestampUs > last.timestampUs, `the time of v${version}`);
    last = { version, timestampUs };
    for (const { fileType, name } of record.entries()) {
      if (fileType === "file") names.push(name);
    }
  }
  return names;
}

/**
 * No version is left out.
 *
 * @returns The commits, in order.
 */
async function checkVersions(log: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(log)) {
    if (/^\d{20}\.json$/.test(name)) names.push(name);
  }
  names.sort();
  assertEquals(names.map((name) => parseInt(name)), names.map((_, i) => i));
  return names.map((name) => `${log}/${name}`);
}

/** The times of the commits grow. */
async function checkTimes(commits: readonly string[]): Promise<void> {
  let lastMs = -1;
  for (const commit of commits) {
    const ms = (await Deno.stat(commit)).mtime?.getTime() ?? 0;
    assert(ms > lastMs, `the time of ${commit}`);
    lastMs = ms;
  }
}

/** Lines of a process, as far as it has ended them. */
async function* linesOf(
  output: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let text = "";
  for await (const part of output.pipeThrough(new TextDecoderStream())) {
    const lines = (text + part).split("\n");
    text = lines.pop() ?? "";
    yield* lines;
  }
}

/** It may be closed already, and the process may have ended. */
async function closeInput({ stdin }: Deno.ChildProcess): Promise<void> {
  await stdin.close().catch(() => {});
}
