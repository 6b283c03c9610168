/**
 * Directories whose children are computed when somebody asks for them.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import { inquiryOf } from "./inquiry.ts";
import { newNodeId } from "./node_id.ts";
import { checkName } from "./path.ts";
import type {
  Directory,
  DirectoryItem,
  Inquiry,
  Node,
  NodeId,
  NodeMetadata,
} from "./types.ts";

const MODE = 0o555;

/**
 * What all directories that compute their children have in common: they can't
 * be written to, and they never ask themselves. A subclass says what the
 * children are.
 *
 * @example The files of two directories in one
 * ```ts
 * import { ComputedDirectory, type Directory, FS } from "@duckpond/pond/tinyfs";
 * import type { Inquiry } from "@duckpond/pond/tinyfs";
 * import { assertEquals } from "@std/assert";
 *
 * class Both extends ComputedDirectory {
 *   constructor(readonly a: Directory, readonly b: Directory) {
 *     super();
 *   }
 *   protected override async *children(inquiry: Inquiry) {
 *     yield* this.a.entries(inquiry);
 *     yield* this.b.entries(inquiry);
 *   }
 * }
 *
 * const { root } = new FS();
 * const y2024 = await root.createDirectory("/2024");
 * const y2025 = await root.createDirectory("/2025");
 * await y2024.createFile("december.csv", "…");
 * await y2025.createFile("january.csv", "…");
 * await root.insert("/winter", new Both(y2024.node, y2025.node));
 *
 * const names = await Array.fromAsync(root.entries("/winter"), (it) => it.name);
 * assertEquals(names, ["december.csv", "january.csv"]);
 * ```
 */
export abstract class ComputedDirectory implements Directory {
  /** Tells directories from the other nodes. */
  readonly type = "directory";
  /** The identity of the node. */
  readonly id: NodeId = newNodeId();

  /**
   * The children as they are now, in any order.
   *
   * @param inquiry To be handed on to every directory, lookup and walk that is
   *   asked for them.
   */
  protected abstract children(
    inquiry: Inquiry,
  ): AsyncIterable<DirectoryItem> | Iterable<DirectoryItem>;

  /** The child of this name. Override it where not all must be computed. */
  async get(name: string, inquiry?: Inquiry): Promise<Node | undefined> {
    for await (const child of this.entries(inquiry)) {
      if (child.name === name) return child.node;
    }
    return undefined;
  }

  /**
   * The children, ordered by name; none for those that this directory waits
   * for.
   *
   * @throws {PondError} `INVALID_NAME` when a child has a name that no node can
   *   have, or two of them have the same.
   */
  async *entries(inquiry?: Inquiry): AsyncGenerator<DirectoryItem> {
    const own = inquiryOf(this, inquiry);
    if (own === undefined) return;
    const children = new Map<string, DirectoryItem>();
    for await (const child of this.children(own)) {
      const { name } = child;
      checkName(name);
      const first = children.get(name);
      if (first === undefined) children.set(name, child);
      else if (first.node.id !== child.node.id) throw nameTwice(name);
    }
    yield* [...children.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  }

  /** `UNSUPPORTED`: what is computed can't be added to. */
  insert(name: string, _node: Node): Promise<void> {
    return Promise.reject(isComputed("add", name));
  }

  /** `UNSUPPORTED`: what is computed can't be taken out. */
  delete(name: string): Promise<Node | undefined> {
    return Promise.reject(isComputed("remove", name));
  }

  /** No size and no times: nothing of it is kept. */
  metadata(): Promise<NodeMetadata> {
    return Promise.resolve({
      sizeBytes: 0,
      createdUs: 0,
      modifiedUs: 0,
      version: 1,
      mode: MODE,
    });
  }
}

function nameTwice(name: string): PondError {
  return new PondError(
    "INVALID_NAME",
    `Cannot list a computed directory: two of its children have the name ${name}`,
    { path: name },
  );
}

function isComputed(verb: string, name: string): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot ${verb} ${name}: the children of its directory are computed`,
    { path: name },
  );
}
