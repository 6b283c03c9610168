/**
 * Rows of a checkpoint as actions.
 *
 * Most rows are files of the table: their columns make {@linkcode AddFile}s with
 * nothing in between. The few others become objects, as a line of a commit has
 * them, and are read like one.
 *
 * @module
 */
import type { DataField, DataType } from "../data_type.ts";
import {
  type Collector,
  type GroupColumns,
  readerOf,
  type RowReader,
} from "../parquet/columns.ts";
import { childNamed, type ParquetNode } from "../parquet/schema_tree.ts";
import { mismatch } from "../parquet/values.ts";
import {
  type Action,
  actionFrom,
  type AddFile,
  invalidMember,
} from "./actions.ts";

/** Rows that follow one another. */
export interface TakenRows {
  /** Their actions. */
  readonly actions: readonly Action[];
  /** Rows with members that are no actions, such as `sidecar`. */
  readonly others: readonly ActionRow[];
  /** Which of the actions are files without statistics, and in which row. */
  readonly withoutStats: readonly {
    readonly index: number;
    readonly row: number;
  }[];
}

/** A row as an object: its members by their names. */
export type ActionRow = { readonly [name: string]: unknown };

/** What is read of a row group. */
export interface ActionRowsOptions {
  /** The columns, as far as they are read. */
  readonly fields: readonly DataField[];
  /** The file, for errors. */
  readonly source: string;
}

/** A column that isn't null in all rows. */
interface Member<T> {
  readonly name: string;
  readonly isThere: (row: number) => boolean;
  readonly read: (row: number) => T;
}

type Strings = { [name: string]: string };
type NullableStrings = { [name: string]: string | null };

/** Members that are no actions. */
const OTHERS: readonly string[] = [
  "sidecar",
  "checkpointMetadata",
  "domainMetadata",
];

/** The rows of a row group, to be taken in their order. */
export class ActionRows {
  readonly #source: string;
  readonly #adds: Member<Action | undefined> | undefined;
  readonly #members: readonly Member<unknown>[];
  readonly #others: readonly Member<unknown>[];

  /** @throws {TypeError} When the file has other columns. */
  constructor(
    columns: GroupColumns,
    schema: ParquetNode,
    { fields, source }: ActionRowsOptions,
  ) {
    this.#source = source;
    const members: Member<unknown>[] = [];
    let adds: Member<Action | undefined> | undefined;
    for (const { name, type } of fields) {
      const node = childNamed(schema, name);
      const isThere = node && presenceOf(columns, node, type);
      if (node === undefined || isThere === undefined) continue;
      if (name === "add") {
        const read = addReader(columns, node, { type, source });
        adds = { name, isThere, read };
      } else {
        const read = structReader(columns, node, type);
        members.push({ name, isThere, read });
      }
    }
    this.#adds = adds;
    this.#members = members.filter(({ name }) => !OTHERS.includes(name));
    this.#others = members.filter(({ name }) => OTHERS.includes(name));
  }

  /**
   * Reads rows.
   *
   * @param first The first one.
   * @param end The one behind the last.
   * @throws {IntegrityError} When one is no action.
   */
  take(first: number, end: number): TakenRows {
    const actions: Action[] = [];
    const others: ActionRow[] = [];
    const withoutStats: { index: number; row: number }[] = [];
    for (let row = first; row < end; row++) {
      const action = this.#adds?.isThere(row)
        ? this.#adds.read(row)
        : this.#action(row);
      if (action !== undefined) {
        if (action.kind === "add" && action.add.stats === undefined) {
          withoutStats.push({ index: actions.length, row });
        }
        actions.push(action);
      }
      const other = rowOf(this.#others, row);
      if (other !== undefined) others.push(other);
    }
    return { actions, others, withoutStats };
  }

  #action(row: number): Action | undefined {
    const found = rowOf(this.#members, row);
    return found && actionFrom(found, this.#source);
  }
}

function presenceOf(
  columns: GroupColumns,
  node: ParquetNode,
  type: DataType,
): ((row: number) => boolean) | undefined {
  if (node.leaf !== undefined) throw mismatch(node, type);
  return columns.presence(node);
}

function rowOf(
  members: readonly Member<unknown>[],
  row: number,
): ActionRow | undefined {
  let found: Record<string, unknown> | undefined;
  for (const { name, isThere, read } of members) {
    if (isThere(row)) (found ??= {})[name] = read(row);
  }
  return found;
}

function addReader(
  columns: GroupColumns,
  node: ParquetNode,
  { type, source }: { readonly type: DataType; readonly source: string },
): (row: number) => Action | undefined {
  const numbers = (name: string) =>
    readerOf(node, name, (leaf) => columns.numbers(leaf));
  const texts = (name: string) =>
    readerOf(node, name, (leaf) => columns.texts(leaf));
  const pathOf = texts("path");
  const valuesOf = readerOf(
    node,
    "partitionValues",
    (group) => columns.maps(group, NULLABLE_STRINGS),
  );
  const sizeOf = numbers("size");
  const timeOf = numbers("modificationTime");
  const changeOf = readerOf(
    node,
    "dataChange",
    (leaf) => columns.booleans(leaf),
  );
  const statsOf = texts("stats");
  const tagsOf = readerOf(
    node,
    "tags",
    (group) => columns.maps(group, STRINGS),
  );
  const vectorOf = memberReader(columns, node, type, "deletionVector");
  return (row) => {
    const stats = statsOf(row);
    const tags = tagsOf(row);
    const add = {
      path: pathOf(row) ?? missing(source, "path"),
      partitionValues: valuesOf(row) ?? {},
      size: sizeOf(row) ?? missing(source, "size"),
      modificationTime: timeOf(row) ?? missing(source, "modificationTime"),
      dataChange: changeOf(row) ?? missing(source, "dataChange"),
      ...(stats === null ? undefined : { stats }),
      ...(tags === null ? undefined : { tags }),
    } satisfies AddFile;
    const deletionVector = vectorOf(row);
    if (deletionVector === null) return { kind: "add", add };
    return actionFrom({ add: { ...add, deletionVector } }, source);
  };
}

function missing(source: string, name: string): never {
  throw invalidMember(source, name);
}

/** Reads a column by the type that it must have. */
function valueReader(
  columns: GroupColumns,
  node: ParquetNode,
  type: DataType,
): RowReader<unknown> {
  switch (type.kind) {
    case "string":
      return columns.texts(node);
    case "long":
      return columns.numbers(node);
    case "boolean":
      return columns.booleans(node);
    case "map":
      return columns.maps(node, NULLABLE_STRINGS);
    case "array":
      return columns.lists(node);
    default: {
      const isThere = presenceOf(columns, node, type);
      if (isThere === undefined) return () => null;
      const read = structReader(columns, node, type);
      return (row) => isThere(row) ? read(row) : null;
    }
  }
}

/** Reads a group where it is there. */
function structReader(
  columns: GroupColumns,
  node: ParquetNode,
  type: DataType,
): (row: number) => ActionRow {
  const names = type.kind === "struct"
    ? type.fields.map(({ name }) => name)
    : [];
  const readers = names.map((name) => ({
    name,
    read: memberReader(columns, node, type, name),
  }));
  return (row) => {
    const members: Record<string, unknown> = {};
    for (const { name, read } of readers) members[name] = read(row);
    return members;
  };
}

function memberReader(
  columns: GroupColumns,
  group: ParquetNode,
  type: DataType,
  name: string,
): RowReader<unknown> {
  const field = type.kind === "struct"
    ? type.fields.find((field) => field.name === name)
    : undefined;
  if (field === undefined) return () => null;
  return readerOf(
    group,
    name,
    (node) => valueReader(columns, node, field.type),
  );
}

const NULLABLE_STRINGS: Collector<NullableStrings> = {
  begin: () => ({}),
  add: put,
};

const STRINGS: Collector<Strings> = {
  begin: () => ({}),
  add: (strings, key, value) => {
    if (value !== null) put(strings, key, value);
  },
};

/** To JavaScript, one name is more than a name. */
function put<T>(
  strings: { [name: string]: T },
  key: string | null,
  value: T,
): void {
  if (key === null) throw new TypeError("a map has no key");
  if (key !== "__proto__") {
    strings[key] = value;
    return;
  }
  const settings = { enumerable: true, configurable: true, writable: true };
  Object.defineProperty(strings, key, { value, ...settings });
}
