/**
 * The pending work of one filesystem: the operations of its own process, on
 * top of those that are staged if it was opened with the stage.
 *
 * The stage may stop fitting: when another process commits a change of the same
 * without it. Then there is no state to look at, only operations to look at, to
 * commit (which says why it can't) and to revert.
 *
 * @module
 */
import { ConflictError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import type { ForeignCommit, OplogEntry, OplogTable } from "../oplog/mod.ts";
import { ROOT_PART_ID } from "../oplog/record.ts";
import type { BlobStore } from "./blobs.ts";
import type { Directories } from "./directories.ts";
import type { Selected } from "./selection.ts";
import type { SharedTable } from "./shared_table.ts";
import type { Stage, StageFile } from "./stage.ts";
import { type Operation, rowOf } from "./operation.ts";
import { Transaction } from "./transaction.ts";
import { TransactionState } from "./transaction_state.ts";

/** What pending work belongs to. */
export interface PendingParts {
  /** The platform. */
  readonly host: Host;
  /** The pond's directory. */
  readonly path: string;
  /** The pond's identity. */
  readonly pondId: string;
  /** Where commits go. */
  readonly shared: SharedTable;
  /** The committed state that the operations are made on. */
  readonly directories: Directories;
  /** Where their large content lies. */
  readonly blobs: Pick<BlobStore, "flush">;
  /** Whether what is staged is pending here. */
  readonly staged: boolean;
}

/** What one file of the stage holds. */
interface StagedOperations {
  readonly file: StageFile;
  readonly operations: readonly Operation[];
}

/** Divides operations; it is told where the nodes are after the last one. */
export type Divide = (
  operations: readonly Operation[],
  paths: ReadonlyMap<string, string>,
) => Selected;

/** Collects operations until they are committed, staged or dropped. */
export class Pending {
  readonly #parts: PendingParts;
  readonly #table: OplogTable;
  readonly #directories: Directories;
  #openedStage: Stage | undefined;
  #transaction: Transaction;
  /** The version of the pond that the transaction was built on. */
  #builtOn: number;
  /** What of the stage is part of the transaction. */
  #staged: readonly StagedOperations[] = [];
  #conflict: ConflictError | undefined;

  /** @param parts What it belongs to. */
  constructor(parts: PendingParts) {
    this.#parts = parts;
    this.#table = parts.shared.table;
    this.#directories = parts.directories;
    this.#transaction = this.#empty(parts.host.random.uuidHex());
    this.#builtOn = this.#table.transactionVersion;
  }

  /**
   * The transaction; another one after each commit.
   *
   * @throws {ConflictError} When the stage no longer fits.
   */
  get transaction(): Transaction {
    if (this.#conflict) throw this.#conflict;
    return this.#transaction;
  }

  /** The id that the transaction will have. */
  get transactionId(): string {
    return this.#transaction.id;
  }

  /** The operations in order, whether they fit or not. */
  get operations(): readonly Operation[] {
    return this.#conflict
      ? [...this.#stagedOperations(), ...this.#transaction.operations]
      : this.#transaction.operations;
  }

  /** Their rows, whether they fit or not. */
  get rows(): readonly OplogEntry[] {
    return this.#conflict
      ? this.operations.map(rowOf)
      : [...this.#transaction.state.entries()];
  }

  /** Why the stage no longer fits. */
  get conflict(): ConflictError | undefined {
    return this.#conflict;
  }

  /** Whether what is staged is pending here. */
  get withStage(): boolean {
    return this.#parts.staged;
  }

  /** The application's counter that a commit moves on; none without a stage. */
  get stageCounter():
    | { readonly appId: string; readonly version: number }
    | undefined {
    const last = this.#staged.at(-1);
    return last && { appId: this.#stageId(), version: last.file.sequence };
  }

  /** Whether the operations were checked against the newest known version. */
  get isCurrent(): boolean {
    return this.#builtOn === this.#table.transactionVersion;
  }

  /** The transaction's own commit, when it was seen among those of others. */
  get made(): ForeignCommit | undefined {
    return this.#parts.shared.made(this.#transaction.id);
  }

  /** Adds operations: all of them, or none. */
  async apply(operations: readonly Operation[]): Promise<void> {
    const { transaction } = this;
    const { length } = transaction.operations;
    try {
      await transaction.apply(operations);
    } catch (error) {
      if (transaction.operations.length > length) {
        const before = transaction.operations.slice(0, length);
        this.#transaction = await this.#built(transaction.id, before);
      }
      throw error;
    }
  }

  /**
   * Takes in what other processes have committed and staged, and puts the
   * operations of this one on top.
   *
   * Nothing is put on top when the transaction's own commit is among those
   * that were taken in: see {@linkcode made} and {@linkcode settle}.
   *
   * @throws {ConflictError} When the operations of this process no longer fit;
   *   they stay, and are checked again before they are committed.
   */
  async reload(): Promise<void> {
    await this.#takeIn();
    let staged = await this.#readStage();
    // Between the two looks the stage may have been committed: then neither
    // has shown it.
    while (staged.length > 0 || this.#staged.length > 0) {
      const { version } = this.#table;
      await this.#takeIn();
      if (this.#table.version === version) break;
      staged = await this.#readStage();
    }
    if (this.made === undefined) await this.#rebuild(staged);
  }

  /**
   * Takes in what other processes have committed and staged, before the
   * operations are committed.
   *
   * @throws {ConflictError} When anything no longer fits.
   */
  async reloadToCommit(): Promise<void> {
    await this.reload();
    if (this.#conflict) throw this.#conflict;
  }

  /**
   * The transaction's own commit has been made, of these operations: the others
   * are pending now.
   */
  async settle(committed: readonly Operation[]): Promise<void> {
    const done = new Set(committed.map(keyOf));
    const own = this.#ownOperations().filter((o) => !done.has(keyOf(o)));
    await this.#discardStaged();
    this.#transaction = await this.#built(this.#newId(), own);
    this.#staged = [];
    await this.#rebuild(await this.#readStage());
  }

  /** Bytes that the operations hold in memory, estimated. */
  get bytes(): number {
    if (!this.#conflict) return this.#transaction.state.sizeBytes;
    return this.operations.reduce(
      (sum, { content }) => sum + (content?.length ?? 0),
      0,
    );
  }

  /**
   * Holds off other processes that add to the stage or commit it, and clears
   * away what one of them has left that ended before its commit.
   */
  async lock(): Promise<AsyncDisposable> {
    const stage = await this.#stage();
    return await stage.lock(async () => {
      await this.#takeIn();
      return this.#committedCounter();
    });
  }

  /** Reads the committed root again, and forgets every other directory. */
  async reread(): Promise<void> {
    await this.#takeIn();
    this.#parts.shared.directories.invalidate("all");
    await this.#directories.load(ROOT_PART_ID);
  }

  /** Whether anything is pending, or has been staged by now. */
  async hasAny(): Promise<boolean> {
    if (this.operations.length > 0) return true;
    return this.#parts.staged && (await this.#stageFiles()).length > 0;
  }

  /**
   * Stages the operations of this process. Call it under the lock. Where what
   * is staged isn't pending here, they are pending no more.
   *
   * @throws {ConflictError} When they don't fit on what is staged.
   */
  async stageOwn(): Promise<number> {
    const own = this.#ownOperations();
    if (own.length === 0) return 0;
    const stage = await this.#stage();
    if (!this.#parts.staged) {
      const below = operationsOf(await this.#readStageFiles());
      await this.#built(this.#transaction.id, [...below, ...own]);
    }
    await this.#parts.blobs.flush();
    const file = await stage.append(own, await this.#stageTop());
    if (this.#parts.staged) {
      this.#staged = [...this.#staged, { file, operations: own }];
    } else this.#clear();
    return own.length;
  }

  /**
   * Stages what a partial commit leaves, valid from that commit on. Call it
   * under the lock, when everything is staged.
   */
  async stageRest(rest: readonly Operation[]): Promise<void> {
    const replaces = this.stageCounter?.version ?? 0;
    const stage = await this.#stage();
    await stage.append(rest, await this.#stageTop(), { replaces });
  }

  /** Everything pending was committed. */
  async committed(): Promise<void> {
    await this.#discardStaged();
    this.#clear();
  }

  /** A part was committed: the rest is pending now. */
  async committedPart({ rest }: Selected): Promise<void> {
    await this.#discardStaged();
    this.#staged = await this.#readStage();
    this.#transaction = await this.#built(this.#newId(), rest);
    this.#builtOn = this.#table.transactionVersion;
  }

  /** Drops all operations but the first ones. */
  async truncate(count: number): Promise<void> {
    const { id, operations } = this.transaction;
    if (operations.length <= count) return;
    this.#transaction = await this.#built(id, operations.slice(0, count));
  }

  /** Drops the operations of this process. */
  async dropOwn(): Promise<void> {
    const below = this.#conflict ? [] : this.#stagedOperations();
    this.#transaction = await this.#built(this.#newId(), below);
  }

  /** Drops everything, what is staged with it. Call it under the lock. */
  async drop(): Promise<void> {
    if (this.#staged.length > 0) {
      await (await this.#stage()).remove(this.#staged.map(({ file }) => file));
    }
    this.#conflict = undefined;
    this.#clear();
  }

  /**
   * Drops a part of the operations. Where they are staged, call it under the
   * lock.
   *
   * @param divide Says which, of all operations in order.
   * @returns How many were dropped.
   */
  async dropPart(divide: Divide): Promise<number> {
    const own = this.#ownOperations();
    const staged = await this.#readStage();
    const paths = this.#conflict ? new Map() : await this.#transaction.paths();
    const all = [...operationsOf(staged), ...own];
    const { chosen, rest } = divide(all, paths);
    if (chosen.length === 0) return 0;
    const left = new Set(rest);
    const ownRest = own.filter((operation) => left.has(operation));
    const below = operationsOf(staged).filter((it) => left.has(it));
    const conflict = await this.#conflictIn(below);
    const transaction = await this.#built(
      this.#newId(),
      conflict ? ownRest : [...below, ...ownRest],
    );
    this.#staged = await this.#stageInstead(staged, below);
    this.#conflict = conflict;
    this.#transaction = transaction;
    this.#builtOn = this.#table.transactionVersion;
    return chosen.length;
  }

  // === Inside ===

  /** One file takes the place of all: the stage is the old one, or the new. */
  async #stageInstead(
    staged: readonly StagedOperations[],
    operations: readonly Operation[],
  ): Promise<readonly StagedOperations[]> {
    const last = staged.at(-1);
    const isSame = operations.length === operationsOf(staged).length;
    if (last === undefined || isSame) return staged;
    const stage = await this.#stage();
    const standing = { instead: last.file.sequence };
    const file = await stage.append(
      operations,
      await this.#stageTop(),
      standing,
    );
    await stage.discard(staged.map(({ file }) => file));
    return [{ file, operations }];
  }

  #clear(): void {
    this.#staged = [];
    this.#transaction = this.#empty(this.#newId());
    this.#builtOn = this.#table.transactionVersion;
  }

  async #rebuild(staged: readonly StagedOperations[]): Promise<void> {
    const { id } = this.#transaction;
    const own = this.#ownOperations();
    this.#conflict = await this.#conflictIn(operationsOf(staged));
    const below = this.#conflict ? [] : operationsOf(staged);
    this.#transaction = await this.#built(id, [...below, ...own]);
    this.#staged = staged;
    this.#builtOn = this.#table.transactionVersion;
  }

  /** For the transaction after this one, whose outcome is known. */
  #newId(): string {
    this.#parts.shared.forget(this.#transaction.id);
    return this.#parts.host.random.uuidHex();
  }

  #empty(id: string): Transaction {
    const { clock } = this.#parts.host;
    const state = new TransactionState(id, clock.nowUs());
    return new Transaction(state, this.#directories);
  }

  async #built(
    id: string,
    operations: readonly Operation[],
  ): Promise<Transaction> {
    const transaction = this.#empty(id);
    try {
      await transaction.apply(operations);
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      const { withTheirs } = await import("./conflict.ts");
      throw await withTheirs(error, this.#table);
    }
    return transaction;
  }

  #stagedOperations(): readonly Operation[] {
    return operationsOf(this.#staged);
  }

  /** Removes what is committed, and was staged before. */
  async #discardStaged(): Promise<void> {
    if (this.#staged.length === 0) return;
    await (await this.#stage()).discard(this.#staged.map(({ file }) => file));
  }

  /** Loaded when something is staged. */
  async #stage(): Promise<Stage> {
    if (this.#openedStage === undefined) {
      const { Stage } = await import("./stage.ts");
      this.#openedStage ??= new Stage(this.#parts.host, this.#parts.path);
    }
    return this.#openedStage;
  }

  /** The operations that aren't staged. */
  #ownOperations(): readonly Operation[] {
    const { operations } = this.#transaction;
    if (this.#conflict) return operations;
    return operations.slice(this.#stagedOperations().length);
  }

  async #conflictIn(
    staged: readonly Operation[],
  ): Promise<ConflictError | undefined> {
    try {
      await this.#built(this.#transaction.id, staged);
      return undefined;
    } catch (error) {
      if (error instanceof ConflictError) return error;
      throw error;
    }
  }

  /** Takes in commits, the transaction's own too if it's among them. */
  async #takeIn(): Promise<void> {
    await this.#parts.shared.refresh();
    this.#directories.advance();
  }

  async #readStage(): Promise<StagedOperations[]> {
    return this.#parts.staged ? await this.#readStageFiles() : [];
  }

  async #readStageFiles(): Promise<StagedOperations[]> {
    let read: StagedOperations[] = [];
    for (const file of await this.#stageFiles()) {
      const stage = await this.#stage();
      const content = await stage.read(file, this.#committedCounter());
      // Committed or dropped since it was listed, or not valid yet.
      if (content === undefined) continue;
      const { instead, operations } = content;
      read = read.filter(({ file }) => file.sequence > instead);
      read.push({ file, operations });
    }
    return read;
  }

  async #stageFiles(): Promise<StageFile[]> {
    return await (await this.#stage()).list(this.#committedCounter());
  }

  async #stageTop(): Promise<number> {
    const highest = await (await this.#stage()).highest();
    return Math.max(this.#committedCounter(), highest, 0);
  }

  /** The number up to which files of the stage are done. */
  #committedCounter(): number {
    return this.#table.applicationVersion(this.#stageId());
  }

  #stageId(): string {
    return `pond-stage:${this.#parts.pondId}`;
  }
}

/** A node has one operation for each of its versions. */
function keyOf({ nodeId, nodeVersion }: Operation): string {
  return `${nodeId} ${nodeVersion}`;
}

function operationsOf(staged: readonly StagedOperations[]): Operation[] {
  return staged.flatMap(({ operations }) => operations);
}
