/**
 * Checks a log, file by file, and goes on where a reader stops.
 *
 * ```text
 * every commit        there, whole, of the digest that it says, behind the one
 *                     before it
 * every checkpoint    whole, and the same state as the commits, where they are
 * _last_checkpoint    a hint, .crc a second witness: wrong ones are a note
 * head                the newest commit is there, with the digest that it had
 * ```
 *
 * What can't be read is passed over; the state is then what the others say, and
 * not whole. A sound checkpoint makes it whole again: it stands for all commits
 * up to it.
 *
 * The newest commits may be damaged, and nothing sound behind them. A commit is
 * linked to its name when it is whole and flushed, and never written there: so
 * one that is torn under its name is no writer at work. It is damage, and hides
 * the sound versions before it; moving it away loses nothing that could be read.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md}
 * @module
 */
import { pathIn, type TableStore } from "../store/store.ts";
import {
  differenceOf,
  type ReadCheckpoint,
  readCheckpoint,
} from "./checkpoint_check.ts";
import { judgeChecksum } from "./checksum.ts";
import { type Commit, decodeCommit, requireFollows } from "./commit_file.ts";
import {
  attempt,
  BY_REPAIR,
  type Fault,
  type Finding,
  FROM_BACKUP,
  remedyFor,
} from "./finding.ts";
import { lossOf, lossOfTorn, noBeginning, noLog } from "./log_findings.ts";
import { checkHint, checkWitness, type Witness } from "./hint_check.ts";
import {
  checksumFileName,
  checksumVersion,
  commitFileName,
  commitVersion,
  LOG_DIRECTORY,
} from "./log_path.ts";
import { type CheckpointFiles, newestCheckpoint } from "./log_segment.ts";
import { TableState } from "./table_state.ts";

/** What the check of a log comes to. */
export interface LogCheck {
  /** What was found. */
  readonly findings: readonly Finding[];
  /** What the sound files add up to; nothing when none is. */
  readonly state: TableState | undefined;
  /** Whether that is exactly the state at one version, if not the newest. */
  readonly isExact: boolean;
  /** Whether that is all that was ever committed. */
  readonly isWhole: boolean;
  /** The newest version of which anything is there; -1 when nothing is. */
  readonly newest: number;
  /** The digest of the newest sound commit. */
  readonly digest: string | undefined;
  /** Damaged commits at the end, with nothing sound behind them; newest first. */
  readonly torn: readonly number[];
  /**
   * The newest version without a sound commit that a sound checkpoint stands
   * for; -1 when there is none. The log need not go back to it.
   */
  readonly needlessTo: number;
  /** The newest sound checkpoint. */
  readonly checkpoint: ReadCheckpoint | undefined;
  /** How many commits were looked at. */
  readonly commits: number;
  /** How many checkpoints. */
  readonly checkpoints: number;
}

/** Looks again so often when another process has cleaned the log meanwhile. */
const MAX_ATTEMPTS = 3;

/**
 * Checks a log.
 *
 * @param store Where the table is.
 * @param witness Read before this is called: what it saw must be in the log.
 */
export async function checkLog(
  store: TableStore,
  witness: Witness,
  signal?: AbortSignal,
): Promise<LogCheck> {
  for (let attempts = 1;; attempts++) {
    const names = await namesOf(store);
    const checker = new LogChecker(store, names, signal);
    const check = await checker.run(witness);
    const gone = checker.gone;
    if (gone.length === 0 || attempts === MAX_ATTEMPTS) return check;
    const now = new Set(await namesOf(store));
    if (gone.every((name) => now.has(name))) return check;
  }
}

async function namesOf(store: TableStore): Promise<string[]> {
  const prefix = `${LOG_DIRECTORY}/`;
  const names: string[] = [];
  for await (const { path } of store.list(prefix)) {
    names.push(path.slice(prefix.length));
  }
  return names;
}

/** A commit that can't be used; the first of several that are missing. */
interface Unusable {
  readonly problem: string;
  readonly fault: Fault;
}

/** A checkpoint that can't be used. */
interface UnusableCheckpoint extends Unusable {
  readonly files: CheckpointFiles;
}

class LogChecker {
  readonly #store: TableStore;
  readonly #signal: AbortSignal | undefined;
  readonly #commits: ReadonlySet<number>;
  readonly #checksums: ReadonlySet<number>;
  readonly #checkpoints: ReadonlyMap<number, CheckpointFiles>;
  readonly #findings: Finding[] = [];
  readonly #unusable = new Map<number, Unusable>();
  /** Of sound commits, as far back as the witness may look. */
  readonly #digests = new Map<number, string>();
  readonly #badCheckpoints: UnusableCheckpoint[] = [];
  #state: TableState | undefined;
  /** The version up to which the state is whole. */
  #wholeTo = -1;
  #isWhole = false;
  #digest: string | undefined;
  #newestCheckpoint: ReadCheckpoint | undefined;
  /** Names that were listed, and gone when they were read. */
  readonly gone: string[] = [];

  constructor(
    store: TableStore,
    names: readonly string[],
    signal: AbortSignal | undefined,
  ) {
    this.#store = store;
    this.#signal = signal;
    this.#commits = new Set(names.flatMap((name) => commitVersion(name) ?? []));
    this.#checksums = new Set(
      names.flatMap((name) => checksumVersion(name) ?? []),
    );
    this.#checkpoints = checkpointsIn(names);
  }

  async run(witness: Witness): Promise<LogCheck> {
    const versions = [
      ...new Set([...this.#commits, ...this.#checkpoints.keys()]),
    ].sort((a, b) => a - b);
    const first = versions[0] ?? -1;
    const newest = versions.at(-1) ?? -1;
    const isFromZero = this.#commits.has(0);
    this.#isWhole = isFromZero;
    for (const [i, version] of versions.entries()) {
      this.#signal?.throwIfAborted();
      this.#gap((versions[i - 1] ?? version - 1) + 1, version - 1);
      await this.#version(version, newest);
    }
    const torn = this.#tornEnd(newest);
    this.#tellOfCommits(torn, witness);
    this.#tellOfCheckpoints(torn);
    const isBegun = isFromZero || this.#newestCheckpoint !== undefined;
    const path = pathIn(this.#store, LOG_DIRECTORY);
    if (newest < 0) this.#findings.push(noLog(path));
    else if (!isBegun) this.#findings.push(noBeginning(path, first));
    const at = torn.length === 0 ? newest : this.#wholeTo;
    // Of a checkpoint that can't be read now, the hint may be right.
    const isTold = this.#badCheckpoints.every(({ fault }) =>
      fault !== "unreadable"
    );
    if (isTold) {
      await checkHint(this.#store, this.#newestCheckpoint, this.#findings);
    }
    checkWitness(this.#findings, {
      witness,
      newest: at,
      torn,
      logPath: (version) => this.#pathOf(version),
      digestOf: (version) => this.#digests.get(version),
      // What is repaired first makes the rest whole.
      isWhole: this.#isWhole || torn.length > 0,
    });
    const isAhead = typeof witness.head === "object" &&
      witness.head.version > newest;
    return {
      findings: this.#findings,
      state: this.#state,
      isExact: this.#isWhole || torn.length > 0,
      isWhole: this.#isWhole && !isAhead,
      newest,
      digest: this.#digests.get(at) ?? this.#digest,
      torn,
      needlessTo: this.#needlessTo(torn),
      checkpoint: this.#newestCheckpoint,
      commits: this.#commits.size,
      checkpoints: this.#checkpoints.size,
    };
  }

  async #version(version: number, newest: number): Promise<void> {
    // The log may begin with a checkpoint: those before it are cleaned away.
    const isCleaned = this.#digests.size === 0 && this.#unusable.size === 0 &&
      !this.#commits.has(version) && version < newest;
    if (!isCleaned) await this.#commit(version);
    const files = this.#checkpoints.get(version);
    if (files !== undefined) await this.#checkpoint(files);
    if (this.#checksums.has(version)) await this.#checksum(version);
    if (this.#isWhole) this.#wholeTo = version;
  }

  /** Notes versions of which nothing is there; one finding for all of them. */
  #gap(first: number, last: number): void {
    const isCleaned = this.#digests.size === 0 && this.#unusable.size === 0 &&
      this.#newestCheckpoint === undefined;
    if (first > last || isCleaned) return;
    const problem = first === last
      ? "the commit is missing"
      : `the commits of the versions ${first} to ${last} are missing`;
    this.#unusable.set(first, { problem, fault: "missing" });
    this.#isWhole = false;
    this.#digest = undefined;
  }

  #pathOf(version: number): string {
    return pathIn(this.#store, this.#nameOf(version));
  }

  #nameOf(version: number): string {
    return `${LOG_DIRECTORY}/${commitFileName(version)}`;
  }

  async #commit(version: number): Promise<void> {
    const name = this.#nameOf(version);
    const read = await attempt(async () =>
      await decodeCommit(await this.#store.get(name), this.#pathOf(version))
    );
    if (!read.isSound) {
      if (read.fault === "missing" && this.#commits.has(version)) {
        this.gone.push(commitFileName(version));
      }
      this.#unusable.set(version, read);
      this.#isWhole = false;
      this.#digest = undefined;
      return;
    }
    await this.#apply(version, read.value);
  }

  async #apply(version: number, commit: Commit): Promise<void> {
    const path = this.#pathOf(version);
    const steps = [
      () => requireFollows(commit, this.#digest, path),
      () => void this.#stateNow().apply(version, commit.actions),
    ];
    for (const step of steps) {
      const taken = await attempt(step);
      if (taken.isSound) continue;
      this.#isWhole = false;
      this.#findings.push({
        severity: "damage",
        kind: "commit",
        path,
        version,
        problem: taken.problem,
        lost: `version ${version} as it was, and what hangs on it`,
        remedy: `${FROM_BACKUP}: this one, or the one before`,
      });
    }
    this.#digest = commit.digest;
    this.#digests.set(version, commit.digest);
  }

  #stateNow(): TableState {
    const source = pathIn(this.#store, LOG_DIRECTORY);
    return this.#state ??= new TableState(source);
  }

  async #checkpoint(files: CheckpointFiles): Promise<void> {
    const read = await attempt(() => readCheckpoint(this.#store, files));
    if (!read.isSound) {
      const { fault, problem } = read;
      if (fault === "missing") this.gone.push(...files.names);
      this.#badCheckpoints.push({ files, problem, fault });
      return;
    }
    const checkpoint = read.value;
    const problem = this.#isWhole
      ? await this.#contradiction(checkpoint)
      : undefined;
    if (problem !== undefined) {
      this.#badCheckpoints.push({ files, problem, fault: "damaged" });
      return;
    }
    this.#newestCheckpoint = checkpoint;
    if (!this.#isWhole) this.#beginWith(checkpoint);
  }

  /** A sound checkpoint stands for all before it. */
  #beginWith({ digest, files, state }: ReadCheckpoint): void {
    const { version } = files;
    const made = this.#digests.get(version);
    this.#state = state;
    this.#isWhole = true;
    this.#digest = digest ?? made;
    if (this.#digest) this.#digests.set(version, this.#digest);
    if (digest === undefined || made === undefined || digest === made) return;
    this.#isWhole = false;
    this.#findings.push({
      severity: "damage",
      kind: "commit",
      path: this.#pathOf(version),
      version,
      problem: `its digest is ${made}, and was ${digest} for its checkpoint`,
      lost: `version ${version} as it was committed`,
      remedy: FROM_BACKUP,
    });
  }

  async #contradiction(
    checkpoint: ReadCheckpoint,
  ): Promise<string | undefined> {
    const { digest } = checkpoint;
    if (digest !== undefined && digest !== this.#digest) {
      return `it is of a commit with the digest ${digest}, and that has ${this.#digest}`;
    }
    return this.#state && await differenceOf(this.#state, checkpoint);
  }

  async #checksum(version: number): Promise<void> {
    const state = this.#state;
    if (state === undefined || !this.#isWhole) return;
    const name = `${LOG_DIRECTORY}/${checksumFileName(version)}`;
    const read = await attempt(async () =>
      judgeChecksum(await this.#store.get(name), state)
    );
    if (read.isSound && read.value === "right") return;
    this.#findings.push({
      severity: "note",
      kind: "checksum",
      path: pathIn(this.#store, name),
      version,
      problem: read.isSound ? "it says otherwise than the log" : read.problem,
      lost: "",
      remedy: "nothing: pond doesn't believe it",
    });
  }

  /** What a checkpoint stands for is no end: nothing of it is moved away. */
  #tornEnd(newest: number): number[] {
    const torn: number[] = [];
    for (let version = newest; version >= 0; version--) {
      const unusable = this.#unusable.get(version);
      if (unusable?.fault !== "damaged") break;
      torn.push(version);
    }
    const lowest = torn.at(-1) ?? newest;
    return !this.#isWhole && this.#wholeTo === lowest - 1 && lowest > 0
      ? torn
      : [];
  }

  #needlessTo(torn: readonly number[]): number {
    const covered = this.#newestCheckpoint?.files.version ?? -1;
    if (!this.#isWhole && torn.length === 0) return -1;
    let needlessTo = -1;
    for (const [version, { fault }] of this.#unusable) {
      if (fault === "unreadable" || version > covered) continue;
      needlessTo = Math.max(needlessTo, version);
    }
    return needlessTo;
  }

  #tellOfCommits(torn: readonly number[], witness: Witness): void {
    const needlessTo = this.#needlessTo(torn);
    for (const [version, { fault, problem }] of this.#unusable) {
      const isCovered = version <= needlessTo && fault !== "unreadable";
      this.#findings.push({
        severity: "damage",
        kind: "commit",
        path: this.#pathOf(version),
        version,
        problem,
        ...(torn.includes(version)
          ? lossOfTorn(version, witness)
          : lossOf(version, isCovered, fault)),
      });
    }
  }

  /** Commits that are all there say what a damaged checkpoint would. */
  #tellOfCheckpoints(torn: readonly number[]): void {
    for (const { fault, files, problem } of this.#badCheckpoints) {
      const { names, version } = files;
      const isTold = fault === "damaged" && (this.#isWhole || torn.length > 0);
      for (const name of names) {
        this.#findings.push({
          severity: "damage",
          kind: "checkpoint",
          path: pathIn(this.#store, `${LOG_DIRECTORY}/${name}`),
          version,
          problem,
          lost: isTold ? "" : `the state of the table at version ${version}`,
          remedy: isTold ? BY_REPAIR : remedyFor(fault),
          ...(isTold ? { repair: "move away" } : {}),
        });
      }
    }
  }
}

/** The best one of each version. */
function checkpointsIn(
  names: readonly string[],
): ReadonlyMap<number, CheckpointFiles> {
  const found = new Map<number, CheckpointFiles>();
  let max = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const newest = newestCheckpoint(names, max);
    if (newest === undefined) return found;
    found.set(newest.version, newest);
    max = newest.version - 1;
  }
}
