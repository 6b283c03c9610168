/**
 * Nodes in memory.
 *
 * @module
 */
import { type ByteSource, encodeUtf8 } from "../bytes.ts";
import { PondError } from "../errors.ts";
import { ListIterator } from "./iterate.ts";
import { createMemoryFile, type TimeSource } from "./memory_file.ts";
import { newSerial, nodeIdOf } from "./node_id.ts";
import type {
  Directory,
  DirectoryItem,
  DirectoryOptions,
  File,
  LinkOptions,
  Node,
  NodeFactory,
  NodeId,
  NodeMetadata,
  Symlink,
  WriteOptions,
} from "./types.ts";

export type { TimeSource } from "./memory_file.ts";

const DIRECTORY_MODE = 0o755;
const SYMLINK_MODE = 0o777;

/** Makes nodes in memory. */
export class MemoryNodeFactory implements NodeFactory {
  readonly #time: TimeSource;

  /**
   * Makes a factory.
   *
   * @param time Where times come from. Left out, they count changes from 0,
   *   which makes a filesystem that is the same on each run.
   */
  constructor(time: TimeSource = new ChangeCounter()) {
    this.#time = time;
  }

  /** Makes a file. */
  createFile(content: ByteSource, options?: WriteOptions): Promise<File> {
    return createMemoryFile(this.#time, content, options);
  }

  /** Makes an empty directory. */
  createDirectory(options?: DirectoryOptions): Promise<MemoryDirectory> {
    return Promise.resolve(this.newDirectory(options));
  }

  /** Makes an empty directory, at once. */
  newDirectory(options: DirectoryOptions = {}): MemoryDirectory {
    return new MemoryDirectory(this.#time, options);
  }

  /** Makes a symlink. */
  createSymlink(target: string, options?: LinkOptions): Promise<Symlink> {
    const nowUs = this.#time.nowUs();
    return Promise.resolve(new MemorySymlink(nowUs, target, options));
  }
}

/** Time that goes on by a microsecond with each look at it. */
class ChangeCounter implements TimeSource {
  #us = 0;

  nowUs(): number {
    return this.#us++;
  }
}

class MemorySymlink implements Symlink {
  readonly #serial = newSerial();
  readonly #target: string;
  readonly #createdUs: number;
  readonly #modifiedUs: number;

  constructor(
    createdUs: number,
    target: string,
    { modifiedUs = createdUs }: LinkOptions = {},
  ) {
    this.#createdUs = createdUs;
    this.#modifiedUs = modifiedUs;
    this.#target = target;
  }

  get type(): "symlink" {
    return "symlink";
  }

  get id(): NodeId {
    return nodeIdOf(this.#serial);
  }

  metadata(): Promise<NodeMetadata> {
    return Promise.resolve({
      sizeBytes: encodeUtf8(this.#target).length,
      createdUs: this.#createdUs,
      modifiedUs: this.#modifiedUs,
      version: 1,
      mode: SYMLINK_MODE,
    });
  }

  target(): Promise<string> {
    return Promise.resolve(this.#target);
  }
}

/** A directory in memory. */
export class MemoryDirectory implements Directory {
  readonly #serial = newSerial();
  readonly #time: TimeSource;
  readonly #createdUs: number;
  readonly #children = new Map<string, Node>();
  /** The children in order, until one comes or goes. */
  #sorted: readonly DirectoryItem[] | undefined;
  readonly #mode: number;
  #modifiedUs: number;

  /**
   * Makes an empty directory.
   *
   * @param time Where times come from.
   * @param options Its mode and time.
   */
  constructor(
    time: TimeSource,
    { mode = DIRECTORY_MODE, modifiedUs }: DirectoryOptions = {},
  ) {
    this.#time = time;
    this.#mode = mode;
    this.#createdUs = time.nowUs();
    this.#modifiedUs = Math.min(this.#createdUs, modifiedUs ?? Infinity);
  }

  /** Tells directories from the other nodes. */
  get type(): "directory" {
    return "directory";
  }

  /** The identity of the node. */
  get id(): NodeId {
    return nodeIdOf(this.#serial);
  }

  /** Times; a directory has no size and no versions. */
  metadata(): Promise<NodeMetadata> {
    return Promise.resolve({
      sizeBytes: 0,
      createdUs: this.#createdUs,
      modifiedUs: this.#modifiedUs,
      version: 1,
      mode: this.#mode,
    });
  }

  /** The child of this name. */
  get(name: string): Promise<Node | undefined> {
    return Promise.resolve(this.#children.get(name));
  }

  /** Adds a child, which may be one of another directory as well. */
  insert(name: string, node: Node): Promise<void> {
    if (this.#children.has(name)) return Promise.reject(nameTaken(name));
    this.#put(name, node);
    return Promise.resolve();
  }

  /** Takes a child out. */
  delete(name: string): Promise<Node | undefined> {
    return Promise.resolve(this.#take(name));
  }

  /** Takes a child out; what is below it stays where other paths reach it. */
  deleteTree(name: string): Promise<Node | undefined> {
    return this.delete(name);
  }

  /** The children as they are when this is called, ordered by name. */
  entries(): AsyncIterableIterator<DirectoryItem> {
    this.#sorted ??= Array.from(
      this.#children,
      ([name, node]) => ({ name, node }),
    ).sort((a, b) => a.name < b.name ? -1 : 1);
    return new ListIterator(this.#sorted);
  }

  /** Moves a child to a directory in memory, over what is there, in one step. */
  move(name: string, to: Directory, toName: string): Promise<boolean> {
    if (!(to instanceof MemoryDirectory)) return Promise.resolve(false);
    const node = this.#take(name);
    if (node === undefined) return Promise.resolve(false);
    to.#put(toName, node);
    return Promise.resolve(true);
  }

  #put(name: string, node: Node): void {
    this.#children.set(name, node);
    this.#changed();
  }

  #take(name: string): Node | undefined {
    const node = this.#children.get(name);
    if (this.#children.delete(name)) this.#changed();
    return node;
  }

  #changed(): void {
    this.#sorted = undefined;
    this.#modifiedUs = this.#time.nowUs();
  }
}

function nameTaken(name: string): PondError {
  return new PondError(
    "ALREADY_EXISTS",
    `Cannot insert ${name}: the name is taken`,
    { path: name },
  );
}
