/**
 * Reads a log up to a version: the checkpoint, and the commits after it.
 *
 * The directory is listed only when it must be. As long as the witness
 * (`head`) names the newest commit there is, the log ends there, and every
 * commit from the hinted checkpoint on is read by its name. In any other case
 * the listing tells whether a commit is missing in between.
 *
 * @module
 */
import type { Bytes } from "../../bytes.ts";
import { hasCode, IntegrityError, PondError } from "../../errors.ts";
import type { FileReader } from "../../host/host.ts";
import {
  decodeCheckpoint,
  type LastCheckpoint,
  parseLastCheckpoint,
} from "./checkpoint.ts";
import { type Commit, decodeCommit, requireFollows } from "./commit_file.ts";
import { type Head, readHead } from "./head.ts";
import {
  checkpointPartNames,
  commitFileName,
  commitVersion,
  LAST_CHECKPOINT,
  LOG_DIRECTORY,
} from "./log_path.ts";
import { type CheckpointFiles, planLogSegment } from "./log_segment.ts";
import { TableState } from "./table_state.ts";

/** What was read. */
export interface LoadedLog {
  /** The state at the version. */
  readonly state: TableState;
  /** The digest of the version's commit. */
  readonly digest: string;
  /** How much of the log lies after the checkpoint. */
  readonly tail: LogTail;
}

/** The part of a log after its newest checkpoint. */
export interface LogTail {
  /** The version of the checkpoint; -1 when there is none. */
  readonly checkpointVersion: number;
  /** The size of the checkpoint in bytes; 0 when there is none. */
  readonly checkpointBytes: number;
  /** The size of the commits after it in bytes. */
  readonly commitBytes: number;
}

/** Options of reading. */
export interface LoadOptions {
  /** The version to read; the newest when left out. */
  readonly version?: number;
  /** Where the witness of the newest commit lies. */
  readonly headPath?: string;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

/** Reads the logs of one table. */
export class LogReader {
  readonly #files: FileReader;
  readonly #directory: string;

  /**
   * @param files The host's files.
   * @param table The table's directory.
   */
  constructor(files: FileReader, table: string) {
    this.#files = files;
    this.#directory = `${table}/${LOG_DIRECTORY}`;
  }

  /** The path of a version's commit. */
  commitPath(version: number): string {
    return `${this.#directory}/${commitFileName(version)}`;
  }

  /**
   * Reads the state at a version.
   *
   * @throws {IntegrityError} When a file is damaged or missing.
   * @throws {PondError} `NOT_FOUND`, `REVISION_NOT_FOUND`.
   */
  async load(options: LoadOptions = {}): Promise<LoadedLog> {
    const { headPath, signal, version } = options;
    // Before the log: what it has seen must be there when the log is read.
    const [head, hint] = await Promise.all([
      headPath === undefined ? undefined : readHead(this.#files, headPath),
      version === undefined ? this.#hint() : undefined,
    ]);
    if (version === undefined && head !== undefined) {
      const loaded = await this.#loadByName(head, hint, signal);
      if (loaded !== undefined) return loaded;
    }
    const loaded = await this.#loadByListing(version, signal);
    if (head !== undefined && version === undefined) {
      this.#requireWitnessed(head, loaded.state.version);
    }
    return loaded;
  }

  /**
   * Reads a version's commit.
   *
   * @param previous The digest of the commit before, where it is known.
   * @returns `undefined` when there is no such commit (yet).
   */
  async readCommit(
    version: number,
    previous: string | undefined,
  ): Promise<Commit | undefined> {
    const commit = await this.#commitIfThere(version);
    if (commit) requireFollows(commit, previous, this.commitPath(version));
    return commit;
  }

  async #commitIfThere(version: number): Promise<Commit | undefined> {
    const path = this.commitPath(version);
    const bytes = await this.#readIfThere(path);
    return bytes && await decodeCommit(bytes, path);
  }

  /**
   * Reads commits at once, and applies them in order.
   *
   * @returns False when one of them is not there.
   */
  async #readCommits(log: LogLoad, last: number): Promise<boolean> {
    const first = log.state.version + 1;
    const reading: Promise<Commit | undefined>[] = [];
    for (let at = first; at <= last; at++) {
      reading.push(this.#commitIfThere(at));
    }
    for (const [i, commit] of (await Promise.all(reading)).entries()) {
      if (commit === undefined) return false;
      log.add(first + i, commit, this.commitPath(first + i));
    }
    return true;
  }

  /**
   * The version that was the newest at a time: by the modification times of
   * the commits, each taken as later than the one before.
   *
   * @param timestampMs Milliseconds since the epoch.
   * @throws {PondError} `REVISION_NOT_FOUND` for a time before the first commit
   *   that is left.
   */
  async versionAt(timestampMs: number): Promise<number> {
    const versions: number[] = [];
    for await (const { name } of this.#files.list(this.#directory)) {
      const version = commitVersion(name);
      if (version !== undefined) versions.push(version);
    }
    versions.sort((a, b) => a - b);
    let found: number | undefined;
    let timeMs = -Infinity;
    for (const version of versions) {
      const stat = await this.#files.stat(this.commitPath(version));
      timeMs = Math.max(stat?.modifiedMs ?? timeMs, timeMs + 1);
      if (timeMs > timestampMs) break;
      found = version;
    }
    if (found !== undefined) return found;
    throw new PondError(
      "REVISION_NOT_FOUND",
      `Cannot read the table as of ${
        new Date(timestampMs).toISOString()
      }: its log begins later`,
      { path: this.#directory },
    );
  }

  /** Reads commits by name; `undefined` when only a listing tells the truth. */
  async #loadByName(
    head: Head,
    hint: LastCheckpoint | undefined,
    signal: AbortSignal | undefined,
  ): Promise<LoadedLog | undefined> {
    if (hint !== undefined && hint.version > head.version) return undefined;
    const log = new LogLoad(this.#directory);
    if (hint !== undefined) {
      const { version, parts } = hint;
      const names = checkpointPartNames(version, parts);
      if (!await this.#readCheckpoint(log, { version, names })) {
        return undefined;
      }
    }
    signal?.throwIfAborted();
    const [isWhole, next] = await Promise.all([
      this.#readCommits(log, head.version),
      this.#files.stat(this.commitPath(head.version + 1)),
    ]);
    if (!isWhole) return undefined;
    this.#requireSameDigest(head, log);
    return next === undefined ? await this.#finished(log) : undefined;
  }

  async #loadByListing(
    version: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<LoadedLog> {
    const names: string[] = [];
    for await (const { name } of this.#files.list(this.#directory)) {
      names.push(name);
    }
    const segment = planLogSegment(names, this.#directory, version);
    const log = new LogLoad(this.#directory);
    const { checkpoint, version: last } = segment;
    if (checkpoint && !await this.#readCheckpoint(log, checkpoint)) {
      // Empty files are no checkpoint: the commits alone must do.
      planLogSegment(names.filter(isNoCheckpoint), this.#directory, version);
    }
    signal?.throwIfAborted();
    if (!await this.#readCommits(log, last)) {
      throw missing(this.commitPath(log.state.version + 1));
    }
    return await this.#finished(log);
  }

  /** Reads a checkpoint; false when a part is missing or empty. */
  async #readCheckpoint(
    log: LogLoad,
    { version, names }: CheckpointFiles,
  ): Promise<boolean> {
    const parts: { path: string; bytes: Bytes }[] = [];
    for (const name of names) {
      const path = `${this.#directory}/${name}`;
      const bytes = await this.#readIfThere(path);
      if (bytes === undefined || bytes.length === 0) return false;
      parts.push({ path, bytes });
    }
    await log.begin(version, parts);
    return true;
  }

  async #finished(log: LogLoad): Promise<LoadedLog> {
    const { state, tail } = log;
    // Whoever wrote the checkpoint may not have said the digest.
    const digest = log.digest ??
      (await this.readCommit(state.version, undefined))?.digest;
    if (digest === undefined) throw missing(this.commitPath(state.version));
    return { state, tail, digest };
  }

  async #hint(): Promise<LastCheckpoint | undefined> {
    const path = `${this.#directory}/${LAST_CHECKPOINT}`;
    const bytes = await this.#readIfThere(path);
    return bytes && parseLastCheckpoint(bytes);
  }

  #requireWitnessed(head: Head, newest: number): void {
    if (head.version <= newest) return;
    throw new IntegrityError(
      this.commitPath(head.version),
      `the commit was made, and is lost: the log ends at version ${newest}`,
    );
  }

  #requireSameDigest(head: Head, log: LogLoad): void {
    if (log.state.version !== head.version || log.digest === undefined) return;
    if (log.digest === head.digest) return;
    throw new IntegrityError(
      this.commitPath(head.version),
      `its digest is ${log.digest}, and was ${head.digest} when it was made`,
    );
  }

  async #readIfThere(path: string): Promise<Bytes | undefined> {
    try {
      return await this.#files.read(path);
    } catch (error) {
      if (hasCode(error, "NOT_FOUND")) return undefined;
      throw error;
    }
  }
}

/** A log while it is read. */
class LogLoad {
  readonly state: TableState;
  digest: string | undefined;
  #checkpointVersion = -1;
  #checkpointBytes = 0;
  #commitBytes = 0;

  constructor(directory: string) {
    this.state = new TableState(directory);
  }

  get tail(): LogTail {
    return {
      checkpointVersion: this.#checkpointVersion,
      checkpointBytes: this.#checkpointBytes,
      commitBytes: this.#commitBytes,
    };
  }

  async begin(
    version: number,
    parts: readonly { readonly path: string; readonly bytes: Bytes }[],
  ): Promise<void> {
    for (const { path, bytes } of parts) {
      const content = await decodeCheckpoint(bytes, path);
      this.state.apply(version, content.actions);
      this.digest = content.commitDigest ?? this.digest;
      this.#checkpointBytes += bytes.length;
    }
    this.#checkpointVersion = version;
  }

  add(version: number, commit: Commit, path: string): void {
    requireFollows(commit, this.digest, path);
    this.state.apply(version, commit.actions);
    this.digest = commit.digest;
    this.#commitBytes += commit.sizeBytes;
  }
}

function isNoCheckpoint(name: string): boolean {
  return !name.includes(".checkpoint.");
}

function missing(path: string): IntegrityError {
  return new IntegrityError(path, "the commit is missing");
}
