/**
 * Node's `fs/promises` over a pond.
 *
 * ```text
 * options.ts results.ts types.ts   the shape
 * arguments.ts content.ts          what programs pass
 * errors.ts constants.ts stats.ts  what they get
 * side.ts calls.ts drafts.ts open.ts  turns, commits, open files
 * …_calls.ts file_handle.ts dir.ts the functions
 * ```
 *
 * @see {@link https://nodejs.org/api/fs.html#promises-api Node, Promises API}
 * @module
 */
import { Calls } from "./calls.ts";
import { CONSTANTS } from "./constants.ts";
import { copyCalls } from "./copy_calls.ts";
import { fileCalls } from "./file_calls.ts";
import { makeCalls, metadataCalls, moveCalls } from "./name_calls.ts";
import type { NodeFsOptions } from "./options.ts";
import { readCalls } from "./read_calls.ts";
import type { NodeFsSide } from "./side.ts";
import type { NodeFs } from "./types.ts";

/**
 * Makes the functions.
 *
 * @param side The filesystem that they work on.
 * @param options When they commit.
 * @throws {TypeError} When they can't commit by themselves, and shall.
 */
export async function makeNodeFs(
  side: NodeFsSide,
  options: NodeFsOptions,
): Promise<NodeFs> {
  const calls = new Calls(side, await side.buffers(), options);
  const fs: NodeFs = {
    ...fileCalls(calls),
    ...readCalls(calls),
    ...makeCalls(calls),
    ...moveCalls(calls),
    ...metadataCalls(calls),
    ...copyCalls(calls),
    constants: CONSTANTS,
    // Programs look for a property of its own that they can list.
    get promises() {
      return fs;
    },
  };
  return fs;
}
