/**
 * The two branches of a merge.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { FileStore, Host } from "../host/host.ts";
import type { OplogTable } from "../oplog/table.ts";
import { type BranchFile, readBranchFile } from "./branches.ts";
import type { Committer } from "./committer.ts";
import type { ReadContent } from "./diff.ts";
import { DirectoryCache } from "./directories.ts";
import { lineDirectory, MAIN_BRANCH, openLine } from "./line.ts";
import type { MergeSide } from "./merge_branch.ts";
import type { LineageStep, MergeLine } from "./merge_lines.ts";
import type { RestoreSide } from "./restore_changes.ts";
import { stateOf } from "./workspace.ts";

/** Entries that the directories of an older state may have in memory. */
const CACHE_ENTRIES = 1_000_000;

/** What a merge is made of. */
export interface MergeParts {
  /** The platform. */
  readonly host: Host;
  /** The pond's directory. */
  readonly path: string;
  /** The name of the branch that is open. */
  readonly branch: string;
  /** Its oplog. */
  readonly table: OplogTable;
  /** Commits to it. */
  readonly committer: Committer;
  /** Reads content. */
  readonly read: ReadContent;
  /** A state of it; the newest when no version is given. */
  stateAt(version?: number): RestoreSide;
}

/**
 * Opens the branch that is merged.
 *
 * @param name Its name.
 * @throws {PondError} `NOT_FOUND`; `INVALID_ARGUMENT` for the one that is open.
 */
export async function openMerge(
  parts: MergeParts,
  name: string,
): Promise<MergeSide> {
  const { branch, committer, host, path, read } = parts;
  if (name === branch) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot merge the branch ${name} into itself`,
      { hint: "see which there are: pond branch" },
    );
  }
  return {
    ours: () => ownLine(parts),
    theirs: await otherLine(host, path, name),
    committer,
    read,
    nowUs: () => host.clock.nowUs(),
  };
}

/** The line of the branch that is open, as far as its table knows. */
export async function ownLine(
  { branch, host, path, stateAt, table }: Pick<
    MergeParts,
    "branch" | "host" | "path" | "stateAt" | "table"
  >,
): Promise<MergeLine> {
  const lineage = await lineageOf(host.files, path, branch);
  return oursOf(branch, lineage, table, stateAt);
}

function oursOf(
  name: string,
  lineage: readonly LineageStep[],
  table: OplogTable,
  stateAt: MergeParts["stateAt"],
): MergeLine {
  const newest = table.transactionVersion;
  return {
    id: idOf(lineage),
    name,
    table,
    newest,
    lineage,
    at: remembered((version) =>
      version === newest ? stateAt() : stateAt(version)
    ),
  };
}

/**
 * The line of another branch, as it is now.
 *
 * @throws {PondError} `NOT_FOUND`.
 */
export async function otherLine(
  host: Host,
  pond: string,
  name: string,
): Promise<MergeLine> {
  const lineage = await lineageOf(host.files, pond, name);
  const table = await openLine(host, lineDirectory(pond, name));
  return {
    id: idOf(lineage),
    name,
    table,
    newest: table.transactionVersion,
    lineage,
    at: remembered((version) => {
      const { clock } = host;
      const cache = new DirectoryCache(table, clock, CACHE_ENTRIES, version);
      return stateOf(table, version, cache);
    }),
  };
}

/** Each state once, with the directories that were read of it. */
function remembered(make: (version: number) => RestoreSide): MergeLine["at"] {
  const states = new Map<number, RestoreSide>();
  return (version) => {
    const state = states.get(version) ?? make(version);
    states.set(version, state);
    return state;
  };
}

/** The lines that a branch comes of, itself first. */
async function lineageOf(
  files: FileStore,
  pond: string,
  name: string,
): Promise<LineageStep[]> {
  const lineage: LineageStep[] = [];
  let [line, upTo, beforeUs] = [name, Infinity, Infinity];
  while (line !== MAIN_BRANCH) {
    const branch = await knownBranch(files, pond, line, lineage.length > 0);
    // One of that name which was made later is another branch.
    if (branch === undefined || branch.createdUs > beforeUs) return lineage;
    lineage.push({ id: branch.id, upTo });
    upTo = Math.min(upTo, branch.version);
    beforeUs = branch.createdUs;
    line = branch.from;
  }
  return [...lineage, { id: MAIN_BRANCH, upTo }];
}

/** What is known of a branch; one that others were made of may be gone. */
async function knownBranch(
  files: FileStore,
  pond: string,
  name: string,
  mayBeGone: boolean,
): Promise<BranchFile | undefined> {
  try {
    return await readBranchFile(files, pond, name);
  } catch (error) {
    if (mayBeGone && hasCode(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}

function idOf([own]: readonly LineageStep[]): string {
  return own?.id ?? MAIN_BRANCH;
}
