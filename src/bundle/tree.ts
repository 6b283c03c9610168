/**
 * The current tree of a pond as members of a bundle.
 *
 * @module
 */
import { compareUtf8 } from "../bytes.ts";
import type { DirEntry, TinyLogFS } from "../tinylogfs/mod.ts";
import { blobPath, FILES } from "./names.ts";
import type { SummedMember } from "./sums.ts";

/** What a tree is taken with. */
export interface TreeOptions {
  /** Blobs that are in the bundle, and their sizes. */
  readonly blobs: ReadonlyMap<string, number>;
  /** Ends it. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Everything in a directory and below, in the order of the names' bytes. What is
 * in a blob is a hard link to it.
 */
export async function* treeMembers(
  fs: TinyLogFS,
  options: TreeOptions,
  directory: string = "/",
): AsyncGenerator<SummedMember> {
  const entries: DirEntry[] = [];
  const stored = fs.listDirectory(directory, { computed: false });
  for await (const entry of stored) entries.push(entry);
  entries.sort((a, b) => compareUtf8(a.name, b.name));
  for (const entry of entries) {
    options.signal?.throwIfAborted();
    yield await memberOf(fs, entry, options);
    if (entry.fileType !== "directory") continue;
    yield* treeMembers(fs, options, entry.path);
  }
}

async function memberOf(
  fs: TinyLogFS,
  { fileType, mode, modifiedUs, path, target = "" }: DirEntry,
  { blobs, signal }: TreeOptions,
): Promise<SummedMember> {
  const member = {
    path: `${FILES}${path}`,
    modifiedMs: modifiedUs / 1000,
    mode: mode & 0o777,
    sizeBytes: 0,
  };
  switch (fileType) {
    case "directory":
      return { ...member, path: `${member.path}/`, type: "directory" };
    case "symlink":
      return { ...member, type: "symlink", target: insideTree(path, target) };
    case "file": {
      const { sha256 } = await fs.getMetadata(path);
      if (sha256 !== undefined && blobs.has(sha256)) {
        return { ...member, type: "link", target: blobPath(sha256), sha256 };
      }
      const bytes = await fs.readFile(path, signal ? { signal } : {});
      return {
        ...member,
        type: "file",
        sizeBytes: bytes.length,
        content: [bytes],
      };
    }
    default:
      return fileType satisfies never;
  }
}

/**
 * Where a symlink of the pond points, as seen from its place in the archive: what
 * is absolute, or goes above the root, would lead to other places on the host.
 */
export function insideTree(path: string, target: string): string {
  const place = path.split("/").slice(1, -1);
  const names = target.startsWith("/") ? [] : [...place];
  let isAbove = target.startsWith("/");
  for (const name of target.split("/")) {
    if (name === "" || name === ".") continue;
    if (name !== "..") names.push(name);
    else if (names.pop() === undefined) isAbove = true;
  }
  if (!isAbove) return target;
  const up = place.map(() => "..");
  return [...up, ...names].join("/") || ".";
}
