/**
 * What looking back gives: logs, differences, where lines come from, and what
 * was taken back.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import type { NodeId, NodeType } from "../tinyfs/mod.ts";
import type { CommitOptions, CommitResult, TransactionRow } from "./types.ts";

/** Which transactions, or versions of a node, are asked for. */
export interface LogOptions {
  /** At most so many, the newest ones. */
  readonly limit?: number;
  /** Only those of this time or later: a revision, such as `2h`. */
  readonly since?: string;
  /** Only those up to this time: a revision. */
  readonly until?: string;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** How many nodes a transaction has left otherwise than they were. */
export interface TransactionSummary {
  /** Made, or brought back. */
  readonly added: number;
  /** Changed in what they hold or are. */
  readonly modified: number;
  /** Given another name or directory. */
  readonly moved: number;
  /** Gone. */
  readonly deleted: number;
}

/** What kind of change a node has had; the first of these that it was. */
export type ChangeKind =
  | "added"
  | "deleted"
  | "type"
  | "moved"
  | "modified"
  | "mode"
  | "attributes"
  | "touched";

/**
 * What of a node is different: `node` when the path has another one, `place`
 * its name or directory, `time` that of the last change.
 */
export type ChangedPart =
  | "node"
  | "type"
  | "place"
  | "content"
  | "mode"
  | "attributes"
  | "time";

/** A node in one of two states that are compared. */
export interface NodeState {
  /** The absolute path. */
  readonly path: string;
  /** The node. */
  readonly nodeId: NodeId;
  /** The kind of node. */
  readonly fileType: NodeType;
  /** 1, 2, 3 … for each node. */
  readonly nodeVersion: number;
  /** Length of the content in bytes. */
  readonly sizeBytes: number;
  /** When it was last changed, microseconds since the epoch, UTC. */
  readonly modifiedUs: number;
  /** The POSIX permission bits. */
  readonly mode: number;
  /** SHA-256 of the content, where both states had to be looked into. */
  readonly sha256?: string;
  /** What users have set, where both states had to be looked into. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Reads the content: of a symlink its target, of a directory nothing. */
  read(options?: { readonly signal?: AbortSignal }): Promise<Bytes>;
}

/** A difference between two states of a pond. */
export interface NodeChange {
  /** What it is, in a word. */
  readonly kind: ChangeKind;
  /** Where the node is afterwards; where it was, if it is gone. */
  readonly path: string;
  /** Where it was, if that is another path: it moved, or what it is in. */
  readonly from?: string;
  /** Everything that is different. */
  readonly changed: readonly ChangedPart[];
  /** What was there; nothing if it was added. */
  readonly before?: NodeState;
  /** What is there; nothing if it was deleted. */
  readonly after?: NodeState;
}

/** Options of a diff. */
export interface DiffOptions {
  /** Only what is, or was, at this path or below it. */
  readonly path?: string;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** A line of a file, and where it comes from. */
export interface BlameLine {
  /** Its number, from 1. */
  readonly line: number;
  /** The line, with the line feed at its end. */
  readonly text: string;
  /** The version that brought it; -1 while it is pending. */
  readonly version: number;
  /** The version of the file. */
  readonly nodeVersion: number;
  /** When, in microseconds since the epoch, UTC. */
  readonly timestampUs: number;
  /** Whether that isn't committed yet. */
  readonly pending: boolean;
  /** What the file was called then. */
  readonly path: string;
  /** Who; empty while it is pending. */
  readonly author: string;
  /** Why. */
  readonly message: string;
  /** The transaction; none while it is pending. */
  readonly transactionId?: string;
}

/** Options of taking a transaction back. */
export interface UndoOptions extends Omit<CommitOptions, "first" | "paths"> {
  /** Only says whether it can be done, and what it would be. */
  readonly dryRun?: boolean;
}

/** What taking a transaction back did. */
export interface UndoResult {
  /** Whether nothing was done. */
  readonly dryRun: boolean;
  /** The transaction that was taken back. */
  readonly transaction: TransactionRow;
  /** How many nodes were changed. */
  readonly nodesChanged: number;
  /** The commit that did it. */
  readonly commit: CommitResult;
}

/** What the row of a transaction says when it takes another one back. */
export interface UndoMarks {
  /** The transaction that it takes back. */
  readonly undoes?: string;
  /** The undo that it takes back. */
  readonly redoes?: string;
}

/** A point in history that has a name. */
export interface Tag {
  /** Its name. */
  readonly name: string;
  /** The version that it means, on this branch. */
  readonly version: number;
  /** When it was set, microseconds since the epoch, UTC. */
  readonly createdUs: number;
}

/** Options of setting a tag. */
export interface TagOptions extends Pick<CommitOptions, "message" | "signal"> {
  /** Also moves a tag that means another version. */
  readonly force?: boolean;
  /** Whether only to find out what would be done. */
  readonly dryRun?: boolean;
}
