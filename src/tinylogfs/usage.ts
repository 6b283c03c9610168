/**
 * What a pond takes up: the tree as it is, and what history costs.
 *
 * @module
 */
import { hasCode } from "../errors.ts";
import type { FileReader } from "../host/host.ts";
import { LOG_DIRECTORY } from "../oplog/check.ts";
import type { OplogTable } from "../oplog/mod.ts";
import { branchNames } from "./branches.ts";
import { lineDirectory, MAIN_BRANCH, openLine } from "./line.ts";
import type { MaintainedPond } from "./maintenance.ts";
import { prunePond } from "./prune.ts";
import type {
  BranchUsage,
  FileUsage,
  HistoryUsage,
  PrunePoint,
  TreeUsage,
} from "./retention_types.ts";
import type { FoundNode } from "./types.ts";
import { oldBlobs } from "./vacuum.ts";

/** Where history could end. */
const POINTS = ["@", "v-10", "v-100", "v-1000"] as const;

/** Adds up what is in a tree. */
export async function treeUsage(
  nodes:
    | AsyncIterable<Pick<FoundNode, "fileType" | "sizeBytes">>
    | Iterable<Pick<FoundNode, "fileType" | "sizeBytes">>,
): Promise<TreeUsage> {
  const usage = { files: 0, directories: 0, symlinks: 0, sizeBytes: 0 };
  for await (const { fileType, sizeBytes } of nodes) {
    if (fileType === "directory") usage.directories++;
    else if (fileType === "symlink") usage.symlinks++;
    else {
      usage.files++;
      usage.sizeBytes += sizeBytes ?? 0;
    }
  }
  return usage;
}

/**
 * Adds up what is on the disk, and what a prune would take of it. A data file
 * that several branches share is there once.
 *
 * @param pins Versions whose states stay.
 */
export async function historyUsage(
  pond: MaintainedPond,
  pins: readonly number[],
  signal: AbortSignal | undefined,
): Promise<HistoryUsage> {
  const { host, path } = pond;
  const { files } = host;
  const log = nothing();
  const lines: Line[] = [];
  for (const name of [MAIN_BRANCH, ...await branchNames(files, path)]) {
    signal?.throwIfAborted();
    const directory = lineDirectory(path, name);
    await addLog(files, `${directory}/oplog/${LOG_DIRECTORY}`, log);
    lines.push({ name, directory, table: await openLine(host, directory) });
  }
  const data = await dataUsage(lines);
  const blobs = nothing();
  const found = await oldBlobs(files, `${path}/blobs`, Infinity);
  for (const { sizeBytes } of found.values()) addTo(blobs, sizeBytes);
  const prune = await prunePoints(pond, pins, signal);
  return { ...data, log, blobs, prune };
}

/** An open branch. */
interface Line {
  readonly name: string;
  readonly directory: string;
  readonly table: OplogTable;
}

/** Under the same name, a file of two branches is one, with two links. */
async function dataUsage(
  lines: readonly Line[],
): Promise<Pick<HistoryUsage, "data" | "unused" | "branches">> {
  const seen = new Set<string>();
  const [data, unused] = [nothing(), nothing()];
  const branches: BranchUsage[] = [];
  for (const { name, table } of lines) {
    const own = nothing();
    for (const { add: { path, size } } of table.files) {
      if (seen.has(path)) continue;
      seen.add(path);
      addTo(own, size);
      addTo(data, size);
    }
    branches.push({ name, own });
  }
  for (const { directory, table } of lines) {
    for await (const { kind, path, sizeBytes } of table.unusedFiles(Infinity)) {
      const name = path.slice(`${directory}/oplog/`.length);
      if (kind !== "data" || seen.has(name)) continue;
      seen.add(name);
      addTo(unused, sizeBytes);
    }
  }
  return { data, unused, branches };
}

type Sum = { -readonly [K in keyof FileUsage]: FileUsage[K] };

function addTo(sum: Sum, sizeBytes: number): void {
  sum.count++;
  sum.sizeBytes += sizeBytes;
}

function nothing(): Sum {
  return { count: 0, sizeBytes: 0 };
}

async function addLog(
  files: FileReader,
  directory: string,
  sum: Sum,
): Promise<void> {
  for await (const { name } of files.list(directory)) {
    const stat = await files.stat(`${directory}/${name}`);
    if (stat?.type === "file") addTo(sum, stat.sizeBytes);
  }
}

/** What a prune at some points would take away; those that aren't there are left out. */
async function prunePoints(
  pond: MaintainedPond,
  pins: readonly number[],
  signal: AbortSignal | undefined,
): Promise<readonly PrunePoint[]> {
  const points: PrunePoint[] = [];
  for (const before of POINTS) {
    try {
      const report = await prunePond(pond, pins, {
        before,
        dryRun: true,
        ...(signal ? { signal } : {}),
      });
      const { blobs, bytesAdded, bytesRemoved, transactions } = report;
      points.push({
        before,
        version: report.wholeSince,
        transactions,
        dataBytes: Math.max(0, bytesRemoved - bytesAdded),
        blobs,
      });
    } catch (error) {
      // History isn't that long.
      if (!hasCode(error, "REVISION_NOT_FOUND")) throw error;
      break;
    }
  }
  return points;
}
