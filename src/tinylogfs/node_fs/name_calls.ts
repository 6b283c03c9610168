/**
 * The functions that change names and what is said about nodes.
 *
 * @module
 */
import { hasCode } from "../../errors.ts";
import type { NodePath } from "../../tinyfs/mod.ts";
import { joinPath, parsePath } from "../../tinyfs/path.ts";
import type { Place } from "../../tinyfs/resolve.ts";
import { OpLogDirectory } from "../directory.ts";
import { microsecondsOf, modeOf, pathOf } from "./arguments.ts";
import {
  type Calls,
  isDirectory,
  ownDirectory,
  ownNode,
  taken,
} from "./calls.ts";
import { type Call, NodeFsError } from "./errors.ts";
import type { NodeRmOptions } from "./options.ts";
import type { NodeFs } from "./types.ts";

/** What a new directory gets when nothing is said, before the umask. */
const DIRECTORY_MODE = 0o777;

/** Random characters at the end of a name by `mkdtemp()`. */
const RANDOM_LENGTH = 6;

type MakeCalls = Pick<NodeFs, "mkdir" | "mkdtemp" | "symlink">;
type MoveCalls = Pick<NodeFs, "rename" | "rm" | "rmdir" | "unlink">;
type MetadataCalls = Pick<
  NodeFs,
  "chmod" | "chown" | "lchown" | "link" | "lutimes" | "utimes"
>;

/** The functions that make directories and symlinks. */
export function makeCalls(calls: Calls): MakeCalls {
  return {
    async mkdir(path, options) {
      const { mode = DIRECTORY_MODE, recursive = false } =
        typeof options === "object" && options !== null
          ? options
          : { mode: options ?? DIRECTORY_MODE };
      const bits = modeOf(mode) & ~calls.umask;
      const call = { syscall: "mkdir", path: pathOf(path) };
      return await calls.change(call, async () => {
        if (recursive) return await makeAll(calls, call.path, bits);
        const place = await calls.place(call.path, false);
        if (place.found) throw taken(place.found.path);
        await makeDirectory(place, bits);
        return undefined;
      });
    },
    async mkdtemp(prefix) {
      const random = calls.newId().slice(-RANDOM_LENGTH);
      const call = {
        syscall: "mkdtemp",
        path: `${pathOf(prefix, "prefix")}${random}`,
      };
      await calls.change(call, async () => {
        const place = await calls.place(call.path, false);
        if (place.found) throw taken(place.found.path);
        await makeDirectory(place, 0o700);
      });
      return call.path;
    },
    async symlink(target, path) {
      const call = {
        syscall: "symlink",
        path: pathOf(target, "target"),
        dest: pathOf(path),
      };
      await calls.change(call, async () => {
        await calls.root.createSymlink(call.dest, call.path);
      });
    },
  };
}

/** The functions that take names away. */
export function moveCalls(calls: Calls): MoveCalls {
  return {
    async rename(from, to) {
      const call = {
        syscall: "rename",
        path: pathOf(from, "oldPath"),
        dest: pathOf(to, "newPath"),
      };
      await calls.change(call, async () => {
        await calls.named(call.path, call);
        await calls.root.rename(call.path, call.dest);
      });
    },
    async unlink(path) {
      const call = { syscall: "unlink", path: pathOf(path) };
      await calls.change(call, async () => {
        const { node, path } = await calls.named(call.path, call);
        if (node.type === "directory") throw isDirectory(path);
        await calls.root.remove(path);
      });
    },
    async rmdir(path) {
      const call = { syscall: "rmdir", path: pathOf(path) };
      await calls.change(call, async () => {
        // A symlink is no directory, with a slash at its end neither.
        const bare = call.path.replace(/(?<=.)\/+$/, "");
        const found = await calls.named(bare, call);
        found.asDirectory();
        await calls.root.remove(found.path);
      });
    },
    async rm(path, options = {}) {
      const call = { syscall: "lstat", path: pathOf(path) };
      await calls.change(call, async () => {
        const found = await removable(calls, call, options);
        if (found === undefined) return;
        await calls.root.remove(found.path, { recursive: true });
      });
    },
  };
}

/** The functions that change what is said about nodes. */
export function metadataCalls(calls: Calls): MetadataCalls {
  const refused = (syscall: string) => (path: Parameters<NodeFs["chown"]>[0]) =>
    Promise.reject(new NodeFsError("ENOTSUP", { syscall, path: pathOf(path) }));
  const setTime =
    (syscall: string, followLast: boolean): NodeFs["utimes"] =>
    async (path, _atime, mtime) => {
      const modifiedUs = microsecondsOf(mtime);
      const call = { syscall, path: pathOf(path) };
      await calls.change(call, async () => {
        const found = await calls.root.resolve(call.path, { followLast });
        await ownNode(found).setMetadata({ modifiedUs });
      });
    };
  return {
    async chmod(path, mode) {
      const bits = modeOf(mode);
      const call = { syscall: "chmod", path: pathOf(path) };
      await calls.change(call, async () => {
        const found = await calls.root.resolve(call.path);
        await ownNode(found).setMetadata({ mode: bits });
      });
    },
    chown: refused("chown"),
    lchown: refused("lchown"),
    async link(existing, path) {
      const call = {
        syscall: "link",
        path: pathOf(existing, "existingPath"),
        dest: pathOf(path, "newPath"),
      };
      await calls.read(call, () => calls.root.resolve(call.path));
      throw new NodeFsError("ENOTSUP", call);
    },
    utimes: setTime("utime", true),
    lutimes: setTime("lutime", false),
  };
}

/**
 * Makes a directory and those above it.
 *
 * @returns The path of the first that was made, if any was.
 */
export async function makeAll(
  calls: Calls,
  path: string,
  mode: number,
): Promise<string | undefined> {
  let first: string | undefined;
  let at = "/";
  const { names } = parsePath(path);
  for (const [index, name] of names.entries()) {
    at = joinPath(at, name);
    const place = await calls.place(at, false);
    if (place.found === undefined) {
      await makeDirectory(place, mode);
      first ??= at;
    } else if (index === names.length - 1) {
      const end = await calls.root.resolve(at);
      if (end.node.type !== "directory") throw taken(end.path);
    }
  }
  return first;
}

async function makeDirectory(
  { directory, name }: Place,
  mode: number,
): Promise<void> {
  const above = ownDirectory(directory.asDirectory());
  await above.insert(name, OpLogDirectory.draft(above.context, { mode }));
}

/** What `rm()` takes away; nothing where that is fine. */
async function removable(
  calls: Calls,
  call: Call & { readonly path: string },
  { force = false, recursive = false }: NodeRmOptions,
): Promise<NodePath | undefined> {
  try {
    const found = await calls.named(call.path, call);
    if (found.node.type !== "directory" || recursive) return found;
  } catch (error) {
    if (force && hasCode(error, "NOT_FOUND")) return undefined;
    throw error;
  }
  throw new NodeFsError("EISDIR", { syscall: "rm", path: call.path }, {
    cause: isDirectory(call.path),
    nodeCode: "ERR_FS_EISDIR",
    problem:
      `Path is a directory: rm returned EISDIR (is a directory) ${call.path}`,
  });
}
