/**
 * Tables of a pond as files that other programs read.
 *
 * @module
 */
export { exportTables } from "./export.ts";
export { EXPORT_FORMATS, type ExportFormat } from "./formats.ts";
export type {
  ExportDefinition,
  ExportedSource,
  ExportOptions,
  ExportReport,
  SourceOutcome,
} from "./types.ts";
