/**
 * Files that live as long as a query.
 *
 * @module
 */
import { hasCode } from "../errors.ts";
import type { Host } from "../host/host.ts";
import type { QuerySource } from "../tinylogfs/mod.ts";

/** What of the platform a query needs. */
export type QueryHost = Pick<Host, "files" | "random">;

/** Makes files that are gone with it. */
export class ScratchFiles implements AsyncDisposable {
  readonly #host: QueryHost;
  readonly #source: QuerySource;
  #prefix: string | undefined;
  readonly #paths: string[] = [];

  constructor(host: QueryHost, source: QuerySource) {
    this.#host = host;
    this.#source = source;
  }

  /** Writes a file; its path on the host. */
  async write(
    chunks: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<string> {
    const path = await this.#newPath();
    if (chunks instanceof Uint8Array) {
      await this.#host.files.writeNew(path, chunks);
      return path;
    }
    await using file = await this.#host.files.create(path);
    for await (const bytes of chunks) await file.write(bytes);
    return path;
  }

  async #newPath(): Promise<string> {
    this.#prefix ??= `${await this.#source
      .cacheDirectory()}/query-${this.#host.random.uuidHex()}`;
    const path = `${this.#prefix}-${this.#paths.length}`;
    this.#paths.push(path);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { files } = this.#host;
    for (const path of this.#paths.splice(0)) await removeIfThere(files, path);
  }
}

/** Removes a directory and the files in it, if it is there. */
export async function removeDirectory(
  files: QueryHost["files"],
  directory: string,
): Promise<void> {
  if (await files.stat(directory) === undefined) return;
  for await (const { name } of files.list(directory)) {
    await removeIfThere(files, `${directory}/${name}`);
  }
  await removeIfThere(files, directory);
}

async function removeIfThere(
  files: QueryHost["files"],
  path: string,
): Promise<void> {
  try {
    await files.remove(path);
  } catch (error) {
    // Whoever cleans up the cache may do so at any time.
    if (!hasCode(error, "NOT_FOUND", "DIRECTORY_NOT_EMPTY")) throw error;
  }
}
