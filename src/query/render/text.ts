/**
 * Values as text.
 *
 * @module
 */
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
  if (typeof value !== "object") return String(value);
  if (value instanceof Uint8Array) return toBase64(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Timestamp) return value.toString();
  return JSON.stringify(jsonValue(value));
}

/**
 * A value as `JSON.stringify` takes it without loss: integers beyond 2^53 as
 * text, bytes in base64, numbers that JSON doesn't have as text.
 */
export function jsonValue(value: QueryValue): unknown {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (typeof value === "number") {
    return Number.isFinite(value) ? value : String(value);
  }
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return toBase64(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Timestamp) return value.toString();
  if (isList(value)) return value.map(jsonValue);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, jsonValue(item)]),
  );
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
