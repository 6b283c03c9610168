/**
 * The columns of a result: names that differ, types whose values come whole.
 *
 * @module
 */
import type { QueryColumn } from "../tinylogfs/mod.ts";
import { refused } from "./statement.ts";

/** What DuckDB tells of the columns of a result. */
export interface DescribedColumns {
  /** The types, in order. */
  columnTypes(): readonly DescribedType[];
  /** The name of a column; several may have one. */
  columnName(index: number): string;
}

/** A type: its name, and its parts. */
export interface DescribedType {
  /** The type as SQL has it. */
  toString(): string;
  /** The type with those that it is made of. */
  toJson(): unknown;
}

/**
 * Describes the columns of a result.
 *
 * @returns The columns, each with a name of its own: the second `a` is `a:1`.
 * @throws {PondError} `QUERY` when a column's values would lose some of theirs.
 */
export function columnsOf(result: DescribedColumns): QueryColumn[] {
  const taken = new Set<string>();
  return result.columnTypes().map((type, i) => {
    const written = result.columnName(i);
    let name = written;
    for (let n = 1; taken.has(name); n++) name = `${written}:${n}`;
    taken.add(name);
    if (hasUnnamedFields(type.toJson())) {
      throw refused(
        `the fields of the struct in column ${name} have no names`,
        "name them: {'a': …, 'b': …}",
      );
    }
    return { name, type: String(type) };
  });
}

/** Whether a type's values lose fields as objects: row(1, 2) has two named "". */
function hasUnnamedFields(type: unknown): boolean {
  if (typeof type !== "object" || type === null) return false;
  const { entryNames } = type as { readonly entryNames?: unknown };
  const isNamed = !Array.isArray(entryNames) ||
    new Set(entryNames).size === entryNames.length;
  return !isNamed || Object.values(type).some(hasUnnamedFields);
}
