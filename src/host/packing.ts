/**
 * Compresses streams of bytes, and the other way round.
 *
 * @module
 */
import { pipeline, Readable, type Transform } from "node:stream";
import { createGunzip, createGzip, zstdDecompressSync } from "node:zlib";
import type { Bytes } from "../bytes.ts";
import { IntegrityError } from "../errors.ts";
import {
  FRAME,
  fromZstdFrames,
  pieces,
  SKIPPABLE,
  zstdFrames,
} from "./zstd_frames.ts";

/** How a stream is packed: as programs do, by the name that they call it. */
export type Packing = "gzip" | "none" | "zstd";

/** What gzip begins with. */
const GZIP: readonly number[] = [0x1f, 0x8b];

/** What gzip makes of bytes depends on how they are divided. */
const PIECE_BYTES = 1024 * 1024;

/** Compresses; the same bytes always become the same. */
export async function* compressed(
  bytes: AsyncIterable<Uint8Array>,
  packing: Packing,
): AsyncGenerator<Uint8Array> {
  switch (packing) {
    case "none":
      return yield* bytes;
    case "gzip":
      return yield* through(pieces(bytes, PIECE_BYTES), createGzip());
    case "zstd":
      return yield* zstdFrames(bytes);
    default:
      return packing satisfies never;
  }
}

/**
 * Decompresses what begins like gzip or zstd; hands on anything else as it is.
 *
 * @param source What it is called in errors.
 * @throws {PondError} `INTEGRITY` when it ends too early, or is damaged.
 */
export async function* decompressed(
  bytes: AsyncIterable<Uint8Array>,
  source: string,
): AsyncGenerator<Uint8Array> {
  const chunks = bytes[Symbol.asyncIterator]();
  let head = new Uint8Array();
  const rest: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => chunks,
  };
  try {
    while (head.length < 4) {
      const { done, value } = await chunks.next();
      if (done) break;
      const longer = new Uint8Array(head.length + value.length);
      longer.set(head);
      longer.set(value, head.length);
      head = longer;
    }
    const whole = prefixed(head, rest);
    const begins = (magic: readonly number[]) =>
      magic.every((byte, index) => head[index] === byte);
    if (begins(FRAME) || begins(SKIPPABLE)) {
      return yield* fromZstdFrames(whole, source);
    }
    if (!begins(GZIP)) return yield* whole;
    const failed: { cause?: unknown } = {};
    try {
      yield* through(guarded(whole, failed), createGunzip());
    } catch (error) {
      if (failed.cause !== undefined) throw failed.cause;
      if (!(error instanceof Error) || !("errno" in error)) throw error;
      const why = `it can't be decompressed: ${error.message}`;
      throw new IntegrityError(source, why, {
        cause: error,
        hint: "copy it again; nothing was made",
      });
    }
  } finally {
    await chunks.return?.();
  }
}

async function* prefixed(
  head: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  yield* rest;
}

/** Keeps what went wrong with the source apart from what is wrong in it. */
async function* guarded(
  bytes: AsyncIterable<Uint8Array>,
  failed: { cause?: unknown },
): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    failed.cause = error;
    throw error;
  }
}

async function* through(
  bytes: AsyncIterable<Uint8Array>,
  transform: Transform,
): AsyncGenerator<Uint8Array> {
  // Without objects, the stream would join chunks into strings of its own.
  const source = Readable.from(bytes, { objectMode: false });
  // Its failure comes out of the last stream.
  const last = pipeline(source, transform, () => {});
  for await (const chunk of last) yield chunk;
}

/**
 * Takes zstd of any program apart, in memory. Of what is cut off, it may be the
 * beginning: the caller knows how long it is, or how it ends.
 *
 * @param maxBytes More than this is not what was expected.
 * @param source What it is called in errors.
 * @throws {PondError} `INTEGRITY` when it is damaged, or longer.
 */
export function unzstdAtMost(
  bytes: Uint8Array,
  maxBytes: number,
  source: string,
): Bytes {
  try {
    // A limit of 0 is none.
    const maxOutputLength = Math.max(1, maxBytes);
    const content = zstdDecompressSync(bytes, { maxOutputLength });
    return new Uint8Array(content);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const why = `it can't be decompressed: ${cause.message}`;
    throw new IntegrityError(source, why, { cause });
  }
}
