/**
 * What branches take, and what is said of them.
 *
 * @module
 */
import type { NodeChange, NodeState } from "./change_types.ts";
import type { MergeProblem } from "./merge_decisions.ts";
import type { CommitOptions, CommitResult } from "./types.ts";

export type { MergeProblem } from "./merge_decisions.ts";

/** Options of making a branch. */
export interface BranchOptions {
  /** The revision that it begins with; the newest when left out. */
  readonly at?: string;
  /**
   * For how long it is kept, in milliseconds: maintenance deletes it then.
   * Without, it is kept until somebody deletes it.
   */
  readonly ttlMs?: number;
  /** Whether only to find out what would be made. */
  readonly dryRun?: boolean;
}

/** What is known of a branch. */
export interface BranchInfo {
  /** Its name. */
  readonly name: string;
  /** Whether whoever opens the pond, and names no branch, gets it. */
  readonly current: boolean;
  /** What it was made of, and the last version that both have. */
  readonly from?: { readonly branch: string; readonly version: number };
  /** When it was made, microseconds since the epoch, UTC. */
  readonly createdUs?: number;
  /** From when on maintenance deletes it, microseconds since the epoch, UTC. */
  readonly expiresUs?: number;
}

/** Options of a merge. */
export interface MergeOptions extends Omit<CommitOptions, "first" | "paths"> {
  /** Only says what it would do. */
  readonly dryRun?: boolean;
  /**
   * Settles what doesn't fit by what is here: it isn't listed again by the next
   * merge.
   */
  readonly ours?: boolean;
}

/** Where two branches don't fit: what is here stays. */
export interface MergeConflict {
  /** The path here, afterwards; the one there when there is nothing here. */
  readonly path: string;
  /** Why it was kept out. */
  readonly problem: MergeProblem;
  /** What both had; nothing when it is new. */
  readonly base?: NodeState;
  /** What is here; nothing when it is gone, or never was. */
  readonly ours?: NodeState;
  /** What is there; nothing when it was deleted. */
  readonly theirs?: NodeState;
}

/** What a merge did. */
export interface MergeReport {
  /** Whether nothing was done. */
  readonly dryRun: boolean;
  /** The branch that was merged. */
  readonly branch: string;
  /** Its newest version, which is taken in. */
  readonly version: number;
  /** The states that both were compared with: one; two after crossed merges. */
  readonly bases: readonly {
    readonly branch: string;
    readonly version: number;
  }[];
  /** What has changed here, by path. */
  readonly changes: readonly NodeChange[];
  /** What didn't fit, by path. The next merge lists it again until it does. */
  readonly conflicts: readonly MergeConflict[];
  /** The commit; of no operations when there was nothing to change. */
  readonly commit: CommitResult;
}
