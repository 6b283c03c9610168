/**
 * Backups of a pond: its whole history, in a place of its own, that only what is
 * new is written to.
 *
 * @module
 */
export { Backup, findSnapshot, makeBackup, type Snapshot } from "./backup.ts";
export * from "./drill.ts";
export * from "./keep_rules.ts";
export * from "./place.ts";
export * from "./pond_backups.ts";
export * from "./prune.ts";
export * from "./restore.ts";
export * from "./run.ts";
export type * from "./secrets.ts";
export type {
  LineBase,
  SavedBranch,
  SavedLine,
  SnapshotContent,
} from "./snapshot.ts";
export type { BackupFile } from "./format.ts";
export type { OplogLayout } from "../oplog/mod.ts";
export type { BackupTarget, LastDrill, LastRun } from "./targets.ts";
export * from "./verify.ts";
export type { Bytes } from "../bytes.ts";
export type * from "../host/host.ts";
export type {
  NamingObject,
  NewObject,
  ObjectStat,
  StoredObject,
  TableStore,
} from "../oplog/mod.ts";
export type {
  CheckCounts,
  CheckDepth,
  CheckedBranch,
  CheckFinding,
  CheckReport,
  Finding,
  FindingKind,
  FindingSeverity,
  PondFinding,
  RepairKind,
  Roots,
} from "../tinylogfs/mod.ts";
