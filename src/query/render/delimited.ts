/**
 * CSV and TSV.
 *
 * ```text
 * CSV   RFC 4180: values with a comma, a quote or a line break are quoted;
 *       NULL is empty, an empty text or blob is ""
 * TSV   no quotes: tab, line break and backslash are written \t, \n, \r, \\;
 *       NULL is empty
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc4180}
 * @module
 */
import type { QueryValue } from "../../tinylogfs/mod.ts";
import { type Renderer, rowsOf } from "./options.ts";
import { encodeLines, plainText } from "./text.ts";

const FLUSH_LENGTH = 32 * 1024;

/** Writes comma-separated values. */
export const renderCsv: Renderer = delimited(",", csvValue);

/** Writes tab-separated values. */
export const renderTsv: Renderer = delimited("\t", tsvValue);

function delimited(
  separator: string,
  format: (value: QueryValue) => string,
): Renderer {
  return async function* (columns, batches, { header, isTerminal }) {
    const line = (values: readonly QueryValue[]) =>
      `${values.map(format).join(separator)}\n`;
    let text = header ? line(columns.map(({ name }) => name)) : "";
    for await (const row of rowsOf(batches)) {
      text += line(row);
      if (text.length < FLUSH_LENGTH) continue;
      yield encodeLines(text, isTerminal);
      text = "";
    }
    if (text !== "") yield encodeLines(text, isTerminal);
  };
}

function csvValue(value: QueryValue): string {
  const text = plainText(value);
  if (text === "" && value !== null) return '""';
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
  "\\": "\\\\",
};

function tsvValue(value: QueryValue): string {
  return plainText(value).replace(/[\t\n\r\\]/g, (c) => ESCAPES[c] ?? c);
}
