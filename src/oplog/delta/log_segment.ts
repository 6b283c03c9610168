/**
 * Which files of a log make a version of the table: pure.
 *
 * ```text
 * the newest checkpoint that is whole and not after the version,
 * then every commit after it, without a gap
 * ```
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
} from "./log_path.ts";

/** The files to read. */
export interface LogSegment {
  /** The version that they make. */
  readonly version: number;
  /** The checkpoint to begin with; without one, from version 0. */
  readonly checkpoint: CheckpointFiles | undefined;
  /** The first version of a commit to read; after `version` if there is none. */
  readonly firstCommit: number;
}

/** A checkpoint's version and the names of its files. */
export interface CheckpointFiles {
  /** The version of the state in it. */
  readonly version: number;
  /** The names of its parts, in order. */
  readonly names: readonly string[];
}

/**
 * Plans how to read a version.
 *
 * @param names The names in `_delta_log`, in any order.
 * @param directory Its path, for errors.
 * @param maxVersion The version; the newest when left out.
 * @throws {IntegrityError} When a commit is missing.
 * @throws {PondError} `NOT_FOUND` when there is no log, `REVISION_NOT_FOUND`
 *   when there is no such version.
 */
export function planLogSegment(
  names: Iterable<string>,
  directory: string,
  maxVersion: number = Number.MAX_SAFE_INTEGER,
): LogSegment {
  const commits = new Set<number>();
  const checkpoints = new Map<string, CheckpointParts>();
  for (const name of names) {
    const version = commitVersion(name);
    if (version !== undefined) commits.add(version);
    else addPart(checkpoints, name);
  }
  const checkpoint = newestComplete(checkpoints, maxVersion);
  const firstCommit = checkpoint === undefined ? 0 : checkpoint.version + 1;
  const newest = Math.max(checkpoint?.version ?? -1, ...commits);
  if (newest < 0) {
    throw new PondError("NOT_FOUND", `Cannot find a Delta log: ${directory}`, {
      path: directory,
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
    throw new IntegrityError(
      `${directory}/${commitFileName(at)}`,
      `the commit is missing, and the log goes on to version ${newest}`,
    );
  }
  return { version, checkpoint, firstCommit };
}

interface CheckpointParts {
  readonly version: number;
  readonly parts: number;
  readonly found: Set<number>;
}

function addPart(
  checkpoints: Map<string, CheckpointParts>,
  name: string,
): void {
  const parsed = parseCheckpointName(name);
  if (parsed === undefined) return;
  const { version, part, parts } = parsed;
  const key = `${version}.${parts}`;
  let known = checkpoints.get(key);
  if (known === undefined) {
    checkpoints.set(key, known = { version, parts, found: new Set() });
  }
  known.found.add(part);
}

function newestComplete(
  checkpoints: ReadonlyMap<string, CheckpointParts>,
  maxVersion: number,
): CheckpointFiles | undefined {
  let newest: CheckpointParts | undefined;
  for (const candidate of checkpoints.values()) {
    const complete = candidate.found.size === candidate.parts;
    if (!complete || candidate.version > maxVersion) continue;
    if (newest === undefined || candidate.version >= newest.version) {
      newest = candidate;
    }
  }
  return newest && {
    version: newest.version,
    names: checkpointPartNames(newest.version, newest.parts),
  };
}
