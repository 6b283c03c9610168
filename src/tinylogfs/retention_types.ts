/**
 * What dropping history is asked, and what it says.
 *
 * @module
 */

/** Options of dropping history. */
export interface PruneOptions {
  /** A revision: what is older goes, its state stays. */
  readonly before: string;
  /** Only says what would go; false when left out. */
  readonly dryRun?: boolean;
  /** Ends it; nothing is dropped then. */
  readonly signal?: AbortSignal;
}

/** What was dropped, or would be. */
export interface PruneReport {
  /** Whether nothing was dropped. */
  readonly dryRun: boolean;
  /** The version from which on history is whole. */
  readonly wholeSince: number;
  /** Earlier versions whose states stay: they are pinned. */
  readonly kept: readonly number[];
  /** Transactions that go. */
  readonly transactions: number;
  /** Rows of nodes and directories that go. */
  readonly rows: number;
  /** Data files that are no longer part of the table; vacuum deletes them. */
  readonly filesRemoved: number;
  /** Files with what is kept of them. */
  readonly filesAdded: number;
  /** Bytes of the former. */
  readonly bytesRemoved: number;
  /** Bytes of the latter. */
  readonly bytesAdded: number;
}
