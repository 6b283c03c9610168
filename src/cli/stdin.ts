/**
 * Standard input, as content and as text.
 *
 * @module
 */
import { type Bytes, chunksOf, collectBytes, tryDecodeUtf8 } from "../bytes.ts";
import { PondError } from "../errors.ts";
import type { Context } from "./context.ts";

/**
 * The bytes of standard input; an ended command stops waiting for them.
 *
 * @throws {PondError} `INVALID_ARGUMENT` when it is a person's terminal.
 */
export function standardInput(context: Context): AsyncIterable<Uint8Array> {
  const { terminal } = context.host;
  if (terminal.stdinIsTerminal) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot read standard input: it is a terminal",
      { hint: "send something to it: … | pond …" },
    );
  }
  return chunksOf(terminal.stdin(), context.signal);
}

/** A text of a statement's size from a host file, or from `-`. */
export async function textFrom(
  context: Context,
  name: string,
  source: AsyncIterable<Uint8Array> | Bytes,
): Promise<string> {
  const text = tryDecodeUtf8(await collectBytes(source, MAX_TEXT_BYTES));
  if (text !== undefined) return text.replace(/^\ufeff/, "");
  context.signal.throwIfAborted();
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot read ${name}: it is no UTF-8 text`,
    {
      path: name,
    },
  );
}

const MAX_TEXT_BYTES = 16 * 1024 * 1024;
