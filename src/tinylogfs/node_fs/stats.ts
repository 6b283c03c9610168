/**
 * What is known of a node, as programs for Node ask for it.
 *
 * @module
 */
import type { NodeId, NodeMetadata, NodeType } from "../../tinyfs/mod.ts";
import { ROOT_PART_ID } from "../../oplog/record.ts";
import { KIND_BITS } from "./constants.ts";
import type {
  NodeBigIntStats,
  NodeDirent,
  NodeKind,
  NodeStats,
} from "./results.ts";

const BLOCK_BYTES = 512;
const BUFFER_BYTES = 4096;

/** Hexadecimal digits of an identity that make an `ino`: exact as a number. */
const INO_DIGITS = 12;

/** A node, to be described. */
export interface Described {
  /** The identity. */
  readonly id: NodeId;
  /** The kind. */
  readonly type: NodeType;
  /** Size, times and the rest. */
  readonly metadata: NodeMetadata;
}

/** Answers for one kind. */
class Kind implements NodeKind {
  // Not enumerable: a program may compare or print what is.
  readonly #type: NodeType;

  constructor(type: NodeType) {
    this.#type = type;
  }

  isFile(): boolean {
    return this.#type === "file";
  }

  isDirectory(): boolean {
    return this.#type === "directory";
  }

  isSymbolicLink(): boolean {
    return this.#type === "symlink";
  }

  isBlockDevice(): boolean {
    return false;
  }

  isCharacterDevice(): boolean {
    return false;
  }

  isFIFO(): boolean {
    return false;
  }

  isSocket(): boolean {
    return false;
  }
}

class PondStats extends Kind implements NodeStats {
  readonly dev = 0;
  readonly mode: number;
  readonly nlink = 1;
  readonly uid = 0;
  readonly gid = 0;
  readonly rdev = 0;
  readonly blksize = BUFFER_BYTES;
  readonly ino: number;
  readonly size: number;
  readonly blocks: number;
  readonly atimeMs: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly birthtimeMs: number;
  readonly atime: Date;
  readonly mtime: Date;
  readonly ctime: Date;
  readonly birthtime: Date;

  constructor({ id, type, metadata }: Described) {
    super(type);
    const { createdUs, mode, modifiedUs, sizeBytes } = metadata;
    this.mode = KIND_BITS[type] | mode;
    this.ino = inoOf(id);
    this.size = sizeBytes;
    this.blocks = Math.ceil(sizeBytes / BLOCK_BYTES);
    this.mtimeMs = modifiedUs / 1000;
    this.atimeMs = this.mtimeMs;
    this.ctimeMs = this.mtimeMs;
    this.birthtimeMs = createdUs / 1000;
    this.mtime = new Date(this.mtimeMs);
    this.atime = new Date(this.mtimeMs);
    this.ctime = new Date(this.mtimeMs);
    this.birthtime = new Date(this.birthtimeMs);
  }
}

class PondBigIntStats extends Kind implements NodeBigIntStats {
  readonly dev = 0n;
  readonly mode: bigint;
  readonly nlink = 1n;
  readonly uid = 0n;
  readonly gid = 0n;
  readonly rdev = 0n;
  readonly blksize: bigint = BigInt(BUFFER_BYTES);
  readonly ino: bigint;
  readonly size: bigint;
  readonly blocks: bigint;
  readonly atimeMs: bigint;
  readonly mtimeMs: bigint;
  readonly ctimeMs: bigint;
  readonly birthtimeMs: bigint;
  readonly atimeNs: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly birthtimeNs: bigint;
  readonly atime: Date;
  readonly mtime: Date;
  readonly ctime: Date;
  readonly birthtime: Date;

  constructor(described: Described) {
    super(described.type);
    const stats = new PondStats(described);
    const { createdUs, modifiedUs } = described.metadata;
    this.mode = BigInt(stats.mode);
    this.ino = BigInt(stats.ino);
    this.size = BigInt(stats.size);
    this.blocks = BigInt(stats.blocks);
    this.mtimeNs = BigInt(modifiedUs) * 1000n;
    this.atimeNs = this.mtimeNs;
    this.ctimeNs = this.mtimeNs;
    this.birthtimeNs = BigInt(createdUs) * 1000n;
    this.mtimeMs = this.mtimeNs / 1_000_000n;
    this.atimeMs = this.mtimeMs;
    this.ctimeMs = this.mtimeMs;
    this.birthtimeMs = this.birthtimeNs / 1_000_000n;
    this.atime = stats.atime;
    this.mtime = stats.mtime;
    this.ctime = stats.ctime;
    this.birthtime = stats.birthtime;
  }
}

class PondDirent extends Kind implements NodeDirent {
  readonly name: string;
  readonly parentPath: string;
  readonly path: string;

  constructor(name: string, parentPath: string, type: NodeType) {
    super(type);
    this.name = name;
    this.parentPath = parentPath;
    this.path = parentPath;
  }
}

/** Describes a node with numbers. */
export function statsOf(described: Described): NodeStats {
  return new PondStats(described);
}

/** Describes a node with bigints. */
export function bigIntStatsOf(described: Described): NodeBigIntStats {
  return new PondBigIntStats(described);
}

/** Describes an entry of a directory. */
export function direntOf(
  name: string,
  parentPath: string,
  type: NodeType,
): NodeDirent {
  return new PondDirent(name, parentPath, type);
}

/** Identities are random at their ends; the root's is zeros, which is no ino. */
function inoOf(id: NodeId): number {
  return id === ROOT_PART_ID ? 1 : parseInt(id.slice(-INO_DIGITS), 16);
}
