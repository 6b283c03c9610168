/**
 * How directories that compute their children ask others, and never themselves.
 *
 * @module
 */
import type { Inquiry, NodeId } from "./types.ts";

/**
 * What a directory hands on when it asks others to compute its children.
 *
 * @param directory The directory that asks.
 * @param inquiry What it was given itself.
 * @returns `undefined` when it waits already. It would ask itself; to those
 *   that it waits for, it is empty.
 */
export function inquiryOf(
  directory: { readonly id: NodeId },
  inquiry: Inquiry | undefined,
): Inquiry | undefined {
  const { id } = directory;
  if (inquiry?.waiting.has(id)) return undefined;
  return { waiting: new Set(inquiry?.waiting).add(id) };
}
