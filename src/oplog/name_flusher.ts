/**
 * Flushes the names in directories, so that a flush after a failed one counts.
 *
 * A kernel that fails to write a directory takes what it has given up for
 * written: asked again, it says that all is well, and has done nothing. Only
 * what is changed is written. So a directory whose flush has failed is changed
 * before the next one.
 *
 * @see {@link https://wiki.postgresql.org/wiki/Fsync_Errors}
 * @module
 */
import type { Host } from "../host/host.ts";

/** Flushes directories, and remembers where that failed. */
export class NameFlusher {
  readonly #host: Pick<Host, "files" | "random">;
  readonly #failed = new Set<string>();

  /**
   * Remembers nothing yet.
   *
   * @param host Where the directories are.
   */
  constructor(host: Pick<Host, "files" | "random">) {
    this.#host = host;
  }

  /**
   * Flushes the names in a directory to the disk.
   *
   * @throws {PondError} `IO` and others, when they may not be there.
   */
  async flush(directory: string): Promise<void> {
    const { files } = this.#host;
    if (this.#failed.has(directory)) await this.#change(directory);
    this.#failed.add(directory);
    await files.syncDirectory(directory);
    this.#failed.delete(directory);
  }

  async #change(directory: string): Promise<void> {
    const { files, random } = this.#host;
    const temporary = `${directory}/.flush.${random.uuidHex()}.tmp`;
    await (await files.create(temporary)).close();
    await files.remove(temporary);
  }
}
