/**
 * The filesystem that all others are compared with: maps in maps, nothing
 * awaited, nothing shared with the code under test.
 *
 * @module
 */
import type { PondErrorCode } from "../../src/errors.ts";

/** A directory, a file with its text, or a symlink with its target. */
type Node = Folder | { text: string } | { readonly target: string };

interface Folder {
  readonly children: Map<string, Node>;
}

/** What an operation is refused with. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(readonly code: PondErrorCode) {
    super(code);
  }
}

/** Where a path leads: the nodes on the way, and a last name without a node. */
interface Way {
  readonly nodes: { readonly name: string; readonly node: Node }[];
  readonly missing?: string;
}

/** The reference. */
export class ReferenceFilesystem {
  readonly #root: Folder;

  constructor(root: Folder = { children: new Map() }) {
    this.#root = root;
  }

  /** One of its own with the same tree; a file has one name in it. */
  clone(): ReferenceFilesystem {
    return new ReferenceFilesystem(structuredClone(this.#root));
  }

  createFile(path: string, text: string): void {
    this.#put(this.#free(path), { text });
  }

  writeFile(path: string, text: string): void {
    const way = this.#walk(path, true);
    if (way.missing !== undefined) return this.#put(way, { text });
    asFile(this.#end(way)).text = text;
  }

  updateFile(path: string, text: string): void {
    asFile(this.#resolve(path, true)).text = text;
  }

  createDirectory(path: string): void {
    this.#put(this.#free(path), { children: new Map() });
  }

  createDirectories(path: string): void {
    let at = "/";
    for (const name of path.split("/").filter((it) => it !== "")) {
      const next = `${at}/${name}`;
      if (this.#walk(next, false).missing !== undefined) {
        this.createDirectory(next);
      }
      asFolder(this.#resolve(next, true));
      at = next;
    }
  }

  createSymlink(path: string, target: string): void {
    this.#put(this.#free(path), { target });
  }

  /** One more name of a file. */
  link(path: string, other: string): void {
    const file = asFile(this.#resolve(other, true));
    this.#put(this.#free(path), file);
  }

  remove(path: string, recursive: boolean): void {
    const way = this.#found(path);
    const node = this.#end(way);
    if (!recursive && "children" in node && node.children.size > 0) {
      throw new Refusal("DIRECTORY_NOT_EMPTY");
    }
    this.#cut(way);
  }

  rename(from: string, to: string): void {
    const source = this.#found(from);
    const node = this.#end(source);
    const target = this.#walk(to, false);
    const isFound = target.missing === undefined;
    if (isFound && target.nodes.length === 1) {
      throw new Refusal("INVALID_ARGUMENT");
    }
    if (!("children" in node) && to.endsWith("..")) {
      throw new Refusal("NOT_A_DIRECTORY");
    }
    const replaced = isFound ? this.#end(target) : undefined;
    if (replaced === node) return;
    const above = isFound ? target.nodes.slice(0, -1) : target.nodes;
    if (above.some((it) => it.node === node)) {
      throw new Refusal("INVALID_ARGUMENT");
    }
    if (replaced !== undefined) requireReplaceable(replaced, node);
    this.#cut(source);
    const name = target.missing ?? target.nodes.at(-1)?.name ?? "";
    asFolder(above.at(-1)?.node).children.set(name, node);
  }

  readFile(path: string): string {
    return asFile(this.#resolve(path, true)).text;
  }

  readLink(path: string): string {
    const node = this.#resolve(path, false);
    if (!("target" in node)) throw new Refusal("NOT_A_SYMLINK");
    return node.target;
  }

  list(path: string): string[] {
    return [...asFolder(this.#resolve(path, true)).children.keys()].sort();
  }

  /** All paths, with what is there, a line each. */
  dump(): string[] {
    const lines: string[] = [];
    const add = (path: string, node: Node) => {
      if ("text" in node) lines.push(`${path} ${node.text}`);
      else if ("target" in node) lines.push(`${path} -> ${node.target}`);
      else {
        lines.push(`${path}/`);
        for (const [name, child] of node.children) {
          add(`${path}/${name}`, child);
        }
      }
    };
    add("", this.#root);
    return lines.sort();
  }

  /** Like a person with a map: from name to name. */
  #walk(path: string, followLast: boolean): Way {
    let nodes: Way["nodes"] = [{ name: "", node: this.#root }];
    let names = namesOf(path);
    let links = 0;
    while (names.length > 0) {
      const [name = "", ...rest] = names;
      names = rest;
      const { children } = asFolder(nodes.at(-1)?.node);
      if (name === ".") continue;
      if (name === "..") {
        if (nodes.length > 1) nodes.pop();
        continue;
      }
      const node = children.get(name);
      if (node === undefined) {
        if (rest.length > 0) throw new Refusal("NOT_FOUND");
        return { nodes, missing: name };
      }
      if ("target" in node && (followLast || rest.length > 0)) {
        if (++links > 40) throw new Refusal("LOOP");
        if (node.target.startsWith("/")) {
          nodes = [{ name: "", node: this.#root }];
        }
        names = [...namesOf(node.target), ...rest];
      } else nodes.push({ name, node });
    }
    return { nodes };
  }

  #end({ nodes }: Way): Node {
    return nodes.at(-1)?.node ?? this.#root;
  }

  #resolve(path: string, follow: boolean): Node {
    const way = this.#walk(path, follow);
    if (way.missing !== undefined) throw new Refusal("NOT_FOUND");
    return this.#end(way);
  }

  /** What may be moved: not the root. */
  #found(path: string): Way {
    const way = this.#walk(path, false);
    if (way.missing !== undefined) throw new Refusal("NOT_FOUND");
    if (way.nodes.length === 1) throw new Refusal("INVALID_ARGUMENT");
    return way;
  }

  #free(path: string): Way {
    const way = this.#walk(path, false);
    if (way.missing === undefined) throw new Refusal("ALREADY_EXISTS");
    return way;
  }

  #put(way: Way, node: Node): void {
    asFolder(this.#end(way)).children.set(way.missing ?? "", node);
  }

  #cut({ nodes }: Way): void {
    const [above, last] = nodes.slice(-2);
    if (last) asFolder(above?.node).children.delete(last.name);
  }
}

function namesOf(path: string): string[] {
  const names = path.split("/").filter((name) => name !== "");
  // Where a path ends in dots, there must be a directory.
  return names.at(-1) === ".." ? [...names, "."] : names;
}

function asFolder(node: Node | undefined): Folder {
  if (node && "children" in node) return node;
  throw new Refusal("NOT_A_DIRECTORY");
}

function asFile(node: Node): { text: string } {
  if ("text" in node) return node;
  throw new Refusal("IS_A_DIRECTORY");
}

function requireReplaceable(old: Node, node: Node): void {
  if ("children" in node) {
    if (asFolder(old).children.size > 0) {
      throw new Refusal("DIRECTORY_NOT_EMPTY");
    }
  } else if ("children" in old) throw new Refusal("IS_A_DIRECTORY");
}
