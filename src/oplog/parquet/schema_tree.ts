/**
 * The schema of a Parquet file as a tree, with the levels of each node.
 *
 * ```text
 * definition level   how many optional or repeated nodes of a path are there
 * repetition level   at which repeated node of a path a list goes on
 * ```
 *
 * @see {@link https://github.com/apache/parquet-format#nested-encoding}
 * @module
 */
import type { ParquetSchemaElement } from "../parquet.ts";

/** A node: a column, or a group of them. */
export interface ParquetNode {
  /** The name. */
  readonly name: string;
  /** The names from the root on. */
  readonly path: readonly string[];
  /** What the footer says of it. */
  readonly element: ParquetSchemaElement;
  /** The parts of a group; none in a column. */
  readonly children: readonly ParquetNode[];
  /** The definition level of a value that is there. */
  readonly maxDefinition: number;
  /** The repetition level at which the innermost list around it goes on. */
  readonly maxRepetition: number;
  /** The place of a column among the columns of the file. */
  readonly leaf: number | undefined;
}

/** Deeper than any table that is meant seriously. */
const MAX_DEPTH = 100;

/**
 * Builds the tree.
 *
 * @param elements The schema, depth first.
 * @throws {RangeError} When the counts of children are wrong.
 */
export function schemaTree(
  elements: readonly ParquetSchemaElement[],
): ParquetNode {
  let next = 0;
  let leaves = 0;
  const build = (parent: ParquetNode | undefined): ParquetNode => {
    const element = elements[next++];
    if (element === undefined) throw new RangeError("the schema is cut off");
    const path = parent === undefined ? [] : [...parent.path, element.name];
    if (path.length > MAX_DEPTH) throw new RangeError("the schema is too deep");
    const count = element.num_children ?? 0;
    if (count < 0 || count > elements.length - next) {
      throw new RangeError("the schema is cut off");
    }
    const isRoot = parent === undefined;
    const repeated = !isRoot && element.repetition_type === "REPEATED";
    const there = isRoot || element.repetition_type === "REQUIRED" ? 0 : 1;
    const isLeaf = !isRoot && element.type !== undefined && count === 0;
    const children: ParquetNode[] = [];
    const node: ParquetNode = {
      name: element.name,
      path,
      element,
      children,
      maxDefinition: (parent?.maxDefinition ?? 0) + there,
      maxRepetition: (parent?.maxRepetition ?? 0) + (repeated ? 1 : 0),
      leaf: isLeaf ? leaves++ : undefined,
    };
    for (let i = 0; i < count; i++) children.push(build(node));
    return node;
  };
  return build(undefined);
}

/** The first column in or under a node; a group without columns has none. */
export function firstLeaf(node: ParquetNode): ParquetNode | undefined {
  if (node.leaf !== undefined) return node;
  for (const child of node.children) {
    const found = firstLeaf(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A part of a group, by its name; by its name in another case, failing that. */
export function childNamed(
  { children }: ParquetNode,
  name: string,
): ParquetNode | undefined {
  const exact = children.find((child) => child.name === name);
  if (exact !== undefined) return exact;
  const folded = name.toLowerCase();
  return children.find((child) => child.name.toLowerCase() === folded);
}
