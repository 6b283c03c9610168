/**
 * Directories as they are committed, loaded when they are needed.
 *
 * The cache holds whole directories, and of larger ones the names that were looked
 * up. It is bounded by the number of entries and names; the least recently used go
 * first. A directory that a transaction or an iteration still holds lives on
 * outside the cache.
 *
 * @module
 */
import type { Clock } from "../host/host.ts";
import {
  applyRows,
  type DirectoryChange,
  EMPTY_DIRECTORY,
  foldDirectory,
} from "../oplog/directory_log.ts";
import type { DirectoryEntry, OplogEntry, OplogTable } from "../oplog/mod.ts";
import {
  type Attributes,
  parseAttributes,
  type ViewMark,
} from "./attributes.ts";
import {
  changeOf,
  type DirectoryHead,
  type DirectoryRecord,
  directoryRecords,
  headOf,
} from "./directory_record.ts";
import type { DirectorySearch, SearchedDirectory } from "./directory_search.ts";

/** A committed directory. */
export interface CommittedDirectory extends DirectoryHead {
  readonly isWhole: true;
  /** The entries, by name. */
  readonly entries: ReadonlyMap<string, DirectoryEntry>;
  /** When it was read, microseconds since the epoch, UTC. */
  readonly loadedUs: number;
  /**
   * Who must not see it change: a commit then puts another one in its place. It
   * changes, and costs what the commit does, where there is nobody.
   */
  readonly pins: Set<object>;
}

/** More names than this are looked up by loading the directory. */
const MAX_SEARCHED_NAMES = 64;

/** So many directories that aren't loaded are remembered, by what was found. */
const MAX_SEARCHES = 64;

/** Names of directories that aren't loaded take this part of the cache at most. */
const NAMES_PART = 1 / 4;

/** A committed directory, or what was looked up in it. */
export type FoundDirectory = CommittedDirectory | SearchedDirectory;

/** How many entries a directory has. */
export function entryCountOf(directory: FoundDirectory): number {
  return directory.isWhole ? directory.entries.size : directory.entryCount;
}

/** What a directory's own row says of it. */
export function attributesOf(directory: DirectoryHead): Attributes {
  const { attributes, createdUs, mode, modifiedUs, view } = directory;
  return {
    createdUs,
    modifiedUs,
    sizeBytes: 0,
    mode,
    ...(attributes ? { attributes } : {}),
    ...(view ? { view } : {}),
  };
}

/** Sorted once for each change of a directory in memory. */
const SORTED = new WeakMap<
  CommittedDirectory["entries"],
  readonly DirectoryEntry[]
>();

/** The entries of a directory, with the mark of a view, which has none. */
export type ListedEntries = Iterable<DirectoryEntry> & {
  readonly view?: ViewMark;
};

/** The entries of a committed directory, ordered by name. */
export function sortedEntries(
  { entries, view }: CommittedDirectory,
): ListedEntries {
  if (view !== undefined) return Object.assign([], { view });
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

/** Options of listing a directory. */
export interface ListOptions {
  /**
   * Whether it is one of many on a walk: then what is in memory stays there, and
   * makes no room for it.
   */
  readonly passing?: boolean;
}

/** Directories that a transaction is made on. */
export interface Directories {
  /** Loads a directory; one that has no record is empty and doesn't exist. */
  load(partId: string): Promise<CommittedDirectory>;
  /**
   * Looks up names in a directory, if any: in one that isn't in memory, and has
   * far more, without loading it.
   */
  find(partId: string, names: readonly string[]): Promise<FoundDirectory>;
  /**
   * The entries of a directory, ordered by name: of one that has no place in
   * memory, each is decoded when it is its turn.
   */
  list(
    partId: string,
    options?: ListOptions,
  ): Promise<ListedEntries>;
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
  /** Large directories that aren't loaded, in the order of last use. */
  readonly #searches = new Map<string, DirectorySearch>();
  #entryCount = 0;
  #nameCount = 0;
  /** Grows with all that changes directories: what was begun before is old. */
  #changes = 0;
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

  /** Entries of directories in the cache. */
  get entryCount(): number {
    return this.#entryCount;
  }

  /** What counts for the bound: entries, and names that were looked up. */
  get size(): number {
    return this.#entryCount + this.#nameCount;
  }

  /** Loads a directory; one that has no record is empty and doesn't exist. */
  async load(partId: string): Promise<CommittedDirectory> {
    await this.#requireState();
    return await this.#load(partId);
  }

  async #load(
    partId: string,
    { passing = false }: ListOptions = {},
  ): Promise<CommittedDirectory> {
    const cached = this.#used(partId);
    if (cached !== undefined) return cached;
    const running = this.#loading.get(partId);
    if (running !== undefined) return await running;
    const loading = this.#read(partId);
    this.#loading.set(partId, loading);
    try {
      const directory = await loading;
      // A refresh that came in between has taken this load out: the caller
      // gets what it asked for, the cache doesn't keep it.
      const isCurrent = this.#loading.get(partId) === loading;
      const size = this.size + directory.entries.size;
      const hasPlace = !passing || size <= this.#maxEntries;
      if (isCurrent && hasPlace) this.#keep(partId, directory);
      return directory;
    } finally {
      if (this.#loading.get(partId) === loading) this.#loading.delete(partId);
    }
  }

  /** Looks up names, without loading a large directory for a few of them. */
  async find(
    partId: string,
    names: readonly string[],
  ): Promise<FoundDirectory> {
    await this.#requireState();
    const cached = this.#used(partId);
    if (cached !== undefined) return cached;
    if (!this.#loading.has(partId) && names.length <= MAX_SEARCHED_NAMES) {
      const search = await this.#search(partId);
      if (search !== undefined && this.#isWorthIt(search)) {
        const found = await search.find(names);
        this.#makeRoom(search);
        return found;
      }
    }
    return await this.load(partId);
  }

  /** All entries, without loading a directory that has no place in memory. */
  async list(
    partId: string,
    options?: ListOptions,
  ): Promise<ListedEntries> {
    await this.#requireState();
    const isKnown = this.#cached.has(partId) || this.#loading.has(partId);
    const search = isKnown ? undefined : await this.#search(partId);
    return search !== undefined && search.entryCount > this.#maxEntries
      ? await search.list()
      : sortedEntries(await this.#load(partId, options));
  }

  /** A directory, if it is in memory; that doesn't count as its use. */
  peek(partId: string): CommittedDirectory | undefined {
    return this.#cached.get(partId);
  }

  /** Does nothing: what the table learns, it is told directory by directory. */
  advance(): void {}

  /** Brings a cached directory up to a commit of this process: O(changes). */
  applyCommit(change: CommittedChange, version: number): void {
    const { entry, partId, rows, snapshot } = change;
    this.#changes++;
    const isKnown = this.#searches.get(partId)?.advance(entry, version, rows);
    if (isKnown !== true) this.#forget(partId);
    const cached = this.#ownOf(partId);
    this.#loading.delete(partId);
    if (cached === undefined) return;
    const before = cached.entries.size;
    applyRows(cached.entries, rows);
    SORTED.delete(cached.entries);
    this.#entryCount += cached.entries.size - before;
    const log = snapshot
      ? { changesSinceSnapshot: 0, snapshotVersion: version }
      : {
        changesSinceSnapshot: cached.changesSinceSnapshot + rows.length,
        snapshotVersion: cached.snapshotVersion,
      };
    Object.assign(cached, headOf(entry, { source: partId, version }, log));
  }

  /** Forgets directories that another writer changed, or all of them. */
  invalidate(partIds: Iterable<string> | "all"): void {
    this.#changes++;
    if (partIds === "all") {
      this.#searches.clear();
      this.#nameCount = 0;
      this.#cached.clear();
      this.#loading.clear();
      this.#entryCount = 0;
      return;
    }
    for (const partId of partIds) {
      this.#forget(partId);
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
  async #requireState(): Promise<void> {
    const version = this.#maxVersion ?? Number.MAX_SAFE_INTEGER;
    const { wholeSince } = this.#table;
    if (version >= wholeSince || this.#keptSince === wholeSince) return;
    const { requireState } = await import("./kept_history.ts");
    await requireState(this.#table, version);
    this.#keptSince = wholeSince;
  }

  /** A directory that is in memory, and is now the last one that was used. */
  #used(partId: string): MutableDirectory | undefined {
    const cached = this.#cached.get(partId);
    if (cached === undefined) return undefined;
    this.#cached.delete(partId);
    this.#cached.set(partId, cached);
    return cached;
  }

  /** What is known of a directory that isn't loaded, if it is large. */
  async #search(partId: string): Promise<DirectorySearch | undefined> {
    const known = this.#searches.get(partId);
    if (known !== undefined) {
      this.#searches.delete(partId);
      this.#searches.set(partId, known);
      return known;
    }
    const begun = this.#changes;
    const search = await this.#openSearch(partId);
    if (search === undefined || this.#changes !== begun) return search;
    this.#searches.set(partId, search);
    for (const oldest of this.#searches.keys()) {
      if (this.#searches.size <= MAX_SEARCHES) break;
      this.#forget(oldest);
    }
    return search;
  }

  /** Forgets what was looked up in a directory. */
  #forget(partId: string): void {
    this.#searches.delete(partId);
    this.#countNames();
  }

  #countNames(): void {
    this.#nameCount = 0;
    for (const { nameCount } of this.#searches.values()) {
      this.#nameCount += nameCount;
    }
  }

  /** Keeps to the bound, after names were looked up: those of others go first. */
  #makeRoom(search: DirectorySearch): void {
    this.#countNames();
    const most = Math.floor(this.#maxEntries * NAMES_PART);
    for (const [partId, oldest] of this.#searches) {
      if (this.#nameCount <= most) break;
      if (oldest !== search) this.#forget(partId);
    }
    search.forget(this.#nameCount - most);
    this.#countNames();
    this.#evict();
  }

  async #openSearch(partId: string): Promise<DirectorySearch | undefined> {
    const records = this.#records(partId);
    for await (const { entry, record } of records) {
      const { log } = parseAttributes(entry.metadata, record.source);
      if (log === undefined) return undefined;
      const { DirectorySearch } = await import("./directory_search.ts");
      return new DirectorySearch(this.#table, partId, { entry, record }, log);
    }
    return undefined;
  }

  /** A directory that has a place in memory is loaded when much is asked. */
  #isWorthIt({ asked, entryCount }: DirectorySearch): boolean {
    return asked < MAX_SEARCHED_NAMES || entryCount > this.#maxEntries;
  }

  #records(partId: string): AsyncGenerator<DirectoryRecord> {
    const maxVersion = this.#maxVersion;
    const range = maxVersion === undefined ? {} : { maxVersion };
    return directoryRecords(this.#table, partId, range);
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
    this.#forget(partId);
    this.#cached.set(partId, directory);
    this.#entryCount += directory.entries.size;
    this.#evict(partId);
  }

  /** @param kept A directory that stays, the last one. */
  #evict(kept?: string): void {
    for (const [oldest, { entries }] of this.#cached) {
      if (this.size <= this.#maxEntries || oldest === kept) break;
      this.#cached.delete(oldest);
      this.#entryCount -= entries.size;
    }
  }

  async #read(partId: string): Promise<MutableDirectory> {
    const changes: DirectoryChange[] = [];
    let newest: DirectoryRecord | undefined;
    let snapshotVersion = 0;
    for await (const { record, entry } of this.#records(partId)) {
      newest ??= { record, entry };
      const change = changeOf(entry, record.source);
      changes.push(change);
      snapshotVersion = record.version;
      if (change.snapshot) break;
    }
    if (newest === undefined) return emptyDirectory(this.#clock.nowUs());
    const { entries, changesSinceSnapshot } = foldDirectory(changes);
    return {
      ...headOf(newest.entry, newest.record, {
        changesSinceSnapshot,
        snapshotVersion,
      }),
      isWhole: true,
      entries: new Map(entries),
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
    isWhole: true,
    exists: false,
    entries: new Map(EMPTY_DIRECTORY.entries),
    changesSinceSnapshot: 0,
    snapshotVersion: 0,
    version: -1,
    nodeVersion: 0,
    createdUs: 0,
    modifiedUs: 0,
    mode: 0,
    attributes: undefined,
    view: undefined,
    place: undefined,
    loadedUs,
    pins: new Set(),
  };
}
