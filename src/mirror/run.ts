/**
 * One run of a mirror: looks at both sides, decides, and does it.
 *
 * ```text
 * 1  lock; read the last sync; go through the host
 * 2  to the pond: a transaction that goes through the pond, decides, reads and
 *    stores; committed, or dropped as a whole
 * 3  to the host: go through the pond at the newest version, decide, write
 * 4  flush the names of the host; write what is agreed now
 * ```
 *
 * Crash: at any point each path has what it had, or what it was to get, on both
 * sides. What was done before 4 is not known to the next run, which finds it alike on
 * both sides: that is agreed. What was ended in order (a signal, a full disk) goes
 * through 4 with what is done.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { Host } from "../host/mod.ts";
import type {
  CommitOptions,
  FileOperations,
  TinyLogFS,
} from "../tinylogfs/mod.ts";
import { withContents } from "./contents.ts";
import { emptySide, type HostSide, scanHost } from "./host_side.ts";
import { keepHostVersions } from "./keep.ts";
import { MirrorDirectory } from "./mirror_directory.ts";
import {
  type BaseNode,
  fingerprintOf,
  type HostSideNode,
  type PondNode,
  type Three,
} from "./node.ts";
import { walkPond } from "./pond_side.ts";
import { type Agreed, type Pulled, pullPlan } from "./pull.ts";
import { pushPlan } from "./push.ts";
import { parentOf, reconcile, type Verdict } from "./reconcile.ts";
import { changeOf, Items, type Plan, type RunParts } from "./run_parts.ts";
import { MirrorTreeFilter } from "./scope.ts";
import type {
  MirrorDirection,
  MirrorFilter,
  MirrorReport,
  MirrorRunOptions,
} from "./types.ts";

/** What a run needs. */
export interface RunOptions extends MirrorRunOptions {
  /** Which way changes go; with `dryRun` none does. */
  readonly direction: MirrorDirection;
  /** What belongs to the mirror. */
  readonly filter: MirrorFilter;
  readonly signal: AbortSignal;
}

/** Where a run works. */
export interface RunPlace {
  readonly fs: TinyLogFS;
  readonly host: Host;
  /** The directory of the host. */
  readonly root: string;
  /** Whether it is there; else it is as if it was empty. */
  readonly isMade: boolean;
  /** The directory of the pond. */
  readonly top: string;
  /** Whether that may be missing, which is made by a pull. */
  readonly isNew: boolean;
  /** What both sides had at the last sync; brought up to date. */
  readonly base: Map<string, BaseNode>;
}

/** One run. */
export class MirrorRun {
  readonly #place: RunPlace;
  readonly #options: RunOptions;
  readonly #items: Items;
  readonly #filter: MirrorTreeFilter;
  readonly #directory: MirrorDirectory;
  #version: number;
  #commits = 0;

  /**
   * @param place Where it works.
   * @param options What it does.
   */
  constructor(place: RunPlace, options: RunOptions) {
    this.#place = place;
    this.#options = options;
    this.#items = new Items(options.onItem);
    this.#filter = new MirrorTreeFilter(options.filter);
    this.#directory = new MirrorDirectory(place.host, place.root);
    this.#version = place.fs.version;
  }

  /** The version of the pond that was compared last. */
  get version(): number {
    return this.#version;
  }

  /** What it did until now. */
  get report(): MirrorReport {
    const [version, commits] = [this.#version, this.#commits];
    return { items: this.#items.all, version, commits };
  }

  /** Flushes what was written to the host. */
  async flush(): Promise<void> {
    await this.#directory.flush();
  }

  /** Does it. */
  async run(): Promise<void> {
    const { base, fs, host, isMade, root, top } = this.#place;
    const { direction, dryRun = false, prefer, signal } = this.#options;
    const scannedMs = host.clock.nowUs() / 1000;
    const side = isMade
      ? await scanHost(host.files, root, {
        filter: this.#filter,
        base,
        pondId: fs.pondId,
        signal,
      })
      : emptySide();
    for (const item of side.items) this.#items.add(item);
    const items = this.#items;
    const parts = { host, top, side, base, scannedMs, items, signal };
    if (!dryRun) {
      await this.#directory.sweep(this.#filter.drafts);
      if (direction !== "push") await this.#pull(parts);
      if (prefer === "pond") await this.#keep(parts);
    }
    if (dryRun || direction !== "pull") await this.#push(parts);
  }

  /** Carries changes to the pond, in as many transactions as it takes. */
  async #pull(parts: RunParts): Promise<void> {
    for (let hasMore = true; hasMore;) {
      const pulled = await this.#transaction(async (tx) => {
        const plan = await this.#plan(tx, parts, "pull");
        const pulled = await pullPlan({ ...parts, tx }, plan);
        return { ...pulled, plan };
      });
      this.#takeIn(parts, pulled);
      hasMore = pulled.hasMore;
      if (!hasMore && this.#options.direction === "pull") {
        this.#note(parts, pulled.plan, pulled.agreed);
      }
    }
  }

  /** What the pond is preferred to is in its history before it goes. */
  async #keep(parts: RunParts): Promise<void> {
    const { fs } = this.#place;
    const agreed = await this.#transaction(async (tx) => {
      const plan = await this.#plan(tx, parts, "push", { keeps: true });
      await using before = await fs.at(`v${tx.version}`);
      return await keepHostVersions({ ...parts, tx, before }, plan);
    });
    this.#takeIn(parts, { agreed, items: [] });
  }

  async #transaction<T>(
    work: (
      tx: Parameters<Parameters<TinyLogFS["transaction"]>[0]>[0],
    ) => Promise<T>,
  ): Promise<T> {
    const { fs } = this.#place;
    const { message, signal } = this.#options;
    const options: CommitOptions = {
      message: message ?? `mirror of ${this.#place.root}`,
      signal,
    };
    const { commit, value: { version, value } } = await fs.transaction(
      async (tx) => ({ version: tx.version, value: await work(tx) }),
      options,
    );
    const hasDone = commit.operationsCommitted > 0;
    this.#version = hasDone ? commit.version : version;
    if (hasDone) this.#commits++;
    return value;
  }

  async #push(parts: RunParts): Promise<void> {
    const { fs } = this.#place;
    await fs.refresh();
    await using view = await fs.at(`v${fs.version}`);
    this.#version = view.version;
    const { direction, dryRun = false } = this.#options;
    const towards = direction === "pull" ? "pull" : "push";
    const plan = await this.#plan(view, parts, towards);
    if (!dryRun) {
      const directory = this.#directory;
      await pushPlan({ ...parts, fs: view, directory }, plan);
    }
    this.#note(parts, plan, new Map());
  }

  /** Goes through the pond, and decides. */
  async #plan(
    fs: FileOperations,
    parts: RunParts,
    towards: "push" | "pull",
    { keeps = false }: { readonly keeps?: boolean } = {},
  ): Promise<Plan> {
    const { base, side, signal, top } = parts;
    const { deletes = false, prefer } = this.#options;
    const hostLeavesOut = side.rules.leavesOut.bind(side.rules);
    const filter = this.#filter;
    const walk = { top, filter, hostLeavesOut, base, signal };
    const { isNew } = this.#place;
    const pond = await walkPond(fs, { ...walk, isNew });
    for (const item of pond.items) this.#items.add(item);
    const threes = await withContents(
      this.#threesOf(pond.nodes, side, pond.rules),
      { fs, top, host: parts.host, side, signal },
    );
    for (const item of side.items) this.#items.add(item);
    const unknown = new Set([...side.unknown, ...pond.unknown]);
    const verdicts = reconcile(threes, { deletes, unknown });
    const decided = new Map<string, Verdict>();
    for (const [path, verdict] of verdicts) {
      const three = threes.get(path);
      const isOpen = verdict.kind === "conflict" && prefer && three && !keeps;
      decided.set(
        path,
        isOpen ? preferred(three, verdict, prefer) : directed(verdict, towards),
      );
    }
    return { threes, verdicts: decided };
  }

  /** Each path that belongs to the mirror, with what is known of it. */
  *#threesOf(
    pond: ReadonlyMap<string, PondNode>,
    { nodes, rules }: HostSide,
    pondRules: HostSide["rules"],
  ): Generator<readonly [string, Three]> {
    const { base } = this.#place;
    const filter = this.#filter;
    const out = new Map<string, boolean>();
    const isOut = (path: string, isDirectory: boolean): boolean => {
      const above = parentOf(path);
      if (above !== "" && isOutDirectory(above)) return true;
      const candidate = { path, isDirectory };
      return !filter.takes(candidate) || rules.leavesOut(candidate) ||
        pondRules.leavesOut(candidate);
    };
    const isOutDirectory = (path: string): boolean => {
      const known = out.get(path) ?? isOut(path, true);
      out.set(path, known);
      return known;
    };
    const paths = new Set([...pond.keys(), ...nodes.keys(), ...base.keys()]);
    for (const path of paths) {
      const three = {
        base: base.get(path),
        pond: pond.get(path),
        host: nodes.get(path),
      };
      const node = three.host ?? three.pond ?? three.base;
      const isDirectory = node?.fileType === "directory";
      if (isOut(path, isDirectory)) continue;
      // Where files are chosen, nothing is known of directories.
      if (filter.chooses && isDirectory) continue;
      yield [path, three];
    }
  }

  /** Notes what a transaction has agreed, for the rest of the run too. */
  #takeIn(
    { base, items, side }: RunParts,
    pulled: Pick<Pulled, "agreed" | "items">,
  ): void {
    for (const [path, { node, stat }] of pulled.agreed) {
      if (node === undefined) base.delete(path);
      else base.set(path, node);
      const known = side.nodes.get(path);
      if (!known || !node || known.fileType !== node.fileType) continue;
      const { content, sizeBytes } = node;
      const found = { ...known.found, ...(stat ? { stat } : {}) };
      side.nodes.set(path, { ...known, content, sizeBytes, found });
    }
    for (const item of pulled.items) items.add(item);
  }

  /** Notes what is agreed already, and what isn't done. */
  #note(
    parts: RunParts,
    { threes, verdicts }: Plan,
    done: ReadonlyMap<string, Agreed>,
  ): void {
    const { base, items, scannedMs } = parts;
    for (const [path, verdict] of verdicts) {
      const three = threes.get(path);
      if (three === undefined || done.has(path)) continue;
      if (verdict.kind === "gone") base.delete(path);
      if (verdict.kind === "agreed") agree(base, path, three, scannedMs);
      if (verdict.kind === "conflict") {
        const { fileType = "other", sizeBytes = 0 } = three.host ?? {};
        items.add({
          action: "conflict",
          fileType,
          path,
          sizeBytes,
          done: false,
          problem: verdict.problem,
        });
      }
      if (verdict.kind === "apply") {
        const to = verdict.to === "either" ? "host" : verdict.to;
        items.add(changeOf(path, three, to, verdict));
      }
    }
  }
}

/** A mode that both sides have changed is what the run carries over. */
function directed(verdict: Verdict, towards: "push" | "pull"): Verdict {
  if (verdict.kind !== "apply" || verdict.to !== "either") return verdict;
  return { ...verdict, to: towards === "push" ? "host" : "pond" };
}

/** A conflict that is decided; of directories it can't be. */
function preferred(
  { host, pond }: Three,
  verdict: Verdict,
  prefer: "pond" | "host",
): Verdict {
  const isOfDirectory = host?.fileType === "directory" ||
    pond?.fileType === "directory";
  if (isOfDirectory) return verdict;
  const to = prefer === "pond" ? "host" : "pond";
  return { kind: "apply", to, isHeld: false };
}

function agree(
  base: Map<string, BaseNode>,
  path: string,
  { host, pond }: Three,
  scannedMs: number,
): void {
  if (!pond || !host || pond.content === undefined) return;
  const { content, fileType, mode, nodeId, sizeBytes, version } = pond;
  const print = fileType === "file"
    ? fingerprintAt(host, scannedMs)
    : undefined;
  base.set(path, {
    fileType,
    mode,
    sizeBytes,
    content,
    pond: { nodeId, version },
    ...(print ? { host: print } : {}),
  });
}

function fingerprintAt({ found: { stat } }: HostSideNode, scannedMs: number) {
  return fingerprintOf(stat, scannedMs);
}

/** Whether an error ends a run in order: what it did is kept. */
export function endsInOrder(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || error instanceof PondError;
}
