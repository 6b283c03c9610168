/**
 * Whether the values of Arrow columns are there, and how much they become.
 *
 * Every array says how long it is, and where its values are in other arrays. The
 * library believes that. One value may be meant by many rows: by the indices of
 * a dictionary, by runs, by views. So a small file can become more than there is
 * room for; what rows take is added up before any of them is made.
 *
 * @module
 */
// @ts-types="npm:@uwdata/flechette@2.6.0"
import { type Batch, type DataType, Type } from "@uwdata/flechette";
import { PondError } from "../errors.ts";

/** An array of one record batch, as the library has it inside. */
type ArrowArray = Batch<unknown> & {
  readonly length: number;
  readonly nullCount: number;
  readonly type: DataType;
  readonly validity?: Uint8Array;
  readonly values?: ArrayLike<unknown>;
  readonly offsets?: ArrayLike<number | bigint>;
  readonly sizes?: ArrayLike<number | bigint>;
  readonly children?: readonly ArrowArray[];
  readonly dictionary?: ArrowColumn;
};

/** Arrays of several batches, one behind the other. */
interface ArrowColumn {
  readonly data: readonly ArrowArray[];
}

/** So many values a file may have for nothing. */
const FREE_VALUES = 1 << 24;

/** So many values one byte may become: nulls and runs take next to nothing. */
const VALUES_PER_BYTE = 64;

/** So much may everything become beside what its bytes account for. */
const MAX_BYTES = 1 << 28;

/** Lists lie in each other no deeper. */
const MAX_DEPTH = 64;

/** Checks arrays of one table. */
export class ArrowValues {
  readonly #source: string;
  readonly #maxValues: number;
  readonly #maxBytes: number;
  /** What the values of arrays take that several record batches have. */
  readonly #shared = new Map<unknown, Float64Array>();
  #values = 0;
  #bytes = 0;

  /**
   * @param source Where the table comes from, for errors.
   * @param sizeBytes What it takes, unpacked.
   */
  constructor(source: string, sizeBytes: number) {
    this.#source = source;
    this.#maxValues = FREE_VALUES + VALUES_PER_BYTE * sizeBytes;
    this.#maxBytes = MAX_BYTES + VALUES_PER_BYTE * sizeBytes;
  }

  /**
   * Checks an array of a record batch.
   *
   * @throws {RangeError} When values aren't where they should be.
   * @throws {PondError} `UNSUPPORTED` when it becomes too much.
   */
  check(array: Batch<unknown>): void {
    this.#count(this.#costs(array as ArrowArray, 0));
  }

  /**
   * Checks a dictionary, whose values the library makes as soon as an array of
   * indices comes.
   *
   * @throws As {@linkcode ArrowValues.check} does.
   */
  checkDictionary(dictionary: unknown): void {
    if (this.#shared.has(dictionary)) return;
    this.#count(this.#costsOfDictionary(dictionary as ArrowColumn, 0));
  }

  #count(costs: Float64Array): void {
    for (const bytes of costs) this.#bytes += bytes;
    if (this.#bytes > this.#maxBytes) throw this.#tooLarge();
  }

  /** What each value of an array takes, in bytes, about. */
  #costs(array: ArrowArray, depth: number): Float64Array {
    const { length, nullCount, validity } = array;
    if (depth > MAX_DEPTH) throw broken("the depth of its lists");
    if (!(length >= 0) || !(nullCount >= 0)) throw broken("a length");
    this.#values += length;
    if (this.#values > this.#maxValues) throw this.#tooLarge();
    const isMasked = nullCount > 0 && validity !== undefined;
    if (isMasked) requireRoom(validity.length * 8, length);
    const costs = this.#costsOfType(array, depth);
    if (isMasked) {
      for (let i = 0; i < length; i++) if (isNull(validity, i)) costs[i] = 1;
    }
    return costs;
  }

  #costsOfType(array: ArrowArray, depth: number): Float64Array {
    const { length, type, values } = array;
    switch (type.typeId) {
      case Type.Null:
        return same(length, 1);
      case Type.Bool:
        requireRoom((values?.length ?? 0) * 8, length);
        return same(length, 1);
      case Type.FixedSizeBinary:
        requireRoom(values?.length ?? 0, length * strideOf(type));
        return same(length, strideOf(type));
      case Type.Utf8:
      case Type.Binary:
      case Type.LargeUtf8:
      case Type.LargeBinary:
        return rangesOf(array, values?.length ?? 0).widths;
      case Type.Utf8View:
      case Type.BinaryView:
        return viewSizes(array);
      case Type.Dictionary:
        return this.#dictionaryCosts(array, depth);
      case Type.RunEndEncoded:
        return this.#runCosts(array, depth);
      case Type.Struct:
        return this.#structCosts(array, depth);
      case Type.FixedSizeList:
        return this.#fixedListCosts(array, depth);
      case Type.List:
      case Type.LargeList:
      case Type.Map:
      case Type.ListView:
      case Type.LargeListView:
        return this.#listCosts(array, depth);
      default:
        requireRoom(values?.length ?? 0, length * wordsOf(type));
        return same(length, 8);
    }
  }

  #dictionaryCosts(array: ArrowArray, depth: number): Float64Array {
    const { dictionary, length, validity, values } = array;
    if (dictionary === undefined) throw broken("a dictionary");
    requireRoom(values?.length ?? 0, length);
    const all = this.#costsOfDictionary(dictionary, depth);
    const isMasked = array.nullCount > 0 && validity !== undefined;
    return same(length, 1).map((one, i) => {
      if (isMasked && isNull(validity, i)) return one;
      const cost = all[Number(values?.[i])];
      if (cost === undefined) throw broken("an index of a dictionary");
      return cost;
    });
  }

  #costsOfDictionary(dictionary: ArrowColumn, depth: number): Float64Array {
    return this.#costsOnce(dictionary, () => {
      const parts = dictionary.data.map((part) =>
        this.#costsOnce(part, () => this.#costs(part, depth + 1))
      );
      return Float64Array.from(parts.flatMap((costs) => [...costs]));
    });
  }

  #costsOnce(of: unknown, costs: () => Float64Array): Float64Array {
    const known = this.#shared.get(of) ?? costs();
    this.#shared.set(of, known);
    return known;
  }

  #runCosts(array: ArrowArray, depth: number): Float64Array {
    const [ends, runs] = childrenOf(array, 2);
    if (ends === undefined || runs === undefined) throw broken("its runs");
    this.#costs(ends, depth + 1);
    const known = this.#costs(runs, depth + 1);
    requireRoom(runs.length, ends.length);
    const costs = new Float64Array(array.length);
    let start = 0;
    for (let run = 0; run < ends.length; run++) {
      const end = Number(ends.values?.[run]);
      if (!(end > start)) throw broken("the end of a run");
      costs.fill(known[run] ?? 1, start, end);
      start = end;
    }
    requireRoom(start, array.length);
    return costs;
  }

  #structCosts(array: ArrowArray, depth: number): Float64Array {
    const costs = same(array.length, 1);
    for (const child of array.children ?? []) {
      requireRoom(child.length, array.length);
      const known = this.#costs(child, depth + 1);
      for (let i = 0; i < costs.length; i++) {
        costs[i] = (costs[i] ?? 0) + (known[i] ?? 0);
      }
    }
    return costs;
  }

  #fixedListCosts(array: ArrowArray, depth: number): Float64Array {
    const { length, type } = array;
    const [child] = childrenOf(array, 1);
    if (child === undefined) throw broken("its lists");
    const stride = strideOf(type);
    requireRoom(child.length, length * stride);
    const upTo = sumsOf(this.#costs(child, depth + 1));
    return same(length, 1).map((one, i) =>
      one + between(upTo, i * stride, (i + 1) * stride)
    );
  }

  #listCosts(array: ArrowArray, depth: number): Float64Array {
    const [child] = childrenOf(array, 1);
    if (child === undefined) throw broken("its lists");
    const { starts, widths } = rangesOf(array, child.length);
    const upTo = sumsOf(this.#costs(child, depth + 1));
    return widths.map((width, i) => {
      const start = starts[i] ?? 0;
      return 1 + between(upTo, start, start + width);
    });
  }

  #tooLarge(): PondError {
    return new PondError(
      "UNSUPPORTED",
      `Cannot read ${this.#source}: its values become more than there is room for`,
      { hint: "divide it, or write it as Parquet" },
    );
  }
}

/** Where the value of each row begins, and how wide it is; checked. */
function rangesOf(
  array: ArrowArray,
  available: number,
): { readonly starts: Float64Array; readonly widths: Float64Array } {
  const { length, offsets, sizes } = array;
  const starts = new Float64Array(length);
  const widths = new Float64Array(length);
  // An array without values may come without offsets.
  if (length === 0) return { starts, widths };
  requireRoom(offsets?.length ?? 0, sizes ? length : length + 1);
  if (sizes) requireRoom(sizes.length, length);
  for (let i = 0; i < length; i++) {
    const start = Number(offsets?.[i]);
    const width = sizes ? Number(sizes[i]) : Number(offsets?.[i + 1]) - start;
    if (!(start >= 0 && width >= 0 && start + width <= available)) {
      throw broken("the place of a value");
    }
    starts[i] = start;
    widths[i] = width;
  }
  return { starts, widths };
}

/** Views have 16 bytes: length, then the value or its beginning, buffer, offset. */
function viewSizes(array: ArrowArray): Float64Array {
  const { length, values } = array;
  const data = (array as { readonly data?: readonly Uint8Array[] }).data ?? [];
  if (!(values instanceof Uint8Array)) throw broken("its views");
  requireRoom(values.length, length * 16);
  const view = new DataView(
    values.buffer,
    values.byteOffset,
    values.byteLength,
  );
  return same(length, 1).map((_, i) => {
    const size = view.getInt32(16 * i, true);
    if (size < 0) throw broken("the length of a view");
    if (size <= 12) return size;
    const buffer = data[view.getInt32(16 * i + 8, true)];
    const offset = view.getInt32(16 * i + 12, true);
    if (buffer === undefined || offset < 0) throw broken("the place of a view");
    requireRoom(buffer.length, offset + size);
    return size;
  });
}

/** How many elements of its buffer a value has. */
function wordsOf(type: DataType): number {
  if (type.typeId !== Type.Decimal) return 1;
  return Math.max(1, type.bitWidth / 64);
}

function strideOf(type: DataType): number {
  const { stride } = type as { readonly stride?: number };
  if (stride === undefined || stride < 0) throw broken("a width");
  return stride;
}

function childrenOf(
  { children }: ArrowArray,
  count: number,
): readonly ArrowArray[] {
  if (children?.length !== count) throw broken("the number of its children");
  return children;
}

function isNull(validity: Uint8Array, i: number): boolean {
  return ((validity[i >> 3] ?? 0) & (1 << (i % 8))) === 0;
}

function same(length: number, cost: number): Float64Array {
  return new Float64Array(length).fill(cost);
}

/** What the values before each one take. */
function sumsOf(costs: Float64Array): Float64Array {
  const sums = new Float64Array(costs.length + 1);
  costs.forEach((cost, i) => sums[i + 1] = (sums[i] ?? 0) + cost);
  return sums;
}

function between(sums: Float64Array, from: number, to: number): number {
  return (sums[to] ?? 0) - (sums[from] ?? 0);
}

function requireRoom(available: number, needed: number): void {
  if (!(needed <= available)) throw broken("the length of a buffer");
}

function broken(what: string): RangeError {
  return new RangeError(`${what} is not right`);
}
