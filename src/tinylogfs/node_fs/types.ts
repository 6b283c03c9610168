/**
 * The shape of Node's `fs/promises`.
 *
 * @see {@link https://nodejs.org/api/fs.html#promises-api Node, Promises API}
 * @module
 */
import type { Bytes } from "../../bytes.ts";
import type {
  NodeAsBytes,
  NodeAsText,
  NodeCpOptions,
  NodeEncoding,
  NodeFsContent,
  NodeFsFlag,
  NodeFsPath,
  NodeFsTime,
  NodeMkdirOptions,
  NodeReadBytesOptions,
  NodeReaddirOptions,
  NodeReadTextOptions,
  NodeRmOptions,
  NodeStatOptions,
  NodeWriteFileOptions,
} from "./options.ts";
import type {
  NodeBigIntStats,
  NodeDir,
  NodeDirent,
  NodeFileHandle,
  NodeStats,
} from "./results.ts";

/**
 * Files of a pond, as programs for Node know them: the functions of
 * `fs/promises`, which need no `this`. Relative paths start at the root.
 *
 * Every failure is a {@linkcode NodeFsError} with Node's `code`, and the
 * `PondError` as its `cause`; an argument that can't be meant, a
 * {@linkcode NodeArgumentError} or {@linkcode NodeRangeError}; a call that its
 * signal has ended, a {@linkcode NodeAbortError}.
 *
 * Changes are pending operations, which `commit()` of the pond commits and
 * `revert()` drops; inside of `transaction()`, they are part of it. With
 * `autoCommit` each call is a transaction of its own, together with what was
 * pending before it. Where another process was faster, the call is `EBUSY`, and
 * what it did is dropped, unless something else was pending: that is kept, and
 * the call's own with it. A call that fails in another way commits nothing;
 * what a copy or `mkdir()` has done until then is committed with the next one.
 *
 * Calls that change something come one after the other, in the order in which
 * they were made; the content of an iterable is taken in before the call's turn.
 *
 * What a pond has not: owners and second names of a node (`ENOTSUP`), news of
 * changes (`ENOSYS`), times of access and of changes of the mode (both are the
 * time of the last change).
 */
export interface NodeFs {
  /** The same again, for programs that take all of `fs` and use this of it. */
  readonly promises: NodeFs;
  /** Node's names for numbers, such as `O_EXCL`. */
  readonly constants: Readonly<Record<string, number>>;

  /** Whether a path leads to a node, one that can be run or written if asked. */
  access(path: NodeFsPath, mode?: number): Promise<void>;
  /**
   * Adds to the end of a file, which is made when missing. The content is
   * written anew: many pieces are better written into an open file.
   */
  appendFile(
    path: NodeFsPath | NodeFileHandle,
    data: string | Uint8Array,
    options?: NodeWriteFileOptions | NodeEncoding | null,
  ): Promise<void>;
  /** Sets the permission bits. */
  chmod(path: NodeFsPath, mode: number | string): Promise<void>;
  /** Refused with `ENOTSUP`: nodes have no owners. */
  chown(path: NodeFsPath, uid: number, gid: number): Promise<void>;
  /** Copies a file; `COPYFILE_EXCL` refuses to replace one. */
  copyFile(from: NodeFsPath, to: NodeFsPath, mode?: number): Promise<void>;
  /** Copies a file or symlink, or a tree. */
  cp(
    from: string | URL,
    to: string | URL,
    options?: NodeCpOptions,
  ): Promise<void>;
  /** Refused with `ENOTSUP`: nodes have no owners. */
  lchown(path: NodeFsPath, uid: number, gid: number): Promise<void>;
  /** Refused with `ENOTSUP`: a node has one name. */
  link(existing: NodeFsPath, path: NodeFsPath): Promise<void>;
  /** Describes a node; a symlink is not followed. */
  lstat(
    path: NodeFsPath,
    options: NodeStatOptions<true>,
  ): Promise<NodeBigIntStats>;
  /** Describes a node; a symlink is not followed. */
  lstat(path: NodeFsPath, options?: NodeStatOptions<false>): Promise<NodeStats>;
  /** Sets the time of the last change; a symlink is not followed. */
  lutimes(
    path: NodeFsPath,
    atime: NodeFsTime,
    mtime: NodeFsTime,
  ): Promise<void>;
  /** Makes a directory; resolves to the first that was made, if `recursive`. */
  mkdir(
    path: NodeFsPath,
    options?: NodeMkdirOptions | number | string | null,
  ): Promise<string | undefined>;
  /** Makes a directory with six random characters at the end of its name. */
  mkdtemp(prefix: NodeFsPath, options?: NodeAsText): Promise<string>;
  /**
   * Opens a file. What is written is kept in memory, and pending when the file
   * is closed or synced, or is looked at by another function; whole content,
   * however large, is better given to {@linkcode NodeFs.writeFile}.
   */
  open(
    path: NodeFsPath,
    flags?: NodeFsFlag,
    mode?: number | string,
  ): Promise<NodeFileHandle>;
  /** Opens a directory, to list it. */
  opendir(
    path: NodeFsPath,
    options?: NodeReaddirOptions,
  ): Promise<NodeDir>;
  /** Lists a directory. */
  readdir(
    path: NodeFsPath,
    options: NodeReaddirOptions & { readonly withFileTypes: true },
  ): Promise<NodeDirent[]>;
  /** Lists a directory. */
  readdir(
    path: NodeFsPath,
    options:
      | "buffer"
      | (Omit<NodeReaddirOptions, "encoding"> & {
        readonly encoding: "buffer";
        readonly withFileTypes?: false;
      }),
  ): Promise<Bytes[]>;
  /** Lists a directory. */
  readdir(
    path: NodeFsPath,
    options?:
      | NodeEncoding
      | (NodeReaddirOptions & { readonly withFileTypes?: false })
      | null,
  ): Promise<string[]>;
  /** Reads a file as text. */
  readFile(
    path: NodeFsPath | NodeFileHandle,
    options: NodeEncoding | NodeReadTextOptions,
  ): Promise<string>;
  /** Reads a file as bytes, which are a `Buffer` where the host has those. */
  readFile(
    path: NodeFsPath | NodeFileHandle,
    options?: NodeReadBytesOptions | null,
  ): Promise<Bytes>;
  /** The target of a symlink, as it was given. */
  readlink(path: NodeFsPath, options: NodeAsBytes): Promise<Bytes>;
  /** The target of a symlink, as it was given. */
  readlink(path: NodeFsPath, options?: NodeAsText): Promise<string>;
  /** The absolute path without symlinks in it. */
  realpath(path: NodeFsPath, options: NodeAsBytes): Promise<Bytes>;
  /** The absolute path without symlinks in it. */
  realpath(path: NodeFsPath, options?: NodeAsText): Promise<string>;
  /** Moves a node, over a file or an empty directory. */
  rename(from: NodeFsPath, to: NodeFsPath): Promise<void>;
  /** Removes a file or symlink; with `recursive`, a directory. */
  rm(path: NodeFsPath, options?: NodeRmOptions): Promise<void>;
  /** Removes an empty directory. */
  rmdir(path: NodeFsPath): Promise<void>;
  /** Describes a node. */
  stat(
    path: NodeFsPath,
    options: NodeStatOptions<true>,
  ): Promise<NodeBigIntStats>;
  /** Describes a node. */
  stat(path: NodeFsPath, options?: NodeStatOptions<false>): Promise<NodeStats>;
  /** Makes a symlink. */
  symlink(target: NodeFsPath, path: NodeFsPath, type?: string): Promise<void>;
  /** Cuts a file, or fills it with zeros. */
  truncate(path: NodeFsPath, length?: number): Promise<void>;
  /** Removes a file or symlink. */
  unlink(path: NodeFsPath): Promise<void>;
  /**
   * Sets the time of the last change. That of a directory never goes back, and
   * is the time of the commit that makes it, or changes something in it.
   */
  utimes(
    path: NodeFsPath,
    atime: NodeFsTime,
    mtime: NodeFsTime,
  ): Promise<void>;
  /** Refused with `ENOSYS`: a pond has no news of changes. */
  watch(path: NodeFsPath): AsyncIterable<never>;
  /** Replaces the content of a file, which is made when missing. */
  writeFile(
    path: NodeFsPath | NodeFileHandle,
    data: NodeFsContent,
    options?: NodeWriteFileOptions | NodeEncoding | null,
  ): Promise<void>;
}
