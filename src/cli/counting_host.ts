/**
 * Counts the files that a command goes through, and their bytes: what it works on
 * for long is the pond's own files, and how far it is in them is how far it is.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import { hasCode } from "../errors.ts";
import type { FileStore, Host } from "../host/mod.ts";
import { filesWith, hostWith } from "./own_files.ts";
import type { Context } from "./context.ts";
import { type Amount, Progress, type ProgressOptions } from "./progress.ts";
import { joined } from "../trees/transfer.ts";

/** Who is told what was done. */
type Count = (path: string, bytes: number) => void;

/**
 * Does work in a pond, and shows how far it is.
 *
 * @param options What it is called, and how much there is, if that is known.
 * @param work Gets the context whose host counts, and what clears the bar.
 */
export async function watched<T>(
  context: Context,
  options: Pick<ProgressOptions, "verb" | "total">,
  work: (context: Context, progress: Progress) => Promise<T>,
): Promise<T> {
  await using progress = Progress.start(context, { noun: "files", ...options });
  const host = countingHost(context.host, progress);
  return await work({ ...context, host }, progress);
}

/** The same platform, which tells a progress what is read, written and removed. */
function countingHost(host: Host, progress: Progress): Host {
  const seen = new Set<string>();
  const count: Count = (path, bytes) => {
    progress.advance(seen.has(path) ? 0 : 1, bytes);
    seen.add(path);
  };
  return hostWith(host, countingFiles(host.files, count));
}

function countingFiles(files: FileStore, count: Count): FileStore {
  return filesWith(files, {
    read: async (path, range) => {
      const bytes = await files.read(path, range);
      count(path, bytes.length);
      return bytes;
    },
    stream: async (path, range) => {
      const stream = await files.stream(path, range);
      count(path, 0);
      return stream.pipeThrough(
        new TransformStream<Bytes, Bytes>({
          transform(chunk, controller) {
            count(path, chunk.length);
            controller.enqueue(chunk);
          },
        }),
      );
    },
    create: async (path, options) => {
      const file = await files.create(path, options);
      count(path, 0);
      return {
        write: async (bytes) => {
          await file.write(bytes);
          count(path, bytes.length);
        },
        setModified: (modifiedMs) => file.setModified(modifiedMs),
        sync: () => file.sync(),
        close: () => file.close(),
        [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
      };
    },
    remove: async (path) => {
      await files.remove(path);
      count(path, 0);
    },
  });
}

/**
 * How much lies in directories; what goes meanwhile isn't counted.
 *
 * @param directories Their paths, absolute; those that aren't there have nothing.
 */
export async function amountIn(
  files: FileStore,
  directories: readonly string[],
): Promise<Amount> {
  let [items, bytes] = [0, 0];
  const left = [...directories];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    for (const { name, type } of await namesIn(files, path)) {
      const child = joined(path, name);
      if (type === "directory") left.push(child);
      if (type !== "file") continue;
      items++;
      bytes += (await files.stat(child))?.sizeBytes ?? 0;
    }
  }
  return { items, bytes };
}

async function namesIn(files: FileStore, path: string) {
  try {
    return await Array.fromAsync(files.list(path));
  } catch (error) {
    if (hasCode(error, "NOT_FOUND")) return [];
    throw error;
  }
}
