/**
 * Which tables a statement names, from the tree that DuckDB makes of it.
 *
 * `json_serialize_sql` gives the tree of a SELECT as JSON: every table that is
 * named anywhere in it, in a join, a subquery or a common table expression, is
 * an object of type `BASE_TABLE`.
 *
 * @see {@link https://duckdb.org/docs/stable/data/json/sql_to_and_from_json}
 * @module
 */
import { PondError } from "../errors.ts";

/** A statement that the serializer doesn't take, around one that it does. */
const EXPLAIN = /^\s*explain\s+(?:analyze\s+|\([^)]*\)\s*)?/i;

/** A statement that it takes only inside of a SELECT. */
const PIVOT = /^\s*(?:pivot|unpivot)(?:_wider|_longer)?\s/i;

/**
 * The SELECT that says which tables a statement names.
 *
 * @param sql One statement.
 */
export function serializable(sql: string): string {
  const statement = sql.replace(EXPLAIN, "").replace(/;\s*$/, "");
  return PIVOT.test(statement) ? `SELECT * FROM (${statement})` : statement;
}

/**
 * The names of tables in a tree.
 *
 * @param json What `json_serialize_sql` has answered.
 * @returns Each name once, as it was written, without those that have a schema.
 *   None for what can't be serialized: such a statement names none of ours.
 * @throws {PondError} `QUERY` when the statement is no SQL.
 */
export function tableNames(json: string): string[] {
  const tree: unknown = JSON.parse(json);
  const { error, error_type, error_message } = asObject(tree);
  if (error === true) {
    if (error_type !== "parser") return [];
    throw new PondError("QUERY", `Cannot run the query: ${error_message}`);
  }
  const names = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const { type, schema_name, table_name } = asObject(node);
    const isTable = type === "BASE_TABLE" && typeof table_name === "string";
    if (isTable && schema_name === "") names.add(table_name);
    Object.values(node).forEach(visit);
  };
  visit(tree);
  return [...names];
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null
    ? value as Record<string, unknown>
    : {};
}
