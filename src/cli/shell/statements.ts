/**
 * Where statements end: at a semicolon that is no part of a text, a name or a
 * comment.
 *
 * @module
 */

/** What is never looked into, and what ends a statement. */
const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/|(\$\w*\$)[\s\S]*?\1|(;)/g;

/** The beginning of a text, a name or a comment that has no end yet. */
const OPEN = /'|"|\/\*|\$\w*\$/;

/** Statements that were typed so far. */
export interface Typed {
  /** The whole ones, without their semicolons. */
  readonly statements: readonly string[];
  /** The beginning of the next one; empty when there is none. */
  readonly rest: string;
}

/** Divides what was typed. */
export function splitStatements(text: string): Typed {
  const statements: string[] = [];
  let start = 0;
  for (const { 2: end, index } of text.matchAll(TOKEN)) {
    if (end === undefined) continue;
    const statement = text.slice(start, index);
    // A quote that isn't closed before the semicolon takes it in.
    if (hasOpenQuote(statement)) continue;
    if (!isBlank(statement)) statements.push(statement.trim());
    start = index + 1;
  }
  const rest = text.slice(start);
  return { statements, rest: isBlank(rest) ? "" : rest };
}

/**
 * The text behind a quote that isn't closed: a path that is being typed.
 *
 * @returns `undefined` outside of quotes.
 */
export function openText(text: string): string | undefined {
  const rest = text.replaceAll(TOKEN, (token) => token === ";" ? ";" : " ");
  const quote = rest.indexOf("'");
  return quote < 0 ? undefined : rest.slice(quote + 1);
}

/** The texts in single quotes, closed ones. */
export function textsIn(text: string): string[] {
  return [...text.matchAll(TOKEN)]
    .map(([token]) => token)
    .filter((token) => token.startsWith("'"))
    .map((token) => token.slice(1, -1).replaceAll("''", "'"));
}

function hasOpenQuote(text: string): boolean {
  return OPEN.test(text.replaceAll(TOKEN, " "));
}

function isBlank(text: string): boolean {
  return text.replace(/--[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\//g, "").trim() === "";
}
