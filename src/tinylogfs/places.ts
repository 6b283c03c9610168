/**
 * Paths of which it isn't known whether anything is there.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import { joinPath, parsePath } from "../tinyfs/path.ts";
import type { DirEntry } from "./types.ts";

/** A path as history has it, without `.` and `..`; nothing is looked up. */
export function absolutePath(path: string): string {
  const names: string[] = [];
  for (const name of parsePath(path).names) {
    if (name === "..") names.pop();
    else names.push(name);
  }
  return names.reduce(joinPath, "/");
}

/** What can tell whether there is something at a path. */
interface View {
  entry(
    path: string,
    options: { readonly followLast: boolean },
  ): Promise<DirEntry>;
}

/**
 * Requires that a path is there in one of two states.
 *
 * @throws {PondError} `NOT_FOUND` when it is in neither.
 */
export async function requireAny(
  views: readonly View[],
  path: string,
): Promise<void> {
  for (const view of views) {
    if (await isThere(view, path)) return;
  }
  throw new PondError(
    "NOT_FOUND",
    `Cannot find ${path} in either state`,
    { path, hint: `see when it was there: pond log ${path}` },
  );
}

async function isThere(view: View, path: string): Promise<boolean> {
  try {
    await view.entry(path, { followLast: false });
    return true;
  } catch (error) {
    if (hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY")) return false;
    throw error;
  }
}
