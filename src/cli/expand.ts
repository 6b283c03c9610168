/**
 * Patterns in the place of paths.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { TinyLogFS } from "../tinylogfs/mod.ts";
import { isPattern } from "./session.ts";

/**
 * The paths that a path stands for: those that match a pattern, and the path
 * itself when it is none, or the name of something that is there.
 *
 * @throws {PondError} `NOT_FOUND` for a pattern that nothing matches.
 */
export async function expanded(
  fs: TinyLogFS,
  path: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (!isPattern(path) || await fs.exists(path)) return [path];
  const paths: string[] = [];
  const matches = fs.workingDirectory().glob(path, {
    signal,
    skipHidden: true,
  });
  for await (const match of matches) paths.push(match.path);
  if (paths.length > 0) return paths;
  throw new PondError("NOT_FOUND", `Nothing matches ${path}`, {
    path,
    hint: "how patterns are written: pond help globs",
  });
}
