/**
 * Directories as they were when a transaction began.
 *
 * Most directories are not changed while it runs: those it takes from the cache
 * that everybody shares. Only what has been changed since is read again, up to
 * the version that is looked at, and kept beside. What was taken is pinned, so
 * that a commit of the same process leaves it as it is.
 *
 * @module
 */
import type { Clock } from "../host/host.ts";
import {
  type CommittedDirectory,
  type Directories,
  DirectoryCache,
  type FoundDirectory,
  type ListedEntries,
  type ListOptions,
  sortedEntries,
} from "./directories.ts";
import type { SharedTable } from "./shared_table.ts";

/** The directories at one version of a table that goes on. */
export class DirectoryView implements Directories {
  readonly #shared: SharedTable;
  readonly #clock: Clock;
  readonly #maxEntries: number;
  #version: number;
  #older: DirectoryCache | undefined;
  /** Directories of the shared cache that stay as they are for it. */
  readonly #pinned = new Map<string, CommittedDirectory>();

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
    const pinned = this.#pinned.get(partId);
    if (pinned !== undefined) return pinned;
    const newest = await this.#shared.directories.load(partId);
    if (newest.version > this.#version) {
      return await this.#olderDirectories().load(partId);
    }
    this.#pin(partId, newest);
    return newest;
  }

  /** In the turn of the look at its version: nothing has changed it since. */
  #pin(partId: string, directory: CommittedDirectory): void {
    directory.pins.add(this);
    this.#pinned.set(partId, directory);
  }

  #olderDirectories(): DirectoryCache {
    return this.#older ??= new DirectoryCache(
      this.#shared.table,
      this.#clock,
      this.#maxEntries,
      this.#version,
    );
  }

  /** Looks up names in a directory as it was at the version. */
  async find(
    partId: string,
    names: readonly string[],
  ): Promise<FoundDirectory> {
    const pinned = this.#pinned.get(partId);
    if (pinned !== undefined) return pinned;
    const newest = await this.#shared.directories.find(partId, names);
    if (newest.version > this.#version) {
      return await this.#olderDirectories().find(partId, names);
    }
    if (newest.isWhole) this.#pin(partId, newest);
    return newest;
  }

  /** The entries of a directory as it was at the version. */
  async list(
    partId: string,
    options?: ListOptions,
  ): Promise<ListedEntries> {
    const found = await this.find(partId, []);
    return found.isWhole
      ? sortedEntries(found)
      : await this.#olderDirectories().list(partId, options);
  }

  /** A directory, if it is in memory as it was at the version. */
  peek(partId: string): CommittedDirectory | undefined {
    const pinned = this.#pinned.get(partId);
    if (pinned !== undefined) return pinned;
    const newest = this.#shared.directories.peek(partId);
    if (newest === undefined || newest.version <= this.#version) return newest;
    return this.#older?.peek(partId);
  }

  /** Lets go of what was read: commits needn't leave it as it is. */
  release(): void {
    for (const { pins } of this.#pinned.values()) pins.delete(this);
    this.#pinned.clear();
  }

  /** Goes on to the newest version. */
  advance(): void {
    this.release();
    this.#version = this.#shared.table.transactionVersion;
    this.#older = undefined;
  }
}
