/**
 * From a path to its node.
 *
 * Names are looked up one after the other. A symlink on the way is replaced by
 * the names of its target; ".." leads to the directory that the node really
 * lies in, as POSIX has it. What a confined caller writes never leaves its
 * root; where a symlink leads out of it, the lookup is refused, and doesn't
 * tell what there is outside.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { NodePath } from "./node_path.ts";
import { joinPath, type ParsedPath, parsePath } from "./path.ts";
import type { Inquiry, Node } from "./types.ts";

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
  /** Who waits for the node: a lookup through one of those is a `LOOP`. */
  readonly inquiry?: Inquiry;
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
  readonly link: FollowedLink | undefined;
}

interface FollowedLink {
  readonly path: string;
  /** As it was given. */
  readonly target: string;
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
  const walk = new Walk(start, parsed, options.inquiry);
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
  const walk = new Walk(start, parsed, options.inquiry);
  await walk.run(1, true);
  return await walk.last(options.followLast !== false, parsed.directory);
}

/**
 * Finds what a symlink leads to.
 *
 * @param link Where the symlink really lies, without symlinks on the way.
 * @param start What the lookup may reach.
 * @throws {PondError} As {@linkcode resolvePath}.
 */
export async function resolveSymlink(
  link: NodePath,
  start: ResolveStart,
  inquiry?: Inquiry,
): Promise<NodePath> {
  const directory = link.above ?? start.filesystem;
  const walk = new Walk({ ...start, directory }, parsePath("."), inquiry);
  await walk.follow(link);
  await walk.run(0, true);
  return walk.end(false);
}

/** One lookup. */
class Walk {
  readonly #start: ResolveStart;
  readonly #inquiry: Inquiry | undefined;
  /** The names to come, the next one last. */
  readonly #pending: PendingName[];
  #at: NodePath;
  /** The symlink that was followed last. */
  #link: FollowedLink | undefined;
  #links = 0;

  constructor(
    start: ResolveStart,
    { absolute, names }: ParsedPath,
    inquiry: Inquiry | undefined,
  ) {
    this.#start = start;
    this.#inquiry = inquiry;
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
      const child = this.#child(next, await this.#get(next));
      if (child === undefined) throw this.#notFound(next);
      const follow = followLast || this.#pending.length > 0;
      if (child.node.type === "symlink" && follow) await this.follow(child);
      else this.#at = child;
    }
  }

  /** The node that the names lead to. */
  end(directory: boolean): NodePath {
    this.#requireWithin(this.#at);
    if (directory) this.#at.asDirectory();
    return this.#at;
  }

  /** The place of the last name. */
  async last(followLast: boolean, directory: boolean): Promise<Place> {
    for (;;) {
      const next = this.#next(0);
      // A target such as "/" or ".." has no last name: it leads to a node.
      if (next === undefined || next.name === "." || next.name === "..") {
        if (next) this.#turn(next);
        this.#requireWithin(this.#at);
        const { above, name } = this.#at;
        return { directory: above ?? this.#at, name, found: this.#at };
      }
      const child = this.#child(next, await this.#get(next));
      if (child?.node.type === "symlink" && followLast) {
        await this.follow(child);
        await this.run(1, true);
        continue;
      }
      this.#requireWithin(child ?? this.#at);
      if (child && directory && followLast) child.asDirectory();
      return { directory: this.#at, name: next.name, found: child };
    }
  }

  /** Puts the names of a symlink's target before those to come. */
  async follow(found: NodePath): Promise<void> {
    if (++this.#links > MAX_SYMLINKS) throw tooManyLinks(found);
    const target = await found.asSymlink().target();
    const parsed = parseTarget(target, found);
    const link = { path: found.path, target };
    this.#link = link;
    if (parsed.absolute) this.#at = this.#start.filesystem;
    const names = parsed.directory ? [...parsed.names, "."] : parsed.names;
    for (const name of names.toReversed()) this.#pending.push({ name, link });
  }

  #next(left: number): PendingName | undefined {
    return this.#pending.length > left ? this.#pending.pop() : undefined;
  }

  /** Asks the directory for a name; within the caller's root, if it asks. */
  #get({ name, link }: PendingName): Promise<Node | undefined> {
    if (link === undefined) this.#requireWithin(this.#at);
    const directory = this.#at.asDirectory();
    if (this.#inquiry?.waiting.has(directory.id)) throw asksItself(this.#at);
    return directory.get(name, this.#inquiry);
  }

  /**
   * The child of a name. A target may lead to the caller's root from above it:
   * through the directories that the root lies in, no others.
   */
  #child({ name }: PendingName, node: Node | undefined): NodePath | undefined {
    const child = node && this.#at.child(name, node);
    const allowed = this.#isWithin(this.#at) ||
      (child !== undefined && this.#start.root.isWithin(child));
    if (!allowed) throw this.#outside(joinPath(this.#at.fullPath, name));
    return child;
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

  #isWithin(at: NodePath): boolean {
    const { root, filesystem } = this.#start;
    return root === filesystem || at.isWithin(root);
  }

  #requireWithin(at: NodePath): void {
    if (!this.#isWithin(at)) throw this.#outside(at.fullPath);
  }

  #outside(to: string): PondError {
    const { fullPath } = this.#start.root;
    const link = this.#link;
    return new PondError(
      "OUTSIDE_ROOT",
      link === undefined
        ? `Cannot use ${to}: it lies outside of ${fullPath}`
        : `Cannot follow the symlink ${link.path}: it leads out of ${fullPath}, to ${to}`,
      { path: link?.path ?? to },
    );
  }

  #notFound({ name, link }: PendingName): PondError {
    const path = joinPath(this.#at.path, name);
    if (link === undefined) {
      return new PondError(
        "NOT_FOUND",
        `Cannot find ${path}: there is no such file or directory`,
        { path },
      );
    }
    return new PondError(
      "NOT_FOUND",
      `Cannot follow the symlink ${link.path} to ${link.target}: ${path} does not exist`,
      { path },
    );
  }
}

/** A target with a name that no node can have leads nowhere. */
function parseTarget(target: string, { path }: NodePath): ParsedPath {
  try {
    return parsePath(target);
  } catch (error) {
    if (!hasCode(error, "INVALID_NAME", "INVALID_ARGUMENT")) throw error;
    throw new PondError(
      "NOT_FOUND",
      `Cannot follow the symlink ${path}: nothing can have the path of its target. ${error.message}`,
      { path, cause: error },
    );
  }
}

function tooManyLinks({ path }: NodePath): PondError {
  return new PondError(
    "LOOP",
    `Cannot follow the symlink ${path}: it leads to itself, or is one too many after ${MAX_SYMLINKS} others`,
    { path },
  );
}

function asksItself({ path }: NodePath): PondError {
  return new PondError(
    "LOOP",
    `Cannot look into ${path}: the directory needs itself to compute its children`,
    { path },
  );
}
