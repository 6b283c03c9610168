/**
 * Holds the JSON that commands write to what `pond schema` says of it.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { Member, Shape } from "../../../src/cli/schemas.ts";

/** Fails unless each value that was written has one of the shapes. */
export function assertShaped(
  json: string,
  shapes: readonly Shape[],
  line: string,
): void {
  for (const value of valuesIn(json)) {
    assert(
      shapes.some((shape) => hasShape(value, shape)),
      `${line} writes what pond schema doesn't tell: ${JSON.stringify(value)}`,
    );
  }
}

/** Values that stand one after the other, as `pond sql` writes them. */
function valuesIn(json: string): unknown[] {
  return json.split(/\n(?=\[\n|\[\])/).filter((text) => text.trim() !== "")
    .map((text) => JSON.parse(text));
}

function hasShape(
  value: unknown,
  { isArray, isOpen = false, members }: Shape,
): boolean {
  if (Array.isArray(value) !== isArray) return false;
  const objects: unknown[] = Array.isArray(value) ? value : [value];
  return objects.every((one) => {
    if (typeof one !== "object" || one === null) return false;
    if (members === undefined) return true;
    const values = new Map<string, unknown>(Object.entries(one));
    return (isOpen || values.size === members.length) &&
      members.every((member) => isOfKind(values.get(member.name), member));
  });
}

function isOfKind(value: unknown, { isNullable, kind }: Member): boolean {
  if (value === null) return isNullable;
  switch (kind) {
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "object":
      return typeof value === "object" && !Array.isArray(value);
    case "time":
      return typeof value === "string" && /^\d{4}-.*Z$/.test(value);
    case "boolean":
      return typeof value === "boolean";
    case "number":
      return typeof value === "number";
    case "string":
      return typeof value === "string";
  }
}
