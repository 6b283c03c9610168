/**
 * Zstandard in frames of a few megabytes, each after its length, as pzstd writes
 * them.
 *
 * ```text
 * 4 bytes   50 2a 4d 18: a skippable frame
 * 4 bytes   4, little endian: the length of what it holds
 * 4 bytes   the length of the next frame, little endian
 *           a frame: at most 4 MiB of content, with its checksum
 * ```
 *
 * Every program that knows Zstandard reads it. The streams of `node:zlib` would do
 * without, but those of Deno hold all of their input, and fail on large output.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8878.html#name-skippable-frames}
 * @module
 */
import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompressSync } from "node:zlib";
import { IntegrityError, PondError } from "../errors.ts";

/** Bytes of content in a frame. */
const CONTENT_BYTES = 4 * 1024 * 1024;

/** A frame of that is never longer. */
const MAX_FRAME_BYTES = CONTENT_BYTES + 64 * 1024;

const HEADER_BYTES = 12;

/** What a skippable frame begins with, of the kind that pzstd writes. */
export const SKIPPABLE: readonly number[] = [0x50, 0x2a, 0x4d, 0x18];

/** What any other frame begins with. */
export const FRAME: readonly number[] = [0x28, 0xb5, 0x2f, 0xfd];

const compress = promisify(zstdCompress);

/** Compresses; a frame is in memory at a time. */
export async function* zstdFrames(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const params = { [constants.ZSTD_c_checksumFlag]: 1 };
  for await (const content of pieces(bytes, CONTENT_BYTES)) {
    const frame = await compress(content, { params });
    yield headerOf(frame.length);
    yield new Uint8Array(frame);
  }
}

/**
 * Decompresses.
 *
 * @param source What it is called in errors.
 * @throws {PondError} `INTEGRITY` when it ends too early, or is damaged;
 *   `UNSUPPORTED` for frames without their lengths.
 */
export async function* fromZstdFrames(
  bytes: AsyncIterable<Uint8Array>,
  source: string,
): AsyncGenerator<Uint8Array> {
  const reader = new ExactReader(bytes, source);
  try {
    for (;;) {
      const header = await reader.read(HEADER_BYTES);
      if (header === undefined) return;
      const frame = await reader.read(lengthIn(header, source));
      if (frame === undefined) throw tooShort(source);
      yield contentOf(frame, source);
    }
  } finally {
    await reader.close();
  }
}

/** At once: the other way, Deno throws what is wrong where nobody catches it. */
function contentOf(frame: Uint8Array, source: string): Uint8Array {
  try {
    const maxOutputLength = CONTENT_BYTES;
    return new Uint8Array(zstdDecompressSync(frame, { maxOutputLength }));
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw damaged(source, cause.message, cause);
  }
}

function headerOf(length: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  header.set(SKIPPABLE);
  const view = new DataView(header.buffer);
  view.setUint32(4, 4, true);
  view.setUint32(8, length, true);
  return header;
}

function lengthIn(header: Uint8Array, source: string): number {
  const view = new DataView(header.buffer, header.byteOffset);
  const isHeader = SKIPPABLE.every((byte, index) => header[index] === byte) &&
    view.getUint32(4, true) === 4;
  if (!isHeader) {
    if (FRAME.every((byte, index) => header[index] === byte)) {
      throw new PondError(
        "UNSUPPORTED",
        `Cannot read ${source}: it was compressed by another program`,
        {
          path: source,
          hint: `zstd -dc ${source} | pond unbundle - DIRECTORY`,
        },
      );
    }
    throw damaged(source, "a frame has no length");
  }
  const length = view.getUint32(8, true);
  if (length <= MAX_FRAME_BYTES) return length;
  throw damaged(source, `a frame has ${length} bytes`);
}

/** Joins and divides chunks, so that each has so many bytes, but the last. */
export async function* pieces(
  bytes: AsyncIterable<Uint8Array>,
  length: number,
): AsyncGenerator<Uint8Array> {
  let piece = new Uint8Array(length);
  let filled = 0;
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + length - filled);
      piece.set(part, filled);
      at += part.length;
      filled += part.length;
      if (filled < length) continue;
      yield piece;
      piece = new Uint8Array(length);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

/** Reads as many bytes as are asked for. */
class ExactReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #source: string;
  #rest: Uint8Array = new Uint8Array();

  constructor(bytes: AsyncIterable<Uint8Array>, source: string) {
    this.#chunks = bytes[Symbol.asyncIterator]();
    this.#source = source;
  }

  /** So many bytes; `undefined` at the end. */
  async read(length: number): Promise<Uint8Array | undefined> {
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#chunks.next();
        if (done && filled === 0) return undefined;
        if (done) throw tooShort(this.#source);
        this.#rest = value;
      }
      const part = this.#rest.subarray(0, length - filled);
      bytes.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}

function tooShort(source: string): PondError {
  return damaged(source, "its end is missing");
}

function damaged(source: string, why: string, cause?: unknown): PondError {
  return new IntegrityError(source, `it can't be decompressed: ${why}`, {
    cause,
    hint: "copy it again; nothing was made",
  });
}
