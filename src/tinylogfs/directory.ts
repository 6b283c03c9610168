/**
 * Directories of a pond: a `Directory` of the filesystem module that loads its
 * entries from the oplog when it is asked, and records changes as pending
 * operations.
 *
 * @module
 */
import type { ByteSource } from "../bytes.ts";
import { ConflictError, PondError } from "../errors.ts";
import type { DirectoryEntry } from "../oplog/mod.ts";
import type {
  Directory,
  DirectoryItem,
  DirectoryOptions,
  Inquiry,
  LinkOptions,
  Node,
  NodeFactory,
  NodeId,
  WriteOptions,
} from "../tinyfs/mod.ts";
import { joinPath } from "../tinyfs/path.ts";
import { ownAttributes, type ViewMark } from "./attributes.ts";
import { attributesOf } from "./directories.ts";
import { OpLogFile } from "./file.ts";
import {
  expectedOf,
  type Location,
  type NodeContext,
  OpLogNode,
} from "./node.ts";
import { copyOf, type NodeRow } from "./node_row.ts";
import type { Operation } from "./operation.ts";
import { OpLogSymlink } from "./symlink.ts";
import type { DirectoryStatus, PondDirectory } from "./types.ts";
import type { ViewDirectory } from "./view_nodes.ts";

const DIRECTORY_MODE = 0o755;

/** Options of making a directory of a pond. */
export interface PondDirectoryOptions extends DirectoryOptions {
  /** What makes a view of it. */
  readonly view?: ViewMark;
}

/** A directory of a pond. */
export class OpLogDirectory extends OpLogNode implements PondDirectory {
  readonly type = "directory";
  #draft: NodeRow | undefined;

  /** A directory without a name yet. */
  static draft(
    context: NodeContext,
    { mode = DIRECTORY_MODE, modifiedUs, view }: PondDirectoryOptions = {},
  ): OpLogDirectory {
    const directory = new OpLogDirectory(context, context.newId());
    const nowUs = context.nowUs();
    directory.#draft = {
      content: null,
      attributes: {
        createdUs: nowUs,
        modifiedUs: Math.min(nowUs, modifiedUs ?? nowUs),
        sizeBytes: 0,
        mode,
        ...(view ? { view } : {}),
      },
    };
    return directory;
  }

  /**
   * A directory with the same attributes, without entries and a name. That of a
   * view is none: what it shows can be copied into it.
   */
  async clone(): Promise<OpLogDirectory> {
    const directory = new OpLogDirectory(this.context, this.context.newId());
    const { attributes, content } = await this.row();
    const { view: _view, ...own } = attributes;
    const row = { attributes: own, content };
    directory.#draft = copyOf(row, this.context.nowUs());
    return directory;
  }

  async row(): Promise<NodeRow> {
    if (this.#draft) return this.#draft;
    const { transaction } = this.context;
    const pending = transaction.latest(this.id);
    const attributes = pending
      ? ownAttributes(pending.attributes)
      : attributesOf(await this.context.directoryHead(this.id));
    const modifiedUs = Math.max(
      attributes.modifiedUs,
      transaction.modifiedUs(this.id),
    );
    return { attributes: { ...attributes, modifiedUs }, content: null };
  }

  /** NOT SUPPORTED: a time that goes back. A commit keeps the later one. */
  override async setMetadata(
    change: { readonly mode?: number; readonly modifiedUs?: number },
  ): Promise<void> {
    const { modifiedUs } = (await this.row()).attributes;
    const later = Math.max(modifiedUs, change.modifiedUs ?? 0);
    await super.setMetadata({ ...change, modifiedUs: later });
  }

  async getStatus(): Promise<DirectoryStatus> {
    const { transaction } = this.context;
    const cached = this.context.cachedDirectory(this.id);
    const { length: entryCount } = [...await transaction.list(this.id)];
    return {
      cachedEntries: cached?.entries.size ?? 0,
      isDirty: transaction.overlays.has(this.id),
      ...(cached ? { lastLoaded: new Date(cached.loadedUs / 1000) } : {}),
      entryCount,
    };
  }

  override linkedAt(location: Location): void {
    super.linkedAt(location);
    this.#draft = undefined;
  }

  async get(name: string, inquiry?: Inquiry): Promise<Node | undefined> {
    const entry = await this.context.transaction.lookup(this.id, name);
    if (entry !== undefined) return this.nodeOf(entry);
    return await (await this.view(inquiry))?.get(name);
  }

  async *entries(inquiry?: Inquiry): AsyncGenerator<DirectoryItem> {
    const { transaction } = this.context;
    const listed = await transaction.list(this.id, { passing: true });
    if (listed.view !== undefined) {
      const view = await this.view(inquiry);
      if (view !== undefined) yield* view.entries();
      return;
    }
    for (const entry of listed) {
      yield { name: entry.name, node: this.nodeOf(entry) };
    }
  }

  /** What a view shows; nothing for any other directory. */
  async view(inquiry?: Inquiry): Promise<ViewDirectory | undefined> {
    const { createdUs, view: mark } = (await this.row()).attributes;
    if (mark === undefined) return undefined;
    const path = await this.currentPath();
    const found = { id: this.id, path, mark, createdUs };
    return await this.context.openView(found, inquiry);
  }

  /** What is in a view is computed: nobody puts anything there. */
  async #requireOwnEntries(path: string): Promise<void> {
    const { view } = (await this.row()).attributes;
    if (view === undefined) return;
    const { readOnly } = await import("./view_nodes.ts");
    throw readOnly(path, view.resource);
  }

  async insert(name: string, node: Node): Promise<void> {
    await this.requireLinked();
    const path = joinPath(await this.currentPath(), name);
    if (await this.context.transaction.lookup(this.id, name) !== undefined) {
      throw taken(path);
    }
    await this.#requireOwnEntries(path);
    if (!(node instanceof OpLogNode) || node.context !== this.context) {
      throw new PondError(
        "UNSUPPORTED",
        `Cannot put a node of another filesystem at ${path}: copy its content`,
        { path },
      );
    }
    await node.requireUnlinked(path);
    const { content, attributes } = await node.row();
    await this.#create({
      kind: "create",
      fileType: node.type,
      nodeId: node.id,
      directoryId: this.id,
      name,
      path,
      nodeVersion: await node.nodeVersion() + 1,
      expected: null,
      attributes,
      content,
    });
    node.linkedAt({ directory: this, name });
  }

  /** Another call may have taken the name since it was looked up. */
  async #create(operation: Operation): Promise<void> {
    try {
      await this.context.apply([operation]);
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      const { name, nodeId, path } = operation;
      const entry = await this.context.transaction.lookup(this.id, name);
      if (entry === undefined || entry.childNodeId === nodeId) throw error;
      throw taken(path, error);
    }
  }

  async delete(name: string): Promise<Node | undefined> {
    const path = joinPath(await this.currentPath(), name);
    const entry = await this.context.transaction.lookup(this.id, name);
    if (entry === undefined) return await this.#nothing(path);
    const node = this.nodeOf(entry);
    if (entry.childType === "directory") {
      await this.#requireEmpty(entry.childNodeId, path);
    }
    await this.context.apply([await this.#deletion(entry, path)]);
    return node;
  }

  /** In one step: all operations are added, or none. */
  async deleteTree(name: string): Promise<Node | undefined> {
    const path = joinPath(await this.currentPath(), name);
    const entry = await this.context.transaction.lookup(this.id, name);
    if (entry === undefined) return await this.#nothing(path);
    const operations = await this.#deletions(entry, path);
    // Children come after their directories, and go before them.
    await this.context.apply(operations.reverse());
    return this.nodeOf(entry);
  }

  /** Nothing is there, or what is there is computed. */
  async #nothing(path: string): Promise<undefined> {
    await this.#requireOwnEntries(path);
    return undefined;
  }

  async #deletions(
    top: DirectoryEntry,
    topPath: string,
  ): Promise<Operation[]> {
    const operations: Operation[] = [];
    const found: [OpLogDirectory, DirectoryEntry, string][] = [
      [this, top, topPath],
    ];
    for (const [directory, entry, path] of found) {
      operations.push(await directory.#deletion(entry, path));
      const node = directory.nodeOf(entry);
      if (!(node instanceof OpLogDirectory)) continue;
      for (const child of await this.context.transaction.list(node.id)) {
        found.push([node, child, joinPath(path, child.name)]);
      }
    }
    return operations;
  }

  async #deletion(entry: DirectoryEntry, path: string): Promise<Operation> {
    const node = this.nodeOf(entry);
    const { attributes } = await node.row();
    const { sha256: _sha256, blob: _blob, ...kept } = attributes;
    return {
      kind: "delete",
      fileType: entry.childType,
      nodeId: node.id,
      directoryId: this.id,
      name: entry.name,
      path,
      nodeVersion: entry.nodeVersion + 1,
      expected: expectedOf(entry),
      attributes: { ...kept, sizeBytes: 0, modifiedUs: this.context.nowUs() },
      content: null,
    };
  }

  async #requireEmpty(id: string, path: string): Promise<void> {
    const [first] = await this.context.transaction.list(id);
    if (first === undefined) return;
    throw new PondError(
      "DIRECTORY_NOT_EMPTY",
      `Cannot delete ${path}: the directory is not empty`,
      { path },
    );
  }

  async move(name: string, to: Directory, toName: string): Promise<boolean> {
    if (!(to instanceof OpLogDirectory) || to.context !== this.context) {
      return false;
    }
    const path = joinPath(await to.currentPath(), toName);
    await to.#requireOwnEntries(path);
    const entry = await this.context.transaction.lookup(this.id, name);
    if (entry === undefined) return false;
    const node = this.nodeOf(entry);
    await to.requireLinked();
    const { content, attributes } = await node.row();
    const from = {
      directory: this.id,
      name,
      path: joinPath(await this.currentPath(), name),
    };
    const replaced = await this.context.transaction.lookup(to.id, toName);
    const first = replaced ? [await to.#deletion(replaced, path)] : [];
    await this.context.apply([...first, {
      kind: "move",
      fileType: entry.childType,
      nodeId: node.id,
      directoryId: to.id,
      name: toName,
      path,
      nodeVersion: entry.nodeVersion + 1,
      expected: null,
      moved: expectedOf(entry),
      attributes: { ...attributes, from },
      content,
    }]);
    node.linkedAt({ directory: to, name: toName });
    node.rememberWay();
    return true;
  }

  /** The child that an entry stands for. */
  nodeOf(entry: DirectoryEntry): OpLogFile | OpLogSymlink | OpLogDirectory {
    const location: Location = { directory: this, name: entry.name };
    const id = entry.childNodeId as NodeId;
    switch (entry.childType) {
      case "file":
        return new OpLogFile(this.context, id, location);
      case "symlink":
        return new OpLogSymlink(this.context, id, location);
      case "directory":
        return new OpLogDirectory(this.context, id, location);
      default:
        return entry.childType satisfies never;
    }
  }
}

function taken(path: string, cause?: Error): PondError {
  return new PondError(
    "ALREADY_EXISTS",
    `Cannot create ${path}: it exists already`,
    { path, ...(cause ? { cause } : {}) },
  );
}

/** Makes the nodes of a pond. */
export class OpLogNodeFactory implements NodeFactory {
  readonly #context: NodeContext;

  /** @param context The filesystem that the nodes will belong to. */
  constructor(context: NodeContext) {
    this.#context = context;
  }

  /** Takes the content in; a large one is a blob when this resolves. */
  async createFile(
    source: ByteSource,
    options: WriteOptions = {},
  ): Promise<OpLogFile> {
    const content = await this.#context.blobs.store(source, options);
    return OpLogFile.draft(this.#context, content, options);
  }

  /** Makes an empty directory. */
  createDirectory(options?: DirectoryOptions): Promise<OpLogDirectory> {
    return Promise.resolve(OpLogDirectory.draft(this.#context, options));
  }

  /** Makes a symlink. */
  createSymlink(
    target: string,
    options?: LinkOptions,
  ): Promise<OpLogSymlink> {
    return OpLogSymlink.draft(this.#context, target, options);
  }
}
