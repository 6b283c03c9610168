/**
 * Where the pond is: `--pond DIR`, else `POND`, else the nearest directory
 * above that is one.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { Context } from "./context.ts";

/** The file that makes a directory a pond. */
const POND_FILE = "pond.json";

/**
 * Finds the pond's directory.
 *
 * @returns Its absolute path. A directory that was named is not looked at.
 * @throws {PondError} `NO_POND` when none was named and none lies above.
 */
export async function locatePond(context: Context): Promise<string> {
  const named = namedDirectory(context);
  if (named !== undefined) return await hostPath(context, named);
  const { files, terminal } = context.host;
  const start = await hostPath(context, terminal.cwd());
  for (let directory = start;; directory = parentOf(directory)) {
    const path = directory === "/"
      ? `/${POND_FILE}`
      : `${directory}/${POND_FILE}`;
    if (await exists(() => files.stat(path))) return directory;
    if (parentOf(directory) === directory) break;
  }
  throw new PondError(
    "NO_POND",
    `There is no pond: no --pond DIR, no environment variable POND, and none in ${start} or above it`,
    { path: start, hint: "make one: pond init my-pond" },
  );
}

/** The directory that the command line or the environment names. */
export function namedDirectory(context: Context): string | undefined {
  // An empty variable is one that isn't set.
  return context.globals.pond ??
    (context.host.terminal.env("POND") || undefined);
}

/**
 * The absolute form of a path on the host, without `.`, `..` and a slash at
 * its end.
 */
export async function hostPath(
  context: Context,
  path: string,
): Promise<string> {
  if (/^(\/[^/.][^/]*)+$/.test(path)) return path;
  if (path.startsWith("pond:/")) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot use ${path} on the host: pond: is a path in the pond`,
      { path, hint: `a name that begins so: file:./${path}` },
    );
  }
  const { resolve } = await import("@std/path");
  // `file:./a`, `file:/a` and `file:///a` are paths of the host, too.
  const own = path.replace(/^file:(\/\/(?=\/))?/, "");
  return resolve(context.host.terminal.cwd(), own);
}

/** A directory above that may not be looked into holds no pond of ours. */
async function exists(stat: () => Promise<unknown>): Promise<boolean> {
  try {
    return await stat() !== undefined;
  } catch (error) {
    if (hasCode(error, "PERMISSION_DENIED", "NOT_A_DIRECTORY")) return false;
    throw error;
  }
}

function parentOf(directory: string): string {
  const end = Math.max(directory.lastIndexOf("/"), directory.lastIndexOf("\\"));
  return end <= 0 ? directory.slice(0, 1) : directory.slice(0, end);
}
