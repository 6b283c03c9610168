/**
 * A directory to work from: everything that paths can do.
 *
 * @module
 */
import type { Bytes, ByteSource } from "../bytes.ts";
import { hasCode, PondError } from "../errors.ts";
import { DeferredIterator } from "./iterate.ts";
import { NodePath } from "./node_path.ts";
import { checkName, parsePath } from "./path.ts";
import {
  type Place,
  type ResolveOptions,
  resolvePath,
  resolvePlace,
  type ResolveStart,
} from "./resolve.ts";
import type { Match, VisitOptions } from "./visit.ts";
import type {
  Directory,
  DirectoryItem,
  DirectoryOptions,
  Inquiry,
  LinkOptions,
  Node,
  NodeFactory,
  NodeId,
  NodeMetadata,
  ReadOptions,
  WriteOptions,
} from "./types.ts";

/**
 * A directory that relative paths start at.
 *
 * Absolute paths start at its root: the filesystem's, or the directory that it
 * was confined to by {@linkcode WorkingDir.confine}. Symlinks are followed
 * wherever they stand in a path; at its end only where the method says so.
 *
 * Every method that takes a path throws a {@linkcode PondError}: `NOT_FOUND`,
 * `NOT_A_DIRECTORY`, `LOOP`, `OUTSIDE_ROOT`, `INVALID_NAME`,
 * `INVALID_ARGUMENT`, and what it says itself.
 */
export class WorkingDir {
  readonly #start: ResolveStart;
  readonly #factory: NodeFactory;

  /**
   * Makes a directory to work from.
   *
   * @param start The directory, and what it may reach.
   * @param factory Makes the nodes that are created here.
   */
  constructor(start: ResolveStart, factory: NodeFactory) {
    this.#start = start;
    this.#factory = factory;
  }

  /** The root of a filesystem. */
  static ofRoot(root: Directory, factory: NodeFactory): WorkingDir {
    const filesystem = NodePath.root(root);
    return new WorkingDir(
      { filesystem, root: filesystem, directory: filesystem },
      factory,
    );
  }

  /** The path of this directory, seen from its root. */
  get path(): string {
    return this.#start.directory.path;
  }

  /** The node of this directory. */
  get node(): Directory {
    return this.#start.directory.asDirectory();
  }

  /** The identity of this directory. */
  get id(): NodeId {
    return this.node.id;
  }

  /** This directory as the node at its path. */
  get nodePath(): NodePath {
    return this.#start.directory;
  }

  // === Finding ===

  /** Finds the node of a path. */
  resolve(path: string, options?: ResolveOptions): Promise<NodePath> {
    return resolvePath(path, this.#start, options);
  }

  /** Finds the directory that a path's last name is in, or would be. */
  async resolveParent(
    path: string,
  ): Promise<{ readonly directory: NodePath; readonly name: string }> {
    const { directory, name } = await resolvePlace(path, this.#start, {
      followLast: false,
    });
    directory.asDirectory();
    return { directory, name };
  }

  /** Whether a path leads to a node; a symlink at its end is followed. */
  async exists(path: string, options?: ResolveOptions): Promise<boolean> {
    try {
      await this.resolve(path, options);
      return true;
    } catch (error) {
      if (hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY")) return false;
      throw error;
    }
  }

  /** Size, times and the rest of a node. */
  async metadata(
    path: string,
    options?: ResolveOptions,
  ): Promise<NodeMetadata> {
    return await (await this.resolve(path, options)).metadata();
  }

  /** A directory to work from, with the same root as this one. */
  async open(path: string): Promise<WorkingDir> {
    const directory = await this.resolve(path);
    directory.asDirectory();
    return this.#at({ ...this.#start, directory });
  }

  /**
   * A directory to work from that is its own root: no path and no symlink
   * leads out of it.
   */
  async confine(path: string): Promise<WorkingDir> {
    const found = await this.resolve(path);
    found.asDirectory();
    const root = found.seenFrom(found);
    const filesystem = this.#start.filesystem.seenFrom(found);
    return this.#at({ filesystem, root, directory: root });
  }

  /**
   * The children of a directory, ordered by name.
   *
   * @param path The directory; this one when left out.
   * @param options Who waits for them.
   */
  entries(
    path: string = ".",
    { inquiry }: { readonly inquiry?: Inquiry } = {},
  ): AsyncIterableIterator<DirectoryItem> {
    return new DeferredIterator(async () => {
      const found = await this.resolve(path, inquiry ? { inquiry } : {});
      return found.asDirectory().entries(inquiry);
    });
  }

  /**
   * The nodes that match a pattern, as they are found; none is no error.
   *
   * @param pattern See {@linkcode parseGlob}.
   */
  async *glob(pattern: string, options?: VisitOptions): AsyncGenerator<Match> {
    const { visit } = await import("./visit.ts");
    yield* visit(pattern, this.#start, options);
  }

  /**
   * Calls a function for each node that matches a pattern, one after the other.
   *
   * @param pattern See {@linkcode parseGlob}.
   * @param visitor Gets the match, with what its wildcards stand for.
   */
  async visit(
    pattern: string,
    visitor: (match: Match) => void | Promise<void>,
    options?: VisitOptions,
  ): Promise<void> {
    for await (const match of this.glob(pattern, options)) {
      await visitor(match);
    }
  }

  // === Files ===

  /** Creates a file. `ALREADY_EXISTS` when the path is taken. */
  async createFile(
    path: string,
    content: ByteSource = "",
    options?: WriteOptions,
  ): Promise<NodePath> {
    const place = await this.#freePlace(path, "a file");
    return await this.#put(
      place,
      await this.#factory.createFile(content, options),
    );
  }

  /** Reads a file into memory. `IS_A_DIRECTORY` when it is none. */
  async readFile(path: string, options?: ReadOptions): Promise<Bytes> {
    return await (await this.resolve(path)).asFile().read(options);
  }

  /** Reads a file as a stream. `IS_A_DIRECTORY` when it is none. */
  async streamFile(
    path: string,
    options?: ReadOptions,
  ): Promise<ReadableStream<Bytes>> {
    return await (await this.resolve(path)).asFile().stream(options);
  }

  /** Replaces the content of a file that exists. */
  async updateFile(
    path: string,
    content: ByteSource,
    options?: WriteOptions,
  ): Promise<void> {
    await (await this.resolve(path)).asFile().write(content, options);
  }

  /**
   * Creates a file, or replaces its content. Where a symlink leads to nothing,
   * the file is made there.
   */
  async writeFile(
    path: string,
    content: ByteSource,
    options?: WriteOptions,
  ): Promise<NodePath> {
    const place = await this.#place(path, true);
    if (place.found !== undefined) {
      await place.found.asFile().write(content, options);
      return place.found;
    }
    requireNoSlash(path, "a file");
    return await this.#put(
      place,
      await this.#factory.createFile(content, options),
    );
  }

  // === Directories, symlinks, names ===

  /**
   * Creates a directory. `ALREADY_EXISTS` when the path is taken.
   *
   * @param options With `recursive`, the directories above are made as well,
   *   and a directory that is there already is no error; `mode` is for new ones.
   */
  async createDirectory(
    path: string,
    options: DirectoryOptions & { readonly recursive?: boolean } = {},
  ): Promise<WorkingDir> {
    const { recursive, ...made } = options;
    if (recursive) return await this.#createDirectories(path, made);
    const place = await this.#place(path, false);
    if (place.found) throw taken(place.found.path);
    const directory = await this.#put(
      place,
      await this.#factory.createDirectory(made),
    );
    return this.#at({ ...this.#start, directory });
  }

  /** Creates a symlink to a path, which need not exist. */
  async createSymlink(
    path: string,
    target: string,
    options?: LinkOptions,
  ): Promise<NodePath> {
    if (target === "" || target.includes("\0") || !target.isWellFormed()) {
      throw new PondError(
        "INVALID_ARGUMENT",
        `Cannot make the symlink ${path}: its target is empty or no text`,
        { path },
      );
    }
    const place = await this.#freePlace(path, "a symlink");
    return await this.#put(
      place,
      await this.#factory.createSymlink(target, options),
    );
  }

  /** The target of a symlink, as it was given. */
  async readLink(path: string): Promise<string> {
    const link = await this.resolve(path, { followLast: false });
    return await link.asSymlink().target();
  }

  /**
   * Gives a node a name here, which may be one more name of it.
   *
   * @throws {PondError} `ALREADY_EXISTS`; `UNSUPPORTED` where a directory
   *   can't take the node.
   */
  async insert(path: string, node: Node): Promise<NodePath> {
    return await this.#put(await this.#freePlace(path, `a ${node.type}`), node);
  }

  /**
   * Removes a name; a symlink at the end is not followed.
   *
   * @param options With `recursive`, a directory goes with everything in it.
   * @throws {PondError} `DIRECTORY_NOT_EMPTY` without `recursive`.
   */
  async remove(
    path: string,
    options: { readonly recursive?: boolean } = {},
  ): Promise<void> {
    const found = await this.resolve(path, { followLast: false });
    this.#requireMovable(found, "remove");
    const { removeNode } = await import("./remove.ts");
    await removeNode(found, options.recursive === true);
  }

  /**
   * Gives a node another name, in one step where its directory can. A file or
   * symlink at the new name is replaced, and so is an empty directory by a
   * directory. Symlinks at the end of either path are not followed.
   *
   * @see {@link https://pubs.opengroup.org/onlinepubs/9799919799/functions/rename.html POSIX, rename()}
   */
  async rename(from: string, to: string): Promise<void> {
    const source = await this.resolve(from, { followLast: false });
    this.#requireMovable(source, "move");
    const target = await this.#place(to, false);
    if (target.found) this.#requireMovable(target.found, "replace");
    if (source.node.type !== "directory") requireNoSlash(to, "a file");
    const { moveNode } = await import("./rename.ts");
    await moveNode(source, target);
  }

  // === Inside ===

  #at(start: ResolveStart): WorkingDir {
    return new WorkingDir(start, this.#factory);
  }

  /** A path without a name at its end, such as "/", is where it leads. */
  async #place(path: string, followLast: boolean): Promise<Place> {
    const last = parsePath(path).names.at(-1);
    if (last !== undefined && last !== "..") {
      return await resolvePlace(path, this.#start, { followLast });
    }
    const found = await this.resolve(path);
    return { directory: found.above ?? found, name: found.name, found };
  }

  async #freePlace(path: string, what: string): Promise<Place> {
    const place = await this.#place(path, false);
    if (place.found) throw taken(place.found.path);
    requireNoSlash(path, what);
    return place;
  }

  async #put({ directory, name }: Place, node: Node): Promise<NodePath> {
    checkName(name);
    await directory.asDirectory().insert(name, node);
    return directory.child(name, node);
  }

  async #createDirectories(
    path: string,
    options: DirectoryOptions,
  ): Promise<WorkingDir> {
    const { absolute, names } = parsePath(path);
    const { directory, root } = this.#start;
    let at = this.#at({
      ...this.#start,
      directory: absolute ? root : directory,
    });
    for (const name of names) at = await at.#openOrCreate(name, options);
    return at;
  }

  async #openOrCreate(
    name: string,
    options: DirectoryOptions,
  ): Promise<WorkingDir> {
    const { found } = await this.#place(name, false);
    if (found !== undefined) return await this.open(name);
    try {
      return await this.createDirectory(name, options);
    } catch (error) {
      // Somebody else can have been faster.
      if (hasCode(error, "ALREADY_EXISTS")) return await this.open(name);
      throw error;
    }
  }

  #requireMovable(found: NodePath, verb: string): void {
    if (found.above !== undefined && found.depth > this.#start.root.depth) {
      return;
    }
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot ${verb} the root directory`,
      { path: found.path },
    );
  }
}

function requireNoSlash(path: string, what: string): void {
  if (!parsePath(path).directory) return;
  throw new PondError(
    "NOT_A_DIRECTORY",
    `Cannot make ${what} at ${path}: only a directory's path ends in a slash`,
    { path },
  );
}

function taken(path: string): PondError {
  return new PondError(
    "ALREADY_EXISTS",
    `Cannot create ${path}: it exists already`,
    { path },
  );
}
