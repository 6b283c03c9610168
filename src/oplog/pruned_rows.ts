/**
 * The rows of files that a prune has taken out of the table a short time ago:
 * whoever opened the table before may still read them.
 *
 * @module
 */
import { hasCode, IntegrityError } from "../errors.ts";
import type { AddFile, RemoveFile } from "./delta/mod.ts";
import { EntryBatch, type OplogEntry } from "./record.ts";
import { RecordFiles } from "./record_files.ts";
import type { OplogTable } from "./table.ts";
import { EVERY_VERSION } from "./table_reader.ts";

/**
 * Reads their entries. The log no longer says the digests of these files: what
 * they tell is good enough to keep something for, and for nothing else.
 *
 * @param sinceMs Files that were removed earlier are passed over, milliseconds
 *   since the epoch.
 * @throws {IntegrityError} When one can't be read; those that are gone already
 *   are passed over.
 */
export async function* prunedEntries(
  { delta }: OplogTable,
  sinceMs: number,
): AsyncGenerator<readonly OplogEntry[]> {
  for (const remove of await delta.snapshot.tombstones()) {
    const { dataChange, deletionTimestamp = 0 } = remove;
    if (!dataChange || deletionTimestamp < sinceMs) continue;
    const add = addOf(remove);
    try {
      const rows = await new RecordFiles(delta).rows(add, EVERY_VERSION);
      for (const { content } of rows) {
        yield new EntryBatch(content, delta.dataPath(add)).entries();
      }
    } catch (error) {
      const isGone = error instanceof IntegrityError &&
        hasCode(error.cause, "NOT_FOUND");
      if (!isGone) throw error;
    }
  }
}

function addOf({ path, partitionValues = {}, size = 0 }: RemoveFile): AddFile {
  return { path, partitionValues, size, modificationTime: 0, dataChange: true };
}
