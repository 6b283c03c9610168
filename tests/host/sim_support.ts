/**
 * What the tests of the simulated disk share.
 *
 * @module
 */
import { decodeUtf8, encodeUtf8 } from "../../src/bytes.ts";
import {
  type CrashMode,
  SeededRandom,
  SimDisk,
} from "../../src/host/memory.ts";

/** All that can happen to what was not flushed. */
export const MODES: readonly CrashMode[] = [
  "nothing survives",
  "everything survives",
  "random",
];

/** So many seeds show every outcome that has a chance worth a test. */
const SEEDS = 200;

/** Numbers from a seed. */
export function numbers(seed: number): () => number {
  const random = new SeededRandom(seed);
  return () => random.fraction();
}

/** A disk with a flushed directory `/d`. */
export async function diskWithDirectory(seed: number = 1): Promise<SimDisk> {
  const disk = new SimDisk(numbers(seed));
  await disk.makeDirectory("/d");
  await disk.syncDirectory("/");
  return disk;
}

/** Writes a file, and flushes its bytes. */
export async function writeSynced(
  disk: SimDisk,
  path: string,
  text: string,
): Promise<void> {
  await using file = await disk.create(path);
  await file.write(encodeUtf8(text));
  await file.sync();
}

/** Writes a file, and flushes nothing. */
export async function writeUnsynced(
  disk: SimDisk,
  path: string,
  text: string,
): Promise<void> {
  await using file = await disk.create(path);
  await file.write(encodeUtf8(text));
}

/** All files, with their text. */
export function contentOf(disk: SimDisk): Record<string, string> {
  const files = [...disk.snapshot()].map(([path, bytes]) =>
    [path, decodeUtf8(bytes)] as const
  );
  return Object.fromEntries(files.sort(([a], [b]) => a < b ? -1 : 1));
}

/**
 * What power cuts leave that decide by chance, each outcome once, in order.
 *
 * @param work Works on a disk with a flushed directory `/d`.
 * @param look Describes what is left.
 */
export async function outcomesOf(
  work: (disk: SimDisk) => Promise<void>,
  look: (disk: SimDisk) => string | Promise<string>,
): Promise<string[]> {
  const start = await diskWithDirectory();
  await work(start);
  const outcomes = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const disk = start.clone(numbers(seed));
    disk.crash("random");
    outcomes.add(await look(disk));
  }
  return [...outcomes].sort();
}

/** The names and texts of the files that are left, as one line. */
export function filesLeft(disk: SimDisk): string {
  const files = Object.entries(contentOf(disk));
  return files.map(([path, text]) => `${path}=${text}`).join(" ");
}
