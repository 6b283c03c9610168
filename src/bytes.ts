/**
 * Bytes: hexadecimal, UTF-8, SHA-256, and the sources that content comes from.
 *
 * @module
 */
import { PondError } from "./errors.ts";

/** Bytes that own their buffer, as every function of pond returns them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Whatever content can be written from; strings are written as UTF-8. */
export type ByteSource =
  | string
  | Uint8Array
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const strictDecoder = new TextDecoder("utf-8", {
  fatal: true,
  ignoreBOM: true,
});

/** Encodes a string as UTF-8. */
export function encodeUtf8(text: string): Bytes {
  return encoder.encode(text);
}

/** Decodes UTF-8, with U+FFFD in the place of what is not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/**
 * Decodes UTF-8 strictly.
 *
 * @param bytes The bytes; a byte order mark stays part of the text.
 * @returns The text, or `undefined` when `bytes` is not valid UTF-8.
 */
export function tryDecodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

const HEX = Array.from(
  { length: 256 },
  (_, byte) => byte.toString(16).padStart(2, "0"),
);

/** Writes bytes as lower-case hexadecimal digits. */
export function encodeHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/**
 * The SHA-256 of bytes that are in memory, as 64 hexadecimal digits.
 *
 * @param chunks Hashed one after the other, as if they were one array.
 */
export async function sha256Hex(...chunks: Uint8Array[]): Promise<string> {
  const bytes = chunks.length === 1 ? chunks[0] : concatBytes(chunks);
  const digest = await crypto.subtle.digest("SHA-256", bytes as BufferSource);
  return encodeHex(new Uint8Array(digest));
}

/** Makes SHA-256 hashes, as the host's hasher does. */
export interface Sha256Maker {
  /** Starts a hash. */
  sha256(): Promise<{
    /** Adds bytes. */
    update(bytes: Uint8Array): void;
    /** The hash of all bytes, as hexadecimal digits. */
    digestHex(): string;
  }>;
}

/**
 * The SHA-256 of content by the platform's own hash, which copies nothing and
 * takes what comes in pieces; {@linkcode sha256Hex} needs nothing to be loaded.
 *
 * @returns 64 hexadecimal digits.
 */
export async function sha256By(
  hasher: Sha256Maker,
  content: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<string> {
  const hash = await hasher.sha256();
  if (content instanceof Uint8Array) hash.update(content);
  else for await (const chunk of content) hash.update(chunk);
  return hash.digestHex();
}

/** The polynomial of Ethernet and zip, bit by bit reversed. */
const CRC_POLYNOMIAL = 0xedb8_8320;
let crcTable: Uint32Array | undefined;

/** The CRC-32 of bytes, as zip and Parquet have it. */
export function crc32(bytes: Uint8Array): number {
  const table = crcTable ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) {
      value = value & 1 ? (value >>> 1) ^ CRC_POLYNOMIAL : value >>> 1;
    }
    return value;
  });
  let crc = 0xffff_ffff;
  for (let i = 0; i < bytes.length; i++) {
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[i] ?? 0)) & 0xff] ?? 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

/** Copies arrays into one. */
export function concatBytes(chunks: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/**
 * Gives memory back at once that nobody needs any more; the bytes are empty then.
 * Who goes through many files would else wait for the next collection of garbage
 * with all of them in memory.
 */
export function release(bytes: Bytes): void {
  // Whoever was given them may have taken them.
  if (!bytes.buffer.detached) bytes.buffer.transfer(0);
}

/** Bytes in a new array, without a copy where they are all that their buffer has. */
export function transferred(bytes: Uint8Array): Bytes {
  const { buffer, byteLength } = bytes;
  const isWhole = buffer instanceof ArrayBuffer &&
    buffer.byteLength === byteLength;
  return isWhole ? new Uint8Array(buffer.transfer()) : bytes.slice();
}

/**
 * Compares texts by their code points, which is the order of their UTF-8;
 * negative when the first one comes before.
 */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for what comes after all other characters. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

/** Which part of some bytes is meant. */
export interface ByteRange {
  /** The first byte; 0 when left out. */
  readonly offset?: number;
  /** How many bytes at most; to the end when left out. */
  readonly length?: number;
}

/** A view of a part of bytes; shorter where they end before it. */
export function sliceBytes(
  bytes: Bytes,
  { offset = 0, length }: ByteRange = {},
): Bytes {
  return bytes.subarray(
    offset,
    length === undefined ? undefined : offset + length,
  );
}

/** Bytes in memory as a stream. */
export function streamBytes(bytes: Bytes): ReadableStream<Bytes> {
  return new ReadableStream<Bytes>({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}

/** Tells whether two arrays hold the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Yields the chunks of any source, one after the other.
 *
 * @param source The content; a stream is cancelled when the caller stops early.
 * @param signal Checked before each chunk; ends a stream that lets wait, too.
 */
export async function* chunksOf(
  source: ByteSource,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted();
  for await (const chunk of iterableOf(source, signal)) {
    signal?.throwIfAborted();
    if (!(chunk instanceof Uint8Array)) {
      throw new TypeError("Cannot write content: a chunk is no Uint8Array");
    }
    if (chunk.length > 0) yield chunk;
  }
}

function iterableOf(
  source: ByteSource,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (typeof source === "string") return [encodeUtf8(source)];
  if (source instanceof Uint8Array) return [source];
  if (source instanceof Blob) return streamChunks(source.stream(), signal);
  if (source instanceof ReadableStream) return streamChunks(source, signal);
  return source;
}

/** The chunks of a stream. An abort ends a read that waits, and the stream. */
async function* streamChunks(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  // A read that waits ends with the stream. (To race each read against one
  // promise would keep every chunk alive for as long as that promise.)
  const cancel = () => reader.cancel(signal?.reason);
  // A stream that can't be cancelled has failed, and the read says why.
  const abort = () => void cancel().catch(() => {});
  signal?.addEventListener("abort", abort);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
    signal?.throwIfAborted();
  } finally {
    signal?.removeEventListener("abort", abort);
    await cancel();
    reader.releaseLock();
  }
}

/**
 * Collects a source into one array.
 *
 * @param source The content.
 * @param maxBytes A limit, so that a mistake doesn't fill the memory.
 * @throws {PondError} `INVALID_ARGUMENT` when the content is longer.
 */
export async function collectBytes(
  source: ByteSource,
  maxBytes: number = Number.MAX_SAFE_INTEGER,
): Promise<Bytes> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunksOf(source)) {
    length += chunk.length;
    if (length > maxBytes) {
      throw new PondError(
        "INVALID_ARGUMENT",
        `Cannot collect content: it is longer than ${maxBytes} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return concatBytes(chunks);
}
