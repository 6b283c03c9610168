/**
 * Files of the host that belong to a person, and not to a pond.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { FileStore } from "../host/mod.ts";

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
 * Where a file really is, or would be: symbolic links at its name are followed.
 *
 * @throws {PondError} `LOOP` for links that lead to themselves.
 */
export async function realPath(
  files: Pick<FileStore, "readLink" | "stat">,
  path: string,
): Promise<string> {
  let found = path;
  for (let links = 0; links < MAX_LINKS; links++) {
    if ((await files.stat(found))?.type !== "symlink") return found;
    const target = await files.readLink(found);
    const { dirname, resolve } = await import("@std/path");
    found = resolve(dirname(found), target);
  }
  throw new PondError("LOOP", `Cannot open ${path}: it links to itself`, {
    path,
  });
}
