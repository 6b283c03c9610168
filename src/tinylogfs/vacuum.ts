/**
 * Deletes files that nothing needs.
 *
 * ```text
 * oplog/   data files that were merged into others, or were never committed
 * blobs/   blobs that no row of history and no staged operation names
 * tmp/     and names that begin with a dot: what interrupted writers have left
 * ```
 *
 * A file is kept as long as the retention is since it was written, or removed
 * from the table: a running writer may be about to name it, and a running reader
 * may have an older snapshot. Files whose names pond doesn't give are not looked
 * at.
 *
 * Blobs are found before it is asked who names them, and the stage is read before
 * history: what is named in between is younger, or in one of the two. A blob
 * that is stored again while it is being deleted gets its name back.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { FileStore, Host } from "../host/host.ts";
import { OplogTable } from "../oplog/table.ts";
import {
  oldFiles,
  unfinishedFiles,
  type UnusedFile,
} from "../oplog/unused_files.ts";
import { Stage } from "./stage.ts";
import type { VacuumOptions, VacuumReport } from "./types.ts";

/** Nobody reads or writes for so long without looking at the table. */
export const RETENTION_MS: number = 7 * 86_400_000;

const BLOB_DIRECTORY = /^[0-9a-f]{2}$/;
const BLOB = /^[0-9a-f]{64}$/;
const UNFINISHED = /^[0-9a-f]{32}$/;
const STAGE_UNFINISHED = /^\.(?:flush\.)?[0-9a-f]{32}\.tmp$/;

/**
 * Deletes what nothing needs, or says what would be deleted.
 *
 * @param pond The pond's directory.
 * @param pending Hashes that operations name which are pending in this process.
 * @throws {PondError} `INVALID_ARGUMENT` for a retention that is too short;
 *   `INTEGRITY` when history can't be read: then nothing is deleted.
 */
export async function vacuumPond(
  host: Host,
  pond: string,
  pending: Iterable<string>,
  options: VacuumOptions,
): Promise<VacuumReport> {
  const { dryRun = true, retentionMs = RETENTION_MS, signal } = options;
  requireRetention(retentionMs, options.force ?? false);
  const beforeMs = Math.floor(host.clock.nowUs() / 1000) - retentionMs;
  const { files } = host;
  // Before anything is deleted: what can't be read keeps everything.
  const blobs = await unusedBlobs(host, pond, beforeMs, pending, signal);
  const table = await openOplog(host, pond);
  const found: UnusedFile[] = [];
  for await (const file of table.unusedFiles(beforeMs)) found.push(file);
  for (const blob of blobs) found.push(blob);
  for await (const file of leftovers(files, pond, beforeMs)) found.push(file);
  if (dryRun) return { dryRun, files: found };
  // What has taken their place must be on the disk before they go.
  await table.flush();
  const deleted: UnusedFile[] = [];
  for (const file of found) {
    signal?.throwIfAborted();
    if (await deleteOld(host, pond, file, beforeMs)) deleted.push(file);
  }
  return { dryRun, files: deleted };
}

function requireRetention(retentionMs: number, force: boolean): void {
  if (!(retentionMs >= 0)) {
    throw new RangeError(`Cannot keep files for ${retentionMs} ms`);
  }
  if (retentionMs >= RETENTION_MS || force) return;
  throw new PondError(
    "INVALID_ARGUMENT",
    "Cannot delete files that are younger than 7 days: a running program may need them",
    { hint: "if no other program uses the pond, say so: --force" },
  );
}

async function openOplog(host: Host, pond: string): Promise<OplogTable> {
  const options = { headPath: `${pond}/head` };
  return await OplogTable.open(host, `${pond}/oplog`, options);
}

/** Old blobs that nothing names. */
async function unusedBlobs(
  host: Host,
  pond: string,
  beforeMs: number,
  pending: Iterable<string>,
  signal: AbortSignal | undefined,
): Promise<UnusedFile[]> {
  const candidates = await oldBlobs(host.files, `${pond}/blobs`, beforeMs);
  for (const sha256 of pending) candidates.delete(sha256);
  if (candidates.size === 0) return [];
  const stage = new Stage(host, pond);
  for (const file of await stage.list(-1)) {
    const content = await stage.read(file, Number.MAX_SAFE_INTEGER);
    for (const { attributes } of content?.operations ?? []) {
      candidates.delete(attributes.sha256 ?? "");
    }
  }
  const table = await openOplog(host, pond);
  const rows = table.entryTable().scan({
    columns: ["metadata"],
    ...(signal ? { signal } : {}),
  });
  for await (const { columns: [metadata = []] } of rows) {
    for (const text of metadata) {
      // Whatever looks like a hash may be named in a way of later versions.
      for (const [hash] of String(text).matchAll(/[0-9a-f]{64}/g)) {
        candidates.delete(hash);
      }
    }
    if (candidates.size === 0) return [];
  }
  return [...candidates.values()];
}

async function oldBlobs(
  files: FileStore,
  blobs: string,
  beforeMs: number,
): Promise<Map<string, UnusedFile>> {
  const found = new Map<string, UnusedFile>();
  const directories: string[] = [];
  try {
    for await (const { name, type } of files.list(blobs)) {
      if (type !== "directory" || !BLOB_DIRECTORY.test(name)) continue;
      directories.push(name);
    }
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND")) throw error;
  }
  for (const directory of directories.sort()) {
    const path = `${blobs}/${directory}`;
    for await (const file of oldFiles(files, path, BLOB, beforeMs)) {
      const { path, sizeBytes } = file;
      found.set(file.name, { kind: "blob", path, sizeBytes });
    }
  }
  return found;
}

async function* leftovers(
  files: FileStore,
  pond: string,
  beforeMs: number,
): AsyncGenerator<UnusedFile> {
  yield* unfinishedFiles(files, `${pond}/tmp`, UNFINISHED, beforeMs);
  yield* unfinishedFiles(files, `${pond}/staging`, STAGE_UNFINISHED, beforeMs);
}

/**
 * Deletes a file unless it has become young in the meantime.
 *
 * @returns Whether it is gone.
 */
async function deleteOld(
  host: Host,
  pond: string,
  { kind, path }: UnusedFile,
  beforeMs: number,
): Promise<boolean> {
  const { files, random } = host;
  try {
    if (kind !== "blob") {
      await files.remove(path);
      return true;
    }
    const aside = `${pond}/tmp/${random.uuidHex()}`;
    await files.makeDirectory(`${pond}/tmp`);
    await files.rename(path, aside);
    const stat = await files.stat(aside);
    const isOld = stat === undefined || stat.modifiedMs < beforeMs;
    if (!isOld) await putBack(files, aside, path);
    await files.remove(aside);
    return isOld;
  } catch (error) {
    // Another vacuum was faster.
    if (hasCode(error, "NOT_FOUND")) return false;
    throw error;
  }
}

/** Somebody has stored the blob again, and is about to name it. */
async function putBack(
  files: FileStore,
  aside: string,
  path: string,
): Promise<void> {
  try {
    await files.link(aside, path);
  } catch (error) {
    if (!hasCode(error, "ALREADY_EXISTS")) throw error;
  }
  await files.syncDirectory(path.slice(0, path.lastIndexOf("/")));
}
