/**
 * Everything under a directory of the host as one value, to see whether
 * anything has changed.
 *
 * @module
 */
import { sha256Hex } from "../../src/bytes.ts";

/** Paths below the directory with the hash of what is there, sorted. */
export async function fingerprint(directory: string): Promise<string[]> {
  const lines: string[] = [];
  for await (
    const { name, isDirectory, isSymlink } of Deno.readDir(directory)
  ) {
    const path = `${directory}/${name}`;
    if (isDirectory) {
      const below = await fingerprint(path);
      lines.push(`${name}/`, ...below.map((line) => `${name}/${line}`));
    } else if (isSymlink) {
      lines.push(`${name} -> ${await Deno.readLink(path)}`);
    } else {
      lines.push(`${name} ${await sha256Hex(await Deno.readFile(path))}`);
    }
  }
  return lines.sort();
}
