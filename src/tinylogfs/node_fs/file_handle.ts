/**
 * Open files.
 *
 * @module
 */
import { type Bytes, collectBytes } from "../../bytes.ts";
import type { NodeId } from "../../tinyfs/mod.ts";
import { OpLogFile } from "../file.ts";
import {
  encodingOf,
  integerOf,
  microsecondsOf,
  modeOf,
  type OpenFlags,
} from "./arguments.ts";
import { type Calls, ownNode } from "./calls.ts";
import { bytesOf, contentOf, writeOptionsOf } from "./content.ts";
import { type Call, NodeFsError } from "./errors.ts";
import type { OpenNode } from "./open.ts";
import type {
  NodeEncoding,
  NodeFsContent,
  NodeFsTime,
  NodeReadBytesOptions,
  NodeReadTextOptions,
  NodeStatOptions,
  NodeWriteFileOptions,
} from "./options.ts";
import type {
  NodeBigIntStats,
  NodeFileHandle,
  NodeReadPart,
  NodeStats,
} from "./results.ts";
import { bigIntStatsOf, type Described, statsOf } from "./stats.ts";

/** As Node has it, for a read without a buffer. */
const BUFFER_BYTES = 16_384;

/** An open file, or a directory that was opened like one. */
export class PondFileHandle implements NodeFileHandle {
  readonly #calls: Calls;
  readonly #node: OpenNode;
  readonly #path: string;
  readonly #flags: OpenFlags;
  #fd: number;
  /** Where the next read or write begins that doesn't say. */
  #position = 0;

  /**
   * @param calls The pond.
   * @param opened What is open, and the path that it was opened by.
   * @param flags What it may be used for.
   */
  constructor(
    calls: Calls,
    { node, path }: { readonly node: OpenNode; readonly path: string },
    flags: OpenFlags,
  ) {
    this.#calls = calls;
    this.#node = node;
    this.#path = path;
    this.#flags = flags;
    this.#fd = calls.newFd();
  }

  get fd(): number {
    return this.#fd;
  }

  async appendFile(
    data: string | Uint8Array,
    options?: NodeWriteFileOptions | NodeEncoding | null,
  ): Promise<void> {
    await this.writeFile(data, options);
  }

  async chmod(mode: number | string): Promise<void> {
    const bits = modeOf(mode);
    const change = async () =>
      await ownNode({ node: this.#node }).setMetadata({ mode: bits });
    await this.#calls.change(this.#call("fchmod"), change);
  }

  async close(): Promise<void> {
    if (this.#fd < 0) return;
    const call = this.#call("close");
    this.#fd = -1;
    if (!this.#flags.writes) return;
    try {
      await this.#flush(call);
    } finally {
      // Nobody can write it any more, whether it was kept or not.
      this.#calls.drafts.drop(this.#id);
    }
  }

  async datasync(): Promise<void> {
    await this.#flush(this.#call("fdatasync"));
  }

  async read<B extends ArrayBufferView>(
    buffer: B,
    offset?: number | null | NodeReadPart,
    length?: number | null,
    position?: number | bigint | null,
  ): Promise<{ bytesRead: number; buffer: B }>;
  async read(
    options?: NodeReadPart & { readonly buffer?: ArrayBufferView },
  ): Promise<{ bytesRead: number; buffer: ArrayBufferView }>;
  async read(
    target?: ArrayBufferView | (NodeReadPart & { buffer?: ArrayBufferView }),
    offset?: number | null | NodeReadPart,
    length?: number | null,
    position?: number | bigint | null,
  ): Promise<{ bytesRead: number; buffer: ArrayBufferView }> {
    const part = typeof offset === "object" && offset
      ? offset
      : { offset, length, position };
    const options = target === undefined || ArrayBuffer.isView(target)
      ? { ...part, buffer: target }
      : target;
    const buffer = options.buffer ?? this.#newBuffer();
    const bytesRead = await this.#readInto(bytesOf(buffer), options);
    return { bytesRead, buffer };
  }

  async readFile(
    options: NodeEncoding | NodeReadTextOptions,
  ): Promise<string>;
  async readFile(options?: NodeReadBytesOptions | null): Promise<Bytes>;
  async readFile(
    options?: NodeEncoding | NodeReadTextOptions | NodeReadBytesOptions | null,
  ): Promise<string | Bytes> {
    const encoding = encodingOf(options);
    const bytes = await this.#draft("read", async () => {
      const rest = await this.#bytesAt(this.#position);
      this.#position += rest.length;
      return rest;
    });
    const { buffers } = this.#calls;
    return encoding ? buffers.text(bytes, encoding) : buffers.wrap(bytes);
  }

  async stat(options: NodeStatOptions<true>): Promise<NodeBigIntStats>;
  async stat(options?: NodeStatOptions<false>): Promise<NodeStats>;
  async stat(
    options: NodeStatOptions = {},
  ): Promise<NodeStats | NodeBigIntStats> {
    const { id, type } = this.#node;
    const call = this.#call("fstat");
    const metadata = await this.#calls.read(call, () => this.#node.metadata());
    const described: Described = { id, type, metadata };
    return options.bigint ? bigIntStatsOf(described) : statsOf(described);
  }

  async sync(): Promise<void> {
    await this.#flush(this.#call("fsync"));
  }

  async truncate(length: number = 0): Promise<void> {
    const left = Math.max(
      0,
      integerOf(length, "len", -Number.MAX_SAFE_INTEGER),
    );
    await this.#draft("ftruncate", async () => {
      if (!this.#flags.writes) {
        throw new NodeFsError("EINVAL", { syscall: "ftruncate" });
      }
      (await this.#calls.drafts.begin(this.#file("ftruncate"))).truncate(left);
    });
  }

  async utimes(_atime: NodeFsTime, mtime: NodeFsTime): Promise<void> {
    const modifiedUs = microsecondsOf(mtime);
    const change = async () =>
      await ownNode({ node: this.#node }).setMetadata({ modifiedUs });
    await this.#calls.change(this.#call("futime"), change);
  }

  async write(
    text: string,
    position?: number | null,
    encoding?: NodeEncoding | null,
  ): Promise<{ bytesWritten: number; buffer: string }>;
  async write<B extends ArrayBufferView>(
    buffer: B,
    offset?: number | null,
    length?: number | null,
    position?: number | null,
  ): Promise<{ bytesWritten: number; buffer: B }>;
  async write<B extends ArrayBufferView>(
    buffer: string | B,
    second?: number | null,
    third?: number | NodeEncoding | null,
    position?: number | null,
  ): Promise<{ bytesWritten: number; buffer: string | B }> {
    if (typeof buffer === "string") {
      const encoding = typeof third === "string" ? third : "utf8";
      const bytes = this.#calls.buffers.bytes(buffer, encoding);
      return { bytesWritten: await this.#write(bytes, second), buffer };
    }
    const all = bytesOf(buffer);
    const offset = integerOf(second ?? 0, "offset", 0, all.length);
    const room = all.length - offset;
    const given = typeof third === "number" ? third : room;
    const length = integerOf(given, "length", 0, room);
    const bytes = all.slice(offset, offset + length);
    return { bytesWritten: await this.#write(bytes, position), buffer };
  }

  async writeFile(
    data: NodeFsContent,
    options?: NodeWriteFileOptions | NodeEncoding | null,
  ): Promise<void> {
    const { buffers } = this.#calls;
    const source = contentOf(data, writeOptionsOf(options), buffers);
    await this.#write(await collectBytes(source), undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #id(): NodeId {
    return this.#node.id;
  }

  /** What is asked of an open file is no matter of a path. */
  #call(syscall: string): Call {
    if (this.#fd >= 0) return { syscall, openedBy: this.#path };
    throw new NodeFsError("EBADF", { syscall }, { problem: "file closed" });
  }

  #file(syscall: string): OpLogFile {
    if (this.#node instanceof OpLogFile) return this.#node;
    throw new NodeFsError("EISDIR", { syscall });
  }

  async #draft<T>(syscall: string, work: () => Promise<T>): Promise<T> {
    return await this.#calls.draft(this.#call(syscall), work);
  }

  /** What was written becomes pending before any other change does. */
  async #flush(call: Call): Promise<void> {
    if (!this.#flags.writes) return;
    await this.#calls.change(call, () => Promise.resolve());
  }

  #newBuffer(): Bytes {
    return this.#calls.buffers.wrap(new Uint8Array(BUFFER_BYTES));
  }

  async #readInto(
    target: Uint8Array,
    where: NodeReadPart,
  ): Promise<number> {
    const offset = integerOf(where.offset ?? 0, "offset", 0, target.length);
    const room = target.length - offset;
    const length = integerOf(where.length ?? room, "length", 0, room);
    const position = Number(where.position ?? -1);
    return await this.#draft("read", async () => {
      const at = position < 0 ? this.#position : position;
      const bytes = await this.#bytesAt(at, length);
      target.set(bytes, offset);
      if (position < 0) this.#position += bytes.length;
      return bytes.length;
    });
  }

  async #bytesAt(offset: number, length?: number): Promise<Bytes> {
    if (!this.#flags.reads) throw new NodeFsError("EBADF", { syscall: "read" });
    const file = this.#node;
    if (file.type === "directory") {
      throw new NodeFsError("EISDIR", { syscall: "read" });
    }
    const draft = this.#calls.drafts.get(file.id);
    const end = length === undefined ? undefined : offset + length;
    if (draft !== undefined) return draft.content.slice(offset, end);
    return await file.read({
      offset,
      ...(length === undefined ? {} : { length }),
    });
  }

  async #write(
    bytes: Uint8Array,
    position: number | null | undefined,
  ): Promise<number> {
    const given = typeof position === "number" && position >= 0;
    return await this.#draft("write", async () => {
      if (!this.#flags.writes) {
        throw new NodeFsError("EBADF", { syscall: "write" });
      }
      const draft = await this.#calls.drafts.begin(this.#file("write"));
      const at = this.#flags.appends
        ? draft.length
        : given
        ? position
        : this.#position;
      draft.write(bytes, at);
      if (!given || this.#flags.appends) this.#position = at + bytes.length;
      return bytes.length;
    });
  }
}
