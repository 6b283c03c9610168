/**
 * Files of the machine whose changes can be counted, and stopped at one of them: as
 * a process is that is killed there. What it had done until then stays.
 *
 * @module
 */
import type { FileStore, WritableFile } from "../../src/host/host.ts";

/** Thrown at the change where it stops, and at each one after it. */
export class Stop extends Error {
  override readonly name = "Stop";
}

const CHANGES: ReadonlySet<string> = new Set([
  "create",
  "replace",
  "overwrite",
  "link",
  "rename",
  "remove",
  "makeDirectory",
  "setMode",
  "makeLink",
  "syncDirectory",
]);

/** Counts changes. */
export class StoppingFiles {
  /** The files. */
  readonly files: FileStore;
  #count = 0;
  readonly #at: number;

  /**
   * @param files What is really written to.
   * @param at The number of the change that is not made, from 1.
   */
  constructor(files: FileStore, at: number = Infinity) {
    this.#at = at;
    this.files = new Proxy(files, {
      get: (target, name, receiver) => {
        const method: unknown = Reflect.get(target, name, receiver);
        if (typeof method !== "function") return method;
        return (...args: unknown[]) => {
          if (CHANGES.has(String(name))) this.#step();
          const done: unknown = method.apply(target, args);
          return name === "create" && done instanceof Promise
            ? done.then((file) => this.#writable(file))
            : done;
        };
      },
    });
  }

  /** How many changes there were, or were tried. */
  get count(): number {
    return this.#count;
  }

  #step(): void {
    if (++this.#count >= this.#at) throw new Stop(`change ${this.#count}`);
  }

  #writable(file: WritableFile): WritableFile {
    return {
      write: async (bytes) => {
        this.#step();
        await file.write(bytes);
      },
      setModified: async (ms) => await file.setModified(ms),
      sync: async () => {
        this.#step();
        await file.sync();
      },
      close: async () => await file.close(),
      [Symbol.asyncDispose]: async () => await file[Symbol.asyncDispose](),
    };
  }
}
