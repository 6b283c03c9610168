/**
 * Flips bits of a pond's files, one at a time, and reads everything.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { hasCode, type PondError } from "../../src/errors.ts";
import { type MemoryHost, memoryHost } from "../../src/host/memory.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { type Tree, treeOf } from "./tree.ts";

const POND = "/pond";

/** Everything that a pond says: its tree at each version, and its history. */
export interface Everything {
  /** The tree at each version. */
  readonly trees: readonly Tree[];
  /** The rows of history, as JSON. */
  readonly rows: readonly string[];
}

/** What became of the flips. */
export interface FlipCounts {
  /** Found as damage. */
  found: number;
  /** Without any effect. */
  harmless: number;
}

/** A pond with files of every kind, in a few versions. */
export async function pondToDamage(layout: Layout): Promise<MemoryHost> {
  const host = memoryHost();
  await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
  await fs.createDirectory("/d");
  await fs.createFile("/d/small", "a small file\n");
  await fs.createFile("/large", new Uint8Array(66_000).fill(7));
  await fs.createSymlink("/link", "/d/small");
  await fs.commit({ message: "first" });
  await fs.updateFile("/d/small", "a changed file\n");
  await fs.rename("/large", "/d/renamed");
  await fs.commit({ message: "second" });
  await fs.oplog.delta.checkpoint();
  // Only merged files are left of what was committed so far.
  await fs.optimize();
  await host.clock.sleep(60_000);
  await fs.vacuum({ dryRun: false, retentionMs: 1000, force: true });
  await fs.createFile("/after", "after the checkpoint");
  await fs.commit();
  return host;
}

/** Reads everything, of each branch; fails as any reader would. */
export async function everythingOf(host: MemoryHost): Promise<Everything> {
  const trees: Tree[] = [];
  const rows: string[] = [];
  await using fs = await TinyLogFS.open(host, POND);
  for await (const { name } of fs.branches()) {
    const line = await everythingOn(host, name);
    trees.push(...line.trees);
    rows.push(...line.rows);
  }
  return { trees, rows };
}

async function everythingOn(
  host: MemoryHost,
  branch: string,
): Promise<Everything> {
  await using fs = await TinyLogFS.open(host, POND, { staged: true, branch });
  const trees: Tree[] = [];
  for (let version = 0; version <= fs.version; version++) {
    await using at = await fs.at(`v${version}`);
    trees.push(await treeOf(at));
  }
  const rows: string[] = [];
  for await (const row of fs.historyRows({ bookkeeping: true })) {
    rows.push(JSON.stringify({ ...row, content: row.content?.length ?? null }));
  }
  for await (const row of fs.transactions()) rows.push(JSON.stringify(row));
  return { trees, rows };
}

/**
 * Flips one bit after the other, each on the undamaged pond.
 *
 * @param host The pond.
 * @param bits Tells which bits of a file to flip.
 * @returns How many were found, and how many had no effect.
 */
export async function flipBits(
  host: MemoryHost,
  bits: (path: string, sizeBytes: number) => Iterable<number>,
): Promise<FlipCounts> {
  const counts: FlipCounts = { found: 0, harmless: 0 };
  const expected = await everythingOf(host);
  for (const [path, bytes] of host.files.snapshot()) {
    for (const bit of bits(path, bytes.length)) {
      const damaged = host.files.clone(() => 0.5);
      damaged.flipBit(path, bit);
      const seen = await outcomeOf(memoryHost({ files: damaged }));
      const where = `bit ${bit} of ${path}`;
      if ("code" in seen) {
        counts.found++;
        assertNames(seen, path, where);
      } else {
        counts.harmless++;
        assertEquals(seen, expected, where);
      }
    }
  }
  return counts;
}

async function outcomeOf(
  host: MemoryHost,
): Promise<Everything | PondError> {
  try {
    return await everythingOf(host);
  } catch (error) {
    if (hasCode(error, "INTEGRITY", "FORMAT_TOO_NEW")) return error;
    throw error;
  }
}

/** The error names the damaged file, or what of the log can't be right with it. */
function assertNames(error: PondError, path: string, where: string): void {
  if (error.code === "FORMAT_TOO_NEW") {
    return assert(path.endsWith("/pond.json"), where);
  }
  const inLog = path.includes("/_delta_log/") || path.endsWith("/head");
  const named = error.path === path ||
    (inLog && error.path?.includes("/_delta_log/"));
  assert(named, `${where}: ${error.message}`);
}
