/**
 * The lines of content that match a pattern.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import { isText } from "./display.ts";
import type { GrepCommand } from "./file_command.ts";

/** A line that was looked for. */
export interface FoundLine {
  /** Its number, from 1; `undefined` for content that is no text. */
  readonly number: number | undefined;
  /** The line without its break; empty for content that is no text. */
  readonly text: string;
}

/**
 * The regular expression of a pattern.
 *
 * @throws {PondError} `INVALID_ARGUMENT` for one that is none.
 */
export function regexOf(
  { fixed, ignoreCase, pattern }: GrepCommand,
): RegExp {
  const source = fixed
    ? pattern.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")
    : pattern;
  try {
    return new RegExp(source, ignoreCase ? "ui" : "u");
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new PondError("INVALID_ARGUMENT", cause.message, {
      cause,
      hint: "for a text that is no regular expression: pond grep -F",
    });
  }
}

/**
 * The lines of content that match, or with `invert` those that don't. Content
 * that is no text is taken as one for the search, and has at most one result.
 */
export async function* linesFound(
  content: AsyncIterable<Uint8Array>,
  regex: RegExp,
  invert: boolean,
): AsyncGenerator<FoundLine> {
  let number = 0;
  let isBinary: boolean | undefined;
  for await (const { text, chunk } of linesIn(content)) {
    isBinary ??= !isText(chunk);
    number++;
    if (regex.test(text) === invert) continue;
    if (!isBinary) yield { number, text };
    else {
      yield { number: undefined, text: "" };
      return;
    }
  }
}

/** Lines without their breaks, each with the chunk in which it ends. */
async function* linesIn(
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly text: string; readonly chunk: Uint8Array }> {
  const decoder = new TextDecoder();
  let rest = "";
  let last: Uint8Array = new Uint8Array();
  for await (const chunk of content) {
    last = chunk;
    const [first = "", ...lines] = decoder.decode(chunk, { stream: true })
      .split("\n");
    if (lines.length === 0) {
      rest += first;
      continue;
    }
    yield { text: rest + first, chunk };
    rest = lines.pop() ?? "";
    for (const text of lines) yield { text, chunk };
  }
  rest += decoder.decode();
  if (rest !== "") yield { text: rest, chunk: last };
}
