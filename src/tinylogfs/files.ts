/**
 * What paths can do in a pond.
 *
 * @module
 */
import type { Bytes, ByteSource } from "../bytes.ts";
import { hasCode, InvariantError } from "../errors.ts";
import type { DirectoryEntry } from "../oplog/mod.ts";
import type {
  Directory,
  DirectoryOptions,
  File,
  Inquiry,
  LinkOptions,
  Node,
  NodeId,
  NodePath,
  ReadOptions,
  WorkingDir,
  WriteOptions,
} from "../tinyfs/mod.ts";
import { isLiteral, joinPath } from "../tinyfs/path.ts";
import type { SeriesMark, SeriesPart } from "./attributes.ts";
import { OpLogDirectory, type PondDirectoryOptions } from "./directory.ts";
import { OpLogFile } from "./file.ts";
import { OpLogNode } from "./node.ts";
import type { NodeFsOptions } from "./node_fs/options.ts";
import type { NodeFsSide } from "./node_fs/side.ts";
import type { NodeFs } from "./node_fs/types.ts";
import { NodeIndex } from "./node_index.ts";
import type { Transaction } from "./transaction.ts";
import type { FileMatch } from "./query_source.ts";
import type { DirEntry, NodeInfo, PondDirectory } from "./types.ts";
import type { ListedEntry } from "./find.ts";
import type { ComputedFile, InputPiece, ViewInput } from "./view.ts";
import type { ViewDirectory } from "./view_nodes.ts";

/**
 * The file operations of a pond. Every path is absolute or starts at the root;
 * every method throws what {@linkcode WorkingDir} says of paths.
 */
export abstract class FileOperations {
  /** The root, to find nodes by their paths. */
  protected abstract readonly root: WorkingDir;
  /**
   * The pending transaction.
   *
   * @ignore
   */
  protected abstract readonly pendingTransaction: Transaction;
  /** @ignore */
  protected abstract readonly nodeFsSide: NodeFsSide;
  /** The newest version that is known. */
  abstract readonly version: number;
  /**
   * How many entries and nodes are kept in memory, at most.
   *
   * @ignore
   */
  protected abstract readonly cacheEntries: number;
  /**
   * Finds nodes by their identities.
   *
   * @ignore
   */
  protected readonly nodeIndex: NodeIndex = new NodeIndex(() => ({
    transaction: this.pendingTransaction,
    version: this.version,
    maxPlaces: this.cacheEntries,
  }));

  /** Creates a file. `ALREADY_EXISTS` when the path is taken. */
  async createFile(
    path: string,
    content: ByteSource,
    options?: WriteOptions,
  ): Promise<NodePath> {
    return await this.root.createFile(path, content, options);
  }

  /** Creates a directory; with `recursive`, its parents, and none if it's there. */
  async createDirectory(
    path: string,
    options?: DirectoryOptions & { readonly recursive?: boolean },
  ): Promise<WorkingDir> {
    return await this.root.createDirectory(path, options);
  }

  /**
   * Creates a directory whose files are computed, by what a file of the pond
   * defines.
   *
   * @param resource The path of that file.
   */
  async createView(path: string, resource: string): Promise<void> {
    const made: PondDirectoryOptions = { view: { resource } };
    await this.root.createDirectory(path, made);
  }

  /** The file that defines a view; nothing for anything else. */
  async viewResource(path: string): Promise<string | undefined> {
    const { node } = await this.root.resolve(path);
    if (!(node instanceof OpLogDirectory)) return undefined;
    return (await node.row()).attributes.view?.resource;
  }

  /** Creates a symlink to a path, which need not exist. */
  async createSymlink(
    path: string,
    target: string,
    options?: LinkOptions,
  ): Promise<NodePath> {
    return await this.root.createSymlink(path, target, options);
  }

  /** Reads a file into memory. */
  async readFile(path: string, options?: ReadOptions): Promise<Bytes> {
    return await this.root.readFile(path, options);
  }

  /** Reads a file as a stream. */
  async streamFile(
    path: string,
    options?: ReadOptions,
  ): Promise<ReadableStream<Bytes>> {
    return await this.root.streamFile(path, options);
  }

  /** The target of a symlink, as it was given. */
  async readLink(path: string): Promise<string> {
    const found = await this.root.resolve(path, { followLast: false });
    return await found.asSymlink().target();
  }

  /**
   * Reads a file into memory, found by its identity.
   *
   * @param nodeId 32 hexadecimal digits.
   * @throws {PondError} `NOT_FOUND` when no path leads to the node.
   */
  async readFileById(nodeId: string, options?: ReadOptions): Promise<Bytes> {
    return await this.readFile(await this.nodeIndex.pathOf(nodeId), options);
  }

  /** Replaces the content of a file that exists. */
  async updateFile(
    path: string,
    content: ByteSource,
    options?: WriteOptions,
  ): Promise<void> {
    await this.root.updateFile(path, content, options);
  }

  /**
   * Replaces the content of a file, found by its identity.
   *
   * @param nodeId 32 hexadecimal digits.
   * @throws {PondError} `NOT_FOUND` when no path leads to the node.
   */
  async updateFileById(
    nodeId: string,
    content: ByteSource,
    options?: WriteOptions,
  ): Promise<void> {
    const path = await this.nodeIndex.pathOf(nodeId);
    await this.updateFile(path, content, options);
  }

  /** Creates a file, or replaces its content. */
  async writeFile(
    path: string,
    content: ByteSource,
    options?: WriteOptions,
  ): Promise<void> {
    await this.root.writeFile(path, content, options);
  }

  /**
   * Adds a part to a series, a file whose versions together are its content; the
   * file is made when missing.
   *
   * @param path Where the series is.
   * @param content The part: a table, or the next piece of a text.
   * @param part What is known of it.
   * @throws {PondError} `UNSUPPORTED` when the file there is no series.
   */
  async appendToSeries(
    path: string,
    content: ByteSource,
    part: SeriesPart,
    options: WriteOptions = {},
  ): Promise<void> {
    if (!await this.exists(path)) {
      const first = { ...options, series: part };
      await this.root.createFile(path, content, first);
      return;
    }
    const { node } = await this.root.resolve(path);
    if (node instanceof OpLogFile) await node.append(content, part, options);
    // Throws what a write would.
    else await this.updateFile(path, content);
  }

  /** What the newest part of a series says of it; `undefined` of other files. */
  async seriesMark(path: string): Promise<SeriesMark | undefined> {
    const { node } = await this.root.resolve(path);
    if (!(node instanceof OpLogFile)) return undefined;
    return (await node.row()).attributes.series;
  }

  /**
   * Makes an empty file, or the present the time of the last change. Symlinks
   * are followed; where one leads to nothing, the file is made there.
   *
   * @throws {PondError} `UNSUPPORTED` for the root.
   */
  async touch(path: string): Promise<void> {
    if (!await this.exists(path)) {
      await this.writeFile(path, "");
      return;
    }
    const node = await writableNode(await this.root.resolve(path));
    await node.touch();
  }

  /** Deletes a node; a directory with entries only with `recursive`. */
  async delete(
    path: string,
    options?: { readonly recursive?: boolean },
  ): Promise<void> {
    await this.root.remove(path, options);
  }

  /**
   * Deletes a node, found by its identity.
   *
   * @param nodeId 32 hexadecimal digits.
   * @throws {PondError} `NOT_FOUND` when no path leads to the node.
   */
  async deleteById(
    nodeId: string,
    options?: { readonly recursive?: boolean },
  ): Promise<void> {
    await this.delete(await this.nodeIndex.pathOf(nodeId), options);
  }

  /**
   * Replaces what users have set on a node; symlinks are not followed. The
   * content (of a directory: its entries) stays, and so does its time.
   *
   * @param attributes An object of JSON values.
   * @throws {TypeError} For an object that JSON can't hold.
   * @throws {PondError} `UNSUPPORTED` for the root.
   */
  async setAttributes(
    path: string,
    attributes: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const found = await this.root.resolve(path, { followLast: false });
    const node = await writableNode(found);
    await node.setAttributes(jsonObject(attributes));
  }

  /**
   * Sets permission bits or the time of the last change; symlinks are followed,
   * unless with `followLast: false`. The content stays.
   *
   * @param change `modifiedUs` in microseconds since the epoch, UTC; that of a
   *   directory doesn't go back.
   * @throws {PondError} `UNSUPPORTED` for the root.
   */
  async setMetadata(
    path: string,
    change: { readonly mode?: number; readonly modifiedUs?: number },
    options: { readonly followLast?: boolean } = {},
  ): Promise<void> {
    const node = await writableNode(await this.root.resolve(path, options));
    await node.setMetadata(change);
  }

  /** Moves a node, over a file or an empty directory, as POSIX has it. */
  async rename(from: string, to: string): Promise<void> {
    await this.root.rename(from, to);
  }

  /**
   * Copies a file or symlink; with `recursive`, a directory, into what is there.
   * Blobs are shared. What is in the way is found before anything is copied.
   *
   * @param from What to copy; a symlink is copied as one.
   * @param to The path of the copy; a file there gets a new version, also one
   *   that a symlink leads to.
   */
  async copy(
    from: string,
    to: string,
    options: { readonly recursive?: boolean } = {},
  ): Promise<void> {
    const { copyNode } = await import("./copy.ts");
    await copyNode(this.root, from, to, options.recursive === true);
  }

  /**
   * Lists a directory, ordered by name.
   *
   * @param options With `targets: false`, symlinks come without their targets,
   *   which are the only part of a listing that the directory doesn't hold. With
   *   `computed: false`, views are the empty directories that they are in rows.
   */
  async *listDirectory(
    path: string,
    options: { readonly targets?: boolean; readonly computed?: boolean } = {},
  ): AsyncGenerator<DirEntry> {
    const found = await this.root.resolve(path);
    const directory = found.asDirectory();
    if (!(directory instanceof OpLogDirectory)) {
      yield* this.#listedView(directory, found.path);
      return;
    }
    const above = await directory.currentPath();
    const listed = await this.pendingTransaction.list(directory.id);
    if (listed.view !== undefined && options.computed !== false) {
      const view = await directory.view();
      if (view !== undefined) yield* this.#listedView(view, above);
      return;
    }
    for (const entry of listed) {
      const withTarget = options.targets !== false;
      yield await this.#listed(directory, joinPath(above, entry.name), entry, {
        withTarget,
      });
    }
  }

  /** Of a file that isn't computed, the size isn't known. */
  async *#listedView(
    directory: Directory,
    above: string,
  ): AsyncGenerator<DirEntry> {
    const { viewNode } = await import("./view_nodes.ts");
    for await (const { name, node } of directory.entries()) {
      const entry = await viewNode(node).listed(name);
      yield listedOf(entry, joinPath(above, name));
    }
  }

  async #listed(
    directory: OpLogDirectory,
    path: string,
    entry: DirectoryEntry,
    { withTarget }: { readonly withTarget: boolean },
  ): Promise<DirEntry> {
    const node = directory.nodeOf(entry);
    return {
      ...listedOf(entry, path),
      pending: this.pendingTransaction.isPending(directory.id, entry.name),
      ...(withTarget && node.type === "symlink"
        ? { target: await node.target() }
        : {}),
    };
  }

  /** A directory itself, as the filesystem module sees it. */
  async directory(path: string): Promise<PondDirectory> {
    const directory = (await this.root.resolve(path)).asDirectory();
    if (directory instanceof OpLogDirectory) return directory;
    const { ViewDirectory } = await import("./view_nodes.ts");
    if (directory instanceof ViewDirectory) return directory;
    throw new InvariantError("a pond holds its own directories only");
  }

  /**
   * The view that a directory of it is in, and a directory that holds rows
   * itself.
   *
   * @ignore
   */
  protected async openDirectory(
    path: string,
  ): Promise<OpLogDirectory | ViewDirectory> {
    const directory = (await this.root.resolve(path)).asDirectory();
    if (directory instanceof OpLogDirectory) return directory;
    const { viewNode } = await import("./view_nodes.ts");
    const node = viewNode(directory);
    if (node.type === "directory") return node;
    throw new InvariantError("a directory is one");
  }

  /**
   * A file that a view shows, by what computes it; nothing for any other file.
   */
  async computedFile(path: string): Promise<ComputedFile | undefined> {
    const { node } = await this.root.resolve(path);
    if (node instanceof OpLogNode) return undefined;
    const { viewNode } = await import("./view_nodes.ts");
    const view = viewNode(node);
    return view.type === "file" ? view.computed : undefined;
  }

  /**
   * The parts of a series, with their times, without reading them.
   *
   * @ignore
   */
  protected abstract seriesPieces(
    path: string,
  ): Promise<readonly InputPiece[]>;

  /**
   * Files that match a pattern, with what is known of them without reading them:
   * what views are made from.
   *
   * @param inquiry Who waits for it.
   */
  async *viewInputs(
    pattern: string,
    inquiry?: Inquiry,
  ): AsyncGenerator<ViewInput> {
    const { inputOf } = await import("./view_inputs.ts");
    const found = this.#matches(pattern, inquiry ? { inquiry } : {});
    for await (const { captures, node, path } of found) {
      yield inputOf(path, captures, node, (path) => this.seriesPieces(path));
    }
  }

  /**
   * Files that match a pattern; symlinks to files are followed. As in a shell, a
   * wildcard stands for no hidden name, unless a part of the pattern does.
   *
   * @throws {PondError} `NOT_FOUND`, `IS_A_DIRECTORY` for a path without any
   *   wildcard; a pattern that matches nothing has no paths.
   */
  async *fileMatches(
    pattern: string,
    options: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<FileMatch> {
    for await (const { captures, path } of this.#matches(pattern, options)) {
      yield { path, captures };
    }
  }

  async *#matches(
    pattern: string,
    options: { readonly signal?: AbortSignal; readonly inquiry?: Inquiry },
  ): AsyncGenerator<FileMatch & { readonly node: File }> {
    if (isLiteral(pattern)) {
      const node = (await this.root.resolve(pattern, options)).asFile();
      yield { path: pattern, captures: [], node };
      return;
    }
    const walk = { ...options, skipHidden: true };
    const matches = this.root.glob(pattern, walk);
    for await (const { node, path, wildcards: captures } of matches) {
      const file = node.type === "symlink"
        ? await this.#fileBehind(path, options)
        : node;
      if (file?.type === "file") yield { path, captures, node: file };
    }
  }

  /** What a symlink leads to; nothing where it leads nowhere. */
  async #fileBehind(
    path: string,
    options: { readonly inquiry?: Inquiry },
  ): Promise<Node | undefined> {
    try {
      return (await this.root.resolve(path, options)).node;
    } catch (error) {
      if (!hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY", "LOOP")) throw error;
      return undefined;
    }
  }

  /** Describes a path as its directory lists it. */
  async entry(
    path: string,
    options: { readonly followLast?: boolean } = {},
  ): Promise<DirEntry> {
    const found = await this.root.resolve(path, options);
    const { name, parent } = found;
    const entry = parent &&
      await this.pendingTransaction.lookup(parent.id, name);
    if (parent instanceof OpLogDirectory && entry !== undefined) {
      return await this.#listed(parent, found.path, entry, {
        withTarget: true,
      });
    }
    if (!(found.node instanceof OpLogNode)) {
      const { viewNode } = await import("./view_nodes.ts");
      return listedOf(await viewNode(found.node).listed(name), found.path);
    }
    const metadata = await found.metadata();
    return {
      name,
      path: found.path,
      nodeId: found.node.id,
      fileType: found.node.type,
      sizeBytes: metadata.sizeBytes,
      // As of all directories in a listing.
      modifiedUs: metadata.createdUs,
      mode: metadata.mode,
      version: metadata.version,
      pending: false,
    };
  }

  /**
   * The functions of Node's `fs/promises` over this filesystem, for programs
   * that take such. What they change is pending here like any other change, and
   * is committed or dropped with it.
   *
   * @example isomorphic-git, or whatever else takes an `fs`
   * ```ts
   * import { Pond } from "@duckpond/pond";
   * import { assertEquals } from "@std/assert";
   *
   * const directory = await Deno.makeTempDir();
   * await using pond = await Pond.init(`${directory}/pond`);
   * const fs = await pond.nodeFs();
   *
   * await fs.mkdir("/notes/today", { recursive: true });
   * await fs.writeFile("/notes/today/lake.txt", "20.5 m");
   * assertEquals(await fs.readFile("/notes/today/lake.txt", "utf8"), "20.5 m");
   * await pond.commit({ message: "notes" });
   * await Deno.remove(directory, { recursive: true });
   * ```
   *
   * @param options With `autoCommit`, each call is a transaction of its own.
   * @throws {TypeError} For `autoCommit` inside of a transaction.
   */
  async nodeFs(options: NodeFsOptions = {}): Promise<NodeFs> {
    const { makeNodeFs } = await import("./node_fs/node_fs.ts");
    return await makeNodeFs(this.nodeFsSide, options);
  }

  /** Whether a path leads to a node; symlinks are followed. */
  async exists(path: string): Promise<boolean> {
    return await this.root.exists(path);
  }

  /** What is known of a node without its content; symlinks are not followed. */
  async getMetadata(path: string): Promise<NodeInfo> {
    const found = await this.root.resolve(path, { followLast: false });
    const metadata = await found.metadata();
    return {
      nodeId: found.node.id,
      fileType: found.node.type,
      createdAt: new Date(metadata.createdUs / 1000),
      modifiedAt: new Date(metadata.modifiedUs / 1000),
      size: metadata.sizeBytes,
      mode: metadata.mode,
      version: metadata.version,
      ...(found.parent ? { parentId: found.parent.id } : {}),
      ...(metadata.sha256 ? { sha256: metadata.sha256 } : {}),
      customAttributes: metadata.attributes ?? {},
    };
  }
}

/** What a listing says of an entry; of what is in rows, it isn't all. */
function listedOf(
  entry: ListedEntry,
  path: string,
): DirEntry {
  return {
    name: entry.name,
    path,
    nodeId: entry.childNodeId as NodeId,
    fileType: entry.childType,
    sizeBytes: entry.sizeBytes,
    modifiedUs: entry.modifiedUs,
    mode: entry.mode,
    version: entry.nodeVersion,
    pending: false,
  };
}

/**
 * A node that can be changed.
 *
 * @throws {PondError} `READ_ONLY` for one that is computed.
 */
async function writableNode({ node }: NodePath): Promise<OpLogNode> {
  if (node instanceof OpLogNode) return node;
  const { viewNode } = await import("./view_nodes.ts");
  return viewNode(node).requireWritable();
}

/** What JSON makes of an object; the caller's own may change later. */
function jsonObject(value: unknown): Record<string, unknown> {
  const copy: unknown = JSON.parse(JSON.stringify(value) ?? "null");
  if (typeof copy === "object" && copy !== null && !Array.isArray(copy)) {
    return { ...copy };
  }
  throw new TypeError("Cannot set attributes: give an object of JSON values");
}
