/**
 * Keeps a database for the next query: opening one takes longer than most
 * queries do.
 *
 * A database serves one query at a time. When it ends, and nothing was
 * interrupted in it, it waits for a query with the same limits; there is never
 * more than one that waits.
 *
 * @module
 */
import { hasCode } from "../errors.ts";
import type { QueryOptions, QuerySource } from "../tinylogfs/mod.ts";
import { DuckDBDatabase } from "./duckdb_database.ts";
import { type QueryHost, removeDirectory } from "./scratch_files.ts";

/** A database, and what it was opened for. */
interface Pooled {
  readonly key: string;
  readonly database: DuckDBDatabase;
  readonly spillDirectory: string | undefined;
}

/** A database, as long as a query needs it. */
export interface Lease extends AsyncDisposable {
  readonly database: DuckDBDatabase;
}

/** Opens databases, and keeps one that isn't needed. */
export class DatabasePool {
  readonly #host: QueryHost;
  #idle: Pooled | undefined;
  /** Whether one may wait: nobody has asked for it to be dropped since the last query. */
  #keeps = true;

  constructor(host: QueryHost) {
    this.#host = host;
  }

  /** A database that sees a pond's blobs and scratch files, and no query but one. */
  async lease(
    source: QuerySource,
    { hostFiles, memoryBytes, threads }: QueryOptions,
  ): Promise<Lease> {
    this.#keeps = true;
    const cache = await cacheDirectoryOf(source);
    const { blobDirectory } = source;
    const directories = [
      blobDirectory,
      ...(cache === undefined ? [] : [cache]),
    ];
    const limits = { directories, hostFiles, memoryBytes, threads };
    const key = JSON.stringify(limits);
    const pooled = this.#takeIdle(key) ?? await this.#open(key, cache, limits);
    return {
      database: pooled.database,
      [Symbol.asyncDispose]: () => this.#giveBack(pooled),
    };
  }

  /** Closes the one that waits, and those that are given back before the next query. */
  async release(): Promise<void> {
    this.#keeps = false;
    const idle = this.#idle;
    this.#idle = undefined;
    if (idle !== undefined) await this.#close(idle);
  }

  #takeIdle(key: string): Pooled | undefined {
    const idle = this.#idle;
    if (idle?.key !== key) return undefined;
    this.#idle = undefined;
    return idle;
  }

  async #open(
    key: string,
    cache: string | undefined,
    limits: Parameters<typeof DuckDBDatabase.open>[0],
  ): Promise<Pooled> {
    const spillDirectory = cache === undefined
      ? undefined
      : `${cache}/spill-${this.#host.random.uuidHex()}`;
    const database = await DuckDBDatabase.open({ ...limits, spillDirectory });
    return { key, database, spillDirectory };
  }

  async #giveBack(pooled: Pooled): Promise<void> {
    const { database, spillDirectory } = pooled;
    let isKept = false;
    try {
      const isClean = database.isReusable &&
        !await this.#hasSpilled(spillDirectory);
      // Whoever has closed the pond meanwhile finds nothing to release.
      isKept = isClean && this.#keeps;
    } finally {
      if (!isKept) await this.#close(pooled);
    }
    if (!isKept) return;
    const before = this.#idle;
    this.#idle = pooled;
    if (before !== undefined) await this.#close(before);
  }

  /** Its files are there as long as the database. */
  async #hasSpilled(directory: string | undefined): Promise<boolean> {
    return directory !== undefined &&
      await this.#host.files.stat(directory) !== undefined;
  }

  /** DuckDB removes its directory itself, unless a result was given up. */
  async #close({ database, spillDirectory }: Pooled): Promise<void> {
    database[Symbol.dispose]();
    if (spillDirectory === undefined) return;
    await removeDirectory(this.#host.files, spillDirectory);
  }
}

/** None in a pond that nobody may write to. */
async function cacheDirectoryOf(
  source: QuerySource,
): Promise<string | undefined> {
  try {
    return await source.cacheDirectory();
  } catch (error) {
    if (hasCode(error, "READ_ONLY", "PERMISSION_DENIED")) return undefined;
    throw error;
  }
}
