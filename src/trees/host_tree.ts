/**
 * A walk through a tree of the host, directory by directory.
 *
 * @module
 */
import { decodeUtf8 } from "../bytes.ts";
import { hasCode, PondError } from "../errors.ts";
import type { FileStat, FileStore } from "../host/mod.ts";
import { isDraftName, joined } from "./transfer.ts";
import type { Candidate, TreeFilter } from "./filter.ts";
import type { IgnoreRules } from "./ignore_file.ts";
import { mapInOrder } from "./pool.ts";

/** How many names are looked up at a time. */
const LOOKUPS = 32;

/** Says what of its directory is left out; see `ignore_file.ts`. */
const IGNORE_FILE = ".pondignore";

/** Something in a tree of the host. */
export interface HostNode {
  /** Its name in its directory. */
  readonly name: string;
  /** Its path on the host. */
  readonly source: string;
  /** Its path from the top of the tree: `/a/b`. */
  readonly path: string;
  /** What it was when it was found. */
  readonly stat: FileStat;
}

/** A directory of a tree, with what is meant in it, ordered by name. */
export interface HostDirectory {
  /** The directory; the top is `/`. */
  readonly node: HostNode;
  /** What is in it and is put. */
  readonly children: readonly HostNode[];
  /** Whether all names in it could be looked up. */
  readonly isWhole: boolean;
  /** Whether something in it, or below, is left out on purpose. */
  readonly leavesOut: (candidate: Candidate) => boolean;
}

/** What a walk needs to know. */
export interface WalkOptions {
  /** What of the tree is meant. */
  readonly filter: TreeFilter;
  /** Ends the walk. */
  readonly signal: AbortSignal;
  /** Is told what can't be read; the walk goes on without it. */
  readonly failed: (source: string, error: PondError) => Promise<void>;
}

/**
 * Walks through a directory: each one comes before those in it.
 *
 * @param files The host's files.
 * @param top The directory.
 */
export async function* walkHost(
  files: FileStore,
  top: HostNode,
  options: WalkOptions,
): AsyncGenerator<HostDirectory> {
  yield* walk(files, top, undefined, options);
}

async function* walk(
  files: FileStore,
  node: HostNode,
  above: IgnoreRules | undefined,
  options: WalkOptions,
): AsyncGenerator<HostDirectory> {
  options.signal.throwIfAborted();
  const read = await reported(
    options,
    node.source,
    () => readDirectory(files, node, above, options),
  );
  if (read === undefined) return;
  yield read.directory;
  for (const child of read.directory.children) {
    if (child.stat.type !== "directory") continue;
    yield* walk(files, child, read.rules, options);
  }
}

async function readDirectory(
  files: FileStore,
  node: HostNode,
  above: IgnoreRules | undefined,
  options: WalkOptions,
): Promise<{ directory: HostDirectory; rules: IgnoreRules | undefined }> {
  const names = new Map<string, boolean>();
  let hasRules = false;
  for await (const { name, type } of files.list(node.source)) {
    names.set(name, type === "directory");
    // What is no file says nothing, and might never end.
    hasRules ||= name === IGNORE_FILE && type === "file";
  }
  const rules = hasRules ? await readRules(files, node, above) : above;
  const leavesOut = (candidate: Candidate) =>
    isDraft(candidate) || !options.filter.takes(candidate) ||
    (rules?.ignores(candidate) ?? false);
  let isWhole = true;
  const failed: WalkOptions["failed"] = async (source, error) => {
    isWhole = false;
    await options.failed(source, error);
  };
  const meant = [...names].filter(([name, isDirectory]) =>
    !leavesOut({ path: joined(node.path, name), isDirectory })
  ).map(([name]) => name).sort((a, b) => a < b ? -1 : 1);
  const children: HostNode[] = [];
  const found = mapInOrder(
    meant,
    LOOKUPS,
    (name) =>
      reported(
        { ...options, failed },
        joined(node.source, name),
        () => lookUp(files, node, name),
      ),
  );
  for await (const child of found) if (child) children.push(child);
  return { directory: { node, children, isWhole, leavesOut }, rules };
}

/** What a killed get has left is no part of a tree. */
function isDraft({ isDirectory, path }: Candidate): boolean {
  return !isDirectory && isDraftName(path.slice(path.lastIndexOf("/") + 1));
}

async function lookUp(
  files: FileStore,
  { path, source }: HostNode,
  name: string,
): Promise<HostNode | undefined> {
  const node = { name, source: joined(source, name), path: joined(path, name) };
  const stat = await files.stat(node.source);
  if (stat !== undefined) return { ...node, stat };
  // What is gone by now was never there; what has no name in UTF-8 can't be
  // asked for.
  if (!name.includes("\ufffd")) return undefined;
  throw new PondError(
    "INVALID_NAME",
    `Cannot put ${node.source}: the name is not valid UTF-8`,
    { path: source, hint: "rename the file; names in a pond are UTF-8" },
  );
}

async function readRules(
  files: FileStore,
  { path, source }: HostNode,
  above: IgnoreRules | undefined,
): Promise<IgnoreRules> {
  const { IgnoreRules } = await import("./ignore_file.ts");
  const text = decodeUtf8(await files.read(joined(source, IGNORE_FILE)));
  return new IgnoreRules(text, path, above);
}

/** A failure is told, and what it is about is passed over. */
async function reported<T>(
  { failed, signal }: WalkOptions,
  source: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted || !(error instanceof PondError)) throw error;
    // A directory that has gone since it was found.
    if (hasCode(error, "NOT_FOUND")) return undefined;
    await failed(source, error);
    return undefined;
  }
}
