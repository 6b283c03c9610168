/**
 * Output: the one way to standard output and standard error.
 *
 * Text is collected and written in pieces of 32 KiB. When the reader of a pipe
 * has gone, the next write throws {@linkcode ClosedPipeError}, so that a
 * command stops producing at once; `main()` ends it quietly, with exit code 0.
 *
 * @module
 */
import { encodeUtf8 } from "../bytes.ts";
import type { TerminalOutput } from "../host/mod.ts";

const FLUSH_LENGTH = 32 * 1024;

/** The reader of the output has gone. No failure. */
export class ClosedPipeError extends Error {
  override readonly name: string = "ClosedPipeError";
}

/** What is told apart by its colour, never by that alone. */
const COLORS = {
  added: "32",
  directory: "1;34",
  error: "31",
  match: "1;31",
  range: "36",
  removed: "31",
  revision: "33",
  symlink: "36",
  title: "1",
} as const;

/** Something that has a colour. */
export type Label = keyof typeof COLORS;

/** As what the name of a node is shown. */
export function labelOf(fileType: string): Label | undefined {
  return fileType === "directory" || fileType === "symlink"
    ? fileType
    : undefined;
}

/** What {@linkcode Output} needs to know beside its stream. */
export interface OutputOptions {
  /** Whether colours are wanted here. */
  readonly color: boolean;
  /** Columns of a terminal that is only pretended, by `POND_FORCE_TTY`. */
  readonly forcedColumns?: number | undefined;
}

/** An output stream of the program. */
export class Output {
  /** Whether a person reads it. */
  readonly isTerminal: boolean;
  /** Its width in columns. */
  readonly columns: number;
  /** Whether colours are wanted here. */
  readonly color: boolean;
  readonly #stream: TerminalOutput;
  #collected = "";

  /**
   * @param stream Where everything goes.
   * @param options Colours and width.
   */
  constructor(stream: TerminalOutput, options: OutputOptions) {
    this.#stream = stream;
    this.color = options.color;
    this.isTerminal = stream.isTerminal || options.forcedColumns !== undefined;
    this.columns = options.forcedColumns ?? stream.columns;
  }

  /** Text in the colour of its kind, where colours are wanted. */
  paint(label: Label | undefined, text: string): string {
    if (!this.color || label === undefined || text === "") return text;
    return `\x1b[${COLORS[label]}m${text}\x1b[0m`;
  }

  /** Writes text; it may wait for more, or for {@linkcode Output.flush}. */
  async text(text: string): Promise<void> {
    this.#collected += text;
    if (this.#collected.length >= FLUSH_LENGTH) await this.flush();
  }

  /** Writes a line. */
  async line(text: string): Promise<void> {
    await this.text(`${text}\n`);
  }

  /** Writes bytes as they are. */
  async bytes(bytes: Uint8Array): Promise<void> {
    await this.flush();
    await this.#write(bytes);
  }

  /** Writes what was collected. */
  async flush(): Promise<void> {
    if (this.#collected === "") return;
    const text = this.#collected;
    this.#collected = "";
    await this.#write(encodeUtf8(text));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (!await this.#stream.write(bytes)) {
      throw new ClosedPipeError("Cannot write: the pipe is closed");
    }
  }
}

// C0, DEL, C1, and the marks that turn the direction of text.
const UNPRINTABLE =
  // deno-lint-ignore no-control-regex
  /[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Makes text harmless for a terminal: each control character is shown as an
 * escape sequence such as `\x1b`, which does nothing.
 *
 * @param text The text, of unknown origin.
 * @param kept Control characters that stay, such as `"\n\t"`.
 */
export function printable(text: string, kept: string = ""): string {
  return text.replace(UNPRINTABLE, (character) => {
    if (kept.includes(character)) return character;
    const code = character.charCodeAt(0);
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
