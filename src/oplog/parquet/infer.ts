/**
 * The type that a Parquet column has by itself, where no schema tells.
 *
 * @module
 */
import type { DataField, DataType } from "../data_type.ts";
import type { ParquetNode } from "./schema_tree.ts";

/**
 * Tells a node's type.
 *
 * @returns `undefined` for what has none here: lists, maps, intervals.
 */
export function inferType(node: ParquetNode): DataType | undefined {
  if (node.element.repetition_type === "REPEATED") return undefined;
  if (node.leaf === undefined) return structOf(node);
  const { type, converted_type, logical_type, precision, scale } = node.element;
  if (converted_type === "DECIMAL" || logical_type?.type === "DECIMAL") {
    if (precision === undefined) return undefined;
    return { kind: "decimal", precision, scale: scale ?? 0 };
  }
  switch (type) {
    case "BOOLEAN":
      return { kind: "boolean" };
    case "INT32": {
      const isDate = converted_type === "DATE" || logical_type?.type === "DATE";
      return { kind: isDate ? "date" : "integer" };
    }
    case "INT64": {
      const isTime = logical_type?.type === "TIMESTAMP" ||
        converted_type?.startsWith("TIMESTAMP");
      if (!isTime) return { kind: "long" };
      const isLocal = logical_type?.type === "TIMESTAMP" &&
        !logical_type.isAdjustedToUTC;
      return { kind: isLocal ? "timestamp_ntz" : "timestamp" };
    }
    case "INT96":
      return { kind: "timestamp" };
    case "FLOAT":
      return { kind: "float" };
    case "DOUBLE":
      return { kind: "double" };
    case "BYTE_ARRAY": {
      const isText = converted_type === "UTF8" ||
        logical_type?.type === "STRING";
      return { kind: isText ? "string" : "binary" };
    }
    default:
      return undefined;
  }
}

function structOf(node: ParquetNode): DataType | undefined {
  const { converted_type } = node.element;
  if (converted_type !== undefined) return undefined;
  const fields = node.children.flatMap((child): DataField[] => {
    const type = inferType(child);
    const { name } = child;
    return type ? [{ name, type, nullable: true, physicalName: name }] : [];
  });
  return { kind: "struct", fields };
}
