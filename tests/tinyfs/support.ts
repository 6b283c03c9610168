/**
 * What the tests of the filesystem module share.
 *
 * @module
 */
import { assertInstanceOf, assertRejects } from "@std/assert";
import { decodeUtf8 } from "../../src/bytes.ts";
import { PondError, type PondErrorCode } from "../../src/errors.ts";
import {
  type Directory,
  type DirectoryItem,
  FS,
  type Inquiry,
  type Node,
  type NodeId,
  type NodeMetadata,
  type WorkingDir,
} from "../../src/tinyfs/mod.ts";

/**
 * Makes a filesystem from lines.
 *
 * ```text
 * a/          a directory
 * a/f         a file whose content is its path
 * a/l -> x    a symlink
 * ```
 */
export async function filesystemOf(...lines: string[]): Promise<WorkingDir> {
  const { root } = new FS();
  for (const line of lines) {
    const [path = "", target] = line.split(" -> ");
    const parent = path.replace(/\/?[^/]*\/?$/, "");
    if (parent !== "") await root.createDirectory(parent, { recursive: true });
    if (target !== undefined) await root.createSymlink(path, target);
    else if (path.endsWith("/")) {
      await root.createDirectory(path, { recursive: true });
    } else await root.createFile(path, path);
  }
  return root;
}

/** The paths that match, with what was captured: `a/b.csv [b]`. */
export async function matchesOf(
  directory: WorkingDir,
  pattern: string,
): Promise<string[]> {
  return await Array.fromAsync(
    directory.glob(pattern),
    ({ path, captures }) => `${path} [${captures.join(" ")}]`,
  );
}

/** The paths that match. */
export async function pathsOf(
  directory: WorkingDir,
  pattern: string,
): Promise<string[]> {
  return await Array.fromAsync(directory.glob(pattern), ({ path }) => path);
}

/** The names in a directory. */
export async function namesOf(
  directory: WorkingDir,
  path: string = ".",
): Promise<string[]> {
  return await Array.fromAsync(directory.entries(path), ({ name }) => name);
}

/** A file as text. */
export async function textOf(
  directory: WorkingDir,
  path: string,
): Promise<string> {
  return decodeUtf8(await directory.readFile(path));
}

/** Asserts that something fails with a code, and with all these words. */
export async function assertFails(
  work: () => Promise<unknown>,
  code: PondErrorCode,
  ...words: string[]
): Promise<PondError> {
  const error = await assertRejects(work);
  assertInstanceOf(error, PondError);
  const missing = words.filter((word) => !error.message.includes(word));
  if (error.code !== code || missing.length > 0) {
    throw new TypeError(
      `Expected ${code} with ${missing}, got ${error.code}: ${error.message}`,
    );
  }
  return error;
}

/** What was asked of directories. */
export interface Asked {
  /** Paths of directories that were listed. */
  readonly listed: string[];
  /** Paths that were looked up. */
  readonly lookedUp: string[];
}

/** A directory that writes down what it is asked, as those below it do. */
export class CountingDirectory implements Directory {
  readonly type = "directory";
  readonly #inner: Directory;
  readonly #path: string;
  readonly #asked: Asked;

  constructor(inner: Directory, asked: Asked, path: string = "") {
    this.#inner = inner;
    this.#asked = asked;
    this.#path = path;
  }

  get id(): NodeId {
    return this.#inner.id;
  }

  async get(name: string, inquiry?: Inquiry): Promise<Node | undefined> {
    this.#asked.lookedUp.push(`${this.#path}/${name}`);
    const node = await this.#inner.get(name, inquiry);
    return node && this.#counting(name, node);
  }

  async *entries(inquiry?: Inquiry): AsyncGenerator<DirectoryItem> {
    this.#asked.listed.push(this.#path || "/");
    for await (const { name, node } of this.#inner.entries(inquiry)) {
      yield { name, node: this.#counting(name, node) };
    }
  }

  insert(name: string, node: Node): Promise<void> {
    return this.#inner.insert(name, node);
  }

  delete(name: string): Promise<Node | undefined> {
    return this.#inner.delete(name);
  }

  metadata(): Promise<NodeMetadata> {
    return this.#inner.metadata();
  }

  #counting(name: string, node: Node): Node {
    if (node.type !== "directory") return node;
    return new CountingDirectory(node, this.#asked, `${this.#path}/${name}`);
  }
}
