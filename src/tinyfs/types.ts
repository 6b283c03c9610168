/**
 * What a filesystem is made of: nodes, and the directory that anyone can
 * implement.
 *
 * @module
 */
import type { Bytes, ByteSource } from "../bytes.ts";

/** The identity of a node: 32 hexadecimal digits; the root is 32 zeros. */
export type NodeId = string & { readonly __brand: "NodeId" };

/** The kind of a node. */
export type NodeType = "file" | "directory" | "symlink";

/** What is known of a node without reading its content. */
export interface NodeMetadata {
  /** Length of the content in bytes: of a symlink, of its target in UTF-8. */
  readonly sizeBytes: number;
  /** When the node was created, in microseconds since the epoch, UTC. */
  readonly createdUs: number;
  /** When its content was last changed, in microseconds since the epoch, UTC. */
  readonly modifiedUs: number;
  /** 1 for a new node, and one more with each change of it. */
  readonly version: number;
  /** The POSIX permission bits. */
  readonly mode: number;
  /** SHA-256 of the content as hexadecimal digits, where it is known. */
  readonly sha256?: string;
  /** Attributes that users of the filesystem have set. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** Which part of a file to read, and when to stop. */
export interface ReadOptions {
  /** The first byte; 0 when left out. */
  readonly offset?: number;
  /** How many bytes at most. */
  readonly length?: number;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

/** Options of writing. */
export interface WriteOptions {
  /** Ends the writing; the old content stays. */
  readonly signal?: AbortSignal;
  /** The POSIX permission bits; left out, those of before, or the usual ones. */
  readonly mode?: number;
  /**
   * When the content was last changed, in microseconds since the epoch, UTC;
   * the present when left out.
   */
  readonly modifiedUs?: number;
  /**
   * Whether an array of bytes is given away, as `structuredClone()` has it: it
   * may be empty afterwards, and needn't be copied.
   */
  readonly transfer?: boolean;
}

/** Options of making a symlink. */
export interface LinkOptions {
  /** Its time, in microseconds since the epoch, UTC; the present when left out. */
  readonly modifiedUs?: number;
}

/** Options of making a directory. */
export interface DirectoryOptions {
  /** The POSIX permission bits; the usual ones when left out. */
  readonly mode?: number;
  /**
   * A time before the present that it was last changed at, in microseconds since
   * the epoch, UTC: it has that until something in it changes once it is there.
   */
  readonly modifiedUs?: number;
}

/** What every node has. */
export interface NodeBase {
  /** The identity of the node. */
  readonly id: NodeId;
  /** Size, times and the rest, without the content. */
  metadata(): Promise<NodeMetadata>;
}

/** A node that holds bytes. */
export interface File extends NodeBase {
  /** Tells files from the other nodes. */
  readonly type: "file";
  /** Reads content into memory; the caller owns the array. */
  read(options?: ReadOptions): Promise<Bytes>;
  /** Reads content as a stream. */
  stream(options?: ReadOptions): Promise<ReadableStream<Bytes>>;
  /** Replaces the content: whole, or not at all. */
  write(content: ByteSource, options?: WriteOptions): Promise<void>;
}

/** A node that points to a path. */
export interface Symlink extends NodeBase {
  /** Tells symlinks from the other nodes. */
  readonly type: "symlink";
  /** The path it points to, as it was given. */
  target(): Promise<string>;
}

/**
 * A node that has named children. Implement it to make a directory of your
 * own, such as one that computes its children when it is asked; that one hands
 * its {@linkcode Inquiry} on.
 */
export interface Directory extends NodeBase {
  /** Tells directories from the other nodes. */
  readonly type: "directory";
  /**
   * The child of this name, or `undefined` when there is none.
   *
   * @param inquiry Who waits for the answer.
   */
  get(name: string, inquiry?: Inquiry): Promise<Node | undefined>;
  /** Adds a child. `ALREADY_EXISTS` when the name is taken. */
  insert(name: string, node: Node): Promise<void>;
  /** Takes a child out. Resolves to it, or to `undefined` when there is none. */
  delete(name: string): Promise<Node | undefined>;
  /**
   * All children, ordered by name (UTF-16 code units).
   *
   * @param inquiry Who waits for the answer.
   */
  entries(inquiry?: Inquiry): AsyncIterable<DirectoryItem>;
  /**
   * Moves a child to a directory of the same kind in one step, where the
   * directory can, over what has the new name there: the caller has seen that
   * it can be replaced. Without it, a rename is a delete and an insert.
   *
   * @returns False when `to` is not a directory it can move to.
   */
  move?(name: string, to: Directory, toName: string): Promise<boolean>;
  /**
   * Takes a child out together with everything below it in one step, where the
   * directory can. Without it, a directory is emptied before it is taken out.
   */
  deleteTree?(name: string): Promise<Node | undefined>;
}

/**
 * Who waits for an answer of a directory: directories that ask others to
 * compute their own children.
 *
 * A directory that asks by a path or a pattern may be led back to itself, and
 * would ask without end. So it hands on what it was given, with itself added by
 * {@linkcode inquiryOf}, in the options of a lookup or a walk. A walk passes
 * over directories that wait for it, and a lookup through one is refused.
 */
export interface Inquiry {
  /** The identities of the directories that wait. */
  readonly waiting: ReadonlySet<NodeId>;
}

/** A child and its name. */
export interface DirectoryItem {
  /** The name in the directory. */
  readonly name: string;
  /** The child. */
  readonly node: Node;
}

/** A file, a directory or a symlink. */
export type Node = File | Directory | Symlink;

/** Makes the nodes of a filesystem before they get a name. */
export interface NodeFactory {
  /** Makes a file with this content. */
  createFile(content: ByteSource, options?: WriteOptions): Promise<File>;
  /** Makes an empty directory. */
  createDirectory(options?: DirectoryOptions): Promise<Directory>;
  /** Makes a symlink to a path. */
  createSymlink(target: string, options?: LinkOptions): Promise<Symlink>;
}
