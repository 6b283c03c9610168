/**
 * The latest row of a node.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import type { Attributes } from "./attributes.ts";

/** A node's latest row: what it holds and what is said about it. */
export interface NodeRow {
  /** Times, size, mode, hash. */
  readonly attributes: Attributes;
  /** Inline bytes or a symlink's target; null for blobs and directories. */
  readonly content: Bytes | null;
}

/** The row of a new node that is like another one. */
export function copyOf(row: NodeRow, nowUs: number): NodeRow {
  const { content, attributes } = row;
  return {
    content,
    attributes: { ...attributes, createdUs: nowUs, modifiedUs: nowUs },
  };
}
