/**
 * What branches take, and what is said of them.
 *
 * @module
 */
/** Options of making a branch. */
export interface BranchOptions {
  /** The revision that it begins with; the newest when left out. */
  readonly at?: string;
  /**
   * For how long it is kept, in milliseconds: maintenance deletes it then.
   * Without, it is kept until somebody deletes it.
   */
  readonly ttlMs?: number;
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
