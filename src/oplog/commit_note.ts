/**
 * What the log says about a commit of pond.
 *
 * @module
 */

/** What is said about a commit in the log, for people. */
export interface CommitNote {
  /** Such as `WRITE` or `CREATE TABLE`. */
  readonly operation: string;
  /** The transaction's id: a commit whose answer was lost is known by it. */
  readonly transactionId: string;
  /** Who. */
  readonly userName: string;
  /** Why. */
  readonly message: string;
  /** How many operations. */
  readonly operations: number;
  /** Version of an application's own counter to move on (Delta's `txn`). */
  readonly application?: { readonly appId: string; readonly version: number };
}

/** The note as `commitInfo` has it. */
export function commitInfoOf(note: CommitNote): {
  operation: string;
  operationParameters: { message: string };
  operationMetrics: { numOperations: string };
  userName: string;
  txnId: string;
} {
  return {
    operation: note.operation,
    operationParameters: { message: note.message },
    operationMetrics: { numOperations: String(note.operations) },
    userName: note.userName,
    txnId: note.transactionId,
  };
}
