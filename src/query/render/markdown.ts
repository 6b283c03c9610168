/**
 * A table of Markdown.
 *
 * @module
 */
import { encodeUtf8 } from "../../bytes.ts";
import type { QueryValue } from "../../tinylogfs/mod.ts";
import { isNumeric } from "../sql_type.ts";
import { type Renderer, rowsOf } from "./options.ts";
import { plainText } from "./text.ts";

/** Writes a table, numbers to the right. */
export const renderMarkdown: Renderer = async function* (columns, batches) {
  const line = (texts: readonly string[]) => `| ${texts.join(" | ")} |\n`;
  const names = columns.map(({ name }) => escaped(name));
  const rules = columns.map(({ type }) => isNumeric(type) ? "--:" : "---");
  yield encodeUtf8(line(names) + line(rules));
  for await (const row of rowsOf(batches)) {
    yield encodeUtf8(line(row.map(cellText)));
  }
};

function cellText(value: QueryValue): string {
  return escaped(plainText(value));
}

function escaped(text: string): string {
  return text.replace(/[|\\]/g, "\\$&").replace(/\r?\n/g, "<br>");
}
