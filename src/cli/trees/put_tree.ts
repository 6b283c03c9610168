/**
 * Puts a tree of the host into the pond.
 *
 * Directories are gone through one after the other, since each must be there
 * before what is in it. Files are read and stored side by side, a few at a time:
 * that bounds what is in memory, and keeps the disk busy. What is there already
 * is not read where {@linkcode PutIndex} knows it, else its hash decides: a file
 * that is what it was makes no version.
 *
 * @module
 */
import { encodeUtf8 } from "../../bytes.ts";
import { hasCode, PondError } from "../../errors.ts";
import type { FileStat, Host } from "../../host/mod.ts";
import type { DirEntry, TinyLogFS, WorkingDir } from "../../tinylogfs/mod.ts";
import { printable } from "../output.ts";
import { seriesHash } from "../series_content.ts";
import { joinPath } from "../session.ts";
import {
  type HostDirectory,
  type HostNode,
  walkHost,
} from "../../trees/host_tree.ts";
import { Pool } from "../../trees/pool.ts";
import type { PutIndex, PutNode } from "./put_index.ts";
import { hashOf, readStable } from "../../trees/stable_read.ts";
import { FILES_AT_A_TIME, PERMISSIONS, type TreeParts } from "./tree_parts.ts";
import type { Outcome } from "./tree_report.ts";

/** What a put is made of. */
export interface PutParts extends TreeParts {
  /** The platform. */
  readonly host: Pick<Host, "files" | "clock" | "hasher">;
}

/** A directory of the pond that a directory of the tree goes to. */
interface Destination {
  readonly path: string;
  /** What is in it, by names. */
  readonly entries: Map<string, DirEntry>;
  /** The directory; none when nothing is done. */
  readonly directory: WorkingDir | undefined;
  /** Whether a symlink in it is written through. */
  readonly follows?: boolean;
}

/** What the pond has, and the tree has not. */
interface Other {
  readonly entry: DirEntry;
  /** Its path from the top of the tree. */
  readonly below: string;
  readonly isLeft: HostDirectory["leavesOut"];
}

/** Puts one tree. */
export class TreePut {
  readonly #parts: PutParts;
  readonly #index: PutIndex | undefined;
  readonly #pool = new Pool(FILES_AT_A_TIME);
  /** What would be deleted, and is there all the same. */
  readonly #gone = new Set<string>();
  /** What is deleted when all else is done. */
  readonly #others: Other[] = [];

  /**
   * @param parts What it is made of.
   * @param index What the last put of the tree has found; without it, files are read.
   */
  constructor(parts: PutParts, index?: PutIndex) {
    this.#parts = parts;
    this.#index = index;
  }

  /**
   * Puts a directory with everything in it.
   *
   * @param top The directory.
   * @param target Its path in the pond.
   */
  async putDirectory(top: HostNode, target: string): Promise<void> {
    const { filter, host, report, signal } = this.#parts;
    const failed = (_: string, error: PondError) => report.failed(error);
    try {
      const walk = walkHost(host.files, top, { filter, signal, failed });
      for await (const directory of walk) {
        const { path } = directory.node;
        await this.#put(
          directory,
          path === "/" ? target : joinPath(target, path.slice(1)),
        );
      }
      await this.#pool.done();
    } finally {
      await this.#pool.settled();
    }
  }

  /** How much {@linkcode deleteOthers} has to look at. */
  get others(): number {
    return this.#others.length;
  }

  /** Deletes what the tree hasn't, where that was asked for. */
  async deleteOthers(): Promise<void> {
    for (const { below, entry, isLeft } of this.#others) {
      this.#parts.signal.throwIfAborted();
      await this.#delete(entry, below, isLeft);
    }
  }

  /** Puts one file or symlink. */
  async putOne(node: HostNode, target: string): Promise<void> {
    const { dryRun, fs } = this.#parts;
    const slash = target.lastIndexOf("/");
    const above = target.slice(0, slash) || "/";
    const name = target.slice(slash + 1);
    const entry = await entryAt(fs, target);
    if (entry?.fileType === "directory") {
      throw inTheWay(target, "directory", node.stat.type);
    }
    const directory = await fs.workingDirectory().open(above);
    await this.#putChild({ ...node, name }, {
      path: above,
      entries: new Map(entry ? [[name, entry]] : []),
      directory: dryRun ? undefined : directory,
      follows: true,
    });
    await this.#pool.done();
  }

  async #put(read: HostDirectory, target: string): Promise<void> {
    const { children, isWhole, node } = read;
    const { deletes, filter, fs } = this.#parts;
    const files = children.some(({ stat }) => stat.type !== "directory");
    // Where files are chosen, a directory is there for their sake.
    if (filter.chooses && !files && node.path !== "/") {
      const isThere = deletes &&
        (await entryAt(fs, target))?.fileType === "directory";
      if (!isThere) return;
    }
    const destination = await this.#destination(node, target);
    // What can't be seen may be there.
    if (deletes && isWhole) await this.#makeRoom(destination, read);
    for (const child of children) {
      if (child.stat.type === "directory") continue;
      await this.#putChild(child, destination);
    }
  }

  async #destination(node: HostNode, path: string): Promise<Destination> {
    const { dryRun, fs, report } = this.#parts;
    const mode = node.stat.mode & PERMISSIONS;
    const modifiedUs = node.stat.modifiedMs * 1000;
    const entry = this.#gone.has(path) ? undefined : await entryAt(fs, path);
    if (entry === undefined) {
      report.did({ outcome: "new", fileType: "directory", path, sizeBytes: 0 });
      const directory = dryRun
        ? undefined
        : await fs.createDirectory(path, { recursive: true, mode, modifiedUs });
      return { path, entries: new Map(), directory };
    }
    const isLink = entry.fileType === "symlink" && node.path === "/";
    if (entry.fileType !== "directory" && !isLink) {
      throw inTheWay(path, entry.fileType, "directory");
    }
    const directory = await fs.workingDirectory().open(path);
    const isSame = entry.mode === mode || entry.fileType !== "directory" ||
      path === "/";
    const outcome = isSame ? "unchanged" : "changed";
    report.did({ outcome, fileType: "directory", path, sizeBytes: 0 });
    if (!isSame && !dryRun) await fs.setMetadata(path, { mode });
    const entries = new Map<string, DirEntry>();
    for await (
      const child of fs.listDirectory(path, { targets: false, computed: false })
    ) {
      entries.set(child.name, child);
    }
    return { path, entries, directory: dryRun ? undefined : directory };
  }

  /** Deletes what is something else in the pond, notes what is only there. */
  async #makeRoom(
    { entries, path }: Destination,
    { children, leavesOut, node }: HostDirectory,
  ): Promise<void> {
    const types = new Map(children.map(({ name, stat }) => [name, stat.type]));
    for (const entry of [...entries.values()]) {
      const { fileType, name } = entry;
      const type = types.get(name);
      // What is skipped keeps what it was.
      if (type === fileType || type === "other") continue;
      const below = joinPath(node.path, name);
      const at = { ...entry, path: joinPath(path, name) };
      if (type === undefined) {
        this.#others.push({ entry: at, below, isLeft: leavesOut });
      } else if (await this.#delete(at, below, () => false)) {
        entries.delete(name);
      }
    }
  }

  /**
   * Deletes a node, a directory without what is left out in it.
   *
   * @param below Its path from the top of the tree.
   * @returns Whether it is gone.
   */
  async #delete(
    { fileType, path, sizeBytes }: DirEntry,
    below: string,
    isLeft: HostDirectory["leavesOut"],
  ): Promise<boolean> {
    const { dryRun, fs, report } = this.#parts;
    const isDirectory = fileType === "directory";
    if (isLeft({ path: below, isDirectory })) return false;
    if (isDirectory) {
      let isEmpty = true;
      for await (
        const child of fs.listDirectory(path, {
          targets: false,
          computed: false,
        })
      ) {
        const at = joinPath(below, child.name);
        isEmpty = await this.#delete(child, at, isLeft) && isEmpty;
      }
      if (!isEmpty) return false;
    }
    if (dryRun) this.#gone.add(path);
    else await fs.delete(path);
    report.did({
      outcome: "deleted",
      fileType,
      path,
      sizeBytes: sizeBytes ?? 0,
    });
    return true;
  }

  async #putChild(node: HostNode, to: Destination): Promise<void> {
    const entry = to.entries.get(node.name);
    switch (node.stat.type) {
      case "file":
        if (entry && entry.fileType !== "file" && !to.follows) {
          const path = joinPath(to.path, node.name);
          throw inTheWay(path, entry.fileType, "file");
        }
        if (entry && this.#index?.keeps(node.path, node.stat, entry)) {
          await this.#unchanged(node, to, entry);
          return;
        }
        return await this.#pool.add(() => this.#putFile(node, to, entry));
      case "symlink":
        return await this.#putLink(node, to, entry);
      case "other":
        return await this.#parts.report.skipped(
          node.source,
          "it is no file, directory or symlink",
        );
      case "directory":
        return;
    }
  }

  async #putFile(
    node: HostNode,
    to: Destination,
    entry: DirEntry | undefined,
  ): Promise<void> {
    const { host, report, signal } = this.#parts;
    try {
      const readMs = host.clock.nowUs() / 1000;
      const same = entry && await this.#readIfSame(node, to, entry);
      if (entry && same) {
        const kept = await this.#unchanged({ ...node, stat: same }, to, entry);
        return this.#index?.note(node.path, same, kept, readMs);
      }
      const { hasGrown, stat, value: put } = await readStable(
        host.files,
        node,
        signal,
        (content, stat) => this.#store(node, to, entry, content, stat),
      );
      const { sizeBytes } = stat;
      const path = joinPath(to.path, node.name);
      const outcome = entry === undefined ? "new" : "changed";
      report.did({ outcome, fileType: "file", path, sizeBytes });
      if (hasGrown) {
        const source = printable(node.source);
        return await report.warn(
          `${source} is growing: put as far as it went when it was opened`,
          { kind: "growing", path: node.source },
        );
      }
      if (put) this.#index?.note(node.path, stat, put, readMs);
    } catch (error) {
      const isItsOwn = error instanceof PondError && error.path === node.source;
      if (signal.aborted || !isItsOwn) throw error;
      await report.failed(error);
    }
  }

  /** What a file is when it holds what is in the pond. */
  async #readIfSame(
    node: HostNode,
    to: Destination,
    { fileType, name, sizeBytes, version }: DirEntry,
  ): Promise<FileStat | undefined> {
    if (fileType !== "file") return;
    const { fs, host, signal } = this.#parts;
    const path = joinPath(to.path, name);
    // A series of several parts, which has as many versions, is what they are together.
    const whole = version === 1
      ? undefined
      : await seriesHash(fs, path, host.hasher, signal);
    if (!whole && sizeBytes !== node.stat.sizeBytes) return;
    const sha256 = whole ?? (await fs.getMetadata(path)).sha256;
    const { hasGrown, stat, value } = await readStable(
      host.files,
      node,
      signal,
      (content) => hashOf(host.hasher, content),
    );
    return !hasGrown && value === sha256 ? stat : undefined;
  }

  /** Puts content, and says into what; nothing where nothing is done. */
  async #store(
    node: HostNode,
    { directory }: Destination,
    entry: DirEntry | undefined,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    stat: FileStat,
  ): Promise<PutNode | undefined> {
    if (directory === undefined) return undefined;
    const modifiedUs = stat.modifiedMs * 1000;
    const found = await directory.writeFile(node.name, content, {
      mode: stat.mode & PERMISSIONS,
      modifiedUs,
      signal: this.#parts.signal,
      transfer: true,
    });
    // A symlink was followed: it is not what was written to.
    if (entry && entry.nodeId !== found.node.id) return undefined;
    const version = (entry?.version ?? 0) + 1;
    return { nodeId: found.node.id, version, modifiedUs };
  }

  /** The bytes are the same; mode and time may be others. */
  async #unchanged(
    { name, stat }: HostNode,
    to: Destination,
    entry: DirEntry,
  ): Promise<PutNode> {
    const { dryRun, fs, report } = this.#parts;
    const { nodeId, sizeBytes, version } = entry;
    const path = joinPath(to.path, name);
    const mode = stat.mode & PERMISSIONS;
    const isSame = mode === entry.mode && isTimeOf(entry, stat);
    const outcome = isSame ? "unchanged" : "changed";
    const written = { sizeBytes: sizeBytes ?? 0, isContentSame: true };
    report.did({ outcome, fileType: "file", path, ...written });
    if (isSame) return entry;
    const modifiedUs = stat.modifiedMs * 1000;
    if (!dryRun) await fs.setMetadata(path, { mode, modifiedUs });
    return { nodeId, version: version + 1, modifiedUs };
  }

  async #putLink(
    node: HostNode,
    to: Destination,
    entry: DirEntry | undefined,
  ): Promise<void> {
    const { dryRun, fs, host, report } = this.#parts;
    const path = joinPath(to.path, node.name);
    const target = await host.files.readLink(node.source);
    const sizeBytes = encodeUtf8(target).length;
    const did = (outcome: Outcome) =>
      report.did({ outcome, fileType: "symlink", path, sizeBytes });
    if (entry?.fileType === "directory") {
      throw inTheWay(path, entry.fileType, "symlink");
    }
    const modifiedUs = node.stat.modifiedMs * 1000;
    if (entry?.fileType === "symlink" && await fs.readLink(path) === target) {
      if (isTimeOf(entry, node.stat)) return did("unchanged");
      const own = { followLast: false };
      if (!dryRun) await fs.setMetadata(path, { modifiedUs }, own);
      return did("changed");
    }
    if (entry && !dryRun) await fs.delete(path);
    if (!dryRun) await fs.createSymlink(path, target, { modifiedUs });
    did(entry === undefined ? "new" : "changed");
  }
}

/** Whether a node has the time of a file of the host, which knows milliseconds. */
function isTimeOf(entry: DirEntry, { modifiedMs }: FileStat): boolean {
  return Math.floor(entry.modifiedUs / 1000) === Math.floor(modifiedMs);
}

/** What is under a path itself, where nothing is followed. */
async function entryAt(
  fs: TinyLogFS,
  path: string,
): Promise<DirEntry | undefined> {
  try {
    return await fs.entry(path, { followLast: false });
  } catch (error) {
    if (hasCode(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}

function inTheWay(path: string, there: string, comes: string): PondError {
  return new PondError(
    there === "directory" ? "IS_A_DIRECTORY" : "ALREADY_EXISTS",
    `Cannot put a ${comes} at ${path}: a ${there} is there`,
    { path, hint: "put it elsewhere, or let it take the place: --delete" },
  );
}
