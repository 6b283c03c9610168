/**
 * What SQL gets to see of a filesystem.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import type { NodeId, NodeType } from "../tinyfs/mod.ts";
import type { SeriesMark } from "./attributes.ts";
import type { DiffOptions, NodeChange } from "./change_types.ts";
import type {
  ContentLocation,
  DirectoryEntryRow,
  HistoryRow,
  QueryOptions,
  QueryResult,
  SqlTemplate,
  TransactionRow,
} from "./types.ts";

/** Which rows of the history are asked for: all that meet all of it. */
export interface HistoryCriteria {
  /** Whether what is pending is among them; not with bounds of the version. */
  readonly pending?: boolean;
  /** Whether what is committed is among them; it is, unless told otherwise. */
  readonly committed?: boolean;
  /** Lowest version. */
  readonly minVersion?: number;
  /** Highest version. */
  readonly maxVersion?: number;
  /** Earliest time, microseconds since the epoch, UTC. */
  readonly minTimestampUs?: number;
  /** Latest time. */
  readonly maxTimestampUs?: number;
  /** Only rows of these partitions. */
  readonly partIds?: ReadonlySet<string>;
  /** Only rows about these nodes. */
  readonly nodeIds?: ReadonlySet<string>;
  /** Is told which data files are read for that, and which aren't. */
  readonly onFiles?: (
    read: readonly string[],
    skipped: readonly string[],
  ) => void;
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
}

/** A row of the Delta table, as it is stored. */
export interface RecordRow {
  /** The partition: 32 hexadecimal digits. */
  readonly partId: string;
  /** Time of the transaction, microseconds since the epoch, UTC. */
  readonly timestampUs: number;
  /** Version of the transaction. */
  readonly version: number;
  /** The data file that it is in. */
  readonly source: string;
  /** Rows of entries as an Arrow IPC stream, shared with a cache. */
  readonly content: Bytes;
}

/** A node of the tree. */
export interface TreeRow {
  /** The absolute path. */
  readonly path: string;
  /** The name in its directory. */
  readonly name: string;
  /** The directory that it is in. */
  readonly directoryId: NodeId;
  /** The node. */
  readonly nodeId: NodeId;
  /** The kind of node. */
  readonly fileType: NodeType;
  /** 1, 2, 3 … for each node. */
  readonly nodeVersion: number;
  /** Version of the transaction of its newest row; -1 while it is pending. */
  readonly version: number;
  /** Length of the content in bytes. */
  readonly sizeBytes: number;
  /** When it was last changed, microseconds since the epoch, UTC. */
  readonly modifiedUs: number;
  /** The POSIX permission bits. */
  readonly mode: number;
  /** What only its own row says, if that was asked for. */
  readonly details?: {
    /** When it was created, microseconds since the epoch, UTC. */
    readonly createdUs: number;
    /** SHA-256 of the content, of files. */
    readonly sha256?: string;
    /** The target of a symlink. */
    readonly target?: string;
    /** What users have set. */
    readonly attributes?: Readonly<Record<string, unknown>>;
  };
}

/** Which nodes of the tree are asked for. */
export interface TreeCriteria {
  /** Only what is at this path, or below it. */
  readonly path?: string;
  /** Whether the row of each node is read, for its details. */
  readonly details?: boolean;
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
}

/** A file that matches a pattern. */
export interface FileMatch {
  /** The absolute path. */
  readonly path: string;
  /** One text for each wildcard: the directories under a `**` are `a/b`. */
  readonly captures: readonly string[];
}

/** A version of a file. */
export interface FileVersion {
  /** Version of the transaction; -1 while it is pending. */
  readonly version: number;
  /** Its time, microseconds since the epoch, UTC. */
  readonly timestampUs: number;
  /** Where the bytes are. */
  readonly location: ContentLocation;
}

/** A part of what a file holds. */
export interface FilePart {
  /** Where its bytes are. */
  readonly location: ContentLocation;
  /** What a computed file is, whatever its name says; none of other files. */
  readonly format?: "parquet" | "text";
  /** What a part of a series says of it; none of other files. */
  readonly series?: SeriesMark;
}

/** What the query layer gets to see of a filesystem. */
export interface QuerySource {
  /**
   * Rows of operations, oldest first, some at a time. Their cells are decoded
   * when they are asked for, as long as the batch is the newest one.
   */
  historyBatches(
    criteria?: HistoryCriteria,
  ): AsyncIterable<readonly HistoryRow[]>;
  /** Rows of directory records, oldest first. */
  directoryEntryRows(
    criteria?: HistoryCriteria,
  ): AsyncIterable<DirectoryEntryRow>;
  /** Rows of the Delta table, oldest first. */
  recordRows(criteria?: HistoryCriteria): AsyncIterable<RecordRow>;
  /** Nodes of the tree, the root left out, parents before their children. */
  treeRows(criteria?: TreeCriteria): AsyncIterable<TreeRow>;
  /** What differs between two states, by path. */
  diff(
    from: string,
    to?: string,
    options?: DiffOptions,
  ): AsyncIterable<NodeChange>;
  /** The transactions, newest first. */
  transactions(
    options?: { limit?: number; signal?: AbortSignal },
  ): AsyncIterable<TransactionRow>;
  /** Files that match a pattern, in order. No match: none. */
  fileMatches(
    pattern: string,
    options?: { signal?: AbortSignal },
  ): AsyncIterable<FileMatch>;
  /**
   * All versions of a file, oldest first, through renames: one for each
   * transaction that changed it, with the content that it left.
   */
  fileVersions(
    path: string,
    options?: { signal?: AbortSignal },
  ): AsyncIterable<FileVersion>;
  /**
   * Where the bytes of a file lie; a blob's hash has been checked.
   *
   * @throws {PondError} `NOT_FOUND`, `IS_A_DIRECTORY`, `INTEGRITY`.
   */
  contentLocation(
    path: string,
    options?: { signal?: AbortSignal },
  ): Promise<ContentLocation>;
  /**
   * Where the bytes lie that together are a file: of a series, those of each
   * part, the newest first; of any other file, those of the newest version.
   *
   * @throws {PondError} As {@linkcode contentLocation}.
   */
  fileParts(
    path: string,
    options?: { signal?: AbortSignal },
  ): AsyncIterable<FilePart>;
  /** The same filesystem in another state. */
  at(revision: string): Promise<QuerySource>;
  /** The directory on the host that the blobs are in. */
  readonly blobDirectory: string;
  /** A directory on the host for disposable files, made when missing. */
  cacheDirectory(): Promise<string>;
}

/** Runs SQL over a filesystem. */
export interface QueryRunner {
  (
    source: QuerySource,
    sql: string | SqlTemplate,
    options: QueryOptions,
  ): Promise<QueryResult>;
  /** Drops what it keeps for the next query; there may be one all the same. */
  release?(): Promise<void>;
}
