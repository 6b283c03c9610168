/**
 * Attempts to commit, and what is said of them when an answer was lost.
 *
 * @module
 */
import type { Operation } from "./operation.ts";
import type { Selection } from "./selection.ts";
import type { CommitResult } from "./types.ts";

/** The operations of an attempt. */
export interface Sent {
  /** The operations. */
  readonly chosen: readonly Operation[];
  /** What was asked for. */
  readonly selection: Selection | undefined;
  /** Whether they are a plan, which is made anew, and nobody's pending work. */
  readonly isPlan: boolean;
}

/** The result of an attempt that nobody was told of. */
export interface Settled {
  /** What it did. */
  readonly result: CommitResult;
  /** What was asked for. */
  readonly selection: Selection | undefined;
}

/** Whether two selections ask for the same. */
export function isSame(
  a: Selection | undefined,
  b: Selection | undefined,
): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What two commits did, said as one. */
export function sumOf(
  earlier: CommitResult,
  result: CommitResult,
): CommitResult {
  const last = result.operationsCommitted > 0 ? result : earlier;
  return {
    operationsCommitted: earlier.operationsCommitted +
      result.operationsCommitted,
    transactionId: last.transactionId,
    version: last.version,
    commitDuration: earlier.commitDuration + result.commitDuration,
    bytesWritten: earlier.bytesWritten + result.bytesWritten,
    recordBatchSize: earlier.recordBatchSize + result.recordBatchSize,
  };
}
