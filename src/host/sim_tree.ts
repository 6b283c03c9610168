/**
 * Finds what a path of a simulated disk leads to, as POSIX has it.
 *
 * @module
 */
import { type Bytes, encodeUtf8 } from "../bytes.ts";
import type { PondErrorCode } from "../errors.ts";
import { fileError } from "./file_error.ts";
import { SimDirectory, SimFile, type SimNode } from "./sim_platter.ts";

/** Symbolic links on the way of one path: Linux's limit. */
const MAX_LINKS = 40;

/** Bytes of one name: the limit of all common file systems. */
const MAX_NAME_BYTES = 255;

/** A path, and what errors say of it. */
export interface Lookup {
  /** What is tried, as `fileError()` takes it. */
  readonly action: string;
  /** The path. */
  readonly path: string;
  /** The path that errors name, when it is another. */
  readonly named?: string;
}

/** Where a path leads. */
export interface Place<Node = SimNode | undefined> {
  /** The directory that the last name is in; the root is in itself. */
  readonly directory: SimDirectory;
  /** The last name; empty where a path leads to the root, or ends in "..". */
  readonly name: string;
  /** What is there. */
  readonly node: Node;
  /** The directories on the way, from the root on. */
  readonly trail: readonly SimDirectory[];
}

/** The directories and files of a disk, by their paths. */
export class SimTree {
  /** The directory that all paths begin at. */
  readonly root: SimDirectory;

  /** @param root The directory that all paths begin at. */
  constructor(root: SimDirectory) {
    this.root = root;
  }

  /** The same tree on another disk. */
  copy(): SimTree {
    return new SimTree(this.root.copy());
  }

  /**
   * Follows a path. That nothing is at its end is no error.
   *
   * @param follow Whether a symbolic link at its end is followed.
   * @throws {PondError} `NOT_FOUND` or `NOT_A_DIRECTORY` for what is on the way,
   *   `LOOP`, or `INVALID_NAME`.
   */
  place(lookup: Lookup, follow = false): Place {
    const names = namesOf(lookup.path);
    const trail = [this.root];
    for (let links = 0;;) {
      const directory = trail.at(-1) ?? this.root;
      const name = names.shift();
      if (name === undefined) {
        return { directory, name: "", node: directory, trail };
      }
      if (name === "..") {
        if (trail.length > 1) trail.pop();
        continue;
      }
      if (name.includes("\0") || encodeUtf8(name).length > MAX_NAME_BYTES) {
        throw failure("INVALID_NAME", lookup);
      }
      const node = directory.get(name);
      const isLast = names.length === 0;
      if (node?.type === "symlink" && (follow || !isLast)) {
        if (++links > MAX_LINKS) throw failure("LOOP", lookup);
        if (node.target.startsWith("/")) trail.length = 1;
        names.unshift(...namesOf(node.target));
        continue;
      }
      if (isLast) return { directory, name, node, trail };
      if (node === undefined) throw failure("NOT_FOUND", lookup);
      if (node.type !== "directory") throw failure("NOT_A_DIRECTORY", lookup);
      trail.push(node);
    }
  }

  /** The place of a path that leads to something. */
  existing(lookup: Lookup, follow = false): Place<SimNode> {
    const { node, ...place } = this.place(lookup, follow);
    if (node === undefined) throw failure("NOT_FOUND", lookup);
    return { ...place, node };
  }

  /** The place of a path that leads to nothing yet. */
  free(lookup: Lookup): Place {
    const place = this.place(lookup);
    if (place.node !== undefined) throw failure("ALREADY_EXISTS", lookup);
    return place;
  }

  /** The file that a path leads to. */
  file(lookup: Lookup): SimFile {
    const { node } = this.existing(lookup, true);
    if (node.type !== "file") throw failure("IS_A_DIRECTORY", lookup);
    return node;
  }

  /** The file that a path leads to, made when it is missing. */
  fileOrMade(lookup: Lookup, nowMs: number): SimFile {
    const { directory, name, node } = this.place(lookup, true);
    if (node !== undefined) return this.file(lookup);
    const file = new SimFile(nowMs);
    directory.set(name, file);
    return file;
  }

  /** The directory that a path leads to. */
  directory(lookup: Lookup): SimDirectory {
    const { node } = this.existing(lookup, true);
    if (node.type !== "directory") throw failure("NOT_A_DIRECTORY", lookup);
    return node;
  }

  /** Whether a path that leads to something leads to a directory in the end. */
  leadsToDirectory(lookup: Lookup): boolean {
    const { node } = this.existing(lookup);
    if (node.type !== "symlink") return node.type === "directory";
    const target = this.place(lookup, true).node;
    return target?.type === "directory";
  }

  /** Puts a file and the directories above it, on the platter too. */
  plant(path: string, bytes: Bytes, nowMs: number): void {
    const names = namesOf(path);
    const last = names.pop() ?? "";
    let directory = this.root;
    for (const name of names) {
      const node = directory.get(name);
      const next = node?.type === "directory" ? node : new SimDirectory(nowMs);
      directory.plant(name, next);
      directory = next;
    }
    directory.plant(last, new SimFile(nowMs, bytes.slice()));
  }

  /** Copies of all files' bytes, by their paths. */
  snapshot(): Map<string, Bytes> {
    const files = new Map<string, Bytes>();
    const visit = (directory: SimDirectory, path: string) => {
      for (const [name, node] of directory.entries()) {
        const child = `${path}/${name}`;
        if (node.type === "directory") visit(node, child);
        if (node.type === "file") files.set(child, node.bytes.slice());
      }
    };
    visit(this.root, "");
    return files;
  }
}

/**
 * Why something can't be renamed to where a path leads.
 *
 * @returns `undefined` when it can.
 */
export function renameProblem(
  source: SimNode,
  { node, trail }: Place,
): PondErrorCode | undefined {
  if (source.type === "directory") {
    // A directory can't move into itself.
    if (trail.includes(source)) return "IO";
    if (node === undefined) return undefined;
    if (node.type !== "directory") return "NOT_A_DIRECTORY";
    return node.isEmpty ? undefined : "DIRECTORY_NOT_EMPTY";
  }
  return node?.type === "directory" ? "IS_A_DIRECTORY" : undefined;
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

function failure(
  code: PondErrorCode,
  { action, path, named = path }: Lookup,
): Error {
  return fileError(code, { action, path: named });
}
