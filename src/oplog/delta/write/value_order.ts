/**
 * The order of values, as statistics and predicates of engines have it.
 *
 * @module
 */
import { compareUtf8 } from "../../../bytes.ts";
import type { DataType, DataValue } from "../../data_type.ts";

/**
 * Compares two values of a type that has an order; negative when the first one
 * comes before. Strings are compared by their code points, which is the order
 * of their UTF-8.
 */
export function compareValues(a: DataValue, b: DataValue): number {
  if (typeof a === "string" && typeof b === "string") {
    return compareUtf8(a, b);
  }
  // Numbers and bigints of one column are of one kind.
  const [x, y] = [a, b] as readonly (number | bigint)[];
  if (x === undefined || y === undefined || x === y) return 0;
  return x < y ? -1 : 1;
}

/** Whether values of a type have an order that statistics speak of. */
export function isOrdered({ kind }: DataType): boolean {
  switch (kind) {
    case "byte":
    case "short":
    case "integer":
    case "long":
    case "float":
    case "double":
    case "decimal":
    case "date":
    case "timestamp":
    case "timestamp_ntz":
    case "string":
      return true;
    default:
      return false;
  }
}
