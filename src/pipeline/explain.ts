/**
 * What a file is made from, and how fresh that is, without computing anything.
 *
 * @module
 */
import type { ComputedFile, InputFacts, TinyLogFS } from "../tinylogfs/mod.ts";
import {
  labelOf,
  outputPath,
  type Resource,
  resourcePath,
} from "./resource.ts";
import { listResources } from "./resource_store.ts";
import { CachedFile } from "./views/computed.ts";

/** How a file comes to its content. */
export type FileState =
  /** It is in the pond. */
  | "stored"
  /** It is computed, and the cache has it as it is now. */
  | "cached"
  /** It will be computed when somebody reads it. */
  | "not computed"
  /** A pattern that matches no file. */
  | "no match";

/** A file, or what it is made from. */
export interface ExplainedFile {
  /** 0 for the file, 1 for what it is made from, and so on. */
  readonly depth: number;
  /** The path, or a pattern that matches nothing. */
  readonly path: string;
  /** How it comes to its content. */
  readonly state: FileState;
  /** What makes it, `KIND/NAME`; nothing where a person does. */
  readonly madeBy?: string;
  /** The path of that. */
  readonly resource?: string;
  /** The collection or scope of the resource. */
  readonly collection?: string;
  /** Which version of the node it is; none of a computed file. */
  readonly version?: number;
  /** How many rows it has, where that is known. */
  readonly rows?: number;
  /** Length in bytes, where it is known. */
  readonly sizeBytes?: number;
  /** The earliest time of its rows, or of what it is made from. */
  readonly fromUs?: number;
  /** The latest time. */
  readonly toUs?: number;
  /** When it, or the newest of what it is made from, was changed. */
  readonly modifiedUs?: number;
  /** When it was computed. */
  readonly computedUs?: number;
}

/** More than this is no way that anybody would follow. */
const MAX_DEPTH = 64;

/**
 * Explains a file: it comes first, and each file before what it is made from.
 *
 * @throws {PondError} `NOT_FOUND`, `IS_A_DIRECTORY`.
 */
export async function explainFile(
  fs: TinyLogFS,
  path: string,
): Promise<readonly ExplainedFile[]> {
  const resources = await Array.fromAsync(listResources(fs));
  const explained: ExplainedFile[] = [];
  for await (const input of fs.viewInputs(literal(path))) {
    const facts = await input.facts();
    explained.push(...await filesOf(resources, input.path, facts, 0));
  }
  return explained;
}

async function filesOf(
  resources: readonly Resource[],
  path: string,
  facts: InputFacts,
  depth: number,
): Promise<readonly ExplainedFile[]> {
  const { computed } = facts;
  if (computed !== undefined) {
    return await computedFiles(resources, { path, facts, computed }, depth);
  }
  const maker = resources.find((it) => path.startsWith(`${outputPath(it)}/`));
  const { fromUs, modifiedUs, rows, sizeBytes, toUs, version } = facts;
  return [{
    depth,
    path,
    state: "stored",
    ...(maker ? madeBy(maker) : {}),
    modifiedUs,
    ...(version === undefined ? {} : { version }),
    ...(rows === undefined ? {} : { rows }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(fromUs === undefined ? {} : { fromUs }),
    ...(toUs === undefined ? {} : { toUs }),
  }];
}

async function computedFiles(
  resources: readonly Resource[],
  { computed, facts, path }: {
    readonly path: string;
    readonly facts: InputFacts;
    readonly computed: ComputedFile;
  },
  depth: number,
): Promise<readonly ExplainedFile[]> {
  const below: ExplainedFile[] = [];
  const file = computed instanceof CachedFile ? computed : undefined;
  for (const { facts, input } of await file?.inputs() ?? []) {
    if (depth >= MAX_DEPTH) break;
    below.push(...await filesOf(resources, input.path, facts, depth + 1));
  }
  for (const pattern of file?.view.unmatched ?? []) {
    below.push({ depth: depth + 1, path: pattern, state: "no match" });
  }
  const kept = await file?.cached();
  const from = below.flatMap(({ fromUs }) => fromUs ?? []);
  const to = below.flatMap(({ toUs }) => toUs ?? []);
  return [{
    depth,
    path,
    state: kept === undefined ? "not computed" : "cached",
    ...(file === undefined ? {} : {
      ...madeBy(file.definition.resource),
      collection: file.view.collection,
    }),
    modifiedUs: facts.modifiedUs,
    ...(from.length === 0 ? {} : { fromUs: Math.min(...from) }),
    ...(to.length === 0 ? {} : { toUs: Math.max(...to) }),
    ...(kept === undefined
      ? {}
      : { sizeBytes: kept.sizeBytes, computedUs: kept.computedUs }),
  }, ...below];
}

function madeBy(
  resource: Resource,
): Pick<ExplainedFile, "madeBy" | "resource"> {
  return { madeBy: labelOf(resource), resource: resourcePath(resource) };
}

/** A pattern that only matches a path. */
function literal(path: string): string {
  return path.replace(/[*?[\]{}\\]/g, (character) => `\\${character}`);
}
