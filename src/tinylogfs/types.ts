/**
 * What goes in and out of a {@linkcode TinyLogFS}: options, results, rows.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import type { ConflictError } from "../errors.ts";
import type { ColumnKind } from "../oplog/mod.ts";
import type { Directory, NodeId, NodeType } from "../tinyfs/mod.ts";
import type { Timestamp } from "./timestamp.ts";

/** How the data files of a pond are laid out. */
export type Layout = "clustered" | "hive";

/** Whether commits are flushed to the disk before they are acknowledged. */
export type Durability = "full" | "relaxed";

/** What a row of history did. */
export type OperationKind = "create" | "update" | "delete" | "move";

/** Options of making a pond. */
export interface InitOptions {
  /** `clustered` unless told otherwise. */
  readonly layout?: Layout;
  /** `full` unless told otherwise. */
  readonly durability?: Durability;
  /** Ends the call. */
  readonly signal?: AbortSignal;
}

/** Options of a commit. */
export interface CommitOptions {
  /** Why, for the history. */
  readonly message?: string;
  /** What else is to be said of the transaction, by names. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Commits only so many operations, the first ones. */
  readonly first?: number;
  /** Commits only operations at or below these paths, and what they need. */
  readonly paths?: readonly string[];
  /** Ends the attempt, while nothing has been published. */
  readonly signal?: AbortSignal;
}

/** What a commit did. */
export interface CommitResult {
  /** How many operations it made part of history; 0 when none was pending. */
  readonly operationsCommitted: number;
  /** The transaction's id: 32 hexadecimal digits. */
  readonly transactionId: string;
  /** The version that the commit made, or the current one if it made none. */
  readonly version: number;
  /** How long it took, in milliseconds. */
  readonly commitDuration: number;
  /** Bytes of the data files and the log entry. */
  readonly bytesWritten: number;
  /** Rows of `OplogEntry` in the transaction, bookkeeping included. */
  readonly recordBatchSize: number;
}

/** Options of a restore. */
export interface RestoreOptions extends Omit<CommitOptions, "first" | "paths"> {
  /**
   * Restores only the nodes that are, or were, at this path or below it;
   * everything when left out. A node that has moved since is moved back.
   */
  readonly path?: string;
  /** Only says what would be done; false when left out. */
  readonly dryRun?: boolean;
}

/** Options of a transaction that a function makes. */
export interface TransactionOptions
  extends Omit<CommitOptions, "first" | "paths"> {
  /** How often the function is called again after a conflict; 5 if left out. */
  readonly retries?: number;
}

/** What a transaction did. */
export interface TransactionResult<T> {
  /** What the function returned. */
  readonly value: T;
  /** The commit of what it did. */
  readonly commit: CommitResult;
}

/** Options of dropping pending operations. */
export interface RevertOptions {
  /**
   * Drops only operations at or below these paths, and those that build on
   * them; everything when left out.
   */
  readonly paths?: readonly string[];
}

/** What a restore did. */
export interface RestoreResult {
  /** Whether nothing was done. */
  readonly dryRun: boolean;
  /** How many nodes were changed to be as they had been. */
  readonly nodesRestored: number;
  /** Which ones. */
  readonly nodeIds: readonly string[];
  /** How long it took, in milliseconds. */
  readonly restoreDuration: number;
  /** The time of the state that was restored. */
  readonly targetTimestamp: Date;
  /** The version that was restored. */
  readonly targetVersion: number;
  /** The commit that made it the current state. */
  readonly commit: CommitResult;
}

/** The state of a pond and its pending transaction. */
export interface TinyLogFSStatus {
  /** How many operations are pending. */
  readonly pendingOperations: number;
  /** Bytes of content that are pending in memory. */
  readonly pendingBytes: number;
  /** Nodes in memory: cached directory entries and pending nodes. */
  readonly totalNodes: number;
  /** The time of the newest commit. */
  readonly lastCommit: Date;
  /** Estimate of the memory for cached and pending nodes, in bytes. */
  readonly memoryUsage: number;
  /** The id that the pending transaction will have. */
  readonly transactionId: string;
  /** The version that is looked at: the newest one, unless an earlier is. */
  readonly version: number;
  /** The version from which on history is whole: 0, or what a prune has left. */
  readonly wholeSince: number;
  /** Why what is staged can't be committed any more, if it can't. */
  readonly conflict?: ConflictError;
}

/** An entry of a listed directory. */
export interface DirEntry {
  /** The name in the directory. */
  readonly name: string;
  /** The absolute path. */
  readonly path: string;
  /** The node. */
  readonly nodeId: NodeId;
  /** The kind of the node. */
  readonly fileType: NodeType;
  /**
   * Length of the content in bytes; null of a computed file, as long as it isn't
   * computed.
   */
  readonly sizeBytes: number | null;
  /**
   * When the content was last changed, microseconds since the epoch, UTC. For a
   * directory, when it was created: a listing doesn't read the directories in
   * it. {@linkcode NodeInfo.modifiedAt} says when its entries changed.
   */
  readonly modifiedUs: number;
  /** The POSIX permission bits. */
  readonly mode: number;
  /** Which version of the node this is. */
  readonly version: number;
  /** Whether the entry is changed by the pending transaction. */
  readonly pending: boolean;
  /** Where a symlink points to. */
  readonly target?: string;
}

/** One row of history: an `OplogEntry` with what is known around it. */
export interface HistoryRow {
  /** The partition: a directory's own id, else the id of the parent. */
  readonly partId: string;
  /** The node. */
  readonly nodeId: string;
  /** The kind of node; `transaction` for the row of a transaction itself. */
  readonly fileType: NodeType | "transaction";
  /** A JSON object: created, modified, size, mode, sha256, attributes, … */
  readonly metadata: string;
  /** File bytes below 64 KiB, a symlink's target, directory entries, or null. */
  readonly content: Bytes | null;
  /** What was done. */
  readonly operation: OperationKind;
  /** 1, 2, 3 … for each node. */
  readonly nodeVersion: number;
  /** The name at that time; empty for the root and transactions. */
  readonly name: string;
  /** The path at that time; empty for transactions. */
  readonly path: string;
  /** Time of the transaction, microseconds since the epoch, UTC. */
  readonly timestampUs: number;
  /** Version of the transaction; -1 while it is pending. */
  readonly version: number;
  /** Order in the transaction from 0; -1 for bookkeeping. */
  readonly position: number;
  /** Whether the row is not committed yet. */
  readonly pending: boolean;
}

/** A row of a directory record. */
export interface DirectoryEntryRow {
  /** The directory. */
  readonly directoryId: string;
  /** The name in it. */
  readonly name: string;
  /** The child. */
  readonly childNodeId: string;
  /** The kind of the child. */
  readonly childType: NodeType;
  /** Whether the name was added (or changed) or taken out. */
  readonly operation: "insert" | "delete";
  /** The version of the child. */
  readonly nodeVersion: number;
  /** Version of the transaction that wrote the row; -1 while pending. */
  readonly version: number;
  /** Time of the transaction, microseconds since the epoch, UTC. */
  readonly timestampUs: number;
  /** Whether the row is part of a full snapshot of its directory. */
  readonly snapshot: boolean;
  /** Whether the row is not committed yet. */
  readonly pending: boolean;
}

/** One transaction in the pond's own log. */
export interface TransactionRow {
  /** 32 hexadecimal digits. */
  readonly transactionId: string;
  /** The version that it made. */
  readonly version: number;
  /** When, in microseconds since the epoch, UTC. */
  readonly timestampUs: number;
  /** Who. */
  readonly author: string;
  /** Why; empty when nothing was said. */
  readonly message: string;
  /** How many operations. */
  readonly operations: number;
  /** The id of the transaction that it took back, if it is an undo. */
  readonly undoes?: string;
  /** The id of the undo that it took back, if it is a redo. */
  readonly redoes?: string;
  /** What it has taken in, if it is a merge: a branch, as of a version of it. */
  readonly merged?: { readonly branch: string; readonly version: number };
  /** What else was said of it, by names; mostly nothing. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Where the bytes of a file lie, for engines that read files in place. */
export type ContentLocation =
  | {
    readonly kind: "blob";
    readonly hostPath: string;
    readonly sha256: string;
  }
  | { readonly kind: "inline"; readonly bytes: Bytes };

/** Options of a query. */
export interface QueryOptions {
  /** Whether pending operations are rows too. */
  readonly pending?: boolean;
  /** Is told of each table that the statement names, when its rows are there. */
  readonly onTable?: (use: TableUse) => void;
  /**
   * Values of the parameters: `$name` by its name, or `?` and `$1` by their
   * place. They are bound, and never a part of the text.
   */
  readonly params?: QueryParams;
  /**
   * Memory in bytes that the engine may take; what doesn't fit goes to the
   * pond's `cache/` for as long as the query lives, as far as it can. Four
   * fifths of the machine's when left out.
   */
  readonly memoryBytes?: number;
  /** How many threads work; as many as there are processors when left out. */
  readonly threads?: number;
  /** Milliseconds until the query and the reading of its rows fail: `QUERY`. */
  readonly timeoutMs?: number;
  /**
   * Whether functions may read files of the host: `FROM read_csv('a.csv')`, and
   * `FROM 'file:///tmp/a.csv'`. Nothing can be written there.
   */
  readonly hostFiles?: boolean;
  /** Ends the query. */
  readonly signal?: AbortSignal;
}

/** What a query has read of a table. */
export interface TableUse {
  /** The table, or the path or pattern. */
  readonly name: string;
  /** The columns that were read; none of files, which the engine reads. */
  readonly columns: readonly string[];
  /** How many rows; none of files. */
  readonly rows?: number;
  /** What was read: data files by their names, files by their paths. */
  readonly read: readonly string[];
  /** Data files in which nothing could be that is asked for. */
  readonly skipped: readonly string[];
}
/** A value of a parameter. A `Date` is a point in time. */
export type QueryParam =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Date
  | Timestamp;

/** Values of parameters, by their names or in their order. */
export type QueryParams =
  | Readonly<Record<string, QueryParam>>
  | readonly QueryParam[];

/** A column of a query's result. */
export interface QueryColumn {
  /** The name. */
  readonly name: string;
  /** The SQL type, as the engine names it. */
  readonly type: string;
  /** What formats with types take it for; by its SQL type when left out. */
  readonly kind?: ColumnKind;
}

/**
 * A value of a query's result. Integers of 64 bits and more are bigints; exact
 * decimals, dates, times of day and intervals are text.
 */
export type QueryValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Bytes
  | Date
  | Timestamp
  | readonly QueryValue[]
  | { readonly [name: string]: QueryValue };

/** Rows of a result, column by column. */
export interface QueryBatch {
  /** The columns, in order. */
  readonly columns: readonly QueryColumn[];
  /** How many rows. */
  readonly numRows: number;
  /** The values: one array for each column. */
  readonly values: readonly (readonly QueryValue[])[];
}

/** What a query answers: batches as they come. */
export interface QueryResult
  extends AsyncIterable<QueryBatch>, AsyncDisposable {
  /** The columns, known before the first batch. */
  readonly columns: readonly QueryColumn[];
  /**
   * The rows as an Arrow IPC stream, in pieces as they are made; in the place of
   * the batches, which can be read once.
   */
  arrow(): AsyncIterable<Uint8Array>;
}

/** A row of a result, by the names of its columns. */
export type QueryRow = Readonly<Record<string, QueryValue>>;

/** A statement with values between its pieces, as a template literal has them. */
export interface SqlTemplate {
  /** The pieces: one more than there are values. */
  readonly texts: readonly string[];
  /**
   * The values: parameters, which are bound; text that stands where a table does
   * is the table's name, or its path.
   */
  readonly values: readonly QueryParam[];
}

/** Options of a query that names the state that it is about. */
export interface PondQueryOptions extends QueryOptions {
  /** The revision to look at, such as `v12`; the newest state if left out. */
  readonly at?: string;
}

/** One pending operation, for people. */
export interface PendingOperation {
  /** What will be done. */
  readonly operation: OperationKind;
  /** The kind of node. */
  readonly fileType: NodeType;
  /** The path of the node. */
  readonly path: string;
  /** The path before a move. */
  readonly from?: string;
  /** Length of the content in bytes. */
  readonly sizeBytes: number;
}

/** What is known of a node. */
export interface NodeInfo {
  /** The node. */
  readonly nodeId: NodeId;
  /** The kind of node. */
  readonly fileType: NodeType;
  /** When it was created. */
  readonly createdAt: Date;
  /**
   * When its content was last changed; for a directory, its entries.
   */
  readonly modifiedAt: Date;
  /** Length of the content in bytes. */
  readonly size: number;
  /** The POSIX permission bits. */
  readonly mode: number;
  /** 1 for a new node, and one more with each change. */
  readonly version: number;
  /** The directory that holds it; the root has none. */
  readonly parentId?: NodeId;
  /** SHA-256 of a file's content or a symlink's target. */
  readonly sha256?: string;
  /** What users have set. */
  readonly customAttributes: Readonly<Record<string, unknown>>;
}

/** What nodes are looked for; a node has to meet all that is given. */
export interface NodeSearchCriteria {
  /** The directory to look below; the root when left out. */
  readonly path?: string;
  /**
   * A pattern for the name, such as `*.csv`. With a slash in it, it is one for
   * the path: from the root where it begins with a slash, else from `path`.
   */
  readonly name?: string;
  /** The kind of node. */
  readonly fileType?: NodeType;
  /** At least so many bytes; a directory has none. */
  readonly minSize?: number;
  /** At most so many bytes. */
  readonly maxSize?: number;
  /** Created at this time or later. */
  readonly createdAfter?: Date;
  /** Created before this time. */
  readonly createdBefore?: Date;
  /** Last changed at this time or later; of a directory, its entries. */
  readonly modifiedAfter?: Date;
  /** Last changed before this time. */
  readonly modifiedBefore?: Date;
  /**
   * A JSONPath (RFC 9535) that has to find something in the list of the node's
   * metadata, which has the members of the column `metadata`: `created`,
   * `modified`, `size`, `mode`, `sha256`, `attributes`. Such as
   * `$[?@.size > 1000]`, or `$[0].attributes.station`.
   */
  readonly metadataQuery?: string;
  /** With `false`, nothing of what views below the directory show. */
  readonly computed?: boolean;
  /** Ends the search. */
  readonly signal?: AbortSignal;
}

/** A node that was looked for. */
export interface FoundNode {
  /** The node. */
  readonly nodeId: NodeId;
  /** The absolute path. */
  readonly path: string;
  /** The kind of node. */
  readonly fileType: NodeType;
  /** As in {@linkcode DirEntry}: null where it isn't known. */
  readonly sizeBytes: number | null;
  /** As in {@linkcode DirEntry}: of a directory, when it was created. */
  readonly modifiedUs: number;
  /** Which version of the node this is. */
  readonly version: number;
}

/** A directory and its place in the cache. */
export interface DirectoryStatus {
  /** Entries of it that were in memory before anyone asked. */
  readonly cachedEntries: number;
  /** Whether the pending transaction changes its entries. */
  readonly isDirty: boolean;
  /** When it was read from the oplog, if it is in memory. */
  readonly lastLoaded?: Date;
  /** How many entries it has, pending ones included. */
  readonly entryCount: number;
}

/** A directory of a pond. */
export interface PondDirectory extends Directory {
  /** Its state, and that of the cache; reads the directory when it has to. */
  getStatus(): Promise<DirectoryStatus>;
}
