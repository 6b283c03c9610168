/**
 * A program that is told one thing a line, as JSON, and answers in one line.
 *
 * An answer's line begins with `@@`: libraries write to the output what they
 * like. The first line, an empty answer, says that it is ready.
 *
 * @module
 */

/** What the program says. */
export type LineAnswer = Readonly<Record<string, unknown>>;

/** A running program. */
export class LineProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #answers: ReadableStreamDefaultReader<string>;
  #text = "";

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#input = process.stdin.getWriter();
    this.#answers = process.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
  }

  /** Starts a program, and waits until it is ready. */
  static async start(
    program: string,
    args: readonly string[],
  ): Promise<LineProcess> {
    const process = new LineProcess(
      new Deno.Command(program, {
        args: [...args],
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn(),
    );
    await process.#answer();
    return process;
  }

  /** Tells it something, and fails with what it says when it can't. */
  async tell(command: LineAnswer): Promise<LineAnswer> {
    const line = `${JSON.stringify(command)}\n`;
    await this.#input.write(new TextEncoder().encode(line));
    const answer = await this.#answer();
    if ("error" in answer) {
      throw new TypeError(`${JSON.stringify(command)}: ${answer.error}`);
    }
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    await this.#answers.cancel();
    await this.#process.status;
  }

  async #answer(): Promise<Record<string, unknown>> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        if (line.startsWith("@@")) return JSON.parse(line.slice(2));
        continue;
      }
      const { done, value } = await this.#answers.read();
      if (done) throw new TypeError("the program has ended");
      this.#text += value;
    }
  }
}
