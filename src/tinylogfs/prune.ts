/**
 * Drops history: what no state from a revision on needs, nor a pinned one.
 *
 * ```text
 * versions from the bound on       all rows
 * the bound, and pinned versions   before it: the row of the transaction, the
 *                                  directories' records back to a snapshot, the
 *                                  rows of files that their entries point to
 * deletes between them             so that a node of a pinned state has its end
 * parts of series                  what the rows that stay lead back to
 * tags                             all rows
 * everything else                  goes
 * ```
 *
 * What a state needs of a partition is in that partition: it is asked for one
 * after the other, and forgotten. In memory are a data file and a few directories.
 *
 * Each branch has its own data files (hard links), so nothing is dropped of
 * another one.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { OplogTable, Record } from "../oplog/mod.ts";
import { type DirectoryChange, foldDirectory } from "../oplog/directory_log.ts";
import { type KeptEntries, pruneTable } from "../oplog/prune.ts";
import {
  decodeOplogEntries,
  type OplogEntry,
  TAG_PART_ID,
  TRANSACTION_PART_ID,
} from "../oplog/record.ts";
import { changeOf, directoryRecords } from "./directory_record.ts";
import { resolveRevision } from "./history.ts";
import { isState } from "./kept_history.ts";
import { DroppedBlobs } from "./prune_blobs.ts";
import { neededParts, partMark } from "./prune_series.ts";
import { openLine } from "./line.ts";
import type { MaintainedPond } from "./maintenance.ts";
import type { PruneOptions, PruneReport } from "./retention_types.ts";
import { parseRevision } from "./revision.ts";

/** So often it begins anew when others have merged what it has read. */
const MAX_ATTEMPTS = 5;

/** What is remembered of partitions: rows that are needed. */
const MAX_NEEDED = 100_000;

/**
 * Drops history of the branch.
 *
 * @param pins Versions whose states stay, in any order.
 * @throws {PondError} `REVISION_NOT_FOUND`; `VERSION_CONFLICT` when others merge
 *   files all the time: nothing is dropped then.
 */
export async function prunePond(
  pond: MaintainedPond,
  pins: readonly number[],
  { before, dryRun = false, signal }: PruneOptions,
): Promise<PruneReport> {
  const { author, host, line } = pond;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const table = await openLine(host, line, pond);
    const points = await pointsOf(
      table,
      pins,
      await boundOf(pond, table, before),
    );
    const pruning = new Pruning(table, points, signal);
    const result = await pruneTable({
      host,
      table,
      before: points.bound,
      keep: (record, source) => pruning.keep(record, source),
      userName: author,
      dryRun,
      signal,
    });
    if (result.status === "gave way") continue;
    const { status: _, ...counts } = result;
    const { rows, transactions } = pruning;
    const { bound: wholeSince, kept } = points;
    const blobs = await pruning.blobs.unnamed(
      host,
      pond,
      table,
      wholeSince,
      signal,
    );
    const report = { dryRun, wholeSince, kept, transactions, rows, blobs };
    return { ...report, ...counts };
  }
  throw new PondError(
    "VERSION_CONFLICT",
    "Cannot drop history: others merge its files all the time",
    { path: line, hint: "try again when less is written" },
  );
}

/** The version that a revision means. */
async function boundOf(
  { host }: MaintainedPond,
  table: OplogTable,
  text: string,
): Promise<number> {
  const revision = parseRevision(text, host.clock.nowUs());
  if (revision.kind !== "pending") {
    return await resolveRevision(table, revision, text);
  }
  throw new PondError(
    "INVALID_ARGUMENT",
    "Cannot drop what is before @pending: it is no version yet",
    { hint: "what is before the newest version: --before @" },
  );
}

/** Versions whose states stay. */
interface KeptPoints {
  /** From here on everything stays. */
  readonly bound: number;
  /** Those before it, in order. */
  readonly kept: readonly number[];
}

/**
 * The states that stay. What was dropped is gone: the bound never goes back, and
 * states that earlier prunes have kept go when they are older than asked for.
 */
async function pointsOf(
  table: OplogTable,
  pins: readonly number[],
  version: number,
): Promise<KeptPoints> {
  const bound = Math.max(
    await transactionBefore(table, version),
    table.wholeSince,
  );
  const kept = new Set<number>();
  for (const pin of pins) {
    if (pin >= bound) continue;
    const state = pin >= table.wholeSince
      ? await transactionBefore(table, pin)
      : pin;
    if (await isState(table, state)) kept.add(state);
  }
  const range = { minVersion: version, maxVersion: bound - 1 };
  if (version < bound && version < table.wholeSince) {
    const points = table.pointsOf(TRANSACTION_PART_ID, range);
    for await (const { version } of points) kept.add(version);
  }
  return { bound, kept: [...kept].sort((a, b) => a - b) };
}

/** A merge has a version, and the state of the transaction before it. */
async function transactionBefore(
  table: OplogTable,
  maxVersion: number,
): Promise<number> {
  const range = { maxVersion };
  const points = table.pointsOf(TRANSACTION_PART_ID, range);
  for await (const { version } of points) return version;
  return maxVersion;
}

/** Nodes whose rows of a version are needed. */
type Needed = ReadonlyMap<number, ReadonlySet<string>>;

/** Tells row by row what is kept. */
class Pruning {
  readonly #table: OplogTable;
  readonly #points: readonly number[];
  readonly #kept: ReadonlySet<number>;
  readonly #signal: AbortSignal | undefined;
  #parts: ReturnType<typeof neededParts> | undefined;
  readonly #needed = new Map<string, Needed>();
  #size = 0;
  /** Rows that go, so far. */
  rows = 0;
  /** Transactions that go, so far. */
  transactions = 0;
  /** Blobs of the rows, so far. */
  readonly blobs = new DroppedBlobs();

  constructor(
    table: OplogTable,
    { bound, kept }: KeptPoints,
    signal: AbortSignal | undefined,
  ) {
    this.#table = table;
    this.#signal = signal;
    this.#points = [...kept, bound];
    this.#kept = new Set(kept);
  }

  /** What is kept of a row from before the bound. */
  async keep(record: Record, source: string): Promise<KeptEntries> {
    const { content, partId, version } = record;
    const isPoint = this.#kept.has(version);
    if (isPoint && partId === TRANSACTION_PART_ID) return "all";
    if (partId === TRANSACTION_PART_ID) {
      this.transactions++;
      return "none";
    }
    // They are few, and the newest one may be older than anything else.
    if (partId === TAG_PART_ID) return "all";
    const wanted = isPoint ? undefined : (await this.#of(partId)).get(version);
    const entries = decodeOplogEntries(content, source);
    const kept: OplogEntry[] = [];
    for (const entry of entries) {
      const isKept = isPoint || wanted?.has(entry.nodeId) ||
        this.#isEnd(entry, version) || await this.#isPart(entry, source);
      if (isKept) kept.push(entry);
      if (isKept) this.blobs.keep(entry, source);
      else this.blobs.drop(entry, source);
    }
    if (kept.length === entries.length) return "all";
    this.rows += entries.length - kept.length;
    return kept;
  }

  /** The end of a node that an earlier state may have. */
  #isEnd({ operation }: OplogEntry, version: number): boolean {
    return operation === "delete" && version > (this.#points[0] ?? version);
  }

  /** Whether a row that stays leads back to a part of a series. */
  async #isPart(entry: OplogEntry, source: string): Promise<boolean> {
    if (partMark(entry, source) === undefined) return false;
    this.#parts ??= neededParts(
      this.#table,
      (entry, version) => this.#stays(entry, version),
      this.#signal,
    );
    const needed = (await this.#parts).get(entry.nodeId);
    return needed?.has(entry.nodeVersion) ?? false;
  }

  /** Whether a row of a file stays for what it is itself. */
  async #stays(
    { nodeId, partId }: OplogEntry,
    version: number,
  ): Promise<boolean> {
    if (version >= (this.#points.at(-1) ?? 0)) return true;
    if (this.#kept.has(version)) return true;
    return (await this.#of(partId)).get(version)?.has(nodeId) ?? false;
  }

  async #of(partId: string): Promise<Needed> {
    const known = this.#needed.get(partId);
    if (known !== undefined) return known;
    const needed = new Map<number, Set<string>>();
    for (const point of this.#points) await this.#ask(partId, point, needed);
    this.#needed.set(partId, needed);
    this.#size += sizeOf(needed);
    for (const [oldest, rows] of this.#needed) {
      if (this.#size <= MAX_NEEDED || oldest === partId) break;
      this.#size -= sizeOf(rows);
      this.#needed.delete(oldest);
    }
    return needed;
  }

  /** What the state of a version needs of a partition, read as readers do. */
  async #ask(
    partId: string,
    maxVersion: number,
    needed: Map<number, Set<string>>,
  ): Promise<void> {
    const need = (version: number, nodeId: string) => {
      const nodes = needed.get(version);
      if (nodes === undefined) needed.set(version, new Set([nodeId]));
      else nodes.add(nodeId);
    };
    const changes: DirectoryChange[] = [];
    const records = directoryRecords(this.#table, partId, { maxVersion });
    for await (const { entry, record } of records) {
      // It isn't there any more: nothing of it is needed.
      if (changes.length === 0 && entry.operation === "delete") return;
      need(record.version, partId);
      const change = changeOf(entry, record.source);
      changes.push(change);
      if (change.snapshot) break;
    }
    for (const entry of foldDirectory(changes).entries.values()) {
      if (entry.childType === "directory") continue;
      need(entry.childVersion, entry.childNodeId);
    }
  }
}

function sizeOf(needed: Needed): number {
  let size = 1;
  for (const nodes of needed.values()) size += nodes.size;
  return size;
}
