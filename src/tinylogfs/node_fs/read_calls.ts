/**
 * The functions that only look: content, names, kinds, numbers.
 *
 * @module
 */
import { type Bytes, encodeUtf8 } from "../../bytes.ts";
import type { Directory } from "../../tinyfs/mod.ts";
import { joinPath } from "../../tinyfs/path.ts";
import { asksForBytes, encodingOf, integerOf, pathOf } from "./arguments.ts";
import { type Calls, isDirectory } from "./calls.ts";
import { ACCESS } from "./constants.ts";
import { PondDir } from "./dir.ts";
import { type Call, NodeFsError } from "./errors.ts";
import type {
  NodeAsBytes,
  NodeAsText,
  NodeEncoding,
  NodeFsPath,
  NodeReadBytesOptions,
  NodeReaddirOptions,
  NodeReadTextOptions,
  NodeStatOptions,
} from "./options.ts";
import type { NodeBigIntStats, NodeDirent, NodeStats } from "./results.ts";
import { bigIntStatsOf, direntOf, statsOf } from "./stats.ts";
import type { NodeFs } from "./types.ts";

type ReadCalls = Pick<
  NodeFs,
  | "access"
  | "lstat"
  | "opendir"
  | "readdir"
  | "readlink"
  | "realpath"
  | "stat"
  | "watch"
>;

/** The functions that look at names and nodes. */
export function readCalls(calls: Calls): ReadCalls {
  return {
    ...nodeCalls(calls),
    ...textCalls(calls),
    ...listCalls(calls),
    watch(path) {
      const call = { syscall: "watch", path: pathOf(path) };
      const next = () => Promise.reject(new NodeFsError("ENOSYS", call));
      return { [Symbol.asyncIterator]: () => ({ next }) };
    },
  };
}

/** Reads a file by its path. */
export async function readWhole(
  calls: Calls,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Bytes> {
  const call = { syscall: "open", path };
  return await calls.read(call, async () => {
    const found = await calls.root.resolve(path);
    if (found.node.type === "directory") {
      const cause = isDirectory(path);
      throw new NodeFsError("EISDIR", { syscall: "read" }, { cause });
    }
    return await found.asFile().read(signal ? { signal } : {});
  }, signal);
}

/** Bytes as a program asked for them. */
export function decoded(
  calls: Calls,
  bytes: Bytes,
  options:
    | NodeEncoding
    | NodeReadTextOptions
    | NodeReadBytesOptions
    | null
    | undefined,
): string | Bytes {
  const encoding = encodingOf(options);
  const { buffers } = calls;
  return encoding ? buffers.text(bytes, encoding) : buffers.wrap(bytes);
}

function nodeCalls(calls: Calls): Pick<ReadCalls, "access" | "lstat" | "stat"> {
  async function stat(
    path: NodeFsPath,
    options: NodeStatOptions<true>,
  ): Promise<NodeBigIntStats>;
  async function stat(
    path: NodeFsPath,
    options?: NodeStatOptions<false>,
  ): Promise<NodeStats>;
  async function stat(path: NodeFsPath, options?: NodeStatOptions) {
    const call = { syscall: "stat", path: pathOf(path) };
    return await described(calls, call, options, true);
  }

  async function lstat(
    path: NodeFsPath,
    options: NodeStatOptions<true>,
  ): Promise<NodeBigIntStats>;
  async function lstat(
    path: NodeFsPath,
    options?: NodeStatOptions<false>,
  ): Promise<NodeStats>;
  async function lstat(path: NodeFsPath, options?: NodeStatOptions) {
    const call = { syscall: "lstat", path: pathOf(path) };
    return await described(calls, call, options, false);
  }

  async function access(path: NodeFsPath, mode?: number): Promise<void> {
    const asked = integerOf(mode ?? ACCESS.F_OK, "mode", 0, 7);
    const call = { syscall: "access", path: pathOf(path) };
    await calls.read(call, async () => {
      const { mode } = await calls.root.metadata(call.path);
      const runs = (mode & 0o111) !== 0;
      if (asked & ACCESS.X_OK && !runs) throw new NodeFsError("EACCES", call);
      if (asked & ACCESS.W_OK) calls.requireWritable(call);
    });
  }

  return { access, lstat, stat };
}

async function described(
  calls: Calls,
  call: Call & { readonly path: string },
  options: NodeStatOptions = {},
  followLast: boolean,
): Promise<NodeStats | NodeBigIntStats> {
  return await calls.read(call, async () => {
    const found = await calls.root.resolve(call.path, { followLast });
    const { id, type } = found.node;
    const node = { id, type, metadata: await found.metadata() };
    return options.bigint ? bigIntStatsOf(node) : statsOf(node);
  });
}

function textCalls(calls: Calls): Pick<ReadCalls, "readlink" | "realpath"> {
  async function readlink(
    path: NodeFsPath,
    options: NodeAsBytes,
  ): Promise<Bytes>;
  async function readlink(
    path: NodeFsPath,
    options?: NodeAsText,
  ): Promise<string>;
  async function readlink(
    path: NodeFsPath,
    options?: NodeAsBytes | NodeAsText,
  ): Promise<string | Bytes> {
    const call = { syscall: "readlink", path: pathOf(path) };
    const target = await calls.read(
      call,
      () => calls.root.readLink(call.path),
    );
    return nameAs(calls, target, options);
  }

  async function realpath(
    path: NodeFsPath,
    options: NodeAsBytes,
  ): Promise<Bytes>;
  async function realpath(
    path: NodeFsPath,
    options?: NodeAsText,
  ): Promise<string>;
  async function realpath(
    path: NodeFsPath,
    options?: NodeAsBytes | NodeAsText,
  ): Promise<string | Bytes> {
    const call = { syscall: "realpath", path: pathOf(path) };
    const found = await calls.read(call, () => calls.root.resolve(call.path));
    return nameAs(calls, found.path, options);
  }

  return { readlink, realpath };
}

function listCalls(calls: Calls): Pick<ReadCalls, "opendir" | "readdir"> {
  async function readdir(
    path: NodeFsPath,
    options: NodeReaddirOptions & { readonly withFileTypes: true },
  ): Promise<NodeDirent[]>;
  async function readdir(
    path: NodeFsPath,
    options:
      | "buffer"
      | (Omit<NodeReaddirOptions, "encoding"> & {
        readonly encoding: "buffer";
        readonly withFileTypes?: false;
      }),
  ): Promise<Bytes[]>;
  async function readdir(
    path: NodeFsPath,
    options?: NodeEncoding | NodeReaddirOptions | null,
  ): Promise<string[]>;
  async function readdir(
    path: NodeFsPath,
    options?: Parameters<typeof nameAs>[2] | NodeReaddirOptions,
  ): Promise<NodeDirent[] | (string | Bytes)[]> {
    const { recursive = false, withFileTypes = false }: NodeReaddirOptions =
      isNamed(options) ? options : {};
    const call = { syscall: "scandir", path: pathOf(path) };
    const listed = await calls.read(
      call,
      () => entriesOf(calls, call.path, recursive),
    );
    return withFileTypes
      ? listed.map(({ dirent }) => dirent)
      : listed.map(({ name }) => nameAs(calls, name, options));
  }

  return {
    readdir,
    async opendir(path, { recursive = false } = {}) {
      const call = { syscall: "opendir", path: pathOf(path) };
      const listed = await calls.read(
        call,
        () => entriesOf(calls, call.path, recursive),
      );
      return new PondDir(call.path, listed.map(({ dirent }) => dirent));
    },
  };
}

function isNamed(options: unknown): options is NodeReaddirOptions {
  return typeof options === "object" && options !== null;
}

interface Listed {
  /** The path from the directory that is listed. */
  readonly name: string;
  readonly dirent: NodeDirent;
}

/** Symlinks aren't followed below the directory itself. */
async function entriesOf(
  calls: Calls,
  path: string,
  recursive: boolean,
): Promise<Listed[]> {
  const top = path.replace(/\/+$/, "") || "/";
  const first = (await calls.root.resolve(path)).asDirectory();
  const listed: Listed[] = [];
  const found: [Directory, string][] = [[first, ""]];
  for (const [directory, above] of found) {
    const parentPath = above === "" ? path : joinPath(top, above);
    for await (const { name, node } of directory.entries()) {
      const below = above === "" ? name : `${above}/${name}`;
      const dirent = direntOf(name, parentPath, node.type);
      listed.push({ name: below, dirent });
      if (recursive && node.type === "directory") {
        found.push([node, below]);
      }
    }
  }
  return listed;
}

function nameAs(
  calls: Calls,
  name: string,
  options: NodeAsBytes | NodeAsText | undefined,
): string | Bytes {
  const bytes = encodeUtf8(name);
  if (asksForBytes(options)) return calls.buffers.wrap(bytes);
  const encoding = encodingOf(options) ?? "utf8";
  return calls.buffers.text(bytes, encoding);
}
