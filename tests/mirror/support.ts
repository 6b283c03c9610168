/**
 * A pond and a directory beside it, in memory.
 *
 * @module
 */
import { decodeUtf8, encodeUtf8 } from "../../src/bytes.ts";
import type { FileStore, Host } from "../../src/host/mod.ts";
import { memoryHost, SeededRandom, SimDisk } from "../../src/host/memory.ts";
import {
  type MirrorItem,
  type MirrorOpenOptions,
  type MirrorReport,
  MirrorSync,
} from "../../src/mirror/mod.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";

/** Where the pond is. */
export const POND = "/pond";

/** Where the mirror is. */
export const DIR = "/dir";

/** Both layouts: what is kept in the one is kept in the other. */
export const LAYOUTS: readonly Layout[] = ["clustered", "hive"];

/** Numbers from a seed. */
export function numbers(seed: number): () => number {
  const random = new SeededRandom(seed);
  return () => random.fraction();
}

/** A disk with an empty pond and an empty directory, all of it flushed. */
export async function emptyDisk(layout: Layout): Promise<SimDisk> {
  const disk = new SimDisk(numbers(1));
  const host = memoryHost({ files: disk, seed: 1 });
  await using _fs = await TinyLogFS.initEmpty(host, POND, { layout });
  await disk.makeDirectory(DIR);
  await disk.syncDirectory("/");
  return disk;
}

/** Opens both, and does something. */
export async function withMirror<T>(
  disk: SimDisk,
  work: (mirror: MirrorSync, fs: TinyLogFS) => Promise<T>,
  options: MirrorOpenOptions & { readonly seed?: number } = {},
): Promise<T> {
  const { seed, ...open } = options;
  const host = memoryHost({
    files: disk,
    ...(seed === undefined ? {} : { seed }),
  });
  return await withMirrorOn(host, work, open);
}

/** As {@linkcode withMirror}, on any platform. */
export async function withMirrorOn<T>(
  host: Host,
  work: (mirror: MirrorSync, fs: TinyLogFS) => Promise<T>,
  options: MirrorOpenOptions = {},
): Promise<T> {
  await using fs = await TinyLogFS.open(host, POND);
  const mirror = await MirrorSync.open(fs, host, DIR, options);
  return await work(mirror, fs);
}

/** Writes a file of the host, with the directories above it. */
export async function writeHost(
  files: FileStore,
  path: string,
  text: string,
): Promise<void> {
  const names = path.split("/").slice(1, -1);
  for (let i = 1; i <= names.length; i++) {
    await files.makeDirectory(`/${names.slice(0, i).join("/")}`);
  }
  await files.replace(path, encodeUtf8(text));
}

/** What lies in a directory of the host: text, `-> target`, or `/`. */
export async function hostTree(
  files: FileStore,
  directory: string = DIR,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const walk = async (at: string) => {
    for await (const { name, type } of files.list(at)) {
      if (name === ".pond-mirror") continue;
      const path = `${at}/${name}`;
      const key = path.slice(directory.length);
      if (type === "directory") {
        found[key] = "/";
        await walk(path);
      } else if (type === "symlink") {
        found[key] = `-> ${await files.readLink(path)}`;
      } else found[key] = decodeUtf8(await files.read(path));
    }
  };
  await walk(directory);
  return sorted(found);
}

/** What lies in the pond, in the same words. */
export async function pondTree(
  fs: TinyLogFS,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const walk = async (at: string) => {
    for await (const entry of fs.listDirectory(at)) {
      const { fileType, path, target } = entry;
      if (fileType === "directory") {
        found[path] = "/";
        await walk(path);
      } else if (fileType === "symlink") found[path] = `-> ${target}`;
      else found[path] = decodeUtf8(await fs.readFile(path));
    }
  };
  await walk("/");
  return sorted(found);
}

function sorted(tree: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tree).sort(([a], [b]) => a < b ? -1 : 1),
  );
}

/** Items as lines: `create /a -> host, done`. */
export function lines({ items }: MirrorReport): string[] {
  return items.map(lineOf);
}

/** One of them. */
export function lineOf({ action, done, path, to }: MirrorItem): string {
  const where = to === undefined ? "" : ` -> ${to}`;
  return `${action} ${path}${where}${done ? ", done" : ""}`;
}

/** A host on which somebody does something before a call of a method. */
export function withIntruder(
  disk: SimDisk,
  method: keyof FileStore,
  path: RegExp,
  intrude: () => Promise<void>,
): Host {
  let isDone = false;
  const files = new Proxy(disk, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name !== method) return value.bind(target);
      return async (...words: unknown[]) => {
        if (!isDone && words.some((word) => path.test(String(word)))) {
          isDone = true;
          await intrude();
        }
        return await value.apply(target, words);
      };
    },
  });
  return { ...memoryHost({ files: disk }), files };
}
