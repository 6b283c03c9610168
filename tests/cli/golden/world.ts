/**
 * The pond that every case begins with, on a disk in memory: the same bytes,
 * ids and times in each run.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { assertEquals } from "@std/assert";
import { encodeUtf8 } from "../../../src/bytes.ts";
import type { Clock, FileStore, Host } from "../../../src/host/mod.ts";
import { denoHost } from "../../../src/host/deno_host.ts";
import { SeededRandom, SimDisk } from "../../../src/host/memory.ts";
import { type Ran, run, type RunOptions, words } from "../support.ts";

/** The current directory of the cases. */
export const HOME = "/home/ana";

/** The pond. */
export const POND: string = `${HOME}/pond`;

/** When the first command is run; each next one a minute later. */
const BEGIN_MS = Date.UTC(2026, 0, 5, 10);

const MINUTE_MS = 60_000;

/** The number of the command that a case is about. */
export const CASE_STEP = 24 * 60;

/** The number of its first setup. */
export const SETUP_STEP = 60;

/** The host files that there are. */
const HOST_FILES: Readonly<Record<string, string>> = {
  "sensors/a.csv": "t,v\n1,10\n",
  "sensors/b.csv": "t,v\n1,7\n2,8\n",
  "sensors/.hidden": "h\n",
  "notes/long name, with spaces and more of them.txt": "long\n",
  "notes/日本.txt": "日本\n",
  "notes/\x1b[31mred\n.txt": "escape\n",
  "notes/todo.md": "# To do\n\n- calibrate\n- sleep\n",
  "readings.csv": "t,v\n1,20\n2,21\n",
};

/** What was done to the pond, each a version of its own. */
const STORY: readonly (readonly [line: string, stdin?: string])[] = [
  ["pond init"],
  ["pond put -m 'the first readings' sensors /sensors"],
  ["pond put -m notes notes /notes"],
  ["pond put -m 'a second reading' - /sensors/a.csv", "t,v\n1,10\n2,11\n"],
  ["pond ln /sensors/a.csv /latest"],
  ["pond put - /big.bin", "\0\x01\x02\x03456789abcdef".repeat(6 * 1024)],
  ["pond attr set /sensors/a.csv unit=mm height=2"],
  ["pond tag first v1"],
  ["pond branch trial"],
  ["pond --branch trial put - /trial.txt", "on trial\n"],
];

/**
 * Files are put side by side. Threads that hash them would end in any order, and
 * ids be given in that.
 */
function hashAtOnce(): void {
  crypto.subtle.digest = (_, data) => {
    const bytes = ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data);
    const digest = createHash("sha256").update(bytes).digest();
    return Promise.resolve(new Uint8Array(digest).buffer);
  };
}

/** Makes the disk: a pond and host files. */
export async function makeWorld(): Promise<SimDisk> {
  hashAtOnce();
  const disk = new SimDisk(numbers(0));
  disk.setTime(BEGIN_MS);
  for (const [path, text] of Object.entries(HOST_FILES)) {
    disk.plant(`${HOME}/${path}`, encodeUtf8(text));
  }
  for (const [step, [line, stdin = ""]] of STORY.entries()) {
    await mustRun(disk, step, line, { stdin });
  }
  return disk;
}

/** A disk with the same content. */
export function copyOf(disk: SimDisk): SimDisk {
  return disk.clone(numbers(1));
}

/** Runs a command line that must succeed. */
export async function mustRun(
  disk: SimDisk,
  step: number,
  line: string,
  options: RunOptions = {},
): Promise<void> {
  disk.setTime(timeOf(step));
  const { code, stderr } = await runLine(disk, step, line, options);
  assertEquals([code, stderr], [0, ""], line);
}

/**
 * Runs a command line.
 *
 * @param files Where the pond is.
 * @param step Says when, and which ids are made.
 */
export async function runLine(
  files: FileStore,
  step: number,
  line: string,
  options: RunOptions = {},
): Promise<Ran> {
  const { hasher, buffers, compression } = denoHost();
  const host: Omit<Host, "terminal"> = {
    files,
    clock: new StandingClock(timeOf(step)),
    random: new SeededRandom(step * 7919),
    hasher,
    buffers,
    compression,
  };
  const [, ...argv] = words(line);
  return await run(host, argv, {
    cwd: HOME,
    ...options,
    env: { POND, ...options.env },
  });
}

function timeOf(step: number): number {
  return BEGIN_MS + step * MINUTE_MS;
}

function numbers(seed: number): () => number {
  const random = new SeededRandom(seed);
  return () => random.fraction();
}

/** Half a second. */
const LONG_MS = 500;

/** Never resolves. */
function ended(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) =>
    signal?.addEventListener("abort", () => reject(signal.reason))
  );
}

/**
 * Stands still: what a command says doesn't depend on how often it looks at the
 * clock.
 */
class StandingClock implements Clock {
  #ms: number;

  constructor(ms: number) {
    this.#ms = ms;
  }

  nowUs(): number {
    return this.#ms * 1000;
  }

  monotonicMs(): number {
    return this.#ms;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    await Promise.resolve();
    signal?.throwIfAborted();
    // No command here takes so long that its progress would be shown.
    if (milliseconds >= LONG_MS) return await ended(signal);
    this.#ms += Math.ceil(milliseconds);
  }
}
