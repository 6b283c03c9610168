/**
 * The order of values, as statistics and predicates of engines have it.
 *
 * @module
 */
import type { DataType, DataValue } from "../../data_type.ts";

/**
 * Compares two values of a type that has an order; negative when the first one
 * comes before. Strings are compared by their code points, which is the order
 * of their UTF-8.
 */
export function compareValues(a: DataValue, b: DataValue): number {
  if (typeof a === "string" && typeof b === "string") {
    return compareTexts(a, b);
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

function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for what comes after all other characters. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
