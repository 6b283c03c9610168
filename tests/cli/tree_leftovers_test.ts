/** What puts and gets leave behind: how much, and that nobody trips over it. */
import { assert, assertEquals } from "@std/assert";
import { memoryHost } from "../../src/host/memory.ts";
import type { FileStore } from "../../src/host/mod.ts";
import type { NodeId } from "../../src/tinyfs/mod.ts";
import { PutIndex } from "../../src/cli/trees/put_index.ts";
import { scratchDirectory } from "./scratch.ts";

const DRAFT = ".pond-0123456789abcdef0123456789abcdef";

Deno.test("pond put leaves out what a killed get has left, and nothing like it", async () => {
  await using scratch = await scratchDirectory();
  await scratch.ok("init");
  await Deno.mkdir(`${scratch.home}/tree/${DRAFT}`, { recursive: true });
  const files = ["a", DRAFT.slice(0, -1), `${DRAFT}0`, `${DRAFT}/in`];
  for (const name of [...files, `${DRAFT}/${DRAFT}`]) {
    await Deno.writeTextFile(`${scratch.home}/tree/${name}`, "text");
  }
  await scratch.ok("put -r tree /");
  const found = (await scratch.ok("find /tree -t f")).trimEnd().split("\n");
  assertEquals(found.sort(), files.map((name) => `/tree/${name}`).sort());
});

Deno.test("pond put --delete takes no file away that is named as a leftover", async () => {
  await using scratch = await scratchDirectory();
  await scratch.ok("init");
  await Deno.mkdir(`${scratch.home}/tree`);
  await Deno.writeTextFile(`${scratch.home}/tree/${DRAFT}`, "text");
  await scratch.ok("mkdir /tree");
  await scratch.ok(`put tree/${DRAFT} /tree/`);
  await scratch.ok("put -r --delete tree /");
  assertEquals(await scratch.ok(`cat /tree/${DRAFT}`), "text");
});

const STAT = {
  type: "file",
  sizeBytes: 1,
  modifiedMs: 0,
  changedMs: 0,
  inode: 1,
  mode: 0o644,
} as const;

const NODE = {
  nodeId: "0".repeat(32) as NodeId,
  version: 1,
  modifiedUs: 0,
};

/** Puts a tree of so many files, as far as the index goes. */
async function put(
  files: FileStore,
  source: string,
  limits: { readonly trees: number; readonly sizeBytes: number },
  count = 1,
): Promise<void> {
  const place = { pond: "/pond", branch: "main", source, target: "/" };
  const index = await PutIndex.open(files, place);
  for (let i = 0; i < count; i++) {
    index.note(`/${i}`, STAT, NODE, 1e6);
  }
  await index.save(limits);
}

async function isKnown(files: FileStore, source: string): Promise<boolean> {
  const place = { pond: "/pond", branch: "main", source, target: "/" };
  return (await PutIndex.open(files, place)).keeps("/0", STAT, NODE);
}

Deno.test("PutIndex.save() forgets the trees that were put longest ago", async () => {
  const { files } = memoryHost();
  await files.makeDirectory("/pond");
  const limits = { trees: 3, sizeBytes: 1e6 };
  for (let i = 0; i < 5; i++) await put(files, `/tree-${i}`, limits);
  const known = [];
  for (let i = 0; i < 5; i++) known.push(await isKnown(files, `/tree-${i}`));
  assertEquals(known, [false, false, true, true, true]);
});

Deno.test("PutIndex.save() keeps no more bytes than it may, but the last tree", async () => {
  const { files } = memoryHost();
  await files.makeDirectory("/pond");
  const limits = { trees: 9, sizeBytes: 1000 };
  await put(files, "/first", limits);
  await put(files, "/second", limits);
  assert(await isKnown(files, "/first"));
  await put(files, "/large", limits, 100);
  assertEquals(await isKnown(files, "/first"), false);
  assertEquals(await isKnown(files, "/second"), false);
  assert(await isKnown(files, "/large"));
});
