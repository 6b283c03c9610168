/**
 * What differs between two texts, line by line.
 *
 * Myers' O(ND) algorithm in its linear-space form: the middle of a shortest
 * script is found from both ends at once, and what lies on either side of it is
 * compared in turn. A shortest script takes time N·D, so D has a bound: where
 * two stretches differ by more, the lines that each of them has exactly once
 * divide them, and where there are none, one is replaced by the other.
 *
 * @see E. W. Myers, An O(ND) Difference Algorithm and Its Variations, section 4b
 * @module
 */

/** A stretch of lines that another one takes the place of. */
export interface LineChange {
  /** The first line that goes; from 0. */
  readonly oldStart: number;
  /** The line after the last one that goes. */
  readonly oldEnd: number;
  /** The first line that comes. */
  readonly newStart: number;
  /** The line after the last one that comes. */
  readonly newEnd: number;
}

/** Options of comparing. */
export interface LineDiffOptions {
  /**
   * Edits up to which a shortest script is looked for, in each stretch; 2048
   * when left out.
   */
  readonly maxEdits?: number;
}

const MAX_EDITS = 2048;

/**
 * Divides a text into its lines, each with the `\n` at its end; only the last
 * one may lack it.
 */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/**
 * Compares two lists of lines.
 *
 * @returns The changes, in order; between two of them is at least one line that
 *   both texts have.
 */
export function diffLines(
  before: readonly string[],
  after: readonly string[],
  options: LineDiffOptions = {},
): LineChange[] {
  const numbers = new Map<string, number>();
  const old = numbered(before, numbers);
  const now = numbered(after, numbers);
  const comparison = new Comparison(old, now, options.maxEdits ?? MAX_EDITS);
  return comparison.changes();
}

/** Equal lines have equal numbers, which are quick to compare. */
function numbered(
  lines: readonly string[],
  numbers: Map<string, number>,
): Uint32Array {
  return Uint32Array.from(lines, (line) => {
    const known = numbers.get(line) ?? numbers.size;
    numbers.set(line, known);
    return known;
  });
}

/** A part of both texts that is still to be compared. */
interface Box {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** A place in both texts. */
interface Point {
  readonly old: number;
  readonly now: number;
}

/** One comparison, and what it has found. */
class Comparison {
  readonly #old: Uint32Array;
  readonly #now: Uint32Array;
  readonly #maxEdits: number;
  readonly #changes: LineChange[] = [];

  constructor(old: Uint32Array, now: Uint32Array, maxEdits: number) {
    this.#old = old;
    this.#now = now;
    this.#maxEdits = Math.max(1, maxEdits);
  }

  /** A stack in the place of a recursion: depth is bounded by memory only. */
  changes(): LineChange[] {
    const whole = {
      oldStart: 0,
      oldEnd: this.#old.length,
      newStart: 0,
      newEnd: this.#now.length,
    };
    const boxes: Box[] = [whole];
    for (let box = boxes.pop(); box !== undefined; box = boxes.pop()) {
      const rest = this.#trimmed(box);
      if (rest.oldStart === rest.oldEnd || rest.newStart === rest.newEnd) {
        this.#add(rest);
        continue;
      }
      const points = this.#divide(rest);
      if (points.length === 0) this.#add(rest);
      else boxes.push(...partsOf(rest, points).reverse());
    }
    return this.#changes;
  }

  /** Without the lines that both begin and end with. */
  #trimmed({ oldStart, oldEnd, newStart, newEnd }: Box): Box {
    const [old, now] = [this.#old, this.#now];
    while (
      oldStart < oldEnd && newStart < newEnd && old[oldStart] === now[newStart]
    ) {
      oldStart++;
      newStart++;
    }
    while (
      oldStart < oldEnd && newStart < newEnd &&
      old[oldEnd - 1] === now[newEnd - 1]
    ) {
      oldEnd--;
      newEnd--;
    }
    return { oldStart, oldEnd, newStart, newEnd };
  }

  /** Parts come in order, so a change can only go on with the last one. */
  #add(change: Box): void {
    const { oldStart, oldEnd, newStart, newEnd } = change;
    if (oldStart === oldEnd && newStart === newEnd) return;
    const last = this.#changes.at(-1);
    if (last?.oldEnd === oldStart && last.newEnd === newStart) {
      this.#changes[this.#changes.length - 1] = {
        ...last,
        oldEnd,
        newEnd,
      };
    } else this.#changes.push(change);
  }

  /** Where a box is divided: every point lies on a good script through it. */
  #divide(box: Box): readonly Point[] {
    const middle = this.#middle(box);
    return middle === undefined ? this.#anchors(box) : [middle];
  }

  /**
   * A point on a shortest script, half of its edits before it; `undefined` when
   * there are more edits than the bound.
   */
  #middle({ oldStart, oldEnd, newStart, newEnd }: Box): Point | undefined {
    const [height, width] = [oldEnd - oldStart, newEnd - newStart];
    const delta = height - width;
    const most = Math.min(Math.ceil((height + width) / 2), this.#maxEdits);
    const offset = most + 1;
    const forward = new Int32Array(2 * offset + 1);
    const backward = new Int32Array(2 * offset + 1);
    for (let edits = 0; edits <= most; edits++) {
      for (let k = -edits; k <= edits; k += 2) {
        const x = furthest(forward, offset, k, edits);
        const end = this.#follow(oldStart, newStart, x, k, height, width);
        forward[offset + k] = end;
        const other = delta - k;
        if (delta % 2 !== 0 && Math.abs(other) < edits) {
          if (end + at(backward, offset + other) >= height) {
            return { old: oldStart + end, now: newStart + end - k };
          }
        }
      }
      for (let k = -edits; k <= edits; k += 2) {
        const x = furthest(backward, offset, k, edits);
        const end = this.#followBack(oldEnd, newEnd, x, k, height, width);
        backward[offset + k] = end;
        const other = delta - k;
        if (delta % 2 === 0 && Math.abs(other) <= edits) {
          if (end + at(forward, offset + other) >= height) {
            return { old: oldEnd - end, now: newEnd - (end - k) };
          }
        }
      }
    }
    return undefined;
  }

  /** How far equal lines lead down a diagonal. */
  #follow(
    oldStart: number,
    newStart: number,
    x: number,
    k: number,
    height: number,
    width: number,
  ): number {
    const [old, now] = [this.#old, this.#now];
    while (
      x < height && x - k < width && x - k >= 0 &&
      old[oldStart + x] === now[newStart + x - k]
    ) x++;
    return x;
  }

  /** The same from the ends, in lines before them. */
  #followBack(
    oldEnd: number,
    newEnd: number,
    x: number,
    k: number,
    height: number,
    width: number,
  ): number {
    const [old, now] = [this.#old, this.#now];
    while (
      x < height && x - k < width && x - k >= 0 &&
      old[oldEnd - 1 - x] === now[newEnd - 1 - x + k]
    ) x++;
    return x;
  }

  /** Lines that are once in each of the texts, as many as keep their order. */
  #anchors({ oldStart, oldEnd, newStart, newEnd }: Box): readonly Point[] {
    const places = new Map<number, Point | undefined>();
    const seen = onceIn(this.#old, oldStart, oldEnd);
    for (const [line, now] of onceIn(this.#now, newStart, newEnd)) {
      const old = seen.get(line);
      if (old === undefined || old < 0 || now < 0) continue;
      places.set(line, { old, now });
    }
    const common = [...places.values()].filter((point) => point !== undefined);
    return ascending(common.sort((a, b) => a.old - b.old));
  }
}

function at(values: Int32Array, index: number): number {
  return values[index] ?? 0;
}

/** The best start on a diagonal, from its two neighbours. */
function furthest(
  ends: Int32Array,
  offset: number,
  k: number,
  edits: number,
): number {
  if (edits === 0) return 0;
  const [left, right] = [at(ends, offset + k - 1), at(ends, offset + k + 1)];
  const down = k === -edits || (k !== edits && left < right);
  return down ? right : left + 1;
}

/** Where each line is that comes once; -1 for those that come again. */
function onceIn(
  lines: Uint32Array,
  start: number,
  end: number,
): Map<number, number> {
  const places = new Map<number, number>();
  for (let i = start; i < end; i++) {
    const line = lines[i] ?? 0;
    places.set(line, places.has(line) ? -1 : i);
  }
  return places;
}

/** A longest list of points that go on in both texts: patience sorting. */
function ascending(points: readonly Point[]): readonly Point[] {
  const piles: number[] = [];
  const before: (number | undefined)[] = [];
  points.forEach(({ now }, index) => {
    let [low, high] = [0, piles.length];
    while (low < high) {
      const half = (low + high) >> 1;
      const top = points[piles[half] ?? 0];
      if (top !== undefined && top.now < now) low = half + 1;
      else high = half;
    }
    before[index] = low > 0 ? piles[low - 1] : undefined;
    piles[low] = index;
  });
  const found: Point[] = [];
  for (let i = piles.at(-1); i !== undefined; i = before[i]) {
    const point = points[i];
    if (point !== undefined) found.push(point);
  }
  return found.reverse();
}

/** The boxes before, between and after points. */
function partsOf(box: Box, points: readonly Point[]): Box[] {
  const parts: Box[] = [];
  let { oldStart, newStart } = box;
  for (const { old, now } of points) {
    parts.push({ oldStart, oldEnd: old, newStart, newEnd: now });
    [oldStart, newStart] = [old, now];
  }
  parts.push({ ...box, oldStart, newStart });
  return parts;
}
