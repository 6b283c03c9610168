/**
 * Writes below one directory of the host, and nowhere else.
 *
 * Before each change every directory on the way from the top is looked at: one that
 * is a symlink leads elsewhere and is refused. What is to be replaced or removed must
 * still be what it was when it was read. Deno has no `openat`, so a program may swap a
 * directory for a symlink in the microseconds between the look and the change. A file
 * that is written then leads nowhere: its draft lies in the one, and its name would in
 * the other. NOT SUPPORTED: to hold that off for a directory that is made, or what is
 * removed.
 *
 * Crash: a file gets its name when it is whole and flushed, so before that there is
 * only a draft, which the next run removes. Names are flushed by
 * {@linkcode MirrorDirectory.flush}; until then a file may have its old content, its
 * new one, or be gone.
 *
 * @module
 */
import { bestEffort, hasCode, PondError } from "../errors.ts";
import type { FileStat, Host } from "../host/mod.ts";
import { draftName, requireHostNames } from "./names.ts";
import { sameFingerprint } from "./node.ts";
import { parentOf } from "./reconcile.ts";

/** How a file is written. */
export interface WriteFileOptions {
  /** Its permission bits. */
  readonly mode: number;
  /** Its time, milliseconds since the epoch, UTC. */
  readonly modifiedMs: number;
}

/** What a path must still be. */
export interface Expected {
  /** What it was; `undefined` where nothing was. */
  readonly stat: FileStat | undefined;
  /** Looks whether the content is the same, where times alone don't tell. */
  readonly isSame?: () => Promise<boolean>;
}

/** A mirrored directory. */
export class MirrorDirectory {
  /** Its path on the host. */
  readonly root: string;
  readonly #host: Pick<Host, "files" | "random" | "terminal">;
  /** Directories whose names aren't flushed, by paths from the top. */
  readonly #touched = new Set<string>();
  /** Directories that were there, by paths from the top. */
  readonly #seen = new Set<string>();

  /**
   * @param host The platform.
   * @param root The directory, absolute; it may be a symlink to one.
   */
  constructor(
    host: Pick<Host, "files" | "random" | "terminal">,
    root: string,
  ) {
    this.#host = host;
    this.root = root;
  }

  /** The path on the host of a path from the top. */
  at(path: string): string {
    return this.root === "/" ? path : `${this.root}${path}`;
  }

  /**
   * Writes a file, whole or not at all.
   *
   * @param open Opens the content, when there is a place for it.
   * @throws {PondError} `CONFLICT` when something else is there than expected.
   */
  async writeFile(
    path: string,
    open: () => Promise<AsyncIterable<Uint8Array>>,
    expected: Expected,
    { mode, modifiedMs }: WriteFileOptions,
  ): Promise<FileStat> {
    const { files } = this.#host;
    await this.#requireWay(path);
    const draft = this.#draftBeside(path);
    try {
      await using file = await files.create(this.at(draft), { mode });
      for await (const chunk of await open()) await file.write(chunk);
      await file.setModified(modifiedMs);
      await file.sync();
      await file.close();
      await this.#publish(draft, path, expected);
    } catch (error) {
      await bestEffort(() => files.remove(this.at(draft)));
      throw named(error, this.at(draft), this.at(path));
    }
    return await this.#statOf(path, "file");
  }

  /** Makes a symlink, in the place of what is expected. */
  async writeLink(
    path: string,
    target: string,
    expected: Expected,
  ): Promise<FileStat> {
    const { files } = this.#host;
    await this.#requireWay(path);
    const draft = this.#draftBeside(path);
    try {
      await files.makeLink(this.at(draft), target);
      await this.#publish(draft, path, expected);
    } catch (error) {
      await bestEffort(() => files.remove(this.at(draft)));
      throw named(error, this.at(draft), this.at(path));
    }
    return await this.#statOf(path, "symlink");
  }

  /** Makes a directory, with those above it; one that is there is all right. */
  async makeDirectory(path: string): Promise<void> {
    // What comes of it later is seen by each write.
    if (path === "" || path === "/" || this.#seen.has(path)) return;
    requireHostNames(path, this.#os);
    await this.makeDirectory(parentOf(path));
    const stat = await this.#host.files.stat(this.at(path));
    if (stat?.type === "directory") {
      this.#seen.add(path);
      return;
    }
    if (stat !== undefined) throw otherThere(path, stat);
    await this.#host.files.makeDirectory(this.at(path));
    this.#touch(path);
    // A symlink to a directory would have been all right for the host.
    await this.#requireDirectories(path);
    await this.#statOf(path, "directory");
    this.#seen.add(path);
  }

  /** Sets the mode of a directory. */
  async setDirectoryMode(path: string, mode: number): Promise<void> {
    await this.#requireWay(path);
    await this.#statOf(path, "directory");
    await this.#host.files.setMode(this.at(path), mode);
    this.#touched.add(path);
  }

  /**
   * Removes a file, a symlink or an empty directory.
   *
   * @throws {PondError} `CONFLICT` when it isn't what is expected any more;
   *   `DIRECTORY_NOT_EMPTY`.
   */
  async remove(path: string, expected: Expected): Promise<void> {
    await this.#requireWay(path);
    await this.#requireExpected(path, expected);
    await this.#host.files.remove(this.at(path));
    this.#touch(path);
  }

  /** Removes drafts that a run has left which was ended. */
  async sweep(drafts: readonly string[]): Promise<void> {
    for (const draft of drafts) {
      await this.#requireDirectories(draft);
      // The next run finds it as well.
      await bestEffort(() => this.#host.files.remove(this.at(draft)));
    }
  }

  /** Flushes all names that were changed. */
  async flush(): Promise<void> {
    const { files } = this.#host;
    for (const path of [...this.#touched].sort()) {
      try {
        await files.syncDirectory(path === "/" ? this.root : this.at(path));
      } catch (error) {
        // Its own name has gone, and that of the one above is flushed.
        if (!hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY")) throw error;
      }
      this.#touched.delete(path);
    }
  }

  get #os(): string {
    return this.#host.terminal.platform().os;
  }

  #draftBeside(path: string): string {
    return `${parentOf(path)}/${draftName(this.#host.random.uuidHex())}`;
  }

  #touch(path: string): void {
    this.#touched.add(parentOf(path) || "/");
  }

  /** Requires that all directories of a path are directories. */
  async #requireWay(path: string): Promise<void> {
    if (path === "" || path === "/") return;
    requireHostNames(path, this.#os);
    await this.#requireDirectories(path);
  }

  async #requireDirectories(path: string): Promise<void> {
    for (let end = path.indexOf("/", 1); end > 0;) {
      const above = path.slice(0, end);
      await this.#statOf(above, "directory");
      end = path.indexOf("/", end + 1);
    }
  }

  async #statOf(path: string, type: FileStat["type"]): Promise<FileStat> {
    const stat = await this.#host.files.stat(this.at(path));
    if (stat?.type === type) return stat;
    throw otherThere(path, stat);
  }

  /** Gives a draft its name. */
  async #publish(
    draft: string,
    path: string,
    expected: Expected,
  ): Promise<void> {
    const { files } = this.#host;
    await this.#requireWay(path);
    this.#touch(path);
    if (expected.stat === undefined) {
      try {
        // A link never replaces what is there.
        await files.link(this.at(draft), this.at(path));
        return await files.remove(this.at(draft));
      } catch (error) {
        if (hasCode(error, "ALREADY_EXISTS")) throw twinError(path);
        if (!hasCode(error, "UNSUPPORTED")) throw error;
      }
    }
    await this.#requireExpected(path, expected);
    await files.rename(this.at(draft), this.at(path));
  }

  async #requireExpected(
    path: string,
    { isSame, stat }: Expected,
  ): Promise<void> {
    const now = await this.#host.files.stat(this.at(path));
    if (stat === undefined && now !== undefined) throw twinError(path);
    if (stat === undefined || now === undefined) {
      if (stat !== now) throw changedError(path);
      return;
    }
    const isDirectory = stat.type === "directory" && now.type === "directory";
    const isIt = isDirectory ||
      (stat.type === now.type && sameFingerprint(stat, now) &&
        (isSame === undefined || await isSame()));
    if (!isIt) throw changedError(path);
  }
}

/** A draft's error, as one of the file that it was to be. */
function named(error: unknown, draft: string, path: string): unknown {
  if (!(error instanceof PondError) || error.path !== draft) return error;
  const { cause, code, hint, message } = error;
  const why = message.slice(message.lastIndexOf(": ") + 2);
  return new PondError(code, `Cannot write ${path}: ${why}`, {
    path,
    cause,
    ...(hint === undefined ? {} : { hint }),
  });
}

function otherThere(path: string, stat: FileStat | undefined): PondError {
  const what = stat === undefined ? "is gone" : `is a ${stat.type}`;
  return new PondError(
    "CONFLICT",
    `Cannot write to ${path} on the host: it ${what} there now`,
    { path, hint: "run it again" },
  );
}

function changedError(path: string): PondError {
  return new PondError(
    "CONFLICT",
    `Cannot replace ${path} on the host: it has changed since it was looked at`,
    { path, hint: "run it again" },
  );
}

/** What wasn't listed, and is there: it came just now, or has another name. */
function twinError(path: string): PondError {
  return new PondError(
    "ALREADY_EXISTS",
    `Cannot write ${path} on the host: it has come just now, or another name is the same there`,
    {
      path,
      hint:
        "where upper and lower case are one, rename one of them in the pond",
    },
  );
}
