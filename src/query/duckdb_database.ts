/**
 * A database of DuckDB, in memory, whose door is closed from the beginning.
 *
 * Nothing can be read but the directories that it was opened with: no other
 * file, no network, no extension; and no setting can be changed back.
 *
 * @module
 */
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { loadBundledLibrary } from "../host/standalone_library.ts";
import { BoundedCache } from "./bounded_cache.ts";
import type { DuckDB } from "./duckdb_values.ts";
import { quoteText } from "./paths.ts";
import type { StatementNames } from "./statement.ts";

/** What a database may take, and see. */
export interface DatabaseOptions {
  /** Memory in bytes; DuckDB's own limit when left out. */
  readonly memoryBytes?: number | undefined;
  /** Threads; one for each processor when left out. */
  readonly threads?: number | undefined;
  /**
   * Where what doesn't fit into memory goes, a directory that isn't there yet;
   * nowhere when left out: then it is an error.
   */
  readonly spillDirectory?: string | undefined;
  /** Directories of the host whose files may be read; none when left out. */
  readonly directories?: readonly string[] | undefined;
  /** Whether all of the host's files may be read. */
  readonly hostFiles?: boolean | undefined;
}

/** What is known of a statement. */
export interface ParsedStatement {
  /** Its tree, as JSON. */
  readonly tree: string;
  /** What it names without values of parameters. */
  readonly names: StatementNames | undefined;
}

/** From the beginning: the host's files and settings say nothing to a query. */
const CONFIGURATION = {
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  allow_community_extensions: "false",
};

/** How many files' footers a database that is kept may remember. */
const MAX_FILES = 1000;

/** How much of statements and their trees it may remember. */
const MAX_TREE_CHARACTERS = 4 << 20;

/** An instance of DuckDB. */
export class DuckDBDatabase implements Disposable {
  /** The package. */
  readonly duckdb: DuckDB;
  /** Whether all of the host's files may be read. */
  readonly hostFiles: boolean;
  /** Statements that were parsed before. */
  readonly parsed = new BoundedCache<ParsedStatement>(MAX_TREE_CHARACTERS);
  readonly #instance: DuckDBInstance;
  #connection: DuckDBConnection | undefined;
  #isReusable = true;
  #filesSeen = 0;

  private constructor(
    duckdb: DuckDB,
    instance: DuckDBInstance,
    { hostFiles = false }: DatabaseOptions,
  ) {
    this.duckdb = duckdb;
    this.#instance = instance;
    this.hostFiles = hostFiles;
  }

  /** Loads DuckDB, opens an empty database in memory and closes its door. */
  static async open(options: DatabaseOptions = {}): Promise<DuckDBDatabase> {
    await loadBundledLibrary();
    const duckdb = await import("@duckdb/node-api");
    const instance = await duckdb.DuckDBInstance.create(
      ":memory:",
      configurationOf(options),
    );
    const connection = await instance.connect();
    await connection.run(setupOf(options));
    connection.closeSync();
    return new DuckDBDatabase(duckdb, instance, options);
  }

  /** Whether nothing has happened that the next query could find. */
  get isReusable(): boolean {
    return this.#isReusable && this.#filesSeen <= MAX_FILES;
  }

  /** Tells of files that are read: something of each is kept in memory. */
  countFiles(count: number): void {
    this.#filesSeen += count;
  }

  /** What queries run on, one after the other. */
  async connect(): Promise<DuckDBConnection> {
    return this.#connection ??= await this.#instance.connect();
  }

  /** Tells that it isn't known what state the database is in. */
  giveUp(): void {
    this.#isReusable = false;
  }

  [Symbol.dispose](): void {
    this.#connection?.closeSync();
    this.#instance.closeSync();
  }
}

function configurationOf(
  { memoryBytes, threads, spillDirectory = "" }: DatabaseOptions,
): Record<string, string> {
  return {
    ...CONFIGURATION,
    temp_directory: spillDirectory,
    ...(memoryBytes === undefined ? {} : { memory_limit: `${memoryBytes}B` }),
    ...(threads === undefined ? {} : { threads: `${threads}` }),
  };
}

function setupOf({ directories = [], hostFiles }: DatabaseOptions): string {
  const allowed = directories.map(quoteText).join(", ");
  return [
    // The same question has the same answer in every time zone.
    "SET GLOBAL TimeZone = 'UTC'",
    ...(hostFiles ? [] : [
      `SET allowed_directories = [${allowed}]`,
      "SET enable_external_access = false",
    ]),
    // Blobs never change: a footer that was read is right for ever.
    "SET parquet_metadata_cache = true",
    "SET lock_configuration = true",
  ].join("; ");
}
