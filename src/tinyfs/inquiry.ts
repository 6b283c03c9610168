/**
 * How directories that compute their children ask others, and never themselves.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { Inquiry, NodeId } from "./types.ts";

/**
 * So many directories wait for each other at most. More are made anew each time
 * that somebody looks, and would go on for ever.
 */
const MAX_WAITING = 256;

/**
 * What a directory hands on when it asks others to compute its children.
 *
 * @param directory The directory that asks.
 * @param inquiry What it was given itself.
 * @returns `undefined` when it waits already. It would ask itself; to those
 *   that it waits for, it is empty.
 * @throws {PondError} `LOOP` when too many wait.
 */
export function inquiryOf(
  directory: { readonly id: NodeId },
  inquiry: Inquiry | undefined,
): Inquiry | undefined {
  const { id } = directory;
  if (inquiry?.waiting.has(id)) return undefined;
  const waiting = new Set(inquiry?.waiting).add(id);
  if (waiting.size > MAX_WAITING) {
    throw new PondError(
      "LOOP",
      `Cannot list a computed directory: ${MAX_WAITING} others wait for it, as if each made the next one`,
    );
  }
  return { waiting };
}
