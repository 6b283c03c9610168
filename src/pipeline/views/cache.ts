/**
 * What views have computed, in the pond's `cache/`.
 *
 * ```text
 * cache/views/<key>/<time>-<sha256>   content; the key says what it is made from
 * cache/views/<32 hex>.part           content while it is written
 * ```
 *
 * A key is a hash of everything that the bytes depend on, so what is there is
 * never old, and never changed: several processes that compute the same put the
 * same there. The name ends in the hash of the content, which is checked before
 * it is used for the first time in a process; what is damaged is removed, and
 * computed again. `<time>` is when it was computed, in milliseconds since the
 * epoch. The modification time says when it was last used: what was not used for
 * the longest time goes when there is too much. All of it can be deleted at any
 * time.
 *
 * @module
 */
import { hasCode } from "../../errors.ts";
import type { FileStat, Host } from "../../host/mod.ts";
import type { ComputedContent } from "../../tinylogfs/mod.ts";

/** So much is kept. */
const MAX_BYTES = 2 ** 30;

/** What was used since then may still be read, and stays. */
const IN_USE_MS = 10 * 60_000;

/** How long a time of use may be old. */
const TOUCH_MS = 60_000;

const NAME = /^(\d{1,15})-([0-9a-f]{64})$/;
const PART = ".part";

/** Content that is kept. */
export interface CachedContent extends ComputedContent {
  /** When it was computed, microseconds since the epoch, UTC. */
  readonly computedUs: number;
}

/** The platform, as far as it is needed. */
export type CacheHost = Pick<Host, "clock" | "files" | "hasher" | "random">;

/** Computed content of a pond. */
export class ViewCache {
  readonly #host: CacheHost;
  readonly #maxBytes: number;
  /** Files whose hash was right, as they were then. */
  readonly #checked = new Map<string, string>();
  /** What this process computes now. */
  readonly #running = new Map<string, Promise<CachedContent>>();

  /**
   * @param host Where it lies.
   * @param maxBytes How much is kept.
   */
  constructor(host: CacheHost, maxBytes: number = MAX_BYTES) {
    this.#host = host;
    this.#maxBytes = maxBytes;
  }

  /**
   * What is kept under a key, if anything; its bytes aren't looked at.
   *
   * @param directory The pond's `cache/`.
   */
  async find(
    directory: string,
    key: string,
  ): Promise<CachedContent | undefined> {
    const { files } = this.#host;
    const own = `${directory}/views/${key}`;
    const names: string[] = [];
    try {
      for await (const { name } of files.list(own)) names.push(name);
    } catch (error) {
      if (!hasCode(error, "NOT_FOUND")) throw error;
    }
    for (const name of names.sort().toReversed()) {
      const [, time, sha256] = NAME.exec(name) ?? [];
      const stat = await files.stat(`${own}/${name}`);
      if (sha256 === undefined || stat === undefined) continue;
      return {
        hostPath: `${own}/${name}`,
        sha256,
        sizeBytes: stat.sizeBytes,
        computedUs: Number(time) * 1000,
      };
    }
    return undefined;
  }

  /**
   * Content that is kept under a key, or else computed and kept.
   *
   * @param directory The pond's `cache/`.
   * @param write Writes it into a file, which isn't there yet.
   */
  async get(
    directory: string,
    key: string,
    write: (hostPath: string) => Promise<void>,
  ): Promise<CachedContent> {
    for (;;) {
      const kept = await this.#sound(await this.find(directory, key));
      if (kept !== undefined) return kept;
      const running = this.#running.get(key);
      if (running === undefined) break;
      // Whoever has begun it may have ended it: that ends nobody else's.
      const [{ status }] = await Promise.allSettled([running]);
      if (status === "fulfilled") return await running;
    }
    const computing = this.#compute(directory, key, write);
    this.#running.set(key, computing);
    try {
      return await computing;
    } finally {
      this.#running.delete(key);
    }
  }

  /** Content whose hash is right; what is damaged is removed. */
  async #sound(
    found: CachedContent | undefined,
  ): Promise<CachedContent | undefined> {
    if (found === undefined) return undefined;
    const { clock, files } = this.#host;
    const { hostPath, sha256 } = found;
    const stat = await files.stat(hostPath);
    if (stat === undefined) return undefined;
    const nowMs = clock.nowUs() / 1000;
    const isChecked = this.#checked.get(hostPath) === stateOf(stat);
    if (!isChecked && await this.#hashOf(hostPath) !== sha256) {
      await this.#remove(hostPath);
      return undefined;
    }
    const isRecent = Math.abs(nowMs - stat.modifiedMs) < TOUCH_MS;
    if (!isChecked || !isRecent) await this.#use(hostPath, nowMs);
    return found;
  }

  async #compute(
    directory: string,
    key: string,
    write: (hostPath: string) => Promise<void>,
  ): Promise<CachedContent> {
    const { clock, files, random } = this.#host;
    const views = `${directory}/views`;
    await files.makeDirectory(views);
    const part = `${views}/${random.uuidHex()}${PART}`;
    try {
      await write(part);
      const sha256 = await this.#hashOf(part);
      const computedMs = Math.floor(clock.nowUs() / 1000);
      const hostPath = `${views}/${key}/${computedMs}-${sha256}`;
      await this.#put(part, hostPath);
      await this.#use(hostPath, computedMs);
      const sizeBytes = (await files.stat(hostPath))?.sizeBytes ?? 0;
      await this.#shrink(views, computedMs);
      return { hostPath, sha256, sizeBytes, computedUs: computedMs * 1000 };
    } finally {
      await this.#remove(part);
    }
  }

  async #hashOf(path: string): Promise<string> {
    const hash = await this.#host.hasher.sha256();
    for await (const chunk of await this.#host.files.stream(path)) {
      hash.update(chunk);
    }
    return hash.digestHex();
  }

  /** Removes what was not used for the longest time, where there is too much. */
  async #shrink(views: string, nowMs: number): Promise<void> {
    const { files } = this.#host;
    const kept: { path: string; sizeBytes: number; usedMs: number }[] = [];
    for await (const { name, type } of files.list(views)) {
      const paths = [`${views}/${name}`];
      if (type === "directory") {
        paths.splice(0, 1, ...await this.#pathsIn(`${views}/${name}`));
      }
      for (const path of paths) {
        const stat = await files.stat(path);
        if (stat === undefined) continue;
        const { modifiedMs: usedMs, sizeBytes } = stat;
        kept.push({ path, sizeBytes, usedMs });
      }
    }
    let total = kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    kept.sort((a, b) => a.usedMs - b.usedMs);
    for (const { path, sizeBytes, usedMs } of kept) {
      if (total <= this.#maxBytes || nowMs - usedMs < IN_USE_MS) break;
      await this.#remove(path);
      total -= sizeBytes;
    }
  }

  async #pathsIn(directory: string): Promise<string[]> {
    const paths: string[] = [];
    try {
      for await (const { name } of this.#host.files.list(directory)) {
        paths.push(`${directory}/${name}`);
      }
    } catch (error) {
      if (!hasCode(error, "NOT_FOUND")) throw error;
    }
    return paths;
  }

  /** Puts a file into its directory, which another process may just remove. */
  async #put(part: string, path: string): Promise<void> {
    const { files } = this.#host;
    const directory = path.slice(0, path.lastIndexOf("/"));
    for (let left = 3;; left--) {
      await files.makeDirectory(directory);
      try {
        return await files.rename(part, path);
      } catch (error) {
        if (!hasCode(error, "NOT_FOUND") || left === 0) throw error;
      }
    }
  }

  /** Another process may have removed it, and may compute it again. */
  async #remove(path: string): Promise<void> {
    const { files } = this.#host;
    this.#checked.delete(path);
    const directory = path.slice(0, path.lastIndexOf("/"));
    for (const each of path.endsWith(PART) ? [path] : [path, directory]) {
      try {
        await files.remove(each);
      } catch (error) {
        if (!hasCode(error, "NOT_FOUND", "DIRECTORY_NOT_EMPTY")) throw error;
      }
    }
  }

  /** Takes note of the use of a file whose hash is right. */
  async #use(path: string, nowMs: number): Promise<void> {
    const { files } = this.#host;
    try {
      await files.setModified(path, Math.floor(nowMs));
    } catch (error) {
      if (!hasCode(error, "NOT_FOUND")) throw error;
    }
    const stat = await files.stat(path);
    if (stat !== undefined) this.#checked.set(path, stateOf(stat));
  }
}

/** What changes when anybody writes into a file, or puts another one there. */
function stateOf({ changedMs, inode, sizeBytes }: FileStat): string {
  return `${inode} ${sizeBytes} ${changedMs}`;
}
