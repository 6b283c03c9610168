/**
 * Gives a commit its version: the one place where a log grows.
 *
 * ```text
 *                                              a crash before this step leaves
 * 1  write   _delta_log/.<version>.json.<uuid>.tmp        nothing
 * 2  set its time, flush it                               a file nobody reads
 * 3  link it to <version>.json: exactly one writer can    a file nobody reads
 * 4  remove the first name                                the commit, or not
 * 5  flush the directory                                  the commit, or not
 *    only now is the commit acknowledged                  the commit
 * ```
 *
 * Between 3 and 5 the commit may or may not be on the disk: both are whole
 * states, and nobody has been told either. The temporary name begins with a
 * dot, since delta-rs takes `<version>.checkpoint.parquet.tmp` for a checkpoint.
 *
 * @module
 */
import { type Bytes, equalBytes } from "../../bytes.ts";
import { bestEffort, hasCode, PondError } from "../../errors.ts";
import type { FileStore } from "../../host/host.ts";
import type { NameFlusher } from "../name_flusher.ts";

/** What is needed to publish a commit. */
export interface Publication {
  /** The log's directory. */
  readonly directory: string;
  /** The name of the version's commit. */
  readonly name: string;
  /** The commit. */
  readonly bytes: Bytes;
  /** Milliseconds since the epoch: the commit's time for other engines. */
  readonly modifiedMs: number;
  /** Makes the temporary name one of a kind. */
  readonly uuid: string;
  /** What flushes its name; nothing is flushed without. */
  readonly names: NameFlusher | undefined;
}

/**
 * Publishes a commit.
 *
 * @returns `taken` when another writer has the version.
 * @throws {PondError} `OUTCOME_UNKNOWN` when the commit may have been made, and
 *   may be lost; any other code when it certainly was not made.
 */
export async function publish(
  files: FileStore,
  publication: Publication,
): Promise<"published" | "taken"> {
  const { directory, name, uuid, names } = publication;
  const temporary = `${directory}/.${name}.${uuid}.tmp`;
  const path = `${directory}/${name}`;
  try {
    await writeTemporary(files, temporary, publication);
  } catch (error) {
    await removeLeftover(files, temporary);
    throw error;
  }
  const linked = await link(files, temporary, path, publication);
  await removeLeftover(files, temporary);
  if (!linked) return "taken";
  if (names) await flushOutcome(names, directory, path);
  return "published";
}

async function writeTemporary(
  files: FileStore,
  temporary: string,
  { bytes, names, modifiedMs }: Publication,
): Promise<void> {
  await using file = await files.create(temporary);
  await file.write(bytes);
  await file.setModified(modifiedMs);
  if (names) await file.sync();
}

/** Whether the name is ours now. */
async function link(
  files: FileStore,
  temporary: string,
  path: string,
  { bytes }: Publication,
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
  directory: string,
  path: string,
): Promise<void> {
  try {
    await names.flush(directory);
  } catch (cause) {
    if (!(cause instanceof PondError)) throw cause;
    throw unknownOutcome(path, cause);
  }
}

/** From the link on, no error says that the commit was not made. */
export function unknownOutcome(path: string, cause: unknown): PondError {
  return new PondError(
    "OUTCOME_UNKNOWN",
    `Cannot tell whether the commit ${path} is on the disk`,
    {
      path,
      cause,
      hint: "commit again: what was made is not made twice",
    },
  );
}

/** A leftover hinders nobody; what went before decides how the commit ended. */
async function removeLeftover(files: FileStore, path: string): Promise<void> {
  await bestEffort(() => files.remove(path));
}
