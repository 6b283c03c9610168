/**
 * The files of this machine, by Deno.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import { PondError, type PondErrorCode } from "../errors.ts";
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

/** Files by Deno. Every failure is a {@linkcode PondError}. */
export class DenoFiles implements FileStore {
  /** Reads a range of a file into memory. */
  async read(path: string, range: ReadRange = {}): Promise<Bytes> {
    const { offset = 0, length, signal } = range;
    if (offset === 0 && length === undefined) {
      const options = signal ? { signal } : {};
      return await attempt("read", path, () => Deno.readFile(path, options));
    }
    return await attempt("read", path, async () => {
      using file = await Deno.open(path);
      const { size } = await file.stat();
      const end = length === undefined ? size : Math.min(size, offset + length);
      const bytes = new Uint8Array(Math.max(0, end - offset));
      await file.seek(offset, Deno.SeekMode.Start);
      let filled = 0;
      while (filled < bytes.length) {
        signal?.throwIfAborted();
        const count = await file.read(bytes.subarray(filled));
        if (count === null) break;
        filled += count;
      }
      return bytes.subarray(0, filled);
    });
  }

  /** Reads a range of a file as a stream. */
  async stream(
    path: string,
    range: ReadRange = {},
  ): Promise<ReadableStream<Bytes>> {
    const { offset = 0, length = Number.MAX_SAFE_INTEGER, signal } = range;
    const file = await attempt("read", path, async () => {
      const file = await Deno.open(path);
      if (offset > 0) await file.seek(offset, Deno.SeekMode.Start);
      return file;
    });
    let left = length;
    const end = (controller?: ReadableStreamDefaultController<Bytes>) => {
      file.close();
      controller?.close();
    };
    return new ReadableStream<Bytes>({
      async pull(controller) {
        try {
          signal?.throwIfAborted();
          const buffer = new Uint8Array(Math.min(CHUNK_BYTES, left));
          const count = left === 0
            ? null
            : await attempt("read", path, () => file.read(buffer));
          if (count === null) return end(controller);
          left -= count;
          controller.enqueue(buffer.subarray(0, count));
        } catch (error) {
          file.close();
          throw error;
        }
      },
      cancel: () => end(),
    }, { highWaterMark: 0 });
  }

  /** Describes a file; symbolic links are not followed. */
  async stat(path: string): Promise<FileStat | undefined> {
    try {
      const info = await Deno.lstat(path);
      return {
        type: typeOf(info),
        sizeBytes: info.isFile ? info.size : 0,
        modifiedMs: info.mtime?.getTime() ?? 0,
        mode: (info.mode ?? 0) & 0o7777,
      };
    } catch (error) {
      const failure = pondError("read", path, error);
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
      throw error instanceof PondError ? error : pondError("list", path, error);
    }
  }

  /** The target of a symbolic link. */
  async readLink(path: string): Promise<string> {
    return await attempt("read the link", path, () => Deno.readLink(path));
  }

  /** Creates a file that must not exist yet. */
  async create(path: string): Promise<WritableFile> {
    const options = { write: true, createNew: true };
    const file = await attempt("create", path, () => Deno.open(path, options));
    return new DenoWritableFile(file, path);
  }

  /** Puts bytes under a name, whole or not at all. */
  async replace(path: string, bytes: Uint8Array): Promise<void> {
    const slash = path.lastIndexOf("/");
    const name = `.${path.slice(slash + 1)}.${crypto.randomUUID()}.tmp`;
    const temporary = `${path.slice(0, slash)}/${name}`;
    await attempt("write", path, async () => {
      await Deno.writeFile(temporary, bytes, { createNew: true });
      await Deno.rename(temporary, path);
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
    try {
      await Deno.link(existing, path);
    } catch (error) {
      const failure = pondError("create", path, error);
      const unsupported = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "EXDEV", "EMLINK"];
      if (!unsupported.includes(codeOf(error))) throw failure;
      throw new PondError(
        "UNSUPPORTED",
        `Cannot create ${path}: the file system has no hard links`,
        { path, cause: error, hint: "keep the pond on a local file system" },
      );
    }
  }

  /** Moves a file, over what was there. */
  async rename(from: string, to: string): Promise<void> {
    await attempt("rename", from, () => Deno.rename(from, to));
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
      const failure = pondError("create the directory", path, error);
      if (failure.code !== "ALREADY_EXISTS") throw failure;
      const { isDirectory } = await attempt(
        "read",
        path,
        () => Deno.stat(path),
      );
      if (!isDirectory) throw failure;
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
  async lock(
    path: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<AsyncDisposable> {
    const { signal } = options;
    signal?.throwIfAborted();
    const file = await attempt(
      "lock",
      path,
      () => Deno.open(path, { write: true, create: true }),
    );
    try {
      // Closing the file would not end a wait in the kernel: it is given up,
      // and the lock let go again, when it comes.
      const locked = attempt("lock", path, () => file.lock(true));
      await (signal ? orAborted(locked, signal) : locked);
    } catch (error) {
      file.close();
      throw error;
    }
    return {
      [Symbol.asyncDispose]() {
        file.close();
        return Promise.resolve();
      },
    };
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

  async setModified(modifiedMs: number): Promise<void> {
    const time = new Date(modifiedMs);
    await attempt(
      "set the time of",
      this.#path,
      () => this.#file.utime(time, time),
    );
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

async function orAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function attempt<T>(
  action: string,
  path: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // A caller's own abort is the caller's, whatever it aborts with.
    if (error instanceof DOMException && error.name === "AbortError") {
      throw error;
    }
    throw error instanceof PondError ? error : pondError(action, path, error);
  }
}

const MESSAGES: Readonly<Record<string, readonly [PondErrorCode, string]>> = {
  ENOENT: ["NOT_FOUND", "no such file or directory"],
  EEXIST: ["ALREADY_EXISTS", "it exists already"],
  EACCES: ["PERMISSION_DENIED", "permission denied"],
  EPERM: ["PERMISSION_DENIED", "permission denied"],
  ENOSPC: ["NO_SPACE", "the disk is full"],
  EDQUOT: ["NO_SPACE", "the disk quota is used up"],
  EFBIG: ["NO_SPACE", "the file would be larger than the limit"],
  ENOTDIR: ["NOT_A_DIRECTORY", "a component of the path is no directory"],
  EISDIR: ["IS_A_DIRECTORY", "it is a directory"],
  ENOTEMPTY: ["DIRECTORY_NOT_EMPTY", "the directory is not empty"],
  EROFS: ["READ_ONLY", "the file system is read-only"],
  ENAMETOOLONG: ["INVALID_NAME", "the name is too long"],
};

/** Deno's classes, for errors that carry no code. */
const BY_CLASS:
  readonly (readonly [new (message?: string) => Error, string])[] = [
    [Deno.errors.NotFound, "ENOENT"],
    [Deno.errors.AlreadyExists, "EEXIST"],
    [Deno.errors.PermissionDenied, "EACCES"],
    [Deno.errors.NotCapable, "EACCES"],
    [Deno.errors.NotADirectory, "ENOTDIR"],
    [Deno.errors.IsADirectory, "EISDIR"],
  ];

function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error) {
    if (typeof error.code === "string") return error.code;
  }
  const known = BY_CLASS.find(([type]) => error instanceof type)?.[1];
  return known ?? osErrorName(error);
}

/** Deno gives the number of an error that it has no class for in its text. */
function osErrorName(error: unknown): string {
  const text = error instanceof Error ? error.message : "";
  const number = /\(os error (\d+)\)/.exec(text)?.[1];
  return {
    "28": "ENOSPC",
    "30": "EROFS",
    "39": "ENOTEMPTY",
    "122": "EDQUOT",
    "27": "EFBIG",
    "36": "ENAMETOOLONG",
    "18": "EXDEV",
    "95": "EOPNOTSUPP",
    "20": "ENOTDIR",
    "21": "EISDIR",
  }[
    number ?? ""
  ] ?? "";
}

function pondError(action: string, path: string, cause: unknown): PondError {
  const [code, why] = MESSAGES[codeOf(cause)] ?? ["IO", messageOf(cause)];
  return new PondError(code, `Cannot ${action} ${path}: ${why}`, {
    path,
    cause,
    ...(code === "NO_SPACE" ? { hint: "make room and try again" } : {}),
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function typeOf(
  entry: { isFile: boolean; isDirectory: boolean; isSymlink: boolean },
): HostFileType {
  if (entry.isSymlink) return "symlink";
  if (entry.isDirectory) return "directory";
  return entry.isFile ? "file" : "other";
}
