/**
 * Which files of a log make a version of the table: pure.
 *
 * ```text
 * the newest checkpoint that is whole and not after the version,
 * then every commit after it, without a gap
 * ```
 *
 * A log compaction file may be read in the place of its commits, which must be
 * there all the same.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#action-reconciliation}
 * @module
 */
import { IntegrityError, PondError } from "../../errors.ts";
import {
  checkpointPartNames,
  commitFileName,
  commitVersion,
  parseCheckpointName,
  parseCompactionName,
} from "./log_path.ts";

/** The files to read. */
export interface LogSegment {
  /** The version that they make. */
  readonly version: number;
  /** The checkpoint to begin with; without one, from version 0. */
  readonly checkpoint: CheckpointFiles | undefined;
  /** The first version of a commit to read; after `version` if there is none. */
  readonly firstCommit: number;
  /** Files that stand for commits of these, in order. */
  readonly compactions: readonly CompactionFile[];
}

/** A checkpoint's version and the names of its files. */
export interface CheckpointFiles {
  /** The version of the state in it. */
  readonly version: number;
  /** The names of its parts, in order. */
  readonly names: readonly string[];
}

/** A log compaction file. */
export interface CompactionFile {
  /** Its name. */
  readonly name: string;
  /** The first version in it. */
  readonly first: number;
  /** The last one. */
  readonly last: number;
}

/**
 * Plans how to read a version.
 *
 * @param names The names in `_delta_log`, in any order.
 * @param directory Its path, for errors.
 * @param maxVersion The version; the newest when left out.
 * @throws {IntegrityError} When a commit is missing.
 * @throws {PondError} `NOT_FOUND` when there is no log, `REVISION_NOT_FOUND`
 *   when there is no such version (any more).
 */
export function planLogSegment(
  names: Iterable<string>,
  directory: string,
  maxVersion: number = Number.MAX_SAFE_INTEGER,
): LogSegment {
  const { commits, checkpoints, compactions } = sorted(names);
  const checkpoint = newestComplete(checkpoints, maxVersion);
  const firstCommit = checkpoint === undefined ? 0 : checkpoint.version + 1;
  let newest = checkpoint?.version ?? -1;
  for (const version of commits) if (version > newest) newest = version;
  if (newest < 0) {
    throw new PondError("NOT_FOUND", `Cannot find a Delta log: ${directory}`, {
      path: directory,
      hint: "name the directory of the table, in which _delta_log lies",
    });
  }
  const version = Math.min(newest, maxVersion);
  if (maxVersion < Number.MAX_SAFE_INTEGER && newest < maxVersion) {
    throw new PondError(
      "REVISION_NOT_FOUND",
      `Cannot read version ${maxVersion}: the newest is ${newest}`,
      { path: directory, version: maxVersion },
    );
  }
  for (let at = firstCommit; at <= version; at++) {
    if (commits.has(at)) continue;
    throw at === 0
      ? cutOff(version, maxVersion, checkpoints, directory)
      : gap(at, newest, directory);
  }
  return {
    version,
    checkpoint,
    firstCommit,
    compactions: chosen(compactions, firstCommit, version),
  };
}

/**
 * The newest whole checkpoint at or before a version.
 *
 * @param names The names in `_delta_log`, in any order.
 */
export function newestCheckpoint(
  names: Iterable<string>,
  maxVersion: number,
): CheckpointFiles | undefined {
  return newestComplete(sorted(names).checkpoints, maxVersion);
}

interface LogNames {
  readonly commits: ReadonlySet<number>;
  readonly checkpoints: ReadonlyMap<string, CheckpointParts>;
  readonly compactions: readonly CompactionFile[];
}

interface CheckpointParts {
  readonly version: number;
  readonly parts: number;
  readonly found: Set<number>;
  /** The name of a v2 checkpoint. */
  readonly name: string | undefined;
}

function sorted(names: Iterable<string>): LogNames {
  const commits = new Set<number>();
  const checkpoints = new Map<string, CheckpointParts>();
  const compactions: CompactionFile[] = [];
  for (const name of names) {
    const version = commitVersion(name);
    const compaction = parseCompactionName(name);
    if (version !== undefined) commits.add(version);
    else if (compaction) compactions.push({ name, ...compaction });
    else addPart(checkpoints, name);
  }
  return { commits, checkpoints, compactions };
}

function addPart(
  checkpoints: Map<string, CheckpointParts>,
  name: string,
): void {
  const parsed = parseCheckpointName(name);
  if (parsed === undefined) return;
  const { version, part, parts, isUnique } = parsed;
  const key = isUnique ? name : `${version}.${parts}`;
  let known = checkpoints.get(key);
  if (known === undefined) {
    const own = isUnique ? name : undefined;
    checkpoints.set(
      key,
      known = { version, parts, found: new Set(), name: own },
    );
  }
  known.found.add(part);
}

function newestComplete(
  checkpoints: ReadonlyMap<string, CheckpointParts>,
  maxVersion: number,
): CheckpointFiles | undefined {
  let newest: CheckpointParts | undefined;
  for (const candidate of checkpoints.values()) {
    const { version, parts, found } = candidate;
    if (found.size !== parts || version > maxVersion) continue;
    if (newest === undefined || isBetter(candidate, newest)) newest = candidate;
  }
  return newest && {
    version: newest.version,
    names: newest.name === undefined
      ? checkpointPartNames(newest.version, newest.parts)
      : [newest.name],
  };
}

/** Of one version, a classic one in one file comes first. */
function isBetter(a: CheckpointParts, b: CheckpointParts): boolean {
  if (a.version !== b.version) return a.version > b.version;
  const rank = ({ name, parts }: CheckpointParts) =>
    name === undefined ? parts : 1.5;
  return rank(a) < rank(b) ||
    (rank(a) === rank(b) && (a.name ?? "") < (b.name ?? ""));
}

/** The longest file at each version at which one begins. */
function chosen(
  compactions: readonly CompactionFile[],
  first: number,
  last: number,
): CompactionFile[] {
  const sortedFiles = [...compactions]
    .sort((a, b) => a.first - b.first || b.last - a.last);
  const files: CompactionFile[] = [];
  let at = first;
  for (const file of sortedFiles) {
    if (file.first < at || file.last > last) continue;
    files.push(file);
    at = file.last + 1;
  }
  return files;
}

function gap(missing: number, newest: number, directory: string): PondError {
  return new IntegrityError(
    `${directory}/${commitFileName(missing)}`,
    `the commit is missing, and the log goes on to version ${newest}`,
  );
}

/** The beginning of a log is cleaned up, once a checkpoint stands for it. */
function cutOff(
  version: number,
  maxVersion: number,
  checkpoints: ReadonlyMap<string, CheckpointParts>,
  directory: string,
): PondError {
  const first = [...checkpoints.values()]
    .reduce((least, { version }) => Math.min(least, version), Infinity);
  if (maxVersion >= first || first === Infinity) {
    return gap(0, version, directory);
  }
  return new PondError(
    "REVISION_NOT_FOUND",
    `Cannot read version ${maxVersion}: the log begins with version ${first}`,
    { path: directory, version: maxVersion },
  );
}
