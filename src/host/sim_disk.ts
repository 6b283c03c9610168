/**
 * A disk in memory that forgets what was not flushed.
 *
 * ```text
 * sync            of a file: its bytes, length and time reach the platter
 * syncDirectory   the names in it reach the platter; not those below, not its own
 * crash           what programs see becomes what is on the platter
 * kill            what programs see stays, and is still not flushed
 * ```
 *
 * It is as mean as POSIX allows; `sim_platter.ts` says how. So, with the power
 * cut at a bad time,
 *
 * - a file that was flushed is lost when no flushed name leads to it, and a
 *   flushed name leads to an empty, torn or zeroed file when its bytes were not;
 * - a directory whose own name was not flushed is lost with all that is in it;
 * - a rename leaves the old name, the new one, both, or none; what is removed
 *   may be there again, and a temporary name that was long gone, too;
 * - what was written over in place is old, new, or a mixture.
 *
 * A lock is the file's, not its name's, and a hard link the same file.
 *
 * It counts operations, and stops or fails at a chosen one, so that a test can
 * walk a commit and look at what each stop leaves. Everything comes from a seed.
 *
 * @module
 */
import { type Bytes, sliceBytes } from "../bytes.ts";
import { hasCode, PondError } from "../errors.ts";
import { fileError } from "./file_error.ts";
import type {
  FileEntry,
  FileStat,
  FileStore,
  ReadRange,
  WritableFile,
} from "./host.ts";
import {
  givesUpFlush,
  type SimFault,
  SimFaults,
  type SimOperation,
  SimStop,
} from "./sim_faults.ts";
import { SimLocks } from "./sim_locks.ts";
import { type Chance, SimDirectory, SimFile, SimLink } from "./sim_platter.ts";
import { renameProblem, SimTree } from "./sim_tree.ts";

export { type SimFault, type SimOperation, SimStop };

/** What happens to names and bytes that were not flushed. */
export type CrashMode = "nothing survives" | "everything survives" | "random";

/** How an operation is carried out. */
interface Task<T> {
  /** What is counted. */
  readonly name: string;
  /** The path that is counted. */
  readonly path: string;
  /** Does it; at once, so that no other operation comes between. */
  readonly work: () => T;
  /** What a fault of this kind leaves of it; nothing when left out. */
  readonly partly?: (kind: SimFault["kind"]) => void;
}

const CHUNK_BYTES = 64 * 1024;

/** No simulated disk gets full by itself. */
const FREE_BYTES = 2 ** 40;

/** Files in memory, as after each flush they would be on a disk. */
export class SimDisk implements FileStore {
  readonly #random: () => number;
  #tree: SimTree;
  readonly #locks = new SimLocks();
  readonly #faults = new SimFaults();
  /** Grows with each crash and kill: what began before has ended. */
  #life = 0;
  #timeMs = 1_700_000_000_000;

  /** @param random Numbers of at least 0 and below 1, from a seed. */
  constructor(random: () => number) {
    this.#random = random;
    this.#tree = new SimTree(new SimDirectory(this.#timeMs));
  }

  // === What tests do behind the back of programs ===

  /** The operations so far. */
  get operations(): readonly SimOperation[] {
    return this.#faults.operations;
  }

  /** Injects a fault, counted from the next operation; `undefined`: none. */
  inject(fault: SimFault | undefined): void {
    this.#faults.inject(fault);
  }

  /**
   * Cuts the power: what was not flushed is forgotten (or, by `mode`, in part
   * or not at all), and what is left is on the platter. The fault is gone, and
   * so are locks, open files and operations under way.
   */
  crash(mode: CrashMode): void {
    this.kill();
    this.#tree.root.crash(chanceOf(mode, this.#random));
  }

  /**
   * Ends all processes, not the machine: what they wrote is there for the next
   * ones, and still not flushed. In all else like {@linkcode crash}.
   */
  kill(): void {
    this.#faults.inject(undefined);
    this.#life++;
    this.#locks.clear(new SimStop("the process was ended"));
  }

  /**
   * Another disk with the same content, flushed and not; without the
   * operations, the fault, locks and open files. The two share bytes until one
   * of them changes its own.
   *
   * @param random The numbers of the other disk.
   */
  clone(random: () => number): SimDisk {
    const disk = new SimDisk(random);
    disk.#tree = this.#tree.copy();
    disk.#timeMs = this.#timeMs;
    return disk;
  }

  /** Sets the disk's own clock: the time of what is written from here on. */
  setTime(timeMs: number): void {
    this.#timeMs = timeMs;
  }

  /** Flips one bit of a file, on the platter too. */
  flipBit(path: string, bit: number): void {
    this.#tree.file({ action: "flip a bit of", path }).flipBit(bit);
  }

  /** Puts a file as it should be found, flushed and without an operation. */
  plant(path: string, bytes: Bytes): void {
    this.#tree.plant(path, bytes, this.#timeMs++);
  }

  /** Removes a name and what is below it, as if it had never been. */
  uproot(path: string): void {
    const { directory, name } = this.#tree.existing({ action: "uproot", path });
    directory.plant(name, undefined);
  }

  /** All files and their bytes, without an operation. */
  snapshot(): ReadonlyMap<string, Bytes> {
    return this.#tree.snapshot();
  }

  // === FileReader ===

  async read(path: string, range: ReadRange = {}): Promise<Bytes> {
    const work = () => this.#tree.file({ action: "read", path }).bytes;
    const bytes = await this.#perform({ name: "read", path, work });
    range.signal?.throwIfAborted();
    return sliceBytes(bytes, range).slice();
  }

  async stream(
    path: string,
    range: ReadRange = {},
  ): Promise<ReadableStream<Bytes>> {
    const bytes = await this.read(path, range);
    let at = 0;
    return new ReadableStream<Bytes>({
      pull(controller) {
        range.signal?.throwIfAborted();
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(at, at += CHUNK_BYTES));
      },
    }, { highWaterMark: 0 });
  }

  async stat(path: string): Promise<FileStat | undefined> {
    const work = () => this.#tree.place({ action: "read", path }).node;
    try {
      const node = await this.#perform({ name: "stat", path, work });
      return node && {
        type: node.type,
        sizeBytes: node.type === "file" ? node.sizeBytes : 0,
        modifiedMs: node.modifiedMs,
        changedMs: node.modifiedMs,
        inode: 0,
        mode: node.mode,
      };
    } catch (error) {
      if (hasCode(error, "NOT_FOUND")) return undefined;
      throw error;
    }
  }

  async *list(path: string): AsyncGenerator<FileEntry> {
    const work = () => [
      ...this.#tree.directory({ action: "list", path }).entries(),
    ];
    const entries = await this.#perform({ name: "list", path, work });
    // No order is promised: whoever needs one has to find that out.
    while (entries.length > 0) {
      const at = this.#below(entries.length);
      for (const [name, { type }] of entries.splice(at, 1)) {
        yield { name, type };
      }
    }
  }

  async readLink(path: string): Promise<string> {
    const lookup = { action: "read the link", path };
    const work = () => {
      const { node } = this.#tree.existing(lookup);
      if (node.type !== "symlink") throw fileError("NOT_A_SYMLINK", lookup);
      return node.target;
    };
    return await this.#perform({ name: "readLink", path, work });
  }

  // === FileWriter ===

  async create(
    path: string,
    { mode }: { readonly mode?: number } = {},
  ): Promise<WritableFile> {
    const work = () => {
      const { directory, name } = this.#tree.free({ action: "create", path });
      const file = new SimFile(this.#timeMs++);
      if (mode !== undefined) file.mode = mode;
      directory.set(name, file);
      return this.#opened(path, file);
    };
    return await this.#perform({ name: "create", path, work });
  }

  async writeNew(
    path: string,
    bytes: Uint8Array,
    { modifiedMs, ...options }: {
      readonly mode?: number;
      readonly modifiedMs?: number;
    } = {},
  ): Promise<void> {
    await using file = await this.create(path, options);
    await file.write(bytes);
    if (modifiedMs !== undefined) await file.setModified(modifiedMs);
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    await this.#perform({
      name: "replace",
      path,
      work: () => this.#replace(path, bytes, "whole"),
      partly: (kind) => {
        const draft = bytes.subarray(0, this.#below(bytes.length + 1));
        this.#replace(path, draft, kind === "stop" ? "draft" : "nothing");
      },
    });
  }

  async overwrite(path: string, bytes: Uint8Array): Promise<void> {
    const write = (length: number) => {
      const lookup = { action: "write", path };
      const file = this.#tree.fileOrMade(lookup, this.#timeMs++);
      file.write(0, bytes.subarray(0, length), this.#timeMs++);
    };
    await this.#perform({
      name: "overwrite",
      path,
      work: () => write(bytes.length),
      partly: () => write(this.#below(bytes.length)),
    });
  }

  async link(existing: string, path: string): Promise<void> {
    const lookup = { action: `link ${existing} to`, path };
    const work = () => {
      const source = { ...lookup, path: existing, named: path };
      const { node } = this.#tree.existing(source);
      const { directory, name } = this.#tree.free(lookup);
      if (node.type === "directory") throw fileError("IS_A_DIRECTORY", lookup);
      directory.set(name, node);
    };
    await this.#perform({ name: "link", path, work });
  }

  async rename(from: string, to: string): Promise<void> {
    const lookup = { action: `rename ${from} to`, path: to };
    const work = () => {
      const source = this.#tree.existing({ ...lookup, path: from, named: to });
      const target = this.#tree.place(lookup);
      // Two names of one file: POSIX keeps both.
      if (source.node === target.node) return;
      const code = renameProblem(source.node, target);
      if (code !== undefined) throw fileError(code, lookup);
      target.directory.set(target.name, source.node);
      source.directory.set(source.name, undefined);
    };
    await this.#perform({ name: "rename", path: to, work });
  }

  async remove(path: string): Promise<void> {
    const lookup = { action: "remove", path };
    const work = () => {
      const { directory, name, node } = this.#tree.existing(lookup);
      if (node.type === "directory" && !node.isEmpty) {
        throw fileError("DIRECTORY_NOT_EMPTY", lookup);
      }
      directory.set(name, undefined);
    };
    await this.#perform({ name: "remove", path, work });
  }

  async makeDirectory(path: string): Promise<void> {
    const lookup = { action: "create the directory", path };
    const work = () => {
      const { directory, name, node } = this.#tree.place(lookup);
      if (node === undefined) {
        directory.set(name, new SimDirectory(this.#timeMs++));
      } else if (!this.#tree.leadsToDirectory(lookup)) {
        throw fileError("ALREADY_EXISTS", lookup);
      }
    };
    await this.#perform({ name: "makeDirectory", path, work });
  }

  async setMode(path: string, mode: number): Promise<void> {
    const lookup = { action: "set the mode of", path };
    const work = () => {
      const { node } = this.#tree.existing(lookup, true);
      if (node.type !== "symlink") node.mode = mode;
    };
    await this.#perform({ name: "setMode", path, work });
  }

  async setModified(path: string, modifiedMs: number): Promise<void> {
    const lookup = { action: "set the time of", path };
    const work = () => {
      this.#tree.existing(lookup).node.setModified(modifiedMs);
    };
    await this.#perform({ name: "setModified", path, work });
  }

  async makeLink(path: string, target: string): Promise<void> {
    const lookup = { action: "create the link", path };
    const work = () => {
      const { directory, name } = this.#tree.free(lookup);
      directory.set(name, new SimLink(this.#timeMs++, target));
    };
    await this.#perform({ name: "makeLink", path, work });
  }

  async syncDirectory(path: string): Promise<void> {
    const directory = () => this.#tree.directory({ action: "flush", path });
    await this.#perform({
      name: "syncDirectory",
      path,
      work: () => directory().flush(),
      partly: (kind) => givesUpFlush(kind) && directory().failFlush(),
    });
  }

  async lock(path: string): Promise<AsyncDisposable> {
    return await this.#locks.take(await this.#lockFile(path));
  }

  async tryLock(path: string): Promise<AsyncDisposable | undefined> {
    return await this.#locks.tryTake(await this.#lockFile(path));
  }

  async #lockFile(path: string): Promise<SimFile> {
    const lookup = { action: "lock", path };
    const work = () => this.#tree.fileOrMade(lookup, this.#timeMs++);
    return await this.#perform({ name: "lock", path, work });
  }

  async freeBytes(path: string): Promise<number> {
    if (await this.stat(path) !== undefined) return FREE_BYTES;
    throw fileError("NOT_FOUND", { action: "look at", path });
  }

  // === Inside ===

  /** A new file, as the process sees it that writes it. */
  #opened(path: string, file: SimFile): WritableFile {
    const life = this.#life;
    let isOpen = true;
    const perform = async (task: Omit<Task<void>, "path">) => {
      const { name: action } = task;
      if (life !== this.#life) throw new SimStop(`${action} ${path}`);
      const why = "the file is closed";
      if (!isOpen) throw fileError("IO", { action, path, why });
      await this.#perform({ ...task, path });
    };
    const append = (bytes: Uint8Array) =>
      file.write(file.sizeBytes, bytes, this.#timeMs++);
    const close = () => {
      isOpen = false;
      return Promise.resolve();
    };
    return {
      write: (bytes) =>
        perform({
          name: "write",
          work: () => append(bytes),
          partly: () => append(bytes.subarray(0, this.#below(bytes.length))),
        }),
      setModified: (modifiedMs) =>
        perform({
          name: "setModified",
          work: () => file.setModified(modifiedMs),
        }),
      sync: () =>
        perform({
          name: "sync",
          work: () => file.flush(),
          partly: (kind) => givesUpFlush(kind) && file.failFlush(),
        }),
      close,
      [Symbol.asyncDispose]: close,
    };
  }

  /** By a draft, as on a real disk, so that a crash leaves what is left there. */
  #replace(
    path: string,
    bytes: Uint8Array,
    left: "whole" | "draft" | "nothing",
  ): void {
    const lookup = { action: "write", path };
    const { directory, name, node } = this.#tree.place(lookup);
    if (node?.type === "directory") throw fileError("IS_A_DIRECTORY", lookup);
    const draft = `.${name}.${this.operations.length}.tmp`;
    const file = new SimFile(this.#timeMs++);
    directory.set(draft, file);
    file.write(0, bytes, this.#timeMs++);
    if (left === "whole") directory.set(name, file);
    if (left !== "draft") directory.set(draft, undefined);
  }

  /** Counts an operation, and does it unless it is to fail. */
  async #perform<T>({ name, path, work, partly }: Task<T>): Promise<T> {
    const life = this.#life;
    // Others have their turn before it.
    await Promise.resolve();
    if (life !== this.#life) throw new SimStop(`${name} ${path}`);
    const fault = this.#faults.count({ name, path });
    if (fault === undefined) return work();
    const { kind, effect } = fault;
    try {
      if (effect === "whole") work();
      if (effect === "partly") partly?.(kind);
    } catch (error) {
      if (kind !== "stop" || !(error instanceof PondError)) throw error;
    }
    if (kind === "stop") throw new SimStop(`${name} ${path}`);
    const why = `the simulated disk fails to ${name}`;
    throw fileError(kind, { action: name, path, why });
  }

  /** A whole number of at least 0 and below `limit`, or 0. */
  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

function chanceOf(mode: CrashMode, random: () => number): Chance {
  switch (mode) {
    case "nothing survives":
      return () => 0;
    case "everything survives":
      return () => 1 - 2 ** -32;
    case "random":
      return random;
  }
}
