/**
 * What Deno throws, as the errors that a {@linkcode FileStore} promises.
 *
 * Deno gives every failure of the operating system its POSIX name in `code`,
 * on all platforms; classes and texts it has only for some.
 *
 * @module
 */
import { PondError, type PondErrorCode } from "../errors.ts";
import { fileError } from "./file_error.ts";

const CODES: Readonly<Record<string, PondErrorCode>> = {
  EACCES: "PERMISSION_DENIED",
  EDQUOT: "NO_SPACE",
  EEXIST: "ALREADY_EXISTS",
  EFBIG: "NO_SPACE",
  EISDIR: "IS_A_DIRECTORY",
  ELOOP: "LOOP",
  ENAMETOOLONG: "INVALID_NAME",
  ENOENT: "NOT_FOUND",
  ENOSPC: "NO_SPACE",
  ENOTDIR: "NOT_A_DIRECTORY",
  ENOTEMPTY: "DIRECTORY_NOT_EMPTY",
  EPERM: "PERMISSION_DENIED",
  EROFS: "READ_ONLY",
  EXDEV: "UNSUPPORTED",
};

/** Where the code alone says too little. */
const REASONS: Readonly<Record<string, string>> = {
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be larger than the limit",
  EXDEV: "both names must lie on one file system",
};

/**
 * Does something with a file; its failure becomes a {@linkcode PondError}.
 *
 * @param action What is tried, such as `read`; see {@linkcode fileError}.
 * @param signal The caller's; when it is aborted, its reason is thrown as it is.
 */
export async function attempt<T>(
  action: string,
  path: string,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw denoError(action, path, error);
  }
}

/** The error for what was caught; one that is a {@linkcode PondError} stays. */
export function denoError(
  action: string,
  path: string,
  cause: unknown,
): PondError {
  if (cause instanceof PondError) return cause;
  // What the system calls an invalid argument, and Deno doesn't let through.
  if (path.includes("\0")) {
    return fileError("INVALID_NAME", { action, path, cause });
  }
  const name = osErrorName(cause);
  const code = CODES[name] ?? "IO";
  const why = REASONS[name] ?? (code === "IO" ? reasonOf(cause) : undefined);
  const options = { action, path, cause };
  return fileError(code, why === undefined ? options : { ...options, why });
}

/** The name of the operating system's error, such as `ENOENT`; or empty. */
export function osErrorName(error: unknown): string {
  // Without --allow-read and the like, it is Deno that denies.
  if (error instanceof Deno.errors.NotCapable) return "EACCES";
  if (!(error instanceof Error) || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

/** Deno's text, without the call and the path that it ends with. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/(\(os error \d+\)).*$/s, "$1");
}
