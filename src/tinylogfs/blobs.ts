/**
 * The content of files: small ones inline in their row, others as blobs.
 *
 * ```text
 * blobs/<2 hex>/<64 hex>   raw bytes; the name is their SHA-256
 * tmp/<32 hex>             a blob while it is written
 * ```
 *
 * A blob is written to `tmp/`, flushed, and renamed to its hash. Before anything
 * names it that outlasts the process, its directory is flushed, once for all blobs
 * in it: {@linkcode BlobStore.flush}. A crash on the way leaves a file in `tmp/` or
 * a blob that nothing names: both cost space, neither is ever read.
 *
 * @module
 */
import {
  type Bytes,
  type ByteSource,
  chunksOf,
  concatBytes,
  release,
  sha256By,
  sha256Hex,
  transferred,
} from "../bytes.ts";
import { hasCode, IntegrityError, invariant } from "../errors.ts";
import type { FileStore, Host, WritableFile } from "../host/host.ts";
import { NameFlusher } from "../oplog/name_flusher.ts";
import type { ReadOptions, WriteOptions } from "../tinyfs/mod.ts";
import type { Durability } from "./types.ts";

/** Content of at least this many bytes is kept as a blob. */
export const BLOB_MIN_BYTES: number = 64 * 1024;

/** So many contents are hashed without what has to be loaded. */
const FEW_HASHES = 64;

/** Content that is safely kept, or will be with the row that holds it. */
export type Content =
  | {
    readonly kind: "inline";
    readonly bytes: Bytes;
    readonly sizeBytes: number;
    readonly sha256: string;
  }
  | {
    readonly kind: "blob";
    readonly sizeBytes: number;
    readonly sha256: string;
  };

/** The blobs of one pond. */
export class BlobStore {
  readonly #host: Host;
  readonly #files: FileStore;
  readonly #pond: string;
  /** What flushes their names; nothing is flushed without. */
  readonly #names: NameFlusher | undefined;
  #inlineCount = 0;
  /** Blobs whose hash was right when this process read them. */
  readonly #verified = new Set<string>();
  /** Directories with blobs whose names are not flushed. */
  #unflushed = new Set<string>();
  /** Directories whose own names this process has flushed. */
  readonly #durableDirectories = new Set<string>();

  /**
   * @param host Where files, hashes and random names come from.
   * @param pond The pond's directory.
   * @param durability Whether blobs are flushed before they are named.
   */
  constructor(host: Host, pond: string, durability: Durability) {
    this.#host = host;
    this.#files = host.files;
    this.#pond = pond;
    if (durability === "full") this.#names = new NameFlusher(host);
  }

  /**
   * Takes content in, holding less than a blob's minimum (and one chunk of the
   * source) in memory.
   *
   * @param source The content.
   * @param options What ends the writing (what was written is removed), and
   *   whether an array may be transferred as it is.
   * @returns Content that is durable after {@linkcode BlobStore.flush}.
   */
  async store(
    source: ByteSource,
    { signal, transfer = false }: Pick<WriteOptions, "signal" | "transfer"> =
      {},
  ): Promise<Content> {
    if (source instanceof Uint8Array) {
      signal?.throwIfAborted();
      requireThere(source);
      // Nobody else may change it while it is hashed and written.
      const bytes = transfer ? transferred(source) : source.slice();
      if (bytes.length < BLOB_MIN_BYTES) return await this.#inline(bytes);
      const content = await this.#storeBlob([bytes], chunksOf([], signal));
      release(bytes);
      return content;
    }
    const head: Bytes[] = [];
    let sizeBytes = 0;
    const chunks = chunksOf(source, signal);
    try {
      while (sizeBytes < BLOB_MIN_BYTES) {
        const { done, value } = await chunks.next();
        if (done) return await this.#inline(joined(head));
        head.push(value.slice());
        sizeBytes += value.length;
      }
      return await this.#storeBlob(head, chunks);
    } finally {
      await chunks.return(undefined);
    }
  }

  /**
   * Makes the names of all blobs durable that were stored, before anything that
   * outlasts the process names one of them.
   *
   * @throws {PondError} When they may not be; the next call tries again.
   */
  async flush(): Promise<void> {
    const names = this.#names;
    const directories = [...this.#unflushed];
    this.#unflushed = new Set();
    if (names === undefined || directories.length === 0) return;
    try {
      await allDone(directories.map((path) => names.flush(path)));
      // A directory that was there already may be another process's, and not
      // flushed yet: that it exists says nothing of the disk.
      const durable = this.#durableDirectories;
      if (directories.every((path) => durable.has(path))) return;
      await names.flush(`${this.#pond}/blobs`);
      for (const path of directories) durable.add(path);
    } catch (error) {
      for (const path of directories) this.#unflushed.add(path);
      throw error;
    }
  }

  /** Where a blob lies on the host. */
  pathOf(sha256: string): string {
    return `${this.directory}/${sha256.slice(0, 2)}/${sha256}`;
  }

  /** Where they all are. */
  get directory(): string {
    return `${this.#pond}/blobs`;
  }

  /**
   * Checks a blob's bytes against its name, once in a process.
   *
   * @throws {IntegrityError} When it is missing or not what was written.
   */
  async verify(sha256: string, signal?: AbortSignal): Promise<void> {
    if (this.#verified.has(sha256)) return;
    const stream = await this.#open(sha256, signal ? { signal } : {});
    this.#check(sha256, await sha256By(this.#host.hasher, stream));
  }

  #check(sha256: string, actual: string): void {
    if (actual !== sha256) {
      const path = this.pathOf(sha256);
      throw new IntegrityError(path, `its SHA-256 is ${actual}`);
    }
    this.#verified.add(sha256);
  }

  /** Reads a blob as a stream, after its bytes were checked. */
  async stream(
    sha256: string,
    options: ReadOptions = {},
  ): Promise<ReadableStream<Bytes>> {
    await this.verify(sha256, options.signal);
    return await this.#open(sha256, options);
  }

  /** Reads a blob (or a range of it) into memory, after its bytes were checked. */
  async read(sha256: string, options: ReadOptions = {}): Promise<Bytes> {
    const { length, offset = 0, signal } = options;
    const isWhole = offset === 0 && length === undefined;
    // What is read whole is read once, and checked as it is.
    if (isWhole && !this.#verified.has(sha256)) {
      const range = signal ? { signal } : {};
      const bytes = await this.#found(
        sha256,
        (path) => this.#files.read(path, range),
      );
      this.#check(sha256, await sha256By(this.#host.hasher, bytes));
      return bytes;
    }
    await this.verify(sha256, signal);
    return await this.#files.read(this.pathOf(sha256), options);
  }

  async #open(
    sha256: string,
    options: ReadOptions,
  ): Promise<ReadableStream<Bytes>> {
    return await this.#found(
      sha256,
      (path) => this.#files.stream(path, options),
    );
  }

  async #found<T>(
    sha256: string,
    work: (path: string) => Promise<T>,
  ): Promise<T> {
    const path = this.pathOf(sha256);
    try {
      return await work(path);
    } catch (cause) {
      if (!hasCode(cause, "NOT_FOUND")) throw cause;
      throw new IntegrityError(path, "the blob is missing", { cause });
    }
  }

  /** The platform's hashes take a while to load, and are faster then. */
  async #inline(bytes: Bytes): Promise<Content> {
    if (this.#inlineCount++ < FEW_HASHES) return await inlineContent(bytes);
    const sha256 = await sha256By(this.#host.hasher, bytes);
    return { kind: "inline", bytes, sizeBytes: bytes.length, sha256 };
  }

  async #storeBlob(
    head: readonly Uint8Array[],
    rest: AsyncIterable<Uint8Array>,
  ): Promise<Content> {
    const temporary = `${this.#pond}/tmp/${this.#host.random.uuidHex()}`;
    try {
      const { sha256, sizeBytes } = await this.#writeHashed(
        temporary,
        head,
        rest,
      );
      await this.#publish(temporary, sha256);
      return { kind: "blob", sha256, sizeBytes };
    } catch (error) {
      await removeIfThere(this.#files, temporary);
      throw error;
    }
  }

  async #writeHashed(
    path: string,
    head: readonly Uint8Array[],
    rest: AsyncIterable<Uint8Array>,
  ): Promise<{ sha256: string; sizeBytes: number }> {
    const hash = await this.#host.hasher.sha256();
    await using file: WritableFile = await this.#inDirectory(
      () => this.#files.create(path),
      path,
    );
    let sizeBytes = 0;
    const append = async (chunk: Uint8Array) => {
      hash.update(chunk);
      sizeBytes += chunk.length;
      await file.write(chunk);
    };
    for (const chunk of head) await append(chunk);
    for await (const chunk of rest) await append(chunk);
    if (this.#names) await file.sync();
    return { sha256: hash.digestHex(), sizeBytes };
  }

  /**
   * Renaming over a blob of the same name is meant: the bytes are the same,
   * and should the old ones have been damaged, they are mended.
   */
  async #publish(temporary: string, sha256: string): Promise<void> {
    const path = this.pathOf(sha256);
    await this.#inDirectory(() => this.#files.rename(temporary, path), path);
    this.#unflushed.add(parentOf(path));
  }

  /** Does something that needs the directory of a path; it may be missing. */
  async #inDirectory<T>(work: () => Promise<T>, path: string): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!hasCode(error, "NOT_FOUND")) throw error;
    }
    await this.#files.makeDirectory(parentOf(path));
    return await work();
  }
}

/**
 * Waits for all, then throws what the first one that failed has thrown: none is
 * at work while another call tries again.
 */
async function allDone(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** The chunks as one array; a single one is not copied. */
function joined(chunks: readonly Bytes[]): Bytes {
  const [only, ...others] = chunks;
  return only === undefined || others.length > 0 ? concatBytes(chunks) : only;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/** Content that is kept in its row. */
export async function inlineContent(bytes: Bytes): Promise<Content> {
  invariant(bytes.length < BLOB_MIN_BYTES, "large content is a blob");
  return {
    kind: "inline",
    bytes,
    sizeBytes: bytes.length,
    sha256: await sha256Hex(bytes),
  };
}

async function removeIfThere(files: FileStore, path: string): Promise<void> {
  try {
    await files.remove(path);
  } catch (error) {
    // The write has failed already, and its error is the one to report.
    if (!hasCode(error, "NOT_FOUND", "IO", "READ_ONLY", "PERMISSION_DENIED")) {
      throw error;
    }
  }
}

/** Who gives bytes away twice must not write an empty file the second time. */
function requireThere({ buffer }: Uint8Array): void {
  if (!(buffer instanceof ArrayBuffer) || !buffer.detached) return;
  throw new TypeError("Cannot write content: its bytes were given away before");
}
