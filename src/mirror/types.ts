/**
 * What goes in and out of a {@linkcode MirrorSync}.
 *
 * @module
 */
import type { PondError } from "../errors.ts";

/** One of the two sides of a mirror. */
export type MirrorSide = "pond" | "host";

/** What can lie on both sides. */
export type MirrorFileType = "file" | "directory" | "symlink";

/** Which way changes go: to the host, to the pond, or both. */
export type MirrorDirection = "push" | "pull" | "sync";

/**
 * What is to be done with a path, or isn't:
 *
 * - `create`, `update`, `delete`: a change of one side, for the other one;
 * - `conflict`: both sides have changed it, in different ways; both stay as they are;
 * - `skip`: it is nothing that the other side can hold;
 * - `fail`: it couldn't be read or written.
 */
export type MirrorAction =
  | "create"
  | "update"
  | "delete"
  | "conflict"
  | "skip"
  | "fail";

/** What becomes of one path. */
export interface MirrorItem {
  /** What. */
  readonly action: MirrorAction;
  /** The side that is to change; none of what is no change. */
  readonly to?: MirrorSide;
  /** The kind of file that it is afterwards, or was before a deletion. */
  readonly fileType: MirrorFileType | "other";
  /** The path from the top of the mirror: `/a/b`. */
  readonly path: string;
  /** Bytes of a file's content; 0 for what has none. */
  readonly sizeBytes: number;
  /** Whether it is done. */
  readonly done: boolean;
  /** Why it isn't, or what stands against it. */
  readonly problem?: string;
  /** What it failed with. */
  readonly error?: PondError;
}

/** What a run did, or would do. */
export interface MirrorReport {
  /**
   * What differs or was done, ordered by path. What both sides have alike is not in
   * it.
   */
  readonly items: readonly MirrorItem[];
  /** The version of the pond that the directory was compared with, at the end. */
  readonly version: number;
  /** How many transactions it made in the pond. */
  readonly commits: number;
  /**
   * Where the directory was at the last sync, if elsewhere: it was moved, or is a copy.
   * Either is compared with what it itself had.
   */
  readonly movedFrom?: string;
}

/** Which of a tree is meant, beside what `.pondignore` says. */
export interface MirrorFilter {
  /** Files must match one of these patterns, if there are any. */
  readonly include?: readonly string[];
  /** What matches one of these patterns is left out, with what is in it. */
  readonly exclude?: readonly string[];
}

/** How a mirror is opened. */
export interface MirrorOpenOptions extends MirrorFilter {
  /**
   * The directory of the pond that is mirrored. When left out, the one of the last
   * sync; the root for a new mirror.
   */
  readonly path?: string;
  /**
   * Forgets the last sync: what only one side has is taken for new, what differs for
   * a conflict.
   */
  readonly resync?: boolean;
  /** Whether the directory is made when it is missing; false when left out. */
  readonly create?: boolean;
}

/** How a run goes. */
export interface MirrorRunOptions {
  /**
   * Whether what one side has deleted is deleted on the other; false when left out.
   * A change of the other side always stays.
   */
  readonly deletes?: boolean;
  /** Only says what would be done; false when left out. */
  readonly dryRun?: boolean;
  /**
   * Which side a conflict is decided for. The other one's version is in the history
   * of the pond afterwards, at the same path.
   */
  readonly prefer?: MirrorSide;
  /** Why, for the history. */
  readonly message?: string;
  /** Is told of each item when it is done, or found to be none. */
  readonly onItem?: (item: MirrorItem) => void;
  /** Ends the run; what was done until then is known to the next one. */
  readonly signal?: AbortSignal;
}

/** How a directory is followed. */
export interface MirrorWatchOptions
  extends Omit<MirrorRunOptions, "dryRun" | "prefer"> {
  /** Which way changes go: `pull` when left out. */
  readonly direction?: MirrorDirection;
  /** How long nothing must change before changes are taken, in milliseconds. */
  readonly settleMs?: number;
  /** After how long they are taken at the latest, in milliseconds. */
  readonly maxDelayMs?: number;
  /**
   * After how long the directory is gone through though nothing was heard, in
   * milliseconds: so an event that was missed is made up for.
   */
  readonly rescanMs?: number;
  /** Is told when the system can't tell of changes: they are found by rescans. */
  readonly onBlind?: (error: PondError) => void;
}
