/**
 * Files in memory.
 *
 * A file has one array of bytes, which is never changed: a write replaces it,
 * and whoever reads gets copies. So a stream goes on with what was there.
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
import { newSerial, nodeIdOf } from "./node_id.ts";
import type {
  File,
  NodeId,
  NodeMetadata,
  ReadOptions,
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

/**
 * Makes a file.
 *
 * @param time Where its times come from.
 * @param content A copy of it is kept.
 * @param options Its mode and time, and what ends the reading of content.
 */
export async function createMemoryFile(
  time: TimeSource,
  content: ByteSource,
  options: WriteOptions = {},
): Promise<File> {
  const { signal } = options;
  const bytes = takenAtOnce(content, signal) ?? await taken(content, signal);
  return new MemoryFile(time, bytes, options);
}

class MemoryFile implements File {
  readonly #serial = newSerial();
  readonly #time: TimeSource;
  readonly #createdUs: number;
  #modifiedUs: number;
  #mode: number;
  #version = 1;
  #bytes: Bytes;

  constructor(
    time: TimeSource,
    bytes: Bytes,
    { mode = FILE_MODE, modifiedUs }: WriteOptions,
  ) {
    this.#time = time;
    this.#createdUs = time.nowUs();
    this.#modifiedUs = modifiedUs ?? this.#createdUs;
    this.#mode = mode;
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
      mode: this.#mode,
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
    const { mode = this.#mode, modifiedUs, signal } = options;
    this.#bytes = takenAtOnce(content, signal) ?? await taken(content, signal);
    this.#modifiedUs = modifiedUs ?? this.#time.nowUs();
    this.#mode = mode;
    this.#version++;
  }

  #slice(options?: ReadOptions): Bytes {
    options?.signal?.throwIfAborted();
    return options === undefined
      ? this.#bytes
      : sliceBytes(this.#bytes, options);
  }
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
