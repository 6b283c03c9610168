/**
 * What checks an oplog, and what a repair of it needs.
 *
 * @module
 */
export {
  type Attempt,
  attempt,
  BY_REPAIR,
  type Fault,
  type Finding,
  type FindingKind,
  type FindingSeverity,
  FROM_BACKUP,
  problemOf,
  remedyFor,
  type RepairKind,
} from "./delta/finding.ts";
export { formatHead, readHead } from "./delta/head.ts";
export { HINT_PATH, hintOf, type Witness } from "./delta/hint_check.ts";
export { checkLog, type LogCheck } from "./delta/log_check.ts";
export {
  checksumVersion,
  commitFileName,
  commitVersion,
  LOG_DIRECTORY,
  parseCheckpointName,
} from "./delta/log_path.ts";
export type { Snapshot } from "./delta/table_state.ts";
export { type LostTransaction, lostTransactions } from "./lost_rows.ts";
export { requireReadable } from "./delta/protocol.ts";
export { LocalStore } from "./store/local_store.ts";
export {
  type CheckedRecord,
  checkRecords,
  checkSizes,
  newTableCheck,
  type TableCheck,
} from "./table_check.ts";
