/**
 * Where lines begin in the content of files, and the titles above files.
 *
 * @module
 */
import type { TinyLogFS } from "../tinylogfs/mod.ts";
import type { Context } from "./context.ts";
import { printable } from "./output.ts";

const NEWLINE = 10;
const BLOCK_BYTES = 64 * 1024;

/**
 * Where the line after so many others begins, in bytes.
 *
 * @returns The size of the file when it has no more lines.
 */
export async function offsetAfterLines(
  fs: TinyLogFS,
  path: string,
  lines: number,
  signal: AbortSignal,
): Promise<number> {
  let left = lines;
  let offset = 0;
  if (left === 0) return 0;
  for await (const chunk of await fs.streamFile(path, { signal })) {
    for (let at = chunk.indexOf(NEWLINE); at >= 0;) {
      if (--left === 0) return offset + at + 1;
      at = chunk.indexOf(NEWLINE, at + 1);
    }
    offset += chunk.length;
  }
  return offset;
}

/** Where the last lines begin, in bytes; read from the end. */
export async function offsetOfLastLines(
  fs: TinyLogFS,
  path: string,
  sizeBytes: number,
  lines: number,
  signal: AbortSignal,
): Promise<number> {
  if (lines === 0) return sizeBytes;
  let left = lines;
  for (let end = sizeBytes; end > 0; end -= BLOCK_BYTES) {
    const offset = Math.max(0, end - BLOCK_BYTES);
    const length = end - offset;
    const block = await fs.readFile(path, { offset, length, signal });
    // The break at the end of the file ends its last line.
    let at = offset + length === sizeBytes ? length - 2 : length - 1;
    for (; at >= 0; at--) {
      at = block.lastIndexOf(NEWLINE, at);
      if (at < 0) break;
      if (--left === 0) return offset + at + 1;
    }
  }
  return 0;
}

/** Titles of several files; one file has none, and neither has `--quiet`. */
export class Titles {
  readonly #context: Context;
  #last: string | undefined;

  /** @param context Where titles are written. */
  constructor(context: Context) {
    this.#context = context;
  }

  /** Writes the title of a file, if another one was written before. */
  async write(title: string): Promise<void> {
    if (this.#last === title || this.#context.globals.quiet) return;
    const gap = this.#last === undefined ? "" : "\n";
    this.#last = title;
    await this.#context.out.line(`${gap}==> ${printable(title)} <==`);
  }
}
