/**
 * Questions to the person at the terminal.
 *
 * @module
 */
import { chunksOf } from "../bytes.ts";
import { PondError } from "../errors.ts";
import type { Context } from "./context.ts";
import { printable } from "./output.ts";

/** Asks; what is typed is read a line an answer. */
export class Questions {
  readonly #context: Context;
  readonly #input: AsyncIterator<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #typed = "";

  /**
   * @param context Whose terminal it is.
   * @throws {PondError} `INVALID_ARGUMENT` where nobody can be asked.
   */
  constructor(context: Context) {
    const { terminal } = context.host;
    if (!terminal.stdinIsTerminal) {
      throw new PondError(
        "INVALID_ARGUMENT",
        "Cannot ask: standard input is no terminal",
        { hint: "see what would be done with --dry-run" },
      );
    }
    this.#context = context;
    this.#input = chunksOf(terminal.stdin(), context.signal)
      [Symbol.asyncIterator]();
  }

  /** Asks whether to do something; anything but a yes is a no. */
  async ask(question: string): Promise<boolean> {
    const answer = await this.line(`${printable(question)} [y/N] `);
    return /^y(es)?$/i.test((answer ?? "").trim());
  }

  /** Asks for a line; `undefined` at the end of the input (Ctrl-D). */
  async line(prompt: string): Promise<string | undefined> {
    const { err, out } = this.#context;
    await out.flush();
    await err.text(prompt);
    await err.flush();
    return await this.#next();
  }

  async #next(): Promise<string | undefined> {
    for (;;) {
      const end = this.#typed.indexOf("\n");
      if (end >= 0) {
        const line = this.#typed.slice(0, end);
        this.#typed = this.#typed.slice(end + 1);
        return line;
      }
      const next = await this.#input.next();
      if (next.done) return this.#typed === "" ? undefined : this.#typed;
      this.#typed += this.#decoder.decode(next.value, { stream: true });
    }
  }
}
