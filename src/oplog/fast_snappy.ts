/**
 * Snappy by WebAssembly: half the time of the JavaScript that hyparquet has, for
 * who unpacks much. Loading it costs as much as unpacking two megabytes.
 *
 * @module
 */
import { compressors } from "hyparquet-compressors";

/** The longest length that a block may tell of takes so many bytes. */
const MAX_LENGTH_BYTES = 5;

/**
 * Unpacks a block.
 *
 * @param packed The block, in Snappy's raw format.
 * @param sizeBytes How many bytes it has to become.
 * @returns Those bytes.
 * @throws {Error} When it is no such block, or one of another length.
 */
export function unpackSnappy(
  packed: Uint8Array,
  sizeBytes: number,
): Uint8Array {
  // It trusts the length of the block, and we give it memory for ours.
  if (lengthOf(packed) !== sizeBytes) {
    throw new RangeError(`a Snappy block has not the ${sizeBytes} bytes`);
  }
  const unpack = compressors.SNAPPY;
  if (unpack === undefined) throw new TypeError("there is no Snappy");
  return unpack(packed, sizeBytes);
}

/** The length that a block begins with: seven bits a byte, the lowest first. */
function lengthOf(packed: Uint8Array): number {
  let length = 0;
  for (let i = 0; i < MAX_LENGTH_BYTES; i++) {
    const byte = packed[i] ?? 0;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) break;
  }
  return length;
}
