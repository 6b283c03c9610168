/**
 * Columns that are of another type in another file. Numbers unite with numbers,
 * and dates with times. Of other types DuckDB makes text, in which "10" comes
 * before "9"; or takes one of them, such as DATE for a number, and fails at the
 * first row of the other, or makes 1 of true.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { QueryOptions } from "../tinylogfs/mod.ts";
import type { DuckDBEngine } from "./duckdb_engine.ts";
import { columnsOf, type ReadableFile, scanOf } from "./formats.ts";
import type { Needs } from "./needs.ts";
import { quoteName } from "./paths.ts";
import { isNumeric } from "./sql_type.ts";

/** The type that a column has in a file. */
interface TypeInFile {
  readonly type: string;
  readonly path: string;
}

/** Types that anything can become. */
const TEXTS: ReadonlySet<string> = new Set(["VARCHAR", "JSON"]);

/** Files that are one table. */
interface UnitedFiles {
  /** The name that the statement uses. */
  readonly name: string;
  readonly files: readonly ReadableFile[];
  /** What reads all of them. */
  readonly select: string;
}

/**
 * Requires that the columns which a statement looks at have a type.
 *
 * @throws {PondError} `UNSUPPORTED`, with the column and the first file of each
 *   type.
 */
export async function requireOneType(
  engine: DuckDBEngine,
  { files, name, select }: UnitedFiles,
  { isWide, words }: Needs,
  options: Pick<QueryOptions, "signal">,
): Promise<void> {
  if (files.length < 2) return;
  const united = await engine.columnTypes(select, options);
  const suspects = new Map(
    [...united].map(([column, type]) => [column.toLowerCase(), type] as const)
      .filter(([column]) => isWide || words.has(column)),
  );
  if (suspects.size === 0) return;
  const first = new Map<string, Map<string, TypeInFile>>();
  for (const file of files) {
    const scan = scanOf([file]);
    const types = await engine.columnTypes(
      `SELECT ${columnsOf(file)} FROM ${scan}`,
      options,
    );
    // Columns unite whatever the case of their names is.
    const byName = new Map(
      [...types].map(([column, type]) => [column.toLowerCase(), type]),
    );
    for (const [column, unitedType] of suspects) {
      const type = byName.get(column);
      if (type === undefined) continue;
      const seen = first.get(column) ?? new Map<string, TypeInFile>();
      const isLost = losesDigits(type, unitedType) ||
        becomesText(type, unitedType);
      const family = isLost ? type : familyOf(type);
      if (seen.has(family)) continue;
      if (await isEmpty(engine, scan, column, options)) continue;
      first.set(column, seen.set(family, { type, path: file.path }));
      if (seen.size > 1) throw typeChanges(name, column, [...seen.values()]);
    }
  }
}

/** Types of one family unite, and their values stay what they are. */
function familyOf(type: string): string {
  if (TEXTS.has(type)) return "text";
  if (isNumeric(type)) return "number";
  if (type === "DATE" || type.startsWith("TIMESTAMP")) return "time";
  if (type.endsWith("]")) return "list";
  return /^(STRUCT|MAP|UNION)\(/.exec(type)?.[1] ?? type;
}

/** What is in lists and structs of JSON, and differs there, becomes JSON text. */
function becomesText(type: string, united: string): boolean {
  return !TEXTS.has(united) && /\bJSON\b/.test(united) &&
    !/\bJSON\b/.test(type);
}

/** Integers that each number of 32 bits with a point is exact for. */
const SHORT_INTEGERS: ReadonlySet<string> = new Set([
  "TINYINT",
  "UTINYINT",
  "SMALLINT",
  "USMALLINT",
]);

/**
 * Decimals of 38 digits have no room for the digits behind another's point, and
 * a FLOAT, which DuckDB makes of it and an integer, has 24 bits.
 */
function losesDigits(type: string, united: string): boolean {
  if (united === "FLOAT") {
    return type !== "FLOAT" && isNumeric(type) && !SHORT_INTEGERS.has(type);
  }
  const scaleOf = (type: string) =>
    Number(/^DECIMAL\(\d+,(\d+)\)$/.exec(type)?.[1] ?? 0);
  return united.startsWith("DECIMAL") && scaleOf(type) > scaleOf(united);
}

/** A column without a value has no type: what it is said to be says nothing. */
async function isEmpty(
  engine: DuckDBEngine,
  scan: string,
  column: string,
  options: Pick<QueryOptions, "signal">,
): Promise<boolean> {
  const sql = `SELECT 1 FROM ${scan} WHERE ${quoteName(column)} IS NOT NULL`;
  return !await engine.hasRow(sql, options);
}

function typeChanges(
  name: string,
  column: string,
  files: readonly TypeInFile[],
): PondError {
  const all = files.map(({ path, type }) => `${type} in ${path}`);
  return new PondError(
    "UNSUPPORTED",
    `Cannot read ${name} as a table: the column ${column} is ${
      all.join(", and ")
    }`,
    { path: name, hint: "read the files apart, or leave the column out" },
  );
}
