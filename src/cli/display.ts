/**
 * Content of files on a terminal: text made harmless, anything else as a hex
 * dump.
 *
 * @module
 */
import { printable } from "./output.ts";

/** What is looked at to tell text from other content. */
const PROBE_BYTES = 8 * 1024;
const BYTES_PER_LINE = 16;

/**
 * Shows content on a terminal. It is text when its first 8 KiB are UTF-8
 * without NUL.
 *
 * @param content The content of a file.
 * @returns Pieces of text that end with a line break.
 */
export async function* displayed(
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<string> {
  const chunks = content[Symbol.asyncIterator]();
  let first = new Uint8Array();
  let ended = false;
  while (first.length < PROBE_BYTES && !ended) {
    const next = await chunks.next();
    ended = next.done === true;
    if (!next.done) first = joined(first, next.value);
  }
  if (first.length === 0) return;
  const rest = { [Symbol.asyncIterator]: () => chunks };
  yield* isText(first.subarray(0, PROBE_BYTES))
    ? asText(prefixed(first, rest))
    : asHexDump(prefixed(first, rest));
}

/** Whether bytes are the beginning of a text. */
export function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  try {
    // A character may be cut at the end: with `stream` that is no mistake.
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

async function* asText(
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let last = "";
  const show = (text: string) => {
    last = text.at(-1) ?? last;
    return printable(text, "\n\t").replaceAll("\\x0d\n", "\n");
  };
  for await (const chunk of content) {
    yield show(decoder.decode(chunk, { stream: true }));
  }
  yield show(decoder.decode());
  // The prompt of the shell shall stand on its own line.
  if (last !== "\n") yield "\n";
}

async function* asHexDump(
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<string> {
  let offset = 0;
  let rest = new Uint8Array();
  for await (const chunk of content) {
    const bytes = joined(rest, chunk);
    const whole = bytes.length - bytes.length % BYTES_PER_LINE;
    yield hexLines(bytes.subarray(0, whole), offset);
    offset += whole;
    rest = bytes.slice(whole);
  }
  yield hexLines(rest, offset);
}

function hexLines(bytes: Uint8Array, offset: number): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += BYTES_PER_LINE) {
    const line = bytes.subarray(start, start + BYTES_PER_LINE);
    const hex = Array.from(line, (byte) => byte.toString(16).padStart(2, "0"));
    const characters = Array.from(
      line,
      (byte) => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".",
    );
    const position = (offset + start).toString(16).padStart(8, "0");
    text += `${position}: ${hex.join(" ").padEnd(3 * BYTES_PER_LINE)} ${
      characters.join("")
    }\n`;
  }
  return text;
}

async function* prefixed(
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
