/**
 * The hybrid of run-length encoding and bit-packing, of levels and indexes.
 *
 * ```text
 * run         varint n << 1       value in ⌈width / 8⌉ bytes, n times
 * bit-packed  varint n << 1 | 1   8 n values of width bits, least bit first
 * ```
 *
 * However many values the bytes claim, no more are written than were asked for.
 *
 * @see {@link https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE}
 * @module
 */

/** What values are written into. */
export type LevelArray = Uint8Array | Int32Array;

/** The least number of bits that holds a value. */
export function bitWidthOf(value: number): number {
  return 32 - Math.clz32(value);
}

/**
 * Decodes values.
 *
 * @param bytes The encoded values; more bytes may follow.
 * @param width Bits of a value, at most 32.
 * @param output Filled to its end.
 * @throws {RangeError} When the bytes end before.
 */
export function decodeRle(
  bytes: Uint8Array,
  width: number,
  output: LevelArray,
): void {
  if (width > 32) throw new RangeError(`a width of ${width} bits`);
  let at = 0;
  let written = 0;
  while (written < output.length) {
    let header = 0;
    for (let shift = 0;; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 28) {
        throw new RangeError("the runs are cut off");
      }
      header += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    const count = Math.floor(header / 2);
    if (header % 2 === 1) {
      const wanted = Math.min(count * 8, output.length - written);
      const end = at + count * width;
      unpack(bytes.subarray(at, end), width, output, written, wanted);
      written += wanted;
      at = end;
      continue;
    }
    let value = 0;
    for (let i = 0; i < width; i += 8) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError("the runs are cut off");
      value += byte * 2 ** i;
    }
    const end = Math.min(written + count, output.length);
    output.fill(value, written, end);
    written = end;
  }
}

/** Where a value's bits are missing, the last group was cut by its writer. */
function unpack(
  bytes: Uint8Array,
  width: number,
  output: LevelArray,
  start: number,
  count: number,
): void {
  if (Math.ceil(count * width / 8) > bytes.length) {
    throw new RangeError("the bit-packed values are cut off");
  }
  const mask = 2 ** width - 1;
  let buffer = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (width > 24) {
      output[start + i] = wide(bytes, i * width, width);
      continue;
    }
    while (bits < width) {
      buffer |= (bytes[at++] ?? 0) << bits;
      bits += 8;
    }
    output[start + i] = buffer & mask;
    buffer >>>= width;
    bits -= width;
  }
}

function wide(bytes: Uint8Array, firstBit: number, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i++) {
    const bit = firstBit + i;
    if ((bytes[bit >> 3] ?? 0) >> (bit & 7) & 1) value += 2 ** i;
  }
  return value;
}
