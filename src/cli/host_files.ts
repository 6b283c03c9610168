/**
 * Files of the host that belong to a person, and not to a pond.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { FileStat, FileStore } from "../host/mod.ts";

/** Symbolic links that are followed one after the other. */
const MAX_LINKS = 16;

/** Makes a directory, with all above it that are missing. */
export async function makeDirectories(
  files: Pick<FileStore, "makeDirectory">,
  path: string,
): Promise<void> {
  let directory = "";
  for (const name of path.split("/").slice(1)) {
    directory += `/${name}`;
    await files.makeDirectory(directory);
  }
}

/** Removes a directory with all that is in it; links are not followed. */
export async function removeTree(
  files: Pick<FileStore, "list" | "remove">,
  directory: string,
): Promise<void> {
  for await (const { name, type } of files.list(directory)) {
    const path = `${directory}/${name}`;
    if (type === "directory") await removeTree(files, path);
    else await files.remove(path);
  }
  await files.remove(directory);
}

/**
 * Where a file really is, or would be: symbolic links are followed, at its name and
 * on the way to it.
 *
 * @param path Absolute.
 * @throws {PondError} `LOOP` for links that lead to themselves.
 */
export async function realPath(
  files: Pick<FileStore, "readLink" | "stat">,
  path: string,
): Promise<string> {
  let found = "";
  let rest = path.split("/").filter((name) => name !== "");
  for (let links = 0;;) {
    const [name, ...below] = rest;
    if (name === undefined) return found || "/";
    rest = below;
    const at = `${found}/${name}`;
    if (await typeOf(files, at) !== "symlink") {
      found = at;
      continue;
    }
    if (links++ === MAX_LINKS) break;
    const { resolve } = await import("@std/path");
    const target = resolve(found || "/", await files.readLink(at));
    rest = [...target.split("/").filter((name) => name !== ""), ...rest];
    found = "";
  }
  throw new PondError("LOOP", `Cannot open ${path}: it links to itself`, {
    path,
  });
}

async function typeOf(
  files: Pick<FileStore, "stat">,
  path: string,
): Promise<FileStat["type"] | undefined> {
  try {
    return (await files.stat(path))?.type;
  } catch (error) {
    // What is said of it is said by who opens it.
    if (hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY")) return undefined;
    throw error;
  }
}
