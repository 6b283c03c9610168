/**
 * Gets a tree of the pond to the host.
 *
 * Nothing is written outside of the destination: names that would lead out of it
 * are refused, and so is a symlink that stands where a directory comes. A file is
 * written under a name that begins with `.pond-`, and gets its own when it is
 * whole: whoever ends the work leaves whole files, and the next get goes on.
 *
 * A directory that is made gets its mode and time when all else is done: writing
 * into it would change the time, and the mode may forbid it. One that was there
 * keeps its own.
 *
 * @module
 */
import { encodeUtf8, release } from "../../bytes.ts";
import { hasCode, PondError } from "../../errors.ts";
import type { FileStat, Host } from "../../host/mod.ts";
import type { DirEntry, WorkingDir } from "../../tinylogfs/mod.ts";
import {
  joined,
  requireReplaceable,
  safeName,
  statOf,
  writeHostDirectory,
  writeHostFile,
  writeHostLink,
} from "../../trees/transfer.ts";
import { sizeOf } from "../file_content.ts";
import { seriesContent, seriesHash } from "../series_content.ts";
import { Pool } from "../../trees/pool.ts";
import { AT_ONCE_BYTES, hashOf } from "../../trees/stable_read.ts";
import { FILES_AT_A_TIME, PERMISSIONS, type TreeParts } from "./tree_parts.ts";
import type { Outcome } from "./tree_report.ts";

/** The mode of directories that need none set. */
const DIRECTORY_MODE = 0o755;

/** What a get is made of. */
export interface GetParts extends TreeParts {
  /** The platform. */
  readonly host: Pick<Host, "files" | "random" | "hasher">;
  /** Whether files of the host are replaced. */
  readonly force: boolean;
}

/** A directory of the host, while it is filled. */
interface Destination {
  readonly path: string;
  /** What is in it; empty for a new one. */
  readonly there: Map<string, FileStat>;
  /** Whether it was made just now: nobody else has put anything there. */
  readonly isNew: boolean;
}

/** A directory of the pond on its way to the host. */
interface DirectoryStep {
  readonly entry: DirEntry;
  /** Its path from the top of the tree: `/a/b`. */
  readonly path: string;
  /** Its path on the host. */
  readonly target: string;
  /** Whether that may be a symlink: one that was named, not one in a tree. */
  readonly follows?: boolean;
  /** Makes the directory above, if it isn't there; `undefined` if it can't be. */
  readonly above?: () => Promise<Destination | undefined>;
}

/** What the host has, and the tree has not. */
interface Other {
  readonly stat: FileStat;
  readonly path: string;
  /** Its path from the top of the tree. */
  readonly below: string;
}

/** A file or symlink of the pond on its way to the host. */
interface Step {
  readonly entry: DirEntry;
  /** Its path from the top of the tree: `/a/b`. */
  readonly path: string;
  /** The directory of the pond that it is in. */
  readonly from: WorkingDir;
  readonly to: Destination;
  readonly name: string;
}

/** Gets one tree. */
export class TreeGet {
  readonly #parts: GetParts;
  readonly #pool = new Pool(FILES_AT_A_TIME);
  /** What is deleted when all else is done. */
  readonly #others: Other[] = [];
  /** Directories that were made, each after the one that it is in. */
  readonly #made: { readonly entry: DirEntry; readonly target: string }[] = [];

  /** @param parts What it is made of. */
  constructor(parts: GetParts) {
    this.#parts = parts;
  }

  /**
   * Gets a node, a directory with everything in it.
   *
   * @param source Its path in the pond; a symlink is followed, here only.
   * @param target Its path on the host; the directory that it is in exists.
   * @param options With `follows`, the target may be a symlink to a directory;
   *   with `isContent`, its own name is left out of account.
   */
  async get(
    source: string,
    target: string,
    options: { readonly follows: boolean; readonly isContent: boolean },
  ): Promise<void> {
    const { filter, fs } = this.#parts;
    const { follows, isContent } = options;
    const entry = await fs.entry(source);
    const isDirectory = entry.fileType === "directory";
    if (!filter.takesNamed(isContent ? "" : entry.name, isDirectory)) return;
    try {
      if (isDirectory) {
        await this.#getDirectory({ entry, path: "/", target, follows });
      } else await this.#getAlone(entry, target);
      await this.#pool.done();
    } finally {
      await this.#pool.settled();
    }
    for (const made of this.#made.toReversed()) {
      await this.#attempt(() => this.#finish(made));
    }
  }

  /** How much {@linkcode deleteOthers} has to look at. */
  get others(): number {
    return this.#others.length;
  }

  /** Deletes what the tree hasn't, where that was asked for. */
  async deleteOthers(): Promise<void> {
    for (const { stat, ...at } of this.#others) {
      await this.#attempt(() => this.#delete(stat, at, false));
    }
  }

  async #getAlone(entry: DirEntry, target: string): Promise<void> {
    const { fs, host } = this.#parts;
    const slash = target.lastIndexOf("/");
    const name = target.slice(slash + 1);
    const stat = await statOf(host.files, target);
    const from = await fs.workingDirectory().open(
      entry.path.slice(0, entry.path.lastIndexOf("/")) || "/",
    );
    await this.#attempt(() =>
      this.#getFile({
        entry,
        path: `/${name}`,
        from,
        to: {
          path: target.slice(0, slash) || "/",
          there: new Map(stat ? [[name, stat]] : []),
          isNew: false,
        },
        name,
      })
    );
  }

  async #getDirectory(step: DirectoryStep): Promise<void> {
    const { filter, fs, signal } = this.#parts;
    const { entry, path, target } = step;
    signal.throwIfAborted();
    let made: Promise<Destination | undefined> | undefined;
    const make = () => made ??= this.#make(step);
    const from = await fs.workingDirectory().open(entry.path);
    const meant = new Map<string, DirEntry>();
    for await (const child of fs.listDirectory(entry.path)) {
      const isDirectory = child.fileType === "directory";
      if (!filter.takes({ path: joined(path, child.name), isDirectory })) {
        continue;
      }
      const name = await this.#attempt(() => Promise.resolve(safeName(child)));
      if (name !== undefined) meant.set(name, child);
    }
    if (await this.#isWanted(step, meant)) {
      const to = await make();
      // Without its directory, nothing of it can be written.
      if (to === undefined) return;
      if (this.#parts.deletes) await this.#makeRoom(to, path, meant);
    }
    for (const [name, child] of meant) {
      const below = joined(path, name);
      if (child.fileType === "directory") {
        await this.#getDirectory({
          entry: child,
          path: below,
          target: joined(target, name),
          above: make,
        });
        continue;
      }
      const to = await make();
      if (to === undefined) return;
      const step = { entry: child, path: below, from, to, name };
      if (child.fileType === "symlink") {
        await this.#attempt(() => this.#getLink(step));
      } else {
        await this.#pool.add(async () => {
          await this.#attempt(() => this.#getFile(step));
        });
      }
    }
  }

  /** Whether a directory is there on the host in any case. */
  async #isWanted(
    { path, target }: DirectoryStep,
    meant: ReadonlyMap<string, DirEntry>,
  ): Promise<boolean> {
    const { deletes, filter, host } = this.#parts;
    // Where files are chosen, a directory is there for their sake.
    if (!filter.chooses || path === "/") return true;
    if ([...meant.values()].some(isNoDirectory)) return true;
    return deletes &&
      (await statOf(host.files, target))?.type === "directory";
  }

  /** Makes a directory on the host, with those above it, or takes what is there. */
  async #make(step: DirectoryStep): Promise<Destination | undefined> {
    const above = step.above && await step.above();
    if (step.above && above === undefined) return undefined;
    const isInNew = above?.isNew ?? false;
    return await this.#attempt(() => this.#destination(step, { isInNew }));
  }

  /** Gives a directory that was made its mode and time. */
  async #finish(
    { entry, target }: { readonly entry: DirEntry; readonly target: string },
  ): Promise<void> {
    const { fs, host: { files } } = this.#parts;
    const mode = entry.mode & PERMISSIONS;
    const { modifiedAt } = await fs.getMetadata(entry.path);
    await files.setModified(target, modifiedAt.getTime());
    if (mode !== DIRECTORY_MODE) await files.setMode(target, mode);
  }

  async #destination(
    { entry, follows = false, target }: DirectoryStep,
    { isInNew }: { readonly isInNew: boolean },
  ): Promise<Destination> {
    const { dryRun, host, report } = this.#parts;
    const did = (outcome: Outcome) =>
      report.did({
        outcome,
        fileType: "directory",
        path: target,
        sizeBytes: 0,
      });
    const stat = isInNew ? undefined : await statOf(host.files, target);
    if (stat === undefined) {
      if (!dryRun) {
        await writeHostDirectory(host.files, target);
        this.#made.push({ entry, target });
      }
      did("new");
      return { path: target, there: new Map(), isNew: true };
    }
    const isDirectory = stat.type === "directory" ||
      (follows && stat.type === "symlink");
    if (!isDirectory) await writeHostDirectory(host.files, target);
    const there = new Map<string, FileStat>();
    for await (const { name } of host.files.list(target)) {
      const found = await host.files.stat(joined(target, name));
      if (found !== undefined) there.set(name, found);
    }
    did("unchanged");
    return { path: target, there, isNew: false };
  }

  /**
   * Deletes what is something else on the host, as far as it may be replaced, and
   * notes what is only there.
   */
  async #makeRoom(
    { path, there }: Destination,
    below: string,
    meant: ReadonlyMap<string, DirEntry>,
  ): Promise<void> {
    for (const [name, stat] of [...there]) {
      const comes = meant.get(name);
      if (comes?.fileType === stat.type || stat.type === "other") continue;
      const at = { path: joined(path, name), below: joined(below, name) };
      if (comes === undefined) this.#others.push({ stat, ...at });
      else if (this.#parts.force) {
        await this.#attempt(async () => {
          if (await this.#delete(stat, at, true)) there.delete(name);
        });
      }
    }
  }

  /**
   * Deletes a file of the host, a directory without what is left out in it.
   *
   * @param at Its path on the host, and from the top of the tree.
   * @param isInTheWay Whether nothing of it is left out.
   * @returns Whether it is gone.
   */
  async #delete(
    { sizeBytes, type }: FileStat,
    at: { readonly path: string; readonly below: string },
    isInTheWay: boolean,
  ): Promise<boolean> {
    const { dryRun, filter, host: { files }, report } = this.#parts;
    const { below, path } = at;
    const isDirectory = type === "directory";
    const isMeant = isInTheWay || filter.takes({ path: below, isDirectory });
    if (!isMeant || type === "other") return false;
    if (isDirectory) {
      let isEmpty = true;
      const names: string[] = [];
      for await (const { name } of files.list(path)) names.push(name);
      for (const name of names) {
        const inside = { path: joined(path, name), below: joined(below, name) };
        const stat = await files.stat(inside.path);
        if (stat === undefined) continue;
        isEmpty = await this.#delete(stat, inside, isInTheWay) && isEmpty;
      }
      if (!isEmpty) return false;
    }
    if (!dryRun) await files.remove(path);
    report.did({ outcome: "deleted", fileType: type, path, sizeBytes });
    return true;
  }

  async #getFile(step: Step): Promise<void> {
    const { dryRun, force, fs, host, report, signal } = this.#parts;
    const { entry, from, name, to } = step;
    const path = joined(to.path, name);
    const { modifiedUs } = entry;
    const sizeBytes = await sizeOf(fs, entry);
    const there = to.there.get(name);
    const modifiedMs = Math.floor(modifiedUs / 1000);
    const mode = entry.mode & PERMISSIONS;
    if (there && await this.#isSame(entry, there, path)) {
      const hasMode = mode === (there.mode & PERMISSIONS);
      const hasTime = modifiedMs === there.modifiedMs;
      if (!hasMode && !dryRun) await host.files.setMode(path, mode);
      if (!hasTime && !dryRun) await host.files.setModified(path, modifiedMs);
      return report.did({
        outcome: hasMode && hasTime ? "unchanged" : "changed",
        fileType: "file",
        path,
        sizeBytes,
        isContentSame: true,
      });
    }
    const how = { force, isNew: to.isNew, mode, modifiedMs };
    if (!dryRun) {
      // A series of several parts has as many versions.
      const series = entry.version > 1
        ? await seriesContent(fs, entry.path, signal)
        : undefined;
      if (series !== undefined) await writeHostFile(host, path, series, how);
      else if (sizeBytes <= AT_ONCE_BYTES) {
        const bytes = await from.readFile(entry.name, { signal });
        await writeHostFile(host, path, bytes, how);
        release(bytes);
      } else {
        const stream = await fs.streamFile(entry.path, { signal });
        await writeHostFile(host, path, stream, how);
      }
    } else requireReplaceable(there, path, force);
    const outcome = there === undefined ? "new" : "changed";
    report.did({ outcome, fileType: "file", path, sizeBytes });
  }

  /** Whether a file of the host has the bytes that it would get. */
  async #isSame(
    entry: DirEntry,
    there: FileStat,
    hostFile: string,
  ): Promise<boolean> {
    if (there.type !== "file") return false;
    const { fs, host, signal } = this.#parts;
    const { path, version } = entry;
    const sizeBytes = await sizeOf(fs, entry);
    const { files, hasher } = host;
    const whole = version > 1
      ? await seriesHash(fs, path, hasher, signal)
      : undefined;
    if (!whole && there.sizeBytes !== sizeBytes) return false;
    const sha256 = whole ?? (await fs.getMetadata(path)).sha256;
    if (there.sizeBytes > AT_ONCE_BYTES) {
      const stream = await files.stream(hostFile, { signal });
      return await hashOf(hasher, stream) === sha256;
    }
    const bytes = await files.read(hostFile, { signal });
    const actual = await hashOf(hasher, bytes);
    release(bytes);
    return actual === sha256;
  }

  async #getLink({ entry, name, to }: Step): Promise<void> {
    const { dryRun, force, host, report } = this.#parts;
    const path = joined(to.path, name);
    const { target = "" } = entry;
    const modifiedMs = Math.floor(entry.modifiedUs / 1000);
    const there = to.there.get(name);
    const did = (outcome: Outcome) =>
      report.did({
        outcome,
        fileType: "symlink",
        path,
        sizeBytes: encodeUtf8(target).length,
      });
    const isSame = there?.type === "symlink" &&
      await host.files.readLink(path) === target;
    if (isSame && there.modifiedMs === modifiedMs) return did("unchanged");
    if (dryRun) {
      if (!isSame) requireReplaceable(there, path, force);
    } else {
      if (!isSame) await writeHostLink(host.files, path, target, force);
      await host.files.setModified(path, modifiedMs);
    }
    did(there === undefined ? "new" : "changed");
  }

  /** Does one thing; its failure is told, and the rest is done. */
  async #attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    const { report, signal } = this.#parts;
    try {
      return await work();
    } catch (error) {
      const ends = signal.aborted || hasCode(error, "ABORTED", "NO_SPACE");
      if (ends || !(error instanceof PondError)) throw error;
      await report.failed(error);
      return undefined;
    }
  }
}

function isNoDirectory({ fileType }: DirEntry): boolean {
  return fileType !== "directory";
}
