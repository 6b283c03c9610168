/**
 * YAML documents as plain values that know where they come from.
 *
 * YAML 1.2 with the core schema: no tags of anybody's own, and aliases only as
 * often as a person would write them.
 *
 * @module
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  stringify,
} from "yaml";
import type { ValuePath } from "./json_schema.ts";
import { type Problem, shownLines } from "./problem.ts";

/** The longest text that is read. */
const MAX_LENGTH = 4 * 1024 * 1024;

/** How often aliases may be followed: more is a bomb. */
const MAX_ALIASES = 100;

/** A document of a text. */
export interface YamlDocument {
  /** What it holds: maps, lists, texts, numbers, booleans, null. */
  readonly value: unknown;
  /**
   * What is wrong with a part of it, with its place.
   *
   * @param isKey Whether the name of the member is meant, not its value.
   */
  problemAt(path: ValuePath, message: string, isKey?: boolean): Problem;
}

/** What a text holds. */
export interface YamlText {
  /** The documents that are whole; empty ones are left out. */
  readonly documents: readonly YamlDocument[];
  /** What is no YAML. */
  readonly problems: readonly Problem[];
}

/**
 * Reads the documents of a text.
 *
 * @param text The content.
 * @param file What it is called in problems.
 */
export function parseYaml(text: string, file: string): YamlText {
  const lines = text.length > MAX_LENGTH ? [] : shownLines(text);
  const problems: Problem[] = [];
  const problem = (line: number, column: number, message: string): Problem => ({
    file,
    line,
    column,
    message,
    source: lines[line - 1] ?? "",
  });
  if (text.length > MAX_LENGTH) {
    problems.push(problem(1, 1, "it is longer than 4 MiB"));
    return { documents: [], problems };
  }
  const counter = new LineCounter();
  const parsed = parseAllDocuments(text, {
    lineCounter: counter,
    prettyErrors: false,
    schema: "core",
  });
  const at = (offset: number, message: string, isKey = false): Problem => {
    const { col, line } = counter.linePos(offset);
    const found = problem(line, col, message);
    return isKey ? { ...found, source: keyOnly(found) } : found;
  };
  const documents: YamlDocument[] = [];
  // Without a document there is an object that only holds errors.
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const wrong = [...document.errors, ...document.warnings];
    for (const { message, pos: [offset] } of wrong) {
      // What comes after a colon may be a piece of the text.
      const said = message.split(":")[0] ?? message;
      problems.push(at(offset, `it is no YAML: ${said}`));
    }
    if (wrong.length > 0) continue;
    const { contents } = document;
    if (contents === null || (isScalar(contents) && contents.value === null)) {
      continue;
    }
    const offsetOf = (path: ValuePath, isKey: boolean) =>
      offsetIn(document, path, isKey);
    try {
      const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
      documents.push({
        value,
        problemAt: (path, message, isKey = false) =>
          at(offsetOf(path, isKey), message, isKey),
      });
    } catch (error) {
      if (!(error instanceof ReferenceError)) throw error;
      problems.push(at(offsetOf([], false), "it has too many aliases"));
    }
  }
  return { documents, problems };
}

/** Writes a value as a document: its fields in their order, no comments. */
export function formatYaml(value: unknown): string {
  return stringify(value, {
    schema: "core",
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
}

/** Of the line of a field that nobody knows, what is before its value. */
function keyOnly({ column, source }: Problem): string {
  const colon = source.indexOf(":", column - 1);
  return colon < 0
    ? source.slice(0, column) + "…"
    : source.slice(0, colon + 1) +
      " …";
}

/** Where a value is, or the nearest thing that is around it. */
function offsetIn(
  document: Document.Parsed,
  path: ValuePath,
  isKey: boolean,
): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [i, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) =>
        String(isScalar(key) ? key.value : key) === String(step)
      );
      if (pair === undefined) return offset;
      const isLast = i === path.length - 1;
      offset = startOf(pair.key) ?? offset;
      if (isLast && isKey) return offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === "number") {
      node = node.items[step];
    } else return offset;
    offset = startOf(node) ?? offset;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as Partial<Node> | null | undefined)?.range?.[0];
}
