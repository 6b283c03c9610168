/**
 * What goes into a commit, and what comes of it.
 *
 * @module
 */
import { VERSION } from "../../version.ts";
import type {
  Action,
  AddFile,
  CommitInfo,
  MetaData,
  RemoveFile,
  SetTransaction,
} from "./actions.ts";
import { ENGINE_NAME } from "./digest.ts";
import type { StateChange } from "./table_state.ts";

/** What a commit shall do. */
export interface DeltaCommit {
  /** Data files that were written, and flushed. */
  readonly adds?: readonly AddFile[];
  /** Resolves when they are; they are already when left out. */
  readonly durable?: () => Promise<void>;
  /** Data files that go. */
  readonly removes?: readonly RemoveFile[];
  /** The table's schema and settings, where they change. */
  readonly metaData?: MetaData;
  /** Whether it depends on nothing that was read; false when left out. */
  readonly isBlindAppend?: boolean;
  /** What was checked against others; `SnapshotIsolation` when left out. */
  readonly isolationLevel?: "Serializable" | "SnapshotIsolation";
  /** How far applications have come. */
  readonly transactions?: readonly SetTransaction[];
  /** What is said of it. */
  readonly commitInfo: CommitInfo;
  /** Its time, milliseconds since the epoch. */
  readonly timestampMs: number;
}

/** How a commit ended. */
export type DeltaCommitResult =
  | { readonly status: "committed"; readonly bytesWritten: number }
  /** Another writer took the version: refresh, and try again. */
  | { readonly status: "taken" };

/** A commit of another writer, or of this one if its answer was lost. */
export interface ForeignCommit {
  /** Its version. */
  readonly version: number;
  /** The id of its transaction, where its writer said one. */
  readonly transactionId: string | undefined;
  /** Bytes of its data files and of itself. */
  readonly sizeBytes: number;
}

/** What others have committed. */
export interface DeltaChanges {
  /** Data files that came; one that went again is among `removed`. */
  readonly added: readonly AddFile[];
  /** Data files that went. */
  readonly removed: readonly RemoveFile[];
  /** What each commit changed, in order. */
  readonly changes: readonly StateChange[];
  /** The commits themselves, in order. */
  readonly commits: readonly ForeignCommit[];
  /** Why an append must not simply be tried again; `undefined`: it may be. */
  readonly conflict: string | undefined;
}

/** The actions that a commit consists of, beside `commitInfo`. */
export function actionsOf(commit: DeltaCommit): Action[] {
  const { adds = [], metaData, removes = [], transactions = [] } = commit;
  return [
    ...(metaData === undefined
      ? []
      : [{ kind: "metaData", metaData } as const]),
    ...transactions.map((txn): Action => ({ kind: "txn", txn })),
    ...removes.map((remove): Action => ({ kind: "remove", remove })),
    ...adds.map((add): Action => ({ kind: "add", add })),
  ];
}

/**
 * What is said of a commit. What reads what it checks is never blind.
 *
 * @param commit What it shall do.
 * @param readVersion The version that it was made for; none for the first.
 */
export function commitInfoOf(
  {
    commitInfo,
    isBlindAppend = false,
    isolationLevel = "SnapshotIsolation",
    timestampMs,
  }: DeltaCommit,
  readVersion: number | undefined,
): CommitInfo {
  return {
    timestamp: timestampMs,
    ...commitInfo,
    ...(readVersion === undefined ? {} : { readVersion }),
    isolationLevel,
    isBlindAppend,
    engineInfo: `${ENGINE_NAME}/${VERSION}`,
  };
}
