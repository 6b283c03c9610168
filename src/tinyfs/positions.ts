/**
 * How far a pattern has come on the way to a node.
 *
 * A walk carries a list of positions, as a regular expression's machine carries
 * its states: at most one for each matcher of each alternative, however many
 * ways led there. So no pattern takes more time than the product of its length
 * and the nodes. The first position in the list is the one whose wildcards
 * stand for the least.
 *
 * @module
 */
import type { GlobAlternative } from "./glob.ts";
import { matchOne } from "./glob_match.ts";
import type { Node } from "./types.ts";

/** How far an alternative has come. */
export interface Position {
  readonly alternative: GlobAlternative;
  /** The matchers before this one have matched. */
  readonly matcher: number;
  readonly captures: Captures | undefined;
  /** Whether `**` stands for the last name. */
  readonly underStars: boolean;
}

/** What wildcards stand for, the last one first: long lists share a part. */
export interface Captures {
  readonly text: string;
  /** Which matcher of the alternative has captured it. */
  readonly matcher: number;
  readonly before: Captures | undefined;
}

/** The positions before the first name. */
export function startOf(alternatives: readonly GlobAlternative[]): Position[] {
  return expanded(alternatives.map((alternative) => ({
    alternative,
    matcher: 0,
    captures: undefined,
    underStars: false,
  })));
}

/**
 * The positions after a name; `node` is what has it. Below a file nothing goes
 * on: of its positions only those at the end count.
 */
export function advanced(
  positions: readonly Position[],
  name: string,
  node: Node,
): Position[] {
  const next: Position[] = [];
  for (const position of positions) {
    const after = positionAfter(position, name);
    if (after !== undefined && canGoOn(after, node)) next.push(after);
  }
  if (next.length === 0) return next;
  const all = expanded(next);
  return node.type === "file" ? all.filter(isAtEnd) : all;
}

/** What the wildcards of a position stand for, in the pattern's order. */
export function capturesOf({ captures }: Position): string[] {
  const texts: string[] = [];
  for (let at = captures; at !== undefined; at = at.before) texts.push(at.text);
  return texts.reverse();
}

/**
 * What the wildcards of a position stand for, one text for each of them: the
 * directories of a `**` are one, with slashes between.
 */
export function wildcardsOf({ alternative, captures }: Position): string[] {
  const byMatcher = alternative.matchers.map((): string[] => []);
  for (let at = captures; at !== undefined; at = at.before) {
    byMatcher[at.matcher]?.push(at.text);
  }
  return alternative.matchers.flatMap(({ kind }, i) => {
    const texts = byMatcher[i]?.reverse() ?? [];
    return kind === "directories" ? [texts.join("/")] : texts;
  });
}

/** Whether a node at this position matches the whole pattern. */
export function isComplete(position: Position, node: Node): boolean {
  return isAtEnd(position) &&
    (!position.alternative.directory || node.type === "directory");
}

/** Whether no more names can follow. */
export function isAtEnd({ alternative, matcher }: Position): boolean {
  return matcher >= alternative.matchers.length;
}

/** The names that all positions wait for, in order, unless one waits for any. */
export function literalNames(
  positions: readonly Position[],
): readonly string[] | undefined {
  const names = new Set<string>();
  for (const { alternative, matcher } of positions) {
    const next = alternative.matchers[matcher];
    if (next?.kind !== "literal") return undefined;
    names.add(next.name);
  }
  return [...names].sort();
}

function positionAfter(
  { alternative, matcher, captures }: Position,
  name: string,
): Position | undefined {
  const next = alternative.matchers[matcher];
  if (next === undefined) return undefined;
  if (next.kind === "directories") {
    const longer = { text: name, matcher, before: captures };
    return { alternative, matcher, captures: longer, underStars: true };
  }
  const own = matchOne(next, name);
  if (own === undefined) return undefined;
  let longer = captures;
  for (const text of own) longer = { text, matcher, before: longer };
  return {
    alternative,
    matcher: matcher + 1,
    captures: longer,
    underStars: false,
  };
}

/** Only a directory, or a symlink that is followed, has more below it. */
function canGoOn(position: Position, node: Node): boolean {
  const ends = node.type === "file" ||
    (node.type === "symlink" && position.underStars);
  if (!ends) return true;
  const { alternative: { matchers }, matcher } = position;
  for (let i = matcher; i < matchers.length; i++) {
    if (matchers[i]?.kind !== "directories") return false;
  }
  return true;
}

/** `**` may stand for no directory at all: the positions behind it, too. */
function expanded(positions: readonly Position[]): Position[] {
  const [only] = positions;
  // One position has only itself to be the same as.
  if (only !== undefined && positions.length === 1) return expandedOne(only);
  const known = new Map<GlobAlternative, Set<number>>();
  const all: Position[] = [];
  const add = (position: Position) => {
    const { alternative, matcher } = position;
    // The shortest first, so that `**` stands for as little as possible.
    if (alternative.matchers[matcher]?.kind === "directories") {
      add({ ...position, matcher: matcher + 1 });
    }
    let matchers = known.get(alternative);
    if (matchers === undefined) known.set(alternative, matchers = new Set());
    if (matchers.has(matcher)) return;
    matchers.add(matcher);
    all.push(position);
  };
  positions.forEach(add);
  return all;
}

/** `**` comes once in a row: the position behind it is the last one. */
function expandedOne(position: Position): Position[] {
  const { alternative, matcher } = position;
  return alternative.matchers[matcher]?.kind === "directories"
    ? [{ ...position, matcher: matcher + 1 }, position]
    : [position];
}
