/**
 * Braces in patterns: several patterns written as one.
 *
 * ```text
 * {a,b/c}  either
 * {1..3}   1, 2 or 3; {01..12} with leading zeros
 * ```
 *
 * @module
 */
import { PondError } from "../errors.ts";

/** A pattern may have so many alternatives. */
const MAX_ALTERNATIVES = 1024;
/** Braces within or behind each other; each is a call of a function. */
const MAX_DEPTH = 256;

/**
 * Writes a pattern with braces as patterns without.
 *
 * @param pattern The pattern.
 * @returns At least one, none of them twice.
 * @throws {PondError} `INVALID_ARGUMENT` when the braces don't fit together.
 */
export function expandBraces(pattern: string): string[] {
  return expandText(pattern, pattern, 0);
}

function expandText(text: string, pattern: string, depth: number): string[] {
  const group = firstGroup(text, pattern);
  if (group === undefined) return [text];
  if (depth >= MAX_DEPTH) {
    throw invalidPattern(pattern, `it has more than ${MAX_DEPTH} braces`);
  }
  const heads = distinct(
    group.choices.flatMap((choice) => expandText(choice, pattern, depth + 1)),
  );
  const tails = expandText(text.slice(group.end), pattern, depth + 1);
  if (heads.length * tails.length > MAX_ALTERNATIVES) {
    throw invalidPattern(
      pattern,
      `its braces stand for more than ${MAX_ALTERNATIVES} patterns`,
    );
  }
  const before = text.slice(0, group.start);
  return distinct(
    heads.flatMap((head) => tails.map((tail) => before + head + tail)),
  );
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

interface Group {
  readonly start: number;
  /** Behind the closing brace. */
  readonly end: number;
  readonly choices: readonly string[];
}

/** The first braces of a text. */
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
      throw invalidPattern(
        pattern,
        `the braces in ${text.slice(start, end)} give no choice`,
      );
    } else if (text[start] === "}") {
      throw invalidPattern(pattern, "a } is not opened");
    }
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
  throw invalidPattern(pattern, "a { is not closed");
}

/** `1..3` as its numbers. */
function rangeOf(text: string, pattern: string): string[] | undefined {
  const match = /^(\d{1,9})\.\.(\d{1,9})$/.exec(text);
  if (!match) return undefined;
  const [, from = "", to = ""] = match;
  const [low, high] = [Number(from), Number(to)];
  if (low > high || high - low >= MAX_ALTERNATIVES) {
    throw invalidPattern(
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

/**
 * The error about a pattern that is none.
 *
 * @param pattern The pattern as it was written.
 * @param problem What is wrong with it.
 */
export function invalidPattern(pattern: string, problem: string): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot use the pattern ${JSON.stringify(pattern)}: ${problem}`,
    { path: pattern, hint: "a \\ makes the character after it literal" },
  );
}
