/**
 * Patterns of paths on the host, for who quotes them.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { hostMatches, isHostPath, isHostPattern } from "../../host_glob.ts";
import type { Context } from "../context.ts";

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
  if (!isHostPattern(path) || await isHostPath(files, path)) return [path];
  const found = await hostMatches(files, path, signal);
  if (found.length > 0) return found.map(({ path }) => path);
  throw new PondError("NOT_FOUND", `Nothing matches ${path}`, {
    path,
    hint: "how patterns are written: pond help globs",
  });
}
