/**
 * Content that is text, as lines.
 *
 * @module
 */
import { tryDecodeUtf8 } from "../bytes.ts";
import { linesOf } from "./line_diff.ts";

/** The most bytes that are taken for a text. */
export const MAX_TEXT_BYTES: number = 16 * 1024 * 1024;

/**
 * The lines of content.
 *
 * @returns `undefined` when it is no text: not UTF-8, with a NUL, or of more
 *   than {@linkcode MAX_TEXT_BYTES}.
 */
export function textLines(bytes: Uint8Array): string[] | undefined {
  if (bytes.length > MAX_TEXT_BYTES || bytes.includes(0)) return undefined;
  const text = tryDecodeUtf8(bytes);
  return text === undefined ? undefined : linesOf(text);
}
