/**
 * Directories as they are committed, loaded when they are needed.
 *
 * The cache holds whole directories and is bounded by the number of entries in
 * them; the least recently used go first. A directory that a transaction or an
 * iteration still holds lives on outside the cache.
 *
 * @module
 */
import { IntegrityError } from "../errors.ts";
import type { Clock } from "../host/host.ts";
import {
  applyRows,
  type DirectoryChange,
  EMPTY_DIRECTORY,
  foldDirectory,
} from "../oplog/directory_log.ts";
import type {
  DirectoryEntry,
  OplogEntry,
  OplogTable,
  PartitionRecord,
} from "../oplog/mod.ts";
import { decodeDirectoryEntries } from "../oplog/record.ts";
import {
  type Attributes,
  type NodePlace,
  parseAttributes,
} from "./attributes.ts";

/** A committed directory. */
export interface CommittedDirectory {
  /** Whether the directory exists: it was created, and not deleted since. */
  readonly exists: boolean;
  /** The entries, by name. */
  readonly entries: ReadonlyMap<string, DirectoryEntry>;
  /** Rows of changes since the last snapshot in its log. */
  readonly changesSinceSnapshot: number;
  /** Version of the newest transaction that wrote a record about it. */
  readonly version: number;
  /** The directory's own version: 1 when created, one more with each move. */
  readonly nodeVersion: number;
  /** When it was created, microseconds since the epoch, UTC. */
  readonly createdUs: number;
  /** When its entries last changed, microseconds since the epoch, UTC. */
  readonly modifiedUs: number;
  /** The POSIX permission bits. */
  readonly mode: number;
  /** What users have set. */
  readonly attributes: Attributes["attributes"];
  /** Where it is; the root is nowhere. */
  readonly place: NodePlace | undefined;
  /** When it was read, microseconds since the epoch, UTC. */
  readonly loadedUs: number;
  /**
   * Who must not see it change: a commit then puts another one in its place. It
   * changes, and costs what the commit does, where there is nobody.
   */
  readonly pins: Set<object>;
}

/** What a directory's own row says of it. */
export function attributesOf(directory: CommittedDirectory): Attributes {
  const { attributes, createdUs, mode, modifiedUs } = directory;
  return {
    createdUs,
    modifiedUs,
    sizeBytes: 0,
    mode,
    ...(attributes ? { attributes } : {}),
  };
}

/** Sorted once for each change of a directory in memory. */
const SORTED = new WeakMap<
  CommittedDirectory["entries"],
  readonly DirectoryEntry[]
>();

/** The entries of a committed directory, ordered by name. */
export function sortedEntries(
  { entries }: CommittedDirectory,
): readonly DirectoryEntry[] {
  let sorted = SORTED.get(entries);
  if (sorted === undefined) {
    sorted = [...entries.values()].sort((a, b) => a.name < b.name ? -1 : 1);
    SORTED.set(entries, sorted);
  }
  return sorted;
}

/** What a commit did to one directory. */
export interface CommittedChange {
  /** The directory: 32 hexadecimal digits. */
  readonly partId: string;
  /** Its record in the commit. */
  readonly entry: OplogEntry;
  /** The rows of the record that changed entries (no snapshot's others). */
  readonly rows: readonly DirectoryEntry[];
  /** Whether the record is a snapshot. */
  readonly snapshot: boolean;
}

/** Directories that a transaction is made on. */
export interface Directories {
  /** Loads a directory; one that has no record is empty and doesn't exist. */
  load(partId: string): Promise<CommittedDirectory>;
  /** A directory, if it is in memory; that doesn't count as its use. */
  peek(partId: string): CommittedDirectory | undefined;
  /** Goes on to the newest version that the table knows. */
  advance(): void;
}

/** The committed directories of a pond at a version. */
export class DirectoryCache implements Directories {
  readonly #table: OplogTable;
  readonly #clock: Clock;
  readonly #maxVersion: number | undefined;
  readonly #maxEntries: number;
  /** In the order of last use: a Map iterates in insertion order. */
  readonly #cached = new Map<string, MutableDirectory>();
  readonly #loading = new Map<string, Promise<MutableDirectory>>();
  #entryCount = 0;
  /** The bound of history for which the version is known to be kept. */
  #keptSince = 0;

  /**
   * @param table The oplog.
   * @param clock Tells when a directory was loaded.
   * @param maxEntries The bound; the directory just loaded always stays.
   * @param maxVersion The version to look at; the newest when left out.
   */
  constructor(
    table: OplogTable,
    clock: Clock,
    maxEntries: number,
    maxVersion?: number,
  ) {
    this.#table = table;
    this.#clock = clock;
    this.#maxEntries = maxEntries;
    this.#maxVersion = maxVersion;
  }

  /** Entries in the cache. */
  get entryCount(): number {
    return this.#entryCount;
  }

  /** Loads a directory; one that has no record is empty and doesn't exist. */
  async load(partId: string): Promise<CommittedDirectory> {
    const version = this.#maxVersion ?? Number.MAX_SAFE_INTEGER;
    if (version < this.#table.wholeSince) await this.#requireState(version);
    const cached = this.#cached.get(partId);
    if (cached !== undefined) {
      this.#cached.delete(partId);
      this.#cached.set(partId, cached);
      return cached;
    }
    const running = this.#loading.get(partId);
    if (running !== undefined) return await running;
    const loading = this.#read(partId);
    this.#loading.set(partId, loading);
    try {
      const directory = await loading;
      // A refresh that came in between has taken this load out: the caller
      // gets what it asked for, the cache doesn't keep it.
      if (this.#loading.get(partId) === loading) this.#keep(partId, directory);
      return directory;
    } finally {
      if (this.#loading.get(partId) === loading) this.#loading.delete(partId);
    }
  }

  /** A directory, if it is in memory; that doesn't count as its use. */
  peek(partId: string): CommittedDirectory | undefined {
    return this.#cached.get(partId);
  }

  /** Does nothing: what the table learns, it is told directory by directory. */
  advance(): void {}

  /** Brings a cached directory up to a commit of this process: O(changes). */
  applyCommit(change: CommittedChange, version: number): void {
    const cached = this.#ownOf(change.partId);
    this.#loading.delete(change.partId);
    if (cached === undefined) return;
    const attributes = parseAttributes(change.entry.metadata, change.partId);
    const before = cached.entries.size;
    applyRows(cached.entries, change.rows);
    SORTED.delete(cached.entries);
    this.#entryCount += cached.entries.size - before;
    cached.changesSinceSnapshot = change.snapshot
      ? 0
      : cached.changesSinceSnapshot + change.rows.length;
    cached.exists = change.entry.operation !== "delete";
    cached.version = version;
    cached.nodeVersion = change.entry.nodeVersion;
    cached.createdUs = attributes.createdUs;
    cached.modifiedUs = attributes.modifiedUs;
    cached.mode = attributes.mode;
    cached.attributes = attributes.attributes;
    cached.place = attributes.place;
  }

  /** Forgets directories that another writer changed, or all of them. */
  invalidate(partIds: Iterable<string> | "all"): void {
    if (partIds === "all") {
      this.#cached.clear();
      this.#loading.clear();
      this.#entryCount = 0;
      return;
    }
    for (const partId of partIds) {
      this.#loading.delete(partId);
      const cached = this.#cached.get(partId);
      if (cached === undefined) continue;
      this.#cached.delete(partId);
      this.#entryCount -= cached.entries.size;
    }
  }

  /**
   * What is in memory of a version that was dropped meanwhile points to rows
   * that are gone.
   */
  async #requireState(version: number): Promise<void> {
    const { wholeSince } = this.#table;
    if (this.#keptSince === wholeSince) return;
    const { requireState } = await import("./kept_history.ts");
    await requireState(this.#table, version);
    this.#keptSince = wholeSince;
  }

  /** A cached directory that nobody else holds as it is. */
  #ownOf(partId: string): MutableDirectory | undefined {
    const cached = this.#cached.get(partId);
    if (cached === undefined || cached.pins.size === 0) return cached;
    const entries = new Map(cached.entries);
    const own = { ...cached, entries, pins: new Set<object>() };
    this.#cached.set(partId, own);
    return own;
  }

  #keep(partId: string, directory: MutableDirectory): void {
    this.#cached.set(partId, directory);
    this.#entryCount += directory.entries.size;
    for (const [oldest, { entries }] of this.#cached) {
      if (this.#entryCount <= this.#maxEntries || oldest === partId) break;
      this.#cached.delete(oldest);
      this.#entryCount -= entries.size;
    }
  }

  async #read(partId: string): Promise<MutableDirectory> {
    const changes: DirectoryChange[] = [];
    let newest: { record: PartitionRecord; entry: OplogEntry } | undefined;
    const options = this.#maxVersion === undefined
      ? {}
      : { maxVersion: this.#maxVersion };
    for await (const record of this.#table.readPartition(partId, options)) {
      const entry = directoryEntryOf(record);
      if (entry === undefined) continue;
      newest ??= { record, entry };
      const change = changeOf(entry, record.source);
      changes.push(change);
      if (change.snapshot) break;
    }
    if (newest === undefined) return emptyDirectory(this.#clock.nowUs());
    const attributes = parseAttributes(
      newest.entry.metadata,
      newest.record.source,
    );
    const folded = foldDirectory(changes);
    return {
      exists: newest.entry.operation !== "delete",
      entries: new Map(folded.entries),
      changesSinceSnapshot: folded.changesSinceSnapshot,
      version: newest.record.version,
      nodeVersion: newest.entry.nodeVersion,
      createdUs: attributes.createdUs,
      modifiedUs: attributes.modifiedUs,
      mode: attributes.mode,
      attributes: attributes.attributes,
      place: attributes.place,
      loadedUs: this.#clock.nowUs(),
      pins: new Set(),
    };
  }
}

type MutableDirectory =
  & { -readonly [K in keyof CommittedDirectory]: CommittedDirectory[K] }
  & { entries: Map<string, DirectoryEntry> };

function emptyDirectory(loadedUs: number): MutableDirectory {
  return {
    exists: false,
    entries: new Map(EMPTY_DIRECTORY.entries),
    changesSinceSnapshot: 0,
    version: -1,
    nodeVersion: 0,
    createdUs: 0,
    modifiedUs: 0,
    mode: 0,
    attributes: undefined,
    place: undefined,
    loadedUs,
    pins: new Set(),
  };
}

/**
 * A partition has at most one directory record in a transaction: the last row
 * about the directory. Those before it tell what else was done with it.
 */
function directoryEntryOf(record: PartitionRecord): OplogEntry | undefined {
  return record.lastOf(record.partId, "directory");
}

/**
 * Reads the entries that a directory's row changes.
 *
 * @param entry The row.
 * @param source The file it comes from, for the error.
 */
export function changeOf(entry: OplogEntry, source: string): DirectoryChange {
  if (entry.operation === "delete") return { snapshot: true, rows: [] };
  if (entry.content === null) {
    throw new IntegrityError(
      source,
      `directory ${entry.nodeId} has no content`,
    );
  }
  const { snapshot } = parseAttributes(entry.metadata, source);
  return {
    snapshot: snapshot === true,
    rows: decodeDirectoryEntries(entry.content, source),
  };
}
