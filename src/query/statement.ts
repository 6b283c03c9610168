/**
 * What a statement is, and which tables it names, from the tree that DuckDB
 * makes of it.
 *
 * `json_serialize_sql` gives the tree of a SELECT as JSON, and of nothing else:
 * what it takes only reads. Every table that is named anywhere in it, in a
 * join, a subquery or a common table expression, is an object of type
 * `BASE_TABLE`, every function in the place of a table one of type
 * `TABLE_FUNCTION`.
 *
 * @see {@link https://duckdb.org/docs/stable/data/json/sql_to_and_from_json}
 * @module
 */
import { PondError } from "../errors.ts";
import type { QueryParam, QueryParams } from "../tinylogfs/mod.ts";
import { type Needs, needsOf, type TreeNode } from "./needs.ts";
import { paramsByName } from "./params.ts";
import { type PlanningSize, planningSize } from "./planning_limits.ts";

/** A statement, taken apart. */
export interface Statement {
  /** How it was written. */
  readonly source: string;
  /** What is run. */
  readonly sql: string;
  /** The part of it that must be a SELECT. */
  readonly select: string;
}

/** What a statement names. */
export interface StatementNames {
  /** Names of tables, each once, as they were written; none with a schema. */
  readonly tables: readonly string[];
  /** Functions in the place of tables, each once, in lower-case letters. */
  readonly functions: readonly string[];
  /** Calls of functions in the place of tables. */
  readonly calls: readonly TableCall[];
  /** Where tables are named, in no order; none with a schema. */
  readonly references: readonly TableReference[];
  /** Names of common table expressions. */
  readonly commonTables: readonly string[];
  /** Names of parameters, without their `$`. */
  readonly parameters: readonly string[];
  /** What is needed of the tables. */
  readonly needs: Needs;
  /** What planning it takes. */
  readonly size: PlanningSize;
  /** Whether a column of a result is called by a text that names a table. */
  readonly calledByTable: boolean;
  /** Whether it describes tables: `DESCRIBE`, `SHOW`, `SUMMARIZE`. */
  readonly describes: boolean;
  /** Whether it asks which tables there are: `SHOW TABLES` and the like. */
  readonly showsTables: boolean;
}

/** A table that is named, and where. */
export interface TableReference {
  /** The name, as it was written. */
  readonly name: string;
  /** What else it is called; empty if nothing. */
  readonly alias: string;
  /** The byte of the SELECT, as UTF-8, where it is; NaN if not known. */
  readonly offset: number;
}

/** A call of a function in the place of a table. */
export interface TableCall {
  /** The function, in lower-case letters. */
  readonly name: string;
  /** Its arguments, if they are constants or parameters. */
  readonly arguments: readonly CallArgument[];
}

/** An argument of a call. */
export interface CallArgument {
  /** The parameter, in lower-case letters; empty for one by its place. */
  readonly name: string;
  /** The value, of a constant text, or of a parameter that is text. */
  readonly text: string | undefined;
  /** The byte of the SELECT where a constant is; NaN if there is none. */
  readonly offset: number;
}

/**
 * Functions of rows that touch nothing but their arguments and DuckDB's own
 * lists. Others read files, run SQL that is hidden in a text, or switch on logs
 * that are files: what isn't known to be harmless is refused.
 */
const TABLE_FUNCTIONS: ReadonlySet<string> = new Set([
  "duckdb_columns",
  "duckdb_functions",
  "duckdb_keywords",
  "duckdb_settings",
  "duckdb_tables",
  "duckdb_types",
  "duckdb_views",
  "generate_series",
  "icu_calendar_names",
  "json_each",
  "json_tree",
  "pg_timezone_names",
  "pragma_version",
  "range",
  "repeat",
  "repeat_row",
  "test_all_types",
  "unnest",
]);

/** Numbers that are none in JSON, but stand there. Quotes in texts are escaped. */
const NOT_FINITE = /"value":(-?(?:Infinity|NaN))(?=[,}])/g;

// No two of these can begin in the same place: the match takes linear time.
const GAP = String.raw`(?:\s|--[^\n]*(?:\n|$)|/\*(?:[^*]|\*(?!/))*\*/)*`;

/** Functions of rows that only read files, for those who have asked for it. */
const FILE_FUNCTIONS: ReadonlySet<string> = new Set([
  "glob",
  "parquet_file_metadata",
  "parquet_kv_metadata",
  "parquet_metadata",
  "parquet_scan",
  "parquet_schema",
  "read_blob",
  "read_csv",
  "read_csv_auto",
  "read_json",
  "read_json_auto",
  "read_json_objects",
  "read_json_objects_auto",
  "read_ndjson",
  "read_ndjson_auto",
  "read_ndjson_objects",
  "read_parquet",
  "read_text",
  "sniff_csv",
]);

/** Of these, those that read files of the pond as well, by their paths there. */
export const FILE_READERS: ReadonlySet<string> = new Set([
  "parquet_scan",
  "read_csv",
  "read_csv_auto",
  "read_json",
  "read_json_auto",
  "read_ndjson",
  "read_ndjson_auto",
  "read_parquet",
]);

/** `EXPLAIN`, then `ANALYZE` or options in parentheses, in $1 or $2. */
const EXPLAIN = new RegExp(
  String.raw`^${GAP}explain\b${GAP}` +
    String.raw`(?:(analyze)\b|\(\s*((?:analyze|format)\b[\w\s,]*)\))?`,
  "i",
);

/**
 * Takes a statement apart.
 *
 * Of an EXPLAIN, which the serializer doesn't take, the beginning is put
 * together anew: so what runs behind it is what the serializer has seen, and
 * not what a comment has hidden from one of them. EXPLAIN ANALYZE executes.
 *
 * @param sql One statement.
 * @throws {PondError} `QUERY` when it can't be passed to DuckDB.
 */
export function parseStatement(sql: string): Statement {
  if (sql.includes("\0")) {
    throw refused("there is a NUL character in it", "write it as chr(0)");
  }
  const match = EXPLAIN.exec(sql);
  if (match === null) return { source: sql, sql, select: sql };
  const [beginning, analyze, options] = match;
  const select = sql.slice(beginning.length);
  const explain = analyze !== undefined
    ? "EXPLAIN ANALYZE"
    : options !== undefined
    ? `EXPLAIN (${options})`
    : "EXPLAIN";
  return { source: sql, sql: `${explain} ${select}`, select };
}

/**
 * Reads what a statement names.
 *
 * @param json What `json_serialize_sql` has answered.
 * @param statement What it was asked about, for the error.
 * @param params The values of its parameters.
 * @throws {PondError} `QUERY` when it isn't one SELECT that only reads.
 */
export function statementNames(
  json: string,
  statement: Statement,
  params: QueryParams = [],
): StatementNames {
  const tree = asObject(JSON.parse(json.replace(NOT_FINITE, '"value":"$1"')));
  requireTree(tree, statement);
  const statements = Array.isArray(tree.statements) ? tree.statements : [];
  requireOne(statements.length);
  const tables = new Set<string>();
  const references: TableReference[] = [];
  const commonTables: string[] = [];
  const parameters = new Set<string>();
  const calls: TableCall[] = [];
  let showsTables = false;
  let describes = false;
  const values = paramsByName(params);
  const nodes = [...objectsIn(statements)];
  for (const node of nodes) {
    if (node.type === "BASE_TABLE") {
      const { schema_name, table_name } = node;
      const isOurs = schema_name === "" || schema_name === "main";
      if (isOurs && typeof table_name === "string") tables.add(table_name);
      if (schema_name === "") references.push(referenceOf(node));
      if (schema_name === "information_schema") showsTables = true;
    } else if (node.type === "TABLE_FUNCTION") {
      const call = callOf(asObject(node.function), values);
      calls.push(call);
      if (call.name.startsWith("duckdb_")) showsTables = true;
    } else if (node.type === "SHOW_REF") {
      describes = true;
      if (node.query === null) showsTables = true;
    } else if (node.type === "VALUE_PARAMETER") {
      parameters.add(String(node.identifier));
    }
    commonTables.push(...commonTablesOf(node));
  }
  return {
    tables: [...tables],
    references,
    commonTables,
    parameters: [...parameters],
    functions: [...new Set(calls.map(({ name }) => name))],
    calls,
    needs: needsOf(nodes, values),
    size: planningSize(nodes),
    calledByTable: isCalledByTable(statements),
    describes,
    showsTables,
  };
}

function referenceOf(node: TreeNode): TableReference {
  const { alias, query_location, table_name } = node;
  return {
    name: String(table_name),
    alias: String(alias),
    offset: typeof query_location === "number" ? query_location : NaN,
  };
}

/** `WITH a AS (…), b AS (…)`: a map of `{key, value}`. */
function commonTablesOf({ cte_map }: TreeNode): string[] {
  const { map } = asObject(cte_map);
  return Array.isArray(map)
    ? map.map((entry) => String(asObject(entry).key))
    : [];
}

function callOf(
  { children, function_name }: TreeNode,
  params: ReadonlyMap<string, QueryParam>,
): TableCall {
  const all = Array.isArray(children) ? children.map(asObject) : [];
  return {
    name: String(function_name).toLowerCase(),
    arguments: all.map((child) => {
      const value = child.type === "VALUE_CONSTANT"
        ? asObject(child.value).value
        : child.type === "VALUE_PARAMETER"
        ? params.get(String(child.identifier))
        : undefined;
      const isConstant = child.type === "VALUE_CONSTANT";
      return {
        name: argumentName(child).toLowerCase(),
        text: typeof value === "string" ? value : undefined,
        offset: isConstant ? Number(child.query_location) : NaN,
      };
    }),
  };
}

/** `name := value` is an alias in the tree, `name = value` a comparison. */
function argumentName({ alias, left, type }: TreeNode): string {
  if (type !== "COMPARE_EQUAL") return String(alias ?? "");
  const { column_names } = asObject(left);
  return Array.isArray(column_names) ? String(column_names.at(-1)) : "";
}

/**
 * Requires that all functions in the place of tables are harmless.
 *
 * @param tables Tables of the pond, which can be called.
 * @param hostFiles Whether reading files of the host counts as that.
 * @throws {PondError} `QUERY` when one is not known to be.
 */
export function requireHarmless(
  { functions }: StatementNames,
  tables: ReadonlyMap<string, unknown>,
  hostFiles: boolean = false,
): void {
  for (const name of functions) {
    if (TABLE_FUNCTIONS.has(name) || tables.has(name)) continue;
    // What they read is put there before they run: `file_calls.ts`.
    if (FILE_READERS.has(name)) continue;
    if (hostFiles && FILE_FUNCTIONS.has(name)) continue;
    throw refused(
      `${name}() is not allowed`,
      "files of the pond are tables by their paths: FROM '/sensors/*.csv'",
    );
  }
}

/**
 * Requires that it is one statement.
 *
 * @throws {PondError} `QUERY` when there are more, or none.
 */
export function requireOne(count: number): void {
  if (count === 1) return;
  const why = count === 0
    ? "there is no statement in it"
    : `it has ${count} statements`;
  throw refused(why, "give one statement at a time");
}

/** The error about a statement that may not run. */
export function refused(why: string, hint: string): PondError {
  return new PondError("QUERY", `Cannot run the query: ${why}`, { hint });
}

function requireTree(
  tree: Readonly<Record<string, unknown>>,
  statement: Statement,
): void {
  if (tree.error !== true) return;
  if (tree.error_type === "parser") {
    const where = placeOf(Number(tree.position), statement);
    throw new PondError(
      "QUERY",
      `Cannot run the query: ${tree.error_message}${where}`,
    );
  }
  // DuckDB makes two statements of it, the first of which creates a type.
  if (/\bpivot/i.test(statement.select)) {
    throw refused(
      "PIVOT must say which values become columns",
      "name them: PIVOT … ON column IN ('a', 'b') USING …",
    );
  }
  throw refused(
    "it is no SELECT, and a query only reads",
    "change the pond with its commands: pond help",
  );
}

/** Where in the source a character of the SELECT is; empty if not known. */
function placeOf(position: number, { source, select }: Statement): string {
  if (!Number.isSafeInteger(position)) return "";
  const before = source.slice(0, source.length - select.length) +
    [...select].slice(0, position).join("");
  const lines = before.split("\n");
  const column = [...lines.at(-1) ?? ""].length + 1;
  return ` in line ${lines.length}, column ${column}`;
}

/**
 * Whether a table is named in an expression that gives a column its name, as in
 * `SELECT (SELECT max(n) FROM a)`.
 */
function isCalledByTable(root: unknown): boolean {
  const pending: [value: unknown, isName: boolean][] = [[root, false]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [value, isName] = next;
    const node = asObject(value);
    if (node.type === "BASE_TABLE" && isName) return true;
    for (const [key, child] of Object.entries(node)) {
      if (key !== "select_list" || !Array.isArray(child)) {
        pending.push([child, isName]);
        continue;
      }
      for (const item of child) {
        pending.push([item, isName || asObject(item).alias === ""]);
      }
    }
  }
  return false;
}

/** All objects of a tree; a loop, because trees get deep. */
function* objectsIn(
  root: unknown,
): Generator<Readonly<Record<string, unknown>>> {
  const pending = [root];
  while (pending.length > 0) {
    const node = pending.pop();
    if (typeof node !== "object" || node === null) continue;
    yield asObject(node);
    // Backwards, so that names come in the order of the statement.
    for (const child of Object.values(node).reverse()) pending.push(child);
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null
    ? value as Record<string, unknown>
    : {};
}
