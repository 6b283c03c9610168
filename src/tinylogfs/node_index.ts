/**
 * From the identity of a node to its path.
 *
 * A directory knows its children, and a child not its directory. So the first
 * question walks the tree, and the answers to all others are remembered: where
 * each node hung when it was seen, as many as the bound allows. What is
 * remembered is checked name by name on the way up before it is believed,
 * O(depth), and the tree is walked again when that fails and anything has changed
 * since the last walk, or was forgotten in it.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { DirectoryEntry } from "../oplog/mod.ts";
import { ROOT_PART_ID } from "../oplog/record.ts";
import type { Transaction } from "./transaction.ts";

/** Where a node hangs. */
export interface Place {
  /** The directory: 32 hexadecimal digits. */
  readonly directoryId: string;
  /** The name in it. */
  readonly name: string;
}

/** Where a node hangs now. */
export interface FoundPlace extends Place {
  /** The absolute path. */
  readonly path: string;
  /** Its entry in the directory. */
  readonly entry: DirectoryEntry;
}

/** What the index looks at. */
export interface NodeIndexSource {
  /** The pending transaction; another one after each commit. */
  readonly transaction: Transaction;
  /** The newest version that is known. */
  readonly version: number;
  /** How many nodes are remembered, at most. */
  readonly maxPlaces: number;
}

/** Whether a text is the identity of a node: 32 hexadecimal digits. */
export function isNodeId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** Finds nodes by their identities. */
export class NodeIndex {
  readonly #source: () => NodeIndexSource;
  /** The one that was taken note of first is forgotten first. */
  readonly #places = new Map<string, Place>();
  /** The state that was walked last. */
  #walked = "";

  /** @param source The filesystem as it is now. */
  constructor(source: () => NodeIndexSource) {
    this.#source = source;
  }

  /** How many nodes are remembered. */
  get size(): number {
    return this.#places.size;
  }

  /**
   * The path of a node.
   *
   * @param nodeId 32 hexadecimal digits.
   * @throws {PondError} `NOT_FOUND` when no path leads to it.
   */
  async pathOf(nodeId: string): Promise<string> {
    if (nodeId === ROOT_PART_ID) return "/";
    const found = await this.find(nodeId);
    if (found !== undefined) return found.path;
    throw new PondError(
      "NOT_FOUND",
      `Cannot find the node ${nodeId}: there is none with this id`,
      {
        hint: "see what it was: SELECT * FROM oplog_entries WHERE node_id = …",
      },
    );
  }

  /** Where a node hangs; `undefined` for the root, and when it is gone. */
  async find(nodeId: string): Promise<FoundPlace | undefined> {
    const known = await this.#known(nodeId);
    if (known !== undefined) return known;
    const { transaction, version } = this.#source();
    if (transaction.latest(nodeId)?.kind === "delete") return undefined;
    const state =
      `${version} ${transaction.id} ${transaction.operations.length}`;
    if (state === this.#walked) return undefined;
    const { found, isWhole } = await this.#walk(nodeId);
    this.#walked = isWhole ? state : "";
    return found;
  }

  /** Takes note of where a node hangs, which may save a walk. */
  remember(nodeId: string, place: Place): void {
    this.#places.delete(nodeId);
    this.#places.set(nodeId, place);
    const { maxPlaces } = this.#source();
    for (const oldest of this.#places.keys()) {
      if (this.#places.size <= maxPlaces) return;
      this.#places.delete(oldest);
    }
  }

  /** From the node up to the root; `undefined` when a name isn't its own now. */
  async #known(nodeId: string): Promise<FoundPlace | undefined> {
    const names: string[] = [];
    let bottom: (Place & { readonly entry: DirectoryEntry }) | undefined;
    let id = nodeId;
    while (id !== ROOT_PART_ID) {
      const place = this.#place(id);
      if (place === undefined) return undefined;
      const { directoryId, name } = place;
      const entry = await this.#source().transaction.lookup(directoryId, name);
      if (entry?.childNodeId !== id) return undefined;
      bottom ??= { directoryId, name, entry };
      names.push(name);
      id = directoryId;
    }
    return bottom && { ...bottom, path: `/${names.reverse().join("/")}` };
  }

  /** Pending operations say themselves where their nodes are. */
  #place(nodeId: string): Place | undefined {
    return this.#source().transaction.latest(nodeId) ??
      this.#places.get(nodeId);
  }

  /**
   * Takes note of where everything is.
   *
   * @returns Where a node is, and whether nothing had to be forgotten.
   */
  async #walk(
    nodeId: string,
  ): Promise<
    { readonly found: FoundPlace | undefined; readonly isWhole: boolean }
  > {
    this.#places.clear();
    const directories: string[] = [ROOT_PART_ID];
    const ways = new Map<string, Place>();
    let bottom: (Place & { readonly entry: DirectoryEntry }) | undefined;
    let count = 0;
    for (let id = directories.pop(); id !== undefined; id = directories.pop()) {
      const { transaction } = this.#source();
      for (const entry of await transaction.list(id, { passing: true })) {
        const { childNodeId, childType, name } = entry;
        const place = { directoryId: id, name };
        this.remember(childNodeId, place);
        count++;
        if (childNodeId === nodeId) bottom = { ...place, entry };
        if (childType !== "directory") continue;
        directories.push(childNodeId);
        ways.set(childNodeId, place);
      }
    }
    const isWhole = this.#places.size === count;
    if (bottom === undefined) return { found: undefined, isWhole };
    const names = [bottom.name];
    for (
      let way = ways.get(bottom.directoryId);
      way !== undefined;
      way = ways.get(way.directoryId)
    ) names.push(way.name);
    return {
      found: { ...bottom, path: `/${names.reverse().join("/")}` },
      isWhole,
    };
  }
}
