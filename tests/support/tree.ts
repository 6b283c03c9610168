/**
 * A whole filesystem as one value, to compare states.
 *
 * @module
 */
import { encodeHex } from "../../src/bytes.ts";
import type { TinyLogFS } from "../../src/tinylogfs/mod.ts";

/** Paths with what is there: text of files, targets of symlinks. */
export type Tree = Readonly<Record<string, string>>;

/** Reads everything in a pond. */
export async function treeOf(fs: TinyLogFS): Promise<Tree> {
  const tree: Record<string, string> = {};
  const visit = async (directory: string): Promise<void> => {
    for await (const entry of fs.listDirectory(directory)) {
      if (entry.fileType === "directory") {
        tree[entry.path] = "directory";
        await visit(entry.path);
      } else if (entry.fileType === "symlink") {
        tree[entry.path] = `-> ${entry.target}`;
      } else {
        tree[entry.path] = describe(await fs.readFile(entry.path));
      }
    }
  };
  await visit("/");
  return tree;
}

/** Small content as it is, large content by its length and ends. */
function describe(bytes: Uint8Array): string {
  if (bytes.length <= 100) return new TextDecoder().decode(bytes);
  const ends = [bytes.subarray(0, 4), bytes.subarray(-4)].map(encodeHex);
  return `${bytes.length} bytes ${ends.join("…")}`;
}
