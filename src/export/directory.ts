/**
 * The directory of an export, and what is written there.
 *
 * ```text
 * .pond-export/manifest.json      what is whose (manifest.ts)
 *              lock               held by who writes
 *              <32 hex>           a file while it is written; swept by the next run
 * …                               the export
 * ```
 *
 * Nothing is written through a symlink: each directory on the way is looked at, and
 * a file gets its name by a rename, which replaces what is there.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { FileStat, FileStore, Host } from "../host/host.ts";
import { NameFlusher } from "../oplog/mod.ts";
import {
  formatManifest,
  type Manifest,
  parseManifest,
  type WrittenFile,
} from "./manifest.ts";

/** What an export knows of itself lies there. */
export const STATE = ".pond-export";
/** File systems tell times no finer than that. */
const RECENT_MS = 2000;

const DRAFT = /^[0-9a-f]{32}$/;

/** A file that is written, and has not got its name. */
export interface Draft extends WrittenFile {
  /** Where it is. */
  readonly draft: string;
}

/** What lies where a file is to be. */
export type Occupant = "nothing" | "ours" | "the same" | "another";

/** A directory that is written to. */
export class ExportDirectory implements AsyncDisposable {
  readonly #host: Host;
  readonly #files: FileStore;
  readonly #path: string;
  readonly #lock: AsyncDisposable;
  readonly #names: NameFlusher;

  private constructor(host: Host, path: string, lock: AsyncDisposable) {
    this.#host = host;
    this.#files = host.files;
    this.#path = path;
    this.#lock = lock;
    this.#names = new NameFlusher(host);
  }

  /**
   * Opens it, and makes it when missing.
   *
   * @throws {PondError} `LOCKED` when another process exports there.
   */
  static async open(host: Host, path: string): Promise<ExportDirectory> {
    const { files } = host;
    for (const directory of [path, `${path}/${STATE}`]) {
      await makePlain(files, directory);
    }
    const lock = await files.tryLock(`${path}/${STATE}/lock`);
    if (lock === undefined) {
      throw new PondError(
        "LOCKED",
        `Cannot export into ${path}: another process does so`,
        { path, hint: "wait for it" },
      );
    }
    const directory = new ExportDirectory(host, path, lock);
    await directory.#sweep();
    return directory;
  }

  /** What was exported into a directory, without making anything. */
  static async peek(
    files: FileStore,
    path: string,
  ): Promise<Manifest | undefined> {
    return await readManifest(files, `${path}/${STATE}/manifest.json`);
  }

  /** Lets others in. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lock[Symbol.asyncDispose]();
  }

  /** Writes a file that gets its name later. */
  async write(
    path: string,
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<Omit<Draft, "rows">> {
    const draft = `${this.#path}/${STATE}/${this.#host.random.uuidHex()}`;
    const hash = await this.#host.hasher.sha256();
    let sizeBytes = 0;
    await using file = await this.#files.create(draft);
    for await (const chunk of chunks) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      await file.write(chunk);
    }
    await file.sync();
    const sha256 = hash.digestHex();
    return { path, sha256, sizeBytes, changedMs: undefined, draft };
  }

  /** Gives a file its name. */
  async publish({ draft, path }: Draft): Promise<void> {
    const slash = path.lastIndexOf("/");
    if (slash > 0) await this.#makeDirectories(path.slice(0, slash));
    await this.#files.rename(draft, `${this.#path}/${path}`);
  }

  /** Makes names durable that were given or taken in these directories. */
  async flush(paths: Iterable<string>): Promise<void> {
    const directories = new Set<string>();
    for (const path of paths) {
      for (
        let at = path.lastIndexOf("/");;
        at = path.lastIndexOf("/", at - 1)
      ) {
        directories.add(at <= 0 ? "" : path.slice(0, at));
        if (at <= 0) break;
      }
    }
    for (const directory of directories) {
      await this.#names.flush(
        directory === "" ? this.#path : `${this.#path}/${directory}`,
      );
    }
  }

  /**
   * When the system saw a file change; `undefined` where it was just now, and may
   * change once more at what counts as the same time.
   */
  async changedMs(path: string): Promise<number | undefined> {
    const stat = await this.#stat(path);
    const nowMs = this.#host.clock.nowUs() / 1000;
    const isOld = stat !== undefined && nowMs - stat.changedMs > RECENT_MS;
    return isOld ? stat.changedMs : undefined;
  }

  /** What lies where a file is to be, or was written. */
  async occupant(
    { path }: Pick<WrittenFile, "path">,
    ours: WrittenFile | undefined,
    wanted?: string,
  ): Promise<Occupant> {
    const stat = await this.#stat(path);
    if (stat === undefined) return "nothing";
    if (stat.type !== "file") return "another";
    if (ours !== undefined && isUntouched(stat, ours)) return "ours";
    const sha256 = await this.#hashOf(path);
    if (ours !== undefined && [ours.sha256, ours.was].includes(sha256)) {
      return "ours";
    }
    return sha256 === wanted ? "the same" : "another";
  }

  /** Whether a file is the one that is named. */
  async isThere(file: WrittenFile): Promise<boolean> {
    const stat = await this.#stat(file.path);
    if (stat?.type !== "file" || stat.sizeBytes !== file.sizeBytes) {
      return false;
    }
    return isUntouched(stat, file) ||
      await this.#hashOf(file.path) === file.sha256;
  }

  /**
   * Removes a file, and directories that are empty then.
   *
   * @returns Whether there was one.
   */
  async remove(path: string): Promise<boolean> {
    try {
      await this.#files.remove(`${this.#path}/${path}`);
    } catch (error) {
      if (!hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY")) throw error;
      return false;
    }
    let directory = path;
    for (;;) {
      const slash = directory.lastIndexOf("/");
      if (slash <= 0) return true;
      directory = directory.slice(0, slash);
      try {
        await this.#files.remove(`${this.#path}/${directory}`);
      } catch (error) {
        if (hasCode(error, "DIRECTORY_NOT_EMPTY", "NOT_FOUND")) return true;
        throw error;
      }
    }
  }

  /** Removes a file that gets no name. */
  async discard({ draft }: Draft): Promise<void> {
    await this.#files.remove(draft);
  }

  /** What was exported the last time, if anything was. */
  async manifest(): Promise<Manifest | undefined> {
    return await readManifest(
      this.#files,
      `${this.#path}/${STATE}/manifest.json`,
    );
  }

  /** Writes down what was exported: flushed, then renamed. */
  async setManifest(manifest: Manifest): Promise<void> {
    const state = `${this.#path}/${STATE}`;
    const draft = `${state}/${this.#host.random.uuidHex()}`;
    {
      await using file = await this.#files.create(draft);
      await file.write(await formatManifest(manifest));
      await file.sync();
    }
    await this.#files.rename(draft, `${state}/manifest.json`);
    await this.#names.flush(state);
    await this.#names.flush(this.#path);
  }

  /** Removes what an interrupted run has left. */
  async #sweep(): Promise<void> {
    const state = `${this.#path}/${STATE}`;
    const drafts: string[] = [];
    for await (const { name, type } of this.#files.list(state)) {
      if (type === "file" && DRAFT.test(name)) drafts.push(name);
    }
    for (const name of drafts) await this.#files.remove(`${state}/${name}`);
  }

  async #makeDirectories(path: string): Promise<void> {
    let directory = this.#path;
    for (const name of path.split("/")) {
      directory += `/${name}`;
      await makePlain(this.#files, directory);
    }
  }

  async #stat(path: string): Promise<FileStat | undefined> {
    let directory = this.#path;
    const names = path.split("/");
    for (const name of names.slice(0, -1)) {
      directory += `/${name}`;
      const stat = await this.#files.stat(directory);
      if (stat === undefined) return undefined;
      if (stat.type !== "directory") throw occupied(directory, stat);
    }
    return await this.#files.stat(`${this.#path}/${path}`);
  }

  async #hashOf(path: string): Promise<string> {
    const hash = await this.#host.hasher.sha256();
    const chunks = await this.#files.stream(`${this.#path}/${path}`);
    for await (const chunk of chunks) hash.update(chunk);
    return hash.digestHex();
  }
}

async function readManifest(
  files: FileStore,
  path: string,
): Promise<Manifest | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await files.read(path);
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY")) throw error;
    return undefined;
  }
  return await parseManifest(bytes, path);
}

/** The system says when a file has changed: nobody can set that. */
function isUntouched(
  { changedMs, sizeBytes }: FileStat,
  file: WrittenFile,
): boolean {
  return file.was === undefined && file.changedMs === changedMs &&
    sizeBytes === file.sizeBytes;
}

/** Makes a directory; a symlink to one is none. */
async function makePlain(files: FileStore, path: string): Promise<void> {
  const stat = await files.stat(path);
  if (stat === undefined) {
    try {
      return await files.makeDirectory(path);
    } catch (error) {
      if (!hasCode(error, "NOT_FOUND")) throw error;
      const parent = path.slice(0, path.lastIndexOf("/")) || "/";
      throw new PondError(
        "NOT_FOUND",
        `Cannot export into ${path}: there is no directory ${parent}`,
        { path, cause: error, hint: `make it: mkdir -p ${parent}` },
      );
    }
  }
  if (stat.type !== "directory") throw occupied(path, stat);
}

function occupied(path: string, { type }: FileStat): PondError {
  return new PondError(
    "ALREADY_EXISTS",
    `Cannot export into ${path}: a ${type} is there`,
    { path, hint: "move it away, or choose another directory" },
  );
}
