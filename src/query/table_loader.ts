/**
 * Brings the pond's own tables into a query: the columns that it may look at,
 * and the rows that it can't do without.
 *
 * @module
 */
import type { QueryOptions, QuerySource } from "../tinylogfs/mod.ts";
import type { DuckDBEngine } from "./duckdb_engine.ts";
import { type Condition, filterOf } from "./needs.ts";
import { quoteName, quoteText } from "./paths.ts";
import { refused, type StatementNames, type TableCall } from "./statement.ts";
import type { PondTable, RowFilter } from "./table.ts";
import { TABLES } from "./tables.ts";

/** What of the options of a query concerns its tables. */
export interface LoadOptions {
  /** Whether pending rows are rows, too. */
  readonly pending: boolean;
  /** Is told what was read of each table. */
  readonly onTable: QueryOptions["onTable"];
  /** Ends the loading. */
  readonly signal: AbortSignal | undefined;
}

/** Where the rows are that views and calls read. */
const ROWS_SCHEMA = "pond_rows";

/** Brings tables in, for one statement. */
export class TableLoader {
  readonly #engine: DuckDBEngine;
  readonly #source: QuerySource;
  readonly #names: StatementNames;
  readonly #options: LoadOptions;
  #filled = 0;

  constructor(
    engine: DuckDBEngine,
    source: QuerySource,
    names: StatementNames,
    options: LoadOptions,
  ) {
    this.#engine = engine;
    this.#source = source;
    this.#names = names;
    this.#options = options;
  }

  /**
   * Brings in a table that is named.
   *
   * @throws {PondError} `QUERY` for one that has rows only when it is called.
   */
  async add(table: PondTable): Promise<void> {
    const { name, parameters } = this.#withFallbacks(table);
    if (table.isFunction) {
      const call = parameters.map(({ fallback }) => quoteText(fallback));
      throw refused(
        `${name} must be called`,
        `say what between: FROM ${name}(${call.join(", ")})`,
      );
    }
    const { pending } = this.#options;
    const rows = await this.#fill(table, this.#source, [], pending);
    const all = this.#selectionOf(table);
    await this.#engine.create(
      "VIEW",
      quoteName(name),
      ` AS SELECT ${all} FROM ${rows}`,
    );
  }

  /** Brings in all that is called. */
  async addCalls(): Promise<void> {
    const calls = this.#names.calls.filter(({ name }) => TABLES.has(name));
    for (const [name, group] of Map.groupBy(calls, ({ name }) => name)) {
      const table = TABLES.get(name);
      if (table === undefined) continue;
      await this.#addCallsOf(this.#withFallbacks(table), group);
    }
  }

  /** With what its parameters are in this query when they aren't given. */
  #withFallbacks(table: PondTable): PondTable {
    if (!this.#options.pending) return table;
    const parameters = table.parameters.map((parameter) => ({
      ...parameter,
      fallback: parameter.pendingFallback ?? parameter.fallback,
    }));
    return { ...table, parameters };
  }

  /** A macro with the rows of each call, which are told apart by what it was given. */
  async #addCallsOf(
    table: PondTable,
    calls: readonly TableCall[],
  ): Promise<void> {
    const { name, parameters } = table;
    const different = new Map(calls.map((call) => {
      const values = valuesOf(table, call);
      return [JSON.stringify(values), values];
    }));
    const all = this.#selectionOf(table);
    const selects: string[] = [];
    for (const values of different.values()) {
      const rows = await this.#fillCall(table, values);
      const isIt = parameters.map(({ name }, i) =>
        `${quoteName(name)} = ${quoteText(values[i] ?? "")}`
      );
      selects.push(
        `SELECT ${all} FROM ${rows} WHERE ${isIt.join(" AND ")}`,
      );
    }
    await this.#engine.create(
      "MACRO",
      quoteName(name),
      `(${defaultsOf(table)}) AS TABLE ${selects.join(" UNION ALL ")}`,
    );
  }

  /** What is pending is that of this query, if it sees it, or else staged. */
  async #fillCall(
    table: PondTable,
    values: readonly string[],
  ): Promise<string> {
    if (table.isFunction) return await this.#fill(table, this.#source, values);
    const [revision = "@"] = values;
    const pending = revision === "@pending";
    const source = pending && this.#options.pending
      ? this.#source
      : await this.#source.at(revision);
    return await this.#fill(table, source, values, pending);
  }

  /** Reads rows into a table of their own: its name, quoted. */
  async #fill(
    table: PondTable,
    source: QuerySource,
    parameters: readonly string[],
    pending: boolean = false,
  ): Promise<string> {
    const wanted = this.#columnsOf(table);
    const columns = table.columns.filter(({ name }) => wanted.has(name));
    const { onTable, signal } = this.#options;
    const files: [readonly string[], readonly string[]] = [[], []];
    const batches = table.batches(source, {
      pending,
      columns: wanted,
      filter: await this.#filterOf(table),
      parameters,
      onFiles: onTable && ((...all) => files.splice(0, 2, ...all)),
      signal,
    });
    if (this.#filled === 0) {
      await this.#engine.create("SCHEMA", ROWS_SCHEMA);
    }
    const name = `${table.name} ${++this.#filled}`;
    const rows = await this.#engine.addTable(
      ROWS_SCHEMA,
      name,
      columns,
      batches,
    );
    const [read, skipped] = files;
    onTable?.({
      name: table.name,
      columns: columns.map(({ name }) => name),
      rows,
      read,
      skipped,
    });
    return `${ROWS_SCHEMA}.${quoteName(name)}`;
  }

  /** All columns as SQL selects them, those that were not read included. */
  #selectionOf(table: PondTable): string {
    const wanted = this.#columnsOf(table);
    return table.columns.map((column) =>
      wanted.has(column.name) ? quoteName(column.name) : notRead(column)
    ).join(", ");
  }

  /** The columns that the statement may look at; never none. */
  #columnsOf({ columns }: PondTable): ReadonlySet<string> {
    const { needs, showsTables } = this.#names;
    const names = columns.map(({ name }) => name);
    if (needs.isWide || showsTables) return new Set(names);
    const wanted = names.filter((name) => needs.words.has(name));
    return new Set(wanted.length > 0 ? wanted : names.slice(0, 1));
  }

  async #filterOf({ columns, name }: PondTable): Promise<RowFilter> {
    const conditions = this.#names.needs.conditions.get(name) ?? [];
    const known: Condition[] = [];
    for (const condition of conditions) {
      // Of another name, it is an alias or a column of an outer query.
      const isOwn = columns.some(({ name }) => name === condition.column);
      if (!isOwn) continue;
      if (condition.column !== "timestamp") {
        known.push(condition);
        continue;
      }
      const values: number[] = [];
      for (const text of condition.values) {
        const us = await this.#engine.microseconds(String(text));
        if (us !== undefined) values.push(us);
      }
      if (values.length === condition.values.length) {
        known.push({ ...condition, values });
      }
    }
    return filterOf(known);
  }
}

/** The parameters of a table, as SQL gives them: `"at" := '@'`. */
function defaultsOf({ parameters }: PondTable): string {
  return parameters.map(({ fallback, name }) =>
    `${quoteName(name)} := ${quoteText(fallback)}`
  ).join(", ");
}

/** Nobody looks at it; if somebody did, it must not be taken for nothing. */
function notRead({ name, type }: PondTable["columns"][number]): string {
  const message = quoteText(`the column ${name} was not read`);
  return `CAST(error(${message}) AS ${type}) AS ${quoteName(name)}`;
}

/**
 * What a call gives for each parameter.
 *
 * @throws {PondError} `QUERY` for what the table doesn't take.
 */
function valuesOf(table: PondTable, call: TableCall): readonly string[] {
  const { name, parameters } = table;
  const values = parameters.map(({ fallback }) => fallback);
  const hint = `call it with revisions: ${name}(${defaultsOf(table)})`;
  for (const [i, { name: given, text }] of call.arguments.entries()) {
    const place = given === ""
      ? i
      : parameters.findIndex(({ name }) => name === given);
    if (values[place] === undefined) {
      const what = given === "" ? `${i + 1} arguments` : given;
      throw refused(`${name}() takes no ${what}`, hint);
    }
    if (text === undefined) {
      throw refused(
        `${name}() takes only texts that are known before it runs`,
        hint,
      );
    }
    values[place] = text;
  }
  return values;
}
