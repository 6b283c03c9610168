/**
 * Whether names and paths match patterns, and what the wildcards stand for.
 *
 * @module
 */
import { type Glob, type NameMatcher, pointOf, type Token } from "./glob.ts";

/**
 * Matches a path, without looking at a filesystem.
 *
 * @param glob The pattern.
 * @param path A path without "." and "..", absolute if the pattern is.
 * @returns What the wildcards stand for, or `undefined` when it doesn't match.
 */
export function matchGlob(
  glob: Glob,
  path: string,
): readonly string[] | undefined {
  if (path.startsWith("/") !== glob.absolute) return undefined;
  const names = path.split("/").filter((name) => name !== "");
  for (const { matchers } of glob.alternatives) {
    const captures = matchNames(matchers, names);
    if (captures !== undefined) return captures;
  }
  return undefined;
}

/**
 * Matches one name.
 *
 * @param tokens The parts of a wildcard's matcher.
 * @param name The name.
 * @returns What each wildcard stands for, or `undefined`. Takes time
 *   proportional to the product of both lengths at most.
 */
export function matchName(
  tokens: readonly Token[],
  name: string,
): readonly string[] | undefined {
  const characters = [...name];
  const starts = align(tokens, characters, {
    isAny: ({ kind }) => kind === "any characters",
    matches: matchesCharacter,
  });
  return starts &&
    tokens.flatMap(({ kind }, i) =>
      kind === "character"
        ? []
        : characters.slice(starts[i], starts[i + 1]).join("")
    );
}

function matchesCharacter(token: Token, character: string): boolean {
  switch (token.kind) {
    case "character":
      return token.character === character;
    case "any character":
      return true;
    case "class": {
      const point = pointOf(character);
      const within = token.ranges.some(([from, to]) =>
        pointOf(from) <= point && point <= pointOf(to)
      );
      return within !== token.negated;
    }
    case "any characters":
      return false;
    default:
      return token satisfies never;
  }
}

/** Matches all names of a path. */
function matchNames(
  matchers: readonly NameMatcher[],
  names: readonly string[],
): readonly string[] | undefined {
  const starts = align(matchers, names, {
    isAny: ({ kind }) => kind === "directories",
    matches: (matcher, name) =>
      matcher.kind !== "directories" && matchOne(matcher, name) !== undefined,
  });
  return starts && matchers.flatMap((matcher, i) => {
    const taken = names.slice(starts[i], starts[i + 1]);
    if (matcher.kind === "directories") return taken;
    return taken.flatMap((name) => matchOne(matcher, name) ?? []);
  });
}

/** Matches a name by any matcher but `**`. */
export function matchOne(
  matcher: Exclude<NameMatcher, { kind: "directories" }>,
  name: string,
): readonly string[] | undefined {
  if (matcher.kind === "wildcard") return matchName(matcher.tokens, name);
  return matcher.name === name ? [] : undefined;
}

/** What a token stands for: one item, or any number of them. */
interface TokenRules<Token, Item> {
  /** Whether it stands for any number of items. */
  isAny(token: Token): boolean;
  /** Whether another token stands for this item. */
  matches(token: Token, item: Item): boolean;
}

/**
 * Lays tokens over items so that each stands for as few as possible, the first
 * one first.
 *
 * @returns The item at which each token begins, and the end behind the last.
 */
function align<Token, Item>(
  tokens: readonly Token[],
  items: readonly Item[],
  { isAny, matches }: TokenRules<Token, Item>,
): number[] | undefined {
  const starts: number[] = [];
  let token = 0;
  let at = 0;
  let star: number | undefined;
  let starEnd = 0;
  while (token < tokens.length || at < items.length) {
    const current = tokens[token];
    const item = items[at];
    if (current !== undefined && isAny(current)) {
      starts[token] = starEnd = at;
      star = token++;
    } else if (
      current !== undefined && item !== undefined && matches(current, item)
    ) {
      starts[token++] = at++;
    } else {
      // The last star takes one item more. An earlier one never has to: what
      // follows it was found as early as it can be.
      if (star === undefined || starEnd >= items.length) return undefined;
      token = star + 1;
      at = ++starEnd;
    }
  }
  starts[token] = at;
  return starts;
}
