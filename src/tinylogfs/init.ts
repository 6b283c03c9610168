/**
 * Makes a pond.
 *
 * ```text
 * 1  directories, and the lock against others who make the same pond
 * 2  the oplog: version 0, with an empty root
 * 3  pond.json, flushed and linked into place: now it is a pond
 * ```
 *
 * What a process leaves behind that ends before the last step holds nothing
 * that anyone put there, and is removed by the next one.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { FileStore, Host } from "../host/host.ts";
import { OplogTable, ROOT_PART_ID } from "../oplog/mod.ts";
import { planInit } from "./commit_plan.ts";
import { POND_FORMAT, writePondFile } from "./pond_file.ts";
import { PondName } from "./pond_name.ts";
import type { Durability, Layout } from "./types.ts";

/** What a new pond shall be. */
export interface PondDefinition {
  /** How data files are laid out. */
  readonly layout: Layout;
  /** Whether everything is flushed. */
  readonly durability: Durability;
  /** Who makes it. */
  readonly author: string;
  /** Ends the making, for as long as it is no pond. */
  readonly signal?: AbortSignal;
}

const PARTS = ["blobs", "tmp"] as const;

/** What may lie in the directory of a pond that was never finished. */
const UNFINISHED: readonly string[] = [...PARTS, "oplog", "head"];

/** The name in `tmp/` that is locked. */
const LOCK = "init.lock";

/**
 * Makes a pond with an empty root directory.
 *
 * @param path Its directory, absolute; made when missing, but not its parent.
 * @returns Its oplog and its identity.
 * @throws {PondError} `ALREADY_EXISTS` when there is a pond, or anything else.
 */
export async function makePond(
  host: Host,
  path: string,
  definition: PondDefinition,
): Promise<{ readonly table: OplogTable; readonly pondId: string }> {
  const { files, random } = host;
  const { signal } = definition;
  signal?.throwIfAborted();
  await requireEmpty(files, path);
  signal?.throwIfAborted();
  await makeRoot(files, path);
  await files.makeDirectory(`${path}/tmp`);
  await using _lock = await files.lock(`${path}/tmp/${LOCK}`);
  await requireEmpty(files, path);
  signal?.throwIfAborted();
  await removeUnfinished(files, path);
  for (const name of PARTS) await files.makeDirectory(`${path}/${name}`);
  const table = await makeOplog(host, path, definition);
  const pondId = random.uuidHex();
  const created = new Date(table.timestampUs / 1000).toISOString();
  signal?.throwIfAborted();
  await writePondFile(
    files,
    path,
    { format: POND_FORMAT, id: pondId, created },
    `${path}/tmp/${random.uuidHex()}`,
  );
  // Whoever waits for the lock finds the pond.
  await files.remove(`${path}/tmp/${LOCK}`);
  if (definition.durability === "full") await new PondName(host, path).flush();
  return { table, pondId };
}

/** Makes the pond's own directory. */
async function makeRoot(files: FileStore, path: string): Promise<void> {
  try {
    await files.makeDirectory(path);
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND")) throw error;
    throw noParent(path, error.cause);
  }
}

function noParent(path: string, cause?: unknown): PondError {
  const parent = path.slice(0, path.lastIndexOf("/"));
  return new PondError(
    "NOT_FOUND",
    `Cannot make a pond at ${path}: there is no directory ${parent}`,
    { path, cause, hint: `make it: mkdir -p ${parent}` },
  );
}

/**
 * Finds out whether a pond can be made in a directory; nothing is changed.
 *
 * @throws {PondError} `ALREADY_EXISTS` when anything is there, `NOT_FOUND` when
 *   there is no directory above it.
 */
export async function requireRoom(
  files: FileStore,
  path: string,
): Promise<void> {
  await requireEmpty(files, path);
  const parent = path.slice(0, path.lastIndexOf("/")) || "/";
  if (await files.stat(parent) === undefined) throw noParent(path);
}

async function makeOplog(
  host: Host,
  path: string,
  { author, durability, layout }: PondDefinition,
): Promise<OplogTable> {
  const note = { id: host.random.uuidHex(), author, message: "init" };
  return await OplogTable.create(
    host,
    `${path}/oplog`,
    layout,
    (timestampUs) => planInit(note, { version: 0, timestampUs }, ROOT_PART_ID),
    {
      operation: "CREATE TABLE",
      transactionId: note.id,
      userName: author,
      message: note.message,
      operations: 0,
    },
    { flush: durability === "full", headPath: `${path}/head` },
  );
}

async function requireEmpty(files: FileStore, path: string): Promise<void> {
  if ((await files.stat(path))?.type === "file") {
    throw refused(path, "it is a file");
  }
  const names = await namesIn(files, path);
  if (names.includes("pond.json")) {
    throw refused(path, "there is one already");
  }
  if (names.some((name) => !UNFINISHED.includes(name))) {
    throw refused(path, "the directory is not empty");
  }
  // Without pond.json, but not without history: that is no unfinished pond.
  const commits = await namesIn(files, `${path}/oplog/_delta_log`);
  const blobs = await namesIn(files, `${path}/blobs`);
  if (blobs.length > 0 || commits.some((name) => /^0*[1-9]/.test(name))) {
    throw refused(path, "there is one already that has lost its pond.json");
  }
}

function refused(path: string, why: string): PondError {
  return new PondError(
    "ALREADY_EXISTS",
    `Cannot make a pond at ${path}: ${why}`,
    { path, hint: "choose a new or empty directory" },
  );
}

async function removeUnfinished(files: FileStore, path: string): Promise<void> {
  for (const name of await namesIn(files, path)) {
    await removeTree(files, `${path}/${name}`);
  }
}

async function removeTree(files: FileStore, path: string): Promise<void> {
  if ((await files.stat(path))?.type === "directory") {
    for (const name of await namesIn(files, path)) {
      if (name !== LOCK) await removeTree(files, `${path}/${name}`);
    }
    if (path.endsWith("/tmp")) return;
  }
  await files.remove(path);
}

async function namesIn(files: FileStore, path: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of files.list(path)) names.push(name);
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND")) throw error;
  }
  return names;
}
