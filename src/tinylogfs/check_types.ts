/**
 * What the check of a pond is asked, and what it says.
 *
 * @module
 */
import type { Host } from "../host/host.ts";
import type {
  Finding,
  LogCheck,
  LostTransaction,
  Snapshot,
} from "../oplog/check.ts";
import type { NamedBlob } from "./node_check.ts";

/**
 * How deep a check looks: `quick` at the log, and whether data files are there,
 * with their sizes; `rows` at every row, too; `data` at every byte of blobs, too.
 */
export type CheckDepth = "quick" | "rows" | "data";

/**
 * A part of all blobs: a random sample that has so many percent of their bytes,
 * or the first, second, … of so many parts, which together are all.
 */
export type DataPart =
  | { readonly percent: number }
  | { readonly number: number; readonly of: number };

/** What ends a call. */
export interface SignalOptions {
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** Options of checking a pond. */
export interface CheckOptions {
  /** How deep it looks; `rows` when left out. */
  readonly depth?: CheckDepth;
  /** With the depth `data`: which blobs' bytes it reads; all when left out. */
  readonly part?: DataPart;
  /** Whether it repairs what loses nothing; false when left out. */
  readonly repair?: boolean;
  /** With `repair`: only says what would be repaired. */
  readonly dryRun?: boolean;
  /** Ends it; what is repaired by then stays so. */
  readonly signal?: AbortSignal;
}

/** Something that was found, and on which branch. */
export interface PondFinding extends Finding {
  /** The branch, where it is about another one than `main`. */
  readonly branch?: string;
}

/** Something that was found. */
export interface CheckFinding extends Omit<PondFinding, "repair"> {
  /** Whether a repair does away with it, or has done so. */
  readonly repair: "none" | "possible" | "done";
}

/** Hashes of what a line of history holds; of a quick check, and of damage, none. */
export interface Roots {
  /**
   * Of the newest tree's names, types, links and bytes: 64 hexadecimal digits.
   * Equal for any two ponds with the same files.
   */
  readonly contentRoot?: string;
  /**
   * Of every node, version and transaction that is kept. Equal for a pond, its
   * copies and its restores, in whatever layout.
   */
  readonly historyRoot?: string;
}

/** Hashes a line of a pond that is sound: a branch, or `main`. */
export type RootsOf = (branch: string) => Promise<Roots>;

/** A branch that was looked at. */
export interface CheckedBranch extends Roots {
  /** Its name. */
  readonly name: string;
  /** Its newest version that is sound; -1 when none is. */
  readonly version: number;
}

/** How much was looked at, on all branches together. */
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
  /** Their bytes. */
  readonly blobBytes: number;
  /** Blobs whose bytes were read. */
  readonly blobsRead: number;
  /** How many bytes these have. */
  readonly blobBytesRead: number;
}

/** What a check comes to. */
export interface CheckReport extends Roots {
  /** Whether there is no damage, or none any more. */
  readonly isSound: boolean;
  /** The newest version of `main` that is sound; -1 when none is. */
  readonly version: number;
  /** The branches beside `main`, in order. */
  readonly branches: readonly CheckedBranch[];
  /** How deep it has looked. */
  readonly depth: CheckDepth;
  /** Everything that was found; what was repaired comes first. */
  readonly findings: readonly CheckFinding[];
  /** How much was looked at. */
  readonly counts: CheckCounts;
}

/** A line of history to check. */
export interface CheckedLine {
  /** The branch; `undefined`: `main`. */
  readonly branch: string | undefined;
  /** The directory with its table, its witness and its stage. */
  readonly directory: string;
}

/** What was made out of a line. */
export interface LineExamination {
  /** The line. */
  readonly line: CheckedLine;
  /** What was found. */
  readonly findings: readonly PondFinding[];
  /** The log. */
  readonly log: LogCheck;
  /** The newest state, if it is a table that pond reads. */
  readonly snapshot: Snapshot | undefined;
  /** What lost commits had written. */
  readonly lost: readonly LostTransaction[];
  /** Blobs that its rows and its stage name, by their hashes. */
  readonly blobs: ReadonlyMap<string, NamedBlob>;
  /** How many data files were looked at. */
  readonly dataFiles: number;
  /** How many rows. */
  readonly records: number;
}

/** What was made out of a pond. */
export interface Examination {
  /** What was found. */
  readonly findings: readonly PondFinding[];
  /** The pond's identity, if it can be read. */
  readonly pondId: string | undefined;
  /** `main`, and the branches. */
  readonly lines: readonly LineExamination[];
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
