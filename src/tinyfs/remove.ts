/**
 * Taking a name out of a directory, with what is below it.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { NodePath } from "./node_path.ts";
import { MAX_DEPTH } from "./path.ts";
import type { Directory } from "./types.ts";

/**
 * Takes a node out of its directory.
 *
 * Where the directory can't take out a tree in one step, what is below goes
 * first, so that a failure leaves a smaller tree and never a loose one.
 *
 * @param found The node, not the root.
 * @param recursive Whether a directory may have children.
 * @throws {PondError} `DIRECTORY_NOT_EMPTY`, `LOOP`, and what directories do.
 */
export async function removeNode(
  found: NodePath,
  recursive: boolean,
): Promise<void> {
  const { node, parent, name } = found;
  if (parent === undefined) return;
  if (node.type === "directory") {
    if (!recursive) await requireEmpty(node, found.path, "remove");
    else if (parent.deleteTree) {
      await parent.deleteTree(name);
      return;
    } else await emptyDirectory(found, node);
  }
  await parent.delete(name);
}

/**
 * Checks that a directory has no children.
 *
 * @param path What the error calls it.
 * @param verb What can't be done with it.
 * @throws {PondError} `DIRECTORY_NOT_EMPTY`.
 */
export async function requireEmpty(
  directory: Directory,
  path: string,
  verb: string,
): Promise<void> {
  for await (const _ of directory.entries()) {
    throw new PondError(
      "DIRECTORY_NOT_EMPTY",
      `Cannot ${verb} ${path}: the directory is not empty`,
      { path },
    );
  }
}

async function emptyDirectory(
  found: NodePath,
  directory: Directory,
): Promise<void> {
  if (found.depth > MAX_DEPTH) throw tooDeep(found);
  // All of them before the first goes: the directory changes under the loop.
  const children = await Array.fromAsync(directory.entries());
  for (const { name, node } of children) {
    // A directory in itself is empty when all the others are gone.
    if (found.leadsThrough(node)) await directory.delete(name);
    else await removeNode(found.child(name, node), true);
  }
}

function tooDeep({ path }: NodePath): PondError {
  return new PondError(
    "LOOP",
    `Cannot remove a directory with everything in it: ${
      path.slice(0, 80)
    }… is more than ${MAX_DEPTH} directories deep, as if one of them contained itself`,
    { path },
  );
}
