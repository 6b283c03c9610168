/**
 * Values as text.
 *
 * @module
 */
import stringWidth from "fast-string-width";
import { encodeUtf8 } from "../../bytes.ts";
import { type QueryValue, Timestamp } from "../../tinylogfs/mod.ts";

/** What is written for NULL where it must be seen. */
export const NULL_TEXT = "NULL";

/**
 * A value as text for programs: RFC 3339 times, numbers with all their digits,
 * bytes in base64, lists and structs as JSON. NULL is empty.
 */
export function plainText(value: QueryValue): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (Object.is(value, -0)) return "-0";
  if (typeof value !== "object") return String(value);
  if (value instanceof Uint8Array) return toBase64(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Timestamp) return value.toString();
  return jsonText(value);
}

/**
 * A value as JSON, without loss: integers with all their digits, bytes in
 * base64, numbers that JSON doesn't have as text.
 */
export function jsonText(value: QueryValue): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") {
    // Without its point, readers take -0 for an integer, which has no sign.
    if (Object.is(value, -0)) return "-0.0";
    return JSON.stringify(Number.isFinite(value) ? value : String(value));
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (value instanceof Uint8Array) return JSON.stringify(toBase64(value));
  if (value instanceof Date || value instanceof Timestamp) {
    return JSON.stringify(plainText(value));
  }
  if (isList(value)) return `[${value.map(jsonText).join(",")}]`;
  const members = Object.entries(value).map(([name, item]) =>
    `${JSON.stringify(name)}:${jsonText(item)}`
  );
  return `{${members.join(",")}}`;
}

// C0, DEL, C1, and the marks that turn the direction of text.
const UNPRINTABLE =
  // deno-lint-ignore no-control-regex
  /[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text that does nothing to a terminal: control characters are shown.
 *
 * @param text The text, of unknown origin.
 * @param kept Control characters that stay, such as `"\n\t"`.
 */
export function visible(text: string, kept: string = ""): string {
  return text.replace(UNPRINTABLE, (character) => {
    if (kept.includes(character)) return character;
    if (character === "\n") return "↵";
    if (character === "\t") return "⇥";
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${hex(code, 2)}` : unicodeEscape(character);
  });
}

/** The beginning of a text that is wider than a number of columns. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += stringWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** JSON in which only escape sequences, to JSON the same, stand for them. */
export function visibleJson(json: string): string {
  return json.replace(
    UNPRINTABLE,
    (character) => character === "\n" ? character : unicodeEscape(character),
  );
}

/** Lines of text as bytes; on a terminal, control characters are shown. */
export function encodeLines(text: string, isTerminal: boolean): Uint8Array {
  return encodeUtf8(isTerminal ? visible(text, "\n\t") : text);
}

function unicodeEscape(character: string): string {
  return `\\u${hex(character.charCodeAt(0), 4)}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}

function isList(value: QueryValue): value is readonly QueryValue[] {
  return Array.isArray(value);
}

/** In pieces: `String.fromCharCode` takes its arguments on the stack. */
function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 8192) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return btoa(binary);
}
