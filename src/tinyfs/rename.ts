/**
 * Giving a node another name.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { NodePath } from "./node_path.ts";
import { checkName, joinPath } from "./path.ts";
import { requireEmpty } from "./remove.ts";
import type { Place } from "./resolve.ts";
import type { Node } from "./types.ts";

/**
 * Gives a node another name, which may be taken by a node that it can replace.
 * Two names of one node stay as they are.
 *
 * @param source The node, not the root.
 * @param target The place of the new name.
 * @throws {PondError} `INVALID_ARGUMENT` for a directory that would be in
 *   itself; `IS_A_DIRECTORY`, `NOT_A_DIRECTORY`, `DIRECTORY_NOT_EMPTY` where
 *   the new name is taken; and what directories do.
 */
export async function moveNode(source: NodePath, target: Place): Promise<void> {
  checkName(target.name);
  if (target.found?.node.id === source.node.id) return;
  if (target.directory.leadsThrough(source.node)) {
    const to = joinPath(target.directory.path, target.name);
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot move ${source.path} into itself, to ${to}`,
      { path: source.path },
    );
  }
  if (target.found) await requireReplaceable(target.found, source);
  const { name, parent } = source;
  const to = target.directory.asDirectory();
  if (await parent?.move?.(name, to, target.name)) return;
  const replaced = target.found && await to.delete(target.name);
  try {
    await relink(source, target);
  } catch (error) {
    await putBack(target, replaced);
    throw error;
  }
}

async function requireReplaceable(
  target: NodePath,
  source: NodePath,
): Promise<void> {
  const { path } = target;
  if (source.node.type === "directory") {
    await requireEmpty(target.asDirectory(), path, "replace");
  } else if (target.node.type === "directory") {
    throw new PondError(
      "IS_A_DIRECTORY",
      `Cannot replace ${path} by a ${source.node.type}: it is a directory`,
      { path },
    );
  }
}

/** By a second name for a moment. */
async function relink(
  { parent, name, node }: NodePath,
  target: Place,
): Promise<void> {
  if (parent === undefined) return;
  const to = target.directory.asDirectory();
  await to.insert(target.name, node);
  try {
    await parent.delete(name);
  } catch (error) {
    await to.delete(target.name);
    throw error;
  }
}

async function putBack(
  { directory, name }: Place,
  replaced: Node | undefined,
): Promise<void> {
  if (replaced === undefined) return;
  await directory.asDirectory().insert(name, replaced);
}
