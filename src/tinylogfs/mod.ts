/**
 * The filesystem kept in the oplog: transactions, directories loaded when they
 * are needed, history, and looking back in time.
 *
 * @module
 */
export { BLOB_MIN_BYTES } from "./blobs.ts";
export { errorKind, type TinyLogFSErrorKind } from "./error_kind.ts";
export { FileOperations } from "./files.ts";
export { HistoryOperations } from "./history_operations.ts";
export { MaintenanceOperations } from "./maintenance_operations.ts";
export { POND_FORMAT } from "./pond_file.ts";
export { parseDuration, parseRevision, type Revision } from "./revision.ts";
export { Timestamp } from "./timestamp.ts";
export { TinyLogFS } from "./tinylogfs.ts";
export { TransactionOperations } from "./transaction_operations.ts";
export * from "./types.ts";
export type { UnusedFile } from "../oplog/unused_files.ts";
