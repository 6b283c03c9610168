/** Large files, of which a part is hashed to read a row. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { hasCode } from "../../src/errors.ts";
import type { MemoryHost } from "../../src/host/memory.ts";
import { type AddFile, OplogTable } from "../../src/oplog/mod.ts";
import { PieceDigests } from "../../src/oplog/piece_digests.ts";
import { append, entry, newTable, TABLE } from "./scratch.ts";

const PARTS = 12;

/** Ids that differ at their beginnings: bounds of long texts are cut. */
function part(n: number): string {
  return n.toString(16).repeat(32);
}

/** A file of several row groups, of a partition each. */
async function largeFile(): Promise<{ host: MemoryHost; add: AddFile }> {
  const { host, table } = await newTable("clustered", "v0");
  for (let n = 1; n <= PARTS; n++) {
    // Nothing that Snappy makes smaller.
    let text = "";
    for (let i = 0; text.length < 200_000; i++) text += Math.sin(i * n);
    await append(table, {
      partId: part(n),
      entries: [entry(part(n), `v${n}`, text)],
    });
  }
  await table.merge([table.files], "u");
  const [file] = table.files;
  assert(file && table.files.length === 1);
  return { host, add: file.add };
}

/** Reads one partition, or all, in a table that is opened for it. */
async function read(host: MemoryHost, n?: number): Promise<number> {
  const table = await OplogTable.open(host, TABLE);
  const rows = n === undefined ? table.readAll() : table.readPartition(part(n));
  return (await Array.fromAsync(rows)).length;
}

async function flip(host: MemoryHost, path: string, at: number): Promise<void> {
  const bytes = (await host.files.read(path)).slice();
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  host.files.plant(path, bytes);
}

function ends({ tags }: AddFile): number[] {
  return tags?.pieces?.split(",").map((piece) => parseInt(piece)) ?? [];
}

Deno.test("a file of several row groups lists the digest of each, and of its footer, up to its end", async () => {
  const { add } = await largeFile();
  const pieces = ends(add);
  assert(pieces.length > 3, add.tags?.pieces);
  assertEquals(pieces, pieces.toSorted((a, b) => a - b));
  assertEquals(pieces.at(-1), add.size);
  assertEquals(add.tags?.sha256?.length, 64);
});

Deno.test("a small file lists nothing", async () => {
  const { table } = await newTable("clustered", "v0");
  assertEquals(table.files[0]?.add.tags?.pieces, undefined);
});

Deno.test("damage is found by who decodes the piece that has it, wherever it is", async () => {
  const { host, add } = await largeFile();
  const path = `${TABLE}/${add.path}`;
  const pieces = ends(add);
  let found = 0;
  for (const [i, end] of pieces.entries()) {
    const start = pieces[i - 1] ?? 0;
    for (const at of [start, Math.floor((start + end) / 2), end - 1]) {
      await flip(host, path, at);
      const error = await assertRejects(() => read(host));
      assert(hasCode(error, "INTEGRITY"), String(error));
      const outcomes = await Promise.allSettled(
        Array.from({ length: PARTS }, (_, i) => read(host, i + 1)),
      );
      const failed = outcomes.filter(({ status }) => status === "rejected");
      // The footer is everybody's, the rest is not.
      if (i === pieces.length - 1) assertEquals(failed.length, PARTS);
      else assert(failed.length < PARTS, `${at}: all of them failed`);
      found += failed.length;
      await flip(host, path, at);
    }
  }
  assert(found > 3 * PARTS);
  assertEquals(await read(host), PARTS + 1);
});

Deno.test("who reads one partition reads the footer, and the piece that has it", async () => {
  const { host, add } = await largeFile();
  const path = `${TABLE}/${add.path}`;
  const pieces = ends(add);
  const reads: { offset: number; length: number | undefined }[] = [];
  const original = host.files.read.bind(host.files);
  host.files.read = async (name, range = {}) => {
    const { offset = 0, length } = range;
    if (name === path) reads.push({ offset, length });
    return await original(name, range);
  };
  assertEquals(await read(host, 2), 1);
  const [footer, piece, ...others] = reads;
  assertEquals(others, []);
  const last = pieces.at(-2) ?? 0;
  assertEquals(footer, { offset: last, length: add.size - last });
  assert(piece && piece.offset < last);
  assert((piece.length ?? add.size) < add.size / 2);
});

Deno.test("PieceDigests.of() takes only pieces that make up the file", async () => {
  const { add } = await largeFile();
  const { pieces = "" } = add.tags ?? {};
  const of = (pieces: string) =>
    PieceDigests.of({ ...add, tags: { ...add.tags, pieces } });
  assert(of(pieces));
  const [first = "", ...rest] = pieces.split(",");
  for (
    const bad of [
      "",
      rest.slice(0, -1).join(","),
      [...rest, first].join(","),
      `${pieces},`,
      pieces.replace(":", ";"),
      pieces.slice(0, -1),
      `-1:${"0".repeat(32)},${pieces}`,
    ]
  ) assertEquals(of(bad), undefined, bad);
});
