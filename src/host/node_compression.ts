/**
 * zstd by `node:zlib`.
 *
 * Level 1: measured on tables of numbers it takes a third of the time of level 3,
 * and leaves 5 % less (docs/decisions/0023).
 *
 * @module
 */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Bytes } from "../bytes.ts";
import type { Compression } from "./host.ts";

const LEVEL = 1;

/** Output is collected in buffers of the input's size, up to this. */
const MAX_CHUNK_BYTES = 4 * 1024 * 1024;

/** A frame of few bytes has some that say what it is. */
const MIN_CHUNK_BYTES = 1024;

/** Compression by `node:zlib`. */
export const NODE_COMPRESSION: Compression = {
  zstd: (bytes) =>
    plain(zstdCompressSync(bytes, {
      chunkSize: chunkBytes(bytes.length),
      params: { [constants.ZSTD_c_compressionLevel]: LEVEL },
    })),
  unzstd(bytes, sizeBytes) {
    let unpacked: Uint8Array;
    try {
      unpacked = zstdDecompressSync(bytes, {
        chunkSize: chunkBytes(sizeBytes),
        // What says that it is longer than it is must not fill the memory.
        maxOutputLength: Math.max(sizeBytes, 1),
      });
    } catch (cause) {
      throw new RangeError("It is no zstd frame of this length", { cause });
    }
    if (unpacked.length !== sizeBytes) {
      throw new RangeError(
        `${unpacked.length} bytes came out of a zstd frame of ${sizeBytes}`,
      );
    }
    return plain(unpacked);
  },
};

function chunkBytes(sizeBytes: number): number {
  return Math.min(MAX_CHUNK_BYTES, Math.max(MIN_CHUNK_BYTES, sizeBytes));
}

/** Node's buffers are views, often of a pool that others use, too. */
function plain(bytes: Uint8Array): Bytes {
  const isOwn = bytes.byteLength === bytes.buffer.byteLength &&
    bytes.buffer instanceof ArrayBuffer;
  return isOwn
    ? new Uint8Array(bytes.buffer as ArrayBuffer)
    : new Uint8Array(bytes);
}
