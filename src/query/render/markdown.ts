/**
 * A table of Markdown.
 *
 * @module
 */
import type { QueryValue } from "../../tinylogfs/mod.ts";
import { isNumeric } from "../sql_type.ts";
import { type Renderer, rowsOf } from "./options.ts";
import { encodeLines, plainText } from "./text.ts";

/** Writes a table, numbers to the right. */
export const renderMarkdown: Renderer = async function* (
  columns,
  batches,
  { isTerminal },
) {
  const line = (texts: readonly string[]) => `| ${texts.join(" | ")} |\n`;
  const names = columns.map(({ name }) => escaped(name));
  const rules = columns.map(({ type }) => isNumeric(type) ? "--:" : "---");
  yield encodeLines(line(names) + line(rules), isTerminal);
  for await (const row of rowsOf(batches)) {
    yield encodeLines(line(row.map(cellText)), isTerminal);
  }
};

function cellText(value: QueryValue): string {
  return escaped(plainText(value));
}

function escaped(text: string): string {
  return text.replace(/[|\\]/g, "\\$&").replace(/\r\n|[\r\n]/g, "<br>");
}
