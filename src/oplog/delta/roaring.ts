/**
 * Sets of row numbers: a `RoaringBitmapArray`.
 *
 * ```text
 * 1681511377   4 bytes   the portable form
 * n            8 bytes   how many bitmaps
 * n times      4 bytes   the high 32 bits, growing
 *              …         a 32-bit Roaring bitmap of the low ones
 * ```
 *
 * All numbers are little-endian. Before it there was a form that Spark still
 * reads, and the protocol's example of an inline vector has (big-endian):
 *
 * ```text
 * 1681511376   4 bytes
 * n            4 bytes   how many bitmaps: of the high 32 bits 0, 1, 2 …
 * n times      4 bytes   size of the bitmap
 *              …         a 32-bit Roaring bitmap
 * ```
 *
 * A bitmap stays as it is stored, so that a set takes no more memory than its
 * bytes.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#deletion-vector-format}
 * @see {@link https://github.com/RoaringBitmap/RoaringFormatSpec}
 * @module
 */

/** The portable form, and the one before it. */
const PORTABLE = 1_681_511_377;
const NATIVE = 1_681_511_376;

const COOKIE_WITHOUT_RUNS = 12_346;
const COOKIE_WITH_RUNS = 12_347;
/** From so many containers on, their offsets are stored in any case. */
const OFFSETS_FROM = 4;
/** A container of more values is a bitmap. */
const MAX_ARRAY = 4096;
const BITMAP_WORDS = 4096;

type Container =
  | { readonly kind: "array" | "bitmap"; readonly words: Uint16Array }
  | { readonly kind: "runs"; readonly words: Uint16Array };

/** A set of row numbers. */
export class RowSet {
  /** By the number without its lowest 16 bits. */
  readonly #containers = new Map<number, Container>();
  #size = 0;

  /**
   * Decodes a set.
   *
   * @throws {RangeError} When the bytes are none.
   */
  static decode(bytes: Uint8Array): RowSet {
    const reader = new Reader(bytes);
    const set = new RowSet();
    const magic = reader.uint32();
    if (magic === PORTABLE) set.#readPortable(reader);
    else if (magic === NATIVE) set.#readNative(reader, false);
    else if (swapped(magic) === NATIVE) set.#readNative(reader, true);
    else throw new RangeError(`it begins with ${magic}`);
    reader.requireEnd();
    return set;
  }

  /** How many rows. */
  get size(): number {
    return this.#size;
  }

  /** Whether a row is in it. */
  has(row: number): boolean {
    const container = this.#containers.get(Math.floor(row / 2 ** 16));
    if (container === undefined) return false;
    const low = row % 2 ** 16;
    const { words } = container;
    switch (container.kind) {
      case "bitmap":
        return ((words[low >> 4] ?? 0) >> (low & 15) & 1) === 1;
      case "array":
        return words[lastNotAbove(words, low, 1)] === low;
      case "runs": {
        const at = lastNotAbove(words, low, 2) * 2;
        const start = words[at];
        return start !== undefined && low - start <= (words[at + 1] ?? 0);
      }
      default:
        return container satisfies never;
    }
  }

  #readPortable(reader: Reader): void {
    const count = reader.uint32() + reader.uint32() * 2 ** 32;
    for (let i = 0; i < count; i++) {
      this.#readBitmap(reader, baseOf(reader.uint32()));
    }
  }

  #readNative(reader: Reader, bigEndian: boolean): void {
    const uint32 = () => {
      const value = reader.uint32();
      return bigEndian ? swapped(value) : value;
    };
    const count = uint32();
    for (let high = 0; high < count; high++) {
      const bitmap = new Reader(reader.bytes(uint32()));
      this.#readBitmap(bitmap, baseOf(high));
      bitmap.requireEnd();
    }
  }

  #readBitmap(reader: Reader, high: number): void {
    const cookie = reader.uint32();
    const withRuns = cookie % 2 ** 16 === COOKIE_WITH_RUNS;
    if (!withRuns && cookie !== COOKIE_WITHOUT_RUNS) {
      throw new RangeError(`a bitmap begins with ${cookie}`);
    }
    const count = withRuns ? Math.floor(cookie / 2 ** 16) + 1 : reader.uint32();
    if (count > 2 ** 16) throw new RangeError(`${count} containers`);
    const runs = withRuns ? reader.bytes(Math.ceil(count / 8)) : undefined;
    const headers = reader.words(count * 2);
    if (!withRuns || count >= OFFSETS_FROM) reader.bytes(count * 4);
    for (let i = 0; i < count; i++) {
      const key = high + (headers[2 * i] ?? 0);
      const size = (headers[2 * i + 1] ?? 0) + 1;
      const isRuns = ((runs?.[i >> 3] ?? 0) >> (i & 7) & 1) === 1;
      this.#add(key, readContainer(reader, size, isRuns), size);
    }
  }

  #add(key: number, container: Container, size: number): void {
    if (this.#containers.has(key)) throw new RangeError("a container twice");
    this.#containers.set(key, container);
    this.#size += container.kind === "runs" ? sizeOfRuns(container) : size;
  }
}

/** The number of the first container of a bitmap. */
function baseOf(high: number): number {
  if (high >= 2 ** 21) throw new RangeError("a row beyond 2^53");
  return high * 2 ** 16;
}

function swapped(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value);
  return view.getUint32(0, true);
}

function readContainer(
  reader: Reader,
  size: number,
  isRuns: boolean,
): Container {
  if (isRuns) {
    const [count = 0] = reader.words(1);
    return { kind: "runs", words: reader.words(count * 2) };
  }
  return size <= MAX_ARRAY
    ? { kind: "array", words: reader.words(size) }
    : { kind: "bitmap", words: reader.words(BITMAP_WORDS) };
}

function sizeOfRuns({ words }: Container): number {
  let size = words.length / 2;
  for (let i = 1; i < words.length; i += 2) size += words[i] ?? 0;
  return size;
}

/** The last entry not above a value, among those at multiples of `step`. */
function lastNotAbove(words: Uint16Array, value: number, step: 1 | 2): number {
  let low = 0;
  let high = words.length / step;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((words[middle * step] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  bytes(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) {
      throw new RangeError("it is cut off");
    }
    return this.#bytes.subarray(this.#at, this.#at += length);
  }

  uint32(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.bytes(4);
    return a + b * 2 ** 8 + c * 2 ** 16 + d * 2 ** 24;
  }

  words(count: number): Uint16Array {
    const bytes = this.bytes(count * 2);
    const words = new Uint16Array(count);
    for (let i = 0; i < count; i++) {
      words[i] = (bytes[2 * i] ?? 0) | (bytes[2 * i + 1] ?? 0) << 8;
    }
    return words;
  }

  requireEnd(): void {
    if (this.#at !== this.#bytes.length) throw new RangeError("it goes on");
  }
}
