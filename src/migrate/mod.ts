/**
 * The way out of the proof of concept: its ponds and backups, read and taken over.
 *
 * @module
 */
export {
  type ComparedDigest,
  DamagedSourceError,
  type EntryCounts,
  migrate,
  type MigrateOptions,
  type MigrateReport,
} from "./migrate.ts";
export type { MigratedResource } from "./old_resources.ts";
export type { SecretPlace } from "./registries.ts";
export type { Damage } from "./source.ts";
