/**
 * A directory that a program lists entry by entry.
 *
 * @module
 */
import { NodeFsError } from "./errors.ts";
import type { NodeDir, NodeDirent } from "./results.ts";

/** The entries that a directory had when it was opened. */
export class PondDir implements NodeDir {
  readonly path: string;
  readonly #entries: Iterator<NodeDirent>;
  #isClosed = false;

  /**
   * @param path The path it was opened by.
   * @param entries What is in it.
   */
  constructor(path: string, entries: readonly NodeDirent[]) {
    this.path = path;
    this.#entries = entries[Symbol.iterator]();
  }

  // deno-lint-ignore require-await -- a failure is a rejection
  async read(): Promise<NodeDirent | null> {
    this.#requireOpen("read");
    const { done, value } = this.#entries.next();
    return done ? null : value;
  }

  // deno-lint-ignore require-await -- a failure is a rejection
  async close(): Promise<void> {
    this.#requireOpen("close");
    this.#isClosed = true;
  }

  /** To the end, and closes it there or where the loop is left. */
  async *[Symbol.asyncIterator](): AsyncGenerator<NodeDirent, void> {
    try {
      for (
        let entry = await this.read();
        entry !== null;
        entry = await this.read()
      ) yield entry;
    } finally {
      await this[Symbol.asyncDispose]();
    }
  }

  // deno-lint-ignore require-await -- it is one of a kind
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
  }

  #requireOpen(syscall: string): void {
    if (!this.#isClosed) return;
    throw new NodeFsError("EBADF", { syscall }, {
      nodeCode: "ERR_DIR_CLOSED",
      problem: "Directory handle was closed",
    });
  }
}
