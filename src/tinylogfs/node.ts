/**
 * What the nodes of a pond have in common: an identity, a place, a latest row.
 *
 * @module
 */
import { ConflictError, invariant, PondError } from "../errors.ts";
import type { DirectoryEntry } from "../oplog/mod.ts";
import { ROOT_PART_ID } from "../oplog/record.ts";
import type { Inquiry, NodeId, NodeMetadata, NodeType } from "../tinyfs/mod.ts";
import { joinPath } from "../tinyfs/path.ts";
import { ownAttributes, parseAttributes } from "./attributes.ts";
import type { BlobStore } from "./blobs.ts";
import type { CommittedDirectory } from "./directories.ts";
import type { DirectoryHead } from "./directory_record.ts";
import type { HistorySide } from "./history.ts";
import type { FoundPlace, NodeIndex } from "./node_index.ts";
import { type NodeRow, noteUnchecked } from "./node_row.ts";
import type { ExpectedEntry, Operation } from "./operation.ts";
import type { Transaction } from "./transaction.ts";
import type { HistoryRow } from "./types.ts";
import type { FoundView, ViewDirectory } from "./view_nodes.ts";

export type { NodeRow } from "./node_row.ts";

/** What nodes need of the filesystem that they belong to. */
export interface NodeContext {
  /** The pending transaction; another one after each commit. */
  readonly transaction: Transaction;
  /** Where large content lies. */
  readonly blobs: BlobStore;
  /** Finds nodes that are no longer where they were. */
  readonly nodeIndex: NodeIndex;
  /** What history is read from. */
  historySide(): HistorySide;
  /** Microseconds since the epoch, UTC. */
  nowUs(): number;
  /** A new identity. */
  newId(): NodeId;
  /** Adds operations to the pending transaction: all of them, or none. */
  apply(operations: readonly Operation[]): Promise<void>;
  /** The latest row of a file or symlink. */
  readRow(directoryId: NodeId, entry: DirectoryEntry): Promise<NodeRow>;
  /** What is committed of a directory, without its entries. */
  directoryHead(id: NodeId): Promise<DirectoryHead>;
  /**
   * What a view shows.
   *
   * @param view The directory.
   * @param inquiry Who waits for it.
   */
  openView(
    view: FoundView,
    inquiry: Inquiry | undefined,
  ): Promise<ViewDirectory>;
  /** A directory as it is committed, if it is in memory. */
  cachedDirectory(id: NodeId): CommittedDirectory | undefined;
}

/** The directory that a node hangs in. */
export interface Above {
  /** The directory. */
  readonly id: NodeId;
  /** Its path, as far as is known. */
  readonly path: string;
  /** Its path now, or the last one when it is gone. */
  currentPath(): Promise<string>;
  /** Notes for all directories above where they hang, where that is known. */
  rememberWay?(): void;
}

/** Where a node hangs. */
export interface Location {
  readonly directory: Above;
  readonly name: string;
}

/**
 * What files, symlinks and directories have in common.
 *
 * A node is a handle: it keeps reaching what it stands for when that is moved,
 * by this process or another one, and when it is deleted. The first look after
 * another process's move walks the tree.
 */
export abstract class OpLogNode {
  readonly id: NodeId;
  abstract readonly type: NodeType;
  readonly context: NodeContext;
  /** Where it was found or put; `undefined` before it has a name. */
  protected location: Location | undefined;

  constructor(context: NodeContext, id: NodeId, location?: Location) {
    this.context = context;
    this.id = id;
    this.location = location;
  }

  /** The path, as far as this handle knows. */
  get path(): string {
    if (this.location === undefined) return "/";
    return joinPath(this.location.directory.path, this.location.name);
  }

  /** The path now, or the last one when the node is gone. */
  async currentPath(): Promise<string> {
    await this.currentEntry();
    if (this.location === undefined) return "/";
    const { directory, name } = this.location;
    return joinPath(await directory.currentPath(), name);
  }

  /** What the node is and holds now, whether it has a name or not. */
  abstract row(): Promise<NodeRow>;

  /** Takes note of where the node was put. */
  linkedAt(location: Location): void {
    this.location = location;
  }

  /** Lets other handles of the node find it here when it was moved. */
  rememberWay(): void {
    if (this.location === undefined) return;
    const { directory, name } = this.location;
    const place = { directoryId: directory.id, name };
    this.context.nodeIndex.remember(this.id, place);
    directory.rememberWay?.();
  }

  /**
   * The entry of the node now, wherever it hangs; `undefined` when no name
   * leads to it.
   */
  async currentEntry(): Promise<DirectoryEntry | undefined> {
    if (this.location === undefined) return undefined;
    const { directory, name: lastName } = this.location;
    const { nodeIndex, transaction } = this.context;
    const pending = transaction.latest(this.id);
    if (pending?.kind === "delete") return undefined;
    const { directoryId = directory.id, name = lastName } = pending ?? {};
    if (directoryId === directory.id) {
      const entry = await transaction.lookup(directoryId, name);
      if (entry?.childNodeId === this.id) {
        if (name !== lastName) this.location = { directory, name };
        return entry;
      }
    }
    const found = await nodeIndex.find(this.id);
    if (found !== undefined) this.location = locationOf(nodeIndex, found);
    return found?.entry;
  }

  /**
   * Refuses a second name: a row lies in the partition of one directory.
   *
   * @throws {PondError} `UNSUPPORTED` when the node has a name already.
   */
  async requireUnlinked(path: string): Promise<void> {
    if (await this.currentEntry() === undefined) return;
    throw new PondError(
      "UNSUPPORTED",
      `Cannot link ${await this
        .currentPath()} at ${path}: a node of a pond has one name`,
      { path, hint: "make a symlink, or a copy" },
    );
  }

  /**
   * Refuses to change a node that is gone.
   *
   * @throws {PondError} `NOT_FOUND` when no name leads to the node any more.
   */
  async requireLinked(): Promise<void> {
    if (this.location === undefined) return;
    if (await this.currentEntry() === undefined) throw this.#gone();
  }

  /** The node's version now; 0 before it has a name. */
  async nodeVersion(): Promise<number> {
    const { transaction } = this.context;
    const now = transaction.latest(this.id) ?? await this.currentEntry();
    if (now) return now.nodeVersion;
    for await (const row of this.#history()) return row.nodeVersion;
    return 0;
  }

  async metadata(): Promise<NodeMetadata> {
    const { attributes } = await this.row();
    return {
      sizeBytes: attributes.sizeBytes,
      createdUs: attributes.createdUs,
      modifiedUs: attributes.modifiedUs,
      version: Math.max(1, await this.nodeVersion()),
      mode: attributes.mode,
      ...(attributes.sha256 ? { sha256: attributes.sha256 } : {}),
      // The caller may change what it gets.
      ...(attributes.attributes
        ? { attributes: structuredClone(attributes.attributes) }
        : {}),
    };
  }

  /**
   * Replaces what users have set; the content stays.
   *
   * @throws {PondError} `UNSUPPORTED` for the root, `NOT_FOUND` for a node that
   *   is gone.
   */
  async setAttributes(
    attributes: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    if (this.location === undefined) throw rootHasNone("set attributes of");
    await this.update((row) => ({
      content: row.content,
      attributes: { ...row.attributes, attributes },
    }));
  }

  /**
   * Makes the time of the last change the present.
   *
   * @throws {PondError} As {@linkcode setAttributes}.
   */
  async touch(): Promise<void> {
    if (this.location === undefined) throw rootHasNone("touch");
    await this.update(({ content, attributes }) => ({
      content,
      attributes: { ...attributes, modifiedUs: this.context.nowUs() },
    }));
  }

  /**
   * Sets the permission bits, or the time of the last change.
   *
   * @throws {PondError} As {@linkcode setAttributes}.
   */
  async setMetadata(
    change: { readonly mode?: number; readonly modifiedUs?: number },
  ): Promise<void> {
    if (this.id === ROOT_PART_ID) throw rootHasNone("set the metadata of");
    await this.update(({ content, attributes }) => ({
      content,
      attributes: { ...attributes, ...change },
    }));
  }

  /**
   * Changes the node where it is now. When another call has changed it in the
   * meantime, this one comes after that.
   *
   * @param change Makes the new row of the one before, and of its version.
   *
   * @throws {PondError} `NOT_FOUND` when it is gone.
   */
  protected async update(
    change: (row: NodeRow, nodeVersion: number) => NodeRow,
  ): Promise<void> {
    for (;;) {
      const entry = await this.currentEntry();
      if (entry === undefined || this.location === undefined) {
        throw this.#gone();
      }
      const { directory, name } = this.location;
      const operation: Operation = {
        kind: "update",
        fileType: this.type,
        nodeId: this.id,
        directoryId: directory.id,
        name,
        path: await this.currentPath(),
        nodeVersion: entry.nodeVersion + 1,
        expected: expectedOf(entry),
        ...change(await this.row(), entry.nodeVersion),
      };
      try {
        return await this.context.apply([operation]);
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
        if (!await this.#wasOvertaken(operation)) throw error;
      }
    }
  }

  /** Whether the node is another one than an operation expected. */
  async #wasOvertaken(operation: Operation): Promise<boolean> {
    // It was added, and what failed is the commit that it has led to.
    const { attributes } = this.context.transaction.latest(this.id) ?? {};
    if (attributes === operation.attributes) return false;
    const entry = await this.currentEntry();
    return entry?.nodeVersion !== operation.expected?.nodeVersion;
  }

  /** The latest row of a file or symlink; of one that is gone, the last. */
  protected async linkedRow(): Promise<NodeRow> {
    const entry = await this.currentEntry();
    invariant(this.location !== undefined, "a node with a row has had a name");
    const { directory } = this.location;
    const { content, attributes } = entry
      ? await this.context.readRow(directory.id, entry)
      : await this.#lastRow();
    return { content, attributes: ownAttributes(attributes) };
  }

  async #lastRow(): Promise<NodeRow> {
    const pending = this.context.transaction.latestContent(this.id);
    if (pending) return pending;
    for await (
      const { operation, content, metadata, path } of this.#history()
    ) {
      if (operation === "delete") continue;
      if (content !== null) noteUnchecked(content, path);
      return { content, attributes: parseAttributes(metadata, path) };
    }
    throw this.#gone();
  }

  /** The versions of a node that is gone, newest first. */
  async *#history(): AsyncGenerator<HistoryRow> {
    if (this.location === undefined) return;
    const last = this.context.transaction.latest(this.id) ??
      { directoryId: this.location.directory.id };
    const partId = this.type === "directory" ? this.id : last.directoryId;
    const { goneNodeHistory } = await import("./node_history.ts");
    yield* goneNodeHistory(this.context.historySide(), partId, this.id);
  }

  #gone(): PondError {
    const { path } = this;
    return new PondError(
      "NOT_FOUND",
      `Cannot change ${path}: the ${this.type} was deleted`,
      { path },
    );
  }
}

function locationOf(nodeIndex: NodeIndex, found: FoundPlace): Location {
  const id = found.directoryId as NodeId;
  const path = found.path.slice(0, found.path.lastIndexOf("/")) || "/";
  const currentPath = async () => {
    if (path === "/") return path;
    return (await nodeIndex.find(id))?.path ?? path;
  };
  return { directory: { id, path, currentPath }, name: found.name };
}

function rootHasNone(verb: string): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot ${verb} /: the root has no name, and no attributes`,
    { path: "/", hint: "do it with what is in it" },
  );
}

/** What an operation on an entry expects to find. */
export function expectedOf(entry: DirectoryEntry): ExpectedEntry {
  return { nodeId: entry.childNodeId, nodeVersion: entry.nodeVersion };
}
