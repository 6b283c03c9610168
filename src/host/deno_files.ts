/**
 * The files of this machine, by Deno.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import { bestEffort, PondError } from "../errors.ts";
import { attempt, denoError, osErrorName } from "./deno_error.ts";
import { fileError } from "./file_error.ts";
import type {
  FileEntry,
  FileStat,
  FileStore,
  HostFileType,
  ReadRange,
  WritableFile,
} from "./host.ts";

/** Chunks of streams: large enough to keep a disk busy, small in memory. */
const CHUNK_BYTES = 256 * 1024;

/** Files of at most so many bytes are read at once, if they can be. */
const SMALL_BYTES = 64 * 1024;

/** So are parts of this size, each of which takes several calls. */
const SMALL_PART_BYTES = 1024 * 1024;

/** What the systems say where there are no hard links. */
const NO_HARD_LINKS: readonly string[] = [
  "EMLINK",
  "ENOSYS",
  "ENOTSUP",
  "EOPNOTSUPP",
  "EPERM",
];

/** Files by Deno. Every failure is a {@linkcode PondError}. */
export class DenoFiles implements FileStore {
  readonly #stats = new AtOnce();
  readonly #reads = new AtOnce();
  readonly #renames = new AtOnce();

  /** Reads a range of a file into memory. */
  async read(path: string, range: ReadRange = {}): Promise<Bytes> {
    const { offset = 0, length, signal } = range;
    if (offset === 0 && length === undefined) {
      const work = () => this.#readWhole(path, signal);
      return await attempt("read", path, work, signal);
    }
    const work = () => this.#readPart(path, offset, length, signal);
    return await attempt("read", path, work, signal);
  }

  async #readWhole(path: string, signal?: AbortSignal): Promise<Bytes> {
    signal?.throwIfAborted();
    const bytes = await this.#reads.run(
      () => readSmall(path),
      () => Promise.resolve(undefined),
    );
    return bytes ?? await Deno.readFile(path, signal ? { signal } : {});
  }

  async #readPart(
    path: string,
    offset: number,
    length: number | undefined,
    signal?: AbortSignal,
  ): Promise<Bytes> {
    signal?.throwIfAborted();
    const bytes = await this.#reads.run(
      () => readSmallPart(path, offset, length),
      () => Promise.resolve(undefined),
    );
    return bytes ?? await readPart(path, offset, length, signal);
  }

  /** Reads a range of a file as a stream. */
  async stream(
    path: string,
    range: ReadRange = {},
  ): Promise<ReadableStream<Bytes>> {
    const file = await attempt("read", path, () => Deno.open(path));
    const source = new FileSource(file, path, range);
    try {
      await source.seek();
    } catch (error) {
      source.cancel();
      throw error;
    }
    return new ReadableStream<Bytes>(source, { highWaterMark: 0 });
  }

  /** Describes a file; symbolic links are not followed. */
  async stat(path: string): Promise<FileStat | undefined> {
    try {
      return statOf(
        await this.#stats.run(
          () => Deno.lstatSync(path),
          () => Deno.lstat(path),
        ),
      );
    } catch (error) {
      const failure = denoError("read", path, error);
      if (failure.code === "NOT_FOUND") return undefined;
      throw failure;
    }
  }

  /** Lists a directory in no order. */
  async *list(path: string): AsyncGenerator<FileEntry> {
    try {
      for await (const entry of Deno.readDir(path)) {
        yield { name: entry.name, type: typeOf(entry) };
      }
    } catch (error) {
      throw denoError("list", path, error);
    }
  }

  /** The target of a symbolic link. */
  async readLink(path: string): Promise<string> {
    const action = "read the link";
    try {
      return await Deno.readLink(path);
    } catch (error) {
      if (osErrorName(error) !== "EINVAL") throw denoError(action, path, error);
      throw fileError("NOT_A_SYMLINK", { action, path, cause: error });
    }
  }

  /** Creates a file that must not exist yet. */
  async create(
    path: string,
    { mode }: { readonly mode?: number } = {},
  ): Promise<WritableFile> {
    const options = {
      write: true,
      createNew: true,
      ...(mode === undefined ? {} : { mode }),
    };
    const file = await attempt("create", path, () => Deno.open(path, options));
    const created = new DenoWritableFile(file, path);
    if (mode === undefined || (mode & maskedBits()) === 0) return created;
    try {
      await this.setMode(path, mode);
    } catch (error) {
      await created.close();
      throw error;
    }
    return created;
  }

  /** Sets the permission bits. */
  async setMode(path: string, mode: number): Promise<void> {
    await attempt("set the mode of", path, () => Deno.chmod(path, mode));
  }

  /** Sets the modification time. Deno's own function follows links. */
  async setModified(path: string, modifiedMs: number): Promise<void> {
    const { lutimes } = await import("node:fs/promises");
    const time = new Date(modifiedMs);
    const work = () => lutimes(path, time, time);
    await attempt("set the time of", path, work);
  }

  /** Creates a file with all of its bytes, by one way through another thread. */
  async writeNew(
    path: string,
    bytes: Uint8Array,
    { mode, modifiedMs }: {
      readonly mode?: number;
      readonly modifiedMs?: number;
    } = {},
  ): Promise<void> {
    const bits = mode === undefined ? {} : { mode };
    await attempt("create", path, async () => {
      await Deno.writeFile(path, bytes, { createNew: true, ...bits });
      if (modifiedMs !== undefined) setTime(path, modifiedMs);
    });
  }

  /** Puts bytes under a name, whole or not at all. */
  async replace(path: string, bytes: Uint8Array): Promise<void> {
    const slash = path.lastIndexOf("/");
    const name = `.${path.slice(slash + 1)}.${crypto.randomUUID()}.tmp`;
    const temporary = `${path.slice(0, slash)}/${name}`;
    await attempt("write", path, async () => {
      try {
        await Deno.writeFile(temporary, bytes, { createNew: true });
        await Deno.rename(temporary, path);
      } catch (error) {
        await removeDraft(temporary);
        throw error;
      }
    });
  }

  /** Writes bytes at the beginning of a file. */
  async overwrite(path: string, bytes: Uint8Array): Promise<void> {
    await attempt("write", path, async () => {
      using file = await Deno.open(path, { write: true, create: true });
      await writeAll(file, bytes);
    });
  }

  /** Gives a file a second name, which must not exist yet. */
  async link(existing: string, path: string): Promise<void> {
    const action = `link ${existing} to`;
    try {
      await Deno.link(existing, path);
    } catch (error) {
      if (!NO_HARD_LINKS.includes(osErrorName(error))) {
        throw denoError(action, path, error);
      }
      // Linux says of a directory, too, that the operation isn't permitted.
      const stat = await this.stat(existing);
      if (stat?.type === "directory") {
        throw fileError("IS_A_DIRECTORY", { action, path, cause: error });
      }
      throw new PondError(
        "UNSUPPORTED",
        `Cannot create ${path}: the file system has no hard links`,
        { path, cause: error, hint: "keep the pond on a local file system" },
      );
    }
  }

  /** Moves a file, over what was there. */
  async rename(from: string, to: string): Promise<void> {
    await attempt(`rename ${from} to`, to, async () => {
      await this.#renames.run(
        () => Deno.renameSync(from, to),
        () => Deno.rename(from, to),
      );
    });
  }

  /** Removes a file or an empty directory. */
  async remove(path: string): Promise<void> {
    await attempt("remove", path, () => Deno.remove(path));
  }

  /** Makes a directory; does nothing when there is one already. */
  async makeDirectory(path: string): Promise<void> {
    try {
      await Deno.mkdir(path);
    } catch (error) {
      const failure = denoError("create the directory", path, error);
      if (failure.code !== "ALREADY_EXISTS") throw failure;
      if (!await leadsToDirectory(path)) throw failure;
    }
  }

  /** Makes a symbolic link that must not exist yet. */
  async makeLink(path: string, target: string): Promise<void> {
    await attempt("create the link", path, () => Deno.symlink(target, path));
  }

  /** Flushes the names in a directory. */
  async syncDirectory(path: string): Promise<void> {
    await attempt("flush", path, async () => {
      using directory = await Deno.open(path);
      await directory.sync();
    });
  }

  /** Takes the operating system's lock on a file, waiting for it. */
  async lock(path: string): Promise<AsyncDisposable> {
    const file = await openLock(path);
    try {
      await attempt("lock", path, () => file.lock(true));
    } catch (error) {
      file.close();
      throw error;
    }
    return lockOf(file);
  }

  /** Takes the lock unless others have it. */
  async tryLock(path: string): Promise<AsyncDisposable | undefined> {
    const file = await openLock(path);
    const isOurs = await attempt("lock", path, () => tryToLock(file));
    return isOurs ? lockOf(file) : undefined;
  }

  /** How many bytes the disk has left. */
  async freeBytes(path: string): Promise<number> {
    const { statfs } = await import("node:fs/promises");
    const { bavail, bsize } = await attempt(
      "look at",
      path,
      async () => await statfs(path),
    );
    return Number(bavail) * Number(bsize);
  }
}

/** A call that takes longer had to wait for a disk or a network. */
const SLOW_MS = 0.5;

/** So many calls after a slow one are slow as well, most likely. */
const SLOW_CALLS = 256;

/**
 * What the system has in memory it does within a few µs, and the way through
 * another thread takes 60: so it is asked at once, as long as it answers at once.
 */
class AtOnce {
  /** How many calls go through other threads before it is tried again. */
  #slowCalls = 0;

  /**
   * Makes a call.
   *
   * @param atOnce Makes it in this thread.
   * @param later Makes it in another one.
   */
  run<T>(atOnce: () => T, later: () => Promise<T>): T | Promise<T> {
    if (this.#slowCalls > 0) {
      this.#slowCalls--;
      return later();
    }
    const startMs = performance.now();
    try {
      return atOnce();
    } finally {
      if (performance.now() - startMs > SLOW_MS) this.#slowCalls = SLOW_CALLS;
    }
  }
}

/**
 * Reads a small file that is nothing else: to open a named pipe, one may have to
 * wait for ever.
 */
function readSmall(path: string): Bytes | undefined {
  const { isFile, size } = Deno.lstatSync(path);
  return isFile && size <= SMALL_BYTES ? Deno.readFileSync(path) : undefined;
}

/** The same of a part, which is small where the file isn't. */
function readSmallPart(
  path: string,
  offset: number,
  length: number = Infinity,
): Bytes | undefined {
  const { isFile, size } = Deno.lstatSync(path);
  const count = Math.max(0, Math.min(size - offset, length));
  if (!isFile || count > SMALL_PART_BYTES) return undefined;
  using file = Deno.openSync(path);
  file.seekSync(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(count);
  let filled = 0;
  while (filled < count) {
    const more = file.readSync(bytes.subarray(filled));
    if (more === null) break;
    filled += more;
  }
  return bytes.subarray(0, filled);
}

async function readPart(
  path: string,
  offset: number,
  length: number = Infinity,
  signal?: AbortSignal,
): Promise<Bytes> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  const bytes = new Uint8Array(Math.max(0, Math.min(size - offset, length)));
  await file.seek(offset, Deno.SeekMode.Start);
  let filled = 0;
  while (filled < bytes.length) {
    signal?.throwIfAborted();
    const count = await file.read(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

function openLock(path: string): Promise<Deno.FsFile> {
  return attempt(
    "lock",
    path,
    () => Deno.open(path, { write: true, create: true }),
  );
}

/** What Deno 2.6 doesn't have. */
interface TryingFile {
  tryLock?(exclusive: boolean): Promise<boolean>;
}

/** Locks an open file, or closes it. */
async function tryToLock(file: Deno.FsFile & TryingFile): Promise<boolean> {
  if (file.tryLock === undefined) return await lockSoon(file);
  let isOurs = false;
  try {
    isOurs = await file.tryLock(true);
  } finally {
    if (!isOurs) file.close();
  }
  return isOurs;
}

/** How long a lock takes that nobody has, at most. */
const LOCK_MS = 200;

/** Waits a moment; a lock that comes later is given up at once. */
async function lockSoon(file: Deno.FsFile): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    resolve(false);
  }, LOCK_MS);
  file.lock(true).then(() => {
    clearTimeout(timer);
    if (isLate) file.close();
    else resolve(true);
  }, (error) => {
    clearTimeout(timer);
    file.close();
    reject(error);
  });
  return await promise;
}

/** The lock of an open file, which ends when that is closed. */
function lockOf(file: Deno.FsFile): AsyncDisposable {
  let isOpen = true;
  return {
    [Symbol.asyncDispose]() {
      if (isOpen) file.close();
      isOpen = false;
      return Promise.resolve();
    },
  };
}

/** Reads an open file, and closes it at the end of whatever kind. */
class FileSource implements UnderlyingDefaultSource<Bytes> {
  readonly #file: Deno.FsFile;
  readonly #path: string;
  readonly #offset: number;
  readonly #signal: AbortSignal | undefined;
  #left: number;
  #isOpen = true;

  constructor(
    file: Deno.FsFile,
    path: string,
    { offset = 0, length = Number.MAX_SAFE_INTEGER, signal }: ReadRange,
  ) {
    this.#file = file;
    this.#path = path;
    this.#offset = offset;
    this.#signal = signal;
    this.#left = length;
    // Whoever aborts may never read on.
    signal?.addEventListener("abort", this.cancel);
  }

  /** Goes to the first byte; what is no regular file may have no others. */
  async seek(): Promise<void> {
    if (this.#offset > 0) {
      const work = () => this.#file.seek(this.#offset, Deno.SeekMode.Start);
      await attempt("read", this.#path, work, this.#signal);
    }
    this.#signal?.throwIfAborted();
  }

  async pull(controller: ReadableStreamDefaultController<Bytes>) {
    try {
      this.#signal?.throwIfAborted();
      const bytes = await this.#read();
      this.#signal?.throwIfAborted();
      // It was cancelled in between.
      if (!this.#isOpen) return;
      if (bytes !== undefined) return controller.enqueue(bytes);
      this.cancel();
      controller.close();
    } catch (error) {
      this.cancel();
      throw error;
    }
  }

  readonly cancel = (): void => {
    if (this.#isOpen) this.#file.close();
    this.#isOpen = false;
    this.#signal?.removeEventListener("abort", this.cancel);
  };

  async #read(): Promise<Bytes | undefined> {
    if (this.#left === 0) return undefined;
    const buffer = new Uint8Array(Math.min(CHUNK_BYTES, this.#left));
    const work = () => this.#file.read(buffer);
    const count = await attempt("read", this.#path, work, this.#signal);
    if (count === null) return undefined;
    this.#left -= count;
    return buffer.subarray(0, count);
  }
}

/** A new file. */
class DenoWritableFile implements WritableFile {
  readonly #file: Deno.FsFile;
  readonly #path: string;
  #open = true;

  constructor(file: Deno.FsFile, path: string) {
    this.#file = file;
    this.#path = path;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await attempt("write", this.#path, () => writeAll(this.#file, bytes));
  }

  /** At once: it changes nothing but what the system has in memory. */
  setModified(modifiedMs: number): Promise<void> {
    const time = new Date(modifiedMs);
    return attempt("set the time of", this.#path, () => {
      this.#file.utimeSync(time, time);
      return Promise.resolve();
    });
  }

  async sync(): Promise<void> {
    await attempt("flush", this.#path, () => this.#file.sync());
  }

  close(): Promise<void> {
    if (this.#open) this.#file.close();
    this.#open = false;
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += await file.write(bytes.subarray(written));
  }
}

/** At once: it changes nothing but what the system has in memory. */
function setTime(path: string, modifiedMs: number): void {
  const time = new Date(modifiedMs);
  Deno.utimeSync(path, time, time);
}

/** Removes what a write has left that failed; that failure is the one to say. */
async function removeDraft(path: string): Promise<void> {
  await bestEffort(() => attempt("remove", path, () => Deno.remove(path)));
}

let masked: number | undefined;

/**
 * The permission bits that the system takes from new files. To ask for them is to
 * set them, for a moment and for all threads: so that is done once.
 */
function maskedBits(): number {
  return masked ??= Deno.build.os === "windows" ? 0 : Deno.umask();
}

/** Whether there is a directory, or a symbolic link to one. */
async function leadsToDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    const failure = denoError("read", path, error);
    if (failure.code === "NOT_FOUND") return false;
    throw failure;
  }
}

function statOf(info: Deno.FileInfo): FileStat {
  return {
    type: typeOf(info),
    sizeBytes: info.isFile ? info.size : 0,
    modifiedMs: info.mtime?.getTime() ?? 0,
    changedMs: (info.ctime ?? info.mtime)?.getTime() ?? 0,
    inode: info.ino ?? 0,
    mode: (info.mode ?? 0) & 0o7777,
  };
}

function typeOf(
  entry: { isFile: boolean; isDirectory: boolean; isSymlink: boolean },
): HostFileType {
  if (entry.isSymlink) return "symlink";
  if (entry.isDirectory) return "directory";
  return entry.isFile ? "file" : "other";
}
