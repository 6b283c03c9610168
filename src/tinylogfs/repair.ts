/**
 * Repairs a pond, as far as nothing is lost by it that could still be read.
 *
 * ```text
 *                                                     a crash before this leaves
 * 1  the lock on recovered/lock: one repair at a time   the damage
 * 2  data files of lost commits get a second name in recovered/    the damage
 * 3  damaged commits at the end, newest first: a second name in
 *    recovered/, flushed; the first one removed, flushed    a shorter damaged end
 * 4  damaged checkpoints that the commits stand for, likewise      the same
 * 5  _last_checkpoint and head are written anew         a witness of what is lost
 * 6  where a checkpoint stands for damaged commits: a checkpoint of the newest
 *    version, which is a new one if that commit is damaged itself; then all that
 *    is before it is moved away, checkpoints first, and commits oldest first
 *                                                       a longer log
 * 7  a damaged end of the stage, likewise; what is done of it is removed
 * 8  2 to 7 for each branch; what is moved away of one gets `<branch>+` before
 *    its name                                           the rest of the branches
 *    its `branch.json` is written anew from what its table says, over the damaged
 *    one, which has a second name by then               the damage
 * 9  a `branch` that names none is moved away
 * 10 what vacuum deletes                                more leftovers
 * ```
 *
 * Nothing is edited, and all that is moved away is kept. Each step begins with
 * what is there, so the next repair goes on where one was stopped.
 *
 * Writers needn't be held off. A commit is linked whole, so one that is damaged
 * under its name is nobody's work. A writer that still knows this commit as its
 * newest links the next one and looks whether the one before is there; here it
 * is removed first, and then looked whether there is a next one. One of the two
 * sees the other: the writer takes its commit back, or the removed one is put
 * back. A witness that is behind says nothing wrong.
 *
 * @module
 */
import { equalBytes } from "../bytes.ts";
import { hasCode } from "../errors.ts";
import type { FileStore } from "../host/host.ts";
import {
  attempt,
  checkLog,
  checksumVersion,
  commitFileName,
  commitVersion,
  type Finding,
  formatHead,
  HINT_PATH,
  hintOf,
  LocalStore,
  LOG_DIRECTORY,
  type LogCheck,
  parseCheckpointName,
} from "../oplog/check.ts";
import { NameFlusher } from "../oplog/name_flusher.ts";
import { checkStage, witnessOf } from "./check_files.ts";
import { branchInTable, readBranchFile, writeBranchFile } from "./branches.ts";
import { checkBranches } from "./check_branches.ts";
import type {
  CheckedPond,
  Examination,
  LineExamination,
  PondFinding,
} from "./check_types.ts";
import { Stage } from "./stage.ts";
import { vacuumPond } from "./vacuum.ts";

/** Where a repair keeps what it moves away. */
const RECOVERED = "recovered";

/** Whether a repair has begun here before, and may have been stopped. */
export async function hasBegun({ host, path }: CheckedPond): Promise<boolean> {
  return await host.files.stat(`${path}/${RECOVERED}`) !== undefined;
}

/**
 * Repairs what a check has found.
 *
 * @param found What it was; it is looked at again before anything is moved.
 */
export async function repairPond(
  pond: CheckedPond,
  found: Examination,
  signal: AbortSignal | undefined,
): Promise<void> {
  await using _lock = await lockRepair(pond);
  const repairs: LineRepair[] = [];
  for (const line of found.lines) {
    const repair = new LineRepair(pond, line, signal);
    await repair.flush();
    await repair.log();
    await repair.hints();
    await repair.cut();
    await repair.stage(found.pondId);
    await repair.branchFile();
    repairs.push(repair);
  }
  await repairs[0]?.current();
  await sweep(pond, found, repairs, signal);
}

async function lockRepair(
  { host: { files }, path }: CheckedPond,
): Promise<AsyncDisposable> {
  const directory = `${path}/${RECOVERED}`;
  await files.makeDirectory(directory);
  await files.syncDirectory(path);
  return await files.lock(`${directory}/lock`);
}

/** Nothing is deleted while something is damaged: it may be of use. */
async function sweep(
  { host, path, pending }: CheckedPond,
  { findings }: Examination,
  repairs: readonly LineRepair[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const isOld = findings.some(({ kind, repair }) =>
    kind === "unused" && repair === "delete"
  );
  const isDamaged = findings.some(({ repair, severity }) =>
    severity === "damage" && repair === undefined
  );
  if (!isOld || isDamaged) return;
  for (const repair of repairs) {
    if (!await repair.isWhole()) return;
  }
  await vacuumPond(host, path, pending, {
    dryRun: false,
    ...(signal ? { signal } : {}),
  });
}

/** The repair of one line of history. */
class LineRepair {
  readonly #pond: CheckedPond;
  readonly #files: FileStore;
  /** The line's directory. */
  readonly #path: string;
  readonly #line: LineExamination;
  readonly #store: LocalStore;
  readonly #names: NameFlusher;
  readonly #signal: AbortSignal | undefined;

  constructor(
    pond: CheckedPond,
    line: LineExamination,
    signal: AbortSignal | undefined,
  ) {
    this.#pond = pond;
    this.#files = pond.host.files;
    this.#line = line;
    this.#path = line.line.directory;
    this.#store = new LocalStore(pond.host, `${this.#path}/oplog`);
    this.#names = new NameFlusher(pond.host);
    this.#signal = signal;
  }

  /** What a repair that was stopped has removed or replaced must not come back. */
  async flush(): Promise<void> {
    await this.#names.flush(this.#path);
    await this.#store.flush(LOG_DIRECTORY);
    const staging = `${this.#path}/staging`;
    if (await this.#files.stat(staging)) await this.#names.flush(staging);
  }

  async log(): Promise<void> {
    const { lost } = this.#line;
    const { findings, torn } = await this.#check();
    for (const { files, version } of lost) {
      if (!torn.includes(version)) continue;
      for (const file of files) await this.#keep(file);
    }
    // A stop on the way leaves a shorter end, never a gap.
    for (const version of torn) {
      this.#signal?.throwIfAborted();
      if (!await this.#moveCommit(version)) return;
    }
    for (const { kind, path, repair } of findings) {
      if (kind !== "checkpoint" || repair !== "move away") continue;
      await this.#moveAway(path);
    }
  }

  /** Writes anew what only says where the log is read. */
  async hints(): Promise<void> {
    const { checkpoint, digest, findings, isExact, state } = await this
      .#check();
    if (!isExact || state === undefined) return;
    const isWrong = (wanted: Finding["kind"]) =>
      findings.some(({ kind, repair }) =>
        kind === wanted && repair === "rewrite"
      );
    if (isWrong("hint")) {
      const bytes = checkpoint && hintOf(checkpoint);
      if (bytes) await this.#store.put([{ path: HINT_PATH, bytes }]);
      else await this.#store.delete(HINT_PATH);
      await this.#store.flush(LOG_DIRECTORY);
    }
    if (!isWrong("witness") || digest === undefined) return;
    await this.#writeHead(state.version, digest);
  }

  /**
   * Lets the log begin after damaged commits that a checkpoint stands for, as
   * cleaning does with old ones. The history of the pond is not in the log.
   */
  async cut(): Promise<void> {
    const { isWhole, needlessTo, newest } = await this.#check();
    if (!isWhole || needlessTo < 0) return;
    const { host } = this.#pond;
    const { openLine } = await import("./line.ts");
    const { delta } = await openLine(host, this.#path);
    if (needlessTo === newest) {
      // Without a commit of its version, a log can't be gone on with. Who takes
      // the version meanwhile has made the one that is needed.
      const timestampMs = Math.floor(host.clock.nowUs() / 1000);
      const commitInfo = { operation: "REPAIR" };
      const { status } = await delta.commit({ commitInfo, timestampMs });
      if (status === "taken") await delta.refresh();
    }
    await delta.checkpoint();
    for (const file of await this.#before(needlessTo)) {
      this.#signal?.throwIfAborted();
      await this.#moveAway(file);
    }
  }

  /** What of the log goes, in the order in which it goes. */
  async #before(version: number): Promise<string[]> {
    const commits: string[] = [];
    const others: string[] = [];
    const prefix = `${LOG_DIRECTORY}/`;
    for await (const { path } of this.#store.list(prefix)) {
      const name = path.slice(prefix.length);
      const full = `${this.#store.location}/${path}`;
      const commit = commitVersion(name);
      if (commit !== undefined && commit <= version) commits.push(full);
      const other = parseCheckpointName(name)?.version ??
        checksumVersion(name);
      if (other !== undefined && other < version) others.push(full);
    }
    // Names of 20 digits are in the order of their versions.
    return [...others, ...commits.sort()];
  }

  async stage(pondId: string | undefined): Promise<void> {
    const { findings } = this.#line;
    if (pondId === undefined) return;
    if (!findings.some(({ kind, repair }) => kind === "stage" && repair)) {
      return;
    }
    const { isExact, state } = await this.#check();
    const { host } = this.#pond;
    const path = this.#path;
    if (!isExact || state === undefined) return;
    const counter = state.transactions.get(`pond-stage:${pondId}`);
    const committed = counter?.version ?? 0;
    const stage = new Stage(host, path);
    // Nothing of the stage is read to get the lock: that would fail.
    await using _lock = await stage.lock(() =>
      Promise.resolve(Number.MAX_SAFE_INTEGER)
    );
    const now: Finding[] = [];
    await checkStage(host, path, { committed, findings: now, name: () => {} });
    for (const { path, repair } of now) {
      if (repair === "move away") await this.#moveAway(path);
    }
    const done = new Set(
      now.flatMap(({ path, repair }) => repair === "delete" ? [path] : []),
    );
    const files = await stage.list(-1);
    await stage.remove(files.filter(({ path }) => done.has(path)));
  }

  /** Writes `branch.json` anew, where the branch's table says what was in it. */
  async branchFile(): Promise<void> {
    const { branch } = this.#line.line;
    if (branch === undefined) return;
    const { host, path: pond } = this.#pond;
    const path = `${this.#path}/branch.json`;
    const read = await attempt(() => readBranchFile(this.#files, pond, branch));
    if (read.isSound || read.fault === "unreadable") return;
    const known = await attempt(() => branchInTable(host, this.#path));
    if (!known.isSound || known.value === undefined) return;
    const { value } = known;
    await this.#keep(path);
    await this.#replace(
      path,
      (aside) => writeBranchFile(this.#files, aside, value, true),
    );
  }

  /** A `branch` that names none leaves a pond that can't be opened. */
  async current(): Promise<void> {
    const now: PondFinding[] = [];
    await checkBranches(this.#pond, now);
    for (const { kind, path, repair } of now) {
      if (kind === "branch" && repair === "move away") {
        await this.#moveAway(path);
      }
    }
  }

  /** Whether the log tells of every data file. */
  async isWhole(): Promise<boolean> {
    return (await this.#check()).isWhole;
  }

  async #check(): Promise<LogCheck> {
    const witness = await witnessOf(this.#pond.host, this.#path);
    return await checkLog(this.#store, witness, this.#signal);
  }

  /** Whether the commit is away, and the log ends before it. */
  async #moveCommit(version: number): Promise<boolean> {
    const log = `${this.#path}/oplog/${LOG_DIRECTORY}`;
    const path = `${log}/${commitFileName(version)}`;
    const kept = await this.#moveAway(path);
    const next = `${log}/${commitFileName(version + 1)}`;
    if (kept === undefined || await this.#files.stat(next) === undefined) {
      return true;
    }
    try {
      await this.#files.link(kept, path);
    } catch (error) {
      if (!hasCode(error, "ALREADY_EXISTS")) throw error;
    }
    await this.#names.flush(log);
    return false;
  }

  /**
   * Moves a file away. It has both names, flushed, before it loses the first.
   *
   * @returns Its new path; `undefined` when it is gone.
   */
  async #moveAway(path: string): Promise<string | undefined> {
    const kept = await this.#keep(path);
    if (kept === undefined) return undefined;
    try {
      await this.#files.remove(path);
    } catch (error) {
      if (!hasCode(error, "NOT_FOUND")) throw error;
    }
    await this.#names.flush(path.slice(0, path.lastIndexOf("/")));
    return kept;
  }

  /** Gives a file a name in `recovered/`, the same one each time. */
  async #keep(path: string): Promise<string | undefined> {
    const directory = `${this.#pond.path}/${RECOVERED}`;
    const { branch } = this.#line.line;
    const ofBranch = branch === undefined ? "" : `${branch}+`;
    const name = `${ofBranch}${path.slice(path.lastIndexOf("/") + 1)}`;
    for (let attempt = 1;; attempt++) {
      const suffix = attempt === 1 ? "" : `.${attempt}`;
      const target = `${directory}/${name}${suffix}`;
      try {
        await this.#files.link(path, target);
      } catch (error) {
        if (hasCode(error, "NOT_FOUND")) return undefined;
        if (!hasCode(error, "ALREADY_EXISTS")) throw error;
        if (!await this.#isSame(path, target)) continue;
      }
      await this.#names.flush(directory);
      return target;
    }
  }

  async #isSame(path: string, target: string): Promise<boolean> {
    const [a, b] = [
      await this.#files.read(path),
      await this.#files.read(target),
    ];
    return equalBytes(a, b);
  }

  /** Not in place, as after a commit: flushed, it must not say the old again. */
  async #writeHead(version: number, digest: string): Promise<void> {
    await this.#replace(`${this.#path}/head`, async (aside) => {
      await using file = await this.#files.create(aside);
      await file.write(formatHead({ digest, version }));
      await file.sync();
    });
  }

  /** @param write Writes a file, and flushes it. */
  async #replace(
    path: string,
    write: (aside: string) => Promise<void>,
  ): Promise<void> {
    const directory = `${this.#pond.path}/tmp`;
    const temporary = `${directory}/${this.#pond.host.random.uuidHex()}`;
    await this.#files.makeDirectory(directory);
    await write(temporary);
    await this.#files.rename(temporary, path);
    await this.#names.flush(this.#path);
  }
}
