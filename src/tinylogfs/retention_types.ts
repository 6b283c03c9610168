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
  /** Earlier versions whose states stay: by tags, and to merge other branches. */
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
  /** Blobs that nothing names any more; vacuum deletes them. */
  readonly blobs: FileUsage;
}

/** Some files, and their bytes. */
export interface FileUsage {
  /** How many. */
  readonly count: number;
  /** Their bytes. */
  readonly sizeBytes: number;
}

/** Options of adding up what a pond takes up. */
export interface UsageOptions {
  /** Only what is at this path or below it; the root when left out. */
  readonly path?: string;
  /** Whether what is on the disk is added up, too; false when left out. */
  readonly history?: boolean;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** What is in a tree, as it is now. */
export interface TreeUsage {
  /** Files. */
  readonly files: number;
  /** Directories, the top included. */
  readonly directories: number;
  /** Symlinks. */
  readonly symlinks: number;
  /** Bytes of the files: of two with the same content, both. */
  readonly sizeBytes: number;
}

/** What a branch takes up by itself. */
export interface BranchUsage {
  /** Its name. */
  readonly name: string;
  /** Data files that no branch before it in the list has. */
  readonly own: FileUsage;
}

/** What a prune at one point would take away. */
export interface PrunePoint {
  /** The revision. */
  readonly before: string;
  /** Its version. */
  readonly version: number;
  /** Transactions that would go. */
  readonly transactions: number;
  /** Bytes by which data files would shrink. */
  readonly dataBytes: number;
  /** Blobs that nothing would name any more. */
  readonly blobs: FileUsage;
}

/** What history takes up on the disk, on all branches together. */
export interface HistoryUsage {
  /** Data files that the branches name; one that they share is there once. */
  readonly data: FileUsage;
  /** Data files that none of them names any more, until vacuum deletes them. */
  readonly unused: FileUsage;
  /** Files of the logs. */
  readonly log: FileUsage;
  /** Blobs, those that nothing names included. */
  readonly blobs: FileUsage;
  /** The branches, `main` first. */
  readonly branches: readonly BranchUsage[];
  /** What `prune()` of this branch would take away, the newest point first. */
  readonly prune: readonly PrunePoint[];
}

/** What a pond takes up. */
export interface UsageReport extends TreeUsage {
  /** The path that was asked for, absolute. */
  readonly path: string;
  /** What is on the disk, if that was asked for. */
  readonly history?: HistoryUsage;
}
