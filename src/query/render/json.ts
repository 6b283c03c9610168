/**
 * JSON: an array of objects, or an object a line.
 *
 * @module
 */
import { encodeUtf8 } from "../../bytes.ts";
import type { QueryColumn, QueryValue } from "../../tinylogfs/mod.ts";
import { type Renderer, rowsOf } from "./options.ts";
import { jsonText, visibleJson } from "./text.ts";

const FLUSH_LENGTH = 32 * 1024;

/** Writes one array, an object a line. */
export const renderJson: Renderer = async function* (
  columns,
  batches,
  { isTerminal },
) {
  const members = membersOf(columns);
  let text = "[";
  let separator = "\n";
  for await (const row of rowsOf(batches)) {
    text += separator + objectText(members, row);
    separator = ",\n";
    if (text.length < FLUSH_LENGTH) continue;
    yield encodeJson(text, isTerminal);
    text = "";
  }
  text += separator === "\n" ? "]\n" : "\n]\n";
  yield encodeJson(text, isTerminal);
};

/** Writes an object a line. */
export const renderNdjson: Renderer = async function* (
  columns,
  batches,
  { isTerminal },
) {
  const members = membersOf(columns);
  let text = "";
  for await (const row of rowsOf(batches)) {
    text += `${objectText(members, row)}\n`;
    if (text.length < FLUSH_LENGTH) continue;
    yield encodeJson(text, isTerminal);
    text = "";
  }
  if (text !== "") yield encodeJson(text, isTerminal);
};

function encodeJson(text: string, isTerminal: boolean): Uint8Array {
  return encodeUtf8(isTerminal ? visibleJson(text) : text);
}

/** A column's name in JSON, and whether its text is a number in JSON. */
interface Member {
  readonly name: string;
  readonly isDecimal: boolean;
}

function membersOf(columns: readonly QueryColumn[]): Member[] {
  return columns.map(({ name, type }) => ({
    name: JSON.stringify(name),
    isDecimal: type.startsWith("DECIMAL"),
  }));
}

function objectText(
  members: readonly Member[],
  row: readonly QueryValue[],
): string {
  const texts = members.map(({ name, isDecimal }, i) => {
    const value = row[i] ?? null;
    // The digits of a decimal are exact as they are; a parsed one is not.
    const text = isDecimal && typeof value === "string"
      ? value
      : jsonText(value);
    return `${name}:${text}`;
  });
  return `{${texts.join(",")}}`;
}
