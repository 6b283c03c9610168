/**
 * Looking up and reading a warm path: in a pond, beside the in-memory
 * filesystem with the same tree.
 *
 * A lookup in a pond is to take at most three times the in-memory one.
 */
import { memoryHost } from "../src/host/memory.ts";
import { FS, type WorkingDir } from "../src/tinyfs/mod.ts";
import { TinyLogFS } from "../src/tinylogfs/mod.ts";

const DEPTH = ["a", "b", "c"];
const PATH = `/${DEPTH.join("/")}/file-500`;
const FILES = 1000;

async function fill(root: WorkingDir): Promise<WorkingDir> {
  const directory = DEPTH.join("/");
  await root.createDirectory(directory, { recursive: true });
  for (let i = 0; i < FILES; i++) {
    await root.createFile(`${directory}/file-${i}`, `content ${i}`);
  }
  return root;
}

const memory = await fill(new FS().root);
const host = memoryHost();
const written = await TinyLogFS.initEmpty(host, "/pond");
await fill(written.workingDirectory());
await written.commit();
const pond = (await TinyLogFS.open(host, "/pond")).workingDirectory();

for (
  const [group, work] of [
    ["look up a warm path", (root: WorkingDir) => root.resolve(PATH)],
    ["ask whether it exists", (root: WorkingDir) => root.exists(PATH)],
    ["read a small warm file", (root: WorkingDir) => root.readFile(PATH)],
    ["read its metadata", async (root: WorkingDir) => {
      await (await root.resolve(PATH)).metadata();
    }],
    ["list 1000 entries", async (root: WorkingDir) => {
      for await (const _ of root.entries("/a/b/c"));
    }],
  ] as const
) {
  Deno.bench("in memory", { group, baseline: true }, async () => {
    await work(memory);
  });
  Deno.bench("pond", { group }, async () => {
    await work(pond);
  });
}

// === Large transactions: what one more operation, and one row of many, cost ===

const LARGE = 50_000;

async function pending(files: number): Promise<WorkingDir> {
  const fs = await TinyLogFS.initEmpty(memoryHost(), "/pond", {
    commitThresholdBytes: Number.MAX_SAFE_INTEGER,
  });
  const root = fs.workingDirectory();
  for (let i = 0; i < files; i++) await root.createFile(`/f${i}`, "x");
  return root;
}

/** A commit whose directory is so large that its rows are split. */
async function committed(files: number): Promise<WorkingDir> {
  const host = memoryHost();
  const fs = await TinyLogFS.initEmpty(host, "/pond", {
    commitThresholdBytes: Number.MAX_SAFE_INTEGER,
  });
  for (let i = 0; i < files; i++) await fs.createFile(`/f${i}`, "x");
  await fs.commit();
  return (await TinyLogFS.open(host, "/pond")).workingDirectory();
}

const few = await pending(10);
const many = await pending(LARGE);
let made = 0;
for (const [name, root] of [["10", few], [`${LARGE}`, many]] as const) {
  const group = "one more file in a transaction";
  Deno.bench(`of ${name}`, { group, baseline: root === few }, async () => {
    await root.createFile(`/more${made++}`, "x");
  });
}

const smallCommit = await committed(10);
const largeCommit = await committed(LARGE);
for (
  const [name, root] of [["10", smallCommit], [
    `${LARGE}`,
    largeCommit,
  ]] as const
) {
  const group = "read one file of a commit";
  Deno.bench(
    `of ${name}`,
    { group, baseline: root === smallCommit },
    async () => {
      await root.readFile("/f5");
    },
  );
}
