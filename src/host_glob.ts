/**
 * Patterns of paths on the host.
 *
 * @module
 */
import { hasCode } from "./errors.ts";
import type { FileStore, HostFileType } from "./host/host.ts";
import { matchGlob, parseGlob } from "./tinyfs/mod.ts";

/** Something of the host that a pattern matches. */
export interface HostMatch {
  /** Its absolute path. */
  readonly path: string;
  /** What it is; a symbolic link is one. */
  readonly type: HostFileType;
}

/** Whether a path may be a pattern. */
export function isHostPattern(path: string): boolean {
  return /[*?[{]/.test(path);
}

/** The directory that everything which a pattern can match is below. */
export function fixedDirectory(pattern: string): string {
  const names = pattern.split("/").filter((name) => name !== "");
  const wild = names.findIndex(isHostPattern);
  return `/${names.slice(0, wild < 0 ? -1 : wild).join("/")}`;
}

/**
 * What a pattern matches, in the order of the paths. As in a shell, a wildcard
 * stands for no hidden name, unless a part of the pattern does. Symbolic links are
 * not followed.
 *
 * @param pattern Absolute.
 * @param options With `below`, what `**` means below a directory that matches
 *   itself, too; else the directory stands for all that is in it.
 * @returns None for a pattern that nothing matches.
 */
export async function hostMatches(
  files: FileStore,
  pattern: string,
  signal?: AbortSignal,
  options: { readonly below?: boolean } = {},
): Promise<readonly HostMatch[]> {
  const glob = parseGlob(pattern);
  const hidden = /(^|\/)\./.test(pattern);
  const names = pattern.split("/").filter((name) => name !== "");
  const isDeep = names.includes("**");
  const found: HostMatch[] = [];
  const search = async (directory: string, depth: number): Promise<void> => {
    signal?.throwIfAborted();
    for await (const { name, type } of files.list(directory)) {
      if (name.startsWith(".") && !hidden) continue;
      const path = directory === "/" ? `/${name}` : `${directory}/${name}`;
      const isMatch = matchGlob(glob, path) !== undefined;
      if (isMatch) found.push({ path, type });
      if (isMatch && options.below !== true) continue;
      if (type === "directory" && (isDeep || depth + 1 < names.length)) {
        await search(path, depth + 1);
      }
    }
  };
  const start = fixedDirectory(pattern);
  const depth = start.split("/").filter((name) => name !== "").length;
  if (await isHostPath(files, start)) await search(start, depth);
  return found.sort((a, b) => a.path < b.path ? -1 : 1);
}

/** Whether there is something at a path of the host. */
export async function isHostPath(
  files: FileStore,
  path: string,
): Promise<boolean> {
  try {
    return await files.stat(path) !== undefined;
  } catch (error) {
    if (hasCode(error, "NOT_A_DIRECTORY", "INVALID_NAME")) return false;
    throw error;
  }
}
