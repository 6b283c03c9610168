/**
 * Copies inside a pond: content is shared, not read; that of views is computed.
 *
 * Everything is looked at first, and copied then: what is in the way of one
 * file, or can't be copied, leaves no half of a tree.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import {
  joinPath,
  type Node,
  type NodePath,
  type WorkingDir,
} from "../tinyfs/mod.ts";
import { OpLogDirectory } from "./directory.ts";
import { OpLogFile } from "./file.ts";
import { OpLogSymlink } from "./symlink.ts";
import {
  ViewDirectory,
  ViewFile,
  type ViewNode,
  viewNode,
} from "./view_nodes.ts";

/** One node of a copy. */
type Step =
  /** A new node, at a path where nothing is. */
  | { readonly kind: "create"; readonly source: PondNode; readonly to: string }
  /** A file gets the content of another one. */
  | {
    readonly kind: "replace";
    readonly source: OpLogFile | ViewFile;
    readonly target: OpLogFile;
  };

type PondNode = OpLogFile | OpLogSymlink | OpLogDirectory | ViewNode;

/**
 * Copies a file or symlink, or a directory with everything in it.
 *
 * @param root The pond's root.
 * @param from What to copy; a symlink is copied as one.
 * @param to The path of the copy; a file there gets a new version.
 * @param recursive Whether a directory may be copied.
 * @throws {PondError} `IS_A_DIRECTORY`, `INVALID_ARGUMENT` for a copy into
 *   itself, and what paths can do wrong; nothing is copied then.
 */
export async function copyNode(
  root: WorkingDir,
  from: string,
  to: string,
  recursive: boolean,
): Promise<void> {
  const source = await root.resolve(from, { followLast: false });
  if (source.node.type === "directory") {
    if (!recursive) throw needsRecursive(source.path);
    await requireApart(root, source, to);
  }
  const steps = await Array.fromAsync(planCopy(root, ownNode(source.node), to));
  for (const { source } of steps) {
    if (source instanceof OpLogFile) await source.requireCopyable();
  }
  for (const step of steps) await runStep(root, step);
}

/** Parents come before their children. */
async function* planCopy(
  root: WorkingDir,
  source: PondNode,
  to: string,
): AsyncGenerator<Step> {
  if (source.type === "symlink") {
    if (await root.exists(to, { followLast: false })) throw taken(to);
    await root.resolveParent(to);
    yield { kind: "create", source, to };
  } else if (source.type === "file") {
    yield await planFile(root, source, to);
  } else if (await root.exists(to)) {
    (await root.resolve(to)).asDirectory();
    yield* planEntries(root, source, to);
  } else {
    // A symlink that leads to nothing is in the way of a directory.
    if (await root.exists(to, { followLast: false })) throw taken(to);
    await root.resolveParent(to);
    yield { kind: "create", source, to };
    yield* planNew(source, to);
  }
}

async function planFile(
  root: WorkingDir,
  source: OpLogFile | ViewFile,
  to: string,
): Promise<Step> {
  if (!await root.exists(to)) {
    return { kind: "create", source, to: await landing(root, to) };
  }
  const target = (await root.resolve(to)).asFile();
  if (!(target instanceof OpLogFile)) {
    return viewNode(target).requireWritable();
  }
  return { kind: "replace", source, target };
}

async function* planEntries(
  root: WorkingDir,
  source: OpLogDirectory | ViewDirectory,
  to: string,
): AsyncGenerator<Step> {
  for await (const { name, node } of source.entries()) {
    yield* planCopy(root, ownNode(node), joinPath(to, name));
  }
}

/** Below a new directory nothing is in the way. */
async function* planNew(
  directory: OpLogDirectory | ViewDirectory,
  path: string,
): AsyncGenerator<Step> {
  for await (const { name, node } of directory.entries()) {
    const source = ownNode(node);
    const to = joinPath(path, name);
    yield { kind: "create", source, to };
    if (source.type === "directory") yield* planNew(source, to);
  }
}

async function runStep(root: WorkingDir, step: Step): Promise<void> {
  if (step.kind === "replace") {
    const { source, target } = step;
    if (source instanceof ViewFile) await target.write(await source.stream());
    else if (target.id !== source.id) await target.become(source);
    return;
  }
  const { source } = step;
  if (source instanceof ViewFile) {
    await root.createFile(step.to, await source.stream());
  } else if (source instanceof ViewDirectory) {
    await root.createDirectory(step.to);
  } else await root.insert(step.to, await source.clone());
}

/**
 * The path where a file is made: at the end of all symlinks, which leads to
 * nothing. There are few: a longer way was refused when it was looked up.
 */
async function landing(root: WorkingDir, path: string): Promise<string> {
  const { directory, name } = await root.resolveParent(path);
  const node = await directory.asDirectory().get(name);
  if (node?.type !== "symlink") {
    // The path as it is: a slash at its end is the caller's mistake.
    return path;
  }
  const target = await node.target();
  return await landing(
    root,
    target.startsWith("/") ? target : joinPath(directory.path, target),
  );
}

/** A directory that holds its own copy would hold that copy's copy … */
async function requireApart(
  root: WorkingDir,
  source: NodePath,
  to: string,
): Promise<void> {
  const target = await root.exists(to)
    ? await root.resolve(to)
    : (await root.resolveParent(to)).directory;
  if (!target.isWithin(source)) return;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot copy ${source.path} into itself, to ${to}`,
    { path: to },
  );
}

function ownNode(node: Node): PondNode {
  const isOwn = node instanceof OpLogFile || node instanceof OpLogSymlink ||
    node instanceof OpLogDirectory;
  return isOwn ? node : viewNode(node);
}

function taken(path: string): PondError {
  return new PondError(
    "ALREADY_EXISTS",
    `Cannot create ${path}: it exists already`,
    { path },
  );
}

function needsRecursive(path: string): PondError {
  return new PondError(
    "IS_A_DIRECTORY",
    `Cannot copy ${path}: it is a directory`,
    { path, hint: `with everything in it: pond cp -r ${path} TO` },
  );
}
