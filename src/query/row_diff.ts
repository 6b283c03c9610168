/**
 * What differs between two states of a table, row by row.
 *
 * Rows are told apart by key columns. A row with a key that only one state has
 * was inserted or deleted; where both have it and any other value differs, it
 * was changed. Columns that only one state has are compared as NULL in the
 * other one.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { QueryOptions, QueryResult } from "../tinylogfs/mod.ts";
import { quoteName } from "./paths.ts";

/** Runs SQL over a filesystem. */
export interface SqlSource {
  /** Runs SQL over files as they are committed, or at `PATH@REV`. */
  queryHistory(sql: string, options?: QueryOptions): Promise<QueryResult>;
}

/** What is compared. */
export interface RowDiffOptions {
  /** The one revision. */
  readonly from: string;
  /** The other one. */
  readonly to: string;
  /** The columns that tell rows apart. */
  readonly keys: readonly string[];
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** The two states, as the FROM of a statement has them. */
interface Sides {
  readonly before: string;
  readonly after: string;
}

/**
 * Compares two states of a file that is a table.
 *
 * @param path The absolute path of the file, in both states.
 * @returns The rows that differ: `change` (`inserted`, `deleted`, `changed`), the
 *   key columns, and for every other column `from_…` and `to_…`.
 * @throws {PondError} `INVALID_ARGUMENT` when a key column is missing, or
 *   several rows have the same key; else as a query.
 */
export async function diffRows(
  source: SqlSource,
  path: string,
  { from, keys, signal, to }: RowDiffOptions,
): Promise<QueryResult> {
  const options = signal ? { signal } : {};
  const sides = { before: tableOf(path, from), after: tableOf(path, to) };
  const columns = {
    before: await columnsOf(source, sides.before, options),
    after: await columnsOf(source, sides.after, options),
  };
  for (const side of ["before", "after"] as const) {
    const name = `${path} at ${side === "before" ? from : to}`;
    requireKeys(name, keys, columns[side]);
    await requireUnique(source, sides[side], keys, name, options);
  }
  const sql = statementOf(sides, columns, keys);
  return await source.queryHistory(sql, options);
}

function tableOf(path: string, revision: string): string {
  const at = revision === "@pending" ? "pending" : revision.replace(/^@$/, "");
  return quoteName(`${path.replaceAll("@", "@@")}@${at}`);
}

async function columnsOf(
  source: SqlSource,
  table: string,
  options: QueryOptions,
): Promise<readonly string[]> {
  const sql = `SELECT * FROM ${table} LIMIT 0`;
  await using result = await source.queryHistory(sql, options);
  return result.columns.map(({ name }) => name);
}

function requireKeys(
  name: string,
  keys: readonly string[],
  columns: readonly string[],
): void {
  for (const key of keys) {
    if (columns.includes(key)) continue;
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot compare the rows of ${name}: there is no column ${key}`,
      { hint: `its columns: ${columns.join(", ")}` },
    );
  }
}

async function requireUnique(
  source: SqlSource,
  table: string,
  keys: readonly string[],
  name: string,
  options: QueryOptions,
): Promise<void> {
  const names = keys.map(quoteName).join(", ");
  const sql = `SELECT count(*) FROM (SELECT 1 FROM ${table} ` +
    `GROUP BY ${names} HAVING count(*) > 1)`;
  await using result = await source.queryHistory(sql, options);
  for await (const { values } of result) {
    const count = Number(values[0]?.[0] ?? 0);
    if (count === 0) continue;
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot compare the rows of ${name}: ${count} values of ${
        keys.join(", ")
      } are those of several rows`,
      { hint: "name more columns, which tell rows apart: --rows a,b" },
    );
  }
}

/** Marks a side of the join; no column of a file is called so by chance. */
const MARK = "pond: present";

function statementOf(
  { after, before }: Sides,
  columns: {
    readonly before: readonly string[];
    readonly after: readonly string[];
  },
  keys: readonly string[],
): string {
  const all = [...new Set([...columns.before, ...columns.after])];
  const others = all.filter((name) => !keys.includes(name));
  const valueOf = (side: "a" | "b", name: string) => {
    const known = side === "a" ? columns.before : columns.after;
    return known.includes(name) ? `${side}.${quoteName(name)}` : "NULL";
  };
  const mark = quoteName(MARK);
  const differs = others.map((name) =>
    `${valueOf("a", name)} IS DISTINCT FROM ${valueOf("b", name)}`
  );
  const selected = [
    `CASE WHEN a.${mark} IS NULL THEN 'inserted' ` +
    `WHEN b.${mark} IS NULL THEN 'deleted' ELSE 'changed' END AS "change"`,
    ...keys.map((key) =>
      `coalesce(a.${quoteName(key)}, b.${quoteName(key)}) AS ${quoteName(key)}`
    ),
    ...others.flatMap((name) => [
      `${valueOf("a", name)} AS ${quoteName(`from_${name}`)}`,
      `${valueOf("b", name)} AS ${quoteName(`to_${name}`)}`,
    ]),
  ];
  const joined = keys.map((key) =>
    `a.${quoteName(key)} IS NOT DISTINCT FROM b.${quoteName(key)}`
  );
  const conditions = [
    `a.${mark} IS NULL`,
    `b.${mark} IS NULL`,
    ...differs,
  ];
  return `SELECT ${selected.join(", ")}
    FROM (SELECT *, 1 AS ${mark} FROM ${before}) a
    FULL JOIN (SELECT *, 1 AS ${mark} FROM ${after}) b
      ON ${joined.join(" AND ")}
    WHERE ${conditions.join(" OR ")}
    ORDER BY ${keys.map((_, index) => index + 2).join(", ")}`;
}
