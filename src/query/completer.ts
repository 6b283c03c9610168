/**
 * What a statement may go on with: keywords, functions, tables, columns.
 *
 * @module
 */
import type { Completion } from "../host/host.ts";
import type { QueryColumn } from "../tinylogfs/mod.ts";
import { DuckDBDatabase } from "./duckdb_database.ts";
import { DuckDBEngine } from "./duckdb_engine.ts";
import { TABLES } from "./tables.ts";

/** Words that people would have to look for behind operators. */
const WORD = /^["\w]/;

/** Completes SQL, with tables that have no rows. */
export class SqlCompleter implements AsyncDisposable {
  readonly #database: DuckDBDatabase;
  readonly #engine: DuckDBEngine;
  readonly #added = new Set<string>();

  private constructor(database: DuckDBDatabase, engine: DuckDBEngine) {
    this.#database = database;
    this.#engine = engine;
  }

  /** Loads the engine, and makes the pond's own tables. */
  static async open(): Promise<SqlCompleter> {
    const database = await DuckDBDatabase.open();
    const engine = await DuckDBEngine.open(database);
    for (const table of TABLES.values()) await engine.makeTable(table);
    return new SqlCompleter(database, engine);
  }

  /** Whether a table of this name was added. */
  has(name: string): boolean {
    return this.#added.has(name);
  }

  /** Adds a table, such as a file of the pond by its path. */
  async add(name: string, columns: readonly QueryColumn[]): Promise<void> {
    if (this.#added.has(name)) return;
    await this.#engine.makeTable({ name, columns });
    this.#added.add(name);
  }

  /**
   * Completes the last word of the beginning of a statement.
   *
   * @returns What may stand in the place of the word, without a space.
   */
  async complete(beginning: string): Promise<Completion> {
    const typed = lastWord(beginning);
    const words = (await this.#engine.suggestions(beginning))
      .map((word) => word.trim())
      .filter((word) =>
        WORD.test(word) && word.toLowerCase().startsWith(typed.toLowerCase())
      );
    return { typed, words: [...new Set(words)] };
  }

  /** Ends the engine. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine[Symbol.asyncDispose]();
    this.#database[Symbol.dispose]();
  }
}

/** What a person has begun to type. */
function lastWord(text: string): string {
  return /[\w$]*$/.exec(text)?.[0] ?? "";
}
