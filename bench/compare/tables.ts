/**
 * Tables to compare by: ten thousand files in one checkpoint. The files
 * themselves are not there; who opens a table doesn't look.
 *
 * @module
 */
import { denoHost } from "../../src/host/mod.ts";
import { type AddFile, DeltaTable } from "../../src/oplog/mod.ts";

/** How many files a table has. */
export const FILES = 10_000;

const COMMITS = 100;
const REGIONS = ["north", "south", "east", "west"];

const FIELDS = Object.entries({
  region: "string",
  day: "date",
  id: "long",
  value: "double",
  name: "string",
}).map(([name, type]) => ({ name, type, nullable: true, metadata: {} }));

/** Numbers of a generator that is the same in every run: 0 to 1. */
function* numbersFrom(seed: number): Generator<number, never> {
  for (let state = seed;;) {
    state = Math.imul(state, 1664525) + 1013904223 | 0;
    yield (state >>> 8) / 0x1000000;
  }
}

const random = numbersFrom(5);

function next(limit: number): number {
  return Math.floor(random.next().value * limit);
}

function hex(digits: number): string {
  return Array.from({ length: digits }, () => next(16).toString(16)).join("");
}

/** A file as Spark names it, with two partition values and statistics. */
function addOf(i: number): AddFile {
  const region = REGIONS[i % REGIONS.length] ?? "";
  const day = `2024-01-${String(1 + i % 28).padStart(2, "0")}`;
  const uuid = [8, 4, 4, 4, 12].map(hex).join("-");
  const name = `part-${String(i).padStart(5, "0")}-${uuid}.c000.snappy.parquet`;
  return {
    path: `region=${region}/day=${day}/${name}`,
    partitionValues: { region, day },
    size: next(1_000_000),
    modificationTime: 1_700_000_000_000 + i,
    dataChange: true,
    stats: JSON.stringify({
      numRecords: next(1000),
      minValues: { id: i * 1000, value: next(1000) / 7, name: `a${hex(8)}` },
      maxValues: { id: i * 1000 + 999, value: next(1000), name: `z${hex(8)}` },
      nullCount: { id: 0, value: next(9), name: 0 },
    }),
  };
}

/** Makes the table, with a checkpoint of ours at its newest version. */
export async function makeTable(directory: string): Promise<void> {
  await Deno.mkdir(directory);
  const commit = { commitInfo: { operation: "WRITE" }, timestampMs: 1 };
  const table = await DeltaTable.create(
    denoHost(),
    directory,
    {
      schema: { type: "struct", fields: FIELDS },
      partitionColumns: ["region", "day"],
      configuration: {},
    },
    { ...commit, adds: [] },
    { flush: false },
  );
  const each = FILES / COMMITS;
  for (let first = 0; first < FILES; first += each) {
    const adds = Array.from({ length: each }, (_, i) => addOf(first + i));
    await table.commit({ ...commit, adds });
  }
  await table.checkpoint();
}

/** Copies a table's log without its checkpoint. */
export async function copyWithoutCheckpoint(
  from: string,
  to: string,
): Promise<void> {
  await Deno.mkdir(`${to}/_delta_log`, { recursive: true });
  for await (const { name } of Deno.readDir(`${from}/_delta_log`)) {
    if (!name.endsWith(".json")) continue;
    await Deno.copyFile(
      `${from}/_delta_log/${name}`,
      `${to}/_delta_log/${name}`,
    );
  }
}
