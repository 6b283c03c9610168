/**
 * The kinds of error that the requirements give a filesystem in an oplog.
 *
 * @module
 */
import type { PondErrorCode } from "../errors.ts";

/**
 * Where an error comes from: the table, the filesystem, a path that leads
 * nowhere, what is pending, a commit, a restore, Arrow data in a query, or the
 * host.
 */
export type TinyLogFSErrorKind =
  | "OpLog"
  | "TinyFS"
  | "NodeNotFound"
  | "Transaction"
  | "Commit"
  | "Restore"
  | "Arrow"
  | "Io";

const KINDS: { readonly [C in PondErrorCode]: TinyLogFSErrorKind } = {
  ABORTED: "Transaction",
  ALREADY_EXISTS: "TinyFS",
  CONFLICT: "Commit",
  DIRECTORY_NOT_EMPTY: "TinyFS",
  FORMAT_TOO_NEW: "OpLog",
  INTEGRITY: "OpLog",
  INVALID_ARGUMENT: "Transaction",
  INVALID_NAME: "TinyFS",
  IO: "Io",
  IS_A_DIRECTORY: "TinyFS",
  LOCKED: "Commit",
  LOOP: "TinyFS",
  NETWORK: "OpLog",
  NO_POND: "OpLog",
  NO_SPACE: "Io",
  NOT_A_DIRECTORY: "TinyFS",
  NOT_A_FILE: "TinyFS",
  NOT_A_SYMLINK: "TinyFS",
  NOT_FOUND: "NodeNotFound",
  OUTCOME_UNKNOWN: "Commit",
  OUTSIDE_ROOT: "TinyFS",
  PERMISSION_DENIED: "Io",
  QUERY: "Arrow",
  READ_ONLY: "TinyFS",
  REVISION_NOT_FOUND: "Restore",
  UNSUPPORTED: "TinyFS",
  VERSION_CONFLICT: "Commit",
};

/**
 * The kind of an error's code; each code has one, always the same.
 *
 * @param code The code of a `PondError`.
 */
export function errorKind(code: PondErrorCode): TinyLogFSErrorKind {
  return KINDS[code];
}
