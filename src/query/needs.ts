/**
 * What a statement needs of the pond's tables: which columns it may look at, and
 * which rows it can't do without. Both are read from the statement's tree, and
 * in doubt it needs more: DuckDB filters again.
 *
 * @module
 */
import type { QueryParam } from "../tinylogfs/mod.ts";
import type { RowFilter } from "./table.ts";

/** An object of the tree. */
export type TreeNode = Readonly<Record<string, unknown>>;

/** A condition that each row of a table must meet to be looked at. */
export interface Condition {
  /** The column, in lower-case letters. */
  readonly column: string;
  /** How it compares; a prefix is a prefix of texts. */
  readonly operator: "in" | "at least" | "at most" | "prefix";
  /** What it is compared with; only `in` has more than one. */
  readonly values: readonly (string | number)[];
}

/** What a statement needs. */
export interface Needs {
  /** Whether it may look at any column: of a star nobody knows. */
  readonly isWide: boolean;
  /** All that is written in it, in lower-case letters: names of columns, too. */
  readonly words: ReadonlySet<string>;
  /** Names of columns in it, without their tables, in lower-case letters. */
  readonly names: ReadonlySet<string>;
  /** What rows must meet, for each table that it names once. */
  readonly conditions: ReadonlyMap<string, readonly Condition[]>;
}

/** Values of parameters, by their names. */
type Params = ReadonlyMap<string, QueryParam>;

/** Columns of texts by which rows are chosen. */
const TEXTS: ReadonlySet<string> = new Set([
  "part_id",
  "directory_id",
  "node_id",
  "path",
]);

const INTEGERS: ReadonlySet<unknown> = new Set([
  "TINYINT",
  "SMALLINT",
  "INTEGER",
  "BIGINT",
]);

/** A time without a zone, which each type of times takes for the same. */
const PLAIN_TIME = /^\d{4}-\d{2}-\d{2}( \d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?$/;

/** The same, without a time of day, which a date would leave out. */
const PLAIN_DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Types of times, and which texts keep all that they say when cast to them. */
const TIMES: ReadonlyMap<unknown, RegExp> = new Map([
  ["DATE", PLAIN_DATE],
  ["TIMESTAMP", PLAIN_TIME],
  ["TIMESTAMP WITH TIME ZONE", PLAIN_TIME],
]);

/** Classes of expressions that stand for columns without their names. */
const NAMELESS: ReadonlySet<unknown> = new Set([
  "STAR",
  "POSITIONAL_REFERENCE",
]);

/** Joins in which a row that is left out changes what others are joined with. */
const BY_NEIGHBOURS: ReadonlySet<unknown> = new Set(["ASOF", "POSITIONAL"]);

/** Comparisons, with what is said when the sides are turned around. */
const COMPARISONS: ReadonlyMap<
  unknown,
  readonly [Condition["operator"], Condition["operator"]]
> = new Map([
  ["COMPARE_EQUAL", ["in", "in"]],
  ["COMPARE_GREATERTHAN", ["at least", "at most"]],
  ["COMPARE_GREATERTHANOREQUALTO", ["at least", "at most"]],
  ["COMPARE_LESSTHAN", ["at most", "at least"]],
  ["COMPARE_LESSTHANOREQUALTO", ["at most", "at least"]],
]);

/** A table in the FROM of a SELECT. */
interface FromTable {
  readonly name: string;
  readonly alias: string;
}

/**
 * Reads what a statement needs.
 *
 * @param nodes All objects of its tree.
 * @param params The values of its parameters, by their names.
 */
export function needsOf(
  nodes: readonly TreeNode[],
  params: Params = new Map(),
): Needs {
  const tables = nodes.flatMap((node) => fromTable(node) ?? []);
  const counts = new Map<string, number>();
  for (const { name } of tables) counts.set(name, (counts.get(name) ?? 0) + 1);
  const conditions = new Map<string, readonly Condition[]>();
  for (const node of nodes) {
    if (node.type !== "SELECT_NODE") continue;
    for (const [name, found] of conditionsOf(node, params)) {
      if (counts.get(name) === 1) conditions.set(name, found);
    }
  }
  const names = new Set(tables.flatMap(({ alias, name }) => [alias, name]));
  return {
    isWide: nodes.some((node) => isNameless(node, names)),
    words: new Set(nodes.flatMap(wordsOf)),
    names: new Set(nodes.flatMap(columnNamesOf)),
    conditions,
  };
}

/**
 * Which rows are read for conditions.
 *
 * @param conditions Those of a table; times are microseconds since the epoch.
 */
export function filterOf(conditions: readonly Condition[]): RowFilter {
  let filter: RowFilter = {};
  for (const { column, operator, values } of conditions) {
    const numbers = values.filter((value) => typeof value === "number");
    const texts = values.filter((value) => typeof value === "string");
    if (column === "path") filter = { ...filter, ...pathOf(operator, texts) };
    else if (column === "node_id" && operator === "in") {
      filter = { ...filter, nodeIds: common(filter.nodeIds, texts) };
    } else if (TEXTS.has(column) && operator === "in") {
      filter = { ...filter, partIds: common(filter.partIds, texts) };
    } else if (numbers.length > 0 && operator !== "prefix") {
      filter = { ...filter, ...boundsOf(filter, column, operator, numbers) };
    }
  }
  return filter;
}

function boundsOf(
  filter: RowFilter,
  column: string,
  operator: "in" | "at least" | "at most",
  numbers: readonly number[],
): RowFilter {
  // Thousands of them are too many arguments.
  const least = operator === "at most"
    ? -Infinity
    : numbers.reduce((a, b) => Math.min(a, b));
  const most = operator === "at least"
    ? Infinity
    : numbers.reduce((a, b) => Math.max(a, b));
  const [min, max] = column === "version"
    ? ["minVersion", "maxVersion"] as const
    : ["minTimestampUs", "maxTimestampUs"] as const;
  return {
    ...(least > -Infinity
      ? { [min]: Math.max(filter[min] ?? -Infinity, Math.ceil(least)) }
      : {}),
    ...(most < Infinity
      ? { [max]: Math.min(filter[max] ?? Infinity, Math.floor(most)) }
      : {}),
  };
}

function common(
  known: ReadonlySet<string> | undefined,
  texts: readonly string[],
): ReadonlySet<string> {
  return new Set(texts.filter((text) => known?.has(text) ?? true));
}

/** One path, or the directory that a prefix lies in; of more, all is read. */
function pathOf(
  operator: Condition["operator"],
  [text, ...others]: readonly string[],
): RowFilter {
  if (text === undefined || others.length > 0 || !text.startsWith("/")) {
    return {};
  }
  if (operator === "in") return { path: text };
  if (operator !== "prefix") return {};
  return { path: text.slice(0, text.lastIndexOf("/")) || "/" };
}

function fromTable(node: TreeNode): FromTable | undefined {
  const name = node.type === "BASE_TABLE"
    ? node.table_name
    : node.type === "TABLE_FUNCTION"
    ? asNode(node.function).function_name
    : undefined;
  if (typeof name !== "string") return undefined;
  const alias = typeof node.alias === "string" && node.alias !== ""
    ? node.alias
    : name;
  return { name: name.toLowerCase(), alias: alias.toLowerCase() };
}

/** A table whose columns are called otherwise: `operations AS o(a, b)`. */
function hasOtherNames({ column_name_alias: names }: TreeNode): boolean {
  return Array.isArray(names) && names.length > 0;
}

/** A whole row by the name of its table is each of its columns. */
function isNameless(node: TreeNode, names: ReadonlySet<string>): boolean {
  if (NAMELESS.has(node.class) || node.ref_type === "NATURAL") return true;
  // What isn't named is what a pivot groups by.
  if (node.type === "PIVOT" || hasOtherNames(node)) return true;
  const name = columnOf(node)?.at(-1);
  if (name === undefined) return false;
  // A pseudo-column, which only a table has; or a whole row.
  return name === "rowid" || names.has(name);
}

function columnNamesOf(node: TreeNode): string[] {
  const joined = Array.isArray(node.using_columns) ? node.using_columns : [];
  return [...columnOf(node)?.slice(-1) ?? [], ...joined.map(String)]
    .map((name) => name.toLowerCase());
}

function wordsOf(node: TreeNode): string[] {
  return Object.values(node).flatMap((value) => {
    const all = Array.isArray(value) ? value : [value];
    return all.filter((each) => typeof each === "string")
      .map((each) => each.toLowerCase());
  });
}

/** Conditions of a SELECT on each table of its FROM. */
function conditionsOf(
  select: TreeNode,
  params: Params,
): Map<string, Condition[]> {
  const found = new Map<string, Condition[]>();
  const tables = joinedTables(asNode(select.from_table));
  // A sample is taken before its rows are looked at.
  if (tables === undefined || select.sample) return found;
  const all = conjuncts(asNode(select.where_clause))
    .flatMap((conjunct) => comparisonsOf(conjunct, params));
  for (const [column, condition] of all) {
    const table = tableOf(column, tables);
    if (table === undefined) continue;
    const conditions = found.get(table.name) ?? [];
    conditions.push(condition);
    found.set(table.name, conditions);
  }
  return found;
}

/**
 * The tables of a FROM. Whatever the join, a row that doesn't meet a condition
 * on one of its columns is not in the result: NULL meets none.
 */
function joinedTables(node: TreeNode): FromTable[] | undefined {
  if (node.sample || hasOtherNames(node)) return undefined;
  const table = fromTable(node);
  if (table !== undefined) return [table];
  if (node.type === "SUBQUERY") return [{ name: "", alias: "" }];
  if (node.type !== "JOIN" || BY_NEIGHBOURS.has(node.ref_type)) {
    return undefined;
  }
  const left = joinedTables(asNode(node.left));
  const right = joinedTables(asNode(node.right));
  return left && right ? [...left, ...right] : undefined;
}

function tableOf(
  column: readonly string[],
  tables: readonly FromTable[],
): FromTable | undefined {
  const [qualifier, ...others] = column;
  if (others.length === 0) return tables.length === 1 ? tables[0] : undefined;
  const named = tables.filter(({ alias }) => alias === qualifier);
  return named.length === 1 && others.length === 1 ? named[0] : undefined;
}

function conjuncts(node: TreeNode): TreeNode[] {
  if (node.type !== "CONJUNCTION_AND") return [node];
  return childrenOf(node).flatMap(conjuncts);
}

/** A condition, and its column as it is written. */
type Comparison = readonly [column: readonly string[], condition: Condition];

/** What a conjunct says of one column, compared with constants. */
function comparisonsOf(node: TreeNode, params: Params): Comparison[] {
  const compared = (
    side: TreeNode,
    operator: Condition["operator"],
    others: readonly TreeNode[],
  ) => comparisonOf(side, operator, others, params);
  const turned = COMPARISONS.get(node.type);
  if (turned !== undefined) {
    const [left, right] = [asNode(node.left), asNode(node.right)];
    return [
      ...compared(left, turned[0], [right]),
      ...compared(right, turned[1], [left]),
    ];
  }
  if (node.type === "COMPARE_BETWEEN") {
    const input = asNode(node.input);
    return [
      ...compared(input, "at least", [asNode(node.lower)]),
      ...compared(input, "at most", [asNode(node.upper)]),
    ];
  }
  const [first, ...others] = childrenOf(node);
  if (first === undefined) return [];
  if (node.type === "COMPARE_IN") return compared(first, "in", others);
  return node.type === "FUNCTION"
    ? prefixes(
      compared(first, "prefix", others),
      String(node.function_name),
    )
    : [];
}

/** What a function of texts says of their beginning. */
function prefixes(found: Comparison[], name: string): Comparison[] {
  if (name === "starts_with" || name === "^@") return found;
  if (name !== "~~") return [];
  return found.map(([column, like]) => {
    const values = like.values.map((text) =>
      String(text).replace(/[%_].*/s, "")
    );
    return [column, { ...like, values }];
  });
}

function comparisonOf(
  side: TreeNode,
  operator: Condition["operator"],
  others: readonly TreeNode[],
  params: Params,
): Comparison[] {
  const names = columnOf(side);
  const column = names?.at(-1);
  if (names === undefined || column === undefined) return [];
  const values = others.map((other) => constantOf(other, column, params));
  if (values.length === 0 || !values.every((value) => value !== undefined)) {
    return [];
  }
  return [[names, { column, operator, values }]];
}

/** A constant that compares as the column does; others are left to DuckDB. */
function constantOf(
  node: TreeNode,
  column: string,
  params: Params,
): string | number | undefined {
  if (column === "timestamp" && node.type === "OPERATOR_CAST") {
    const { id } = asNode(node.cast_type);
    const child = asNode(node.child);
    const text = child.type === "VALUE_CONSTANT"
      ? constantOf(child, column, params)
      : undefined;
    return TIMES.get(id)?.test(String(text)) ? text : undefined;
  }
  if (node.type === "VALUE_PARAMETER") {
    return valueOf(params.get(String(node.identifier)), column);
  }
  if (node.type !== "VALUE_CONSTANT") return undefined;
  const { type, value } = asNode(node.value);
  const { id } = asNode(type);
  const isText = id === "VARCHAR" && typeof value === "string";
  if (TEXTS.has(column) || column === "timestamp") {
    return isText ? value : undefined;
  }
  const isInteger = INTEGERS.has(id) && typeof value === "number";
  return column === "version" && isInteger ? value : undefined;
}

/** The value of a parameter, if it compares as the column does. */
function valueOf(
  value: QueryParam | undefined,
  column: string,
): string | number | undefined {
  if (column === "version") {
    const number = typeof value === "bigint" ? Number(value) : value;
    return Number.isSafeInteger(number) ? Number(number) : undefined;
  }
  if (column === "timestamp" && value instanceof Date) {
    return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  }
  const isText = typeof value === "string" && TEXTS.has(column);
  return isText ? value : undefined;
}

function columnOf(node: TreeNode): string[] | undefined {
  if (node.class !== "COLUMN_REF" || !Array.isArray(node.column_names)) {
    return undefined;
  }
  return node.column_names.map((name) => String(name).toLowerCase());
}

function childrenOf(node: TreeNode): TreeNode[] {
  return Array.isArray(node.children) ? node.children.map(asNode) : [];
}

function asNode(value: unknown): TreeNode {
  return typeof value === "object" && value !== null ? value as TreeNode : {};
}
