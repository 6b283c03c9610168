/**
 * Copying trees, as `cp()` does.
 *
 * @module
 */
import type { Node, NodePath } from "../../tinyfs/mod.ts";
import { joinPath } from "../../tinyfs/path.ts";
import { OpLogDirectory } from "../directory.ts";
import { OpLogFile } from "../file.ts";
import type { OpLogNode } from "../node.ts";
import { OpLogSymlink } from "../symlink.ts";
import { viewNode } from "../view_nodes.ts";
import { pathOf } from "./arguments.ts";
import { type Calls, ownNode } from "./calls.ts";
import { type NodeErrno, NodeFsError } from "./errors.ts";
import { copyInto } from "./file_calls.ts";
import { makeAll } from "./name_calls.ts";
import type { NodeCpOptions } from "./options.ts";
import type { NodeFs } from "./types.ts";

/** What Node says before each of these problems. */
const HEADINGS = {
  ERR_FS_CP_DIR_TO_NON_DIR: "Cannot overwrite non-directory with directory",
  ERR_FS_CP_EEXIST: "Target already exists",
  ERR_FS_CP_EINVAL: "Invalid src or dest",
  ERR_FS_CP_NON_DIR_TO_DIR: "Cannot overwrite directory with non-directory",
  ERR_FS_EISDIR: "Path is a directory",
} as const;

/** What is copied, and what is there. */
interface Copy {
  readonly from: string;
  readonly to: string;
  readonly source: NodePath;
  readonly target: NodePath | undefined;
}

/** The function that copies trees. */
export function copyCalls(calls: Calls): Pick<NodeFs, "cp"> {
  return {
    async cp(from, to, options = {}) {
      const [source, target] = [pathOf(from, "src"), pathOf(to, "dest")];
      const wanted = await chosen(options, source, target);
      if (!wanted) return;
      const call = { syscall: "lstat", path: source };
      const paths = { from: source, to: target };
      const copies = await calls.read(
        call,
        () => Array.fromAsync(planned(calls, paths, options)),
      );
      await calls.change(call, async () => {
        const above = target.replace(/\/+$/, "").replace(/[^/]*$/, "");
        if (above !== "") await makeAll(calls, above, 0o777 & ~calls.umask);
        for (const copy of copies) await run(calls, copy, options);
      });
    },
  };
}

/** The caller's filter may call the same filesystem: it is asked before. */
async function* planned(
  calls: Calls,
  { from, to }: { readonly from: string; readonly to: string },
  options: NodeCpOptions,
): AsyncGenerator<Copy> {
  const followLast = options.dereference === true;
  const source = await calls.root.resolve(from, { followLast });
  const target = await calls.root.exists(to, { followLast })
    ? await calls.root.resolve(to, { followLast })
    : undefined;
  const copy = { from, to, source, target };
  requirePossible(copy, options);
  yield copy;
  if (source.node.type !== "directory") return;
  for await (const { name } of source.asDirectory().entries()) {
    const paths = { from: joinPath(from, name), to: joinPath(to, name) };
    if (!await chosen(options, paths.from, paths.to)) continue;
    yield* planned(calls, paths, options);
  }
}

async function chosen(
  { filter }: NodeCpOptions,
  from: string,
  to: string,
): Promise<boolean> {
  return filter === undefined || Boolean(await filter(from, to));
}

function requirePossible(
  { from, to, source, target }: Copy,
  options: NodeCpOptions,
): void {
  const isTree = source.node.type === "directory";
  if (target?.node.id === source.node.id) {
    throw problem(
      "ERR_FS_CP_EINVAL",
      "EINVAL",
      to,
      "src and dest cannot be the same",
    );
  }
  if (isTree && !options.recursive) {
    throw problem(
      "ERR_FS_EISDIR",
      "EISDIR",
      from,
      `${from} is a directory (not copied)`,
    );
  }
  if (isTree && `${to}/`.startsWith(`${source.path}/`)) {
    const text = `cannot copy ${from} to a subdirectory of self ${to}`;
    throw problem("ERR_FS_CP_EINVAL", "EINVAL", to, text);
  }
  if (target === undefined) return;
  const isInTree = target.node.type === "directory";
  if (isTree && !isInTree) {
    const text = `cannot overwrite non-directory ${to} with directory ${from}`;
    throw problem("ERR_FS_CP_DIR_TO_NON_DIR", "EISDIR", to, text);
  }
  if (!isTree && isInTree) {
    const text = `cannot overwrite directory ${to} with non-directory ${from}`;
    throw problem("ERR_FS_CP_NON_DIR_TO_DIR", "ENOTDIR", to, text);
  }
  const isKept = !isTree && options.force === false;
  if (isKept && options.errorOnExist) {
    throw problem("ERR_FS_CP_EEXIST", "EEXIST", to, `${to} already exists`);
  }
}

/** A file that is replaced stays the node that it is, with its history. */
async function run(
  calls: Calls,
  copy: Copy,
  options: NodeCpOptions,
): Promise<void> {
  const copied = await copyOne(calls, copy, options);
  if (copied === undefined || !options.preserveTimestamps) return;
  const { modifiedUs } = await copy.source.metadata();
  await copied.setMetadata({ modifiedUs });
}

async function copyOne(
  calls: Calls,
  { from, to, source, target }: Copy,
  options: NodeCpOptions,
): Promise<OpLogNode | undefined> {
  const { node } = source;
  if (target !== undefined) {
    if (node.type === "directory" || options.force === false) {
      return undefined;
    }
    const there = ownNode(target);
    if (node instanceof OpLogFile && there instanceof OpLogFile) {
      await copyInto(there, node);
      return there;
    }
    await calls.root.remove(to);
  }
  const copy = await cloneOf(calls, node, from, options);
  await calls.root.insert(to, copy);
  return copy;
}

async function cloneOf(
  calls: Calls,
  node: Node,
  from: string,
  options: NodeCpOptions,
): Promise<OpLogFile | OpLogDirectory | OpLogSymlink> {
  if (node instanceof OpLogSymlink) {
    return await linkTo(calls, node, from, options);
  }
  const isOwn = node instanceof OpLogDirectory || node instanceof OpLogFile;
  if (isOwn) return await node.clone();
  // What a view shows is in no row: its bytes are written.
  const view = viewNode(node);
  return view.type === "file"
    ? await calls.factory.createFile(await view.stream())
    : await calls.factory.createDirectory();
}

/** A relative target would lead elsewhere from there. */
async function linkTo(
  calls: Calls,
  link: OpLogSymlink,
  from: string,
  { verbatimSymlinks }: NodeCpOptions,
): Promise<OpLogSymlink> {
  const target = await link.target();
  if (verbatimSymlinks || target.startsWith("/")) return await link.clone();
  const names: string[] = [];
  for (const name of `${from}/../${target}`.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return await calls.factory.createSymlink(`/${names.join("/")}`);
}

function problem(
  nodeCode: keyof typeof HEADINGS,
  code: NodeErrno,
  path: string,
  text: string,
): NodeFsError {
  return new NodeFsError(code, { syscall: "cp", path }, {
    nodeCode,
    problem: `${HEADINGS[nodeCode]}: cp returned ${code} (${text}) ${path}`,
  });
}
