/**
 * What the check of a pond is asked, and what it says.
 *
 * @module
 */
import type { Host } from "../host/host.ts";
import type { Finding, LogCheck, LostTransaction } from "../oplog/check.ts";

/**
 * How deep a check looks: `quick` at the log, and whether data files are there,
 * with their sizes; `rows` at every row, too; `data` at every byte of blobs, too.
 */
export type CheckDepth = "quick" | "rows" | "data";

/** Options of checking a pond. */
export interface CheckOptions {
  /** How deep it looks; `rows` when left out. */
  readonly depth?: CheckDepth;
  /** Whether it repairs what loses nothing; false when left out. */
  readonly repair?: boolean;
  /** With `repair`: only says what would be repaired. */
  readonly dryRun?: boolean;
  /** Ends it; what is repaired by then stays so. */
  readonly signal?: AbortSignal;
}

/** Something that was found. */
export interface CheckFinding extends Omit<Finding, "repair"> {
  /** Whether a repair does away with it, or has done so. */
  readonly repair: "none" | "possible" | "done";
}

/** How much was looked at. */
export interface CheckCounts {
  /** Commits of the log. */
  readonly commits: number;
  /** Checkpoints of the log. */
  readonly checkpoints: number;
  /** Data files. */
  readonly dataFiles: number;
  /** Rows in them. */
  readonly records: number;
  /** Blobs that rows or the stage name. */
  readonly blobs: number;
}

/** What a check comes to. */
export interface CheckReport {
  /** Whether there is no damage, or none any more. */
  readonly isSound: boolean;
  /** The newest version that is sound; -1 when none is. */
  readonly version: number;
  /** How deep it has looked. */
  readonly depth: CheckDepth;
  /** Everything that was found; what was repaired comes first. */
  readonly findings: readonly CheckFinding[];
  /** How much was looked at. */
  readonly counts: CheckCounts;
}

/** What was made out of a pond. */
export interface Examination {
  /** What was found. */
  readonly findings: readonly Finding[];
  /** The pond's identity, if it can be read. */
  readonly pondId: string | undefined;
  /** The log. */
  readonly log: LogCheck;
  /** What lost commits had written. */
  readonly lost: readonly LostTransaction[];
  /** How much was looked at. */
  readonly counts: CheckCounts;
}

/** A pond to check. */
export interface CheckedPond {
  /** The platform. */
  readonly host: Host;
  /** Its directory, absolute. */
  readonly path: string;
  /** Hashes that operations name which are pending in this process. */
  readonly pending: ReadonlySet<string>;
}
