/**
 * The rows of a pond, outer and inner, and their encoding.
 *
 * ```text
 * Record           a row of the Delta table
 *   part_id        string   the partition: a directory's id, or a parent's
 *   timestamp      long     microseconds since the epoch, one a transaction
 *   version        long     the Delta version of the transaction
 *   content        binary   Arrow IPC stream, rows of OplogEntry:
 *     part_id      utf8     the partition again
 *     node_id      utf8     the node that the row is about
 *     file_type    utf8     file | directory | symlink | transaction
 *     metadata     utf8     a JSON object
 *     content      binary   file bytes, symlink target, or Arrow IPC stream,
 *                           rows of DirectoryEntry; null with a blob's hash
 *                           in metadata.sha256, and after a delete
 *     operation    utf8     create | update | delete | move
 *     node_version int64    1, 2, 3 … for each node
 *     position     int32    order in the transaction; -1 for bookkeeping
 *     name, path   utf8     what the node was called at that time
 * ```
 *
 * Columns are only ever added: a reader takes a column that is not there as
 * nulls, and ignores one that it doesn't know.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import { IntegrityError } from "../errors.ts";
import {
  type BatchReader,
  type ColumnSpec,
  encodeBatch,
  readBatch,
} from "./arrow.ts";

/** The partition of the rows that transactions write about themselves. */
export const TRANSACTION_PART_ID: string = "f".repeat(32);

/** The partition of the rows with all tags, written when one of them changes. */
export const TAG_PART_ID: string = `${"f".repeat(31)}e`;

/** The partition of the root directory. */
export const ROOT_PART_ID: string = "0".repeat(32);

/** The kind of node in an {@linkcode OplogEntry}. */
export type EntryFileType = "file" | "directory" | "symlink" | "transaction";

/** What an {@linkcode OplogEntry} did. */
export type EntryOperation = "create" | "update" | "delete" | "move";

/** A row of the Delta table: all entries of one transaction in one partition. */
export interface Record {
  /** The partition: 32 hexadecimal digits. */
  readonly partId: string;
  /** Time of the transaction, in microseconds since the epoch, UTC. */
  readonly timestampUs: number;
  /** Delta version of the transaction. */
  readonly version: number;
  /** Rows of {@linkcode OplogEntry} as an Arrow IPC stream. */
  readonly content: Bytes;
}

/** One change of one node. */
export interface OplogEntry {
  /** A directory's own id; for files and symlinks the parent directory's. */
  readonly partId: string;
  /** The node: 32 hexadecimal digits. */
  readonly nodeId: string;
  /** The kind of node. */
  readonly fileType: EntryFileType;
  /** A JSON object. */
  readonly metadata: string;
  /** What the node holds, as the file header says. */
  readonly content: Bytes | null;
  /** What was done. */
  readonly operation: EntryOperation;
  /** 1, 2, 3 … for each node. */
  readonly nodeVersion: number;
  /** Order in the transaction from 0; -1 for bookkeeping. */
  readonly position: number;
  /** What the node was called; empty for the root and for transactions. */
  readonly name: string;
  /** Where the node was; empty for transactions. */
  readonly path: string;
}

/** A name in a directory, or its removal. */
export interface DirectoryEntry {
  /** The name in the directory. */
  readonly name: string;
  /** The child: 32 hexadecimal digits. */
  readonly childNodeId: string;
  /** The kind of the child. */
  readonly childType: "file" | "directory" | "symlink";
  /** Whether the name is there afterwards. */
  readonly operation: "insert" | "delete";
  /** The child's version, as in its own latest row. */
  readonly nodeVersion: number;
  /** Delta version of the transaction with the child's latest row. */
  readonly childVersion: number;
  /** Length of the child's content in bytes. */
  readonly sizeBytes: number;
  /** When the child was last changed, microseconds since the epoch, UTC. */
  readonly modifiedUs: number;
  /** The child's POSIX permission bits. */
  readonly mode: number;
}

/** The columns of {@linkcode OplogEntry} rows. */
export const OPLOG_ENTRY_COLUMNS: readonly ColumnSpec[] = [
  { name: "part_id", type: "utf8" },
  { name: "node_id", type: "utf8" },
  { name: "file_type", type: "utf8" },
  { name: "metadata", type: "utf8" },
  { name: "content", type: "binary" },
  { name: "operation", type: "utf8" },
  { name: "node_version", type: "int64" },
  { name: "position", type: "int32" },
  { name: "name", type: "utf8" },
  { name: "path", type: "utf8" },
];

/** The columns of {@linkcode DirectoryEntry} rows. */
export const DIRECTORY_ENTRY_COLUMNS: readonly ColumnSpec[] = [
  { name: "name", type: "utf8" },
  { name: "child_node_id", type: "utf8" },
  { name: "child_type", type: "utf8" },
  { name: "operation", type: "utf8" },
  { name: "node_version", type: "int64" },
  { name: "child_version", type: "int64" },
  { name: "size", type: "int64" },
  { name: "modified", type: "int64" },
  { name: "mode", type: "int32" },
];

/** The places of columns among those of entries. */
const NODE_COLUMN = 1;
const TYPE_COLUMN = 2;
const POSITION_COLUMN = 7;

/** Encodes entries as an Arrow IPC stream. */
export function encodeOplogEntries(entries: readonly OplogEntry[]): Bytes {
  return encodeBatch(OPLOG_ENTRY_COLUMNS, [
    entries.map((e) => e.partId),
    entries.map((e) => e.nodeId),
    entries.map((e) => e.fileType),
    entries.map((e) => e.metadata),
    entries.map((e) => e.content),
    entries.map((e) => e.operation),
    entries.map((e) => e.nodeVersion),
    entries.map((e) => e.position),
    entries.map((e) => e.name),
    entries.map((e) => e.path),
  ]);
}

/**
 * Decodes an Arrow IPC stream of entries.
 *
 * @param bytes The content of a {@linkcode Record}.
 * @param source The file it comes from, for the error.
 * @throws {IntegrityError} When it is no such stream.
 */
export function decodeOplogEntries(
  bytes: Uint8Array,
  source: string,
): OplogEntry[] {
  return new EntryBatch(bytes, source).entries();
}

/**
 * The entries in the content of a {@linkcode Record}, decoded when they are
 * asked for: one of thousands costs one.
 */
export class EntryBatch {
  readonly #batch: BatchReader;
  readonly #source: string;
  /** The rows of each node, in order. */
  #index: Map<string, number[]> | undefined;

  /**
   * Opens a batch.
   *
   * @param bytes An Arrow IPC stream of entries.
   * @param source The file it comes from, for errors.
   * @throws {IntegrityError} When it is no such stream.
   */
  constructor(bytes: Uint8Array, source: string) {
    this.#batch = readBatch(OPLOG_ENTRY_COLUMNS, bytes, source);
    this.#source = source;
  }

  /** All entries, in order. */
  entries(): OplogEntry[] {
    const { numRows } = this.#batch;
    return Array.from({ length: numRows }, (_, row) => this.#entry(row));
  }

  /** All entries, in order, each cell decoded when it is asked for. */
  views(): OplogEntry[] {
    const { numRows } = this.#batch;
    return Array.from(
      { length: numRows },
      (_, row) => new EntryView(this.#batch, row, this.#source),
    );
  }

  /** The highest position of an entry; only these are decoded. */
  get lastPosition(): number {
    let last = -1;
    for (let row = 0; row < this.#batch.numRows; row++) {
      const reader = new RowReader(this.#batch, row, this.#source);
      last = Math.max(last, reader.number(POSITION_COLUMN));
    }
    return last;
  }

  /** The entries about a node, in order. */
  entriesOf(nodeId: string): OplogEntry[] {
    this.#index ??= this.#nodes();
    return this.#index.get(nodeId)?.map((row) => this.#entry(row)) ?? [];
  }

  /** The entries of a kind about a node, in order; no other one is decoded. */
  allOf(nodeId: string, fileType: EntryFileType): OplogEntry[] {
    return this.#rowsOf(nodeId, fileType).map((row) => this.#entry(row));
  }

  /** The last entry of a kind about a node. */
  lastOf(nodeId: string, fileType: EntryFileType): OplogEntry | undefined {
    const row = this.#rowsOf(nodeId, fileType).at(-1);
    return row === undefined ? undefined : this.#entry(row);
  }

  #rowsOf(nodeId: string, fileType: EntryFileType): number[] {
    return this.#batch.rowsWith(TYPE_COLUMN, fileType).filter((row) =>
      this.#batch.cell(NODE_COLUMN, row) === nodeId
    );
  }

  #nodes(): Map<string, number[]> {
    const index = new Map<string, number[]>();
    for (let row = 0; row < this.#batch.numRows; row++) {
      const nodeId = new RowReader(this.#batch, row, this.#source).text(1);
      const rows = index.get(nodeId);
      if (rows === undefined) index.set(nodeId, [row]);
      else rows.push(row);
    }
    return index;
  }

  #entry(index: number): OplogEntry {
    const view = new EntryView(this.#batch, index, this.#source);
    return {
      partId: view.partId,
      nodeId: view.nodeId,
      fileType: view.fileType,
      metadata: view.metadata,
      content: view.content,
      operation: view.operation,
      nodeVersion: view.nodeVersion,
      position: view.position,
      name: view.name,
      path: view.path,
    };
  }
}

/** Encodes a directory's entries as an Arrow IPC stream. */
export function encodeDirectoryEntries(
  entries: readonly DirectoryEntry[],
): Bytes {
  return encodeBatch(DIRECTORY_ENTRY_COLUMNS, [
    entries.map((e) => e.name),
    entries.map((e) => e.childNodeId),
    entries.map((e) => e.childType),
    entries.map((e) => e.operation),
    entries.map((e) => e.nodeVersion),
    entries.map((e) => e.childVersion),
    entries.map((e) => e.sizeBytes),
    entries.map((e) => e.modifiedUs),
    entries.map((e) => e.mode),
  ]);
}

/**
 * Decodes an Arrow IPC stream of directory entries.
 *
 * @param bytes The content of a directory's {@linkcode OplogEntry}.
 * @param source The file it comes from, for the error.
 * @throws {IntegrityError} When it is no such stream.
 */
export function decodeDirectoryEntries(
  bytes: Uint8Array,
  source: string,
): DirectoryEntry[] {
  return new DirectoryBatch(bytes, source).entries();
}

/** Entries of a directory, decoded when they are asked for. */
export class DirectoryBatch {
  readonly #batch: BatchReader;
  readonly #source: string;
  #types: (DirectoryEntry["childType"] | undefined)[] | undefined;
  #operations: (DirectoryEntry["operation"] | undefined)[] | undefined;

  /**
   * Opens a batch.
   *
   * @param bytes The content of a directory's {@linkcode OplogEntry}.
   * @param source The file it comes from, for errors.
   * @throws {IntegrityError} When it is no Arrow IPC stream of entries.
   */
  constructor(bytes: Uint8Array, source: string) {
    this.#batch = readBatch(DIRECTORY_ENTRY_COLUMNS, bytes, source);
    this.#source = source;
  }

  /** All entries, in order. */
  entries(): DirectoryEntry[] {
    const { numRows } = this.#batch;
    return Array.from({ length: numRows }, (_, row) => this.entry(row));
  }

  /** One of many that are asked for, by its place. */
  entry(row: number): DirectoryEntry {
    this.#types ??= this.#valuesOf(2, CHILD_TYPES);
    this.#operations ??= this.#valuesOf(3, CHILD_OPERATIONS);
    return this.#entry(row, this.#types[row], this.#operations[row]);
  }

  /** The places of those that take a name out. */
  deletions(): number[] {
    return this.#batch.rowsWith(3, "delete");
  }

  /** Their names, in order. */
  names(): string[] {
    const { numRows } = this.#batch;
    return Array.from(
      { length: numRows },
      (_, row) => new RowReader(this.#batch, row, this.#source).text(0),
    );
  }

  /** The entry of a name; no other one is decoded. */
  find(name: string): DirectoryEntry | undefined {
    const row = this.#batch.rowsWith(0, name).at(-1);
    return row === undefined ? undefined : this.#entry(row);
  }

  /** A column of few different texts, none of which is decoded. */
  #valuesOf<T extends string>(
    column: number,
    allowed: readonly T[],
  ): (T | undefined)[] {
    const values = new Array<T | undefined>(this.#batch.numRows);
    for (const value of allowed) {
      for (const row of this.#batch.rowsWith(column, value)) {
        values[row] = value;
      }
    }
    return values;
  }

  /** What is known of a row needn't be decoded. */
  #entry(
    index: number,
    type?: DirectoryEntry["childType"],
    operation?: DirectoryEntry["operation"],
  ): DirectoryEntry {
    const row = new RowReader(this.#batch, index, this.#source);
    return {
      name: row.text(0),
      childNodeId: row.text(1),
      childType: type ?? row.oneOf(2, CHILD_TYPES),
      operation: operation ?? row.oneOf(3, CHILD_OPERATIONS),
      nodeVersion: row.number(4),
      childVersion: row.number(5),
      sizeBytes: row.number(6),
      modifiedUs: row.number(7),
      mode: row.number(8),
    };
  }
}

const ENTRY_FILE_TYPES = [
  "file",
  "directory",
  "symlink",
  "transaction",
] as const;
const ENTRY_OPERATIONS = ["create", "update", "delete", "move"] as const;
const CHILD_TYPES = ["file", "directory", "symlink"] as const;
const CHILD_OPERATIONS = ["insert", "delete"] as const;

/** Reads the cells of a row, and checks what they hold. */
class RowReader {
  readonly #batch: BatchReader;
  readonly #row: number;
  readonly #source: string;

  constructor(batch: BatchReader, row: number, source: string) {
    this.#batch = batch;
    this.#row = row;
    this.#source = source;
  }

  text(column: number): string {
    const cell = this.#batch.cell(column, this.#row);
    return typeof cell === "string" ? cell : this.#refuse(column);
  }

  number(column: number): number {
    const cell = this.#batch.cell(column, this.#row);
    return typeof cell === "number" ? cell : this.#refuse(column);
  }

  bytes(column: number): Bytes | null {
    const cell = this.#batch.cell(column, this.#row);
    if (cell === null) return null;
    return cell instanceof Uint8Array ? cell as Bytes : this.#refuse(column);
  }

  oneOf<T extends string>(column: number, allowed: readonly T[]): T {
    const cell = this.#batch.cell(column, this.#row);
    return allowed.find((value) => value === cell) ?? this.#refuse(column);
  }

  #refuse(column: number): never {
    throw new IntegrityError(
      this.#source,
      `row ${this.#row} has no valid value in column ${column}`,
    );
  }
}

/** An entry in its batch. */
class EntryView extends RowReader implements OplogEntry {
  get partId(): string {
    return this.text(0);
  }

  get nodeId(): string {
    return this.text(1);
  }

  get fileType(): EntryFileType {
    return this.oneOf(2, ENTRY_FILE_TYPES);
  }

  get metadata(): string {
    return this.text(3);
  }

  get content(): Bytes | null {
    return this.bytes(4);
  }

  get operation(): EntryOperation {
    return this.oneOf(5, ENTRY_OPERATIONS);
  }

  get nodeVersion(): number {
    return this.number(6);
  }

  get position(): number {
    return this.number(POSITION_COLUMN);
  }

  get name(): string {
    return this.text(8);
  }

  get path(): string {
    return this.text(9);
  }
}
