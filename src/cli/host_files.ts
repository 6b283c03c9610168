/**
 * Files of the host that belong to a person, and not to a pond.
 *
 * @module
 */
import type { FileStore } from "../host/mod.ts";

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
