/**
 * The name of a pond in the directories above its table.
 *
 * Whoever makes a pond may be stopped after `pond.json` has its name and before
 * that name is flushed. What others commit into this pond would be lost with
 * it. So a process flushes the pond's name before its first commit.
 *
 * @module
 */
import { hasCode } from "../errors.ts";
import type { Host } from "../host/host.ts";
import { NameFlusher } from "../oplog/name_flusher.ts";

/** Makes sure that a pond's name is on the disk. */
export class PondName {
  readonly #path: string;
  readonly #parent: string;
  readonly #names: NameFlusher;
  #isFlushed = false;

  /**
   * @param host The platform.
   * @param path The pond's directory.
   */
  constructor(host: Host, path: string) {
    this.#path = path;
    this.#parent = path.slice(0, path.lastIndexOf("/")) || "/";
    this.#names = new NameFlusher(host);
  }

  /** Flushes the names, once in a process. */
  async flush(): Promise<void> {
    if (this.#isFlushed) return;
    await this.#names.flush(this.#path);
    try {
      await this.#names.flush(this.#parent);
    } catch (error) {
      // Who may use a pond needn't be allowed to read the directory around it.
      if (!hasCode(error, "PERMISSION_DENIED")) throw error;
    }
    this.#isFlushed = true;
  }
}
