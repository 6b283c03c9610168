/**
 * The resources of an old pond in the new one: applied, if they pass what those of
 * `pond apply` do and this version can carry them out; else kept as files.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import {
  applyResources,
  formatYaml,
  isKind,
  KINDS,
  readResources,
  type Resource,
  resourcePath,
} from "../pipeline/mod.ts";
import type { Host } from "../host/mod.ts";
import type { CommitResult, TinyLogFS } from "../tinylogfs/mod.ts";
import { type Layout, MIGRATED, type Placed } from "./layout.ts";
import { problemOf } from "./problems.ts";
import {
  definitionOf,
  type OldResource,
  type Registries,
} from "./registries.ts";

/** What became of a resource. */
export interface MigratedResource {
  readonly kind: string;
  readonly name: string;
  /**
   * `created`: it runs; `unchanged`: there is one already, which stays as it is;
   * `kept`: it doesn't run, and is a file; `refused`: it is told, and no more.
   */
  readonly status: "created" | "unchanged" | "kept" | "refused";
  /** Where it is. */
  readonly path?: string;
  /** Why it isn't what it was. */
  readonly problem?: string;
}

/** A text that is written where there is none. */
interface NewText {
  readonly path: string;
  readonly text: string;
}

/** What is to be done with the resources. */
export interface ResourcePlan {
  readonly resources: readonly MigratedResource[];
  readonly apply: readonly Resource[];
  readonly texts: readonly NewText[];
}

/** Says what becomes of the resources and definitions. Nothing is changed. */
export async function planResources(
  fs: TinyLogFS,
  host: Host,
  registries: Registries,
  { placed }: Layout,
): Promise<ResourcePlan> {
  const resources: MigratedResource[] = [];
  const apply: Resource[] = [];
  const texts: NewText[] = [];
  for (const old of registries.resources) {
    const { kind, name } = old;
    const text = formatYaml(old.document);
    if (registries.hasSecret(text)) {
      const problem = "a secret is in its text: write it anew";
      resources.push({ kind, name, status: "refused", problem });
      continue;
    }
    const read = understood(old, text);
    if (read.resource === undefined) {
      const path = keptResource(old);
      const kept = path === undefined
        ? { status: "refused" as const }
        : { status: "kept" as const, path };
      resources.push({ kind, name, ...kept, problem: read.problem });
      if (path !== undefined) texts.push({ path, text });
      continue;
    }
    const { resource } = read;
    const path = resourcePath(resource);
    const isThere = await fs.exists(path);
    const status = isThere ? "unchanged" : "created";
    resources.push({ kind, name, status, path });
    if (!isThere) apply.push(resource);
  }
  for (const it of placed) {
    if (it.type !== "file" || it.file.kind !== "definition") continue;
    const text = await definitionText(host, it);
    if (text === undefined || registries.hasSecret(text)) continue;
    texts.push({ path: `${it.path}.yaml`, text });
  }
  const places = new Set(placed.map(({ path }) => path));
  const wanted: NewText[] = [];
  for (const it of texts) {
    if (places.has(it.path) || await fs.exists(it.path)) continue;
    wanted.push(it);
  }
  return { resources, apply, texts: wanted };
}

/** Does what was planned: nothing, where all is there. */
export async function putResources(
  fs: TinyLogFS,
  { apply, texts }: ResourcePlan,
  message: string,
  signal: AbortSignal | undefined,
): Promise<readonly CommitResult[]> {
  const options = { message, ...(signal === undefined ? {} : { signal }) };
  const commits: CommitResult[] = [];
  if (texts.length > 0) {
    const { commit } = await fs.transaction(async (tx) => {
      for (const { path, text } of texts) {
        const parent = path.slice(0, path.lastIndexOf("/"));
        await tx.createDirectory(parent, { recursive: true });
        await tx.writeFile(path, text);
      }
    }, options);
    commits.push(commit);
  }
  const { commit } = await applyResources(fs, apply, options);
  return commit === undefined ? commits : [...commits, commit];
}

/** The resource, or why there is none that runs. */
function understood(
  { kind, name }: OldResource,
  text: string,
): { readonly resource: Resource } | {
  readonly resource?: undefined;
  readonly problem: string;
} {
  if (!isKind(kind)) return { problem: `there is no kind ${kind}` };
  const { instead, isSupported } = KINDS[kind];
  if (!isSupported) {
    const problem = `this version of pond can't run the kind ${kind}`;
    return { problem: instead ? `${problem}: ${instead}` : problem };
  }
  try {
    const [resource] = readResources([{ file: `${kind}/${name}`, text }]);
    if (resource !== undefined) return { resource };
    return { problem: "it is empty" };
  } catch (error) {
    return { problem: firstLine(error) };
  }
}

function firstLine(error: unknown): string {
  if (!(error instanceof PondError)) throw error;
  return error.message.split("\n")[0] ?? error.message;
}

/** Where a resource is kept that doesn't run. */
function keptResource({ kind, name }: OldResource): string | undefined {
  const isName = /^[\p{L}\p{N}_][\p{L}\p{N}_. -]{0,127}$/u;
  return isName.test(kind) && isName.test(name)
    ? `${MIGRATED}/resources/${kind}/${name}.yaml`
    : undefined;
}

/** The newest version of a definition as YAML; none where it is no table. */
async function definitionText(
  host: Host,
  { file }: Extract<Placed, { type: "file" }>,
): Promise<string | undefined> {
  const version = file.versions.at(-1);
  if (version === undefined) return undefined;
  try {
    const definition = await definitionOf(host, version);
    return definition === undefined ? undefined : formatYaml(definition);
  } catch (error) {
    problemOf(error);
    return undefined;
  }
}
