/**
 * Resources in a pond: what there is, and how others take their places.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import { didYouMean, nearest } from "../suggest.ts";
import type {
  CommitResult,
  FileOperations,
  PondTransaction,
  TinyLogFS,
  TransactionOptions,
} from "../tinylogfs/mod.ts";
import { isKind, type Kind, KIND_NAMES, KINDS } from "./kinds.ts";
import {
  formatResource,
  labelOf,
  outputPath,
  readResources,
  type Resource,
  resourcePath,
  RESOURCES,
} from "./resource.ts";

/** What applying a resource does to the pond. */
export type ApplyStatus = "created" | "updated" | "unchanged";

/** A resource, and what applying it does. */
export interface AppliedResource {
  /** The resource. */
  readonly resource: Resource;
  /** What is done. */
  readonly status: ApplyStatus;
  /** Where it is kept. */
  readonly path: string;
}

/** What was applied. */
export interface ApplyResult {
  /** Each resource, in the order in which they were given. */
  readonly resources: readonly AppliedResource[];
  /** The commit; none of a dry run, or when nothing has changed. */
  readonly commit?: CommitResult;
}

/** Options of {@linkcode applyResources}. */
export interface ApplyOptions
  extends Pick<TransactionOptions, "message" | "signal"> {
  /** Whether to only say what would be done. */
  readonly dryRun?: boolean;
}

/**
 * Puts resources into the pond: all of them in one transaction, or none. When
 * nothing differs, there is no transaction.
 *
 * @throws {PondError} `UNSUPPORTED` for a kind that this version can't run.
 */
export async function applyResources(
  fs: TinyLogFS,
  resources: readonly Resource[],
  { dryRun = false, message = "apply resources", signal }: ApplyOptions = {},
): Promise<ApplyResult> {
  for (const resource of resources) requireSupported(resource);
  requireTexts(resources);
  const planned = await planApply(fs, resources);
  const isSame = planned.every(({ status }) => status === "unchanged");
  if (dryRun || isSame) return { resources: planned };
  const { commit, value } = await fs.transaction(async (tx) => {
    const planned = await planApply(tx, resources);
    for (const { path, resource, status } of planned) {
      if (status === "unchanged") continue;
      await makeDirectories(tx, path);
      await tx.writeFile(path, formatResource(resource));
      if (isView(resource.kind)) await makeView(tx, resource);
    }
    return planned;
  }, { message, ...(signal === undefined ? {} : { signal }) });
  return commit.operationsCommitted === 0
    ? { resources: value }
    : { resources: value, commit };
}

/** What applying would do. */
export async function planApply(
  fs: FileOperations,
  resources: readonly Resource[],
): Promise<readonly AppliedResource[]> {
  const planned: AppliedResource[] = [];
  for (const resource of resources) {
    const path = resourcePath(resource);
    const before = await textAt(fs, path);
    const isSame = before === formatResource(resource) &&
      (!isView(resource.kind) || await isShown(fs, resource));
    const status = before === undefined
      ? "created"
      : isSame
      ? "unchanged"
      : "updated";
    planned.push({ resource, status, path });
  }
  return planned;
}

/** Whether what a resource makes is computed when somebody looks at it. */
function isView(kind: Kind): boolean {
  return KINDS[kind].isView === true;
}

/** Whether the directory of a view is there. */
async function isShown(
  fs: FileOperations,
  resource: Resource,
): Promise<boolean> {
  const path = outputPath(resource);
  return await fs.exists(path) &&
    await fs.viewResource(path) === resourcePath(resource);
}

/**
 * Makes the directory of a view, unless it is there.
 *
 * @throws {PondError} `ALREADY_EXISTS` when something else is in its place.
 */
async function makeView(
  tx: PondTransaction,
  resource: Resource,
): Promise<void> {
  const path = outputPath(resource);
  if (await isShown(tx, resource)) return;
  if (await tx.exists(path)) {
    throw new PondError(
      "ALREADY_EXISTS",
      `Cannot apply ${labelOf(resource)}: there is something at ${path}`,
      { path, hint: `move it away: pond mv ${path} /OTHER` },
    );
  }
  await makeDirectories(tx, path);
  await tx.createView(path, resourcePath(resource));
}

/**
 * Deletes resources, and the directories of views with them; what others have
 * collected stays.
 */
export async function deleteResources(
  tx: PondTransaction,
  resources: readonly Resource[],
): Promise<void> {
  for (const resource of resources) {
    await tx.delete(resourcePath(resource));
    const isShowing = isView(resource.kind) && await isShown(tx, resource);
    if (isShowing) await tx.delete(outputPath(resource), { recursive: true });
  }
}

function requireSupported(resource: Resource): void {
  const { instead, isSupported } = KINDS[resource.kind];
  if (isSupported) return;
  const known = KIND_NAMES.filter((kind) => KINDS[kind].isSupported);
  throw new PondError(
    "UNSUPPORTED",
    `Cannot apply ${
      labelOf(resource)
    }: this version of pond can't run resources of the kind ${resource.kind}`,
    {
      path: resourcePath(resource),
      hint: instead ?? `leave it out; what runs are ${known.join(", ")}`,
    },
  );
}

/** A pond needs no file that is beside it. */
function requireTexts(resources: readonly Resource[]): void {
  for (const resource of resources) {
    if (resource.kind !== "Template") continue;
    for (const { name, template_file: path } of resource.spec.collections) {
      if (path === undefined) continue;
      throw new PondError(
        "INVALID_ARGUMENT",
        `Cannot apply ${
          labelOf(resource)
        }: ${name} has ${path}, and not its text`,
        { path, hint: "read it with readResourceFiles()" },
      );
    }
  }
}

/** Which resources are meant; all of those that are given. */
export interface ResourceFilter {
  /** Only those of this kind. */
  readonly kind?: Kind;
}

/** The resources of a pond, by kind in the order in which they run, and name. */
export async function* listResources(
  fs: FileOperations,
  { kind }: ResourceFilter = {},
): AsyncGenerator<Resource> {
  for (const known of kind === undefined ? KIND_NAMES : [kind]) {
    const directory = `${RESOURCES}/${known}`;
    if (!await fs.exists(directory)) continue;
    for await (const { fileType, name, path } of fs.listDirectory(directory)) {
      if (fileType !== "file" || !name.endsWith(".yaml")) continue;
      yield await resourceAt(fs, path);
    }
  }
}

/**
 * Finds resources by what they are called: `NAME`, `KIND` or `KIND/NAME`.
 *
 * @returns Each one once, in the order in which they run; all for no words.
 * @throws {PondError} `NOT_FOUND` for a word that means none.
 */
export async function findResources(
  fs: FileOperations,
  words: readonly string[] = [],
): Promise<readonly Resource[]> {
  const all = await Array.fromAsync(listResources(fs));
  if (words.length === 0) return all;
  const wanted = new Set<Resource>();
  for (const word of words) {
    const found = all.filter((it) =>
      it.name === word || it.kind === word || labelOf(it) === word
    );
    if (found.length === 0) throw noSuchResource(word, all);
    for (const resource of found) wanted.add(resource);
  }
  return all.filter((resource) => wanted.has(resource));
}

/**
 * Finds the one resource that is called so.
 *
 * @throws {PondError} `NOT_FOUND`; `INVALID_ARGUMENT` when it may be several.
 */
export async function findResource(
  fs: FileOperations,
  word: string,
): Promise<Resource> {
  const [first, ...others] = await findResources(fs, [word]);
  if (first !== undefined && others.length === 0) return first;
  const labels = [first, ...others].flatMap((it) => it ? [labelOf(it)] : []);
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot tell which resource ${word} is: there are ${labels.join(", ")}`,
    { hint: `name it as ${labels[0]}` },
  );
}

function noSuchResource(word: string, all: readonly Resource[]): PondError {
  const names = all.flatMap((it) => [it.name, it.kind, labelOf(it)]);
  return new PondError("NOT_FOUND", `Cannot find the resource ${word}`, {
    hint: didYouMean(nearest(word, names)) ??
      (all.length === 0
        ? "there are none yet: pond apply -f FILE"
        : "list what there is: pond resource"),
  });
}

async function resourceAt(
  fs: FileOperations,
  path: string,
): Promise<Resource> {
  const text = await textAt(fs, path) ?? "";
  const [resource, ...others] = readResources([{ file: path, text }]);
  if (
    resource !== undefined && others.length === 0 &&
    resourcePath(resource) === path
  ) return resource;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot read ${path}: there must be one resource in it, the one of this kind and name`,
    { path, hint: `see when it was changed: pond log ${path}` },
  );
}

async function textAt(
  fs: FileOperations,
  path: string,
): Promise<string | undefined> {
  if (!await fs.exists(path)) return undefined;
  return new TextDecoder().decode(await fs.readFile(path));
}

/** Makes the directories that lead to a path. */
export async function makeDirectories(
  tx: PondTransaction,
  path: string,
): Promise<void> {
  const parent = path.slice(0, path.lastIndexOf("/"));
  if (parent !== "") await tx.createDirectory(parent, { recursive: true });
}

/** The kind of this name. */
export function kindNamed(word: string): Kind | undefined {
  return isKind(word) ? word : undefined;
}
