/**
 * Dumps: what is in a table's files, as far as it can be decoded.
 *
 * ```text
 * dumpLog          each file of a log, each action of a commit
 * dumpSnapshot     what the log adds up to at a version
 * dumpCheckpoint   the actions of one checkpoint file, and of its sidecars
 * dumpParquet      footer, schema, row groups, columns and pages of one file
 * dumpRecords      rows of an oplog, with the rows in their content
 * ```
 *
 * A dump goes on where a reader stops: damage is a row among the others, and
 * what lies beyond it is shown as well. Nothing that it shows is to be trusted.
 * It only reads.
 *
 * @module
 */
export { dumpCheckpoint } from "./checkpoint.ts";
export { dumpLog } from "./log.ts";
export { dumpParquet } from "./parquet.ts";
export { dumpRecords } from "./record.ts";
export { dumpSnapshot } from "./snapshot.ts";
export type * from "./types.ts";
