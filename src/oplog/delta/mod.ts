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
export type { ChangeBatch, ChangeOptions, ChangeType } from "./changes.ts";
export type { ChecksumVerdict } from "./checksum.ts";
export { columnKindOf } from "./column_kind_of.ts";
export type { DeltaDefinition } from "./definition.ts";
export { DeltaTable } from "./delta_table.ts";
export type { DeltaOptions } from "./options.ts";
export type { LogCleanup } from "./log_cleanup.ts";
export type { DataFileAction, RowBatch, RowOptions } from "./rows.ts";
export type { DeltaField, DeltaSchema, DeltaType } from "./schema.ts";
export { type FileStats, formatStats, parseStats } from "./stats.ts";
export { decimalText } from "./stats_text.ts";
export type {
  DeltaChanges,
  DeltaCommit,
  DeltaCommitResult,
  ForeignCommit,
} from "./transaction.ts";
export type { Snapshot, StateChange } from "./table_state.ts";
export type { RowValues } from "./write/row_values.ts";
export { type ColumnDefinition, schemaOf } from "./write/schema_text.ts";
export type {
  PartitionValues,
  TableCommitOptions,
  TableCommitResult,
  TableTransaction,
} from "./write/table_transaction.ts";
