/**
 * Readings on their way to a part of a series: sorted out, put into rows by
 * their times, and written as Parquet.
 *
 * ```text
 * Timestamp                    microseconds, UTC, never null, once each
 * <scope>.<parameter>.<unit>   numbers, null where there was no reading
 * ```
 *
 * A reading takes 16 bytes while it waits: times and values are in typed arrays,
 * one pair a column.
 *
 * @module
 */
import { ParquetWriteStream, type TypedCell } from "../oplog/mod.ts";

/** The column of the times. */
export const TIME_COLUMN = "Timestamp";

/** Rows of a row group. */
const GROUP_ROWS = 16_384;

/** Readings that a column has room for at first. */
const FIRST_ROOM = 1024;

/** Why a reading is not a row. */
export type AsideReason = "clock" | "duplicate" | "early" | "order" | "range";

/** Readings of one series that come in one run. */
export class Readings {
  readonly #columns = new Map<string, Column>();
  #length = 0;
  #fromUs = Infinity;
  #toUs = -Infinity;

  /** How many there are. */
  get length(): number {
    return this.#length;
  }

  /** The earliest time, microseconds since the epoch, UTC. */
  get fromUs(): number {
    return this.#fromUs;
  }

  /** The latest time. */
  get toUs(): number {
    return this.#toUs;
  }

  /** Adds a reading. */
  add(column: string, timeUs: number, value: number): void {
    let known = this.#columns.get(column);
    if (known === undefined) {
      known = new Column();
      this.#columns.set(column, known);
    }
    known.add(timeUs, value);
    this.#length++;
    if (timeUs < this.#fromUs) this.#fromUs = timeUs;
    if (timeUs > this.#toUs) this.#toUs = timeUs;
  }

  /**
   * Puts the readings in the order of their times.
   *
   * @param duplicate Is told of readings of which there is another one with the
   *   same column and time: the first that came stays.
   */
  rows(
    duplicate: (column: string, timeUs: number, value: number) => void,
  ): ReadingRows {
    const columns = [...this.#columns].sort(([a], [b]) => a < b ? -1 : 1)
      .map(([name, column]) => {
        const sorted = column.sorted((timeUs, value) =>
          duplicate(name, timeUs, value)
        );
        return { name, ...sorted };
      });
    return new ReadingRows(unionOf(columns.map(({ times }) => times)), columns);
  }
}

/** A column in the order of its times, each of which is there once. */
interface SortedColumn {
  readonly name: string;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** Readings as rows. */
export class ReadingRows {
  readonly #times: Float64Array;
  readonly #columns: readonly SortedColumn[];

  /** @ignore */
  constructor(times: Float64Array, columns: readonly SortedColumn[]) {
    this.#times = times;
    this.#columns = columns;
  }

  /** How many rows. */
  get length(): number {
    return this.#times.length;
  }

  /** Their times in order, microseconds since the epoch, UTC. */
  get times(): Iterable<number> {
    return this.#times;
  }

  /** Writes the rows as a Parquet file, a row group at a time. */
  async *parquet(signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const file = await ParquetWriteStream.open([
      { name: TIME_COLUMN, kind: { kind: "timestamp", zoned: true } },
      ...this.#columns.map(({ name }) =>
        ({ name, kind: { kind: "double" } }) as const
      ),
    ]);
    const next = this.#columns.map(() => 0);
    for (let from = 0; from < this.#times.length; from += GROUP_ROWS) {
      signal?.throwIfAborted();
      const times = this.#times.subarray(from, from + GROUP_ROWS);
      yield file.append([
        Array.from(times, (timeUs) => BigInt(timeUs)),
        ...this.#columns.map((column, i) => {
          const cells = cellsOf(column, times, next[i] ?? 0);
          next[i] = cells.next;
          return cells.values;
        }),
      ]);
    }
    yield file.finish();
  }
}

/** The values of a column at some of the times. */
function cellsOf(
  { times: own, values }: SortedColumn,
  times: Float64Array,
  from: number,
): { readonly values: readonly TypedCell[]; readonly next: number } {
  let next = from;
  const cells = Array.from(times, (timeUs) => {
    if (own[next] !== timeUs) return null;
    return values[next++] ?? null;
  });
  return { values: cells, next };
}

/** Times and values that grow. */
class Column {
  #times = new Float64Array(FIRST_ROOM);
  #values = new Float64Array(FIRST_ROOM);
  #length = 0;
  #isSorted = true;

  add(timeUs: number, value: number): void {
    const i = this.#length;
    if (i === this.#times.length) {
      this.#times = enlarged(this.#times);
      this.#values = enlarged(this.#values);
    }
    // Equal times are no order either: they are duplicates.
    if (i > 0 && timeUs <= (this.#times[i - 1] ?? 0)) this.#isSorted = false;
    this.#times[i] = timeUs;
    this.#values[i] = value;
    this.#length = i + 1;
  }

  sorted(
    duplicate: (timeUs: number, value: number) => void,
  ): { readonly times: Float64Array; readonly values: Float64Array } {
    const times = this.#times.subarray(0, this.#length);
    const values = this.#values.subarray(0, this.#length);
    if (this.#isSorted) return { times, values };
    const order = Uint32Array.from(times, (_, i) => i).sort((a, b) =>
      (times[a] ?? 0) - (times[b] ?? 0) || a - b
    );
    const sorted = {
      times: new Float64Array(order.length),
      values: new Float64Array(order.length),
    };
    let length = 0;
    for (const i of order) {
      const [timeUs = 0, value = 0] = [times[i], values[i]];
      if (length > 0 && sorted.times[length - 1] === timeUs) {
        duplicate(timeUs, value);
        continue;
      }
      sorted.times[length] = timeUs;
      sorted.values[length] = value;
      length++;
    }
    return {
      times: sorted.times.subarray(0, length),
      values: sorted.values.subarray(0, length),
    };
  }
}

function enlarged(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}

/** All times, each once, in order. */
function unionOf(all: readonly Float64Array[]): Float64Array {
  const [first] = all;
  if (first === undefined) return new Float64Array();
  const isSame = all.every((times) =>
    times.length === first.length && times.every((it, i) => it === first[i])
  );
  // As most instruments have it.
  if (isSame) return first;
  const times = new Float64Array(
    all.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of all) {
    times.set(part, at);
    at += part.length;
  }
  times.sort();
  let length = 0;
  for (let i = 0; i < times.length; i++) {
    const time = times[i] ?? 0;
    if (length > 0 && times[length - 1] === time) continue;
    times[length++] = time;
  }
  return times.subarray(0, length);
}
