/**
 * The operations of a batch, as they are written.
 *
 * ```text
 * mkdir -p "/a b" 'c'      a command, in words as a shell has them
 * write /f "one\ntwo"      in double quotes, the escapes of JSON
 * {"op":"mkdir", …}        or an object a line, where the first line is one
 * # …                      skipped, as empty lines are
 * ```
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import { ConflictError, PondError } from "../errors.ts";

/** A line of a batch: the words of a command, or what has no command. */
export type BatchLine = {
  /** Its number, from 1. */
  readonly number: number;
} & BatchContent;

/** What a line says. */
export type BatchContent =
  | { readonly kind: "command"; readonly argv: readonly string[] }
  | {
    readonly kind: "write";
    readonly path: string;
    readonly content: string | Bytes;
  }
  | {
    readonly kind: "attr";
    readonly path: string;
    readonly set: ReadonlyMap<string, unknown>;
    readonly remove: readonly string[];
  };

/** What members the objects of a JSON line have, in the order of the words. */
const COMMANDS: Readonly<
  Record<
    string,
    { readonly texts: readonly string[]; readonly flags: readonly string[] }
  >
> = {
  mkdir: { texts: ["path"], flags: ["parents"] },
  touch: { texts: ["path"], flags: [] },
  rm: { texts: ["path"], flags: ["recursive", "force"] },
  ln: { texts: ["target", "link"], flags: [] },
  cp: { texts: ["from", "to"], flags: ["recursive"] },
  mv: { texts: ["from", "to"], flags: [] },
};

/**
 * Reads the lines of a batch.
 *
 * @param text All of it.
 * @param name Where it comes from, for the errors.
 * @throws {PondError} `INVALID_ARGUMENT`, which names the line.
 */
export function batchLines(text: string, name: string): BatchLine[] {
  const isJson = text.trimStart().startsWith("{");
  const lines: BatchLine[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const number = index + 1;
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    const content = inLine(
      name,
      number,
      () => isJson ? objectContent(trimmed) : wordsContent(wordsOf(line)),
    );
    lines.push({ number, ...content });
  }
  return lines;
}

/**
 * Does something with a line; its errors say which one.
 *
 * @param name Where the line comes from.
 * @param number Its number.
 */
export function inLine<T>(name: string, number: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw ofLine(error, name, number);
  }
}

/** An error of a line, that names it. */
export function ofLine(error: unknown, name: string, number: number): unknown {
  // Of a conflict, both sides are said; and it is a reason to begin anew.
  const isOther = !(error instanceof PondError) ||
    error instanceof ConflictError;
  if (isOther) return error;
  const { cause, code, hint, message, path, version } = error;
  return new PondError(code, `${name}, line ${number}: ${message}`, {
    ...(cause === undefined ? {} : { cause }),
    ...(hint === undefined ? {} : { hint }),
    ...(path === undefined ? {} : { path }),
    ...(version === undefined ? {} : { version }),
  });
}

function wordsContent(words: readonly string[]): BatchContent {
  const [verb, path, content, ...more] = words;
  if (verb !== "write") return { kind: "command", argv: words };
  if (path === undefined || content === undefined || more.length > 0) {
    throw invalid(
      `write takes a path and a text, not ${words.length - 1} words`,
      'write /path "text"',
    );
  }
  return { kind: "write", path, content };
}

/** Splits a line at its spaces, but for what is in quotes. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  const part =
    /\s+|'([^']*)'|("(?:[^"\\]|\\.)*")|\\(.)|([^\s'"\\]+)|(["'\\].*)/gsu;
  let word: string | undefined;
  for (const match of line.matchAll(part)) {
    const [, single, double, escaped, bare, open] = match;
    if (open !== undefined) throw invalid(`${open} has no end`);
    const text = single ?? escaped ?? bare ??
      (double === undefined ? undefined : jsonText(double));
    if (text !== undefined) word = (word ?? "") + text;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}

function jsonText(quoted: string): string {
  // A tab may stand for itself here, which it may not in JSON.
  return String(parseJson(quoted.replaceAll("\t", "\\t")));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(`${text} is no JSON`, undefined, cause);
  }
}

function objectContent(line: string): BatchContent {
  const value = recordOf(parseJson(line), "a line of JSON");
  const { op, ...members } = value;
  if (op === "write") return writeOf(members);
  if (op === "attr") return attrOf(members);
  const shape = typeof op === "string" && Object.hasOwn(COMMANDS, op)
    ? COMMANDS[op]
    : undefined;
  if (typeof op !== "string" || shape === undefined) {
    const known = [...Object.keys(COMMANDS), "write", "attr"].join(", ");
    throw invalid(`"op" is one of ${known}, not ${JSON.stringify(op)}`);
  }
  const { flags, texts } = shape;
  requireKnown(members, [...texts, ...flags]);
  const set = flags.filter((flag) => flagOf(members, flag));
  return {
    kind: "command",
    argv: [
      op,
      ...set.map((flag) => `--${flag}`),
      "--",
      ...texts.map((name) => textOf(members, name)),
    ],
  };
}

function writeOf(members: Readonly<Record<string, unknown>>): BatchContent {
  const member = "base64" in members ? "base64" : "text";
  requireKnown(members, ["path", member]);
  const text = textOf(members, member);
  const content = member === "text" ? text : bytesOf(text);
  return { kind: "write", path: textOf(members, "path"), content };
}

function bytesOf(base64: string): Bytes {
  try {
    return Uint8Array.from(atob(base64), (it) => it.charCodeAt(0));
  } catch (cause) {
    throw invalid('"base64" holds something else', undefined, cause);
  }
}

function attrOf(members: Readonly<Record<string, unknown>>): BatchContent {
  requireKnown(members, ["path", "set", "remove"]);
  const { remove = [], set = {} } = members;
  const isTexts = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every((it) => typeof it === "string");
  if (!isTexts(remove)) throw invalid('"remove" is a list of names');
  const pairs = Object.entries(recordOf(set, '"set"'));
  const path = textOf(members, "path");
  return { kind: "attr", path, set: new Map(pairs), remove };
}

function requireKnown(
  members: Readonly<Record<string, unknown>>,
  known: readonly string[],
): void {
  const other = Object.keys(members).find((name) => !known.includes(name));
  if (other === undefined) return;
  throw invalid(
    `"${other}" is no member here; there are ${known.join(", ")}`,
  );
}

function textOf(
  members: Readonly<Record<string, unknown>>,
  name: string,
): string {
  const value = members[name];
  if (typeof value === "string") return value;
  throw invalid(
    `"${name}" is a text, not ${JSON.stringify(value) ?? "left out"}`,
  );
}

function flagOf(
  members: Readonly<Record<string, unknown>>,
  name: string,
): boolean {
  const { [name]: value = false } = members;
  if (typeof value === "boolean") return value;
  throw invalid(`"${name}" is true or false, not ${JSON.stringify(value)}`);
}

function recordOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return { ...value };
  }
  throw invalid(`${what} is an object`);
}

function invalid(message: string, hint?: string, cause?: unknown): PondError {
  return new PondError("INVALID_ARGUMENT", `Cannot read it: ${message}`, {
    hint: hint ?? "pond help batch",
    ...(cause === undefined ? {} : { cause }),
  });
}
