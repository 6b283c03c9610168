/**
 * Finding and making the file that a program opens.
 *
 * @see {@link https://pubs.opengroup.org/onlinepubs/9799919799/functions/open.html POSIX, open()}
 * @module
 */
import type { ByteSource } from "../../bytes.ts";
import { PondError } from "../../errors.ts";
import type { WriteOptions } from "../../tinyfs/mod.ts";
import { parsePath } from "../../tinyfs/path.ts";
import type { Place } from "../../tinyfs/resolve.ts";
import { OpLogDirectory } from "../directory.ts";
import { OpLogFile } from "../file.ts";
import type { OpenFlags } from "./arguments.ts";
import { type ViewNode, viewNode } from "../view_nodes.ts";
import { type Calls, isDirectory, ownFile, taken } from "./calls.ts";

/** What can be open. */
export type OpenNode = OpLogFile | OpLogDirectory | ViewNode;

/**
 * Finds what is opened, or makes it.
 *
 * @param calls The pond.
 * @param path The path, as it was given.
 * @param flags How it is opened.
 * @param mode Permission bits of a new file.
 * @throws {PondError} What paths can do wrong; `ALREADY_EXISTS`,
 *   `IS_A_DIRECTORY`, `NOT_A_DIRECTORY`, `LOOP` as the flags ask.
 */
export async function openNode(
  calls: Calls,
  path: string,
  flags: OpenFlags,
  mode: number,
): Promise<OpenNode> {
  if (!flags.creates) return await existingNode(calls, path, flags);
  const place = await writePlace(calls, path, flags);
  if (place.found === undefined) {
    return await makeFile(calls, place, mode, new Uint8Array(0));
  }
  const file = ownFile(place.found);
  if (flags.truncates) await calls.drafts.empty(file);
  return file;
}

/**
 * Where a file is written that need not exist.
 *
 * @throws {PondError} `ALREADY_EXISTS` for one that must not, `LOOP` for a
 *   symlink that must not be followed, `IS_A_DIRECTORY`.
 */
export async function writePlace(
  calls: Calls,
  path: string,
  { exclusive, follows }: Pick<OpenFlags, "exclusive" | "follows">,
): Promise<Place> {
  const wantsDirectory = path !== "" && parsePath(path).directory;
  const bare = wantsDirectory ? path.replace(/\/+$/, "") || "/" : path;
  const place = await calls.place(bare, follows && !exclusive);
  if (wantsDirectory) throw isDirectory(path);
  if (place.found === undefined) return place;
  if (exclusive) throw taken(place.found.path);
  if (place.found.node.type === "symlink") throw notFollowed(path);
  if (place.found.node.type === "directory") throw isDirectory(path);
  return place;
}

/** Makes a file at a free place. */
export async function makeFile(
  calls: Calls,
  { directory, name }: Place,
  mode: number,
  source: ByteSource,
): Promise<OpLogFile> {
  const file = await draftFile(calls, mode, source);
  await directory.asDirectory().insert(name, file);
  return file;
}

/** Makes a file that has no name yet. */
export async function draftFile(
  calls: Calls,
  mode: number,
  source: ByteSource,
  options: WriteOptions = {},
): Promise<OpLogFile> {
  const file = await calls.factory.createFile(source, options);
  await file.setMetadata({ mode: mode & ~calls.umask });
  return file;
}

async function existingNode(
  calls: Calls,
  path: string,
  flags: OpenFlags,
): Promise<OpenNode> {
  const found = await calls.root.resolve(path, { followLast: flags.follows });
  const { node } = found;
  if (node.type === "symlink") {
    if (flags.directory) found.asDirectory();
    throw notFollowed(path);
  }
  if (node.type === "directory") {
    if (flags.writes) throw isDirectory(path);
    return node instanceof OpLogDirectory ? node : viewNode(node);
  }
  if (flags.directory) found.asDirectory();
  if (!(node instanceof OpLogFile)) {
    const view = viewNode(node);
    return flags.writes ? view.requireWritable() : view;
  }
  if (flags.truncates) await calls.drafts.empty(node);
  return node;
}

function notFollowed(path: string): PondError {
  return new PondError(
    "LOOP",
    `Cannot open ${path}: it is a symlink, and is not to be followed`,
    { path },
  );
}
