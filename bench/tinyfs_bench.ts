/**
 * The filesystem in memory beside `memfs`: operations of one tree of 100
 * directories with 100 small files each, and what a node costs in memory.
 *
 * The measure is `memfs` by its promises, which is asynchronous as pond is. Its
 * synchronous functions are there, too: they show what waiting costs.
 *
 * @module
 */
import { createFsFromVolume, type IFs, Volume } from "memfs";
import { FS } from "../src/tinyfs/mod.ts";
import { denoArgs } from "../tests/support/deno_process.ts";

const DIRECTORIES = 100;
const FILES = 100;
const CONTENT = "t,m\n1,20.5\n";

const directories = Array.from({ length: DIRECTORIES }, (_, i) => `/d/${i}`);
const paths = directories.flatMap((directory) =>
  Array.from({ length: FILES }, (_, i) => `${directory}/f${i}.csv`)
);

/** Takes paths in an order that is the same each time, and no simple one. */
let turn = 0;
function next<T>(list: readonly T[]): T {
  turn = (turn + 7919) % (DIRECTORIES * FILES);
  return list[turn % list.length] as T;
}

async function pondTree(): Promise<FS> {
  const fs = new FS();
  for (const directory of directories) {
    await fs.root.createDirectory(directory, { recursive: true });
  }
  for (const path of paths) await fs.root.createFile(path, CONTENT);
  return fs;
}

function memfsTree(): IFs {
  const fs = createFsFromVolume(new Volume());
  for (const directory of directories) {
    fs.mkdirSync(directory, { recursive: true });
  }
  for (const path of paths) fs.writeFileSync(path, CONTENT, { flag: "wx" });
  return fs;
}

const { root } = await pondTree();
const memfs = memfsTree();
const { promises } = memfs;
let made = 0;

function compare(
  group: string,
  pond: () => Promise<unknown>,
  asynchronous: () => Promise<unknown>,
  synchronous: () => unknown,
): void {
  Deno.bench("pond", { group }, async () => void await pond());
  Deno.bench("memfs, promises", { group, baseline: true }, async () => {
    await asynchronous();
  });
  Deno.bench("memfs, synchronous", { group }, () => void synchronous());
}

// Each creates and removes, so that the tree stays as large as it is.
compare("create and remove a file", async () => {
  const path = `${next(directories)}/new${made++}`;
  await root.createFile(path, CONTENT);
  await root.remove(path);
}, async () => {
  const path = `${next(directories)}/new${made++}`;
  await promises.writeFile(path, CONTENT, { flag: "wx" });
  await promises.unlink(path);
}, () => {
  const path = `${next(directories)}/new${made++}`;
  memfs.writeFileSync(path, CONTENT, { flag: "wx" });
  memfs.unlinkSync(path);
});

compare("create and remove a directory", async () => {
  const path = `${next(directories)}/new${made++}`;
  await root.createDirectory(path);
  await root.remove(path);
}, async () => {
  const path = `${next(directories)}/new${made++}`;
  await promises.mkdir(path);
  await promises.rmdir(path);
}, () => {
  const path = `${next(directories)}/new${made++}`;
  memfs.mkdirSync(path);
  memfs.rmdirSync(path);
});

compare(
  "look up and describe",
  () => root.metadata(next(paths)),
  () => promises.stat(next(paths)),
  () => memfs.statSync(next(paths)),
);

compare(
  "read",
  () => root.readFile(next(paths)),
  () => promises.readFile(next(paths)),
  () => memfs.readFileSync(next(paths)),
);

compare(
  "overwrite",
  () => root.writeFile(next(paths), CONTENT),
  () => promises.writeFile(next(paths), CONTENT),
  () => memfs.writeFileSync(next(paths), CONTENT),
);

compare(
  `list ${FILES} names`,
  () => Array.fromAsync(root.entries(next(directories)), ({ name }) => name),
  () => promises.readdir(next(directories)),
  () => memfs.readdirSync(next(directories)),
);

// Pond keeps the order of names until one comes or goes.
compare(`list ${FILES} names after one has come`, async () => {
  const directory = next(directories);
  const path = `${directory}/new${made++}`;
  await root.createFile(path, CONTENT);
  await Array.fromAsync(root.entries(directory), ({ name }) => name);
  await root.remove(path);
}, async () => {
  const directory = next(directories);
  const path = `${directory}/new${made++}`;
  await promises.writeFile(path, CONTENT, { flag: "wx" });
  await promises.readdir(directory);
  await promises.unlink(path);
}, () => {
  const directory = next(directories);
  const path = `${directory}/new${made++}`;
  memfs.writeFileSync(path, CONTENT, { flag: "wx" });
  memfs.readdirSync(directory);
  memfs.unlinkSync(path);
});

compare("rename, there and back", async () => {
  const path = next(paths);
  await root.rename(path, "/d/moved");
  await root.rename("/d/moved", path);
}, async () => {
  const path = next(paths);
  await promises.rename(path, "/d/moved");
  await promises.rename("/d/moved", path);
}, () => {
  const path = next(paths);
  memfs.renameSync(path, "/d/moved");
  memfs.renameSync("/d/moved", path);
});

{
  await root.createSymlink("/l", "d");
  memfs.symlinkSync("d", "/l");
  compare(
    "read through a symlink",
    () => root.readFile(`/l${next(paths).slice(2)}`),
    () => promises.readFile(`/l${next(paths).slice(2)}`),
    () => memfs.readFileSync(`/l${next(paths).slice(2)}`),
  );
}

{
  const group = `a walk through all ${DIRECTORIES * FILES} files`;
  Deno.bench("pond, with captures", { group }, async () => {
    for await (const _ of root.glob("/d/*/*.csv"));
  });
  Deno.bench("memfs, promises.glob", { group, baseline: true }, async () => {
    await Array.fromAsync(await promises.glob("/d/*/*.csv"));
  });
}

// === Bytes per node: each in a process of its own, after its garbage ===

/** Prints the bytes on the heap and beside it for each node of a tree. */
async function printBytesPerNode(of: "pond" | "memfs"): Promise<void> {
  const { gc } = globalThis as { gc?: () => void };
  const used = (): number => {
    for (let i = 0; i < 5; i++) gc?.();
    const { heapUsed, external } = Deno.memoryUsage();
    return heapUsed + external;
  };
  // The code and its caches are no part of a tree.
  const first = of === "pond" ? await pondTree() : memfsTree();
  const before = used();
  const kept = [];
  for (let i = 0; i < 10; i++) {
    kept.push(of === "pond" ? await pondTree() : memfsTree());
  }
  const nodes = kept.length * (paths.length + directories.length + 2);
  const bytes = Math.round((used() - before) / nodes);
  kept.push(first);
  say(`${bytes} bytes per node`);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function bytesPerNode(of: "pond" | "memfs"): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--v8-flags=--expose-gc",
      ...denoArgs(),
      import.meta.filename ?? "",
      of,
    ],
    stdout: "piped",
  });
  const { code, stdout } = await command.output();
  if (code !== 0) throw new TypeError(`Cannot measure ${of}: code ${code}`);
  return `${of}: ${new TextDecoder().decode(stdout).trim()}`;
}

const [of] = Deno.args;
if (of === "pond" || of === "memfs") await printBytesPerNode(of);
else {
  // Or the first group would pay for the garbage of the trees.
  for (let i = 0; i < 20_000; i++) {
    await root.createFile("/d/warm", CONTENT);
    await root.remove("/d/warm");
    await promises.writeFile("/d/warm", CONTENT, { flag: "wx" });
    await promises.unlink("/d/warm");
  }
  say(await bytesPerNode("pond"));
  say(await bytesPerNode("memfs"));
}
