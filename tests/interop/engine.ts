/**
 * Another engine in a process of its own, which starts once and does what it is
 * told (`engine.py`).
 *
 * @module
 */
import { PROJECT_ROOT } from "../support/deno_process.ts";
import type { Row } from "./rows.ts";

const SCRIPT = `${PROJECT_ROOT}/tests/interop/engine.py`;

/** What an engine does to a table. */
export interface Command {
  readonly do:
    | "read"
    | "append"
    | "insert"
    | "delete"
    | "optimize"
    | "checkpoint";
  readonly table: string;
  readonly version?: number | null;
  readonly part_id?: string;
  readonly timestamp?: number;
}

/** What an engine reads. */
export interface Answer {
  readonly version: number;
  readonly rows: readonly Row[];
}

/** A running engine. */
export class Engine implements AsyncDisposable {
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

  /** Starts an engine, and waits until it is ready. */
  static async start(name: "spark" | "deltalake"): Promise<Engine> {
    const engine = new Engine(
      new Deno.Command(Deno.env.get("POND_PYTHON") ?? "python3", {
        args: [SCRIPT, name],
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn(),
    );
    await engine.#answer();
    return engine;
  }

  /** Reads a table. */
  async read(table: string, version: number | null = null): Promise<Answer> {
    const answer = await this.tell({ do: "read", table, version });
    return answer as unknown as Answer;
  }

  /** Does something, and fails with what the engine says when it can't. */
  async tell(command: Command): Promise<Readonly<Record<string, unknown>>> {
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
      if (done) throw new TypeError("the engine has ended");
      this.#text += value;
    }
  }
}
