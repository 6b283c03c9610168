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
import { expandBraces, invalidPattern } from "./braces.ts";

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
  /** Whether only directories match: it ends in a slash, `.` or `..`. */
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
  if (pattern === "") throw invalidPattern(pattern, "it is empty");
  const texts = expandBraces(pattern);
  const absolute = texts.some((text) => text.startsWith("/"));
  if (texts.some((text) => text.startsWith("/") !== absolute)) {
    throw invalidPattern(pattern, "some of its alternatives start at the root");
  }
  return {
    pattern,
    absolute,
    alternatives: texts.map((text) => parseAlternative(text, pattern)),
  };
}

const DIRECTORIES: NameMatcher = { kind: "directories" };

function parseAlternative(text: string, pattern: string): GlobAlternative {
  if (text === "") {
    throw invalidPattern(pattern, "one of its alternatives is empty");
  }
  const matchers: NameMatcher[] = [];
  let directory = false;
  for (const part of text.split("/")) {
    const matcher = part === "**" ? DIRECTORIES : parseName(part, pattern);
    const name = matcher.kind === "literal" ? matcher.name : undefined;
    directory = name === "" || name === "." || name === "..";
    if (name === "" || name === ".") continue;
    if (name === ".." && matchers.some(({ kind }) => kind !== "literal")) {
      throw invalidPattern(pattern, '".." stands after a wildcard');
    }
    // `**` twice says what it says once.
    const again = matcher === DIRECTORIES && matchers.at(-1) === DIRECTORIES;
    if (!again) matchers.push(matcher);
  }
  return { matchers, directory };
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
      if (escaped === undefined) {
        throw invalidPattern(pattern, "it ends in a \\");
      }
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
    if (character === undefined) {
      throw invalidPattern(pattern, "a [ is not closed");
    }
    return character;
  };
  while (characters[at] !== "]" || ranges.length === 0) {
    if (characters[at] === "[" && characters[at + 1] === ":") {
      throw invalidPattern(
        pattern,
        "named classes such as [:alpha:] are not known",
      );
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
      throw invalidPattern(pattern, `the range ${from}-${to} is empty`);
    }
    ranges.push([from, to]);
  }
  return { token: { kind: "class", negated, ranges }, end: at };
}

/** A character as the number by which classes order it. */
export function pointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
