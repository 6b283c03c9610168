/**
 * DuckDB as a reader of its own: what it makes of files that pond has written.
 *
 * @module
 */
import { DuckDBInstance } from "@duckdb/node-api";

/** A cell as DuckDB casts it to text; `null` for NULL. */
export type TextCell = string | null;

/** What DuckDB has read. */
export interface TextTable {
  /** Names and types of the columns, such as `n BIGINT`. */
  readonly columns: readonly string[];
  /** The rows, every value cast to VARCHAR. */
  readonly rows: readonly (readonly TextCell[])[];
}

/** Runs a query in a database of its own, all values as DuckDB's text. */
export async function duckdbText(sql: string): Promise<TextTable> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    const typed = await connection.run(`FROM (${sql}) LIMIT 0`);
    const types = typed.columnTypes().map(String);
    const columns = typed.columnNames().map((name, i) => `${name} ${types[i]}`);
    const text = await connection.runAndReadAll(
      `SELECT COLUMNS(*)::VARCHAR FROM (${sql})`,
    );
    const rows = text.getRows().map((row) =>
      row.map((cell) => cell === null ? null : String(cell))
    );
    return { columns, rows };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Text as a literal of SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
