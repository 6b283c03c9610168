/**
 * Merges data files: the same rows, byte for byte and each once, in fewer files.
 *
 * ```text
 *                                              a crash before this step leaves
 * 1  read and check the files, write the merged ones, flush   a file nobody names
 * 2  commit: remove those, add these, dataChange: false       the old files
 * 3  …                                         the new ones; the old ones lie
 *                                              there until they are vacuumed
 * ```
 *
 * A merge changes no row, so it gives way: where another writer was faster, it is
 * dropped, or made again as long as the files that it read are all there.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#add-file-and-remove-file}
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import type { DataFileWriter, WrittenFile } from "./data_file_writer.ts";
import type { AddFile, DeltaTable, RemoveFile } from "./delta/mod.ts";
import type { MergeRun } from "./merge_plan.ts";
import type { Record } from "./record.ts";
import { isDoubled } from "./record_order.ts";

/** What a merge did. */
export interface MergeResult {
  /** `gave way` when others have taken the version, or merged these files. */
  readonly status: "merged" | "gave way";
  /** Files that are no longer part of the table. */
  readonly filesRemoved: number;
  /** Files in their place. */
  readonly filesAdded: number;
  /** Bytes of the former. */
  readonly bytesRemoved: number;
  /** Bytes of the latter. */
  readonly bytesAdded: number;
}

/** What a merge works with. */
export interface MergeJob {
  /** The platform. */
  readonly host: Host;
  /** The table. */
  readonly delta: DeltaTable;
  /** Writes its files. */
  readonly writer: DataFileWriter;
  /** Pond's counter among those of Delta's applications. */
  readonly appId: string;
  /** Who. */
  readonly userName: string;
  /** Reads all rows of a file. */
  readonly read: (add: AddFile) => Promise<readonly Record[]>;
  /**
   * Takes in what others have committed, and tells whether a file is still part
   * of the table. Without it a merge gives way at once.
   */
  readonly refresh?: () => Promise<(path: string) => boolean>;
}

/** A merge that was made, or not, with the files that it wrote. */
export interface Merge {
  /** What it did. */
  readonly result: MergeResult;
  /** The files. */
  readonly written: readonly WrittenFile[];
}

/** Those of a table of records. */
const COLUMNS = ["part_id", "timestamp", "version", "content"] as const;

/** How often a merge is tried again whose version was taken. */
const MAX_ATTEMPTS = 20;

/**
 * Merges runs of files, in one commit.
 *
 * @throws {PondError} When it certainly wasn't made, and nothing is left of it;
 *   or `OUTCOME_UNKNOWN`.
 */
export async function mergeRuns(
  runs: readonly MergeRun[],
  job: MergeJob,
): Promise<Merge> {
  const { host, writer } = job;
  const adds = runs.flat().map(({ add }) => add);
  try {
    for (const run of runs) {
      const nowMs = Math.floor(host.clock.nowUs() / 1000);
      await writer.writeMerged(await sortedRows(run, job), nowMs);
    }
    const isMade = await commitMerge(adds, job);
    if (!isMade) await writer.discard();
    const { written } = writer;
    const result: MergeResult = {
      status: isMade ? "merged" : "gave way",
      filesRemoved: isMade ? adds.length : 0,
      filesAdded: isMade ? written.length : 0,
      bytesRemoved: isMade ? bytesOf(adds) : 0,
      bytesAdded: isMade ? bytesOf(written.map(({ add }) => add)) : 0,
    };
    return { result, written };
  } catch (error) {
    if (!hasCode(error, "OUTCOME_UNKNOWN")) await writer.discard();
    throw error;
  }
}

/**
 * Rows with more columns than ours would lose them in a merge.
 *
 * @throws {PondError} `UNSUPPORTED` when the table has others.
 */
export function requireColumns(
  { directory, snapshot }: DeltaTable,
): void {
  const schema: unknown = JSON.parse(snapshot.metaData.schemaString);
  const { fields = [] } = schema as { fields?: readonly { name: unknown }[] };
  const found = fields.map(({ name }) => name);
  if (JSON.stringify(found) === JSON.stringify(COLUMNS)) return;
  throw new PondError(
    "UNSUPPORTED",
    `Cannot merge the files of ${directory}: it has columns that are not pond's`,
    {
      path: directory,
      hint: "merge them with the engine that has added the columns",
    },
  );
}

/**
 * By partition, then version; of one version as they are. A row that several of
 * the files have is written once.
 */
async function sortedRows(run: MergeRun, job: MergeJob): Promise<Record[]> {
  const rows: Record[] = [];
  for (const { add } of run) {
    const records = await job.read(add);
    await requireSound(records, add, job.delta.dataPath(add));
    for (const record of records) rows.push(record);
  }
  rows.sort((a, b) =>
    a.partId === b.partId ? a.version - b.version : a.partId < b.partId ? -1 : 1
  );
  const { directory } = job.delta;
  return rows.filter((row, i) => !isAmong(rows, row, i, directory));
}

/**
 * Rows get a digest when they are written anew: what is damaged must not get one.
 *
 * @param add The file that they come from.
 * @param source Its path, for the error.
 * @throws {IntegrityError} When the file has no digest, and the content of a row
 *   is not what was written.
 */
export async function requireSound(
  records: readonly Record[],
  { tags }: AddFile,
  source: string,
): Promise<void> {
  if (tags?.sha256 !== undefined) return;
  const { requireContents } = await import("./row_content.ts");
  await requireContents(records, source);
}

/** Whether a row of sorted ones is there before. */
function isAmong(
  rows: readonly Record[],
  row: Record,
  end: number,
  source: string,
): boolean {
  for (let i = end - 1; i >= 0; i--) {
    const before = rows[i];
    if (before?.version !== row.version || before.partId !== row.partId) break;
    if (isDoubled(before, row, source)) return true;
  }
  return false;
}

/** Whether the merge was made. */
async function commitMerge(
  adds: readonly AddFile[],
  job: MergeJob,
): Promise<boolean> {
  const { delta, writer, host } = job;
  const transactionId = host.random.uuidHex();
  for (let attempt = 1;; attempt++) {
    const nowMs = Math.floor(host.clock.nowUs() / 1000);
    const { status } = await delta.commit({
      adds: writer.written.map(({ add }) => add),
      removes: adds.map((add) => removalOf(add, nowMs)),
      transactions: [{
        appId: job.appId,
        version: delta.snapshot.version + 1,
      }],
      commitInfo: {
        operation: "OPTIMIZE",
        operationMetrics: {
          numRemovedFiles: String(adds.length),
          numAddedFiles: String(writer.written.length),
        },
        userName: job.userName,
        txnId: transactionId,
      },
      timestampMs: nowMs,
    });
    if (status === "committed") return true;
    if (job.refresh === undefined || attempt === MAX_ATTEMPTS) return false;
    const isThere = await job.refresh();
    if (!adds.every(({ path }) => isThere(path))) return false;
  }
}

function removalOf(add: AddFile, nowMs: number): RemoveFile {
  return {
    path: add.path,
    deletionTimestamp: nowMs,
    dataChange: false,
    extendedFileMetadata: true,
    partitionValues: add.partitionValues,
    size: add.size,
  };
}

function bytesOf(adds: readonly AddFile[]): number {
  return adds.reduce((sum, { size }) => sum + size, 0);
}
