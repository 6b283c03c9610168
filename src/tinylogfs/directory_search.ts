/**
 * Names in a large directory, looked up in its log without loading it.
 *
 * ```text
 * newest record    metadata.log: how many entries there are, and the version of
 *                  the last snapshot: no older record counts
 * the others       the first one, from the newest back, with a row of the name
 *                  has its entry; row groups say which names they may have
 * ```
 *
 * What was found is remembered as long as there is room for it, and what commits
 * of this process change until it is too much: no record that is looked through
 * has that.
 *
 * @module
 */
import type { DirectoryEntry, OplogEntry, OplogTable } from "../oplog/mod.ts";
import { DirectoryBatch } from "../oplog/record.ts";
import { type LogPosition, parseAttributes } from "./attributes.ts";
import {
  type DirectoryHead,
  type DirectoryRecord,
  directoryRecords,
  headOf,
} from "./directory_record.ts";

/** More changed names than this are not remembered. */
const MAX_CHANGED = 4096;

/** A committed directory of which some names were looked up. */
export interface SearchedDirectory extends DirectoryHead {
  readonly isWhole: false;
  /** The entries of these names, as far as there are any. */
  readonly entries: ReadonlyMap<string, DirectoryEntry>;
  /** How many entries there are in all. */
  readonly entryCount: number;
}

/** A large directory at a version, and what has become known of its names. */
export class DirectorySearch {
  /** How many names were asked for so far. */
  asked = 0;
  readonly #table: OplogTable;
  readonly #partId: string;
  /** Records up to this version are looked through. */
  readonly #version: number;
  /** What commits after this version have changed. */
  readonly #changed = new Map<string, DirectoryEntry | undefined>();
  /** What was found, or isn't there; the least recently asked for first. */
  readonly #found = new Map<string, DirectoryEntry | undefined>();
  #head: DirectoryHead;
  #entryCount: number;

  /**
   * @param table The oplog.
   * @param partId The directory.
   * @param newest The newest record at the version that is looked at.
   * @param log What it says of the log.
   */
  constructor(
    table: OplogTable,
    partId: string,
    { entry, record }: DirectoryRecord,
    log: LogPosition,
  ) {
    this.#table = table;
    this.#partId = partId;
    this.#version = record.version;
    this.#head = headAt(entry, record, log);
    this.#entryCount = log.entries;
  }

  /** How many entries the directory has. */
  get entryCount(): number {
    return this.#entryCount;
  }

  /** How many names are remembered. */
  get nameCount(): number {
    return this.#changed.size + this.#found.size;
  }

  /** Forgets names that were found: so many, the least recently asked for. */
  forget(count: number): void {
    let left = count;
    for (const name of this.#found.keys()) {
      if (left-- <= 0) return;
      this.#found.delete(name);
    }
  }

  /** Looks up names. */
  async find(names: readonly string[]): Promise<SearchedDirectory> {
    this.asked += names.length;
    const found = new Map<string, DirectoryEntry | undefined>();
    for (const name of names) found.set(name, await this.#entryOf(name));
    const entries = new Map<string, DirectoryEntry>();
    for (const [name, earlier] of found) {
      // A commit that came in between knows better.
      const entry = this.#changed.has(name) ? this.#changed.get(name) : earlier;
      if (entry !== undefined) entries.set(name, entry);
    }
    return {
      ...this.#head,
      isWhole: false,
      entries,
      entryCount: this.#entryCount,
    };
  }

  /**
   * Brings it up to a commit of this process: O(changes).
   *
   * @param entry The directory's record in it.
   * @param version The commit's.
   * @param rows What it has changed.
   * @returns Whether it can be: not after a snapshot, nor when there is too much
   *   to remember.
   */
  advance(
    entry: OplogEntry,
    version: number,
    rows: readonly DirectoryEntry[],
  ): boolean {
    const { log, snapshot } = parseAttributes(entry.metadata, this.#partId);
    const isTooMuch = this.#changed.size + rows.length > MAX_CHANGED;
    if (log === undefined || snapshot || isTooMuch) return false;
    this.#head = headAt(entry, { source: this.#partId, version }, log);
    this.#entryCount = log.entries;
    for (const row of rows) {
      this.#found.delete(row.name);
      this.#changed.set(row.name, row.operation === "delete" ? undefined : row);
    }
    return true;
  }

  /**
   * All entries, ordered by name, each decoded when it is its turn. In memory are
   * their names, and the rows as they are stored.
   */
  async list(): Promise<Iterable<DirectoryEntry>> {
    const { snapshotVersion: minVersion, version: maxVersion } = this.#head;
    const batches: DirectoryBatch[] = [];
    /** The newest row of each name, by its number in all batches. */
    const newest = new Map<string, number>();
    const range = { minVersion, maxVersion };
    const records = directoryRecords(this.#table, this.#partId, range);
    for await (const { entry: { content }, record } of records) {
      if (content === null) continue;
      const batch = new DirectoryBatch(content, record.source);
      addNewest(newest, batch, batches.length);
      batches.push(batch);
    }
    return entriesOf(batches, newest);
  }

  async #entryOf(name: string): Promise<DirectoryEntry | undefined> {
    if (this.#changed.has(name)) return this.#changed.get(name);
    const entry = this.#found.has(name)
      ? this.#found.get(name)
      : await this.#findOne(name);
    this.#found.delete(name);
    if (!this.#changed.has(name)) this.#found.set(name, entry);
    return entry;
  }

  async #findOne(name: string): Promise<DirectoryEntry | undefined> {
    const range = {
      name,
      minVersion: this.#head.snapshotVersion,
      maxVersion: this.#version,
    };
    const records = directoryRecords(this.#table, this.#partId, range);
    for await (const { entry: { content }, record } of records) {
      if (content === null) continue;
      const row = new DirectoryBatch(content, record.source).find(name);
      if (row === undefined) continue;
      return row.operation === "delete" ? undefined : row;
    }
    return undefined;
  }
}

function headAt(
  entry: OplogEntry,
  at: Parameters<typeof headOf>[1],
  { changes, since }: LogPosition,
): DirectoryHead {
  const log = { changesSinceSnapshot: changes, snapshotVersion: since };
  return headOf(entry, at, log);
}

/** Rows of a record are numbered from its number times this on. */
const MAX_ROWS = 2 ** 31;

/** A name that was taken out. */
const GONE = -1;

/** Takes note of the names of a record that no newer one has. */
function addNewest(
  newest: Map<string, number>,
  batch: DirectoryBatch,
  number: number,
): void {
  const gone = new Set(batch.deletions());
  batch.names().forEach((name, row) => {
    if (newest.has(name)) return;
    newest.set(name, gone.has(row) ? GONE : number * MAX_ROWS + row);
  });
}

function* entriesOf(
  batches: readonly DirectoryBatch[],
  newest: ReadonlyMap<string, number>,
): Generator<DirectoryEntry> {
  for (const name of [...newest.keys()].sort()) {
    const at = newest.get(name) ?? GONE;
    const batch = batches[Math.floor(at / MAX_ROWS)];
    if (batch !== undefined) yield batch.entry(at % MAX_ROWS);
  }
}
