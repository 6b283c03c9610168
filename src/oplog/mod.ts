/**
 * The oplog: a Delta table with a transaction log of our own, whose rows carry
 * Arrow IPC.
 *
 * @module
 */
export type { Bytes } from "../bytes.ts";
export {
  ArrowWriteStream,
  type Cell,
  type ColumnSpec,
  type ColumnType,
} from "./arrow.ts";
export * from "./byte_stream_table.ts";
export type * from "./column_kind.ts";
export type * from "./data_type.ts";
export type { RowKey } from "./data_file.ts";
export type { OplogLayout, RecordDraft } from "./data_file_writer.ts";
export * from "./delta/mod.ts";
export * from "./directory_log.ts";
export { ParquetWriteStream } from "./parquet.ts";
export type { MergeResult } from "./merge.ts";
export type { MergeRun } from "./merge_plan.ts";
export { NameFlusher } from "./name_flusher.ts";
export type { IndexedFile } from "./partition_index.ts";
export * from "./record.ts";
export type { RecordStats } from "./record_stats.ts";
export * from "./table.ts";
export { LocalStore, type LocalStoreOptions } from "./store/local_store.ts";
export { MemoryStore } from "./store/memory_store.ts";
export type {
  NamingObject,
  NewObject,
  ObjectStat,
  ReadRange,
  StoredObject,
  TableStore,
} from "./store/store.ts";
export type { UnusedFile } from "./unused_files.ts";
