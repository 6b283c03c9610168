/**
 * Copies inside a pond: content is shared, not read.
 *
 * @module
 */
import { InvariantError, PondError } from "../errors.ts";
import { joinPath, type NodePath, type WorkingDir } from "../tinyfs/mod.ts";
import { OpLogFile } from "./file.ts";

/**
 * Copies a file or symlink, or a directory with everything in it.
 *
 * @param root The pond's root.
 * @param from What to copy; a symlink is copied as one.
 * @param to The path of the copy; a file there gets a new version.
 * @param recursive Whether a directory may be copied.
 * @throws {PondError} `IS_A_DIRECTORY`, `INVALID_ARGUMENT` for a copy into
 *   itself, and what paths can do wrong.
 */
export async function copyNode(
  root: WorkingDir,
  from: string,
  to: string,
  recursive: boolean,
): Promise<void> {
  const source = await root.resolve(from, { followLast: false });
  const { node } = source;
  if (node.type === "symlink") {
    await root.createSymlink(to, await node.target());
  } else if (node.type === "directory") {
    if (!recursive) throw needsRecursive(source.path);
    await copyDirectory(root, source, to);
  } else {
    await copyFile(root, node, to);
  }
}

async function copyFile(
  root: WorkingDir,
  file: NodePath["node"],
  to: string,
): Promise<void> {
  if (!(file instanceof OpLogFile)) {
    throw new InvariantError("a pond holds its own files only");
  }
  if (!await root.exists(to)) {
    await root.insert(to, await file.clone());
    return;
  }
  const target = (await root.resolve(to)).asFile();
  if (target.id === file.id || !(target instanceof OpLogFile)) return;
  await target.become(file);
}

async function copyDirectory(
  root: WorkingDir,
  source: NodePath,
  to: string,
): Promise<void> {
  const place = await root.resolveParent(to);
  // A directory that holds its own copy would hold that copy's copy …
  if (place.directory.isWithin(source)) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot copy ${source.path} into itself, to ${to}`,
      { path: to },
    );
  }
  const path = joinPath(place.directory.path, place.name);
  const exists = await place.directory.asDirectory().get(place.name);
  if (exists === undefined) await root.createDirectory(path);
  else (await root.resolve(path)).asDirectory();
  for await (const { name } of source.asDirectory().entries()) {
    await copyNode(
      root,
      joinPath(source.path, name),
      joinPath(path, name),
      true,
    );
  }
}

function needsRecursive(path: string): PondError {
  return new PondError(
    "IS_A_DIRECTORY",
    `Cannot copy ${path}: it is a directory`,
    { path, hint: "copy it with everything in it: cp -r" },
  );
}
