/**
 * The pond that a run looks at: its lines as they are at that moment, and the
 * blobs that rows name.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import { requireColumns } from "../oplog/merge.ts";
import {
  type OplogTable,
  type PartitionRecord,
  TRANSACTION_PART_ID,
} from "../oplog/mod.ts";
import { parseAttributes } from "../tinylogfs/attributes.ts";
import {
  type BranchFile,
  branchNames,
  readBranchFile,
} from "../tinylogfs/branches.ts";
import {
  lineDirectory,
  MAIN_BRANCH,
  openLine,
  readBranch,
} from "../tinylogfs/line.ts";
import { type PondFile, readPondFile } from "../tinylogfs/pond_file.ts";
import type { SavedLine } from "./snapshot.ts";

/** A pond, to be backed up. */
export interface SourcePond {
  /** What `pond.json` says. */
  readonly file: PondFile;
  /** The current branch. */
  readonly current: string;
  /** Its lines, `main` first. */
  readonly lines: readonly SourceLine[];
}

/** A line of history in a pond. */
export interface SourceLine {
  /** Its table, as it was when it was opened. */
  readonly table: OplogTable;
  /** What a snapshot says of it, but for its rows. */
  readonly saved: Omit<SavedLine, "rows" | "base">;
}

/** A blob that a row names. */
export interface NamedBlob {
  /** Its hash. */
  readonly sha256: string;
  /** Its length in bytes. */
  readonly sizeBytes: number;
  /** What it is the content of. */
  readonly path: string;
}

/**
 * Opens the lines of a pond. A branch whose time is over is none.
 *
 * @param path The pond's directory.
 * @throws {PondError} `NO_POND`, `FORMAT_TOO_NEW`, `INTEGRITY`; `UNSUPPORTED` when
 *   other engines have added columns to a table.
 */
export async function openSource(
  host: Host,
  path: string,
): Promise<SourcePond> {
  const { clock, files } = host;
  const file = await readPondFile(files, path);
  const lines = [await openSourceLine(host, path, MAIN_BRANCH, undefined)];
  const branches: SourceLine[] = [];
  for (const name of await branchNames(files, path)) {
    const branch = await readBranchFile(files, path, name);
    if ((branch.expiresUs ?? Infinity) <= clock.nowUs()) continue;
    branches.push(await openSourceLine(host, path, name, branch));
  }
  // A branch comes after the one that it was made of, which is older.
  branches.sort((a, b) => createdOf(a) - createdOf(b));
  const current = await readBranch(files, path);
  const isThere = branches.some(({ saved: { name } }) => name === current);
  return {
    file,
    current: isThere ? current : MAIN_BRANCH,
    lines: [...lines, ...branches],
  };
}

function createdOf({ saved: { branch } }: SourceLine): number {
  return branch?.createdUs ?? 0;
}

async function openSourceLine(
  host: Host,
  pond: string,
  name: string,
  branch: BranchFile | undefined,
): Promise<SourceLine> {
  const table = await openLine(host, lineDirectory(pond, name));
  requireColumns(table.delta);
  const { metaData: { configuration, id }, transactions } =
    table.delta.snapshot;
  const counters: Record<string, number> = {};
  for (const { appId, version } of transactions.values()) {
    // A table's own counter is of no other one.
    if (appId !== `pond/${id}`) counters[appId] = version;
  }
  const { transactionVersion: version } = table;
  const newest = await transactionBefore(table, version);
  if (newest === undefined) {
    throw new PondError(
      "INTEGRITY",
      `Cannot back up ${table.delta.directory}: it has no transaction`,
      { path: table.delta.directory, hint: "see what is damaged: pond check" },
    );
  }
  return {
    table,
    saved: {
      id: branch?.id ?? MAIN_BRANCH,
      name,
      version,
      timestampUs: newest.timestampUs,
      transaction: newest.id,
      transactionVersion: newest.version,
      wholeSince: table.wholeSince,
      layout: table.layout,
      counters,
      configuration: { ...configuration },
      branch: branch && {
        from: branch.from,
        version: branch.version,
        createdUs: branch.createdUs,
        expiresUs: branch.expiresUs,
      },
    },
  };
}

/** A transaction of a line. */
interface NewestTransaction {
  readonly id: string;
  readonly version: number;
  readonly timestampUs: number;
}

/** The newest transaction at or before a version. */
async function transactionBefore(
  table: OplogTable,
  maxVersion: number,
): Promise<NewestTransaction | undefined> {
  const range = { maxVersion };
  for await (const record of table.readPartition(TRANSACTION_PART_ID, range)) {
    const id = record.entries().at(-1)?.nodeId;
    if (id === undefined) continue;
    return { id, version: record.version, timestampUs: record.timestampUs };
  }
  return undefined;
}

/** Whether a line goes on from what was saved of one. */
export async function goesOnFrom(
  { table }: SourceLine,
  { transaction, transactionVersion }: SavedLine,
): Promise<boolean> {
  if (transactionVersion > table.transactionVersion) return false;
  const newest = await transactionBefore(table, transactionVersion);
  return newest?.version === transactionVersion && newest.id === transaction;
}

/** Whether a branch has what its origin has, up to where they part. */
export async function isForked(
  origin: SourceLine,
  branch: SourceLine,
  version: number,
): Promise<boolean> {
  if (version > origin.table.transactionVersion) return false;
  const [before, own] = await Promise.all([
    transactionBefore(origin.table, version),
    transactionBefore(branch.table, version),
  ]);
  return before !== undefined && before.id === own?.id;
}

/**
 * How many transactions a line has after a version.
 *
 * @param table The line's table.
 */
export async function transactionsAfter(
  table: OplogTable,
  version: number,
): Promise<number> {
  let count = 0;
  const range = { minVersion: version + 1 };
  for await (const _ of table.readPartition(TRANSACTION_PART_ID, range)) {
    count++;
  }
  return count;
}

/** The blobs that a row names. */
export function* blobsOf(
  record: Pick<PartitionRecord, "source" | "views">,
): Generator<NamedBlob> {
  for (const entry of record.views()) {
    const { fileType, metadata } = entry;
    // Most rows name none, and needn't be taken apart.
    if (fileType !== "file" || !metadata.includes('"blob"')) continue;
    const attributes = parseAttributes(metadata, record.source);
    const { blob, sha256, sizeBytes } = attributes;
    if (!blob || sha256 === undefined) continue;
    yield { sha256, sizeBytes, path: entry.path };
  }
}
