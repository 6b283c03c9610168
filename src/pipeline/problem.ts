/**
 * What is wrong with a text, where, and how the line looks.
 *
 * ```text
 * noyo.yaml:7:5: unknown field "secert" in spec: did you mean secret?
 *   7 |     secert: …
 *     |     ^
 * ```
 *
 * A line can have a secret in it that should not be there: so of fields with
 * such names, and of fields that nobody knows, only the name is shown.
 *
 * @module
 */
import { PondError } from "../errors.ts";

/** Something that is wrong. */
export interface Problem {
  /** The file, as it was named. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** What is wrong. */
  readonly message: string;
  /** The line, without what nobody shall see. */
  readonly source: string;
}

/** Names that fields with secrets have, in any of the ways to write one. */
const SECRET_FIELD =
  /(^|[\s{,"'-])(key|secret|secert|password|passwd|token|credential\w*|\w*[_-](?:key|secret|token|password)|(?:api|access|client|private|secret)\w*(?:key|secret|token|id))(["']?\s*:)(.*)$/i;

/** The lines of a text, as they may be shown. */
export function shownLines(text: string): readonly string[] {
  let hiddenBelow: number | undefined;
  return text.split(/\r\n|\r|\n/).map((line) => {
    const indent = line.length - line.trimStart().length;
    // The value goes on, in a block or a folded text.
    if (hiddenBelow !== undefined && line.trim() !== "") {
      if (indent > hiddenBelow) return "…";
      hiddenBelow = undefined;
    }
    const found = SECRET_FIELD.exec(line);
    if (found === null) return line;
    const [, before = "", name = "", colon = "", value = ""] = found;
    hiddenBelow = indent;
    const start = line.slice(0, found.index);
    const rest = isReference(value) ? value : " …";
    return `${start}${before}${name}${colon}${rest}`;
  });
}

/** What only says where a secret is may be seen. */
function isReference(value: string): boolean {
  return /^\s*(["']?)(\$\{env:\w+\}|file:\/[^\s"',}]*|\{\{\s*\w+\s*\}\})\1\s*$/
    .test(value);
}

/** A problem as people read it. */
export function problemText(problem: Problem): string {
  const { column, file, line, message, source } = problem;
  const number = String(line);
  const shown = source.replaceAll("\t", " ");
  const caret = " ".repeat(Math.min(column - 1, shown.length)) + "^";
  return [
    `${file}:${line}:${column}: ${message}`,
    `  ${number} | ${shown}`,
    `  ${" ".repeat(number.length)} | ${caret}`,
  ].join("\n");
}

/** The error that tells all problems at once, in the order of their places. */
export function problemsError(
  action: string,
  problems: readonly Problem[],
): PondError {
  const count = problems.length === 1
    ? "1 problem"
    : `${problems.length} problems`;
  return new PondError(
    "INVALID_ARGUMENT",
    [`${action}: ${count}`, ...problems.map(problemText)].join("\n"),
    { hint: "nothing was changed; the fields of each kind: docs/pipelines.md" },
  );
}
