/**
 * Tables of a pond as files that other programs read.
 *
 * @example Tables by year, and the next time only what has changed
 * ```ts
 * import { exportTables } from "@duckpond/pond/export";
 * import { Pond } from "@duckpond/pond";
 * import { denoHost } from "@duckpond/pond/host";
 * import { assertEquals } from "@std/assert";
 *
 * const home = await Deno.makeTempDir();
 * await using pond = await Pond.init(`${home}/pond`);
 * await pond.createFile("/lake.csv", "t,m\n2025-12-31,20.5\n2026-01-01,20.6\n");
 * await pond.commit();
 *
 * const options = {
 *   glob: "/*.csv",
 *   directory: `${home}/tables`,
 *   partitionBy: ["year"],
 *   timeColumn: "t",
 *   where: undefined,
 *   format: "parquet",
 * } as const;
 * const first = await exportTables(denoHost(), pond, options);
 * assertEquals([first.files, first.rows], [2, 2]);
 * const next = await exportTables(denoHost(), pond, options);
 * assertEquals([next.files, next.sources.unchanged], [0, 1]);
 * await Deno.remove(home, { recursive: true });
 * ```
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
export {
  PondError,
  type PondErrorCode,
  type PondErrorOptions,
} from "../errors.ts";
export type * from "../host/host.ts";
export type * from "../tinylogfs/mod.ts";
