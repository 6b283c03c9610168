/**
 * How exported files are written.
 *
 * @module
 */

/** Every format of an export. */
export const EXPORT_FORMATS = ["parquet", "csv"] as const;

/** One of these. */
export type ExportFormat = typeof EXPORT_FORMATS[number];
