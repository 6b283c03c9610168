/**
 * What the nodes of a pond have in common: an identity, a place, a latest row.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import { invariant, PondError } from "../errors.ts";
import type { DirectoryEntry } from "../oplog/mod.ts";
import type { NodeId, NodeMetadata, NodeType } from "../tinyfs/mod.ts";
import { joinPath } from "../tinyfs/path.ts";
import type { Attributes } from "./attributes.ts";
import type { BlobStore } from "./blobs.ts";
import type { CommittedDirectory } from "./directories.ts";
import type { ExpectedEntry, Operation } from "./operation.ts";
import type { Transaction } from "./transaction.ts";

/** A node's latest row: what it holds and what is said about it. */
export interface NodeRow {
  /** Times, size, mode, hash. */
  readonly attributes: Attributes;
  /** Inline bytes or a symlink's target; null for blobs and directories. */
  readonly content: Bytes | null;
}

/** What nodes need of the filesystem that they belong to. */
export interface NodeContext {
  /** The pending transaction; another one after each commit. */
  readonly transaction: Transaction;
  /** Where large content lies. */
  readonly blobs: BlobStore;
  /** Microseconds since the epoch, UTC. */
  nowUs(): number;
  /** A new identity. */
  newId(): NodeId;
  /** Adds operations to the pending transaction: all of them, or none. */
  apply(...operations: readonly Operation[]): Promise<void>;
  /** The latest row of a file or symlink. */
  readRow(directoryId: NodeId, entry: DirectoryEntry): Promise<NodeRow>;
  /** A directory as it is committed. */
  loadDirectory(id: NodeId): Promise<CommittedDirectory>;
  /** A directory as it is committed, if it is in memory. */
  cachedDirectory(id: NodeId): CommittedDirectory | undefined;
}

/** Where a node hangs. */
export interface Location {
  readonly directory: { readonly id: NodeId; readonly path: string };
  readonly name: string;
}

/** What files, symlinks and directories have in common. */
export abstract class OpLogNode {
  readonly id: NodeId;
  abstract readonly type: NodeType;
  readonly context: NodeContext;
  /** Where it was found or put; `undefined` before it has a name. */
  protected location: Location | undefined;
  /** Its entry when it was found; newer ones are looked up. */
  protected entry: DirectoryEntry | undefined;

  constructor(
    context: NodeContext,
    id: NodeId,
    location?: Location,
    entry?: DirectoryEntry,
  ) {
    this.context = context;
    this.id = id;
    this.location = location;
    this.entry = entry;
  }

  /** The path, as far as this handle knows. */
  get path(): string {
    if (this.location === undefined) return "/";
    return joinPath(this.location.directory.path, this.location.name);
  }

  /** What the node is and holds now, whether it has a name or not. */
  abstract row(): Promise<NodeRow>;

  /** Takes note of where the node was put. */
  linkedAt(location: Location): void {
    this.location = location;
  }

  /**
   * The entry of the node now. A node that was deleted lives on as it was for
   * as long as a handle reaches it.
   */
  async currentEntry(): Promise<DirectoryEntry | undefined> {
    if (this.location === undefined) return undefined;
    const { directory, name } = this.location;
    const entry = await this.context.transaction.lookup(directory.id, name);
    if (entry?.childNodeId === this.id) this.entry = entry;
    return this.entry;
  }

  /**
   * Refuses a second name: a row lies in the partition of one directory.
   *
   * @throws {PondError} `UNSUPPORTED` when the node has a name already.
   */
  async requireUnlinked(path: string): Promise<void> {
    if (this.location === undefined) return;
    const { directory, name } = this.location;
    const entry = await this.context.transaction.lookup(directory.id, name);
    if (entry?.childNodeId !== this.id) return;
    throw new PondError(
      "UNSUPPORTED",
      `Cannot link ${this.path} at ${path}: a node of a pond has one name`,
      { path, hint: "make a symlink, or a copy" },
    );
  }

  /** The node's version now; 0 before it has a name. */
  async nodeVersion(): Promise<number> {
    const pending = this.context.transaction.latest(this.id);
    if (pending) return pending.nodeVersion;
    return (await this.currentEntry())?.nodeVersion ?? 0;
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
      ...(attributes.attributes ? { attributes: attributes.attributes } : {}),
    };
  }

  /**
   * Replaces what users have set; the content stays.
   *
   * @throws {PondError} `UNSUPPORTED` for the root.
   */
  async setAttributes(
    attributes: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const entry = await this.currentEntry();
    if (entry === undefined || this.location === undefined) {
      throw new PondError(
        "UNSUPPORTED",
        "Cannot set attributes of /: the root has none",
        { path: "/", hint: "set them on what is in it" },
      );
    }
    const { content, attributes: { from: _from, ...kept } } = await this.row();
    await this.context.apply({
      kind: "update",
      fileType: this.type,
      nodeId: this.id,
      directoryId: this.location.directory.id,
      name: this.location.name,
      path: this.path,
      nodeVersion: entry.nodeVersion + 1,
      expected: expectedOf(entry),
      attributes: { ...kept, attributes },
      content,
    });
  }

  protected async linkedRow(): Promise<NodeRow> {
    const entry = await this.currentEntry();
    invariant(entry && this.location, "a node with a name has an entry");
    return await this.context.readRow(this.location.directory.id, entry);
  }
}

/** What an operation on an entry expects to find. */
export function expectedOf(entry: DirectoryEntry): ExpectedEntry {
  return { nodeId: entry.childNodeId, nodeVersion: entry.nodeVersion };
}
