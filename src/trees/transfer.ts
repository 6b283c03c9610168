/**
 * Files, directories and symlinks of the host, as commands write them: whole or
 * not at all, and nowhere else than where they were told to.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { FileStat, FileStore, Host } from "../host/mod.ts";
import type { DirEntry } from "../tinylogfs/mod.ts";

/** Links that a path may lead through, as on other systems. */
const MAX_LINKS = 40;

/**
 * The name of a node on the host: one that stays inside its directory everywhere.
 *
 * @throws {PondError} `INVALID_NAME`
 */
export function safeName({ name, path }: DirEntry): string {
  if (name === "." || name === ".." || name === "" || /[/\\\0]/.test(name)) {
    throw new PondError(
      "INVALID_NAME",
      `Cannot get ${path}: its name can't be one of a host file`,
      {
        path,
        hint: `get it alone, under another name: pond get '${path}' NAME`,
      },
    );
  }
  return name;
}

/** What a path of the host leads to, through symlinks. */
export async function followedStat(
  files: FileStore,
  path: string,
): Promise<FileStat | undefined> {
  let current = path;
  for (let links = 0; links <= MAX_LINKS; links++) {
    const stat = await statOf(files, current);
    if (stat?.type !== "symlink") return stat;
    const { resolve } = await import("@std/path");
    current = resolve(parentOf(current), await files.readLink(current));
  }
  throw new PondError(
    "LOOP",
    `Cannot follow ${path}: too many symlinks`,
    {
      path,
    },
  );
}

/** What a path of the host is, if there is anything. */
export async function statOf(
  files: FileStore,
  path: string,
): Promise<FileStat | undefined> {
  try {
    return await files.stat(path);
  } catch (error) {
    if (hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY")) return undefined;
    throw error;
  }
}

/** Whether a path means what is in a directory: `DIR/.`, as cp has it. */
export function isContentPath(path: string): boolean {
  return /(^|\/)\.\/*$/.test(path);
}

/** The error for a path of {@linkcode isContentPath} that is no directory. */
export function noContent(path: string, type: string): PondError {
  return new PondError(
    "NOT_A_DIRECTORY",
    `Cannot copy what is in ${path}: it is a ${type}`,
    { path, hint: "leave out the /. at its end" },
  );
}

/**
 * Refuses to delete in a tree what another tree brings.
 *
 * @param targets Where the trees go.
 */
export function requireApart(targets: readonly string[]): void {
  const ends = targets.map((target) => `${target.replace(/\/+$/, "")}/`);
  for (const [i, end] of ends.entries()) {
    const other = ends.find((other, j) => i !== j && end.startsWith(other));
    if (other === undefined) continue;
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot use --delete: two sources go to ${other.slice(0, -1) || "/"}`,
      {
        path: other.slice(0, -1) || "/",
        hint: "copy them one by one, each to a directory of its own",
      },
    );
  }
}

/** The directory that a host path lies in. */
export function parentOf(path: string): string {
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return end <= 0 ? "/" : path.slice(0, end);
}

/** The path of a name in a directory, of the host or of the pond. */
export function joined(directory: string, name: string): string {
  return directory.endsWith("/")
    ? `${directory}${name}`
    : `${directory}/${name}`;
}

/** What a file is called that a get writes, until it is whole. */
const DRAFT_NAME = /^\.pond-[0-9a-f]{32}$/;

/**
 * Whether a name is one of a file that a get was writing; it stays when that is
 * killed, and is nobody's.
 */
export function isDraftName(name: string): boolean {
  return DRAFT_NAME.test(name);
}

/** How a file of the host is written. */
export interface WriteHow {
  /** Whether to replace a file that exists. */
  readonly force: boolean;
  /** Whether its directory was made for this, so that nothing can be in the way. */
  readonly isNew?: boolean;
  /** Its permission bits; those of new files when left out. */
  readonly mode?: number;
  /** Its time, in milliseconds since the epoch, UTC; the present when left out. */
  readonly modifiedMs?: number;
  /** Whether it is on the disk when this is done; false when left out. */
  readonly flush?: boolean;
}

/**
 * Writes a file of the host, whole or not at all.
 *
 * Crash: before the last step there is only a file whose name begins with
 * `.pond-`; after it, the whole file.
 *
 * @param host The platform.
 * @param path The file; its directory exists.
 * @param content The bytes, at once or in chunks.
 * @throws {PondError} `ALREADY_EXISTS` without `force`; `IS_A_DIRECTORY`.
 */
export async function writeHostFile(
  { files, random }: Pick<Host, "files" | "random">,
  path: string,
  content: Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { flush = false, force, isNew = false, mode, modifiedMs }: WriteHow,
): Promise<void> {
  if (!isNew) await requireFree(files, path, force);
  const draft = joined(parentOf(path), `.pond-${random.uuidHex()}`);
  const bits = mode === undefined ? {} : { mode };
  const times = modifiedMs === undefined ? {} : { modifiedMs };
  try {
    if (content instanceof Uint8Array && !flush) {
      const how = { ...bits, ...times };
      await created(path, () => files.writeNew(draft, content, how));
    } else {
      await using file = await created(path, () => files.create(draft, bits));
      const chunks = content instanceof Uint8Array ? [content] : content;
      for await (const chunk of chunks) await file.write(chunk);
      if (modifiedMs !== undefined) await file.setModified(modifiedMs);
      if (flush) await file.sync();
      await file.close();
    }
    await publish(files, draft, path, force || isNew);
    if (flush) await files.syncDirectory(parentOf(path));
  } catch (error) {
    await removeIfThere(files, draft);
    throw error;
  }
}

/** Creates a file that will have another name; its errors say that one. */
async function created<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PondError)) throw error;
    const parent = parentOf(path);
    const [why, hint] = error.code === "NOT_FOUND"
      ? [`there is no directory ${parent}`, `make it: mkdir -p ${parent}`]
      : [error.message.split(": ").at(-1), error.hint];
    throw new PondError(error.code, `Cannot write ${path}: ${why}`, {
      path,
      cause: error.cause,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** Makes a symlink of the host; with `force`, in the place of a file. */
export async function writeHostLink(
  files: FileStore,
  path: string,
  target: string,
  force: boolean,
): Promise<void> {
  await requireFree(files, path, force);
  if (force) await removeIfThere(files, path);
  await files.makeLink(path, target);
}

/**
 * Makes a directory of the host. Something else under its name is refused,
 * a symlink too: what is written into it would lie elsewhere.
 */
export async function writeHostDirectory(
  files: FileStore,
  path: string,
): Promise<void> {
  const stat = await statOf(files, path);
  if (stat?.type === "directory") return;
  if (stat !== undefined) {
    throw new PondError(
      "ALREADY_EXISTS",
      `Cannot make the directory ${path}: a ${stat.type} is there`,
      { path, hint: "choose another destination, or move it away" },
    );
  }
  await files.makeDirectory(path);
}

async function requireFree(
  files: FileStore,
  path: string,
  force: boolean,
): Promise<void> {
  requireReplaceable(await statOf(files, path), path, force);
}

/**
 * Refuses to write where something is.
 *
 * @param stat What is there.
 * @throws {PondError} `ALREADY_EXISTS` without `force`; `IS_A_DIRECTORY`.
 */
export function requireReplaceable(
  stat: FileStat | undefined,
  path: string,
  force: boolean,
): void {
  if (stat === undefined) return;
  if (stat.type === "directory") {
    throw new PondError(
      "IS_A_DIRECTORY",
      `Cannot write ${path}: it is a directory`,
      {
        path,
      },
    );
  }
  if (!force) throw exists(path);
}

function exists(path: string): PondError {
  return new PondError(
    "ALREADY_EXISTS",
    `Cannot write ${path}: it exists already`,
    {
      path,
      hint: "replace it with --force, or choose another name",
    },
  );
}

/** Gives a whole file its name. A link never replaces another file. */
async function publish(
  files: FileStore,
  draft: string,
  path: string,
  force: boolean,
): Promise<void> {
  if (force) {
    await files.rename(draft, path);
    return;
  }
  try {
    await files.link(draft, path);
  } catch (error) {
    if (hasCode(error, "ALREADY_EXISTS")) throw exists(path);
    if (!hasCode(error, "UNSUPPORTED")) throw error;
    // Without hard links, only the check before protects a file that is new.
    await files.rename(draft, path);
    return;
  }
  await files.remove(draft);
}

async function removeIfThere(files: FileStore, path: string): Promise<void> {
  try {
    await files.remove(path);
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY")) throw error;
  }
}
