/**
 * The filesystem kept in the oplog: transactions, directories loaded when they
 * are needed, history, and looking back in time.
 *
 * It is opened on a platform, of which `./host` has two: this machine, and one
 * in memory. SQL needs a `queryRunner`, which the main module brings along.
 *
 * @example A pond in memory, and an earlier state of it
 * ```ts
 * import { memoryHost } from "@duckpond/pond/host";
 * import { TinyLogFS } from "@duckpond/pond/tinylogfs";
 * import { assertEquals } from "@std/assert";
 *
 * await using pond = await TinyLogFS.initEmpty(memoryHost(), "/pond");
 * await pond.createFile("/depth", "20.5");
 * await pond.commit();
 * await pond.updateFile("/depth", "20.7");
 * await pond.commit();
 *
 * await using before = await pond.at("v1");
 * const text = new TextDecoder().decode(await before.readFile("/depth"));
 * assertEquals(text, "20.5");
 * ```
 *
 * @module
 */
export type {
  SeriesKind,
  SeriesMark,
  SeriesPart,
  ViewMark,
} from "./attributes.ts";
export { BLOB_MIN_BYTES } from "./blobs.ts";
export type {
  CheckCounts,
  CheckDepth,
  CheckedBranch,
  CheckFinding,
  CheckOptions,
  CheckReport,
  DataPart,
  PondFinding,
  Roots,
  RootsOf,
  SignalOptions,
} from "./check_types.ts";
export * from "./branch_types.ts";
export * from "./change_types.ts";
export type * from "./retention_types.ts";
export { errorKind, type TinyLogFSErrorKind } from "./error_kind.ts";
export { FileOperations } from "./files.ts";
export { HistoryOperations, PondQuery } from "./history_operations.ts";
export { BranchOperations } from "./branch_operations.ts";
export { MaintenanceOperations } from "./maintenance_operations.ts";
export {
  NodeAbortError,
  NodeArgumentError,
  NodeFsError,
  NodeRangeError,
} from "./node_fs/errors.ts";
export type * from "./node_fs/options.ts";
export type * from "./node_fs/results.ts";
export type { NodeFs } from "./node_fs/types.ts";
export type { PondTransaction } from "./pond_transaction.ts";
export { POND_FORMAT } from "./pond_file.ts";
export { RestoreOperations } from "./restore_operations.ts";
export {
  isTagName,
  parseDuration,
  parseRevision,
  type PathAtRevision,
  type Revision,
  splitRevision,
} from "./revision.ts";
export { Timestamp } from "./timestamp.ts";
export { TinyLogFS } from "./tinylogfs.ts";
export { TransactionOperations } from "./transaction_operations.ts";
export * from "./maintenance_types.ts";
export type * from "./open_options.ts";
export type * from "./query_source.ts";
export type * from "./view.ts";
export * from "./types.ts";
export type { Bytes, ByteSource } from "../bytes.ts";
export {
  ConflictError,
  type ConflictSide,
  type ConflictSides,
  type ConflictWinner,
  IntegrityError,
  PondError,
  type PondErrorCode,
  type PondErrorOptions,
} from "../errors.ts";
export type {
  AddFile,
  AppendResult,
  ByteStreamBatch,
  ByteStreamOptions,
  ByteStreamTable,
  Cell,
  ChangeBatch,
  ChangeOptions,
  ChangeType,
  ChecksumVerdict,
  ColumnDefinition,
  ColumnKind,
  ColumnSpec,
  ColumnType,
  CommitInfo,
  CommitNote,
  DataEntries,
  DataField,
  DataFileAction,
  DataStruct,
  DataType,
  DataValue,
  DecimalType,
  DeletionVectorDescriptor,
  DeltaChanges,
  DeltaCommit,
  DeltaCommitResult,
  DeltaTable,
  EntryFileType,
  EntryOperation,
  ForeignCommit,
  IndexedFile,
  LogCleanup,
  MergeResult,
  MergeRun,
  MetaData,
  NamingObject,
  NewObject,
  ObjectStat,
  OplogEntry,
  OplogLayout,
  OplogTable,
  PartitionRange,
  PartitionRecord,
  PartitionValues,
  PrimitiveName,
  Protocol,
  ReadRange,
  Record,
  RecordDraft,
  RecordStats,
  RefreshResult,
  RemoveFile,
  RowBatch,
  RowKey,
  RowOptions,
  RowRange,
  RowValues,
  SetTransaction,
  Snapshot,
  StateChange,
  StoredObject,
  StringMap,
  TableCommitOptions,
  TableCommitResult,
  TableStore,
  TableTransaction,
  TypedColumn,
  VersionRange,
} from "../oplog/mod.ts";
export type {
  Directory,
  DirectoryItem,
  DirectoryOptions,
  File,
  FS,
  Inquiry,
  LinkOptions,
  Match,
  Node,
  NodeBase,
  NodeId,
  NodeMetadata,
  NodePath,
  NodeType,
  ReadOptions,
  ResolveOptions,
  Symlink,
  VisitOptions,
  WorkingDir,
  WriteOptions,
} from "../tinyfs/mod.ts";
export type {
  Finding,
  FindingKind,
  FindingSeverity,
  RepairKind,
} from "../oplog/check.ts";
export type { UnusedFile } from "../oplog/unused_files.ts";
