/**
 * What putting and getting trees have in common.
 *
 * @module
 */
import { sha256By, sha256Hex } from "../../bytes.ts";
import type { Hasher } from "../../host/mod.ts";
import type { TinyLogFS } from "../../tinylogfs/mod.ts";
import type { TreeFilter } from "./filter.ts";
import type { TreeReport } from "./tree_report.ts";

/** How many files are read and written at a time. */
export const FILES_AT_A_TIME = 8;

/** Files of at most so many bytes are read at once. */
export const AT_ONCE_BYTES: number = 4 * 1024 * 1024;

/** The bits of a mode that are kept. */
export const PERMISSIONS = 0o777;

/** What any copy of a tree is made of. */
export interface TreeParts {
  /** The pond, at the state that is meant. */
  readonly fs: TinyLogFS;
  /** What of the tree is meant. */
  readonly filter: TreeFilter;
  /** Whether what isn't in the tree goes from where it is copied to. */
  readonly deletes: boolean;
  /** Whether nothing is done, only counted. */
  readonly dryRun: boolean;
  /** Counts what is done. */
  readonly report: TreeReport;
  /** Ends the work. */
  readonly signal: AbortSignal;
}

/**
 * The SHA-256 of a file of the host: in another thread when it is in memory.
 *
 * @returns 64 hexadecimal digits.
 */
export async function hashOf(
  hasher: Hasher,
  content: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<string> {
  return content instanceof Uint8Array
    ? await sha256Hex(content)
    : await sha256By(hasher, content);
}
