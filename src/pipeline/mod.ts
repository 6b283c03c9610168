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
  findResource,
  findResources,
  listResources,
} from "./resource_store.ts";
export { Secret } from "./secret.ts";
export type { Fetch } from "./http.ts";
export type { AsideReason } from "./readings.ts";
export { type RunOptions, type RunReport, runResources } from "./run.ts";
export type { RunItem } from "./runner.ts";
export { type EditorSchema, editorSchema } from "./editor_schema.ts";
