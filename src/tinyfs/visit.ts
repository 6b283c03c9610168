/**
 * Walks a tree along a pattern.
 *
 * At each directory the walk knows how far every alternative of the pattern
 * has come: its positions. It looks a literal name up, and lists a directory
 * only for a wildcard, so that no directory is visited that can't match.
 *
 * Each node is visited once for a position. That ends a walk into a directory
 * that contains itself, and gives a node that has several names one visit. A
 * directory that waits for the walk to compute its own children is passed over.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import { type Glob, type GlobAlternative, parseGlob } from "./glob.ts";
import { IdSets, SETS } from "./id_set.ts";
import type { NodePath } from "./node_path.ts";
import { MAX_DEPTH } from "./path.ts";
import {
  advanced,
  capturesOf,
  isAtEnd,
  isComplete,
  literalNames,
  type Position,
  startOf,
  wildcardsOf,
} from "./positions.ts";
import { type ResolveStart, resolveSymlink } from "./resolve.ts";
import type { Directory, DirectoryItem, Inquiry, Node } from "./types.ts";

/**
 * So many walks are in one directory at a time. More means that the directory
 * starts walks that lead back to it, and doesn't hand its `Inquiry` on.
 */
const MAX_WALKS = 10_000;

/** A node that matches a pattern. */
export interface Match {
  /** The node; a symlink at the end of a path isn't followed. */
  readonly node: Node;
  /** Its path, with the symlinks on the way as they were named. */
  readonly path: string;
  /** What each wildcard stands for, and each directory under `**`. */
  readonly captures: readonly string[];
  /** One text for each wildcard: the directories under a `**` are `a/b`. */
  readonly wildcards: readonly string[];
  /** The node at its path. */
  readonly at: NodePath;
}

/** Options of a walk. */
export interface VisitOptions {
  /** Ends the walk with its reason. */
  readonly signal?: AbortSignal;
  /** Who waits for the walk: it passes over those directories. */
  readonly inquiry?: Inquiry;
  /**
   * As in a shell: a wildcard stands for no name that begins with a dot, unless
   * a part of the pattern does.
   */
  readonly skipHidden?: boolean;
}

/** A part of a pattern that begins with a dot. */
const HIDDEN = /(^|\/)\./;

/** A node, and the positions at which the walk reached it. */
interface Reached {
  /** Where it is by the names of the pattern. */
  readonly at: NodePath;
  /** Where it really lies: another place below a symlink that was followed. */
  readonly real: NodePath;
  readonly positions: readonly Position[];
}

/** A directory that the walk is in. */
interface Entered extends Reached {
  readonly directory: Directory;
  /** What is still to be looked at in it; ".." only where it was asked for. */
  readonly items: AsyncIterator<DirectoryItem>;
}

/**
 * Finds the nodes that match a pattern, in the order of the walk: a directory
 * before what is in it, names in order. Symlinks to directories are followed
 * where the pattern has a name or a wildcard for them, and not by `**`. What a
 * symlink leads to can't be reached when it doesn't exist, or lies outside of
 * `start.root`: then nothing below it matches.
 *
 * @param pattern See {@linkcode parseGlob}.
 * @param start Where relative patterns start.
 * @throws {PondError} `INVALID_ARGUMENT` when the pattern is none, `LOOP` for
 *   a computed directory without end.
 */
export function visit(
  pattern: string,
  start: ResolveStart,
  options: VisitOptions = {},
): AsyncGenerator<Match> {
  const skipHidden = options.skipHidden === true && !HIDDEN.test(pattern);
  const walk = new PatternWalk(start, { ...options, skipHidden });
  return walk.run(parseGlob(pattern));
}

/** For each filesystem, by its root: how many walks are in its directories. */
const walks = new WeakMap<Node, Map<Directory["id"], number>>();

class PatternWalk {
  readonly #start: ResolveStart;
  readonly #options: VisitOptions;
  /** Identities of the nodes that were visited, in a set for each position. */
  readonly #visited: IdSets[] = [];
  /** The number of the first position of each alternative. */
  readonly #firsts = new Map<GlobAlternative, number>();
  #positionCount = 0;
  readonly #walks: Map<Directory["id"], number>;

  constructor(start: ResolveStart, options: VisitOptions) {
    this.#start = start;
    this.#options = options;
    const root = start.filesystem.node;
    this.#walks = walks.get(root) ?? new Map();
    walks.set(root, this.#walks);
  }

  /** Depth first, with a stack of its own: the depth costs nothing. */
  async *run(glob: Glob): AsyncGenerator<Match> {
    const root = glob.absolute ? this.#start.root : this.#start.directory;
    const positions = this.#fresh(root.node, startOf(glob.alternatives));
    const first = { at: root, real: root, positions };
    const stack: Entered[] = [];
    try {
      for (
        let reached: Reached | undefined = first;
        reached !== undefined;
        reached = await this.#next(stack)
      ) {
        this.#options.signal?.throwIfAborted();
        const match = matchOf(reached);
        if (match !== undefined) yield match;
        // Most nodes are files: nothing is awaited for them.
        if (reached.at.node.type === "file") continue;
        const entered = await this.#enter(reached);
        if (entered !== undefined) stack.push(entered);
        if (stack.length > MAX_DEPTH) throw tooDeep(reached.at);
      }
    } finally {
      // Whoever stops early leaves directories that are half listed.
      for (const entered of stack) this.#leave(entered);
      for (const { items } of stack.reverse()) await items.return?.();
    }
  }

  /** The next node at which a position goes on. */
  async #next(stack: Entered[]): Promise<Reached | undefined> {
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { done, value } = await top.items.next();
      const reached = done ? undefined : this.#childOf(top, value);
      if (reached !== undefined) return reached;
      if (!done) continue;
      this.#leave(top);
      stack.pop();
    }
    return undefined;
  }

  #childOf(entered: Entered, item: DirectoryItem): Reached | undefined {
    const { name, node } = item;
    if (this.#options.skipHidden && name.startsWith(".")) return undefined;
    const next = advanced(entered.positions, name, node);
    const positions = next.length === 0 ? next : this.#fresh(node, next);
    if (positions.length === 0) return undefined;
    if (name === "..") {
      const up = aboveOf(entered.real, this.#start);
      return { at: up, real: up, positions };
    }
    const at = entered.at.child(name, node);
    const real = entered.real === entered.at
      ? at
      : entered.real.child(name, node);
    return { at, real, positions };
  }

  /** The directory to go on in, if a position does. */
  async #enter(reached: Reached): Promise<Entered | undefined> {
    const positions = reached.positions.filter((it) => !isAtEnd(it));
    if (positions.length === 0) return undefined;
    const found = reached.at.node.type === "symlink"
      ? await this.#followed({ ...reached, positions })
      : { ...reached, positions };
    if (found === undefined) return undefined;
    const directory = found.at.asDirectory();
    if (this.#options.inquiry?.waiting.has(directory.id)) return undefined;
    const items = this.#items(found, directory);
    this.#count(directory, found.at);
    return { ...found, directory, items };
  }

  /** All walks are in the root, so there it says nothing. */
  #count({ id }: Directory, at: NodePath): void {
    const count = (this.#walks.get(id) ?? 0) + 1;
    if (count > MAX_WALKS && id !== this.#start.filesystem.node.id) {
      throw tooManyWalks(at);
    }
    this.#walks.set(id, count);
  }

  #leave({ directory: { id } }: Entered): void {
    const count = this.#walks.get(id) ?? 0;
    if (count > 1) this.#walks.set(id, count - 1);
    else this.#walks.delete(id);
  }

  #items(found: Reached, directory: Directory): AsyncIterator<DirectoryItem> {
    const names = literalNames(found.positions);
    return names === undefined
      ? directory.entries(this.#options.inquiry)[Symbol.asyncIterator]()
      : this.#named(names, found, directory);
  }

  async *#named(
    names: readonly string[],
    { real }: Reached,
    directory: Directory,
  ): AsyncGenerator<DirectoryItem> {
    for (const name of names) {
      const node = name === ".."
        ? aboveOf(real, this.#start).node
        : await directory.get(name, this.#options.inquiry);
      if (node !== undefined) yield { name, node };
    }
  }

  /** What a symlink leads to, for what isn't under `**`. */
  async #followed(
    { at, real, positions }: Reached,
  ): Promise<Reached | undefined> {
    const through = positions.filter(({ underStars }) => !underStars);
    if (through.length === 0 || at.above === undefined) return undefined;
    const target = await this.#target(real);
    if (target?.node.type !== "directory") return undefined;
    const fresh = this.#fresh(target.node, through);
    if (fresh.length === 0) return undefined;
    const named = at.above.child(at.name, target.node);
    return { at: named, real: target, positions: fresh };
  }

  /** What a symlink leads to, if that can be reached. */
  async #target(link: NodePath): Promise<NodePath | undefined> {
    try {
      return await resolveSymlink(link, this.#start, this.#options.inquiry);
    } catch (error) {
      if (
        hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY", "LOOP", "OUTSIDE_ROOT")
      ) return undefined;
      throw error;
    }
  }

  /** The positions at which a node is reached for the first time. */
  #fresh(
    { id }: Node,
    positions: readonly Position[],
  ): readonly Position[] {
    return positions.filter(({ alternative, matcher }) => {
      const number = this.#numberOf(alternative) + matcher;
      const sets = this.#visited[Math.floor(number / SETS)] ??= new IdSets();
      return sets.add(id, number % SETS);
    });
  }

  /** There is one position more than there are matchers: that of the end. */
  #numberOf(alternative: GlobAlternative): number {
    const known = this.#firsts.get(alternative);
    if (known !== undefined) return known;
    const first = this.#positionCount;
    this.#firsts.set(alternative, first);
    this.#positionCount += alternative.matchers.length + 1;
    return first;
  }
}

function matchOf({ at, positions }: Reached): Match | undefined {
  const { node } = at;
  const complete = positions.find((position) => isComplete(position, node));
  return complete && {
    at,
    node,
    path: at.path,
    captures: capturesOf(complete),
    get wildcards() {
      return wildcardsOf(complete);
    },
  };
}

/** The directory above, where a directory really lies. */
function aboveOf(real: NodePath, { root }: ResolveStart): NodePath {
  return real.depth <= root.depth ? real : real.above ?? real;
}

function tooDeep({ path }: NodePath): PondError {
  const shown = path.length <= 80 ? path : `${path.slice(0, 80)}…`;
  return new PondError(
    "LOOP",
    `Cannot visit ${shown}: it is more than ${MAX_DEPTH} directories deep, as if one of them contained itself`,
    { path },
  );
}

function tooManyWalks({ path }: NodePath): PondError {
  return new PondError(
    "LOOP",
    `Cannot visit ${path}: ${MAX_WALKS} walks are in it already, as if it started them to compute its own children`,
    {
      path,
      hint: "a computed directory hands its inquiry on to the walks it starts",
    },
  );
}
