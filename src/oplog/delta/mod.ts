/**
 * Delta Lake: tables and their transaction logs.
 *
 * @module
 */
export type {
  AddFile,
  CommitInfo,
  DeletionVectorDescriptor,
  MetaData,
  Protocol,
  RemoveFile,
  SetTransaction,
  StringMap,
} from "./actions.ts";
export type { ChecksumVerdict } from "./checksum.ts";
export type { DeltaDefinition } from "./definition.ts";
export { DeltaTable } from "./delta_table.ts";
export type { DeltaOptions } from "./options.ts";
export type { LogCleanup } from "./log_cleanup.ts";
export type { RowBatch, RowOptions } from "./rows.ts";
export type { DeltaField, DeltaSchema } from "./schema.ts";
export { type FileStats, formatStats, parseStats } from "./stats.ts";
export type {
  DeltaChanges,
  DeltaCommit,
  DeltaCommitResult,
  ForeignCommit,
} from "./transaction.ts";
export type { Snapshot, StateChange } from "./table_state.ts";
