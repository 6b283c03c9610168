/**
 * The files of a simulated disk: as programs see them, and as they are on the
 * platter.
 *
 * ```text
 * name     what was under it since its directory was flushed: any one of these
 *          is found after a crash, each name for itself
 * bytes    what was flushed, and the writes since: each has reached the platter
 *          whole, up to some byte, in some of its sectors, or not at all
 * time     as a name
 * ```
 *
 * That is all that POSIX promises, and less than most file systems do: they
 * keep the order of changes of names, and make a rename whole or not at all.
 * A program that is right here is right on those, too.
 *
 * A flush that fails gives up what it was to write, and a later one that
 * succeeds says nothing of it: so Linux has it, which takes the pages of a file
 * for clean after an error. The names of a directory lie together: a later
 * change of any of them makes the next flush write all.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";

/** Decides what survives: numbers of at least 0 (nothing) and below 1 (all). */
export type Chance = () => number;

/** Whatever a name leads to. */
export type SimNode = SimFile | SimDirectory | SimLink;

/** What a disk writes at once. */
const SECTOR_BYTES = 512;

/** A value of which the platter has the last flushed state, or a later one. */
class Flushable<T> {
  #current: T;
  #flushed: T;
  /** The states since the flush, in order; the last one is the current one. */
  #later: T[] = [];

  constructor(value: T) {
    this.#current = value;
    this.#flushed = value;
  }

  get current(): T {
    return this.#current;
  }

  set(value: T): void {
    this.#later.push(value);
    this.#current = value;
  }

  flush(): void {
    this.#flushed = this.#current;
    this.#later = [];
  }

  /** The same states, each made another value. */
  map<U>(change: (value: T) => U): Flushable<U> {
    const copy = new Flushable(change(this.#flushed));
    for (const state of this.#later) copy.set(change(state));
    return copy;
  }

  crash(chance: Chance): void {
    const survivors = Math.floor(chance() * (this.#later.length + 1));
    this.#current = this.#flushed;
    for (const state of this.#later.slice(0, survivors)) this.#current = state;
    this.flush();
  }
}

/** A write that a flush has not folded into the flushed bytes. */
interface Write {
  readonly offset: number;
  readonly bytes: Bytes;
  state: "pending" | "flushed" | "given up";
}

/** A regular file, which may have many names. */
export class SimFile {
  readonly type = "file";
  /** The permission bits. */
  mode: number = 0o644;
  #modifiedMs: Flushable<number>;
  /** Replaced by each change, never changed in place: copies share them. */
  #bytes: Bytes;
  #flushed: Bytes;
  #sizeBytes: number;
  #writes: Write[] = [];
  /** Writes that are not in `#bytes` yet: those wait until they are read. */
  #unread: Write[] = [];

  /**
   * @param nowMs Its first modification time.
   * @param bytes What is on the platter.
   */
  constructor(nowMs: number, bytes: Bytes = new Uint8Array(0)) {
    this.#modifiedMs = new Flushable(nowMs);
    this.#bytes = bytes;
    this.#flushed = bytes;
    this.#sizeBytes = bytes.length;
  }

  /** The bytes that programs see; not to be changed. */
  get bytes(): Bytes {
    if (this.#unread.length > 0) {
      this.#bytes = written(this.#bytes, this.#unread);
      this.#unread = [];
    }
    return this.#bytes;
  }

  /** How many bytes programs see. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The modification time that programs see. */
  get modifiedMs(): number {
    return this.#modifiedMs.current;
  }

  /** Writes a copy of bytes, which also sets the time. */
  write(offset: number, bytes: Uint8Array, nowMs: number): void {
    const write: Write = { offset, bytes: bytes.slice(), state: "pending" };
    this.#writes.push(write);
    this.#unread.push(write);
    this.#sizeBytes = Math.max(this.#sizeBytes, offset + bytes.length);
    this.#modifiedMs.set(nowMs);
  }

  /** Sets the time. */
  setModified(modifiedMs: number): void {
    this.#modifiedMs.set(modifiedMs);
  }

  /** Brings to the platter what no failed flush has given up. */
  flush(): void {
    this.#modifiedMs.flush();
    for (const write of this.#writes) {
      if (write.state === "pending") write.state = "flushed";
    }
    if (this.#writes.some(({ state }) => state !== "flushed")) return;
    this.#flushed = this.bytes;
    this.#writes = [];
  }

  /** The same file on another disk. */
  copy(): SimFile {
    const copy = new SimFile(0);
    copy.mode = this.mode;
    copy.#modifiedMs = this.#modifiedMs.map((modifiedMs) => modifiedMs);
    copy.#bytes = this.bytes;
    copy.#flushed = this.#flushed;
    copy.#sizeBytes = this.#sizeBytes;
    copy.#writes = this.#writes.map((write) => ({ ...write }));
    return copy;
  }

  /** Gives up the writes since the last flush: some may be on the platter. */
  failFlush(): void {
    for (const write of this.#writes) {
      if (write.state === "pending") write.state = "given up";
    }
  }

  /** Makes what is on the platter what programs see. */
  crash(chance: Chance): void {
    this.#modifiedMs.crash(chance);
    for (const write of this.#writes) {
      this.#flushed = write.state === "flushed"
        ? written(this.#flushed, [write])
        : partlyWritten(this.#flushed, write, chance);
    }
    this.#bytes = this.#flushed;
    this.#sizeBytes = this.#bytes.length;
    this.#writes = [];
    this.#unread = [];
  }

  /** Flips a bit, for programs and on the platter. */
  flipBit(bit: number): void {
    const at = bit >> 3;
    if (!(bit >= 0 && at < this.#sizeBytes)) {
      throw new RangeError(
        `Cannot flip bit ${bit}: there are ${this.#sizeBytes} bytes`,
      );
    }
    this.#bytes = flipped(this.bytes, at, bit);
    this.#flushed = flipped(this.#flushed, at, bit);
    this.#writes = this.#writes.map(({ bytes, ...write }) => ({
      ...write,
      bytes: flipped(bytes, at - write.offset, bit),
    }));
  }
}

/** A directory. */
export class SimDirectory {
  readonly type = "directory";
  /** The permission bits. */
  mode: number = 0o755;
  /** The modification time, which stays until it is set. */
  modifiedMs: number;
  readonly #names = new Map<string, Flushable<SimNode | undefined>>();
  /** The names that were changed since the last flush. */
  readonly #changed = new Set<string>();
  #isGivenUp = false;

  /** @param modifiedMs Its modification time. */
  constructor(modifiedMs: number) {
    this.modifiedMs = modifiedMs;
  }

  /** Sets the modification time. */
  setModified(modifiedMs: number): void {
    this.modifiedMs = modifiedMs;
  }

  /** What is under a name. */
  get(name: string): SimNode | undefined {
    return this.#names.get(name)?.current;
  }

  /** The names that programs see, and what they lead to. */
  *entries(): Generator<[name: string, node: SimNode]> {
    for (const [name, { current }] of [...this.#names]) {
      if (current !== undefined) yield [name, current];
    }
  }

  /** Whether programs see no name in it. */
  get isEmpty(): boolean {
    return this.entries().next().done === true;
  }

  /** Puts something under a name; `undefined` removes the name. */
  set(name: string, node: SimNode | undefined): void {
    const state = this.#names.get(name) ?? new Flushable(undefined);
    state.set(node);
    this.#names.set(name, state);
    this.#changed.add(name);
    this.#isGivenUp = false;
  }

  /** Puts something under a name on the platter, too. */
  plant(name: string, node: SimNode | undefined): void {
    if (node === undefined) this.#names.delete(name);
    else this.#names.set(name, new Flushable<SimNode | undefined>(node));
  }

  /** Brings the names to the platter, unless a failed flush gave them up. */
  flush(): void {
    if (this.#isGivenUp) return;
    for (const name of this.#changed) {
      const state = this.#names.get(name);
      if (state?.current === undefined) this.#names.delete(name);
      else state.flush();
    }
    this.#changed.clear();
  }

  /**
   * The same directory, and all that is below it, on another disk.
   *
   * @param copies What was copied already: a file with two names is one file.
   */
  copy(copies: Map<SimNode, SimNode> = new Map()): SimDirectory {
    const copy = new SimDirectory(this.modifiedMs);
    copy.mode = this.mode;
    copies.set(this, copy);
    const copied = (node: SimNode | undefined) =>
      node && (copies.get(node) ?? copyOf(node, copies));
    for (const [name, state] of this.#names) {
      copy.#names.set(name, state.map(copied));
    }
    for (const name of this.#changed) copy.#changed.add(name);
    copy.#isGivenUp = this.#isGivenUp;
    return copy;
  }

  /** Gives up the names until one of them is changed. */
  failFlush(): void {
    this.#isGivenUp = true;
  }

  /**
   * Makes what is on the platter what programs see, here and below.
   *
   * @param seen What has a name already. A directory can't have two: the first
   *   is kept, as by a check of the file system.
   */
  crash(chance: Chance, seen: Set<SimNode> = new Set()): void {
    this.#isGivenUp = false;
    this.#changed.clear();
    for (const [name, state] of [...this.#names]) {
      state.crash(chance);
      const node = state.current;
      const isSeen = node !== undefined && seen.has(node);
      if (node === undefined || (isSeen && node.type === "directory")) {
        this.#names.delete(name);
        continue;
      }
      if (isSeen) continue;
      seen.add(node);
      if (node.type !== "symlink") node.crash(chance, seen);
    }
  }
}

/** A symbolic link, which is whole wherever its name is. */
export class SimLink {
  readonly type = "symlink";
  /** The permission bits. */
  readonly mode = 0o777;
  /** The modification time. */
  modifiedMs: number;
  /** Where it leads, as it was written. */
  readonly target: string;

  /** @param target Where it leads. */
  constructor(modifiedMs: number, target: string) {
    this.modifiedMs = modifiedMs;
    this.target = target;
  }

  /** The same link, on another disk. */
  copy(): SimLink {
    return new SimLink(this.modifiedMs, this.target);
  }

  /** Sets the modification time. */
  setModified(modifiedMs: number): void {
    this.modifiedMs = modifiedMs;
  }
}

function copyOf(node: SimNode, copies: Map<SimNode, SimNode>): SimNode {
  if (node.type === "directory") return node.copy(copies);
  const copy = node.copy();
  copies.set(node, copy);
  return copy;
}

/** A copy with writes made, one after the other. */
function written(
  before: Bytes,
  writes: readonly Pick<Write, "offset" | "bytes">[],
): Bytes {
  const ends = writes.map(({ offset, bytes }) => offset + bytes.length);
  const length = ends.reduce((a, b) => Math.max(a, b), before.length);
  const after = new Uint8Array(length);
  after.set(before);
  for (const { offset, bytes } of writes) after.set(bytes, offset);
  return after;
}

function partlyWritten(before: Bytes, write: Write, chance: Chance): Bytes {
  const { offset, bytes } = write;
  switch (Math.floor(chance() * 4)) {
    case 0:
      return before;
    case 1: {
      const length = Math.floor(chance() * (bytes.length + 1));
      return written(before, [{ offset, bytes: bytes.subarray(0, length) }]);
    }
    case 2:
      return sectorsWritten(before, write, chance);
    default:
      return written(before, [write]);
  }
}

/** The length is new; of the sectors, some are, others are old or zeros. */
function sectorsWritten(
  before: Bytes,
  { offset, bytes }: Write,
  chance: Chance,
): Bytes {
  const end = offset + bytes.length;
  const after = new Uint8Array(Math.max(before.length, end));
  after.set(before);
  for (let at = offset; at < end;) {
    const next = Math.min(end, at - at % SECTOR_BYTES + SECTOR_BYTES);
    const part = bytes.subarray(at - offset, next - offset);
    if (chance() < 0.5) after.set(part, at);
    at = next;
  }
  return after;
}

/** A copy with a bit of one byte flipped; the same where there is no such byte. */
function flipped(bytes: Bytes, at: number, bit: number): Bytes {
  const byte = bytes[at];
  if (byte === undefined) return bytes;
  const write = { offset: at, bytes: Uint8Array.of(byte ^ (1 << (bit & 7))) };
  return written(bytes, [write]);
}
