/**
 * Nodes in memory.
 *
 * @module
 */
import {
  type Bytes,
  type ByteSource,
  chunksOf,
  concatBytes,
  encodeUtf8,
  sliceBytes,
  streamBytes,
} from "../bytes.ts";
import { PondError } from "../errors.ts";
import type {
  Directory,
  DirectoryItem,
  File,
  Node,
  NodeFactory,
  NodeId,
  NodeMetadata,
  ReadOptions,
  Symlink,
  WriteOptions,
} from "./types.ts";

/** Tells the time; a host's clock is one. */
export interface TimeSource {
  /** Microseconds since the epoch, UTC. */
  nowUs(): number;
}

const FILE_MODE = 0o644;
const DIRECTORY_MODE = 0o755;
const SYMLINK_MODE = 0o777;

/** Makes nodes in memory. Identities count up from 0, the root's. */
export class MemoryNodeFactory implements NodeFactory {
  readonly #time: TimeSource;
  #nextId = 0;

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
  async createFile(
    content: ByteSource,
    options: WriteOptions = {},
  ): Promise<File> {
    const bytes = await taken(content, options.signal);
    return new MemoryFile(this.#newId(), this.#time, bytes);
  }

  /** Makes an empty directory. */
  createDirectory(): Promise<MemoryDirectory> {
    return Promise.resolve(this.newDirectory());
  }

  /** Makes an empty directory, at once. */
  newDirectory(): MemoryDirectory {
    return new MemoryDirectory(this.#newId(), this.#time);
  }

  /** Makes a symlink. */
  createSymlink(target: string): Promise<Symlink> {
    return Promise.resolve(
      new MemorySymlink(this.#newId(), this.#time.nowUs(), target),
    );
  }

  #newId(): NodeId {
    return (this.#nextId++).toString(16).padStart(32, "0") as NodeId;
  }
}

/** Time that goes on by a microsecond with each look at it. */
class ChangeCounter implements TimeSource {
  #us = 0;

  nowUs(): number {
    return this.#us++;
  }
}

class MemoryFile implements File {
  readonly type = "file";
  readonly id: NodeId;
  readonly #time: TimeSource;
  readonly #createdUs: number;
  #modifiedUs: number;
  #version = 1;
  #bytes: Bytes;

  constructor(id: NodeId, time: TimeSource, bytes: Bytes) {
    this.id = id;
    this.#time = time;
    this.#createdUs = this.#modifiedUs = time.nowUs();
    this.#bytes = bytes;
  }

  metadata(): Promise<NodeMetadata> {
    return Promise.resolve({
      sizeBytes: this.#bytes.length,
      createdUs: this.#createdUs,
      modifiedUs: this.#modifiedUs,
      version: this.#version,
      mode: FILE_MODE,
    });
  }

  read(options?: ReadOptions): Promise<Bytes> {
    options?.signal?.throwIfAborted();
    return Promise.resolve(sliceBytes(this.#bytes, options).slice());
  }

  stream(options?: ReadOptions): Promise<ReadableStream<Bytes>> {
    options?.signal?.throwIfAborted();
    return Promise.resolve(
      streamBytes(sliceBytes(this.#bytes, options).slice()),
    );
  }

  async write(content: ByteSource, options: WriteOptions = {}): Promise<void> {
    this.#bytes = await taken(content, options.signal);
    this.#modifiedUs = this.#time.nowUs();
    this.#version++;
  }
}

class MemorySymlink implements Symlink {
  readonly type = "symlink";
  readonly id: NodeId;
  readonly #target: string;
  readonly #createdUs: number;

  constructor(id: NodeId, createdUs: number, target: string) {
    this.id = id;
    this.#createdUs = createdUs;
    this.#target = target;
  }

  metadata(): Promise<NodeMetadata> {
    return Promise.resolve({
      sizeBytes: encodeUtf8(this.#target).length,
      createdUs: this.#createdUs,
      modifiedUs: this.#createdUs,
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
  /** Tells directories from the other nodes. */
  readonly type = "directory";
  /** The identity of the node. */
  readonly id: NodeId;
  readonly #time: TimeSource;
  readonly #createdUs: number;
  readonly #children = new Map<string, Node>();
  /** The children in order, until one comes or goes. */
  #sorted: readonly DirectoryItem[] | undefined;
  #modifiedUs: number;

  /**
   * Makes an empty directory.
   *
   * @param id Its identity.
   * @param time Where times come from.
   */
  constructor(id: NodeId, time: TimeSource) {
    this.id = id;
    this.#time = time;
    this.#createdUs = this.#modifiedUs = time.nowUs();
  }

  /** Times; a directory has no size and no versions. */
  metadata(): Promise<NodeMetadata> {
    return Promise.resolve({
      sizeBytes: 0,
      createdUs: this.#createdUs,
      modifiedUs: this.#modifiedUs,
      version: 1,
      mode: DIRECTORY_MODE,
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

  /** The children as they are when the iteration begins, ordered by name. */
  async *entries(): AsyncGenerator<DirectoryItem> {
    this.#sorted ??= Array.from(
      this.#children,
      ([name, node]) => ({ name, node }),
    ).sort((a, b) => a.name < b.name ? -1 : 1);
    yield* this.#sorted;
  }

  /** Moves a child to another directory in memory, in one step. */
  move(name: string, to: Directory, toName: string): Promise<boolean> {
    if (!(to instanceof MemoryDirectory)) return Promise.resolve(false);
    if (to.#children.has(toName)) return Promise.reject(nameTaken(toName));
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

/** A copy of the content that nobody else holds. */
async function taken(
  content: ByteSource,
  signal: AbortSignal | undefined,
): Promise<Bytes> {
  signal?.throwIfAborted();
  if (typeof content === "string") return encodeUtf8(content);
  if (content instanceof Uint8Array) return new Uint8Array(content);
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(content, signal)) {
    chunks.push(chunk.slice());
  }
  return concatBytes(chunks);
}
