/**
 * Makes a pond out of a snapshot.
 *
 * ```text
 *                                                 a stop before leaves
 * 1  make .<name>.<32 hex>.restore beside the place, and a lock beside that
 *                                                 nothing
 * 2  blobs, each line's table, branches, pond.json; all flushed
 *                                                 a directory that is no pond,
 *                                                 and that the next restore to the
 *                                                 same place removes
 * 3  rename it to its name, which nobody has, or an empty directory
 *                                                 the same
 * 4  flush the directory above; remove the lock   the pond
 * ```
 *
 * Every byte was checked before it is written, so what gets its name is what the
 * snapshot says, or nothing.
 *
 * @module
 */
import { encodeUtf8 } from "../bytes.ts";
import {
  bestEffort,
  hasCode,
  IntegrityError,
  invariant,
  PondError,
} from "../errors.ts";
import type { FileStore, Host } from "../host/host.ts";
import { NameFlusher, type OplogLayout } from "../oplog/mod.ts";
import { rebuildTable } from "../oplog/rebuild.ts";
import { BLOB_MIN_BYTES, BlobStore } from "../tinylogfs/blobs.ts";
import { removeTree, writeBranchFile } from "../tinylogfs/branches.ts";
import { branchText, lineDirectory, MAIN_BRANCH } from "../tinylogfs/line.ts";
import { POND_FORMAT, writePondFile } from "../tinylogfs/pond_file.ts";
import type { Backup, Snapshot } from "./backup.ts";
import {
  blobBytes,
  type IndexContent,
  type SavedBlob,
} from "./index_object.ts";
import { joinedIndex } from "./index_merge.ts";
import { pathIn } from "./objects.ts";
import type { PackReader } from "./pack_reader.ts";
import { blobChunks, SavedRows } from "./saved_rows.ts";
import type { SavedLine } from "./snapshot.ts";

/** Options of a restore. */
export interface RestoreOptions {
  /** How data files shall be laid out; as they were when left out. */
  readonly layout?: OplogLayout;
  /** Who restores. */
  readonly author: string;
  /** Is told what has been written so far. */
  readonly onProgress?: (progress: RestoreProgress) => void;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** How far a restore is. */
export interface RestoreProgress {
  /** Blobs that were written. */
  readonly blobs: number;
  /** Their bytes. */
  readonly blobBytes: number;
  /** Rows that were written. */
  readonly rows: number;
}

/** What a restore did. */
export interface RestoreReport extends RestoreProgress {
  /** The snapshot. */
  readonly snapshot: Snapshot;
  /** The pond's directory. */
  readonly directory: string;
}

/** So many blobs are written at once. */
const MAX_WRITES = 8;

/**
 * Makes a pond.
 *
 * @param directory Where, absolute; nothing may be there but an empty directory.
 * @throws {PondError} `ALREADY_EXISTS`, `NOT_FOUND` for the directory above it,
 *   `INTEGRITY` when a byte isn't what was backed up; nothing is left then.
 */
export async function restoreSnapshot(
  backup: Backup,
  snapshot: Snapshot,
  directory: string,
  options: RestoreOptions,
): Promise<RestoreReport> {
  const { host, host: { files } } = backup;
  const aside = new Aside(host, directory);
  // Also of one that was stopped when the pond had its name already.
  await aside.sweep();
  await requireRoom(files, directory);
  const building = await aside.begin();
  try {
    const restore = new Restore(backup, snapshot, building.path, options);
    const progress = await restore.run();
    options.signal?.throwIfAborted();
    await building.publish();
    return { snapshot, directory, ...progress };
  } catch (error) {
    // The failure is what is told; what can't be removed, the next one removes.
    await bestEffort(() => building.discard());
    throw error;
  }
}

async function requireRoom(files: FileStore, path: string): Promise<void> {
  const stat = await files.stat(path);
  if (stat === undefined) return;
  if (stat.type === "directory") {
    let name: string | undefined;
    for await (const entry of files.list(path)) name ??= entry.name;
    if (name === undefined) return;
  }
  throw new PondError(
    "ALREADY_EXISTS",
    `Cannot restore to ${path}: ${
      stat.type === "directory" ? "it is not empty" : "there is a file"
    }`,
    { path, hint: "choose a directory that is not there, or empty" },
  );
}

/** A directory beside the place, that is renamed to it at the end. */
class Aside {
  readonly #host: Host;
  readonly #path: string;
  readonly #parent: string;
  readonly #prefix: string;

  constructor(host: Host, path: string) {
    this.#host = host;
    this.#path = path;
    const slash = path.lastIndexOf("/");
    this.#parent = path.slice(0, slash) || "/";
    this.#prefix = `.${path.slice(slash + 1)}.`;
  }

  /** Removes what restores to the same place have left that are no more. */
  async sweep(): Promise<void> {
    const { files } = this.#host;
    const left = new Set<string>();
    for await (const { name } of this.#siblings()) {
      if (!name.startsWith(this.#prefix)) continue;
      const rest = name.slice(this.#prefix.length);
      const id = /^([0-9a-f]{32})\.restore(?:\.lock)?$/.exec(rest)?.[1];
      if (id !== undefined) left.add(id);
    }
    for (const id of left) {
      const { lockPath, path } = this.#pathsOf(id);
      const lock = await files.tryLock(lockPath);
      // Its maker is at work.
      if (lock === undefined) continue;
      await using _lock = lock;
      await removeTree(files, path);
      await removeTree(files, lockPath);
    }
  }

  async *#siblings() {
    try {
      yield* this.#host.files.list(this.#parent);
    } catch (cause) {
      if (!hasCode(cause, "NOT_FOUND")) throw cause;
      throw new PondError(
        "NOT_FOUND",
        `Cannot restore to ${this.#path}: there is no directory ${this.#parent}`,
        { path: this.#path, cause, hint: `make it: mkdir -p ${this.#parent}` },
      );
    }
  }

  /**
   * Begins one. The lock lies beside it, and is held until it has its name or is
   * gone: nobody sweeps what is about to be published.
   */
  async begin(): Promise<Building> {
    const { files, random } = this.#host;
    const { lockPath, path } = this.#pathsOf(random.uuidHex());
    const lock = await files.tryLock(lockPath);
    invariant(lock !== undefined, "nobody knows its name yet");
    let isPublished = false;
    const unlock = async () => {
      await using _lock = lock;
      await files.remove(lockPath);
    };
    try {
      await files.makeDirectory(path);
    } catch (error) {
      await bestEffort(unlock);
      throw error;
    }
    return {
      path,
      publish: async () => {
        const names = new NameFlusher(this.#host);
        await names.flush(path);
        await renameInto(files, path, this.#path);
        isPublished = true;
        await names.flush(this.#parent);
        await unlock();
      },
      discard: async () => {
        try {
          if (!isPublished) await removeTree(files, path);
        } finally {
          await unlock();
        }
      },
    };
  }

  #pathsOf(id: string) {
    const path = this.#under(`${this.#prefix}${id}.restore`);
    return { path, lockPath: `${path}.lock` };
  }

  #under(name: string): string {
    return this.#parent === "/" ? `/${name}` : `${this.#parent}/${name}`;
  }
}

/** A pond that is being built. */
interface Building {
  readonly path: string;
  /** Gives it its name. */
  publish(): Promise<void>;
  /** Removes it, unless it has got its name. */
  discard(): Promise<void>;
}

async function renameInto(
  files: FileStore,
  from: string,
  to: string,
): Promise<void> {
  try {
    await files.rename(from, to);
  } catch (cause) {
    const codes = [
      "DIRECTORY_NOT_EMPTY",
      "ALREADY_EXISTS",
      "NOT_A_DIRECTORY",
    ] as const;
    if (!hasCode(cause, ...codes)) throw cause;
    throw new PondError(
      "ALREADY_EXISTS",
      `Cannot restore to ${to}: something has come there meanwhile`,
      { path: to, cause, hint: "choose another directory" },
    );
  }
}

class Restore {
  readonly #backup: Backup;
  readonly #snapshot: Snapshot;
  readonly #path: string;
  readonly #options: RestoreOptions;
  readonly #packs: PackReader;
  #rows = 0;
  #blobs = 0;
  #blobBytes = 0;

  constructor(
    backup: Backup,
    snapshot: Snapshot,
    path: string,
    options: RestoreOptions,
  ) {
    this.#backup = backup;
    this.#snapshot = snapshot;
    this.#path = path;
    this.#options = options;
    this.#packs = backup.packReader();
  }

  async run(): Promise<RestoreProgress> {
    const { host: { files } } = this.#backup;
    const index = joinedIndex(await this.#backup.indexes(this.#snapshot));
    for (const name of ["blobs", "tmp"]) {
      await files.makeDirectory(`${this.#path}/${name}`);
    }
    await this.#restoreBlobs(index);
    const source = pathIn(this.#backup.place.store, this.#snapshot.path);
    const rows = new SavedRows(this.#snapshot, index, this.#packs, source);
    for (const line of this.#snapshot.lines) {
      await this.#restoreLine(line, rows);
    }
    await this.#finish();
    return this.#progress;
  }

  get #progress(): RestoreProgress {
    const [blobs, blobBytes, rows] = [this.#blobs, this.#blobBytes, this.#rows];
    return { blobs, blobBytes, rows };
  }

  #tell(): void {
    this.#options.signal?.throwIfAborted();
    this.#options.onProgress?.(this.#progress);
  }

  async #restoreBlobs({ blobs }: IndexContent): Promise<void> {
    const store = new BlobStore(this.#backup.host, this.#path, "full");
    let next = 0;
    const work = async () => {
      for (let blob = blobs[next++]; blob; blob = blobs[next++]) {
        await this.#restoreBlob(store, blob);
      }
    };
    const workers = Array.from({ length: MAX_WRITES }, work);
    const results = await Promise.allSettled(workers.map(async (worker) => {
      try {
        await worker;
      } catch (error) {
        // The others end with what they are at.
        next = blobs.length;
        throw error;
      }
    }));
    const failed = results.find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
    await store.flush();
  }

  async #restoreBlob(store: BlobStore, blob: SavedBlob): Promise<void> {
    const { hasher } = this.#backup.host;
    const sizeBytes = blobBytes(blob);
    if (sizeBytes < BLOB_MIN_BYTES) {
      throw new IntegrityError(
        this.#backup.place.location,
        `the blob ${blob.sha256} has only ${sizeBytes} bytes`,
      );
    }
    const chunks = blobChunks(blob, this.#packs, hasher);
    const { sha256 } = await store.store(chunks, this.#options);
    if (sha256 !== blob.sha256) {
      throw new IntegrityError(
        this.#backup.place.location,
        `the blob ${blob.sha256} has the SHA-256 ${sha256}`,
      );
    }
    this.#blobs++;
    this.#blobBytes += sizeBytes;
    this.#tell();
  }

  async #restoreLine(line: SavedLine, rows: SavedRows): Promise<void> {
    const { host, host: { files } } = this.#backup;
    const { author, layout = line.layout } = this.#options;
    const { branch, configuration, counters, id, name, version } = line;
    const isMain = id === MAIN_BRANCH;
    const directory = lineDirectory(this.#path, isMain ? MAIN_BRANCH : name);
    if (!isMain) {
      await files.makeDirectory(`${this.#path}/branches`);
      await files.makeDirectory(directory);
    }
    await files.makeDirectory(`${directory}/oplog`);
    await rebuildTable(host, {
      directory: `${directory}/oplog`,
      layout,
      version,
      timestampUs: line.timestampUs,
      counters,
      configuration,
      rows: this.#counted(rows.of(id)),
      note: { operation: "RESTORE", userName: author },
    });
    if (branch !== undefined) {
      const path = `${directory}/branch.json`;
      await writeBranchFile(files, path, { id, ...branch }, true);
    }
    await new NameFlusher(host).flush(directory);
  }

  async *#counted(rows: ReturnType<SavedRows["of"]>) {
    for await (const { record } of rows) {
      this.#rows++;
      this.#tell();
      yield record;
    }
  }

  /** What makes it a pond comes last. */
  async #finish(): Promise<void> {
    const { host, host: { files, random } } = this.#backup;
    const { current, lines, pondCreated, pondId } = this.#snapshot;
    if (lines.length > 1) {
      await new NameFlusher(host).flush(`${this.#path}/branches`);
    }
    if (current !== MAIN_BRANCH) {
      await using file = await files.create(`${this.#path}/branch`);
      await file.write(encodeUtf8(await branchText(current)));
      await file.sync();
    }
    await writePondFile(
      files,
      this.#path,
      { format: POND_FORMAT, id: pondId, created: pondCreated },
      `${this.#path}/tmp/${random.uuidHex()}`,
    );
  }
}
