/**
 * A directory of the host that mirrors one of a pond.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { Host } from "../host/mod.ts";
import type { TinyLogFS } from "../tinylogfs/mod.ts";
import { MirrorStore } from "./mirror_store.ts";
import type { BaseNode } from "./node.ts";
import { restoredError } from "./pond_side.ts";
import { endsInOrder, MirrorRun, type RunOptions } from "./run.ts";
import {
  encodeState,
  type MirrorHead,
  type MirrorState,
} from "./state_file.ts";
import {
  hasDirectory,
  makeTop,
  missingDirectory,
  requireBeside,
} from "./top_directory.ts";
import type {
  MirrorDirection,
  MirrorFilter,
  MirrorItem,
  MirrorOpenOptions,
  MirrorReport,
  MirrorRunOptions,
  MirrorWatchOptions,
} from "./types.ts";

/**
 * Keeps a directory of the host and one of a pond alike, by what both had at the last
 * sync. That is kept in the directory, as `.pond-mirror/state`.
 */
export class MirrorSync {
  /** The directory of the host, absolute. */
  readonly root: string;
  readonly #fs: TinyLogFS;
  readonly #host: Host;
  readonly #filter: MirrorFilter;
  readonly #path: string | undefined;
  readonly #store: MirrorStore;
  #forgets: boolean;
  #isMade: boolean;

  private constructor(
    fs: TinyLogFS,
    host: Host,
    root: string,
    isMade: boolean,
    { exclude = [], include = [], path, resync = false }: MirrorOpenOptions,
  ) {
    this.#fs = fs;
    this.#host = host;
    this.root = root;
    this.#isMade = isMade;
    this.#filter = { include, exclude };
    this.#path = path && (path.replace(/\/+$/, "") || "/");
    this.#forgets = resync;
    this.#store = new MirrorStore(host, root);
  }

  /**
   * Opens a mirror. Nothing is changed; with `create`, a missing directory is made
   * by the first run that isn't dry.
   *
   * @param fs The pond. What is pending in it is not mirrored.
   * @param host The platform that the pond was opened on.
   * @param directory The directory of the host, absolute, beside the pond.
   * @throws {PondError} `NOT_FOUND`, `NOT_A_DIRECTORY`; `INVALID_ARGUMENT` for a
   *   directory that lies in the pond, or in which the pond lies.
   */
  static async open(
    fs: TinyLogFS,
    host: Host,
    directory: string,
    options: MirrorOpenOptions = {},
  ): Promise<MirrorSync> {
    const root = directory.replace(/\/+$/, "") || "/";
    await requireBeside(host.files, root, fs.path);
    const isMade = await hasDirectory(host.files, root);
    if (!isMade && !options.create) throw missingDirectory(root);
    return new MirrorSync(fs, host, root, isMade, options);
  }

  /**
   * Makes the directory what the pond is, where it hasn't been changed itself.
   *
   * @returns What was done, and what wasn't: conflicts, changes that only the
   *   directory has, failures.
   * @throws {PondError} `LOCKED`, `INTEGRITY`; `INVALID_ARGUMENT` when the pond isn't
   *   that of the last sync; `NO_SPACE`, after which the next run goes on.
   */
  async syncToFilesystem(
    options: MirrorRunOptions = {},
  ): Promise<MirrorReport> {
    return await this.#run("push", options);
  }

  /** Carries changes of the directory into the pond, in one transaction. */
  async syncFromFilesystem(
    options: MirrorRunOptions = {},
  ): Promise<MirrorReport> {
    return await this.#run("pull", options);
  }

  /** Both: first into the pond, then to the directory. */
  async sync(options: MirrorRunOptions = {}): Promise<MirrorReport> {
    return await this.#run("sync", options);
  }

  /** What each side would get, and the conflicts. Nothing is changed. */
  async status(
    options: Omit<MirrorRunOptions, "dryRun"> = {},
  ): Promise<MirrorReport> {
    return await this.#run("sync", { ...options, dryRun: true });
  }

  /**
   * What has changed in the directory since the last sync, and not in the pond.
   * Nothing is changed.
   *
   * @returns Changes that a pull would carry into the pond, deletions too, and
   *   conflicts.
   */
  async detectExternalChanges(
    options: Pick<MirrorRunOptions, "signal"> = {},
  ): Promise<readonly MirrorItem[]> {
    const { items } = await this.status({ ...options, deletes: true });
    return items.filter(({ action, to }) =>
      to === "pond" || action === "conflict"
    );
  }

  /**
   * Follows the directory: when changes have come to rest, they are carried over.
   *
   * @returns What each run did that did something, or met a problem; it ends with the
   *   signal's reason, or when the caller ends it.
   */
  async *watch(
    options: MirrorWatchOptions = {},
  ): AsyncGenerator<MirrorReport> {
    const { watchMirror } = await import("./watch.ts");
    const { direction = "pull", ...rest } = options;
    yield* watchMirror(
      this.root,
      this.#host,
      options,
      () => this.#run(direction, rest),
    );
  }

  async #run(
    direction: MirrorDirection,
    options: MirrorRunOptions,
  ): Promise<MirrorReport> {
    const { dryRun = false, prefer } = options;
    requireFits(direction, prefer);
    await this.#fs.refresh();
    // What is refused changes nothing, not even the lock is made.
    const before = await this.#lastSync();
    const top = this.#topOf(before);
    const mayMiss = before === undefined && (dryRun || direction !== "push");
    await this.#requireDirectory(top, mayMiss);
    if (dryRun) return await this.#work(direction, options, before);
    if (!this.#isMade) await makeTop(this.#host.files, this.root);
    this.#isMade = true;
    await using _lock = await this.#store.lock();
    const last = await this.#lastSync();
    const report = await this.#work(direction, options, last);
    this.#forgets = false;
    return report;
  }

  async #work(
    direction: MirrorDirection,
    options: MirrorRunOptions,
    last: MirrorState | undefined,
  ): Promise<MirrorReport> {
    const { dryRun = false, signal = new AbortController().signal } = options;
    const base = new Map<string, BaseNode>(last?.base ?? []);
    const top = this.#topOf(last);
    const place = {
      fs: this.#fs,
      host: this.#host,
      root: this.root,
      isMade: this.#isMade,
      top,
      isNew: last === undefined,
      base,
    };
    const all: RunOptions = {
      ...options,
      direction,
      filter: this.#filter,
      signal,
    };
    const run = new MirrorRun(place, all);
    const before = last?.head.directory ?? this.root;
    const reported = (): MirrorReport =>
      before === this.root ? run.report : { ...run.report, movedFrom: before };
    if (dryRun) {
      await run.run();
      return reported();
    }
    const keep = async () => {
      await run.flush();
      await this.#keep(last, base, top, run.version);
    };
    try {
      await run.run();
    } catch (error) {
      if (!endsInOrder(error, signal)) throw error;
      // What ended the run is what is to be said; a second failure leaves the last
      // sync as it was.
      await keep().catch(() => {});
      throw error;
    }
    await keep();
    return reported();
  }

  #topOf(last: MirrorState | undefined): string {
    return this.#path ?? last?.head.path ?? "/";
  }

  /** Reads what both sides had, and whether the pond still knows of it. */
  async #lastSync(): Promise<MirrorState | undefined> {
    if (this.#forgets || !this.#isMade) return undefined;
    const state = await this.#store.read();
    if (state === undefined) return undefined;
    const { branch, path, pond } = state.head;
    if (pond !== this.#fs.pondId) {
      throw this.#otherMirror(`of the pond ${pond}, not of ${this.#fs.pondId}`);
    }
    if (branch !== this.#fs.branch) {
      throw this.#otherMirror(
        `of the branch ${branch}, not of ${this.#fs.branch}`,
      );
    }
    if (this.#path !== undefined && this.#path !== path) {
      throw this.#otherMirror(`of ${path}, not of ${this.#path}`);
    }
    await this.#requireKnown(state.head);
    return state;
  }

  #otherMirror(of: string): PondError {
    return new PondError(
      "INVALID_ARGUMENT",
      `Cannot mirror ${this.root}: it is the mirror ${of}`,
      {
        path: this.root,
        hint:
          "choose another directory, or begin anew, which deletes nothing: --resync",
      },
    );
  }

  async #requireKnown({ transaction, version }: MirrorHead): Promise<void> {
    if (version > this.#fs.version) {
      throw restoredError(
        `v${version} was its newest version, and now v${this.#fs.version} is`,
      );
    }
    const row = await this.#fs.transactionOf(version);
    // Where history was pruned, nothing tells.
    const { wholeSince } = this.#fs.getStatus();
    if (row === undefined && version < wholeSince) return;
    if (row?.transactionId !== transaction) {
      throw restoredError(`its v${version} is another transaction`);
    }
  }

  /** Requires a directory of the pond; the first pull makes it. */
  async #requireDirectory(top: string, mayMiss: boolean): Promise<void> {
    if (mayMiss && !await this.#fs.exists(top)) return;
    const { fileType } = await this.#fs.entry(top);
    if (fileType === "directory") return;
    throw new PondError(
      "NOT_A_DIRECTORY",
      `Cannot mirror ${top}: it is a ${fileType}`,
      { path: top, hint: "name the directory that it is in" },
    );
  }

  /** Writes what is agreed, unless that is what is known already. */
  async #keep(
    last: MirrorState | undefined,
    base: ReadonlyMap<string, BaseNode>,
    path: string,
    version: number,
  ): Promise<void> {
    const row = await this.#fs.transactionOf(version);
    const head: MirrorHead = {
      pond: this.#fs.pondId,
      branch: this.#fs.branch,
      path,
      version,
      transaction: row?.transactionId ?? "",
      directory: this.root,
    };
    const state = { head, base };
    const isThere = last?.head.directory === this.root;
    if (isThere && await isSame(last, base)) return;
    await this.#store.write(state);
  }
}

/** Whether the same was agreed at the last sync. */
async function isSame(
  last: MirrorState,
  base: ReadonlyMap<string, BaseNode>,
): Promise<boolean> {
  const { head } = last;
  const [[before], [now]] = await Promise.all([
    encodeState(last),
    encodeState({ head, base }),
  ]);
  return before?.join() === now?.join();
}

function requireFits(
  direction: MirrorDirection,
  prefer: MirrorRunOptions["prefer"],
): void {
  const isVain = (direction === "push" && prefer === "host") ||
    (direction === "pull" && prefer === "pond");
  if (!isVain) return;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot decide conflicts for the ${prefer} in a ${direction}: that changes the ${prefer}`,
    { hint: "sync goes both ways" },
  );
}
