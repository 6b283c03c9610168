/**
 * Deletes files that nothing needs.
 *
 * ```text
 * oplog/     data files that were merged into others, or were never committed
 * blobs/     blobs that no row of history and no staged operation names
 * branches/  those whose time is over, and what was never finished
 * tmp/       and names that begin with a dot: what interrupted writers have left
 * ```
 *
 * A file is kept as long as the retention is since it was written, or removed
 * from the table: a running writer may be about to name it, and a running reader
 * may have an older snapshot. Files whose names pond doesn't give are not looked
 * at.
 *
 * Blobs are found before it is asked who names them, and the stage is read before
 * history: what is named in between is younger, or in one of the two. What was
 * dropped from history is needed for as long as its data files are kept. A blob
 * that is stored again while it is being deleted gets its name back. All of that
 * is so for each branch: they share the blobs.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { FileStore, Host } from "../host/host.ts";
import type { OplogTable } from "../oplog/table.ts";
import {
  oldFiles,
  unfinishedFiles,
  type UnusedFile,
} from "../oplog/unused_files.ts";
import { lineDirectory, MAIN_BRANCH, openLine } from "./line.ts";
import { Stage } from "./stage.ts";
import type { VacuumOptions, VacuumReport } from "./maintenance_types.ts";

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
  const found: UnusedFile[] = [];
  for (const line of await linesOf(files, pond)) {
    const table = await openLine(host, line);
    for await (const file of table.unusedFiles(beforeMs)) found.push(file);
    for await (const file of leftovers(files, line, beforeMs)) found.push(file);
    // What has taken their place must be on the disk before they go.
    if (!dryRun) await table.flush();
  }
  for (const blob of blobs) found.push(blob);
  for await (const file of unfinishedBlobs(files, pond, beforeMs)) {
    found.push(file);
  }
  const { unusedBranches } = await import("./branches.ts");
  for (const branch of await unusedBranches(host, pond, beforeMs)) {
    found.push(branch);
  }
  if (dryRun) return { dryRun, files: found };
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

/** The directories of all branches. */
export async function linesOf(
  files: FileStore,
  pond: string,
): Promise<string[]> {
  const { branchNames } = await import("./branches.ts");
  const names = [MAIN_BRANCH, ...await branchNames(files, pond)];
  return names.map((name) => lineDirectory(pond, name));
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
  const lines = await linesOf(host.files, pond);
  for (const line of lines) {
    await keepStaged(new Stage(host, line), candidates);
  }
  for (const line of lines) {
    if (candidates.size === 0) return [];
    const table = await openLine(host, line);
    await keepNamed(table, candidates, signal);
    await keepPruned(table, candidates, beforeMs);
  }
  return [...candidates.values()];
}

/** Hashes that nothing is known to need yet. */
interface Candidates {
  readonly size: number;
  delete(sha256: string): boolean;
}

/** What a stage names is needed. */
export async function keepStaged(
  stage: Stage,
  candidates: Candidates,
): Promise<void> {
  for (const file of await stage.list(-1)) {
    const content = await stage.read(file, Number.MAX_SAFE_INTEGER);
    for (const { attributes } of content?.operations ?? []) {
      candidates.delete(attributes.sha256 ?? "");
    }
  }
}

/** What history names is needed. */
export async function keepNamed(
  table: OplogTable,
  candidates: Candidates,
  signal: AbortSignal | undefined,
  minVersion = 0,
): Promise<void> {
  if (candidates.size === 0) return;
  const rows = table.entryTable({ minVersion }).scan({
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
    if (candidates.size === 0) return;
  }
}

/** What a prune has dropped is needed as long as its files are kept. */
export async function keepPruned(
  table: OplogTable,
  candidates: Candidates,
  beforeMs: number,
): Promise<void> {
  if (table.wholeSince === 0 || candidates.size === 0) return;
  const { prunedEntries } = await import("../oplog/pruned_rows.ts");
  for await (const entries of prunedEntries(table, beforeMs)) {
    for (const { metadata } of entries) {
      for (const [hash] of metadata.matchAll(/[0-9a-f]{64}/g)) {
        candidates.delete(hash);
      }
    }
  }
}

/** Blobs that are older, by their hashes. */
export async function oldBlobs(
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

/** What interrupted writers have left in a pond's `tmp/`. */
export async function* unfinishedBlobs(
  files: FileStore,
  pond: string,
  beforeMs: number,
): AsyncGenerator<UnusedFile> {
  yield* unfinishedFiles(files, `${pond}/tmp`, UNFINISHED, beforeMs);
}

/** What interrupted writers have left in the stage of a branch. */
export async function* leftovers(
  files: FileStore,
  line: string,
  beforeMs: number,
): AsyncGenerator<UnusedFile> {
  yield* unfinishedFiles(files, `${line}/staging`, STAGE_UNFINISHED, beforeMs);
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
    if (kind === "branch") {
      const { discardBranch } = await import("./branches.ts");
      await discardBranch(host, pond, path);
      return true;
    }
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
