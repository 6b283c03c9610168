/**
 * Drops rows of history: the one rewrite of data files that loses rows.
 *
 * ```text
 *                                              a crash before this step leaves
 * 1  each file with rows to drop: read and check it, write what is kept of it,
 *    flush                                     files nobody names
 * 2  one commit: remove those, add these, dataChange: true, and set the counter
 *    that says from which version on history is whole        the old history
 * 3  …                                         the new one; the old files lie
 *                                              there until they are vacuumed
 * ```
 *
 * In memory is one file at a time. Rows of later versions are not touched, so
 * commits of others are no conflict. A merge of files that were read is one: then
 * all is dropped, and begun anew by the caller.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#add-file-and-remove-file}
 * @module
 */
import { bestEffort, hasCode } from "../errors.ts";
import type { Host } from "../host/host.ts";
import { DataFileWriter } from "./data_file_writer.ts";
import type { AddFile, RemoveFile } from "./delta/mod.ts";
import { requireColumns, requireSound } from "./merge.ts";
import type { IndexedFile } from "./partition_index.ts";
import { encodeOplogEntries, type OplogEntry, type Record } from "./record.ts";
import { RecordFiles } from "./record_files.ts";
import { MemoryStore } from "./store/memory_store.ts";
import type { TableStore } from "./store/store.ts";
import type { OplogTable } from "./table.ts";
import { EVERY_VERSION, PRUNED_APP_ID } from "./table_reader.ts";

/** What is kept of a row: all of it, nothing, or some of its entries. */
export type KeptEntries = "all" | "none" | readonly OplogEntry[];

/** What is to be dropped. */
export interface PruneJob {
  /** The platform. */
  readonly host: Host;
  /** The table, which nobody else uses. */
  readonly table: OplogTable;
  /** Rows of this version and later stay. */
  readonly before: number;
  /** What is kept of an earlier row. */
  readonly keep: (record: Record, source: string) => Promise<KeptEntries>;
  /** Who. */
  readonly userName: string;
  /** Only says what it would come to. */
  readonly dryRun: boolean;
  /** Ends it. */
  readonly signal: AbortSignal | undefined;
}

/** What was dropped, or would be. */
export interface PruneCounts {
  /** Data files that are no longer part of the table. */
  readonly filesRemoved: number;
  /** Files with what is kept of them. */
  readonly filesAdded: number;
  /** Bytes of the former. */
  readonly bytesRemoved: number;
  /** Bytes of the latter. */
  readonly bytesAdded: number;
}

/** How a prune ended; `gave way`: others have merged what it has read. */
export type PruneResult =
  | ({ readonly status: "pruned" } & PruneCounts)
  | { readonly status: "gave way" };

/** How often a commit is tried again whose version was taken. */
const MAX_ATTEMPTS = 20;

/**
 * Drops rows, in one commit.
 *
 * @throws {PondError} When it certainly wasn't made, and nothing is left of it;
 *   or `OUTCOME_UNKNOWN`; `UNSUPPORTED` when other engines have added columns.
 */
export async function pruneTable(job: PruneJob): Promise<PruneResult> {
  requireColumns(job.table.delta);
  const { store } = job.table.delta;
  const removes: AddFile[] = [];
  const adds: AddFile[] = [];
  try {
    for (const file of filesBefore(job)) {
      job.signal?.throwIfAborted();
      const written = await rewritten(job, file);
      if (written === undefined) continue;
      removes.push(file.add);
      adds.push(...written);
    }
    const isMade = job.dryRun || removes.length === 0 ||
      await commitPrune(job, removes, adds);
    if (isMade) return { status: "pruned", ...countsOf(removes, adds) };
    await discard(store, adds);
    return { status: "gave way" };
  } catch (error) {
    const isUnknown = hasCode(error, "OUTCOME_UNKNOWN");
    if (!isUnknown && !job.dryRun) await discard(store, adds);
    throw error;
  }
}

/** Files with earlier rows, those of one partition one after the other. */
function filesBefore({ before, table }: PruneJob): IndexedFile[] {
  const partOf = ({ add }: IndexedFile) => add.partitionValues.part_id ?? "";
  return table.files.filter(({ minVersion }) => minVersion < before)
    .sort((a, b) => partOf(a) < partOf(b) ? -1 : partOf(a) > partOf(b) ? 1 : 0);
}

/** What is kept of a file, written anew; `undefined` when that is all of it. */
async function rewritten(
  { before, dryRun, host, keep, table }: PruneJob,
  { add }: IndexedFile,
): Promise<readonly AddFile[] | undefined> {
  const { delta } = table;
  const source = delta.dataPath(add);
  const kept: Record[] = [];
  let isWhole = true;
  for (const record of await new RecordFiles(delta).rows(add, EVERY_VERSION)) {
    const entries = record.version >= before
      ? "all"
      : await keep(record, source);
    if (entries === "all") {
      kept.push(record);
      continue;
    }
    isWhole = false;
    if (entries === "none" || entries.length === 0) continue;
    kept.push({ ...record, content: encodeOplogEntries(entries) });
  }
  if (isWhole) return undefined;
  if (kept.length === 0) return [];
  await requireSound(kept, add, source);
  kept.sort((a, b) =>
    a.partId === b.partId ? a.version - b.version : a.partId < b.partId ? -1 : 1
  );
  const writer = new DataFileWriter({
    // What only would be written has its size all the same.
    store: dryRun ? new MemoryStore(host.clock) : delta.store,
    host,
    layout: table.layout,
  });
  try {
    await writer.writeMerged(kept, Math.floor(host.clock.nowUs() / 1000));
  } catch (error) {
    await writer.discard();
    throw error;
  }
  return writer.written.map(({ add }) => ({ ...add, dataChange: true }));
}

/** Whether the commit was made. */
async function commitPrune(
  { before, host, table, userName }: PruneJob,
  removes: readonly AddFile[],
  adds: readonly AddFile[],
): Promise<boolean> {
  const { delta, wholeSince } = table;
  const transactionId = host.random.uuidHex();
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const nowMs = Math.floor(host.clock.nowUs() / 1000);
    const { status } = await delta.commit({
      adds,
      removes: removes.map((add) => removalOf(add, nowMs)),
      transactions: [{ appId: PRUNED_APP_ID, version: before }],
      commitInfo: {
        operation: "PRUNE",
        operationMetrics: {
          numRemovedFiles: String(removes.length),
          numAddedFiles: String(adds.length),
        },
        userName,
        txnId: transactionId,
      },
      timestampMs: nowMs,
    });
    if (status === "committed") return true;
    await table.refresh();
    requireColumns(delta);
    // Another prune has gone further: the counter must not go back.
    if (table.wholeSince !== wholeSince) return false;
    const there = new Set(table.files.map(({ add }) => add.path));
    if (!removes.every(({ path }) => there.has(path))) return false;
  }
  return false;
}

function removalOf(add: AddFile, nowMs: number): RemoveFile {
  return {
    path: add.path,
    deletionTimestamp: nowMs,
    dataChange: true,
    extendedFileMetadata: true,
    partitionValues: add.partitionValues,
    size: add.size,
  };
}

/** Removes files, best effort: no commit names them. */
async function discard(
  store: TableStore,
  adds: readonly AddFile[],
): Promise<void> {
  for (const { path } of adds) await bestEffort(() => store.delete(path));
}

function countsOf(
  removes: readonly AddFile[],
  adds: readonly AddFile[],
): PruneCounts {
  const bytesOf = (files: readonly AddFile[]) =>
    files.reduce((sum, { size }) => sum + size, 0);
  return {
    filesRemoved: removes.length,
    filesAdded: adds.length,
    bytesRemoved: bytesOf(removes),
    bytesAdded: bytesOf(adds),
  };
}
