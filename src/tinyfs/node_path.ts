/**
 * A node together with the way that led to it.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { Directory, File, Node, NodeMetadata, Symlink } from "./types.ts";

/**
 * A node at a path: where a lookup ended.
 *
 * It keeps reaching its node when the name is taken out of the directory
 * afterwards.
 */
export class NodePath {
  /** The node. */
  readonly node: Node;
  /** Its name in {@linkcode parent}; empty for the root. */
  readonly name: string;
  /** How many directories are above. */
  readonly depth: number;
  readonly #above: NodePath | undefined;
  /** Depth of the directory that paths are seen from. */
  readonly #base: number;

  private constructor(
    node: Node,
    name: string,
    above: NodePath | undefined,
    base: number,
  ) {
    this.node = node;
    this.name = name;
    this.#above = above;
    this.depth = above === undefined ? 0 : above.depth + 1;
    this.#base = base;
  }

  /** The root of a filesystem. */
  static root(directory: Directory): NodePath {
    return new NodePath(directory, "", undefined, 0);
  }

  /** A child of the directory at this path. */
  child(name: string, node: Node): NodePath {
    return new NodePath(node, name, this, this.#base);
  }

  /** The same, with paths that are seen from `root`, here and below. */
  seenFrom(root: NodePath): NodePath {
    return new NodePath(this.node, this.name, this.#above, root.depth);
  }

  /** The directory above, `undefined` for the filesystem's root. */
  get above(): NodePath | undefined {
    return this.#above;
  }

  /** The directory that holds the node under its name; the root has none. */
  get parent(): Directory | undefined {
    const node = this.#above?.node;
    return node?.type === "directory" ? node : undefined;
  }

  /**
   * The absolute path, without symlinks in it, seen from the root that the
   * lookup was confined to.
   */
  get path(): string {
    return this.#pathFrom(this.#base);
  }

  /** The absolute path, seen from the filesystem's root. */
  get fullPath(): string {
    return this.#pathFrom(0);
  }

  /** Whether this is `root`, or lies below it. */
  isWithin(root: NodePath): boolean {
    const at = this.#ancestorAt(root.depth);
    return at !== undefined &&
      (at.node === root.node || at.node.id === root.node.id);
  }

  /**
   * Whether the way here leads through a node, under whatever name; a node is
   * on the way to itself.
   */
  leadsThrough(node: Node): boolean {
    if (this.node.id === node.id) return true;
    let at = this.#above;
    while (at !== undefined && at.node.id !== node.id) at = at.#above;
    return at !== undefined;
  }

  /** Size, times and the rest of the node. */
  async metadata(): Promise<NodeMetadata> {
    return await this.node.metadata();
  }

  /** The node as a file: `IS_A_DIRECTORY`, `NOT_A_FILE` when it is none. */
  asFile(): File {
    const { node, path } = this;
    if (node.type === "file") return node;
    throw node.type === "directory"
      ? new PondError(
        "IS_A_DIRECTORY",
        `Cannot use ${path} as a file: it is a directory`,
        { path },
      )
      : new PondError(
        "NOT_A_FILE",
        `Cannot use ${path} as a file: it is a symlink`,
        { path },
      );
  }

  /** The node as a directory: `NOT_A_DIRECTORY` when it is none. */
  asDirectory(): Directory {
    const { node, path } = this;
    if (node.type === "directory") return node;
    throw new PondError(
      "NOT_A_DIRECTORY",
      `Cannot use ${path} as a directory: it is a ${node.type}`,
      { path },
    );
  }

  /** The node as a symlink: `NOT_A_SYMLINK` when it is none. */
  asSymlink(): Symlink {
    const { node, path } = this;
    if (node.type === "symlink") return node;
    throw new PondError(
      "NOT_A_SYMLINK",
      `Cannot use ${path} as a symlink: it is a ${node.type}`,
      { path },
    );
  }

  /** Without recursion: a tree may be deeper than the stack. */
  #pathFrom(depth: number): string {
    if (this.#above === undefined || this.depth <= depth) return "/";
    let path = `/${this.name}`;
    let at = this.#above;
    while (at.#above !== undefined && at.depth > depth) {
      path = `/${at.name}${path}`;
      at = at.#above;
    }
    return path;
  }

  /** The directory on the way at this depth, or this node itself. */
  #ancestorAt(depth: number): NodePath | undefined {
    if (this.depth === depth) return this;
    let at = this.#above;
    while (at !== undefined && at.depth > depth) at = at.#above;
    return at?.depth === depth ? at : undefined;
  }
}
