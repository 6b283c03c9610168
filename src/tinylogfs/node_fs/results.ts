/**
 * What the functions of {@linkcode NodeFs} resolve to.
 *
 * @module
 */
import type { Bytes } from "../../bytes.ts";
import type {
  NodeEncoding,
  NodeFsContent,
  NodeFsTime,
  NodeReadBytesOptions,
  NodeReadTextOptions,
  NodeStatOptions,
  NodeWriteFileOptions,
} from "./options.ts";

/** Tells the kinds of nodes apart. */
export interface NodeKind {
  /** Whether it is a file. */
  isFile(): boolean;
  /** Whether it is a directory. */
  isDirectory(): boolean;
  /** Whether it is a symlink. */
  isSymbolicLink(): boolean;
  /** False: a pond has none. */
  isBlockDevice(): boolean;
  /** False: a pond has none. */
  isCharacterDevice(): boolean;
  /** False: a pond has none. */
  isFIFO(): boolean;
  /** False: a pond has none. */
  isSocket(): boolean;
}

/** Numbers about a node. */
export interface NodeNumbers<N extends number | bigint> extends NodeKind {
  /** 0. */
  readonly dev: N;
  /** From the node's identity, below 2 to the power of 48. */
  readonly ino: N;
  /** Kind and permission bits. */
  readonly mode: N;
  /** 1: a node has one name. */
  readonly nlink: N;
  /** 0: a node has no owner. */
  readonly uid: N;
  /** 0, as `uid`. */
  readonly gid: N;
  /** 0. */
  readonly rdev: N;
  /** Length of the content in bytes: of a symlink, of its target. */
  readonly size: N;
  /** 4096. */
  readonly blksize: N;
  /** Units of 512 bytes that the content fills. */
  readonly blocks: N;
  /** Same as `mtimeMs`: a pond doesn't note who reads. */
  readonly atimeMs: N;
  /** Time of the last change, in milliseconds since the epoch. */
  readonly mtimeMs: N;
  /** Same as `mtimeMs`. */
  readonly ctimeMs: N;
  /** Time of creation, in milliseconds since the epoch. */
  readonly birthtimeMs: N;
  /** Same as `mtime`. */
  readonly atime: Date;
  /** Time of the last change. */
  readonly mtime: Date;
  /** Same as `mtime`. */
  readonly ctime: Date;
  /** Time of creation. */
  readonly birthtime: Date;
}

/** What is known of a node. */
export type NodeStats = NodeNumbers<number>;

/** What is known of a node, with bigints, and times in nanoseconds as well. */
export interface NodeBigIntStats extends NodeNumbers<bigint> {
  /** Same as `mtimeNs`. */
  readonly atimeNs: bigint;
  /** Time of the last change, in nanoseconds since the epoch. */
  readonly mtimeNs: bigint;
  /** Same as `mtimeNs`. */
  readonly ctimeNs: bigint;
  /** Time of creation, in nanoseconds since the epoch. */
  readonly birthtimeNs: bigint;
}

/** An entry of a listed directory. */
export interface NodeDirent extends NodeKind {
  /** The name. */
  readonly name: string;
  /** The directory it is in, as it was asked for. */
  readonly parentPath: string;
  /** Same as `parentPath`, as older programs call it. */
  readonly path: string;
}

/** A directory that is being listed. */
export interface NodeDir extends AsyncIterable<NodeDirent>, AsyncDisposable {
  /** The path it was opened by. */
  readonly path: string;
  /** The next entry, or `null` at the end. */
  read(): Promise<NodeDirent | null>;
  /** Ends the listing. */
  close(): Promise<void>;
}

/** Which part of a file is read, and where it goes. */
export interface NodeReadPart {
  /** Where in the buffer the bytes begin; 0 when left out. */
  readonly offset?: number | null | undefined;
  /** How many at most; what has room when left out. */
  readonly length?: number | null | undefined;
  /** The first byte in the file; left out, the handle's own place, which moves. */
  readonly position?: number | bigint | null | undefined;
}

/**
 * An open file. What is written is kept in memory: it is a pending operation
 * when the file is closed or synced, or is looked at in another way.
 */
export interface NodeFileHandle extends AsyncDisposable {
  /** A number that no other open file has; -1 when closed. */
  readonly fd: number;
  /** Adds to the end, or writes on, as the file was opened. */
  appendFile(
    data: string | Uint8Array,
    options?: NodeWriteFileOptions | NodeEncoding | null,
  ): Promise<void>;
  /** Sets the permission bits. */
  chmod(mode: number | string): Promise<void>;
  /** Puts what was written into the pond. */
  close(): Promise<void>;
  /** Same as {@linkcode NodeFileHandle.sync}. */
  datasync(): Promise<void>;
  /** Reads into a buffer. */
  read<B extends ArrayBufferView>(
    buffer: B,
    offset?: number | null | NodeReadPart,
    length?: number | null,
    position?: number | bigint | null,
  ): Promise<{ bytesRead: number; buffer: B }>;
  /** Reads into a buffer, a new one when left out. */
  read(
    options?: NodeReadPart & { readonly buffer?: ArrayBufferView },
  ): Promise<{ bytesRead: number; buffer: ArrayBufferView }>;
  /** Reads the rest as text. */
  readFile(options: NodeEncoding | NodeReadTextOptions): Promise<string>;
  /** Reads the rest as bytes. */
  readFile(options?: NodeReadBytesOptions | null): Promise<Bytes>;
  /** Describes the file. */
  stat(options: NodeStatOptions<true>): Promise<NodeBigIntStats>;
  /** Describes the file. */
  stat(options?: NodeStatOptions<false>): Promise<NodeStats>;
  /** Puts what was written into the pond, as a pending operation. */
  sync(): Promise<void>;
  /** Cuts the file, or fills it with zeros. */
  truncate(length?: number): Promise<void>;
  /** Sets the time of the last change. */
  utimes(atime: NodeFsTime, mtime: NodeFsTime): Promise<void>;
  /** Writes text. */
  write(
    text: string,
    position?: number | null,
    encoding?: NodeEncoding | null,
  ): Promise<{ bytesWritten: number; buffer: string }>;
  /** Writes bytes. */
  write<B extends ArrayBufferView>(
    buffer: B,
    offset?: number | null,
    length?: number | null,
    position?: number | null,
  ): Promise<{ bytesWritten: number; buffer: B }>;
  /** Writes content at the handle's place. */
  writeFile(
    data: NodeFsContent,
    options?: NodeWriteFileOptions | NodeEncoding | null,
  ): Promise<void>;
}
