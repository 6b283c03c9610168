/**
 * Puts objects into a file system: the one place where a table grows.
 *
 * ```text
 * putIfAbsent                                  a crash before this step leaves
 * 1  write   <dir>/.<name>.<uuid>.tmp                     nothing
 * 2  set its time, flush it                               a file nobody reads
 *    meanwhile, what it names becomes durable             files nobody names
 * 3  link it to <dir>/<name>: exactly one writer can      a file nobody reads
 * 4  remove the first name                                the object, or not
 * 5  flush the directory                                  the object, or not
 *    only now is it acknowledged                          the object
 *
 * put
 * 1  write   <dir>/.<name>.<uuid>.tmp, flush it           nothing
 * 2  rename it to <dir>/<name>                            a file nobody reads
 * 3  flush the directories of all, and those above        some of them, whole
 * ```
 *
 * Between 3 and 5 a commit may or may not be on the disk: both are whole states,
 * and nobody has been told either. The temporary name begins with a dot, since
 * delta-rs takes `<version>.checkpoint.parquet.tmp` for a checkpoint. A directory
 * is made when a file in it can't be.
 *
 * @module
 */
import { type Bytes, equalBytes } from "../../bytes.ts";
import { bestEffort, hasCode, PondError } from "../../errors.ts";
import type { FileStore, Random } from "../../host/host.ts";
import type { NameFlusher } from "../name_flusher.ts";
import { type NamingObject, type NewObject, unknownOutcome } from "./store.ts";

/** Where objects are put, and how. */
export interface PutTarget {
  /** The host's files. */
  readonly files: FileStore;
  /** Makes temporary names ones of a kind. */
  readonly random: Random;
  /** The table's directory, which exists. */
  readonly location: string;
  /** What flushes names; nothing is flushed without. */
  readonly names: NameFlusher | undefined;
}

/** Puts an object under a name that nobody has. */
export async function putIfAbsent(
  target: PutTarget,
  object: NamingObject,
): Promise<"stored" | "taken"> {
  const { files, location, names } = target;
  const path = `${location}/${object.path}`;
  const { temporary, madeDirectory } = await writeBeside(target, object);
  const linked = await link(files, temporary, path, object.bytes);
  await removeLeftover(files, temporary);
  if (!linked) return "taken";
  if (names) {
    const directories = madeDirectory
      ? directoriesOf([object], location)
      : [parentOf(path)];
    await flushOutcome(names, directories, path);
  }
  return "stored";
}

/** Puts objects over what is there. */
export async function putAll(
  target: PutTarget,
  objects: readonly NewObject[],
): Promise<void> {
  const { files, location, names } = target;
  for (const object of objects) {
    const { temporary } = await writeAside(target, object);
    try {
      await files.rename(temporary, `${location}/${object.path}`);
    } catch (error) {
      await removeLeftover(files, temporary);
      throw error;
    }
  }
  if (names === undefined) return;
  for (const directory of directoriesOf(objects, location)) {
    await names.flush(directory);
  }
}

/**
 * Writes an object aside while those that it names become durable: both wait
 * for the disk most of the time, which then flushes them together.
 */
async function writeBeside(
  target: PutTarget,
  object: NamingObject,
): Promise<Aside> {
  const [aside, others] = await Promise.allSettled([
    writeAside(target, object),
    object.after?.(),
  ]);
  if (aside.status === "rejected") throw aside.reason;
  if (others.status === "fulfilled") return aside.value;
  await removeLeftover(target.files, aside.value.temporary);
  throw others.reason;
}

/** An object that is there, under a name that nobody reads. */
interface Aside {
  readonly temporary: string;
  readonly madeDirectory: boolean;
}

/** Writes an object under a name that nobody reads, and flushes it. */
async function writeAside(
  target: PutTarget,
  object: NewObject,
): Promise<Aside> {
  const { files, location, random } = target;
  const slash = object.path.lastIndexOf("/") + 1;
  const directory = `${location}/${object.path.slice(0, slash)}`;
  const name = object.path.slice(slash);
  const temporary = `${directory}.${name}.${random.uuidHex()}.tmp`;
  try {
    await writeNew(target, temporary, object);
    return { temporary, madeDirectory: false };
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND") || slash === 0) throw error;
  }
  await makeDirectories(files, location, object.path.slice(0, slash));
  await writeNew(target, temporary, object);
  return { temporary, madeDirectory: true };
}

async function writeNew(
  { files, names }: PutTarget,
  path: string,
  { bytes, modifiedMs }: NewObject,
): Promise<void> {
  const file = await files.create(path);
  try {
    await file.write(bytes);
    if (modifiedMs !== undefined) await file.setModified(modifiedMs);
    if (names) await file.sync();
    await file.close();
  } catch (error) {
    await file.close();
    await removeLeftover(files, path);
    throw error;
  }
}

async function makeDirectories(
  files: FileStore,
  location: string,
  directory: string,
): Promise<void> {
  let path = location;
  for (const name of directory.split("/").slice(0, -1)) {
    path += `/${name}`;
    await files.makeDirectory(path);
  }
}

/** The directories of objects, each once, and those above, up to the table's. */
function directoriesOf(
  objects: readonly NewObject[],
  location: string,
): ReadonlySet<string> {
  const directories = new Set<string>();
  for (const { path } of objects) {
    let directory = `${location}/${path}`;
    do {
      directory = parentOf(directory);
      if (directories.has(directory)) break;
      directories.add(directory);
    } while (directory.length > location.length);
  }
  return directories;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/** Whether the name is ours now. */
async function link(
  files: FileStore,
  temporary: string,
  path: string,
  bytes: Bytes,
): Promise<boolean> {
  try {
    await files.link(temporary, path);
    return true;
  } catch (error) {
    if (await isOurs(files, path, bytes)) return true;
    if (hasCode(error, "ALREADY_EXISTS")) return false;
    await removeLeftover(files, temporary);
    if (hasCode(error, "IO")) throw unknownOutcome(path, error);
    throw error;
  }
}

/**
 * The answer to a link that was made can get lost (over NFS the client asks
 * again, and hears that the name is taken): then the file that is there is
 * ours.
 */
async function isOurs(
  files: FileStore,
  path: string,
  bytes: Bytes,
): Promise<boolean> {
  try {
    return equalBytes(await files.read(path), bytes);
  } catch (cause) {
    if (hasCode(cause, "NOT_FOUND")) return false;
    if (!(cause instanceof PondError)) throw cause;
    throw unknownOutcome(path, cause);
  }
}

async function flushOutcome(
  names: NameFlusher,
  directories: Iterable<string>,
  path: string,
): Promise<void> {
  try {
    for (const directory of directories) await names.flush(directory);
  } catch (cause) {
    if (!(cause instanceof PondError)) throw cause;
    throw unknownOutcome(path, cause);
  }
}

/** A leftover hinders nobody; what went before decides how the put ended. */
async function removeLeftover(files: FileStore, path: string): Promise<void> {
  await bestEffort(() => files.remove(path));
}
