/**
 * What is done for a pond beside the work in it: merging, checkpoints.
 *
 * It works on a view of its own of the oplog, and changes nothing that is seen
 * of the pond: to all others it is another process.
 *
 * @module
 */
import type { Host } from "../host/host.ts";
import type { MergeRun, OplogTable } from "../oplog/mod.ts";
import { openLine } from "./line.ts";
import type {
  CheckpointReport,
  OptimizeOptions,
  OptimizeReport,
} from "./maintenance_types.ts";

/** A merge reads so many bytes of files at most; their content is ten times that. */
const MAX_MERGE_BYTES = 32 * 1024 * 1024;

/** A commit of merges takes so many files at most. */
const MAX_FILES = 1000;

/** A pond, to be maintained. */
export interface MaintainedPond {
  /** The platform. */
  readonly host: Host;
  /** The pond's directory. */
  readonly path: string;
  /** The directory of the branch that is maintained. */
  readonly line: string;
  /** Whether what is written is flushed. */
  readonly flush: boolean;
  /** Who maintains it. */
  readonly author: string;
}

/** Merges data files, so that there are as few as possible. */
export async function optimizePond(
  pond: MaintainedPond,
  { dryRun = false, signal }: OptimizeOptions,
): Promise<OptimizeReport> {
  const table = await openLine(pond.host, pond.line, pond);
  const runs = await table.mergeRuns(MAX_MERGE_BYTES);
  if (dryRun) return planned(table, runs);
  const sum = {
    filesRemoved: 0,
    filesAdded: 0,
    bytesRemoved: 0,
    bytesAdded: 0,
    gaveWay: 0,
  };
  for (const batch of batchesOf(runs)) {
    signal?.throwIfAborted();
    const there = new Set(table.files);
    const current = batch.filter((run) => run.every((file) => there.has(file)));
    sum.gaveWay += batch.length - current.length;
    if (current.length === 0) continue;
    const result = await table.merge(
      current,
      pond.author,
      () => table.refresh(),
    );
    if (result.status === "gave way") sum.gaveWay += current.length;
    sum.filesRemoved += result.filesRemoved;
    sum.filesAdded += result.filesAdded;
    sum.bytesRemoved += result.bytesRemoved;
    sum.bytesAdded += result.bytesAdded;
  }
  return { ...sum, dryRun, filesLeft: table.files.length };
}

/** Writes a checkpoint, and removes commits that are older than is kept. */
export async function checkpointPond(
  pond: MaintainedPond,
): Promise<CheckpointReport> {
  const { delta, version } = await openLine(pond.host, pond.line, pond);
  const sizeBytes = await delta.checkpoint();
  const cleanup = await delta.cleanLog();
  return {
    version,
    sizeBytes,
    logFilesRemoved: cleanup.filesRemoved,
    logBytesRemoved: cleanup.bytesRemoved,
  };
}

function planned(
  table: OplogTable,
  runs: readonly MergeRun[],
): OptimizeReport {
  const merged = runs.flat();
  return {
    dryRun: true,
    filesRemoved: merged.length,
    filesAdded: runs.length,
    bytesRemoved: merged.reduce((sum, { add }) => sum + add.size, 0),
    bytesAdded: undefined,
    gaveWay: 0,
    filesLeft: table.files.length - merged.length + runs.length,
  };
}

/** A run that is too large for a batch has one of its own. */
function batchesOf(runs: readonly MergeRun[]): MergeRun[][] {
  const batches: MergeRun[][] = [];
  let files = MAX_FILES;
  let bytes = 0;
  for (const run of runs) {
    const size = run.reduce((sum, { add }) => sum + add.size, 0);
    const isFull = files + run.length > MAX_FILES ||
      bytes + size > MAX_MERGE_BYTES;
    if (isFull) {
      batches.push([]);
      files = bytes = 0;
    }
    batches.at(-1)?.push(run);
    files += run.length;
    bytes += size;
  }
  return batches;
}
