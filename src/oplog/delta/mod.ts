/**
 * Delta Lake: tables and their transaction logs.
 *
 * @module
 */
export type {
  AddFile,
  CommitInfo,
  MetaData,
  Protocol,
  RemoveFile,
  SetTransaction,
  StringMap,
} from "./actions.ts";
export {
  type DeltaChanges,
  type DeltaCommit,
  type DeltaCommitResult,
  type DeltaDefinition,
  type DeltaOptions,
  DeltaTable,
  type ForeignCommit,
} from "./delta_table.ts";
export type { DeltaField, DeltaSchema } from "./schema.ts";
export { type FileStats, formatStats, parseStats } from "./stats.ts";
export type { Snapshot } from "./table_state.ts";
