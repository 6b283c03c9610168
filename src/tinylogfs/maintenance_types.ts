/**
 * What maintenance takes, and what it reports.
 *
 * @module
 */
import type { UnusedFile } from "../oplog/mod.ts";

/** Options of merging data files. */
export interface OptimizeOptions {
  /** Only says what would be merged; false when left out. */
  readonly dryRun?: boolean;
  /** Ends it; what is merged by then stays so. */
  readonly signal?: AbortSignal;
}

/** What merging did, or would do. */
export interface OptimizeReport {
  /** Whether nothing was done. */
  readonly dryRun: boolean;
  /** Files that were merged. */
  readonly filesRemoved: number;
  /** Files in their place. */
  readonly filesAdded: number;
  /** Bytes of the former. */
  readonly bytesRemoved: number;
  /** Bytes of the latter; `undefined` before they are written. */
  readonly bytesAdded: number | undefined;
  /** Merges that others had made, or prevented. */
  readonly gaveWay: number;
  /** How many data files there are afterwards. */
  readonly filesLeft: number;
}

/** What writing a checkpoint did. */
export interface CheckpointReport {
  /** The version of the Delta table that it holds. */
  readonly version: number;
  /** Its size in bytes. */
  readonly sizeBytes: number;
  /** Files of the log that were removed: it stands for them. */
  readonly logFilesRemoved: number;
  /** Their bytes. */
  readonly logBytesRemoved: number;
}

/** Options of deleting what nothing needs. */
export interface VacuumOptions {
  /** Only says what would be deleted; true when left out. */
  readonly dryRun?: boolean;
  /** What is younger is kept, in milliseconds; 7 days when left out. */
  readonly retentionMs?: number;
  /** Takes a shorter retention: no other program uses the pond. */
  readonly force?: boolean;
  /** Ends it; what is deleted by then stays so. */
  readonly signal?: AbortSignal;
}

/** What was deleted, or would be. */
export interface VacuumReport {
  /** Whether nothing was deleted. */
  readonly dryRun: boolean;
  /** The files. */
  readonly files: readonly UnusedFile[];
}
