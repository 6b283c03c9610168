/**
 * A table in memory: for scratch tables, and for tests of what stands on a
 * store.
 *
 * @module
 */
import { type Bytes, equalBytes } from "../../bytes.ts";
import { PondError } from "../../errors.ts";
import type { Clock, ReadRange } from "../../host/host.ts";
import {
  type NamingObject,
  type NewObject,
  type ObjectStat,
  pathIn,
  type StoredObject,
  type TableStore,
} from "./store.ts";

/** Objects in memory. */
export class MemoryStore implements TableStore {
  readonly location: string;
  readonly #clock: Clock;
  readonly #objects = new Map<string, { bytes: Bytes; modifiedMs: number }>();

  /**
   * Makes an empty store.
   *
   * @param clock Gives objects their times.
   * @param location What it is called in errors.
   */
  constructor(clock: Clock, location: string = "memory:") {
    this.#clock = clock;
    this.location = location;
  }

  async get(path: string, range: ReadRange = {}): Promise<Bytes> {
    const { offset = 0, length, signal } = range;
    signal?.throwIfAborted();
    const object = this.#objects.get(path);
    if (object === undefined) {
      const full = pathIn(this, path);
      throw new PondError("NOT_FOUND", `Cannot read ${full}: it's not there`, {
        path: full,
      });
    }
    const end = length === undefined ? undefined : offset + length;
    return await Promise.resolve(object.bytes.slice(offset, end));
  }

  async head(path: string): Promise<ObjectStat | undefined> {
    const object = this.#objects.get(path);
    return await Promise.resolve(object && statOf(object));
  }

  async *list(
    prefix: string,
    startAfter: string = "",
  ): AsyncGenerator<StoredObject> {
    const paths = [...this.#objects.keys()]
      .filter((path) => path.startsWith(prefix) && path > startAfter)
      .sort();
    for (const path of paths) {
      // It may have been deleted while others were looked at.
      const stat = await this.head(path);
      if (stat) yield { path, ...stat };
    }
  }

  async putIfAbsent(object: NamingObject): Promise<"stored" | "taken"> {
    await object.after?.();
    const known = this.#objects.get(object.path);
    if (known !== undefined) {
      return equalBytes(known.bytes, object.bytes) ? "stored" : "taken";
    }
    this.#set(object);
    return "stored";
  }

  async put(objects: readonly NewObject[]): Promise<void> {
    for (const object of objects) this.#set(object);
    await Promise.resolve();
  }

  async delete(path: string): Promise<void> {
    this.#objects.delete(path);
    await Promise.resolve();
  }

  /** Nothing outlasts the process, and nothing is to be flushed. */
  async flush(): Promise<void> {
    await Promise.resolve();
  }

  #set({ path, bytes, modifiedMs }: NewObject): void {
    this.#objects.set(path, {
      bytes: bytes.slice(),
      modifiedMs: modifiedMs ?? Math.floor(this.#clock.nowUs() / 1000),
    });
  }
}

function statOf(
  { bytes, modifiedMs }: { readonly bytes: Bytes; readonly modifiedMs: number },
): ObjectStat {
  return { sizeBytes: bytes.length, modifiedMs };
}
