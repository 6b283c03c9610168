/**
 * LZ4 frames, as Arrow's buffers are packed.
 *
 * ```text
 * 04 22 4d 18   FLG BD [content size: 8] [dictionary: 4] HC
 * block …       length (highest bit: not packed), bytes [checksum: 4]
 * 00 00 00 00   [checksum: 4]
 * ```
 *
 * Checksums are not looked at: what is packed here lies in a blob or row whose
 * hash was checked.
 *
 * @see {@link https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md}
 * @see {@link https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md}
 * @module
 */

const MAGIC = 0x184d2204;

/** A block that is as it was. */
const NOT_PACKED = 0x80000000;

/** The shortest match: what its length says is more than that. */
const MIN_MATCH = 4;

/** A length that goes on in the next bytes. */
const LONG = 15;

/**
 * Unpacks a frame.
 *
 * @param bytes The frame.
 * @param length How many bytes it unpacks to.
 * @throws {RangeError} When it is no such frame.
 */
export function decodeLz4Frame(bytes: Uint8Array, length: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw broken("its magic number");
  const flags = view.getUint8(4);
  const hasBlockChecksum = (flags & 0x10) !== 0;
  const sizeBytes = flags & 0x08 ? 8 : 0;
  const dictionaryBytes = flags & 0x01 ? 4 : 0;
  let at = 6 + sizeBytes + dictionaryBytes + 1;
  const output = new Uint8Array(length);
  let end = 0;
  for (;;) {
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) break;
    const block = bytes.subarray(at, at + (word & ~NOT_PACKED));
    at += block.length;
    if ((word & NOT_PACKED) !== 0) {
      if (end + block.length > length) throw broken("its length");
      output.set(block, end);
      end += block.length;
    } else end = decodeBlock(block, output, end);
    if (hasBlockChecksum) at += 4;
  }
  if (end !== length) throw broken("its length");
  return output;
}

/**
 * Unpacks a block behind those before it, which it may go back to.
 *
 * @returns Where its output ends.
 */
function decodeBlock(
  block: Uint8Array,
  output: Uint8Array,
  start: number,
): number {
  let at = 0;
  let end = start;
  const next = (): number => {
    const byte = block[at++];
    if (byte === undefined) throw broken("a block");
    return byte;
  };
  const lengthOf = (nibble: number): number => {
    let length = nibble;
    if (nibble < LONG) return length;
    for (;;) {
      const byte = next();
      length += byte;
      if (byte < 255) return length;
    }
  };
  while (at < block.length) {
    const token = next();
    const count = lengthOf(token >> 4);
    if (at + count > block.length || end + count > output.length) {
      throw broken("a literal");
    }
    output.set(block.subarray(at, at + count), end);
    at += count;
    end += count;
    // The last sequence has no match.
    if (at >= block.length) return end;
    const offset = next() | (next() << 8);
    const length = lengthOf(token & 0xf) + MIN_MATCH;
    if (offset === 0 || offset > end || end + length > output.length) {
      throw broken("a match");
    }
    // It may overlap with what it makes: byte by byte.
    for (const stop = end + length; end < stop; end++) {
      output[end] = output[end - offset] ?? 0;
    }
  }
  return end;
}

function broken(what: string): RangeError {
  return new RangeError(`this is no LZ4 frame: ${what} is not right`);
}
