/**
 * A filesystem as stable text, for tests and for looking at.
 *
 * ```text
 * /
 * /a/
 * /a/b.csv  12
 * /a/link -> b.csv
 * /a/self/  contains itself
 * ```
 *
 * @module
 */
import { joinPath, MAX_DEPTH } from "./path.ts";
import type { Directory, Node } from "./types.ts";

/**
 * Writes a tree, a node a line: directories with a slash, files with their
 * size in bytes, symlinks with their target. A directory that is in itself is
 * named there, and not entered again.
 *
 * @param directory Where it begins.
 * @param path How that directory is called.
 */
export async function dumpTree(
  directory: Directory,
  path: string = "/",
): Promise<string> {
  const lines: string[] = [];
  /** Identities of the directories that the current one is in. */
  const above = new Set<string>();
  const add = async (node: Node, at: string): Promise<void> => {
    if (node.type === "file") {
      lines.push(`${at}  ${(await node.metadata()).sizeBytes}`);
    } else if (node.type === "symlink") {
      lines.push(`${at} -> ${await node.target()}`);
    } else if (above.has(node.id) || above.size >= MAX_DEPTH) {
      lines.push(`${at}/  contains itself`);
    } else {
      lines.push(at === "/" ? at : `${at}/`);
      above.add(node.id);
      for await (const child of node.entries()) {
        await add(child.node, joinPath(at, child.name));
      }
      above.delete(node.id);
    }
  };
  await add(directory, path);
  return lines.map((line) => `${line}\n`).join("");
}
