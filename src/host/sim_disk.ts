/**
 * A disk in memory that forgets what was not flushed.
 *
 * ```text
 * inode      bytes as programs see them, and as they are on the platter
 * names      path -> inode, as programs see them, and on the platter
 * sync       of a file: its bytes reach the platter
 * syncDirectory   the names in it reach the platter
 * crash      what programs see becomes what is on the platter
 * ```
 *
 * It counts operations, and stops or fails at a chosen one, so that a test can
 * walk a commit and look at what each stop leaves. Everything comes from a seed.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import { PondError, type PondErrorCode } from "../errors.ts";
import type {
  FileEntry,
  FileStat,
  FileStore,
  HostFileType,
  ReadRange,
  WritableFile,
} from "./host.ts";

/** Thrown by the operation at which a simulated process stops, and after it. */
export class SimStop extends Error {
  override readonly name = "SimStop";
}

/** What happens to names and bytes that were not flushed. */
export type CrashMode = "nothing survives" | "everything survives" | "random";

/** A fault to inject. */
export interface SimFault {
  /** The number of the operation, from 1, counted from now. */
  readonly at: number;
  /** `stop` ends the process there; a code fails the operation. */
  readonly kind: "stop" | PondErrorCode;
  /** Whether the operations after it fail too. */
  readonly sticky?: boolean;
}

/** An operation that was done, or tried. */
export interface SimOperation {
  /** Such as `create`, `write`, `sync`. */
  readonly name: string;
  /** The path. */
  readonly path: string;
}

interface Inode {
  readonly type: HostFileType;
  bytes: Bytes;
  /** `undefined`: never flushed. */
  durable: Bytes | undefined;
  modifiedMs: number;
  target?: string;
}

const CHUNK_BYTES = 64 * 1024;

/** Files in memory, as after each flush they would be on a disk. */
export class SimDisk implements FileStore {
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  readonly #random: () => number;
  readonly #locks = new Map<string, Promise<void>>();
  readonly #operations: SimOperation[] = [];
  #fault: SimFault | undefined;
  #faultStart = 0;
  #count = 0;
  #timeMs = 1_700_000_000_000;

  /** @param random Numbers of at least 0 and below 1, from a seed. */
  constructor(random: () => number) {
    this.#random = random;
    const root = directoryInode();
    this.#names.set("/", root);
    this.#durableNames.set("/", root);
  }

  /** The operations so far. */
  get operations(): readonly SimOperation[] {
    return this.#operations;
  }

  /** Injects a fault, counted from the next operation; `undefined`: none. */
  inject(fault: SimFault | undefined): void {
    this.#fault = fault;
    this.#faultStart = this.#count;
  }

  /**
   * Cuts the power: what was not flushed is forgotten (or, by `mode`, in part
   * or not at all), locks are free, the fault is gone.
   */
  crash(mode: CrashMode): void {
    this.#fault = undefined;
    this.#locks.clear();
    if (mode === "everything survives") return;
    const survives = () => mode === "random" && this.#random() < 0.5;
    const names = new Map<string, Inode>();
    const paths = [
      ...new Set([...this.#names.keys(), ...this.#durableNames.keys()]),
    ];
    for (const path of paths.sort()) {
      const inode = survives()
        ? this.#names.get(path)
        : this.#durableNames.get(path);
      const parent = path === "/" ? undefined : names.get(parentOf(path));
      if (
        inode !== undefined && (path === "/" || parent?.type === "directory")
      ) {
        names.set(path, inode);
      }
    }
    for (const inode of new Set(names.values())) {
      if (inode.type === "file" && !survives()) {
        inode.bytes = this.#surviving(inode, mode);
      }
      inode.durable = inode.bytes;
    }
    this.#names = names;
    this.#durableNames = new Map(names);
  }

  /** Flips one bit of a file, on the platter too. */
  flipBit(path: string, bit: number): void {
    const inode = this.#get(path);
    const bytes = inode.bytes.slice();
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    inode.bytes = bytes;
    inode.durable = bytes;
  }

  /** Puts a file as it should be found, flushed and without an operation. */
  plant(path: string, bytes: Bytes): void {
    const inode: Inode = {
      type: "file",
      bytes,
      durable: bytes,
      modifiedMs: this.#timeMs++,
    };
    for (let at = parentOf(path); !this.#names.has(at); at = parentOf(at)) {
      const directory = directoryInode();
      this.#names.set(at, directory);
      this.#durableNames.set(at, directory);
    }
    this.#names.set(path, inode);
    this.#durableNames.set(path, inode);
  }

  /** Removes a file, as if it had never been. */
  uproot(path: string): void {
    this.#names.delete(path);
    this.#durableNames.delete(path);
  }

  /** All files and their bytes, without an operation. */
  snapshot(): ReadonlyMap<string, Bytes> {
    const files = new Map<string, Bytes>();
    for (const [path, inode] of this.#names) {
      if (inode.type === "file") files.set(path, inode.bytes);
    }
    return files;
  }

  async read(path: string, range: ReadRange = {}): Promise<Bytes> {
    await this.#step("read", path);
    range.signal?.throwIfAborted();
    const { offset = 0, length } = range;
    const { bytes } = this.#file(path);
    const end = length === undefined ? undefined : offset + length;
    return bytes.slice(offset, end);
  }

  async stream(
    path: string,
    range: ReadRange = {},
  ): Promise<ReadableStream<Bytes>> {
    const bytes = await this.read(path, range);
    let at = 0;
    return new ReadableStream<Bytes>({
      pull(controller) {
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(at, at += CHUNK_BYTES));
      },
    }, { highWaterMark: 0 });
  }

  async stat(path: string): Promise<FileStat | undefined> {
    await this.#step("stat", path);
    const inode = this.#names.get(path);
    return inode && {
      type: inode.type,
      sizeBytes: inode.bytes.length,
      modifiedMs: inode.modifiedMs,
      mode: inode.type === "directory" ? 0o755 : 0o644,
    };
  }

  async *list(path: string): AsyncGenerator<FileEntry> {
    await this.#step("list", path);
    this.#directory(path);
    for (const [name, inode] of [...this.#names]) {
      if (name !== "/" && parentOf(name) === path) {
        yield { name: name.slice(name.lastIndexOf("/") + 1), type: inode.type };
      }
    }
  }

  async readLink(path: string): Promise<string> {
    await this.#step("readLink", path);
    return this.#get(path).target ?? "";
  }

  async create(path: string): Promise<WritableFile> {
    await this.#step("create", path);
    this.#requireFree(path);
    const inode = this.#newFile();
    this.#names.set(path, inode);
    return {
      write: (bytes) => this.#write(path, inode, bytes),
      setModified: (modifiedMs) => this.#setModified(path, inode, modifiedMs),
      sync: () => this.#sync(path, inode),
      close: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    await this.#step("replace", path);
    this.#directory(parentOf(path));
    const inode = this.#newFile();
    inode.bytes = bytes.slice();
    this.#names.set(path, inode);
  }

  async overwrite(path: string, bytes: Uint8Array): Promise<void> {
    await this.#step("overwrite", path);
    this.#directory(parentOf(path));
    const inode = this.#names.get(path) ?? this.#newFile();
    const length = Math.max(inode.bytes.length, bytes.length);
    const written = new Uint8Array(length);
    written.set(inode.bytes);
    written.set(bytes);
    inode.bytes = written;
    this.#names.set(path, inode);
  }

  async link(existing: string, path: string): Promise<void> {
    await this.#step("link", path);
    const inode = this.#file(existing);
    this.#requireFree(path);
    this.#names.set(path, inode);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#step("rename", to);
    const inode = this.#get(from);
    this.#directory(parentOf(to));
    this.#names.delete(from);
    this.#names.set(to, inode);
  }

  async remove(path: string): Promise<void> {
    await this.#step("remove", path);
    if (this.#get(path).type === "directory" && this.#hasEntries(path)) {
      throw failure("DIRECTORY_NOT_EMPTY", path, "the directory is not empty");
    }
    this.#names.delete(path);
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#step("makeDirectory", path);
    if (this.#names.get(path)?.type === "directory") return;
    this.#requireFree(path);
    this.#names.set(path, directoryInode());
  }

  async makeLink(path: string, target: string): Promise<void> {
    await this.#step("makeLink", path);
    this.#requireFree(path);
    this.#names.set(path, { ...this.#newFile(), type: "symlink", target });
  }

  async syncDirectory(path: string): Promise<void> {
    await this.#step("syncDirectory", path);
    this.#directory(path);
    for (const name of [...this.#durableNames.keys()]) {
      if (name !== "/" && parentOf(name) === path && !this.#names.has(name)) {
        this.#durableNames.delete(name);
      }
    }
    for (const [name, inode] of this.#names) {
      if (name !== "/" && parentOf(name) === path) {
        this.#durableNames.set(name, inode);
      }
    }
  }

  async lock(path: string): Promise<AsyncDisposable> {
    await this.#step("lock", path);
    this.#directory(parentOf(path));
    if (!this.#names.has(path)) this.#names.set(path, this.#newFile());
    const before = this.#locks.get(path) ?? Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#locks.set(path, before.then(() => promise));
    await before;
    return {
      [Symbol.asyncDispose]() {
        resolve();
        return Promise.resolve();
      },
    };
  }

  async #write(path: string, inode: Inode, bytes: Uint8Array): Promise<void> {
    // A write that is stopped has reached the file in part.
    const torn = this.#willFault()
      ? Math.floor(this.#random() * bytes.length)
      : undefined;
    append(inode, torn === undefined ? bytes : bytes.subarray(0, torn));
    await this.#step("write", path);
  }

  async #setModified(
    path: string,
    inode: Inode,
    modifiedMs: number,
  ): Promise<void> {
    await this.#step("setModified", path);
    inode.modifiedMs = modifiedMs;
  }

  async #sync(path: string, inode: Inode): Promise<void> {
    await this.#step("sync", path);
    inode.durable = inode.bytes;
  }

  /** Counts an operation, and lets the others have their turn before it. */
  async #step(name: string, path: string): Promise<void> {
    await Promise.resolve();
    const faulty = this.#willFault();
    this.#count++;
    this.#operations.push({ name, path });
    if (!faulty || this.#fault === undefined) return;
    const { kind } = this.#fault;
    if (kind === "stop") throw new SimStop(`${name} ${path}`);
    throw failure(kind, path, `the simulated disk fails to ${name}`);
  }

  /** Whether the next operation is to fail. */
  #willFault(): boolean {
    if (this.#fault === undefined) return false;
    const { at, kind, sticky } = this.#fault;
    const number = this.#count - this.#faultStart + 1;
    return number === at ||
      (number > at && (kind === "stop" || sticky === true));
  }

  #surviving(inode: Inode, mode: CrashMode): Bytes {
    if (inode.durable !== undefined) return inode.durable;
    const length = mode === "random"
      ? Math.floor(this.#random() * inode.bytes.length)
      : 0;
    return inode.bytes.slice(0, length);
  }

  #newFile(): Inode {
    return {
      type: "file",
      bytes: new Uint8Array(0),
      durable: undefined,
      modifiedMs: this.#timeMs++,
    };
  }

  #get(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode !== undefined) return inode;
    const parent = this.#names.get(parentOf(path));
    throw parent !== undefined && parent.type !== "directory"
      ? failure(
        "NOT_A_DIRECTORY",
        path,
        "a component of the path is no directory",
      )
      : failure("NOT_FOUND", path, "no such file or directory");
  }

  #file(path: string): Inode {
    const inode = this.#get(path);
    if (inode.type !== "directory") return inode;
    throw failure("IS_A_DIRECTORY", path, "it is a directory");
  }

  #directory(path: string): Inode {
    const inode = this.#get(path);
    if (inode.type === "directory") return inode;
    throw failure("NOT_A_DIRECTORY", path, "it is no directory");
  }

  #requireFree(path: string): void {
    this.#directory(parentOf(path));
    if (!this.#names.has(path)) return;
    throw failure("ALREADY_EXISTS", path, "it exists already");
  }

  #hasEntries(path: string): boolean {
    for (const name of this.#names.keys()) {
      if (name !== "/" && parentOf(name) === path) return true;
    }
    return false;
  }
}

function append(inode: Inode, bytes: Uint8Array): void {
  const grown = new Uint8Array(inode.bytes.length + bytes.length);
  grown.set(inode.bytes);
  grown.set(bytes, inode.bytes.length);
  inode.bytes = grown;
}

function directoryInode(): Inode {
  return {
    type: "directory",
    bytes: new Uint8Array(0),
    durable: new Uint8Array(0),
    modifiedMs: 0,
  };
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function failure(code: PondErrorCode, path: string, why: string): PondError {
  return new PondError(code, `Cannot use ${path}: ${why}`, { path });
}
