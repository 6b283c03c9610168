/**
 * Columns as the schema of a table.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#schema-serialization-format}
 * @module
 */
import { PondError } from "../../../errors.ts";
import { type DataType, typeText } from "../../data_type.ts";
import { isObject } from "../actions.ts";
import type { DeltaField, DeltaSchema, DeltaType } from "../schema.ts";

/** A column of a new table, or a new one of a table. */
export interface ColumnDefinition {
  /** Its name. */
  readonly name: string;
  /** What it holds. */
  readonly type: DataType;
  /** Whether it may hold nulls; true when left out. */
  readonly nullable?: boolean;
}

/** Engines refuse names with these characters. */
const REFUSED = /[ ,;{}()\n\t=]/;

/**
 * Makes a schema of columns.
 *
 * @throws {PondError} `INVALID_ARGUMENT` for names that are empty, have
 *   characters that engines refuse, or are there twice.
 */
export function schemaOf(columns: readonly ColumnDefinition[]): DeltaSchema {
  return { type: "struct", fields: fieldsOf(columns) };
}

/**
 * A schema with more columns, which come last.
 *
 * @param schemaString The schema so far, as JSON: what is said of its columns
 *   stays.
 * @throws {PondError} `INVALID_ARGUMENT` for a column that takes no nulls: rows
 *   that are there have nothing else; and for a name that is there.
 */
export function withColumns(
  schemaString: string,
  columns: readonly ColumnDefinition[],
): string {
  const schema: unknown = JSON.parse(schemaString);
  const fields: unknown = isObject(schema) ? schema.fields : undefined;
  const old: readonly unknown[] = Array.isArray(fields) ? fields : [];
  const names = new Set(
    old.map((field) => isObject(field) ? String(field.name).toLowerCase() : ""),
  );
  for (const { name, nullable } of columns) {
    if (nullable === false) {
      throw refused(name, "rows that are there already have no value");
    }
    if (names.has(name.toLowerCase())) throw refused(name, "there is one");
  }
  return JSON.stringify({
    ...(isObject(schema) ? schema : {}),
    fields: [...old, ...fieldsOf(columns)],
  });
}

function fieldsOf(columns: readonly ColumnDefinition[]): DeltaField[] {
  const names = new Set<string>();
  return columns.map(({ name, type, nullable = true }) => {
    if (name === "" || REFUSED.test(name)) {
      throw refused(name, "no engine takes this name");
    }
    const folded = name.toLowerCase();
    if (names.has(folded)) throw refused(name, "there is one already");
    names.add(folded);
    return { name, type: typeOf(type, name), nullable, metadata: {} };
  });
}

function typeOf(type: DataType, name: string): DeltaType {
  switch (type.kind) {
    case "array":
      return {
        type: "array",
        elementType: typeOf(type.element, name),
        containsNull: true,
      };
    case "map":
      return {
        type: "map",
        keyType: typeOf(type.key, name),
        valueType: typeOf(type.value, name),
        valueContainsNull: true,
      };
    case "struct":
      if (type.fields.length > 0) {
        return { type: "struct", fields: fieldsOf(type.fields) };
      }
      throw refused(name, "Parquet has no struct without fields");
    case "void":
      throw refused(name, "a column without a type holds nothing");
    default:
      return typeText(type);
  }
}

function refused(name: string, problem: string): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot make the column ${JSON.stringify(name)}: ${problem}`,
    { hint: "choose another name, or another type" },
  );
}
