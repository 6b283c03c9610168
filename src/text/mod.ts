/**
 * Texts by their lines: what differs, and how that is written.
 *
 * @module
 */
export {
  diffLines,
  type LineChange,
  type LineDiffOptions,
  linesOf,
} from "./line_diff.ts";
export { MAX_TEXT_BYTES, textLines } from "./text_lines.ts";
export { CONTEXT_LINES, unifiedHunks } from "./unified.ts";
