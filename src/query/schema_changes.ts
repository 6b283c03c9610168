/**
 * Columns that are of another type in another file. DuckDB unites integers with
 * decimals and dates with times; but where nothing is common to two types it
 * makes text of both, and "10" comes before "9".
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { DuckDBEngine } from "./duckdb_engine.ts";
import { type ReadableFile, scanOf } from "./formats.ts";
import type { Needs } from "./needs.ts";
import { quoteName, quoteText } from "./paths.ts";

/** Types that anything can become. */
const TEXTS: ReadonlySet<string> = new Set(["VARCHAR", "JSON"]);

/**
 * Requires that the columns which a statement looks at have a type.
 *
 * @param name The view of all files.
 * @throws {PondError} `UNSUPPORTED`, with the column and the first file of each
 *   type.
 */
export async function requireOneType(
  engine: DuckDBEngine,
  name: string,
  files: readonly ReadableFile[],
  { isWide, words }: Needs,
): Promise<void> {
  if (files.length < 2) return;
  const united = await engine.columnTypes(`SELECT * FROM ${quoteName(name)}`);
  const suspects = [...united].filter(([column, type]) =>
    TEXTS.has(type) && (isWide || words.has(column.toLowerCase()))
  ).map(([column]) => column);
  if (suspects.length === 0) return;
  const first = new Map<string, Map<string, string>>();
  for (const file of files) {
    const scan = scanOf(file.kind, [quoteText(file.hostPath)]);
    const types = await engine.columnTypes(`SELECT * FROM ${scan}`);
    for (const column of suspects) {
      const type = types.get(column);
      const seen = first.get(column) ?? new Map<string, string>();
      if (type === undefined || seen.has(type)) continue;
      if (TEXTS.has(type) && await isEmpty(engine, scan, column)) continue;
      first.set(column, seen.set(type, file.path));
      if (seen.size > 1) throw typeChanges(name, column, seen);
    }
  }
}

/** A column without a value has no type: that it is text says nothing. */
async function isEmpty(
  engine: DuckDBEngine,
  scan: string,
  column: string,
): Promise<boolean> {
  const sql = `SELECT count(${quoteName(column)}) FROM ${scan}`;
  return await engine.count(sql) === 0n;
}

function typeChanges(
  name: string,
  column: string,
  files: ReadonlyMap<string, string>,
): PondError {
  const all = [...files].map(([type, path]) => `${type} in ${path}`);
  return new PondError(
    "UNSUPPORTED",
    `Cannot read ${name} as a table: the column ${column} is ${
      all.join(", and ")
    }`,
    { path: name, hint: "read the files apart, or leave the column out" },
  );
}
