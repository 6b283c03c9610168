/**
 * A table in a directory of the host.
 *
 * Whoever only reads doesn't load what writes (`local_put.ts`).
 *
 * @module
 */
import type { Bytes } from "../../bytes.ts";
import { hasCode } from "../../errors.ts";
import type { FileEntry, Host, ReadRange } from "../../host/host.ts";
import { NameFlusher } from "../name_flusher.ts";
import type { PutTarget } from "./local_put.ts";
import type {
  NamingObject,
  NewObject,
  ObjectStat,
  StoredObject,
  TableStore,
} from "./store.ts";

/** How many objects of a listing are asked for at once. */
const STATS_AT_ONCE = 64;

const NOTHING_THERE = ["NOT_FOUND", "NOT_A_DIRECTORY"] as const;

/** Options of a local store. */
export interface LocalStoreOptions {
  /** Flush before a put is acknowledged; true when left out. */
  readonly flush?: boolean;
}

/**
 * The store of a table.
 *
 * @param location Its directory on the host, or the store itself.
 */
export function openStore(
  host: Pick<Host, "files" | "random">,
  location: string | TableStore,
  options: LocalStoreOptions = {},
): TableStore {
  return typeof location === "string"
    ? new LocalStore(host, location, options)
    : location;
}

/** The objects of a directory. */
export class LocalStore implements TableStore {
  readonly location: string;
  readonly #target: PutTarget;

  /**
   * Opens nothing yet.
   *
   * @param host Where the directory is.
   * @param directory Its absolute path. To put objects, it must exist.
   */
  constructor(
    host: Pick<Host, "files" | "random">,
    directory: string,
    { flush = true }: LocalStoreOptions = {},
  ) {
    this.location = directory;
    const { files, random } = host;
    const names = flush ? new NameFlusher(host) : undefined;
    this.#target = { files, random, location: directory, names };
  }

  async get(path: string, range?: ReadRange): Promise<Bytes> {
    return await this.#target.files.read(this.#pathOf(path), range);
  }

  async head(path: string): Promise<ObjectStat | undefined> {
    const { files } = this.#target;
    const full = this.#pathOf(path);
    try {
      const stat = await files.stat(full);
      if (stat?.type === "file") return stat;
      if (stat?.type !== "symlink") return undefined;
      // The file that it leads to is the object.
      const { length: sizeBytes } = await files.read(full);
      return { sizeBytes, modifiedMs: stat.modifiedMs };
    } catch (error) {
      if (hasCode(error, ...NOTHING_THERE)) return undefined;
      throw error;
    }
  }

  async *list(
    prefix: string,
    startAfter: string = "",
  ): AsyncGenerator<StoredObject> {
    let paths: string[] = [];
    for (const { name, type } of await this.#entries(prefix)) {
      const path = `${prefix}${name}`;
      if (type !== "directory") {
        if (path > startAfter) paths.push(path);
        if (paths.length < STATS_AT_ONCE) continue;
      }
      yield* await this.#described(paths);
      paths = [];
      const inside = `${path}/`;
      const mayFollow = inside > startAfter || startAfter.startsWith(inside);
      if (type === "directory" && mayFollow) {
        yield* this.list(inside, startAfter);
      }
    }
    yield* await this.#described(paths);
  }

  async putIfAbsent(object: NamingObject): Promise<"stored" | "taken"> {
    const { putIfAbsent } = await import("./local_put.ts");
    return await putIfAbsent(this.#target, object);
  }

  async put(objects: readonly NewObject[]): Promise<void> {
    const { putAll } = await import("./local_put.ts");
    await putAll(this.#target, objects);
  }

  async delete(path: string): Promise<void> {
    try {
      await this.#target.files.remove(this.#pathOf(path));
    } catch (error) {
      if (!hasCode(error, ...NOTHING_THERE)) throw error;
    }
  }

  async flush(directory: string): Promise<void> {
    await this.#target.names?.flush(this.#pathOf(directory));
  }

  /** Describes objects at once, without those that are gone by now. */
  async #described(paths: readonly string[]): Promise<StoredObject[]> {
    const stats = await Promise.all(paths.map((path) => this.head(path)));
    return stats.flatMap((stat, i) =>
      stat === undefined ? [] : {
        path: paths[i] ?? "",
        sizeBytes: stat.sizeBytes,
        modifiedMs: stat.modifiedMs,
      }
    );
  }

  #pathOf(path: string): string {
    if (path.startsWith("/")) return path;
    return path === "" ? this.location : `${this.location}/${path}`;
  }

  /** The names in a directory, in the order of the paths that they begin. */
  async #entries(prefix: string): Promise<FileEntry[]> {
    const directory = this.#pathOf(prefix).replace(/\/$/, "");
    const entries: FileEntry[] = [];
    try {
      for await (const entry of this.#target.files.list(directory)) {
        entries.push(entry);
      }
    } catch (error) {
      if (!hasCode(error, ...NOTHING_THERE)) throw error;
    }
    const key = ({ name, type }: FileEntry) =>
      type === "directory" ? `${name}/` : name;
    return entries.sort((a, b) => key(a) < key(b) ? -1 : 1);
  }
}
