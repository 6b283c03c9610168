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
} from "../bytes.ts";
import { PondError } from "../errors.ts";
import { ListIterator } from "./iterate.ts";
import { newSerial, nodeIdOf } from "./node_id.ts";
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

/** So much of a file is copied at a time. */
const CHUNK_BYTES = 64 * 1024;

const FILE_MODE = 0o644;
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
    return createFile(this.#time, content, options?.signal);
  }

  /** Makes an empty directory. */
  createDirectory(): Promise<MemoryDirectory> {
    return Promise.resolve(this.newDirectory());
  }

  /** Makes an empty directory, at once. */
  newDirectory(): MemoryDirectory {
    return new MemoryDirectory(this.#time);
  }

  /** Makes a symlink. */
  createSymlink(target: string): Promise<Symlink> {
    return Promise.resolve(new MemorySymlink(this.#time.nowUs(), target));
  }
}

async function createFile(
  time: TimeSource,
  content: ByteSource,
  signal: AbortSignal | undefined,
): Promise<File> {
  const bytes = takenAtOnce(content, signal) ?? await taken(content, signal);
  return new MemoryFile(time, bytes);
}

/** Time that goes on by a microsecond with each look at it. */
class ChangeCounter implements TimeSource {
  #us = 0;

  nowUs(): number {
    return this.#us++;
  }
}

class MemoryFile implements File {
  readonly #serial = newSerial();
  readonly #time: TimeSource;
  readonly #createdUs: number;
  #modifiedUs: number;
  #version = 1;
  #bytes: Bytes;

  constructor(time: TimeSource, bytes: Bytes) {
    this.#time = time;
    this.#createdUs = this.#modifiedUs = time.nowUs();
    this.#bytes = bytes;
  }

  get type(): "file" {
    return "file";
  }

  get id(): NodeId {
    return nodeIdOf(this.#serial);
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

  /** The bytes are copied when this is called; later writes don't show. */
  read(options?: ReadOptions): Promise<Bytes> {
    return settled(() => this.#slice(options).slice());
  }

  /** Streams the bytes that were there when this was called. */
  stream(options?: ReadOptions): Promise<ReadableStream<Bytes>> {
    return settled(() => streamCopies(this.#slice(options), options?.signal));
  }

  async write(content: ByteSource, options: WriteOptions = {}): Promise<void> {
    const { signal } = options;
    this.#bytes = takenAtOnce(content, signal) ?? await taken(content, signal);
    this.#modifiedUs = this.#time.nowUs();
    this.#version++;
  }

  #slice(options?: ReadOptions): Bytes {
    options?.signal?.throwIfAborted();
    return options === undefined
      ? this.#bytes
      : sliceBytes(this.#bytes, options);
  }
}

class MemorySymlink implements Symlink {
  readonly #serial = newSerial();
  readonly #target: string;
  readonly #createdUs: number;

  constructor(createdUs: number, target: string) {
    this.#createdUs = createdUs;
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
  readonly #serial = newSerial();
  readonly #time: TimeSource;
  readonly #createdUs: number;
  readonly #children = new Map<string, Node>();
  /** The children in order, until one comes or goes. */
  #sorted: readonly DirectoryItem[] | undefined;
  #modifiedUs: number;

  /**
   * Makes an empty directory.
   *
   * @param time Where times come from.
   */
  constructor(time: TimeSource) {
    this.#time = time;
    this.#createdUs = this.#modifiedUs = time.nowUs();
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

/** A copy of content that is in memory; `undefined` of what is to be read. */
function takenAtOnce(
  content: ByteSource,
  signal: AbortSignal | undefined,
): Bytes | undefined {
  signal?.throwIfAborted();
  if (typeof content === "string") return encodeUtf8(content);
  if (content instanceof Uint8Array) return new Uint8Array(content);
  return undefined;
}

/** A copy of content that is read: nobody else holds it. */
async function taken(
  content: ByteSource,
  signal: AbortSignal | undefined,
): Promise<Bytes> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(content, signal)) {
    chunks.push(chunk.slice());
  }
  return concatBytes(chunks);
}

/** Copies of a part at a time: whoever reads a stream owns what it gives. */
function streamCopies(
  bytes: Bytes,
  signal: AbortSignal | undefined,
): ReadableStream<Bytes> {
  let offset = 0;
  return new ReadableStream<Bytes>({
    pull(controller) {
      if (signal?.aborted) return controller.error(signal.reason);
      const chunk = bytes.slice(offset, offset + CHUNK_BYTES);
      offset += chunk.length;
      if (chunk.length > 0) controller.enqueue(chunk);
      if (offset >= bytes.length) controller.close();
    },
  }, { highWaterMark: 0 });
}

/** What work that never waits gives, or how it fails. */
function settled<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}
