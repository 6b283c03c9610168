/**
 * What putting and getting trees have in common.
 *
 * @module
 */
import type { TinyLogFS } from "../../tinylogfs/mod.ts";
import type { TreeFilter } from "../../trees/filter.ts";
import type { TreeReport } from "./tree_report.ts";

/** How many files are read and written at a time. */
export const FILES_AT_A_TIME = 8;

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
