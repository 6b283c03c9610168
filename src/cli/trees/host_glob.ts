/**
 * Patterns of paths on the host, for who quotes them.
 *
 * @module
 */
import { hasCode, PondError } from "../../errors.ts";
import type { FileStore } from "../../host/mod.ts";
import { matchGlob, parseGlob } from "../../tinyfs/mod.ts";
import type { Context } from "../context.ts";
import { isPattern } from "../session.ts";
import { joined } from "../transfer.ts";

/**
 * The paths that a path stands for: those that match a pattern, or the path itself
 * when it is none, or the name of something that is there.
 *
 * @param path Absolute.
 * @throws {PondError} `NOT_FOUND` for a pattern that nothing matches.
 */
export async function expandedHost(
  { host: { files }, signal }: Context,
  path: string,
): Promise<readonly string[]> {
  if (!isPattern(path) || await isThere(files, path)) return [path];
  const glob = parseGlob(path);
  // As in a shell, a wildcard stands for no hidden name.
  const hidden = /(^|\/)\./.test(path);
  const names = path.split("/").filter((name) => name !== "");
  const fixed = names.slice(0, names.findIndex(isPattern));
  const isDeep = names.includes("**");
  const found: string[] = [];
  const search = async (directory: string, depth: number): Promise<void> => {
    signal.throwIfAborted();
    for await (const { name, type } of files.list(directory)) {
      if (name.startsWith(".") && !hidden) continue;
      const child = joined(directory, name);
      if (matchGlob(glob, child) !== undefined) found.push(child);
      else if (type === "directory" && (isDeep || depth + 1 < names.length)) {
        await search(child, depth + 1);
      }
    }
  };
  const start = `/${fixed.join("/")}`;
  if (await isThere(files, start)) await search(start, fixed.length);
  if (found.length > 0) return found.sort();
  throw new PondError("NOT_FOUND", `Nothing matches ${path}`, {
    path,
    hint: "how patterns are written: pond help globs",
  });
}

async function isThere(files: FileStore, path: string): Promise<boolean> {
  try {
    return await files.stat(path) !== undefined;
  } catch (error) {
    if (hasCode(error, "NOT_A_DIRECTORY", "INVALID_NAME")) return false;
    throw error;
  }
}
