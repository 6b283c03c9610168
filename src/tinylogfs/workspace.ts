/**
 * What a filesystem works with: its nodes, its pending operations, its blobs.
 *
 * @module
 */
import type { Host } from "../host/host.ts";
import { type DirectoryEntry, ROOT_PART_ID } from "../oplog/record.ts";
import type { OplogTable } from "../oplog/table.ts";
import type { FSParts, Inquiry } from "../tinyfs/mod.ts";
import type { NodeId } from "../tinyfs/types.ts";
import { WorkingDir } from "../tinyfs/working_dir.ts";
import { BlobStore } from "./blobs.ts";
import { Committer } from "./committer.ts";
import type { Directories } from "./directories.ts";
import { OpLogDirectory, OpLogNodeFactory } from "./directory.ts";
import { type HistorySide, NodeRows } from "./history.ts";
import type { NodeContext, NodeRow } from "./node.ts";
import type { NodeFsSide } from "./node_fs/side.ts";
import type { NodeIndex } from "./node_index.ts";
import type { RestoreSide } from "./restore_changes.ts";
import type { SharedTable } from "./shared_table.ts";
import type { Transaction } from "./transaction.ts";
import type { OpenOptions } from "./open_options.ts";
import type { ViewSource } from "./view.ts";
import type { FoundView, ViewDirectory } from "./view_nodes.ts";

/** What a workspace is made of. */
export interface WorkspaceParts {
  /** The platform. */
  readonly host: Host;
  /** The pond's directory. */
  readonly path: string;
  /** The directory of the branch: the pond's own, or one in it. */
  readonly line: string;
  /** The pond's identity. */
  readonly pondId: string;
  /** The oplog. */
  readonly shared: SharedTable;
  /** The committed state that operations are made on. */
  readonly directories: Directories;
  /** Staged, author, durability, and when operations commit by themselves. */
  readonly options: OpenOptions;
}

/** The filesystem that works with it. */
export interface WorkspaceOwner {
  /** The version that it shows. */
  readonly version: number;
  /** Finds its nodes. */
  readonly nodeIndex: NodeIndex;
  /** The filesystem itself. */
  readonly source: ViewSource;
  /** Throws where nothing may be changed. */
  requireWritable(): void;
}

/** The inside of a filesystem. */
export class Workspace {
  /** Collects its operations. */
  readonly committer: Committer;
  /** Where large content lies. */
  readonly blobs: BlobStore;
  /** Its root directory, and what makes nodes. */
  readonly fsParts: FSParts;
  /** The root, to find nodes by their paths. */
  readonly root: WorkingDir;
  readonly #parts: WorkspaceParts;
  readonly #owner: WorkspaceOwner;
  readonly #rows: NodeRows;

  /**
   * @param parts What it is made of.
   * @param owner The filesystem that works with it.
   */
  constructor(parts: WorkspaceParts, owner: WorkspaceOwner) {
    this.#parts = parts;
    this.#owner = owner;
    this.#rows = new NodeRows(() => parts.shared.table);
    const { host, line, path, options } = parts;
    const { durability = "full" } = options;
    this.blobs = new BlobStore(host, path, durability);
    this.committer = new Committer({
      ...parts,
      blobs: this.blobs,
      path: line,
      staged: options.staged ?? false,
      author: options.author ?? host.terminal.user(),
      thresholdBytes: options.commitThresholdBytes,
      durability,
    });
    const context = this.#context();
    this.fsParts = {
      root: new OpLogDirectory(context, ROOT_PART_ID as NodeId),
      factory: new OpLogNodeFactory(context),
    };
    this.root = WorkingDir.ofRoot(this.fsParts.root, this.fsParts.factory);
  }

  /** The pending transaction; another one after each commit. */
  get transaction(): Transaction {
    return this.committer.pending.transaction;
  }

  /** What programs for Node need of it. */
  get nodeFsSide(): NodeFsSide {
    return {
      root: this.root,
      readOnly: false,
      buffers: () => this.#parts.host.buffers(),
      pendingCount: () => this.committer.pending.operations.length,
    };
  }

  /** What history is read from. */
  historySide(): HistorySide {
    const { pending } = this.committer;
    return {
      table: this.#parts.shared.table,
      maxVersion: this.#owner.version,
      root: this.root,
      pending: pending.operations,
      // Made when they are asked for: most of history doesn't.
      get pendingRows() {
        return pending.rows;
      },
      nowUs: this.#parts.host.clock.nowUs(),
    };
  }

  /** The committed state that it shows. */
  committedSide(): RestoreSide {
    const { directories, shared } = this.#parts;
    return stateOf(shared.table, this.#owner.version, directories);
  }

  /** The state that it shows, what is pending included. */
  async stateSide(): Promise<RestoreSide> {
    const { transaction } = this;
    const committed = this.committedSide();
    if (transaction.operations.length === 0) return committed;
    const { pendingSide } = await import("./pending_side.ts");
    return pendingSide(committed, transaction);
  }

  #context(): NodeContext {
    const { committer } = this;
    const { directories, host } = this.#parts;
    return {
      get transaction() {
        return committer.pending.transaction;
      },
      blobs: this.blobs,
      nodeIndex: this.#owner.nodeIndex,
      historySide: () => this.historySide(),
      nowUs: () => host.clock.nowUs(),
      newId: () => host.random.uuidHex() as NodeId,
      apply: async (operations) => {
        this.#owner.requireWritable();
        await committer.apply(operations);
      },
      readRow: (directoryId, entry) => this.#readRow(directoryId, entry),
      directoryHead: (id) => directories.find(id, []),
      openView: (view, inquiry) => this.#openView(view, inquiry),
      cachedDirectory: (id) => directories.peek(id),
    };
  }

  async #openView(
    view: FoundView,
    inquiry: Inquiry | undefined,
  ): Promise<ViewDirectory> {
    const { host: { files }, options: { viewProvider } } = this.#parts;
    const { source } = this.#owner;
    const { openView } = await import("./open_view.ts");
    return await openView(view, { files, source, viewProvider }, inquiry);
  }

  async #readRow(directoryId: NodeId, entry: DirectoryEntry): Promise<NodeRow> {
    const pending = this.transaction.latestContent(entry.childNodeId);
    if (pending) {
      return { attributes: pending.attributes, content: pending.content };
    }
    return await this.#rows.read(directoryId, entry);
  }
}

/**
 * The state of a version, for what compares and restores.
 *
 * @param table The oplog.
 * @param version The version.
 * @param directories The directories at that version.
 */
export function stateOf(
  table: OplogTable,
  version: number,
  directories: Directories,
): RestoreSide {
  const rows = new NodeRows(() => table);
  return {
    table,
    version,
    load: (id) => directories.load(id),
    row: (directoryId, entry) => rows.read(directoryId, entry),
  };
}
