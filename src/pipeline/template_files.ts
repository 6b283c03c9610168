/**
 * Templates in files of their own, which become a part of the resource when it is
 * applied: a pond needs nothing that is beside it.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { TemplateSpec } from "./kinds/views.ts";
import { type Problem, problemsError } from "./problem.ts";
import {
  type PlacedResource,
  readPlacedResources,
  type Resource,
  type ResourceOf,
  type ResourceText,
} from "./resource.ts";
import { templateProblem } from "./template/mod.ts";
import type { Variables } from "./variables.ts";

type Collection = TemplateSpec["collections"][number];

/**
 * Reads a file of the host that a resource names.
 *
 * @param path As the resource has it: relative to its own file.
 * @param file The file of the resource.
 * @throws {PondError} When it can't be read.
 */
export type ReadBeside = (path: string, file: string) => Promise<string>;

/**
 * Reads resources, all or none, with the files that they name.
 *
 * @throws {PondError} `INVALID_ARGUMENT`, with everything that is wrong in any of
 *   them.
 */
export async function readResourceFiles(
  texts: readonly ResourceText[],
  variables: Variables,
  readBeside: ReadBeside,
): Promise<readonly Resource[]> {
  const placed = readPlacedResources(texts, variables);
  const problems: Problem[] = [];
  const resources: Resource[] = [];
  for (const { problemAt, resource } of placed) {
    resources.push(
      resource.kind === "Template"
        ? await withTexts({ problemAt, resource }, readBeside, problems)
        : resource,
    );
  }
  if (problems.length === 0) return resources;
  const files = [...new Set(texts.map(({ file }) => file))].join(", ");
  throw problemsError(`Cannot read ${files}`, problems);
}

async function withTexts(
  { problemAt, resource }: PlacedResource & {
    readonly resource: ResourceOf<"Template">;
  },
  readBeside: ReadBeside,
  problems: Problem[],
): Promise<Resource> {
  const collections: Collection[] = [];
  for (const [i, collection] of resource.spec.collections.entries()) {
    const { template_file: path, ...others } = collection;
    const at = ["spec", "collections", i, "template_file"];
    if (path === undefined) collections.push(collection);
    else {
      try {
        const template = await readBeside(path, problemAt(at, "").file);
        const problem = templateProblem(template, path);
        if (problem !== undefined) problems.push(problem);
        collections.push({ ...others, template });
      } catch (error) {
        if (!(error instanceof PondError)) throw error;
        problems.push(problemAt(at, error.message));
      }
    }
  }
  return { ...resource, spec: { ...resource.spec, collections } };
}
