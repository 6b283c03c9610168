/**
 * The pending rows of a transaction, column by column.
 *
 * Each operation is one row of `OplogEntry`, formatted once, when it is made:
 * the commit, the stage's queries and a snapshot all take it from here. The
 * columns only grow. A transaction that fails keeps them, and one that is
 * committed is followed by a new one.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import { invariant } from "../errors.ts";
import { encodeOplogEntries, type OplogEntry } from "../oplog/record.ts";
import { type Operation, rowOf } from "./operation.ts";

/** Estimate of what a row costs in memory beside its text and content. */
const ROW_OVERHEAD_BYTES = 400;

type Columns = { readonly [K in keyof OplogEntry]: OplogEntry[K][] };

/** The rows of a transaction that is not committed yet. */
export class TransactionState {
  /** The id that the transaction will have: 32 hexadecimal digits. */
  readonly id: string;
  /** When it began, microseconds since the epoch, UTC. */
  readonly startedAtUs: number;
  readonly #columns: Columns = {
    partId: [],
    nodeId: [],
    fileType: [],
    metadata: [],
    content: [],
    operation: [],
    nodeVersion: [],
    position: [],
    name: [],
    path: [],
  };
  #sizeBytes = 0;

  /**
   * Starts without rows.
   *
   * @param id 32 hexadecimal digits.
   * @param startedAtUs Microseconds since the epoch, UTC.
   */
  constructor(id: string, startedAtUs: number) {
    this.id = id;
    this.startedAtUs = startedAtUs;
  }

  /** How many operations. */
  get operationCount(): number {
    return this.#columns.nodeId.length;
  }

  /** Bytes that the rows hold in memory, estimated. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Adds the row of an operation. */
  append(operation: Operation): void {
    const columns = this.#columns;
    const row = rowOf(operation, columns.position.length);
    columns.partId.push(row.partId);
    columns.nodeId.push(row.nodeId);
    columns.fileType.push(row.fileType);
    columns.metadata.push(row.metadata);
    columns.content.push(row.content);
    columns.operation.push(row.operation);
    columns.nodeVersion.push(row.nodeVersion);
    columns.position.push(row.position);
    columns.name.push(row.name);
    columns.path.push(row.path);
    this.#sizeBytes += ROW_OVERHEAD_BYTES + row.metadata.length +
      (row.content?.length ?? 0);
  }

  /** The row of an operation. */
  entry(position: number): OplogEntry {
    const columns = this.#columns;
    const at = <T>(column: readonly T[]): T => {
      const cell = column[position];
      invariant(cell !== undefined, "a row has a cell in every column");
      return cell;
    };
    return {
      partId: at(columns.partId),
      nodeId: at(columns.nodeId),
      fileType: at(columns.fileType),
      metadata: at(columns.metadata),
      content: at(columns.content),
      operation: at(columns.operation),
      nodeVersion: at(columns.nodeVersion),
      position: at(columns.position),
      name: at(columns.name),
      path: at(columns.path),
    };
  }

  /** The rows, in the order of the operations. */
  *entries(): Generator<OplogEntry> {
    const { operationCount } = this;
    for (let i = 0; i < operationCount; i++) yield this.entry(i);
  }

  /**
   * The rows so far as an Arrow IPC stream of one record batch. They stay, and
   * later operations don't show in it.
   */
  snapshot(): Bytes {
    return encodeOplogEntries([...this.entries()]);
  }
}
