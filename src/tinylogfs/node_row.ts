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
  /**
   * Inline bytes or a symlink's target; null for blobs and directories. It is
   * used by way of {@linkcode checkedContent}.
   */
  readonly content: Bytes | null;
}

/** Content that no digest was checked of, and the file that it comes from. */
const UNCHECKED = new WeakMap<Bytes, string>();

/** Notes of content that its file has no digest: whoever uses it checks it. */
export function noteUnchecked(content: Bytes, source: string): void {
  UNCHECKED.set(content, source);
}

/**
 * Content, after it was checked against the hash in its row, where nothing else
 * says what it was (docs/decisions/0020).
 *
 * @throws {IntegrityError} When it is not what was written.
 */
export async function checkedContent(
  content: Bytes,
  said: Pick<Attributes, "sha256" | "sizeBytes">,
): Promise<Bytes> {
  const source = UNCHECKED.get(content);
  if (source === undefined) return content;
  const { requireContent } = await import("../oplog/row_content.ts");
  await requireContent(content, said, source);
  UNCHECKED.delete(content);
  return content;
}

/** The row of a new node that is like another one. */
export function copyOf(row: NodeRow, nowUs: number): NodeRow {
  const { content, attributes } = row;
  return {
    content,
    attributes: { ...attributes, createdUs: nowUs, modifiedUs: nowUs },
  };
}
