/**
 * What the calls of a {@linkcode NodeFs} have in common.
 *
 * Calls that change something come one after the other, as in a kernel: what
 * one finds is still so when it acts. Those that only read don't wait.
 *
 * @module
 */
import { hasCode, PondError } from "../../errors.ts";
import type { Buffers } from "../../host/host.ts";
import type { Node, NodePath, WorkingDir } from "../../tinyfs/mod.ts";
import { parsePath } from "../../tinyfs/path.ts";
import {
  type Place,
  resolvePlace,
  type ResolveStart,
} from "../../tinyfs/resolve.ts";
import { OpLogDirectory, OpLogNodeFactory } from "../directory.ts";
import { OpLogFile } from "../file.ts";
import { OpLogNode } from "../node.ts";
import { viewNode } from "../view_nodes.ts";
import { Drafts } from "./drafts.ts";
import { type Call, NodeFsError, translated } from "./errors.ts";
import type { NodeFsOptions } from "./options.ts";
import type { NodeFsCommits, NodeFsSide } from "./side.ts";

/** What is usual, and what Node's own files get nearly everywhere. */
const UMASK = 0o022;

/** The first number of an open file: 0 to 2 are the standard streams. */
const FIRST_FD = 3;

/** What is one for all who work on the same pond. */
interface Shared {
  readonly turns: Turns;
  readonly drafts: Drafts;
  nextFd: number;
}

const sharedBy = new WeakMap<WorkingDir, Shared>();

/** Runs calls on a pond, and tells their failures as Node does. */
export class Calls {
  /** The pond's root. */
  readonly root: WorkingDir;
  /** How the host's programs hold bytes. */
  readonly buffers: Buffers;
  /** Makes nodes. */
  readonly factory: OpLogNodeFactory;
  /** Permission bits that new nodes don't get. */
  readonly umask: number;
  readonly #side: NodeFsSide;
  readonly #start: ResolveStart;
  readonly #shared: Shared;
  readonly #commits: NodeFsCommits | undefined;

  /**
   * @param side The filesystem.
   * @param buffers How the host's programs hold bytes.
   * @param options How it is worked on.
   * @throws {TypeError} When calls can't commit by themselves, and shall.
   */
  constructor(side: NodeFsSide, buffers: Buffers, options: NodeFsOptions) {
    const { root } = side;
    const directory = root.nodePath;
    this.#side = side;
    this.root = root;
    this.buffers = buffers;
    this.factory = new OpLogNodeFactory(ownDirectory(directory.node).context);
    this.umask = options.umask ?? UMASK;
    this.#start = { filesystem: directory, root: directory, directory };
    this.#commits = options.autoCommit ? requireCommits(side) : undefined;
    const shared = sharedBy.get(root) ??
      { turns: new Turns(), drafts: new Drafts(), nextFd: FIRST_FD };
    sharedBy.set(root, shared);
    this.#shared = shared;
  }

  /** What is written into open files. */
  get drafts(): Drafts {
    return this.#shared.drafts;
  }

  /** Random hexadecimal digits. */
  newId(): string {
    return ownDirectory(this.root.node).context.newId();
  }

  /** A number for one more open file. */
  newFd(): number {
    return this.#shared.nextFd++;
  }

  /** Runs anything, and tells its failure as Node does. */
  async told<T>(
    call: Call,
    work: () => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw translated(error, call, signal);
    }
  }

  /** Runs a call that changes nothing. It sees what open files were given. */
  async read<T>(
    call: Call,
    work: () => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    return await this.told(call, async () => {
      signal?.throwIfAborted();
      if (this.drafts.size > 0) await this.#turn(call, () => Promise.resolve());
      return await work();
    }, signal);
  }

  /** Runs a call that changes something, after those that were before it. */
  async change<T>(
    call: Call,
    work: () => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    this.requireWritable(call);
    return await this.told(call, async () => {
      signal?.throwIfAborted();
      return await this.#turn(call, work);
    }, signal);
  }

  /** Runs a call on an open file's draft: nothing is in the pond yet. */
  async draft<T>(call: Call, work: () => Promise<T>): Promise<T> {
    return await this.told(call, () => this.#shared.turns.run(work));
  }

  /**
   * Refuses to change a pond that is only looked at.
   *
   * @throws {NodeFsError} `EROFS`.
   */
  requireWritable(call: Call): void {
    if (this.#side.readOnly) throw new NodeFsError("EROFS", call);
  }

  /** Where a path's last name is, or would be; `/` is where it leads. */
  async place(path: string, followLast: boolean): Promise<Place> {
    const last = parsePath(path).names.at(-1);
    if (last !== undefined && last !== "..") {
      return await resolvePlace(path, this.#start, { followLast });
    }
    const found = await this.root.resolve(path);
    return { directory: found.above ?? found, name: found.name, found };
  }

  /** Finds a node that a call is about; the root is always busy. */
  async named(path: string, call: Call): Promise<NodePath> {
    const found = await this.root.resolve(path, { followLast: false });
    if (found.parent === undefined) throw new NodeFsError("EBUSY", call);
    return found;
  }

  /** Drafts first, so that the work sees them; then the work's own commit. */
  async #turn<T>(call: Call, work: () => Promise<T>): Promise<T> {
    return await this.#shared.turns.run(async () => {
      const isAlone = this.#side.pendingCount() === 0;
      await this.drafts.flush();
      const result = await work();
      if (this.#commits) await this.#commit(this.#commits, call, isAlone);
      return result;
    });
  }

  async #commit(
    { commit, revert }: NodeFsCommits,
    { syscall, openedBy = "", path = openedBy, dest = "" }: Call,
    isAlone: boolean,
  ): Promise<void> {
    if (this.#side.pendingCount() === 0) return;
    try {
      await commit(["fs", syscall, path, dest].join(" ").trim());
    } catch (error) {
      // The call has failed, and is not to be committed by the next one.
      if (isAlone && hasCode(error, "CONFLICT")) await revert();
      throw error;
    }
  }
}

/** Lets work wait for the work that was before it. */
class Turns {
  #last: Promise<unknown> = Promise.resolve();

  async run<T>(work: () => Promise<T>): Promise<T> {
    // Whoever came before has been told of its own failure.
    const mine = Promise.allSettled([this.#last]).then(work);
    this.#last = mine;
    return await mine;
  }
}

function requireCommits({ commits }: NodeFsSide): NodeFsCommits {
  if (commits !== undefined) return commits;
  throw new TypeError(
    "Cannot commit by each call: a transaction commits when its function returns",
  );
}

/**
 * A directory of the pond, to be changed.
 *
 * @throws {PondError} `READ_ONLY` for one that is computed.
 */
export function ownDirectory(node: Node): OpLogDirectory {
  return node instanceof OpLogDirectory
    ? node
    : viewNode(node).requireWritable();
}

/**
 * A node of the pond, of any kind, to be changed.
 *
 * @throws {PondError} `READ_ONLY` for one that is computed.
 */
export function ownNode({ node }: { readonly node: Node }): OpLogNode {
  return node instanceof OpLogNode ? node : viewNode(node).requireWritable();
}

/**
 * A file of the pond, to be changed. `IS_A_DIRECTORY` when it is none.
 *
 * @throws {PondError} `READ_ONLY` for one that is computed.
 */
export function ownFile(found: NodePath): OpLogFile {
  const node = found.asFile();
  return node instanceof OpLogFile ? node : viewNode(node).requireWritable();
}

/** The failure of a call that met a name which is taken. */
export function taken(path: string): PondError {
  return new PondError(
    "ALREADY_EXISTS",
    `Cannot create ${path}: it exists already`,
    { path },
  );
}

/** The failure of a call that needed a file. */
export function isDirectory(path: string): PondError {
  return new PondError(
    "IS_A_DIRECTORY",
    `Cannot use ${path} as a file: it is a directory`,
    { path },
  );
}
