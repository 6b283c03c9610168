/**
 * Paths and names.
 *
 * ```text
 * path   "/" separates names; a leading "/" starts at the root, a trailing one
 *        asks for a directory; empty names and "." say nothing; ".." is the
 *        directory above, and the root's own is the root
 * name   1 to 255 bytes of UTF-8 without "/" and NUL; not "." or ".."
 * ```
 *
 * Names are compared as they are written: nothing is folded or normalised.
 *
 * @see {@link https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap04.html#tag_04_16 POSIX, Pathname Resolution}
 * @module
 */
import { encodeUtf8 } from "../bytes.ts";
import { PondError } from "../errors.ts";

/** The longest name, in bytes of UTF-8: POSIX's usual NAME_MAX. */
export const NAME_MAX_BYTES = 255;

/**
 * No path that POSIX programs can use is so deep (`PATH_MAX`): directories that
 * are contain themselves, under ever new identities.
 */
export const MAX_DEPTH = 4096;

/** A path, taken apart. */
export interface ParsedPath {
  /** Whether it starts at the root. */
  readonly absolute: boolean;
  /** The names on the way, ".." among them. */
  readonly names: readonly string[];
  /** Whether it can only mean a directory: it ends in "/", "." or "..". */
  readonly directory: boolean;
}

/**
 * Takes a path apart.
 *
 * @param path The path; `.` is what it starts from.
 * @throws {PondError} `INVALID_ARGUMENT` for an empty path, `INVALID_NAME` for
 *   a name in it that no node can have.
 */
export function parsePath(path: string): ParsedPath {
  if (path === "") {
    throw new PondError("INVALID_ARGUMENT", "A path can't be empty", {
      hint: 'the root is "/", the directory itself "."',
    });
  }
  const names: string[] = [];
  let last = "";
  for (const name of path.split("/")) {
    last = name;
    if (name === "" || name === ".") continue;
    if (name !== "..") checkName(name);
    names.push(name);
  }
  return {
    absolute: path.startsWith("/"),
    names,
    directory: last === "" || last === "." || last === "..",
  };
}

/**
 * Checks a name that a node shall get.
 *
 * @param name The name.
 * @throws {PondError} `INVALID_NAME` when no node can have it.
 */
export function checkName(name: string): void {
  const problem = problemOf(name);
  if (problem === undefined) return;
  throw new PondError(
    "INVALID_NAME",
    `Cannot use the name ${JSON.stringify(shortened(name))}: ${problem}`,
    { path: name },
  );
}

/** The path of a name in a directory. */
export function joinPath(directory: string, name: string): string {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}

function problemOf(name: string): string | undefined {
  if (name === "" || name === "." || name === "..") {
    return "it stands for a directory itself";
  }
  if (name.includes("/")) return 'it contains "/"';
  if (name.includes("\0")) return "it contains NUL";
  if (!name.isWellFormed()) return "it is not valid Unicode";
  // A UTF-16 unit is at most three bytes of UTF-8: most names need no count.
  if (name.length * 3 <= NAME_MAX_BYTES) return undefined;
  const bytes = encodeUtf8(name).length;
  return bytes > NAME_MAX_BYTES
    ? `it has ${bytes} bytes, more than ${NAME_MAX_BYTES}`
    : undefined;
}

function shortened(name: string): string {
  return name.length <= 40 ? name : `${name.slice(0, 40)}…`;
}

/** Whether a path is no pattern: no character in it has a meaning to a glob. */
export function isLiteral(path: string): boolean {
  return !/[*?[\]{}\\]/.test(path);
}
