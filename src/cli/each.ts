/**
 * Doing the same with many paths: what fails is told, the rest is done.
 *
 * @module
 */
import { hasCode } from "../errors.ts";
import type { TinyLogFS } from "../tinylogfs/mod.ts";
import type { Context } from "./context.ts";
import { ExitCode } from "./exit_codes.ts";
import { ClosedPipeError } from "./output.ts";
import { withSuggestion } from "./session.ts";

/** Counts what was done and what failed. */
export class Tally {
  readonly #context: Context;
  readonly #fs: TinyLogFS;
  #done = 0;
  readonly #failures: ExitCode[] = [];

  /**
   * @param context Where failures are told.
   * @param fs Where suggestions for missing paths come from.
   */
  constructor(context: Context, fs: TinyLogFS) {
    this.#context = context;
    this.#fs = fs;
  }

  /**
   * Does one thing; its failure is told, and is no exception.
   *
   * @returns Whether it was done.
   */
  async attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      this.#done++;
      return true;
    } catch (error) {
      await this.failed(error);
      return false;
    }
  }

  /** Counts a failure and tells it. What ends the command is thrown again. */
  async failed(error: unknown): Promise<void> {
    const ends = error instanceof ClosedPipeError || hasCode(error, "ABORTED");
    if (ends || this.#context.signal.aborted) throw error;
    await this.#context.out.flush();
    const { reportError } = await import("./report_error.ts");
    const told = await withSuggestion(this.#fs, error);
    this.#failures.push(await reportError(told, this.#context));
  }

  /** The exit code for all of it; damage is the worst that can be found. */
  get exitCode(): ExitCode {
    const [first] = this.#failures;
    if (first === undefined) return ExitCode.done;
    if (this.#failures.includes(ExitCode.integrity)) return ExitCode.integrity;
    return this.#done > 0 ? ExitCode.partly : first;
  }
}
