/**
 * Walks a tree along a pattern.
 *
 * At each directory the walk knows how far every alternative of the pattern
 * has come: its *positions*. It looks a literal name up, and lists a directory
 * only for a wildcard, so that no directory is visited that can't match.
 *
 * Each node is visited once for a position. That ends a walk into a directory
 * that contains itself, and gives a node that has several names one visit.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import { type GlobAlternative, matchOne, parseGlob } from "./glob.ts";
import type { NodePath } from "./node_path.ts";
import { resolvePath, type ResolveStart } from "./resolve.ts";
import type { Node } from "./types.ts";

/** Directories deeper than this contain themselves, by another identity. */
const MAX_DEPTH = 1000;

/** A node that matches a pattern. */
export interface Match {
  /** The node; a symlink at the end of a path isn't followed. */
  readonly node: Node;
  /** Its path, with the symlinks on the way as they were named. */
  readonly path: string;
  /** What each wildcard stands for, and each directory under `**`. */
  readonly captures: readonly string[];
  /** The node at its path. */
  readonly at: NodePath;
}

/** Options of a walk. */
export interface VisitOptions {
  /** Ends the walk with its reason. */
  readonly signal?: AbortSignal;
}

/** How far an alternative has come. */
interface Position {
  readonly alternative: GlobAlternative;
  /** The matchers before this one have matched. */
  readonly matcher: number;
  readonly captures: readonly string[];
  /** Whether `**` stands for the last name. */
  readonly underStars: boolean;
}

/** A node, and the positions at which the walk reached it. */
interface Reached {
  readonly at: NodePath;
  readonly positions: readonly Position[];
}

/**
 * Finds the nodes that match a pattern, in the order of the walk: a directory
 * before what is in it, names in order. Symlinks to directories are followed
 * where the pattern has a name or a wildcard for them, and not by `**`.
 *
 * @param pattern See {@linkcode parseGlob}.
 * @param start Where relative patterns start.
 * @throws {PondError} `INVALID_ARGUMENT` when the pattern is none, `LOOP` for
 *   a computed directory without end.
 */
export async function* visit(
  pattern: string,
  start: ResolveStart,
  options: VisitOptions = {},
): AsyncGenerator<Match> {
  const glob = parseGlob(pattern);
  const root = glob.absolute ? start.root : start.directory;
  const walk = new PatternWalk(start, options.signal);
  yield* walk.from({
    at: root,
    positions: glob.alternatives.map((alternative) => ({
      alternative,
      matcher: 0,
      captures: [],
      underStars: false,
    })),
  });
}

class PatternWalk {
  readonly #start: ResolveStart;
  readonly #signal: AbortSignal | undefined;
  /** Identities of the nodes that were visited, for each position. */
  readonly #visited = new Map<GlobAlternative, Set<string>[]>();

  constructor(start: ResolveStart, signal: AbortSignal | undefined) {
    this.#start = start;
    this.#signal = signal;
  }

  /** Depth first, with a stack of its own: the depth costs nothing. */
  async *from(first: Reached): AsyncGenerator<Match> {
    const stack: AsyncIterator<Reached>[] = [only(first)];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      this.#signal?.throwIfAborted();
      const next = await top.next();
      if (next.done) {
        stack.pop();
        continue;
      }
      const { at } = next.value;
      const positions = this.#fresh(at.node, expanded(next.value.positions));
      const complete = positions.find((position) => isComplete(position, at));
      if (complete) {
        const { captures } = complete;
        yield { at, node: at.node, path: at.path, captures };
      }
      const open = positions.filter((position) => !isAtEnd(position));
      if (open.length > 0) stack.push(this.#below({ at, positions: open }));
      if (stack.length > MAX_DEPTH) throw tooDeep(at);
    }
  }

  /** The children at which a position goes on. */
  async *#below(reached: Reached): AsyncGenerator<Reached> {
    const directory = await this.#entered(reached);
    if (directory === undefined) return;
    const { at, positions } = directory;
    const node = at.asDirectory();
    const names = literalNames(positions);
    if (names !== undefined) {
      for (const name of names) {
        const child = name === ".." ? undefined : await node.get(name);
        const next = advanced(positions, name, child);
        if (name === "..") yield { at: this.#above(at), positions: next };
        if (child) yield { at: at.child(name, child), positions: next };
      }
      return;
    }
    for await (const { name, node: child } of node.entries()) {
      const next = advanced(positions, name, child);
      if (next.length > 0) yield { at: at.child(name, child), positions: next };
    }
  }

  /** The directory to go on in: a symlink's, for what isn't under `**`. */
  async #entered({ at, positions }: Reached): Promise<Reached | undefined> {
    const { node } = at;
    if (node.type === "directory") return { at, positions };
    if (node.type !== "symlink") return undefined;
    const through = positions.filter(({ underStars }) => !underStars);
    if (through.length === 0) return undefined;
    const target = await this.#target(at, await node.target());
    if (target?.node.type !== "directory" || at.above === undefined) {
      return undefined;
    }
    const fresh = this.#fresh(target.node, through);
    return { at: at.above.child(at.name, target.node), positions: fresh };
  }

  /** What a symlink leads to; one that leads nowhere has nothing below it. */
  async #target(at: NodePath, target: string): Promise<NodePath | undefined> {
    try {
      return await resolvePath(target, {
        ...this.#start,
        root: this.#start.filesystem,
        directory: at.above ?? this.#start.filesystem,
      });
    } catch (error) {
      if (hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY", "LOOP")) {
        return undefined;
      }
      throw error;
    }
  }

  #above(at: NodePath): NodePath {
    return at.depth <= this.#start.root.depth ? at : at.above ?? at;
  }

  /** The positions at which a node is reached for the first time. */
  #fresh(node: Node, positions: readonly Position[]): Position[] {
    return positions.filter(({ alternative, matcher }) => {
      let sets = this.#visited.get(alternative);
      if (sets === undefined) this.#visited.set(alternative, sets = []);
      const visited = sets[matcher] ??= new Set();
      return visited.size !== visited.add(node.id).size;
    });
  }
}

async function* only(reached: Reached): AsyncGenerator<Reached> {
  yield await Promise.resolve(reached);
}

/** `**` may stand for no directory at all: the positions behind it, too. */
function expanded(positions: readonly Position[]): Position[] {
  const all: Position[] = [];
  const add = (position: Position) => {
    const { alternative, matcher } = position;
    // The shortest first, so that `**` stands for as little as possible.
    if (alternative.matchers[matcher]?.kind === "directories") {
      add({ ...position, matcher: matcher + 1 });
    }
    const known = all.some((other) =>
      other.alternative === alternative && other.matcher === matcher
    );
    if (!known) all.push(position);
  };
  positions.forEach(add);
  return all;
}

function isAtEnd({ alternative, matcher }: Position): boolean {
  return matcher >= alternative.matchers.length;
}

function isComplete(position: Position, { node }: NodePath): boolean {
  return isAtEnd(position) &&
    (!position.alternative.directory || node.type === "directory");
}

/** The names that all positions wait for, unless one waits for any. */
function literalNames(
  positions: readonly Position[],
): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const { alternative, matcher } of positions) {
    const next = alternative.matchers[matcher];
    if (next?.kind !== "literal") return undefined;
    names.add(next.name);
  }
  return names;
}

/** The positions after a name; `node` is what has it, where it is known. */
function advanced(
  positions: readonly Position[],
  name: string,
  node: Node | undefined,
): Position[] {
  return positions
    .flatMap((position) => positionAfter(position, name) ?? [])
    .filter((position) => {
      // Only a directory, or a symlink that is followed, has more below it.
      const ends = node?.type === "file" ||
        (node?.type === "symlink" && position.underStars);
      return !ends || isAllStars(position);
    });
}

function positionAfter(
  { alternative, matcher, captures }: Position,
  name: string,
): Position | undefined {
  const next = alternative.matchers[matcher];
  if (next === undefined) return undefined;
  if (next.kind === "directories") {
    const longer = [...captures, name];
    return { alternative, matcher, captures: longer, underStars: true };
  }
  const own = matchOne(next, name);
  return own && {
    alternative,
    matcher: matcher + 1,
    captures: own.length === 0 ? captures : [...captures, ...own],
    underStars: false,
  };
}

/** Whether nothing more has to match. */
function isAllStars({ alternative, matcher }: Position): boolean {
  return alternative.matchers.slice(matcher).every(({ kind }) =>
    kind === "directories"
  );
}

function tooDeep({ path }: NodePath): PondError {
  return new PondError(
    "LOOP",
    `Cannot visit ${path}: it is deeper than ${MAX_DEPTH} directories, so one of them contains itself`,
    { path },
  );
}
