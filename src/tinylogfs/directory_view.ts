/**
 * Directories as they were when a transaction began.
 *
 * Most directories are not changed while it runs: those it takes from the cache
 * that everybody shares. Only what has been changed since is read again, up to
 * the version that is looked at, and kept beside.
 *
 * @module
 */
import type { Clock } from "../host/host.ts";
import {
  type CommittedDirectory,
  type Directories,
  DirectoryCache,
} from "./directories.ts";
import type { SharedTable } from "./shared_table.ts";

/** The directories at one version of a table that goes on. */
export class DirectoryView implements Directories {
  readonly #shared: SharedTable;
  readonly #clock: Clock;
  readonly #maxEntries: number;
  #version: number;
  #older: DirectoryCache | undefined;

  /**
   * @param shared The table, and its newest directories.
   * @param clock Tells when a directory was loaded.
   * @param maxEntries How many entries of older directories are kept.
   */
  constructor(shared: SharedTable, clock: Clock, maxEntries: number) {
    this.#shared = shared;
    this.#clock = clock;
    this.#maxEntries = maxEntries;
    this.#version = shared.table.transactionVersion;
  }

  /** The version that is looked at. */
  get version(): number {
    return this.#version;
  }

  /** Loads a directory as it was at the version. */
  async load(partId: string): Promise<CommittedDirectory> {
    const newest = await this.#shared.directories.load(partId);
    if (newest.version <= this.#version) return newest;
    this.#older ??= new DirectoryCache(
      this.#shared.table,
      this.#clock,
      this.#maxEntries,
      this.#version,
    );
    return await this.#older.load(partId);
  }

  /** A directory, if it is in memory as it was at the version. */
  peek(partId: string): CommittedDirectory | undefined {
    const newest = this.#shared.directories.peek(partId);
    if (newest === undefined || newest.version <= this.#version) return newest;
    return this.#older?.peek(partId);
  }

  /** Goes on to the newest version. */
  advance(): void {
    this.#version = this.#shared.table.transactionVersion;
    this.#older = undefined;
  }
}
