/**
 * The directory that is mirrored, and the pond, which must lie beside each other.
 *
 * @module
 */
import { decodeUtf8 } from "../bytes.ts";
import { bestEffort, PondError } from "../errors.ts";
import type { FileStore } from "../host/mod.ts";
import { followedStat, parentOf } from "../cli/transfer.ts";
import type { HostNode } from "../cli/trees/host_tree.ts";

/** The file that makes a directory a pond: docs/format.md. */
export const POND_FILE = "pond.json";

/** A `pond.json` is short. */
const MAX_POND_FILE_BYTES = 64 * 1024;

/**
 * Finds the directory.
 *
 * @param root Absolute; it may be a symlink to a directory.
 * @param options With `create`, it is made when missing, but not its parent.
 * @throws {PondError} `NOT_FOUND`, `NOT_A_DIRECTORY`.
 */
export async function topDirectory(
  files: FileStore,
  root: string,
  { create }: { readonly create: boolean },
): Promise<HostNode> {
  let stat = await followedStat(files, root);
  if (stat === undefined && create) {
    await files.makeDirectory(root);
    await files.syncDirectory(parentOf(root));
    stat = await files.stat(root);
  }
  if (stat === undefined) {
    throw new PondError(
      "NOT_FOUND",
      `Cannot mirror ${root}: there is no such directory`,
      { path: root, hint: `make it: mkdir -p ${root}` },
    );
  }
  if (stat.type !== "directory") {
    throw new PondError(
      "NOT_A_DIRECTORY",
      `Cannot mirror ${root}: it is no directory`,
      { path: root },
    );
  }
  return { name: "", source: root, path: "/", stat };
}

/** Refuses a directory in a pond, and one that a pond lies in. */
export function requireBeside(root: string, pond: string): void {
  const around = root === "/" ? "/" : `${root}/`;
  if (`${pond}/`.startsWith(around)) throw pondInside(root, pond);
  if (!around.startsWith(`${pond}/`)) return;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot mirror ${root}: it lies in the pond ${pond} itself`,
    { path: root, hint: "choose a directory beside the pond" },
  );
}

/** Refuses a directory in which the pond is found, by whatever path. */
export async function requireOtherPond(
  files: FileStore,
  { path, source, stat }: HostNode,
  root: string,
  pondId: string,
): Promise<void> {
  if (!path.endsWith(`/${POND_FILE}`) || stat.type !== "file") return;
  if (stat.sizeBytes > MAX_POND_FILE_BYTES) return;
  let text = "";
  // What can't be read now is told when it is to be pulled.
  await bestEffort(async () => text = decodeUtf8(await files.read(source)));
  if (text.includes(pondId)) throw pondInside(root, parentOf(source));
}

function pondInside(root: string, pond: string): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot mirror ${root}: the pond itself, ${pond}, lies in it`,
    { path: root, hint: "choose a directory beside the pond" },
  );
}
