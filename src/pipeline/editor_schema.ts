/**
 * The schema of resources, for editors: `schemas/resource.json` of the package,
 * and `pond schema resource.yaml`.
 *
 * @module
 */
import type { JsonSchema } from "./json_schema.ts";
import { KIND_NAMES, resourceSchema } from "./kinds.ts";

/** A schema of all kinds. */
export interface EditorSchema {
  /** The version of JSON Schema. */
  readonly $schema: string;
  /** What it is of. */
  readonly title: string;
  /** One of the kinds. */
  readonly oneOf: readonly JsonSchema[];
}

/** Makes the schema. */
export function editorSchema(): EditorSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A resource of a pond",
    oneOf: KIND_NAMES.map(resourceSchema),
  };
}
