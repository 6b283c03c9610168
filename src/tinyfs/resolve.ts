/**
 * From a path to its node.
 *
 * Names are looked up one after the other. A symlink on the way is replaced by
 * the names of its target; ".." leads to the directory that the node really
 * lies in, as POSIX has it. What a confined caller writes never leaves its
 * root; where a symlink leads out of it, the lookup is refused.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { NodePath } from "./node_path.ts";
import { joinPath, type ParsedPath, parsePath } from "./path.ts";
import type { Symlink } from "./types.ts";

/** Symlinks on the way of one lookup: Linux's limit. */
export const MAX_SYMLINKS = 40;

/** Where lookups start, and what they may reach. */
export interface ResolveStart {
  /** The filesystem's root, which absolute targets start at. */
  readonly filesystem: NodePath;
  /** The root of the caller, which absolute paths start at. */
  readonly root: NodePath;
  /** The directory that relative paths start at; within `root`. */
  readonly directory: NodePath;
}

/** How the end of a path is taken. */
export interface ResolveOptions {
  /** Whether a symlink at the end is followed; true when left out. */
  readonly followLast?: boolean;
}

/** Where a name is, or would be. */
export interface Place {
  /** The directory. */
  readonly directory: NodePath;
  /** The name in it. */
  readonly name: string;
  /** What has the name; a symlink only where it isn't followed. */
  readonly found: NodePath | undefined;
}

/** A name that is still to be looked up. */
interface PendingName {
  readonly name: string;
  /** The symlink whose target the name is from; the caller's path has none. */
  readonly link: NodePath | undefined;
}

/**
 * Finds the node of a path.
 *
 * @param path The path.
 * @param start Where it starts.
 * @throws {PondError} `NOT_FOUND`, `NOT_A_DIRECTORY`, `LOOP`, `OUTSIDE_ROOT`,
 *   `INVALID_NAME`, `INVALID_ARGUMENT`.
 */
export async function resolvePath(
  path: string,
  start: ResolveStart,
  options: ResolveOptions = {},
): Promise<NodePath> {
  const parsed = parsePath(path);
  const walk = new Walk(start, parsed);
  await walk.run(0, parsed.directory || options.followLast !== false);
  return walk.end(parsed.directory);
}

/**
 * Finds the place of a path's last name, whether there is a node or not. A
 * symlink there that leads nowhere stands for the place that it leads to.
 *
 * @param path The path; it must have a name at its end.
 * @param start Where it starts.
 * @throws {PondError} As {@linkcode resolvePath}, for all but the last name.
 */
export async function resolvePlace(
  path: string,
  start: ResolveStart,
  options: ResolveOptions = {},
): Promise<Place> {
  const parsed = parsePath(path);
  const last = parsed.names.at(-1);
  if (last === undefined || last === "..") {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot use ${path} here: it has no name at its end`,
      { path },
    );
  }
  const walk = new Walk(start, parsed);
  await walk.run(1, true);
  return await walk.last(
    options.followLast !== false || parsed.directory,
    parsed.directory,
  );
}

/** One lookup. */
class Walk {
  readonly #start: ResolveStart;
  /** The names to come, the next one last. */
  readonly #pending: PendingName[];
  #at: NodePath;
  #links = 0;

  constructor(start: ResolveStart, { absolute, names }: ParsedPath) {
    this.#start = start;
    this.#at = absolute ? start.root : start.directory;
    this.#pending = names.map((name) => ({ name, link: undefined })).reverse();
  }

  /** Looks up names until `left` of them are left. */
  async run(left: number, followLast: boolean): Promise<void> {
    for (let next = this.#next(left); next; next = this.#next(left)) {
      if (next.name === "." || next.name === "..") {
        this.#turn(next);
        continue;
      }
      const child = await this.#child(next);
      if (child === undefined) throw this.#notFound(next);
      const follow = followLast || this.#pending.length > 0;
      if (child.node.type === "symlink" && follow) {
        await this.#follow(child, child.node);
      } else this.#at = child;
    }
  }

  /** The node that the names lead to. */
  end(directory: boolean): NodePath {
    this.#requireWithin(undefined);
    if (directory) this.#at.asDirectory();
    return this.#at;
  }

  /** The place of the last name. */
  async last(followLast: boolean, directory: boolean): Promise<Place> {
    for (;;) {
      const next = this.#pending.pop();
      // A target such as "/" or ".." has no last name: it leads to a node.
      if (next === undefined || next.name === "." || next.name === "..") {
        if (next) this.#turn(next);
        this.#requireWithin(undefined);
        const { above, name } = this.#at;
        return { directory: above ?? this.#at, name, found: this.#at };
      }
      const child = await this.#child(next);
      if (child?.node.type === "symlink" && followLast) {
        await this.#follow(child, child.node);
        await this.run(1, true);
        continue;
      }
      this.#requireWithin(undefined);
      if (child && directory) child.asDirectory();
      return { directory: this.#at, name: next.name, found: child };
    }
  }

  #next(left: number): PendingName | undefined {
    return this.#pending.length > left ? this.#pending.pop() : undefined;
  }

  async #child(next: PendingName): Promise<NodePath | undefined> {
    this.#requireWithin(next.link);
    const node = await this.#at.asDirectory().get(next.name);
    return node && this.#at.child(next.name, node);
  }

  /** The caller's own ".." ends at its root, a target's at the filesystem's. */
  #turn({ name, link }: PendingName): void {
    this.#at.asDirectory();
    if (name === ".") return;
    const { root } = this.#start;
    const leaves = this.#at.depth <= root.depth;
    if (leaves && link === undefined) return;
    const above = this.#at.above ?? this.#at;
    this.#at = leaves ? above.seenFrom(root) : above;
  }

  async #follow(link: NodePath, node: Symlink): Promise<void> {
    if (++this.#links > MAX_SYMLINKS) {
      throw new PondError(
        "LOOP",
        `Cannot follow the symlink ${link.path}: it leads to itself, or is one too many after ${MAX_SYMLINKS} others`,
        { path: link.path },
      );
    }
    const target = parsePath(await node.target());
    if (target.absolute) this.#at = this.#start.filesystem;
    const names = target.directory ? [...target.names, "."] : target.names;
    for (const name of names.toReversed()) this.#pending.push({ name, link });
  }

  /**
   * A caller stays within its root. A target may lead there from above it:
   * through the directories that the root lies in, and no others.
   */
  #requireWithin(link: NodePath | undefined): void {
    const { root, filesystem } = this.#start;
    if (root === filesystem || this.#at.isWithin(root)) return;
    if (link !== undefined && root.isWithin(this.#at)) return;
    const { fullPath } = this.#at;
    throw new PondError(
      "OUTSIDE_ROOT",
      link === undefined
        ? `Cannot use ${fullPath}: it lies outside of ${root.fullPath}`
        : `Cannot follow the symlink ${link.path}: it leads out of ${root.fullPath}, to ${fullPath}`,
      { path: link?.path ?? fullPath },
    );
  }

  #notFound({ name, link }: PendingName): PondError {
    if (link === undefined) {
      const path = joinPath(this.#at.path, name);
      return new PondError(
        "NOT_FOUND",
        `Cannot find ${path}: there is no such file or directory`,
        { path },
      );
    }
    const path = joinPath(this.#at.fullPath, name);
    return new PondError(
      "NOT_FOUND",
      `Cannot follow the symlink ${link.path}: its target ${path} does not exist`,
      { path },
    );
  }
}
