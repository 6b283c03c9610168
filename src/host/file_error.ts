/**
 * The errors of files: the same sentences, whichever store they come from.
 *
 * @module
 */
import { PondError, type PondErrorCode } from "../errors.ts";

const REASONS: Partial<Readonly<Record<PondErrorCode, string>>> = {
  ALREADY_EXISTS: "it exists already",
  DIRECTORY_NOT_EMPTY: "the directory is not empty",
  INVALID_NAME: "a name in it is too long, or has a NUL",
  IS_A_DIRECTORY: "it is a directory",
  LOOP: "too many symbolic links",
  NO_SPACE: "the disk is full",
  NOT_A_DIRECTORY: "a component of the path is no directory",
  NOT_A_SYMLINK: "it is no symbolic link",
  NOT_FOUND: "no such file or directory",
  PERMISSION_DENIED: "permission denied",
  READ_ONLY: "the file system is read-only",
};

/** What is known of a failure beside its code. */
export interface FileErrorOptions extends ErrorOptions {
  /** What was tried, such as `read`, or `link /a to`; the path follows. */
  readonly action: string;
  /** The path. */
  readonly path: string;
  /** Why, where it isn't what the code always means. */
  readonly why?: string;
}

/** The error of a file operation that failed. */
export function fileError(
  code: PondErrorCode,
  { action, path, why = REASONS[code] ?? "it failed", cause }: FileErrorOptions,
): PondError {
  return new PondError(code, `Cannot ${action} ${path}: ${why}`, {
    path,
    ...(cause === undefined ? {} : { cause }),
    ...(code === "NO_SPACE" ? { hint: "make room and try again" } : {}),
  });
}
