/**
 * A pond with a random history, to drop some of it, and to compare what is left.
 *
 * @module
 */
import { memoryHost, SeededRandom } from "../../src/host/memory.ts";
import { hasCode } from "../../src/errors.ts";
import type { Host } from "../../src/host/host.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { prunePond } from "../../src/tinylogfs/prune.ts";
import { change } from "./random_change.ts";
import { type Tree, treeOf } from "./tree.ts";

/** Where it is. */
export const POND = "/pond";

/** A pond, and its tree at each version with a transaction. */
export interface RandomPond {
  readonly host: ReturnType<typeof memoryHost>;
  readonly fs: TinyLogFS;
  readonly random: SeededRandom;
  readonly trees: Map<number, Tree>;
}

/** Makes it; with merges between the transactions, of which some are large. */
export async function randomPond(
  seed: number,
  layout: Layout,
): Promise<RandomPond> {
  const random = new SeededRandom(seed);
  const host = memoryHost();
  const fs = await TinyLogFS.initEmpty(host, POND, { layout });
  const trees = new Map([[0, await treeOf(fs)]]);
  const commits = 3 + Math.floor(random.fraction() * 12);
  // So many that not each record of the directory is a snapshot.
  await fs.createDirectory("/many");
  for (let i = 0; i < 30; i++) await fs.createFile(`/many/${i}`, `${i}`);
  for (let i = 0; i < commits; i++) {
    const changes = 1 + Math.floor(random.fraction() * 6);
    for (let j = 0; j < changes; j++) await change(fs, random);
    await ifItIsThere(async () => {
      await fs.createFile(`/many/added ${i}`, new Uint8Array(i * 9000).fill(i));
      if (i > 1) await fs.delete(`/many/added ${i - 2}`);
    });
    await fs.commit();
    trees.set(fs.version, await treeOf(fs));
    if (random.fraction() < 0.2) await fs.optimize();
    if (random.fraction() < 0.2) await fs.checkpoint();
  }
  await fs.restoreFromOplog();
  return { host, fs, random, trees };
}

/** A random change may have moved or deleted it. */
async function ifItIsThere(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY")) throw error;
  }
}

/** Drops history with pins, as another process. */
export async function pruneWith(
  host: Host,
  before: number,
  pins: readonly number[],
): ReturnType<typeof prunePond> {
  const pond = { host, path: POND, line: POND, flush: true, author: "test" };
  return await prunePond(pond, pins, { before: `v${before}` });
}

/** All that a state says of its nodes, and not only what they hold. */
export async function entriesOf(fs: TinyLogFS): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const node of fs.findNodes({})) found.push(JSON.stringify(node));
  return found.sort();
}

/** The rows of history from a version on, and the transactions. */
export async function rowsFrom(
  fs: TinyLogFS,
  version: number,
): Promise<readonly string[]> {
  const rows: string[] = [];
  for await (const row of fs.historyRows({ bookkeeping: true })) {
    if (row.version < version) continue;
    rows.push(JSON.stringify({ ...row, content: row.content?.join() ?? null }));
  }
  for await (const row of fs.transactions()) {
    if (row.version >= version) rows.push(JSON.stringify(row));
  }
  return rows;
}
