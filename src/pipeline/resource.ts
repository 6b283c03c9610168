/**
 * Resources: what a pond is told to collect and to compute.
 *
 * ```yaml
 * apiVersion: github.com/jmacd/duckpond/v1
 * kind: HydroVu
 * name: noyoharbor
 * desc: Water quality in Noyo Harbor
 * spec:
 *   key: "${env:HYDRO_KEY_ID}"
 *   secret: "${env:HYDRO_KEY_VALUE}"
 *   devices: [{ name: BDockVulink, scope: Vulink, id: 4990594334457856 }]
 * ```
 *
 * They are files of the pond, so they have a history and are backed up:
 * `/.pond/resources/<kind>/<name>.yaml`, expanded and without comments. What
 * they make is in `/<kind>/<name>/`.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import { didYouMean, nearest } from "../suggest.ts";
import { formatYaml, parseYaml, type YamlDocument } from "./document.ts";
import { type ExpectSpec, rangeProblem } from "./expectations.ts";
import {
  isObject,
  type JsonSchema,
  schemaIssues,
  type ValuePath,
} from "./json_schema.ts";
import {
  isKind,
  type Kind,
  KIND_NAMES,
  KINDS,
  resourceSchema,
  type Specs,
} from "./kinds.ts";
import { type Problem, problemsError } from "./problem.ts";
import { type Schedule, scheduleProblem } from "./schedule.ts";
import { templateProblem } from "./template/mod.ts";
import { expandVariables, type Variables } from "./variables.ts";
import { type InOut, inOutIssues } from "./wildcards.ts";

/** Where resources are in the pond. */
export const RESOURCES = "/.pond/resources";

/** A resource of a kind. */
export interface ResourceOf<K extends Kind> {
  /** What it is for; any text. */
  readonly apiVersion?: string;
  /** What it does. */
  readonly kind: K;
  /** Unique among those of its kind. */
  readonly name: string;
  /** For people. */
  readonly desc?: string;
  /** What else is to be said of it. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** When it is run by itself, of kinds that are run. */
  readonly schedule?: Schedule;
  /** What it does, in detail. */
  readonly spec: Specs[K];
}

/** A resource. */
export type Resource = { readonly [K in Kind]: ResourceOf<K> }[Kind];

/** A text with resources. */
export interface ResourceText {
  /** What it is called in problems. */
  readonly file: string;
  /** YAML. */
  readonly text: string;
}

/** The path of a resource in the pond. */
export function resourcePath(
  { kind, name }: { readonly kind: Kind; readonly name: string },
): string {
  return `${RESOURCES}/${kind}/${name}.yaml`;
}

/** The directory of what a resource makes. */
export function outputPath(
  { kind, name }: { readonly kind: Kind; readonly name: string },
): string {
  return `/${kind}/${name}`;
}

/** What a resource is called for people. */
export function labelOf(
  { kind, name }: { readonly kind: Kind; readonly name: string },
): string {
  return `${kind}/${name}`;
}

/** How a resource is kept. */
export function formatResource(resource: Resource): string {
  const { apiVersion, desc, kind, metadata, name, schedule, spec } = resource;
  return formatYaml({
    ...(apiVersion === undefined ? {} : { apiVersion }),
    kind,
    name,
    ...(desc === undefined ? {} : { desc }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(schedule === undefined ? {} : { schedule }),
    spec,
  });
}

/**
 * Reads resources, all or none.
 *
 * @param texts The texts.
 * @param variables What `{{ name }}` means.
 * @throws {PondError} `INVALID_ARGUMENT`, with everything that is wrong in any of
 *   them, or a variable that none of them has.
 */
export function readResources(
  texts: readonly ResourceText[],
  variables: Variables = new Map(),
): readonly Resource[] {
  return readPlacedResources(texts, variables).map(({ resource }) => resource);
}

/** A resource that knows where it is written. */
export interface PlacedResource {
  /** The resource. */
  readonly resource: Resource;
  /** What is wrong with a part of it, with its place. */
  readonly problemAt: YamlDocument["problemAt"];
}

/** As {@linkcode readResources}, with the places of what is read. */
export function readPlacedResources(
  texts: readonly ResourceText[],
  variables: Variables = new Map(),
): readonly PlacedResource[] {
  const problems: Problem[] = [];
  const found: PlacedResource[] = [];
  const places = new Map<string, string>();
  const used = new Set<string>();
  const mentioned = new Set<string>();
  for (const { file, text } of texts) {
    const parsed = parseYaml(text, file);
    problems.push(...parsed.problems);
    for (const [, name] of text.matchAll(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/g)) {
      if (name !== undefined) mentioned.add(name);
    }
    for (const document of parsed.documents) {
      const read = readOne(document, variables, used);
      problems.push(...read.problems);
      if (read.resource === undefined) continue;
      const label = labelOf(read.resource);
      const place = document.problemAt(["name"], "");
      const other = places.get(label);
      if (other !== undefined) {
        const message = `there is another ${label} at ${other}`;
        problems.push(document.problemAt(["name"], message));
      }
      places.set(label, `${place.file}:${place.line}`);
      const { problemAt } = document;
      found.push({ resource: read.resource, problemAt });
    }
  }
  if (problems.length > 0) {
    const files = [...new Set(texts.map(({ file }) => file))].join(", ");
    throw problemsError(`Cannot read ${files}`, problems);
  }
  for (const name of variables.keys()) {
    if (used.has(name)) continue;
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot use -v ${name}: no resource has {{ ${name} }} where it counts`,
      { hint: didYouMean(nearest(name, mentioned)) ?? "leave it out" },
    );
  }
  return found;
}

function readOne(
  document: YamlDocument,
  variables: Variables,
  used: Set<string>,
): { readonly problems: readonly Problem[]; readonly resource?: Resource } {
  const { value } = document;
  const one = (path: ValuePath, message: string) => ({
    problems: [document.problemAt(path, message)],
  });
  if (!isObject(value)) {
    return one([], "there must be a resource: kind, name, spec");
  }
  const { kind } = value;
  if (kind === undefined) {
    const hint = nearest("kind", Object.keys(value)).join(" or ");
    return one(
      [],
      `the resource lacks the field "kind"${
        hint === "" ? "" : `: is it ${hint}?`
      }`,
    );
  }
  if (typeof kind !== "string" || !isKind(kind)) {
    const hint = didYouMean(nearest(String(kind), KIND_NAMES)) ??
      `there are ${KIND_NAMES.join(", ")}`;
    return one(["kind"], `there is no kind ${JSON.stringify(kind)}: ${hint}`);
  }
  const { verbatim = [] } = KINDS[kind];
  // As the proof of concept has it: not the metadata, and not what is for
  // people or has a template language of its own.
  const expanded = expandVariables(
    value,
    variables,
    (path) =>
      path[0] === "metadata" ||
      (path[0] === "spec" && verbatim.includes(String(path.at(-1)))),
    used,
  );
  const schema = resourceSchema(kind);
  const unexpanded = new Set(
    expanded.issues.map(({ path }) => JSON.stringify(path)),
  );
  const problems = [
    ...expanded.issues.map(({ message, path }) =>
      document.problemAt(
        path,
        hasSecret(schema, path)
          ? message.replace(/^\{\{[^}]*\}\}/, "this")
          : message,
      )
    ),
    ...schemaIssues(schema, expanded.value)
      // What has no value yet can't be a wrong one.
      .filter(({ path }) => !unexpanded.has(JSON.stringify(path)))
      .map(({ isKey, message, path }) =>
        document.problemAt(path, message, isKey)
      ),
  ];
  if (problems.length > 0) return { problems };
  // The schema has seen all of it.
  const resource = expanded.value as Resource;
  const meant = [
    ...scheduleProblems(document, resource),
    ...meaningless(document, resource),
  ];
  return { problems: meant, resource };
}

/** Whether a secret is at this place, or may be. */
function hasSecret(schema: JsonSchema, path: ValuePath): boolean {
  let at: JsonSchema | undefined = schema;
  for (const step of path) {
    at = typeof step === "number"
      ? at?.items
      : at?.properties !== undefined && Object.hasOwn(at.properties, step)
      ? at.properties[step]
      : undefined;
  }
  return at?.writeOnly === true;
}

function scheduleProblems(
  document: YamlDocument,
  { schedule }: Resource,
): Problem[] {
  const problem = schedule && scheduleProblem(schedule);
  return problem === undefined
    ? []
    : [document.problemAt(["schedule", "cron"], problem)];
}

/** What no schema can say. */
function meaningless(document: YamlDocument, resource: Resource): Problem[] {
  switch (resource.kind) {
    case "Scribble": {
      const { count_max, count_min, probs } = resource.spec;
      const sum = Object.values(probs).reduce((sum, it) => sum + it, 0);
      return [
        ...(count_max > count_min ? [] : [
          document.problemAt(
            ["spec", "count_max"],
            "spec.count_max must be more than count_min",
          ),
        ]),
        ...(sum > 0 ? [] : [
          document.problemAt(
            ["spec", "probs"],
            "spec.probs must make something likely: tree, table or data",
          ),
        ]),
      ];
    }
    case "HydroVu":
      return [
        ...rangeProblems(document, resource.spec.expect),
        ...twice(document, ["spec", "devices"], resource.spec.devices, "id"),
      ];
    case "Synthetic":
      return [
        ...rangeProblems(document, resource.spec.expect),
        ...twice(document, ["spec", "series"], resource.spec.series, "name"),
      ];
    case "Template":
      return resource.spec.collections.flatMap((collection, i) => [
        ...namingProblems(document, ["spec", "collections", i], collection),
        ...templateIssues(collection.template ?? "").map((message) =>
          document.problemAt(["spec", "collections", i, "template"], message)
        ),
      ]);
    case "Reduce":
      return resource.spec.collections.flatMap(({ datasets }, i) =>
        datasets.flatMap((dataset, j) =>
          namingProblems(
            document,
            ["spec", "collections", i, "datasets", j],
            dataset,
          )
        )
      );
    case "Combine":
      return twice(document, ["spec", "scopes"], resource.spec.scopes, "name");
    default:
      return [];
  }
}

/** What is wrong with a pattern, and with what its matches become. */
function namingProblems(
  document: YamlDocument,
  path: ValuePath,
  naming: InOut,
): Problem[] {
  return inOutIssues(naming).map(({ field, message }) =>
    document.problemAt([...path, field], message)
  );
}

/** What is wrong with a template, by its place in it. */
function templateIssues(template: string): readonly string[] {
  const problem = templateProblem(template, "");
  if (problem === undefined) return [];
  const { column, line, message } = problem;
  return [`line ${line}, column ${column} of the template: ${message}`];
}

function rangeProblems(
  document: YamlDocument,
  { range = {} }: ExpectSpec = {},
): Problem[] {
  return Object.entries(range).flatMap(([column, text]) => {
    const problem = rangeProblem(text);
    if (problem === undefined) return [];
    const path = ["spec", "expect", "range", column];
    return [document.problemAt(path, `spec.expect.range ${problem}`)];
  });
}

/** Elements of a list that have what an earlier one has. */
function twice<T, N extends string & keyof T>(
  document: YamlDocument,
  path: ValuePath,
  list: readonly T[],
  name: N,
): Problem[] {
  const seen = new Set<unknown>();
  return list.flatMap((element, i) => {
    const value = element[name];
    if (!seen.has(value)) {
      seen.add(value);
      return [];
    }
    return [
      document.problemAt(
        [...path, i, name],
        `there is another one with the ${name} ${String(value)}`,
      ),
    ];
  });
}
