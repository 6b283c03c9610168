/**
 * The files in a mirrored directory that say what both sides had at the last sync.
 *
 * @module
 */
import { bestEffort, PondError } from "../errors.ts";
import type { Host } from "../host/mod.ts";
import { STATE_DIRECTORY } from "./names.ts";
import { decodeState, encodeState, type MirrorState } from "./state_file.ts";

/** Keeps the state of one directory. */
export class MirrorStore {
  readonly #host: Pick<Host, "files" | "random">;
  readonly #root: string;
  readonly #directory: string;

  /**
   * @param host The platform.
   * @param root The mirrored directory, absolute.
   */
  constructor(host: Pick<Host, "files" | "random">, root: string) {
    this.#host = host;
    this.#root = root;
    this.#directory = `${root === "/" ? "" : root}/${STATE_DIRECTORY}`;
  }

  /**
   * Reads the state; `undefined` where there is none.
   *
   * @throws {PondError} `INTEGRITY`, `FORMAT_TOO_NEW`.
   */
  async read(): Promise<MirrorState | undefined> {
    const { files } = this.#host;
    if (!await this.#isOwn(this.#directory, "directory")) return undefined;
    const path = `${this.#directory}/state`;
    if (!await this.#isOwn(path, "file")) return undefined;
    return await decodeState(await files.read(path), path);
  }

  /**
   * Takes the lock, so that one run works at a time.
   *
   * @throws {PondError} `LOCKED` when another one has it.
   */
  async lock(): Promise<AsyncDisposable> {
    const { files } = this.#host;
    await files.makeDirectory(this.#directory);
    await this.#isOwn(this.#directory, "directory");
    const path = `${this.#directory}/lock`;
    await this.#isOwn(path, "file");
    const lock = await files.tryLock(path);
    if (lock !== undefined) return lock;
    throw new PondError(
      "LOCKED",
      `Cannot mirror ${this.#root}: another program does so just now`,
      { path: this.#root, hint: "wait for its end, and run this again" },
    );
  }

  /** Writes the state, whole and flushed, or leaves the one that is there. */
  async write(state: MirrorState): Promise<void> {
    const { files, random } = this.#host;
    const path = `${this.#directory}/state`;
    await this.#isOwn(this.#directory, "directory");
    await this.#isOwn(path, "file");
    await this.#sweep();
    const draft = `${path}.${random.uuidHex()}`;
    try {
      await using file = await files.create(draft, { mode: 0o600 });
      for (const chunk of await encodeState(state)) await file.write(chunk);
      await file.sync();
      await file.close();
      await files.rename(draft, path);
    } catch (error) {
      await bestEffort(() => files.remove(draft));
      throw error;
    }
    await files.syncDirectory(this.#directory);
    await files.syncDirectory(this.#root);
  }

  /** Removes drafts of runs that were ended. */
  async #sweep(): Promise<void> {
    const { files } = this.#host;
    const drafts: string[] = [];
    for await (const { name } of files.list(this.#directory)) {
      if (/^state\.[0-9a-f]{32}$/.test(name)) drafts.push(name);
    }
    for (const draft of drafts) {
      await bestEffort(() => files.remove(`${this.#directory}/${draft}`));
    }
  }

  /**
   * Whether something is there, which must be of this type: a symlink would lead out
   * of the directory.
   */
  async #isOwn(path: string, type: "directory" | "file"): Promise<boolean> {
    const stat = await this.#host.files.stat(path);
    if (stat === undefined || stat.type === type) return stat !== undefined;
    throw new PondError(
      "ALREADY_EXISTS",
      `Cannot mirror ${this.#root}: ${path} is a ${stat.type}, no ${type}`,
      { path, hint: "move it away" },
    );
  }
}
