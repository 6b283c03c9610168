/**
 * Failures as programs for Node know them.
 *
 * ```text
 * CODE: description, syscall 'path' -> 'dest'
 * ```
 *
 * @see {@link https://nodejs.org/api/errors.html#class-systemerror Node, SystemError}
 * @module
 */
import { PondError, type PondErrorCode } from "../../errors.ts";

/** Linux's numbers and libuv's descriptions of the codes that are used here. */
const ERRNO = {
  EACCES: [13, "permission denied"],
  EBADF: [9, "bad file descriptor"],
  EBUSY: [16, "resource busy or locked"],
  EEXIST: [17, "file already exists"],
  EILSEQ: [84, "illegal byte sequence"],
  EINVAL: [22, "invalid argument"],
  EIO: [5, "i/o error"],
  EISDIR: [21, "illegal operation on a directory"],
  ELOOP: [40, "too many symbolic links encountered"],
  ENAMETOOLONG: [36, "name too long"],
  ENOENT: [2, "no such file or directory"],
  ENOSPC: [28, "no space left on device"],
  ENOSYS: [38, "function not implemented"],
  ENOTDIR: [20, "not a directory"],
  ENOTEMPTY: [39, "directory not empty"],
  ENOTSUP: [95, "operation not supported on socket"],
  EROFS: [30, "read-only file system"],
} as const satisfies Record<string, readonly [number, string]>;

/** A code of the operating system. */
export type NodeErrno = keyof typeof ERRNO;

/** What each error of a pond is to a program for Node. */
const CODES: Readonly<Record<PondErrorCode, NodeErrno>> = {
  ABORTED: "EIO",
  ALREADY_EXISTS: "EEXIST",
  CONFLICT: "EBUSY",
  DIRECTORY_NOT_EMPTY: "ENOTEMPTY",
  FORMAT_TOO_NEW: "EIO",
  INTEGRITY: "EIO",
  INVALID_ARGUMENT: "EINVAL",
  INVALID_NAME: "EINVAL",
  IO: "EIO",
  IS_A_DIRECTORY: "EISDIR",
  LOCKED: "EBUSY",
  LOOP: "ELOOP",
  NETWORK: "EIO",
  NO_POND: "EIO",
  NO_SPACE: "ENOSPC",
  NOT_A_DIRECTORY: "ENOTDIR",
  NOT_A_FILE: "EINVAL",
  NOT_A_SYMLINK: "EINVAL",
  NOT_FOUND: "ENOENT",
  OUTCOME_UNKNOWN: "EIO",
  OUTSIDE_ROOT: "EACCES",
  PERMISSION_DENIED: "EACCES",
  QUERY: "EIO",
  READ_ONLY: "EROFS",
  REVISION_NOT_FOUND: "EIO",
  UNSUPPORTED: "ENOTSUP",
  VERSION_CONFLICT: "EBUSY",
};

/** What was called, for the error. */
export interface Call {
  /** The system call that Node would have made. */
  readonly syscall: string;
  /** The path, as it was given. */
  readonly path?: string;
  /** The other path. */
  readonly dest?: string;
  /** The path that an open file was opened by: it is in no error. */
  readonly openedBy?: string;
}

/** A failure with Node's `code`; its `cause` is the error of the pond. */
export class NodeFsError extends Error {
  /** Such as `ENOENT`, or `ERR_FS_EISDIR`. */
  readonly code: string;
  /** Linux's number of the code, negative but where Node has it otherwise. */
  readonly errno: number;
  /** The system call that Node would have made. */
  readonly syscall: string;
  /** The path, as it was given. */
  readonly path?: string;
  /** The other path of a call that takes two. */
  readonly dest?: string;

  /**
   * Makes an error.
   *
   * @param code What it is to the system.
   * @param call What was called.
   * @param options The cause; another `code` and message where Node checks
   *   something before it asks the system.
   */
  constructor(
    code: NodeErrno,
    call: Call,
    options: ErrorOptions & {
      readonly nodeCode?: string;
      readonly problem?: string;
    } = {},
  ) {
    const { nodeCode, problem, ...rest } = options;
    super(problem ?? messageOf(code, call), rest);
    this.code = nodeCode ?? code;
    const [errno] = ERRNO[code];
    this.errno = nodeCode === undefined ? -errno : errno;
    if (nodeCode !== undefined) this.name = "SystemError";
    this.syscall = call.syscall;
    if (call.path !== undefined) this.path = call.path;
    if (call.dest !== undefined) this.dest = call.dest;
  }
}

/** A caller's mistake, with the code that Node gives it. */
export class NodeArgumentError extends TypeError {
  /** Such as `ERR_INVALID_ARG_VALUE`. */
  readonly code: string;

  /**
   * Makes an error.
   *
   * @param code Node's code.
   * @param message What is wrong with which argument.
   */
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A number out of range, with the code that Node gives it. */
export class NodeRangeError extends RangeError {
  /** Node's code. */
  readonly code = "ERR_OUT_OF_RANGE";
}

/** A call that its signal has ended. */
export class NodeAbortError extends Error {
  /** As Node names it. */
  override readonly name = "AbortError";
  /** As Node has it. */
  readonly code = "ABORT_ERR";
}

/**
 * The failure of a call as Node tells it. What is no failure of a pond stays
 * what it is.
 */
export function translated(
  error: unknown,
  call: Call,
  signal: AbortSignal | undefined,
): unknown {
  if (signal?.aborted && error === signal.reason) {
    return new NodeAbortError("The operation was aborted", { cause: error });
  }
  if (!(error instanceof PondError)) return error;
  return new NodeFsError(codeOf(error, call), call, { cause: error });
}

function codeOf(error: PondError, { path, dest }: Call): NodeErrno {
  const isEmpty = path === "" || dest === "";
  if (error.code === "INVALID_ARGUMENT" && isEmpty) return "ENOENT";
  if (error.code !== "INVALID_NAME") return CODES[error.code];
  const name = error.path ?? "";
  if (!name.isWellFormed()) return "EILSEQ";
  return name.length > 0 ? "ENAMETOOLONG" : "EINVAL";
}

function messageOf(code: NodeErrno, { syscall, path, dest }: Call): string {
  const paths = [path, dest].filter((it) => it !== undefined)
    .map((it) => `'${it}'`).join(" -> ");
  const where = paths === "" ? syscall : `${syscall} ${paths}`;
  return `${code}: ${ERRNO[code][1]}, ${where}`;
}
