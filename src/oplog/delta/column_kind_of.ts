/**
 * What the encodings that have types take the columns of a table for.
 *
 * @module
 */
import type { ColumnKind } from "../column_kind.ts";
import type { DataType } from "../data_type.ts";

const INTEGER_BITS = { byte: 8, short: 16, integer: 32, long: 64 } as const;

/** The kind of a column. A struct without fields has none, and becomes text. */
export function columnKindOf(type: DataType): ColumnKind {
  switch (type.kind) {
    case "byte":
    case "short":
    case "integer":
    case "long":
      return { kind: "integer", bits: INTEGER_BITS[type.kind] };
    case "boolean":
    case "float":
    case "double":
    case "date":
      return { kind: type.kind };
    case "decimal":
      return { kind: "decimal", width: type.precision, scale: type.scale };
    case "timestamp":
    case "timestamp_ntz":
      return { kind: "timestamp", zoned: type.kind === "timestamp" };
    case "binary":
      return { kind: "blob" };
    case "array":
      return { kind: "list", element: columnKindOf(type.element) };
    case "map": {
      const { key, value } = type;
      return {
        kind: "map",
        key: columnKindOf(key),
        value: columnKindOf(value),
      };
    }
    case "struct": {
      const fields = type.fields.map(({ name, type }) => ({
        name,
        kind: columnKindOf(type),
      }));
      return fields.length > 0 ? { kind: "struct", fields } : { kind: "text" };
    }
    case "string":
    case "void":
      return { kind: "text" };
    default:
      return type satisfies never;
  }
}
