/**
 * From the identity of a node to its path.
 *
 * A directory knows its children, and a child not its directory. So the first
 * question walks the tree, and the answers to all others are remembered: where
 * each node hung when it was seen. What is remembered is checked name by name
 * on the way up before it is believed, O(depth), and the tree is walked again
 * when that fails and anything has changed since the last walk.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import { ROOT_PART_ID } from "../oplog/record.ts";
import type { Transaction } from "./transaction.ts";

/** Where a node hangs. */
interface Place {
  readonly directoryId: string;
  readonly name: string;
}

/** What the index looks at. */
export interface NodeIndexSource {
  /** The pending transaction; another one after each commit. */
  readonly transaction: Transaction;
  /** The newest version that is known. */
  readonly version: number;
}

/** Whether a text is the identity of a node: 32 hexadecimal digits. */
export function isNodeId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** Finds nodes by their identities. */
export class NodeIndex {
  readonly #source: () => NodeIndexSource;
  #places = new Map<string, Place>();
  /** The state that was walked last. */
  #walked = "";

  /** @param source The filesystem as it is now. */
  constructor(source: () => NodeIndexSource) {
    this.#source = source;
  }

  /**
   * The path of a node.
   *
   * @param nodeId 32 hexadecimal digits.
   * @throws {PondError} `NOT_FOUND` when no path leads to it.
   */
  async pathOf(nodeId: string): Promise<string> {
    const known = await this.#known(nodeId);
    if (known !== undefined) return known;
    const { transaction, version } = this.#source();
    const state =
      `${version} ${transaction.id} ${transaction.operations.length}`;
    if (state !== this.#walked) {
      await this.#walk();
      this.#walked = state;
    }
    const found = await this.#known(nodeId);
    if (found !== undefined) return found;
    throw new PondError(
      "NOT_FOUND",
      `Cannot find the node ${nodeId}: there is none with this id`,
      {
        hint: "see what it was: SELECT * FROM oplog_entries WHERE node_id = …",
      },
    );
  }

  /** From the node up to the root; `undefined` when a name isn't its own now. */
  async #known(nodeId: string): Promise<string | undefined> {
    const names: string[] = [];
    let id = nodeId;
    while (id !== ROOT_PART_ID) {
      const place = this.#place(id);
      if (place === undefined) return undefined;
      const { transaction } = this.#source();
      const entry = await transaction.lookup(place.directoryId, place.name);
      if (entry?.childNodeId !== id) return undefined;
      names.push(place.name);
      id = place.directoryId;
    }
    return `/${names.reverse().join("/")}`;
  }

  /** Pending operations say themselves where their nodes are. */
  #place(nodeId: string): Place | undefined {
    return this.#source().transaction.latest(nodeId) ??
      this.#places.get(nodeId);
  }

  async #walk(): Promise<void> {
    this.#places = new Map();
    const directories: string[] = [ROOT_PART_ID];
    for (let id = directories.pop(); id !== undefined; id = directories.pop()) {
      for (const entry of await this.#source().transaction.list(id)) {
        const { childNodeId, childType, name } = entry;
        this.#places.set(childNodeId, { directoryId: id, name });
        if (childType === "directory") directories.push(childNodeId);
      }
    }
  }
}
