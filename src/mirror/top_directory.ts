/**
 * The directory that is mirrored, and the pond, which must lie beside each other.
 *
 * @module
 */
import { decodeUtf8 } from "../bytes.ts";
import { bestEffort, PondError } from "../errors.ts";
import type { FileStore } from "../host/mod.ts";
import { leadsInto } from "../host/real_path.ts";
import { followedStat, parentOf } from "../trees/transfer.ts";
import type { HostNode } from "../trees/host_tree.ts";

/** The file that makes a directory a pond: docs/format.md. */
export const POND_FILE = "pond.json";

/** A `pond.json` is short. */
const MAX_POND_FILE_BYTES = 64 * 1024;

/**
 * Requires that a path leads to a directory, by symlinks too.
 *
 * @param root Absolute.
 * @returns Whether there is one.
 * @throws {PondError} `NOT_A_DIRECTORY`.
 */
export async function hasDirectory(
  files: FileStore,
  root: string,
): Promise<boolean> {
  const stat = await followedStat(files, root);
  if (stat === undefined || stat.type === "directory") {
    return stat !== undefined;
  }
  throw new PondError(
    "NOT_A_DIRECTORY",
    `Cannot mirror ${root}: it is no directory`,
    { path: root, hint: "name the directory that it is in" },
  );
}

/** Makes the directory, but not its parent. */
export async function makeTop(files: FileStore, root: string): Promise<void> {
  await files.makeDirectory(root);
  await files.syncDirectory(parentOf(root));
}

/** The error of a directory that is missing. */
export function missingDirectory(root: string): PondError {
  return new PondError(
    "NOT_FOUND",
    `Cannot mirror ${root}: there is no such directory`,
    { path: root, hint: `make it: mkdir -p ${root}` },
  );
}

/** Refuses a directory in a pond, and one that a pond lies in. */
export async function requireBeside(
  files: FileStore,
  root: string,
  pond: string,
): Promise<void> {
  // By another path it is found when it is read: requireOtherPond().
  const around = root === "/" ? "/" : `${root}/`;
  if (`${pond}/`.startsWith(around)) throw pondInside(root, pond);
  if (!await leadsInto(files, root, pond)) return;
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
