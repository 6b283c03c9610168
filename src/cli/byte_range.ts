/**
 * Parts of files by their bytes, as HTTP writes them.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { ReadOptions } from "../tinyfs/mod.ts";

/**
 * Reads `0-99` (both bytes belong to it), `100-`, or `-100` for the last ones.
 *
 * @param text The range.
 * @param sizeBytes How long the file is; what lies beyond its end is left out.
 * @throws {PondError} `INVALID_ARGUMENT` for anything else.
 */
export function parseByteRange(
  text: string,
  sizeBytes: number,
): Pick<ReadOptions, "offset" | "length"> {
  const [match, first = "", last = ""] = /^(\d{0,15})-(\d{0,15})$/.exec(text) ??
    [];
  const isBackward = first !== "" && last !== "" &&
    Number(first) > Number(last);
  if (match === undefined || match === "-" || isBackward) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `--range takes bytes from 0, not "${text}"`,
      { hint: "such as 0-99, 100-, or -100 for the last ones" },
    );
  }
  const from = first === ""
    ? Math.max(0, sizeBytes - Number(last))
    : Math.min(Number(first), sizeBytes);
  const end = first === "" || last === ""
    ? sizeBytes
    : Math.min(Number(last) + 1, sizeBytes);
  return { offset: from, length: Math.max(0, end - from) };
}
