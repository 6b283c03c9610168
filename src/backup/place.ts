/**
 * Where a backup is: a directory, by a path or a `file:` URL.
 *
 * All that is asked of it is what a {@linkcode TableStore} has, and a lock, so
 * that whatever else tables are kept in can take backups, too.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import { localPath } from "../host/local_path.ts";
import { LocalStore, NameFlusher, type TableStore } from "../oplog/mod.ts";

/** Where a backup is kept. */
export interface BackupPlace {
  /** What it is called: an absolute path. */
  readonly location: string;
  /** Its objects. */
  readonly store: TableStore;
  /**
   * Holds off others who write to it, until it is disposed of.
   *
   * @throws {PondError} `LOCKED` when another one is at work.
   */
  lock(): Promise<AsyncDisposable>;
  /** Whether it is there. `NOT_FOUND` when it can't be made, either. */
  exists(): Promise<boolean>;
  /** Makes it where it is missing, and flushes its name. */
  make(): Promise<void>;
}

/**
 * The place that is meant; nothing is opened yet.
 *
 * @param cwd What a relative path begins with.
 * @throws {PondError} `UNSUPPORTED` for a URL of another kind than `file:`,
 *   `INVALID_ARGUMENT` for no path at all.
 */
export function placeOf(
  host: Host,
  url: string,
  cwd: string = host.terminal.cwd(),
): BackupPlace {
  const location = pathOf(url, cwd);
  const { files } = host;
  const parent = location.slice(0, location.lastIndexOf("/")) || "/";
  return {
    location,
    store: new LocalStore(host, location),
    lock: async () => {
      const lock = await files.tryLock(`${location}/lock`);
      if (lock !== undefined) return lock;
      throw new PondError(
        "LOCKED",
        `Cannot write to the backup ${location}: another run is at work there`,
        { path: location, hint: "wait for its end, and try again" },
      );
    },
    exists: async () => {
      const stat = await files.stat(location);
      if (stat?.type === "directory" || stat?.type === "symlink") return true;
      if (stat !== undefined) {
        throw new PondError(
          "ALREADY_EXISTS",
          `Cannot make a backup at ${location}: there is a file`,
          { path: location, hint: "choose a directory" },
        );
      }
      if (await files.stat(parent) !== undefined) return false;
      throw new PondError(
        "NOT_FOUND",
        `Cannot make a backup at ${location}: there is no directory ${parent}`,
        { path: location, hint: "is the disk there? Else make it first" },
      );
    },
    make: async () => {
      await files.makeDirectory(location);
      await new NameFlusher(host).flush(parent);
    },
  };
}

/** Whether a text can only be a place, and no backup's name. */
export function isPlace(text: string): boolean {
  return /[/\\]/.test(text) || text === "." || text === "..";
}

function pathOf(url: string, cwd: string): string {
  if (url === "") {
    throw new PondError("INVALID_ARGUMENT", "A backup needs a place", {
      hint: "a directory, such as /mnt/backup",
    });
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    return localPath(url.startsWith("/") ? url : `${cwd}/${url}`);
  }
  if (scheme === "file" && URL.canParse(url)) return localPath(new URL(url));
  throw new PondError(
    "UNSUPPORTED",
    `Cannot keep a backup at ${url}: only directories are supported`,
    { path: url, hint: "a path, or a file: URL" },
  );
}
