/**
 * Pipelines: resources in YAML, and what collects by them.
 *
 * @module
 */
export { formatYaml } from "./document.ts";
export { type JsonSchema } from "./json_schema.ts";
export {
  isKind,
  type Kind,
  KIND_NAMES,
  KINDS,
  resourceSchema,
  type Specs,
} from "./kinds.ts";
export {
  formatResource,
  labelOf,
  outputPath,
  readResources,
  type Resource,
  type ResourceOf,
  resourcePath,
  RESOURCES,
  type ResourceText,
} from "./resource.ts";
export {
  type AppliedResource,
  type ApplyOptions,
  applyResources,
  type ApplyResult,
  type ApplyStatus,
  deleteResources,
  findResource,
  findResources,
  listResources,
} from "./resource_store.ts";
export { type ExplainedFile, explainFile, type FileState } from "./explain.ts";
export { type ReadBeside, readResourceFiles } from "./template_files.ts";
export { Secret } from "./secret.ts";
export type { Fetch } from "./http.ts";
export type { AsideReason } from "./readings.ts";
export { type RunOptions, type RunReport, runResources } from "./run.ts";
export {
  runDue,
  runLoop,
  type RunLoopOptions,
  type ScheduledResource,
  scheduledResources,
} from "./run_loop.ts";
export { type LastRun, RunTimes } from "./run_times.ts";
export { nextTimeMs, type Schedule, scheduleText } from "./schedule.ts";
export { type Origin, originPath, originsOf } from "./origin.ts";
export type { RunItem } from "./runner.ts";
export { type AgeOptions, type SeriesAge, seriesAges } from "./freshness.ts";
export { type EditorSchema, editorSchema } from "./editor_schema.ts";
