/**
 * Patterns that stand for paths, with captures.
 *
 * ```text
 * *        any characters of a name, or none; captures them
 * ?        one character; captures it
 * [a-z]    one character of these, [!a-z] one of the others; captures it
 * **       as a whole name: any directories, or none; captures each of them
 * {a,b}    either; may hold wildcards, slashes and further braces
 * {1..3}   1, 2 or 3; {01..12} with leading zeros
 * \x       the character x itself
 * ```
 *
 * Where a pattern can match a path in several ways, every wildcard stands for
 * as little as possible, the first one first. A leading dot is a character like
 * any other, and characters are Unicode's code points.
 *
 * A pattern with braces is several patterns, its *alternatives*. Each is a list
 * of matchers, one a name, so that a walk can follow it from directory to
 * directory.
 *
 * @module
 */
import { PondError } from "../errors.ts";

/** A pattern may have so many alternatives. */
const MAX_ALTERNATIVES = 1024;

/** What matches one name of a path, or with `**` any number of them. */
export type NameMatcher =
  | { readonly kind: "literal"; readonly name: string }
  | { readonly kind: "wildcard"; readonly tokens: readonly Token[] }
  | { readonly kind: "directories" };

/** A part of a name in a pattern. */
export type Token =
  | { readonly kind: "character"; readonly character: string }
  | { readonly kind: "any characters" }
  | { readonly kind: "any character" }
  | {
    readonly kind: "class";
    readonly negated: boolean;
    readonly ranges: readonly (readonly [from: string, to: string])[];
  };

/** One of the patterns that a pattern with braces is. */
export interface GlobAlternative {
  /** One a name. */
  readonly matchers: readonly NameMatcher[];
  /** Whether only directories match: the pattern ends in a slash. */
  readonly directory: boolean;
}

/** A pattern, taken apart. */
export interface Glob {
  /** The pattern as it was written. */
  readonly pattern: string;
  /** Whether it starts at the root. */
  readonly absolute: boolean;
  /** At least one. */
  readonly alternatives: readonly GlobAlternative[];
}

/**
 * Takes a pattern apart.
 *
 * @param pattern The pattern, as the head of this module describes it.
 * @throws {PondError} `INVALID_ARGUMENT` when it is none.
 */
export function parseGlob(pattern: string): Glob {
  if (pattern === "") throw invalid(pattern, "it is empty");
  const texts = expandBraces(pattern);
  const absolute = pattern.startsWith("/");
  if (texts.some((text) => text.startsWith("/") !== absolute)) {
    throw invalid(pattern, "some of its alternatives start at the root");
  }
  return {
    pattern,
    absolute,
    alternatives: texts.map((text) => parseAlternative(text, pattern)),
  };
}

/** Whether a path needs no walk: no character in it has a meaning. */
export function isLiteral(pattern: string): boolean {
  return !/[*?[\]{}\\]/.test(pattern);
}

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
  /** Where the match of each token begins. */
  const starts: number[] = [];
  let token = 0;
  let at = 0;
  let star: number | undefined;
  let starEnd = 0;
  while (token < tokens.length || at < characters.length) {
    const current = tokens[token];
    const character = characters[at];
    if (current?.kind === "any characters") {
      starts[token] = starEnd = at;
      star = token++;
    } else if (current && character && matchesCharacter(current, character)) {
      starts[token++] = at++;
    } else {
      // The last `*` takes one character more. An earlier one never has to:
      // what follows it was found as early as it can be.
      if (star === undefined || starEnd >= characters.length) return undefined;
      token = star + 1;
      at = ++starEnd;
    }
  }
  starts[token] = at;
  return captured(tokens, characters, starts);
}

function captured(
  tokens: readonly Token[],
  characters: readonly string[],
  starts: readonly number[],
): string[] {
  const captures: string[] = [];
  tokens.forEach(({ kind }, i) => {
    if (kind === "character") return;
    captures.push(characters.slice(starts[i], starts[i + 1]).join(""));
  });
  return captures;
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

function pointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

/** Matches names by trying what `**` stands for, the shortest first. */
function matchNames(
  matchers: readonly NameMatcher[],
  names: readonly string[],
): readonly string[] | undefined {
  // What failed once fails again: without this, `**` costs exponential time.
  const failed = new Set<number>();
  const match = (
    matcher: number,
    name: number,
  ): readonly string[] | undefined => {
    const key = matcher * (names.length + 1) + name;
    if (failed.has(key)) return undefined;
    const found = tryMatch(matcher, name);
    if (found === undefined) failed.add(key);
    return found;
  };
  const tryMatch = (
    matcher: number,
    name: number,
  ): readonly string[] | undefined => {
    const current = matchers[matcher];
    if (current === undefined) return name === names.length ? [] : undefined;
    const text = names[name];
    if (current.kind === "directories") {
      const none = match(matcher + 1, name);
      if (none !== undefined || text === undefined) return none;
      const rest = match(matcher, name + 1);
      return rest && [text, ...rest];
    }
    const own = text === undefined ? undefined : matchOne(current, text);
    const rest = own && match(matcher + 1, name + 1);
    return rest && [...(own ?? []), ...rest];
  };
  return match(0, 0);
}

/** Matches a name by any matcher but `**`. */
export function matchOne(
  matcher: Exclude<NameMatcher, { kind: "directories" }>,
  name: string,
): readonly string[] | undefined {
  if (matcher.kind === "wildcard") return matchName(matcher.tokens, name);
  return matcher.name === name ? [] : undefined;
}

// === From text ===

function parseAlternative(text: string, pattern: string): GlobAlternative {
  const matchers: NameMatcher[] = [];
  for (const part of text.split("/")) {
    if (part === "" || part === ".") continue;
    // `**` twice says what it says once.
    if (part === "**") {
      if (matchers.at(-1)?.kind !== "directories") {
        matchers.push({ kind: "directories" });
      }
      continue;
    }
    const matcher = parseName(part, pattern);
    if (part === ".." && matchers.some(({ kind }) => kind !== "literal")) {
      throw invalid(pattern, '".." stands after a wildcard');
    }
    matchers.push(matcher);
  }
  return { matchers, directory: text.endsWith("/") };
}

function parseName(part: string, pattern: string): NameMatcher {
  const tokens = tokensOf(part, pattern);
  let name = "";
  for (const token of tokens) {
    if (token.kind !== "character") return { kind: "wildcard", tokens };
    name += token.character;
  }
  return { kind: "literal", name };
}

function tokensOf(part: string, pattern: string): Token[] {
  const characters = [...part];
  const tokens: Token[] = [];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] ?? "";
    if (character === "*") {
      // Stars in a row say what one says.
      if (tokens.at(-1)?.kind !== "any characters") {
        tokens.push({ kind: "any characters" });
      }
    } else if (character === "?") tokens.push({ kind: "any character" });
    else if (character === "[") {
      const { token, end } = classAt(characters, i, pattern);
      tokens.push(token);
      i = end;
    } else if (character === "\\") {
      const escaped = characters[++i];
      if (escaped === undefined) throw invalid(pattern, "it ends in a \\");
      tokens.push({ kind: "character", character: escaped });
    } else tokens.push({ kind: "character", character });
  }
  return tokens;
}

/** Reads a class; `]` as its first character is one of them. */
function classAt(
  characters: readonly string[],
  start: number,
  pattern: string,
): { token: Token; end: number } {
  let at = start + 1;
  const negated = characters[at] === "!" || characters[at] === "^";
  if (negated) at++;
  const ranges: [string, string][] = [];
  const read = (): string => {
    if (characters[at] === "\\") at++;
    const character = characters[at++];
    if (character === undefined) throw invalid(pattern, "a [ is not closed");
    return character;
  };
  while (characters[at] !== "]" || ranges.length === 0) {
    if (characters[at] === "[" && characters[at + 1] === ":") {
      throw invalid(pattern, "named classes such as [:alpha:] are not known");
    }
    const from = read();
    const isRange = characters[at] === "-" && characters[at + 1] !== "]" &&
      characters[at + 1] !== undefined;
    if (!isRange) {
      ranges.push([from, from]);
      continue;
    }
    at++;
    const to = read();
    if (pointOf(from) > pointOf(to)) {
      throw invalid(pattern, `the range ${from}-${to} is empty`);
    }
    ranges.push([from, to]);
  }
  return { token: { kind: "class", negated, ranges }, end: at };
}

// === Braces ===

/** Writes a pattern with braces as patterns without. */
function expandBraces(pattern: string): string[] {
  const expanded = expandText(pattern, pattern);
  return [...new Set(expanded)];
}

function expandText(text: string, pattern: string): string[] {
  const group = firstGroup(text, pattern);
  if (group === undefined) return [text];
  const heads = group.choices.flatMap((choice) => expandText(choice, pattern));
  const tails = expandText(text.slice(group.end), pattern);
  if (heads.length * tails.length > MAX_ALTERNATIVES) {
    throw invalid(
      pattern,
      `its braces stand for more than ${MAX_ALTERNATIVES} patterns`,
    );
  }
  const before = text.slice(0, group.start);
  return heads.flatMap((head) => tails.map((tail) => before + head + tail));
}

interface Group {
  readonly start: number;
  /** Behind the closing brace. */
  readonly end: number;
  readonly choices: readonly string[];
}

/** The first braces with a choice in them; others stand for themselves. */
function firstGroup(text: string, pattern: string): Group | undefined {
  for (let start = 0; start < text.length; start++) {
    if (text[start] === "\\") start++;
    else if (text[start] === "[") start = endOfClass(text, start);
    else if (text[start] === "{") {
      const { choices, end } = choicesAt(text, start, pattern);
      const range = choices.length === 1
        ? rangeOf(choices[0] ?? "", pattern)
        : choices;
      if (range !== undefined) return { start, end, choices: range };
      throw invalid(
        pattern,
        `the braces in ${text.slice(start, end)} give no choice`,
      );
    } else if (text[start] === "}") throw invalid(pattern, "a } is not opened");
  }
  return undefined;
}

/** A class hides braces; one that isn't closed is found out later. */
function endOfClass(text: string, start: number): number {
  let at = start + 1;
  if (text[at] === "!" || text[at] === "^") at++;
  // As the first character, "]" is one of the class.
  for (let first = true; at < text.length; at++, first = false) {
    if (text[at] === "\\") at++;
    else if (text[at] === "]" && !first) return at;
  }
  return start;
}

function choicesAt(
  text: string,
  start: number,
  pattern: string,
): { choices: string[]; end: number } {
  const choices: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === "\\") at++;
    else if (character === "[") at = endOfClass(text, at);
    else if (character === "{") depth++;
    else if (character === "," && depth === 1) {
      choices.push(text.slice(from, at));
      from = at + 1;
    } else if (character === "}" && --depth === 0) {
      choices.push(text.slice(from, at));
      return { choices, end: at + 1 };
    }
  }
  throw invalid(pattern, "a { is not closed");
}

/** `1..3` as its numbers. */
function rangeOf(text: string, pattern: string): string[] | undefined {
  const match = /^(\d{1,9})\.\.(\d{1,9})$/.exec(text);
  if (!match) return undefined;
  const [, from = "", to = ""] = match;
  const [low, high] = [Number(from), Number(to)];
  if (low > high || high - low >= MAX_ALTERNATIVES) {
    throw invalid(
      pattern,
      `{${text}} stands for no number, or more than ${MAX_ALTERNATIVES}`,
    );
  }
  const padded = [from, to].some((n) => n.length > 1 && n.startsWith("0"));
  const width = padded ? Math.max(from.length, to.length) : 0;
  return Array.from(
    { length: high - low + 1 },
    (_, i) => String(low + i).padStart(width, "0"),
  );
}

function invalid(pattern: string, problem: string): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot use the pattern ${JSON.stringify(pattern)}: ${problem}`,
    { path: pattern, hint: "a \\ makes the character after it literal" },
  );
}
