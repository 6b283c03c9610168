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
import {
  type CheckpointContent,
  decodeCheckpoint,
  type LastCheckpoint,
  parseLastCheckpoint,
} from "./checkpoint.ts";
import { type Commit, decodeCommit, requireFollows } from "./commit_file.ts";
import { pathIn, type TableStore } from "../store/store.ts";
import type { Head } from "./head.ts";
import {
  checkpointPartNames,
  commitFileName,
  commitVersion,
  LAST_CHECKPOINT,
  LOG_DIRECTORY,
  SIDECAR_DIRECTORY,
} from "./log_path.ts";
import {
  type CheckpointFiles,
  type LogSegment,
  newestCheckpoint,
  planLogSegment,
} from "./log_segment.ts";
import { contradictionIn, TableState } from "./table_state.ts";

/** What was read. */
export interface LoadedLog {
  /** The state at the version. */
  readonly state: TableState;
  /** The digest of the version's commit, where reading the state has told it. */
  readonly digest: string | undefined;
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
  /** Asks the witness of the newest commit. */
  readonly witness?: () => Promise<Head | undefined>;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

/** What a file of a log may be: its text must fit into one string. */
const MAX_LOG_FILE_BYTES = 512 * 1024 * 1024 - 1024;

/** Files that are open at a time, and in memory. */
const COMMITS_AT_ONCE = 64;

/** Of a commit that was cleaned away: nothing can be committed after it. */
const NO_DIGEST = "";

/** Reads the logs of one table. */
export class LogReader {
  readonly #store: TableStore;
  readonly #directory: string;
  /** Then every commit is checked against the one before it. */
  #isWitnessed = true;

  /** @param store Where the table is. */
  constructor(store: TableStore) {
    this.#store = store;
    this.#directory = pathIn(store, LOG_DIRECTORY);
  }

  /** The path of a version's commit, in the store. */
  commitPath(version: number): string {
    return `${LOG_DIRECTORY}/${commitFileName(version)}`;
  }

  /**
   * Reads the state at a version.
   *
   * @throws {IntegrityError} When a file is damaged or missing.
   * @throws {PondError} `NOT_FOUND` without a log, `REVISION_NOT_FOUND`.
   */
  async load(options: LoadOptions = {}): Promise<LoadedLog> {
    const { witness, signal, version } = options;
    this.#isWitnessed = witness !== undefined;
    // Before the log: what it has seen must be there when the log is read.
    const [head, hint] = await Promise.all([
      witness?.(),
      version === undefined ? this.#hint() : undefined,
    ]);
    if (version === undefined && head !== undefined) {
      const loaded = await this.#loadByName(head, hint, signal);
      if (loaded !== undefined) return loaded;
    }
    const loaded = await this.#loadByListing(version, signal, hint);
    if (head !== undefined && version === undefined) {
      this.#requireWitnessed(head, loaded.state.version);
    }
    return loaded;
  }

  /**
   * Reads a version's commit.
   *
   * @param previous Tells the digest of the commit before, to be compared.
   * @returns `undefined` when there is no such commit (yet).
   */
  async readCommit(
    version: number,
    previous?: () => Promise<string>,
  ): Promise<Commit | undefined> {
    const commit = await this.#commitIfThere(version);
    if (commit?.previous !== undefined && previous) {
      requireFollows(commit, await previous(), this.#commitSource(version));
    }
    return commit;
  }

  /** The digest of a version's commit; empty where only a checkpoint is. */
  async digestOf(version: number): Promise<string> {
    return (await this.#commitIfThere(version))?.digest ?? NO_DIGEST;
  }

  async #commitIfThere(version: number): Promise<Commit | undefined> {
    const bytes = await this.#readIfThere(this.commitPath(version));
    return bytes && await decodeCommit(bytes, this.#commitSource(version));
  }

  /**
   * Reads commits at once, and applies them in order.
   *
   * @returns False when one of them is not there.
   */
  async #readCommits(log: LogLoad, last: number): Promise<boolean> {
    while (log.state.version < last) {
      const first = log.state.version + 1;
      const end = Math.min(last, first + COMMITS_AT_ONCE - 1);
      const reading: Promise<Commit | undefined>[] = [];
      for (let at = first; at <= end; at++) {
        reading.push(this.#commitIfThere(at));
      }
      // All of them end before the first one that failed is told of.
      const ended = await Promise.allSettled(reading);
      for (const [i, result] of ended.entries()) {
        if (result.status === "rejected") throw result.reason;
        if (result.value === undefined) return false;
        log.add(first + i, result.value, this.#commitSource(first + i));
      }
    }
    return true;
  }

  /** The versions whose commits are there, in order. */
  async versions(): Promise<number[]> {
    const versions = (await this.#names())
      .flatMap((name) => commitVersion(name) ?? []);
    return versions.sort((a, b) => a - b);
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
      this.#store.head(this.commitPath(head.version + 1)),
    ]);
    if (!isWhole) return undefined;
    this.#requireSameDigest(head, log);
    return next === undefined ? await this.#finished(log) : undefined;
  }

  async #loadByListing(
    version: number | undefined,
    signal: AbortSignal | undefined,
    hint: LastCheckpoint | undefined,
  ): Promise<LoadedLog> {
    const empty = new Set<string>();
    let names = await this.#namesFrom(hint);
    for (;;) {
      const segment = planLogSegment(names, this.#directory, version);
      const log = new LogLoad(this.#directory);
      const { checkpoint } = segment;
      if (checkpoint && !await this.#readCheckpoint(log, checkpoint)) {
        // Empty files are no checkpoint: an older one, or the commits must do.
        for (const name of checkpoint.names) empty.add(name);
        names = (await this.#names()).filter((name) => !empty.has(name));
        continue;
      }
      signal?.throwIfAborted();
      await this.#readSegment(log, segment, signal);
      return await this.#finished(log);
    }
  }

  /** Reads the commits after a checkpoint, or what stands for some of them. */
  async #readSegment(
    log: LogLoad,
    { version, compactions }: LogSegment,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const files = this.#isWitnessed ? [] : compactions;
    for (const { name, first, last } of files) {
      await this.#readAll(log, first - 1, signal);
      const commit = await this.#compactedIfSound(`${LOG_DIRECTORY}/${name}`);
      if (commit) log.compact(last, commit);
    }
    await this.#readAll(log, version, signal);
  }

  async #readAll(
    log: LogLoad,
    last: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    signal?.throwIfAborted();
    if (await this.#readCommits(log, last)) return;
    throw missing(this.#commitSource(log.state.version + 1));
  }

  /** The commits are there, too: they tell what a damaged file doesn't. */
  async #compactedIfSound(path: string): Promise<Commit | undefined> {
    try {
      const bytes = await this.#readIfThere(path);
      const source = pathIn(this.#store, path);
      const commit = bytes && await decodeCommit(bytes, source);
      // Some writers put commits together without adding them up.
      const { actions } = commit ?? { actions: [] };
      return contradictionIn(actions, source) === undefined
        ? commit
        : undefined;
    } catch (error) {
      if (error instanceof IntegrityError) return undefined;
      throw error;
    }
  }

  /** The names from a checkpoint on, or all where the hint is wrong. */
  async #namesFrom(hint: LastCheckpoint | undefined): Promise<string[]> {
    if (hint === undefined) return await this.#names();
    const names = await this.#names(commitFileName(hint.version));
    return newestCheckpoint(names, Number.MAX_SAFE_INTEGER) === undefined
      ? await this.#names()
      : names;
  }

  /** The names in the log, from that of a commit on. */
  async #names(commitName: string = ""): Promise<string[]> {
    const names: string[] = [];
    const prefix = `${LOG_DIRECTORY}/`;
    // Its checkpoint's name comes before the commit's own.
    const after = `${prefix}${commitName.replace(/\.json$/, "")}`;
    for await (const { path } of this.#store.list(prefix, after)) {
      names.push(path.slice(prefix.length));
    }
    return names;
  }

  /** Reads a checkpoint; false when a part is missing or empty. */
  async #readCheckpoint(
    log: LogLoad,
    { version, names }: CheckpointFiles,
  ): Promise<boolean> {
    const parts: { path: string; bytes: Bytes }[] = [];
    for (const name of names) {
      const bytes = await this.#readIfThere(`${LOG_DIRECTORY}/${name}`);
      if (bytes === undefined || bytes.length === 0) return false;
      parts.push({ path: `${this.#directory}/${name}`, bytes });
    }
    for (const part of parts) {
      const content = await decodeCheckpoint(part.bytes, part.path);
      if (content) log.begin(version, content, part.bytes.length);
      else await this.#readForeign(log, version, part);
    }
    return true;
  }

  /** Another engine's checkpoint: what reads it is loaded by the first one. */
  async #readForeign(
    log: LogLoad,
    version: number,
    { path, bytes }: { readonly path: string; readonly bytes: Bytes },
  ): Promise<void> {
    const { foreignActions } = await import("./foreign_checkpoint.ts");
    const source = {
      path,
      bytes,
      version,
      openSidecar: async (name: string) => {
        const path = `${LOG_DIRECTORY}/${SIDECAR_DIRECTORY}/${name}`;
        const sidecar = pathIn(this.#store, path);
        const content = await this.#readIfThere(path);
        if (content) return { bytes: content, path: sidecar };
        throw new IntegrityError(sidecar, "the file is missing");
      },
    };
    for await (const actions of foreignActions(source)) {
      log.begin(version, { actions, commitDigest: undefined }, 0);
    }
    log.begin(version, { actions: [], commitDigest: undefined }, bytes.length);
  }

  async #finished(log: LogLoad): Promise<LoadedLog> {
    const { state, tail } = log;
    // Whoever wrote the checkpoint may not have said the digest; who only reads
    // doesn't need it, and the commit may be large.
    if (log.digest !== undefined || !this.#isWitnessed) {
      return { state, tail, digest: log.digest };
    }
    const digest = await this.digestOf(state.version);
    if (digest !== NO_DIGEST) return { state, tail, digest };
    throw missing(this.#commitSource(state.version));
  }

  async #hint(): Promise<LastCheckpoint | undefined> {
    const bytes = await this.#readIfThere(
      `${LOG_DIRECTORY}/${LAST_CHECKPOINT}`,
    );
    return bytes && parseLastCheckpoint(bytes);
  }

  #requireWitnessed(head: Head, newest: number): void {
    if (head.version <= newest) return;
    throw new IntegrityError(
      this.#commitSource(head.version),
      `the commit was made, and is lost: the log ends at version ${newest}`,
    );
  }

  #requireSameDigest(head: Head, log: LogLoad): void {
    if (log.state.version !== head.version || log.digest === undefined) return;
    if (log.digest === head.digest) return;
    throw new IntegrityError(
      this.#commitSource(head.version),
      `its digest is ${log.digest}, and was ${head.digest} when it was made`,
    );
  }

  /** The path of a version's commit, for errors. */
  #commitSource(version: number): string {
    return pathIn(this.#store, this.commitPath(version));
  }

  async #readIfThere(path: string): Promise<Bytes | undefined> {
    try {
      // A pond's own log is as long as pond made it.
      if (!this.#isWitnessed) await this.#requireSize(path);
      return await this.#store.get(path);
    } catch (error) {
      if (hasCode(error, "NOT_FOUND")) return undefined;
      throw error;
    }
  }

  async #requireSize(path: string): Promise<void> {
    const { sizeBytes = 0 } = await this.#store.head(path) ?? {};
    if (sizeBytes <= MAX_LOG_FILE_BYTES) return;
    const source = pathIn(this.#store, path);
    throw new PondError(
      "UNSUPPORTED",
      `Cannot read ${source}: it has ${sizeBytes} bytes, and at most ${MAX_LOG_FILE_BYTES} are read at once`,
      {
        path: source,
        hint: "write a checkpoint of more parts with another engine",
      },
    );
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

  /** Takes in a part of a checkpoint. */
  begin(version: number, content: CheckpointContent, sizeBytes: number): void {
    this.state.apply(version, content.actions);
    if (content.removes) this.state.defer(content.removes);
    this.digest = content.commitDigest ?? this.digest;
    this.#checkpointBytes += sizeBytes;
    this.#checkpointVersion = version;
  }

  /** Takes in what several commits come to; the last one's digest is unknown. */
  compact(last: number, { actions, sizeBytes }: Commit): void {
    this.state.apply(last, actions);
    this.digest = undefined;
    this.#commitBytes += sizeBytes;
  }

  add(version: number, commit: Commit, path: string): void {
    requireFollows(commit, this.digest, path);
    this.state.apply(version, commit.actions);
    this.digest = commit.digest;
    this.#commitBytes += commit.sizeBytes;
  }
}

function missing(path: string): IntegrityError {
  return new IntegrityError(path, "the commit is missing");
}
