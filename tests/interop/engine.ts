/**
 * Another engine in a process of its own, which starts once and does what it is
 * told (`engine.py`).
 *
 * @module
 */
import { PROJECT_ROOT } from "../support/deno_process.ts";
import { type LineAnswer, LineProcess } from "../support/line_process.ts";
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
    | "checkpoint"
    | "select"
    | "copy"
    | "sql"
    | "changes";
  readonly table: string;
  readonly version?: number | null;
  readonly part_id?: string;
  readonly timestamp?: number;
  /** Which rows, in SQL. */
  readonly where?: string;
}

/** What an engine reads. */
export interface Answer {
  readonly version: number;
  readonly rows: readonly Row[];
}

/** A running engine. */
export class Engine implements AsyncDisposable {
  readonly #process: LineProcess;

  private constructor(process: LineProcess) {
    this.#process = process;
  }

  /** Starts an engine, and waits until it is ready. */
  static async start(name: "spark" | "deltalake"): Promise<Engine> {
    const python = Deno.env.get("POND_PYTHON") ?? "python3";
    return new Engine(await LineProcess.start(python, [SCRIPT, name]));
  }

  /** Reads a table. */
  async read(table: string, version: number | null = null): Promise<Answer> {
    const answer = await this.tell({ do: "read", table, version });
    return answer as unknown as Answer;
  }

  /** Does something, and fails with what the engine says when it can't. */
  async tell(command: Command): Promise<LineAnswer> {
    return await this.#process.tell({ ...command });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}
