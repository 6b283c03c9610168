/**
 * Where what is dumped lies, and how it is read.
 *
 * @module
 */
import type { Bytes } from "../../bytes.ts";
import { hasCode, PondError } from "../../errors.ts";
import { readHead } from "../delta/head.ts";
import type { Witness } from "../delta/hint_check.ts";
import {
  checksumVersion,
  commitVersion,
  LOG_DIRECTORY,
  parseCheckpointName,
  parseCompactionName,
} from "../delta/log_path.ts";
import type { DumpHost } from "./types.ts";
import type { FileBytes } from "../parquet/footer.ts";
import { LocalStore } from "../store/local_store.ts";
import {
  type NamingObject,
  type NewObject,
  type ObjectStat,
  pathIn,
  type ReadRange,
  type StoredObject,
  type TableStore,
} from "../store/store.ts";

/** What is decoded as a whole may have so many bytes. */
export const MAX_WHOLE_BYTES: number = 512 * 1024 * 1024 - 1024;

/** Tables are not sought further up than this. */
const MAX_LEVELS = 16;

/** A file, in the store of its table, or of its directory. */
export interface PlacedFile {
  readonly store: TableStore;
  /** Its path in the store. */
  readonly path: string;
  /** Its path on the host. */
  readonly source: string;
  readonly sizeBytes: number;
  /** Whether the store is a table. */
  readonly isInTable: boolean;
}

/** Finds a file, and the table that it lies in. */
export async function placeFile(
  host: DumpHost,
  source: string,
): Promise<PlacedFile> {
  const parts = source.split("/");
  let root = parts.length - 1;
  let isInTable = false;
  const least = Math.max(1, parts.length - MAX_LEVELS);
  for (let level = parts.length - 1; level >= least && !isInTable; level--) {
    const log = [...parts.slice(0, level), LOG_DIRECTORY].join("/");
    isInTable = await isDirectory(host, log);
    if (isInTable) root = level;
  }
  const store = new LocalStore(host, parts.slice(0, root).join("/") || "/");
  const path = parts.slice(root).join("/");
  const stat = await store.head(path);
  if (stat !== undefined) {
    return { store, path, source, isInTable, sizeBytes: stat.sizeBytes };
  }
  throw new PondError("NOT_FOUND", `Cannot read ${source}: it is no file`, {
    path: source,
  });
}

/** A directory above that may not be looked into is no table of ours. */
async function isDirectory({ files }: DumpHost, path: string) {
  try {
    return (await files.stat(path))?.type === "directory";
  } catch (error) {
    if (hasCode(error, "PERMISSION_DENIED", "NOT_A_DIRECTORY")) return false;
    throw error;
  }
}

/** Reads a file of which everything is needed at once. */
export async function readWhole(
  store: TableStore,
  path: string,
): Promise<Bytes> {
  const { sizeBytes = 0 } = await store.head(path) ?? {};
  if (sizeBytes <= MAX_WHOLE_BYTES) return await store.get(path);
  const source = pathIn(store, path);
  throw new PondError(
    "UNSUPPORTED",
    `Cannot read ${source}: it has ${sizeBytes} bytes, and at most ${MAX_WHOLE_BYTES} are read at once`,
    { path: source, hint: "look at its parts: pond debug parquet" },
  );
}

/** A file whose parts are read where they are needed. */
export function bytesOf(
  { store, path, source, sizeBytes }: PlacedFile,
  signal?: AbortSignal,
): FileBytes {
  return {
    path: source,
    sizeBytes,
    read: (offset, length) =>
      store.get(path, { offset, length, ...(signal ? { signal } : {}) }),
  };
}

/** Reads the witness, where one is named. */
export async function readWitness(
  { files }: DumpHost,
  path: string | undefined,
): Promise<Witness> {
  if (path === undefined) return { path: "", head: "missing" };
  const head = await readHead(files, path);
  if (head !== undefined) return { path, head };
  const isThere = await files.stat(path) !== undefined;
  return { path, head: isThere ? "torn" : "missing" };
}

/** The files of a log, in the order of their names. */
export async function logFiles(
  store: TableStore,
): Promise<readonly LogFile[]> {
  const prefix = `${LOG_DIRECTORY}/`;
  const files: LogFile[] = [];
  for await (const { path, sizeBytes } of store.list(prefix)) {
    files.push({ name: path.slice(prefix.length), sizeBytes });
  }
  if (files.some(({ name }) => versionIn(name) !== undefined)) return files;
  const { location } = store;
  throw new PondError("NOT_FOUND", `Cannot find a Delta log: ${location}`, {
    path: location,
    hint: "name the directory of the table, in which _delta_log lies",
  });
}

/** A file of a log. */
export interface LogFile {
  readonly name: string;
  readonly sizeBytes: number;
}

/** The version that a file of a log is of; the last one of several. */
export function versionIn(name: string): number | undefined {
  return commitVersion(name) ?? parseCheckpointName(name)?.version ??
    checksumVersion(name) ?? parseCompactionName(name)?.last;
}

/** A table as it was: without the files of later versions. */
export class EarlierStore implements TableStore {
  readonly location: string;
  readonly #store: TableStore;
  readonly #version: number;

  constructor(store: TableStore, version: number) {
    this.location = store.location;
    this.#store = store;
    this.#version = version;
  }

  get(path: string, range?: ReadRange): Promise<Bytes> {
    return this.#store.get(path, range);
  }

  head(path: string): Promise<ObjectStat | undefined> {
    return this.#store.head(path);
  }

  async *list(
    prefix: string,
    startAfter?: string,
  ): AsyncGenerator<StoredObject> {
    for await (const object of this.#store.list(prefix, startAfter)) {
      const name = object.path.slice(prefix.length);
      if ((versionIn(name) ?? -1) <= this.#version) yield object;
    }
  }

  putIfAbsent(object: NamingObject): Promise<"stored" | "taken"> {
    return this.#refuse(object.path);
  }

  put([first]: readonly NewObject[]): Promise<void> {
    return this.#refuse(first?.path ?? "");
  }

  delete(path: string): Promise<void> {
    return this.#refuse(path);
  }

  flush(directory: string): Promise<void> {
    return this.#refuse(directory);
  }

  #refuse(path: string): Promise<never> {
    const source = pathIn(this.#store, path);
    return Promise.reject(
      new PondError("READ_ONLY", `Cannot change ${source}: it is looked at`, {
        path: source,
      }),
    );
  }
}
