/**
 * Changes of any Delta table, made at once.
 *
 * A transaction is on the version that was the newest when it began. Rows that
 * it appends are written, and flushed, when they come; nobody sees them before
 * the commit. Where another commit was first, and touches neither what was read
 * nor what is removed (`write_conflict.ts`), it is made after that one.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#transactional-delta-log}
 * @module
 */
import {
  bestEffort,
  ConflictError,
  hasCode,
  PondError,
} from "../../../errors.ts";
import type { Host } from "../../../host/host.ts";
import { backOff } from "../../backoff.ts";
import type { DataField, DataStruct, DataValue } from "../../data_type.ts";
import type { TableStore } from "../../store/store.ts";
import {
  type AddFile,
  canonical,
  type MetaData,
  type RemoveFile,
  type SetTransaction,
} from "../actions.ts";
import type { RowBatch, RowOptions } from "../rows.ts";
import { parseSchema } from "../schema_reader.ts";
import type { Snapshot } from "../table_state.ts";
import type {
  DeltaChanges,
  DeltaCommit,
  DeltaCommitResult,
} from "../transaction.ts";
import { partitionText } from "./partition_text.ts";
import { encodeRows } from "./row_file.ts";
import { checkedValues, type RowValues } from "./row_values.ts";
import { type ColumnDefinition, withColumns } from "./schema_text.ts";
import { isIn, type PartitionFilter, writeConflict } from "./write_conflict.ts";

/** A table that is written to; `DeltaTable` is one. */
export interface WrittenTable {
  /** What it is called. */
  readonly directory: string;
  /** Where it is kept. */
  readonly store: TableStore;
  /** Its newest state that is known. */
  readonly snapshot: Snapshot;
  /** Reads rows of that state. */
  rows(options: RowOptions): AsyncGenerator<RowBatch>;
  /** Commits as the version after it. */
  commit(commit: DeltaCommit): Promise<DeltaCommitResult>;
  /** Takes in what others have committed. */
  refresh(): Promise<DeltaChanges>;
  /** Does what is due after a commit. */
  maintain(): Promise<void>;
}

/** Values of partition columns: only rows with all of them are meant. */
export type PartitionValues = Readonly<Record<string, DataValue>>;

/** Options of committing a transaction. */
export interface TableCommitOptions {
  /** What was done, by Delta's names: `WRITE` when left out. */
  readonly operation?: string;
  /** With what, for people who read the history. */
  readonly operationParameters?: Readonly<Record<string, string>>;
  /** How often it is tried again when others are faster; 50 when left out. */
  readonly retries?: number;
  /** Ends it before it is made. */
  readonly signal?: AbortSignal;
}

/** How a transaction ended. */
export interface TableCommitResult {
  /**
   * `committed`; `present` when its application had made it already;
   * `nothing` when there was nothing to do.
   */
  readonly status: "committed" | "present" | "nothing";
  /** Its version; the newest one known where it is none. */
  readonly version: number;
}

const RETRIES = 50;

/** Changes of a table, made at once. */
export class TableTransaction {
  readonly #host: Host;
  readonly #table: WrittenTable;
  readonly #metaData: MetaData;
  readonly #added: AddFile[] = [];
  readonly #written: string[] = [];
  readonly #removed = new Map<string, AddFile>();
  readonly #reads: PartitionFilter[] = [];
  readonly #applications = new Map<string, SetTransaction>();
  #schemaString: string;
  #hasEnded = false;

  /**
   * @param host The platform.
   * @param table The table, as an object that nobody else has.
   * @ignore
   */
  constructor(host: Host, table: WrittenTable) {
    this.#host = host;
    this.#table = table;
    this.#metaData = table.snapshot.metaData;
    this.#schemaString = this.#metaData.schemaString;
  }

  /** The version that it is on. */
  get version(): number {
    return this.#table.snapshot.version;
  }

  /** The columns, with those that it adds. */
  columns(): readonly DataField[] {
    return parseSchema(this.#schemaString, "none", this.#table.directory);
  }

  /**
   * Reads rows of the version that it is on. A commit of others that changes
   * any of them, or adds some like them, is a conflict from then on.
   *
   * @param partition Only rows with these values of partition columns.
   */
  async *rows(partition: PartitionValues = {}): AsyncGenerator<RowBatch> {
    const filter = this.#filterOf(partition);
    this.#reads.push(filter);
    for (const add of this.#filesIn(filter)) {
      yield* this.#table.rows({ files: [add] });
    }
  }

  /**
   * Appends rows.
   *
   * @param rows Arrays of one length, by the names of the columns; columns that
   *   are left out are null.
   * @throws {PondError} `INVALID_ARGUMENT` for what the columns don't take.
   */
  async append(rows: RowValues): Promise<void> {
    this.#requireOpen();
    const columns = this.columns();
    const { values, numRows } = checkedValues(columns, rows);
    await this.#write(columns, values, numRows);
  }

  /**
   * Adds columns, which come last; rows that are there have null in them.
   *
   * @throws {PondError} `INVALID_ARGUMENT` for a column that takes no nulls, or is
   *   there.
   */
  addColumns(columns: readonly ColumnDefinition[]): void {
    this.#requireOpen();
    this.#schemaString = withColumns(this.#schemaString, columns);
  }

  /**
   * Removes all rows, or those of partitions, without reading them.
   *
   * @param partition Only rows with these values of partition columns.
   * @returns How many files go.
   * @throws {PondError} `UNSUPPORTED` when the table takes rows only.
   */
  removeRows(partition: PartitionValues = {}): number {
    this.#requireRemovable();
    const filter = this.#filterOf(partition);
    this.#reads.push(filter);
    const files = this.#filesIn(filter);
    for (const add of files) this.#removed.set(add.path, add);
    return files.length;
  }

  /**
   * Removes the rows that a function chooses: their files are written again
   * without them.
   *
   * @param isRemoved Tells of a row, by the names of the columns, whether it goes.
   * @param partition Only rows with these values of partition columns are asked
   *   for.
   * @returns How many rows go.
   * @throws {PondError} `UNSUPPORTED` when the table takes rows only, or keeps a
   *   feed of changed rows.
   */
  async deleteRows(
    isRemoved: (row: DataStruct) => boolean,
    partition: PartitionValues = {},
  ): Promise<number> {
    this.#requireRemovable();
    this.#requireNoFeed();
    const filter = this.#filterOf(partition);
    this.#reads.push(filter);
    let count = 0;
    for (const add of this.#filesIn(filter)) {
      const kept = new KeptRows(isRemoved);
      for await (const batch of this.#table.rows({ files: [add] })) {
        kept.take(batch);
      }
      if (kept.removed === 0) continue;
      count += kept.removed;
      this.#removed.set(add.path, add);
      if (kept.numRows > 0) {
        await this.#write(kept.columns, kept.values, kept.numRows);
      }
    }
    return count;
  }

  /**
   * Says how far an application has come. A transaction whose version, or a
   * later one, the table has is not made a second time.
   *
   * @param appId The application.
   * @param version Its own counter, which grows.
   */
  setApplication(appId: string, version: number): void {
    this.#requireOpen();
    this.#applications.set(appId, {
      appId,
      version,
      lastUpdated: this.#nowMs(),
    });
  }

  /**
   * Makes the transaction.
   *
   * @throws {ConflictError} When a commit of others was first that changed what
   *   this one has read or removes; nothing was done then.
   * @throws {PondError} `UNSUPPORTED`, naming the feature; `LOCKED` when others
   *   were faster each time; `OUTCOME_UNKNOWN`.
   */
  async commit(options: TableCommitOptions = {}): Promise<TableCommitResult> {
    this.#requireOpen();
    this.#hasEnded = true;
    try {
      const result = await this.#attempts(options);
      if (result.status !== "committed") await this.#discard();
      return result;
    } catch (error) {
      if (!hasCode(error, "OUTCOME_UNKNOWN")) await this.#discard();
      throw error;
    }
  }

  /** Drops everything; the files that were written are removed. */
  async drop(): Promise<void> {
    this.#requireOpen();
    this.#hasEnded = true;
    await this.#discard();
  }

  async #attempts(
    {
      operation = "WRITE",
      operationParameters = {},
      retries = RETRIES,
      signal,
    }: TableCommitOptions,
  ): Promise<TableCommitResult> {
    const nothing = this.#added.length === 0 && this.#removed.size === 0 &&
      this.#applications.size === 0 && !this.#changesTable;
    if (nothing) return { status: "nothing", version: this.version };
    const txnId = this.#host.random.uuidHex();
    for (let attempt = 0;; attempt++) {
      signal?.throwIfAborted();
      if (this.#isPresent()) {
        return { status: "present", version: this.version };
      }
      const { status } = await this.#table.commit({
        adds: this.#added,
        removes: this.#removes(),
        transactions: [...this.#applications.values()],
        ...(this.#changesTable
          ? {
            metaData: { ...this.#metaData, schemaString: this.#schemaString },
          }
          : {}),
        isBlindAppend: this.#isBlind,
        isolationLevel: "Serializable",
        // By this it is known again when an answer is lost.
        commitInfo: { operation, operationParameters, txnId },
        timestampMs: this.#nowMs(),
      });
      if (status === "committed") {
        await this.#table.maintain();
        return { status, version: this.version };
      }
      if (attempt >= retries) throw tooSlow(this.#table.directory, attempt + 1);
      await this.#takeIn();
      await backOff(this.#host, attempt + 1, signal);
    }
  }

  /** Goes on to what others have committed, if that is possible. */
  async #takeIn(): Promise<void> {
    const { metaData, protocol } = this.#table.snapshot;
    const first = this.version + 1;
    const { changes } = await this.#table.refresh();
    const after = this.#table.snapshot;
    const other = {
      changedMetaData: !isSame(metaData, after.metaData),
      changedProtocol: !isSame(protocol, after.protocol),
    };
    const scope = {
      reads: this.#reads,
      removes: new Set(this.#removed.keys()),
      changesTable: this.#changesTable,
    };
    for (const [i, change] of changes.entries()) {
      const problem = writeConflict(scope, { change, ...other });
      if (problem === undefined) continue;
      throw new ConflictError(this.#table.directory, first + i, problem);
    }
  }

  /** Whether its application has made it already. */
  #isPresent(): boolean {
    const { transactions } = this.#table.snapshot;
    return [...this.#applications.values()].some(({ appId, version }) =>
      (transactions.get(appId)?.version ?? -Infinity) >= version
    );
  }

  get #changesTable(): boolean {
    return this.#schemaString !== this.#metaData.schemaString;
  }

  /** Only rows, which depend on nothing that was read. */
  get #isBlind(): boolean {
    return this.#reads.length === 0 && this.#removed.size === 0 &&
      !this.#changesTable;
  }

  #removes(): RemoveFile[] {
    const deletionTimestamp = this.#nowMs();
    return [...this.#removed.values()].map((
      { path, partitionValues, size, deletionVector },
    ) => ({
      path,
      deletionTimestamp,
      dataChange: true,
      extendedFileMetadata: true,
      partitionValues,
      size,
      ...(deletionVector ? { deletionVector } : {}),
    }));
  }

  async #write(
    columns: readonly DataField[],
    values: readonly (readonly DataValue[])[],
    numRows: number,
  ): Promise<void> {
    const files = await encodeRows(
      {
        columns,
        metaData: this.#metaData,
        random: this.#host.random,
        nowMs: this.#nowMs(),
      },
      values,
      numRows,
    );
    for (const { path } of files) this.#written.push(path);
    await this.#table.store.put(files.map(({ path, bytes }) => ({
      path,
      bytes,
    })));
    this.#added.push(...files.map(({ add }) => add));
  }

  async #discard(): Promise<void> {
    for (const path of this.#written) {
      await bestEffort(() => this.#table.store.delete(path));
    }
  }

  /** The files of partitions that the transaction leaves there. */
  #filesIn(filter: PartitionFilter): AddFile[] {
    return [...this.#table.snapshot.adds].filter((add) =>
      isIn(add, filter) && !this.#removed.has(add.path)
    );
  }

  #filterOf(partition: PartitionValues): PartitionFilter {
    const { partitionColumns } = this.#metaData;
    const columns = this.columns();
    return Object.fromEntries(
      Object.entries(partition).map(([name, value]) => {
        const field = columns.find((field) => field.name === name);
        if (field === undefined || !partitionColumns.includes(name)) {
          throw new PondError(
            "INVALID_ARGUMENT",
            `Cannot choose rows by ${name}: it is no partition column`,
            { hint: `partition columns: ${partitionColumns.join(", ")}` },
          );
        }
        return [name, partitionText(field, value)];
      }),
    );
  }

  #nowMs(): number {
    return Math.floor(this.#host.clock.nowUs() / 1000);
  }

  #requireOpen(): void {
    if (!this.#hasEnded) return;
    throw new TypeError("Cannot change a transaction that has ended");
  }

  #requireRemovable(): void {
    this.#requireOpen();
    if (this.#metaData.configuration["delta.appendOnly"] !== "true") return;
    throw new PondError(
      "UNSUPPORTED",
      `Cannot remove rows from ${this.#table.directory}: it takes rows only (delta.appendOnly)`,
      { path: this.#table.directory, hint: "change that setting first" },
    );
  }

  /** A feed of changed rows would have to name those that were removed. */
  #requireNoFeed(): void {
    const { configuration } = this.#metaData;
    if (configuration["delta.enableChangeDataFeed"] !== "true") return;
    throw new PondError(
      "UNSUPPORTED",
      `Cannot remove single rows from ${this.#table.directory}: it requires changeDataFeed`,
      { path: this.#table.directory, hint: "remove whole partitions" },
    );
  }
}

/** The rows of a file that stay. */
class KeptRows {
  removed = 0;
  numRows = 0;
  columns: readonly DataField[] = [];
  readonly values: DataValue[][] = [];
  readonly #isRemoved: (row: DataStruct) => boolean;

  constructor(isRemoved: (row: DataStruct) => boolean) {
    this.#isRemoved = isRemoved;
  }

  take({ columns, numRows, values }: RowBatch): void {
    this.columns = columns;
    for (let row = 0; row < numRows; row++) {
      const cells = columns.map((_, i) => values[i]?.[row] ?? null);
      const named = columns.map(({ name }, i) => [name, cells[i] ?? null]);
      if (this.#isRemoved(Object.fromEntries(named))) {
        this.removed++;
        continue;
      }
      this.numRows++;
      for (const [i, cell] of cells.entries()) {
        (this.values[i] ??= []).push(cell);
      }
    }
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || canonical(a) === canonical(b);
}

function tooSlow(path: string, attempts: number): PondError {
  return new PondError(
    "LOCKED",
    `Cannot commit to ${path}: others took the next version ${attempts} times`,
    { path, hint: "try again" },
  );
}
