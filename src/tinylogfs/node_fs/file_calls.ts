/**
 * The functions that read and write content.
 *
 * @module
 */
import {
  type Bytes,
  type ByteSource,
  collectBytes,
  concatBytes,
} from "../../bytes.ts";
import type { File } from "../../tinyfs/mod.ts";
import { OpLogFile } from "../file.ts";
import { flagsOf, modeOf, type OpenFlags, pathOf } from "./arguments.ts";
import { type Calls, isDirectory, ownFile, taken } from "./calls.ts";
import { COPYFILE_EXCL } from "./constants.ts";
import { contentOf, writeOptionsOf } from "./content.ts";
import { PondFileHandle } from "./file_handle.ts";
import { draftFile, makeFile, openNode, writePlace } from "./open.ts";
import type {
  NodeEncoding,
  NodeFsContent,
  NodeFsFlag,
  NodeFsPath,
  NodeReadBytesOptions,
  NodeReadTextOptions,
  NodeWriteFileOptions,
} from "./options.ts";
import { decoded, readWhole } from "./read_calls.ts";
import type { NodeFileHandle } from "./results.ts";
import type { NodeFs } from "./types.ts";

/** What a new file gets when nothing is said, before the umask. */
const FILE_MODE = 0o666;

type FileCalls = Pick<
  NodeFs,
  "appendFile" | "copyFile" | "open" | "readFile" | "truncate" | "writeFile"
>;

/** The functions that read and write content. */
export function fileCalls(calls: Calls): FileCalls {
  async function readFile(
    path: NodeFsPath | NodeFileHandle,
    options: NodeEncoding | NodeReadTextOptions,
  ): Promise<string>;
  async function readFile(
    path: NodeFsPath | NodeFileHandle,
    options?: NodeReadBytesOptions | null,
  ): Promise<Bytes>;
  async function readFile(
    path: NodeFsPath | NodeFileHandle,
    options?: NodeEncoding | NodeReadTextOptions | NodeReadBytesOptions | null,
  ): Promise<string | Bytes> {
    const bytes = isOpen(path)
      ? await path.readFile()
      : await contentAt(calls, pathOf(path), options);
    return decoded(calls, bytes, options);
  }

  return {
    readFile,
    async open(path, flags = "r", mode = FILE_MODE) {
      return await opened(calls, pathOf(path), flags, modeOf(mode));
    },
    async writeFile(path, data, options) {
      const given = writeOptionsOf(options);
      if (isOpen(path)) await path.writeFile(data, given);
      else await writeContent(calls, pathOf(path), data, given);
    },
    async appendFile(path, data, options) {
      const given = { flag: "a", ...writeOptionsOf(options) };
      if (isOpen(path)) await path.appendFile(data, given);
      else await writeContent(calls, pathOf(path), data, given);
    },
    async truncate(path, length) {
      await using file = await opened(calls, pathOf(path), "r+", FILE_MODE);
      await file.truncate(length);
    },
    async copyFile(from, to, mode = 0) {
      await copyContent(calls, pathOf(from, "src"), pathOf(to, "dest"), mode);
    },
  };
}

function isOpen(value: NodeFsPath | NodeFileHandle): value is NodeFileHandle {
  return typeof value === "object" && value !== null && "writeFile" in value;
}

async function contentAt(
  calls: Calls,
  path: string,
  options:
    | NodeEncoding
    | NodeReadTextOptions
    | NodeReadBytesOptions
    | null
    | undefined,
): Promise<Bytes> {
  const { flag = "r", signal } = typeof options === "object" && options
    ? options
    : {};
  if (flag === "r") return await readWhole(calls, path, signal);
  await using file = await opened(calls, path, flag, FILE_MODE);
  return await file.readFile();
}

async function opened(
  calls: Calls,
  path: string,
  flag: NodeFsFlag,
  mode: number,
): Promise<PondFileHandle> {
  const flags = flagsOf(flag);
  const call = { syscall: "open", path };
  const open = () => openNode(calls, path, flags, mode);
  const node = flags.writes || flags.creates
    ? await calls.change(call, open)
    : await calls.read(call, open);
  return new PondFileHandle(calls, { node, path }, flags);
}

/** Writes a file by its path, as its flags ask. */
async function writeContent(
  calls: Calls,
  path: string,
  data: NodeFsContent,
  options: NodeWriteFileOptions,
): Promise<void> {
  const flags = flagsOf(options.flag ?? "w");
  const mode = modeOf(options.mode ?? FILE_MODE);
  const source = contentOf(data, options, calls.buffers);
  if (flags.reads || !flags.creates) {
    await using file = await opened(calls, path, options.flag ?? "w", mode);
    await file.writeFile(data, options);
    return;
  }
  const writing = { path, flags, mode };
  if (flags.appends) await append(calls, writing, source);
  else await replace(calls, writing, source, options.signal);
}

interface Writing {
  readonly path: string;
  readonly flags: OpenFlags;
  readonly mode: number;
}

/**
 * What makes the content of an iterable may call the same filesystem, so that
 * is taken in before the call's turn. Bytes can wait for it.
 */
async function replace(
  calls: Calls,
  { path, flags, mode }: Writing,
  source: ByteSource,
  signal: AbortSignal | undefined,
): Promise<void> {
  const call = { syscall: "open", path };
  const draft = async () => {
    signal?.throwIfAborted();
    return await draftFile(calls, mode, source, signal ? { signal } : {});
  };
  calls.requireWritable(call);
  const early = source instanceof Uint8Array
    ? undefined
    : await calls.told(call, draft, signal);
  await calls.change(call, async () => {
    const { directory, found, name } = await writePlace(calls, path, flags);
    const written = early ?? await draft();
    if (found === undefined) {
      await directory.asDirectory().insert(name, written);
    } else await ownFile(found).become(written);
  }, signal);
}

async function append(
  calls: Calls,
  { path, flags, mode }: Writing,
  source: ByteSource,
): Promise<void> {
  const bytes = source instanceof Uint8Array
    ? source
    : await collectBytes(source);
  await calls.change({ syscall: "open", path }, async () => {
    const place = await writePlace(calls, path, flags);
    if (place.found === undefined) {
      await makeFile(calls, place, mode, bytes);
      return;
    }
    const file = ownFile(place.found);
    await file.write(concatBytes([await file.read(), bytes]));
  });
}

/** What a view shows is in no blob: its bytes are written. */
async function copyComputed(
  calls: Calls,
  source: File,
  to: string,
  mode: number,
): Promise<void> {
  const isExclusive = (mode & COPYFILE_EXCL) !== 0;
  const { directory, found, name } = await calls.place(to, !isExclusive);
  if (found === undefined) {
    const file = await calls.factory.createFile(await source.stream());
    await directory.asDirectory().insert(name, file);
    return;
  }
  if (isExclusive) throw taken(found.path);
  await found.asFile().write(await source.stream());
}

/** Blobs are shared. */
async function copyContent(
  calls: Calls,
  from: string,
  to: string,
  mode: number,
): Promise<void> {
  const call = { syscall: "copyfile", path: from, dest: to };
  await calls.change(call, async () => {
    const { node } = await calls.root.resolve(from);
    if (node.type === "file" && !(node instanceof OpLogFile)) {
      return await copyComputed(calls, node, to, mode);
    }
    const source = ownFile(await calls.root.resolve(from));
    const isExclusive = (mode & COPYFILE_EXCL) !== 0;
    const place = await calls.place(to, !isExclusive);
    const { directory, found, name } = place;
    if (found === undefined) {
      await directory.asDirectory().insert(name, await source.clone());
      return;
    }
    if (isExclusive) throw taken(found.path);
    if (found.node.type === "directory") throw isDirectory(found.path);
    await copyInto(ownFile(found), source);
  });
}

/** Gives a file the content and the permission bits of another one. */
export async function copyInto(
  target: OpLogFile,
  source: OpLogFile,
): Promise<void> {
  if (target.id === source.id) return;
  await target.become(source);
  const { mode } = await source.metadata();
  if (mode === (await target.metadata()).mode) return;
  await target.setMetadata({ mode });
}
