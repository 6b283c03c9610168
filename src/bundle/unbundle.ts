/**
 * Makes a pond of a bundle, or nothing.
 *
 * ```text
 *                                                     what a crash leaves
 * 1  .<name>.unbundle/         made                   an empty directory
 * 2  its mark                  made, locked, flushed  a directory that the next
 * 3  its pond/                 every file, flushed    run empties: as long as it
 * 4  checked: sums, rows, roots                       is not renamed, it is none
 * 5  renamed to <name>, flushed                       the whole pond
 * 6  .<name>.unbundle/ removed, its mark last         a directory with the mark
 * ```
 *
 * What is in a directory of that name without the mark is somebody else's, and
 * stays: the mark has its name before anything else is there, and for as long as
 * anything is.
 *
 * Nothing of the archive is believed: names that aren't those of a bundle are
 * refused (names.ts), links are made to files of the same archive alone, and the
 * roots of the pond that comes of it must be those that it says of itself.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { FileStore, Host, HostFileType } from "../host/host.ts";
import { NameFlusher } from "../oplog/mod.ts";
import { type CheckReport, TinyLogFS } from "../tinylogfs/mod.ts";
import { Extraction } from "./extraction.ts";
import { readTar } from "./tar.ts";
import type { BundleHeader } from "./types.ts";

/** A bundle that is read. */
export interface BundleSource {
  /** What it is called in errors. */
  readonly name: string;
  /** Its bytes; not compressed. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Options of making a pond of a bundle. */
export interface UnbundleOptions {
  /** Whether everything is only checked, as far as the bundle alone can be. */
  readonly dryRun?: boolean;
  /** Is told of each member, with its bytes. */
  readonly onMember?: (sizeBytes: number) => void;
  /** Ends it, and leaves nothing. */
  readonly signal?: AbortSignal;
}

/** What was made of a bundle. */
export interface UnbundleReport {
  /** The pond's directory. */
  readonly path: string;
  /** What the bundle says of itself; all of it was checked. */
  readonly header: BundleHeader;
  /** Files that were written. */
  readonly files: number;
  /** Their bytes. */
  readonly sizeBytes: number;
}

/**
 * Says of a directory that unbundling made it, and holds off others who would do the
 * same. A name has no half: it is there, or it isn't.
 */
const MARK = "pond-unbundle.lock";

/** What lies beside the mark. */
const MADE = "pond";

/**
 * Makes the pond.
 *
 * @param directory Where; absolute. There must be nothing, or an empty directory.
 * @throws {PondError} `ALREADY_EXISTS` when something is there; `INTEGRITY` for an
 *   archive that is no bundle, or damaged; `FORMAT_TOO_NEW`; `LOCKED` when another
 *   process makes a pond there.
 */
export async function unbundle(
  host: Host,
  source: BundleSource,
  directory: string,
  options: UnbundleOptions = {},
): Promise<UnbundleReport> {
  const { files } = host;
  await requireEmpty(files, directory);
  const work = workOf(directory);
  await makeWork(files, work, directory);
  const locked = await files.tryLock(`${work}/${MARK}`);
  if (locked === undefined) {
    throw new PondError(
      "LOCKED",
      `Cannot unbundle into ${directory}: another process does so`,
      { path: directory, hint: "wait for it, or choose another directory" },
    );
  }
  await using _lock = locked;
  const pond = `${work}/${MADE}`;
  const names = new NameFlusher(host);
  try {
    await names.flush(work);
    await removeTree(files, pond);
    const report = await extract(host, source, pond, options);
    if (!options.dryRun) await publish(host, pond, directory);
    return { ...report, path: directory };
  } finally {
    // While it is locked: nobody else has begun there.
    await removeTree(files, pond);
    await names.flush(work);
    await removeMarked(files, work);
  }
}

/** Removes what is empty but for the mark; what others have put there stays. */
async function removeMarked(files: FileStore, work: string): Promise<void> {
  await files.remove(`${work}/${MARK}`);
  try {
    await files.remove(work);
  } catch (error) {
    if (!hasCode(error, "DIRECTORY_NOT_EMPTY")) throw error;
  }
}

/** Where it is made, beside the place where it goes. */
function workOf(directory: string): string {
  const slash = directory.lastIndexOf("/");
  const name = directory.slice(slash + 1);
  return `${directory.slice(0, slash)}/.${name}.unbundle`;
}

/** Makes it, or takes over what another run has left. */
async function makeWork(
  files: FileStore,
  work: string,
  directory: string,
): Promise<void> {
  try {
    await files.makeDirectory(work);
  } catch (error) {
    if (hasCode(error, "NOT_FOUND")) throw noParent(directory, error);
    if (!hasCode(error, "ALREADY_EXISTS")) throw error;
  }
  await requireOurs(files, work, directory);
}

function noParent(directory: string, cause: unknown): PondError {
  const parent = directory.slice(0, directory.lastIndexOf("/")) || "/";
  return new PondError(
    "NOT_FOUND",
    `Cannot unbundle into ${directory}: there is no directory ${parent}`,
    { path: parent, cause, hint: `make it: mkdir -p ${parent}` },
  );
}

/** Nothing is made in a directory of somebody else, or taken out of it. */
async function requireOurs(
  files: FileStore,
  work: string,
  directory: string,
): Promise<void> {
  const stat = await files.stat(work);
  if (stat?.type === "directory") {
    const types = new Map<string, HostFileType>();
    for await (const { name, type } of files.list(work)) types.set(name, type);
    if (types.get(MARK) === "file") {
      types.delete(MARK);
      types.delete(MADE);
    }
    if (types.size === 0) return;
  }
  throw new PondError(
    "ALREADY_EXISTS",
    `Cannot unbundle into ${directory}: ${work} beside it is somebody else's`,
    { path: work, hint: "move it away, or choose another directory" },
  );
}

async function extract(
  host: Host,
  { bytes, name }: BundleSource,
  pond: string,
  { onMember, signal }: UnbundleOptions,
): Promise<Omit<UnbundleReport, "path">> {
  const extraction = new Extraction(host, name, pond);
  await extraction.begin();
  for await (const member of readTar(bytes, name)) {
    signal?.throwIfAborted();
    await extraction.take(member);
    onMember?.(member.sizeBytes);
  }
  const header = await extraction.finish();
  const report = await TinyLogFS.check(host, pond, {
    depth: "rows",
    ...(signal ? { signal } : {}),
  });
  requireSame(report, header, name);
  const { sizeBytes, written } = extraction;
  return { header, files: written, sizeBytes };
}

/** The pond is sound, and the one that the bundle says it is. */
function requireSame(
  report: CheckReport,
  { branches }: BundleHeader,
  source: string,
): void {
  const damage = report.findings.find(({ severity }) => severity === "damage");
  if (damage !== undefined) {
    throw refused(source, `${damage.path} in it: ${damage.problem}`);
  }
  const found = [{ ...report, name: "main" }, ...report.branches];
  const keyOf = (it: typeof found[number] | typeof branches[number]) =>
    `${it.name} ${it.contentRoot} ${it.historyRoot}`;
  const there = found.map(keyOf).sort().join("\n");
  if (there === branches.map(keyOf).sort().join("\n")) return;
  throw refused(source, "it holds another pond than its bundle.json says");
}

function refused(source: string, why: string): PondError {
  return new PondError("INTEGRITY", `Cannot unbundle ${source}: ${why}`, {
    path: source,
    hint: "copy it again, or bundle the pond again; nothing was made",
  });
}

async function publish(
  host: Host,
  pond: string,
  directory: string,
): Promise<void> {
  const { files } = host;
  try {
    await files.rename(pond, directory);
  } catch (error) {
    if (!hasCode(error, "DIRECTORY_NOT_EMPTY", "NOT_A_DIRECTORY")) throw error;
    throw occupied(directory, "something was put there in the meantime");
  }
  const parent = directory.slice(0, directory.lastIndexOf("/")) || "/";
  await new NameFlusher(host).flush(parent);
}

async function requireEmpty(
  files: FileStore,
  directory: string,
): Promise<void> {
  const stat = await files.stat(directory);
  if (stat === undefined) return;
  if (stat.type !== "directory") {
    throw occupied(directory, `a ${stat.type} is there`);
  }
  for await (const _ of files.list(directory)) {
    throw occupied(directory, "the directory is not empty");
  }
}

function occupied(directory: string, why: string): PondError {
  return new PondError(
    "ALREADY_EXISTS",
    `Cannot unbundle into ${directory}: ${why}`,
    { path: directory, hint: "choose a new or empty directory" },
  );
}

/** Removes what is there, and all in it; links are not followed. */
async function removeTree(files: FileStore, path: string): Promise<void> {
  const stat = await files.stat(path);
  if (stat === undefined) return;
  if (stat.type === "directory") {
    const names: string[] = [];
    for await (const { name } of files.list(path)) names.push(name);
    for (const name of names) await removeTree(files, `${path}/${name}`);
  }
  await files.remove(path);
}
