/**
 * What the last put of a tree has found, so that the next one needn't read what
 * hasn't changed.
 *
 * ```text
 * cache/put/<64 hex of branch, source and target>
 *   <64 hex>\n                    SHA-256 of all that follows
 *   pond-put 1\n
 *   a line for each file, fields between tabs:
 *     size  modified  changed  inode       of the host's file: bytes, ms, ms
 *     node  version  node's modified       in the pond, ms: what it was put into
 *     path                                 from the top of the tree, as JSON
 * ```
 *
 * A file is unchanged when all of that is still so, on both sides. Times tell a
 * change only from the next tick of the clock on: what was changed shortly before
 * it was read is not noted, and is read again by the next put. The file is a
 * cache: without it, or with one that is damaged, every file is read. The
 * directory is bounded: the trees that were put longest ago are forgotten.
 *
 * @module
 */
import { decodeUtf8, encodeUtf8, sha256Hex } from "../../bytes.ts";
import { bestEffort } from "../../errors.ts";
import type { FileStat, FileStore } from "../../host/mod.ts";
import type { DirEntry } from "../../tinylogfs/mod.ts";
import { parentOf } from "../../trees/transfer.ts";

const HEADER = "pond-put 1";

/** How coarse the clock of a file system may be: FAT's has 2 s. */
const CLOCK_TICK_MS = 2000;

/** How much is remembered; the tree that was put last is, in any case. */
export interface IndexLimits {
  /** So many trees at most. */
  readonly trees: number;
  /** So many bytes at most. */
  readonly sizeBytes: number;
}

const LIMITS: IndexLimits = { trees: 64, sizeBytes: 256 * 1024 * 1024 };

/** What a file was put into. */
export type PutNode = Pick<DirEntry, "nodeId" | "version" | "modifiedUs">;

/** Whose files they are. */
export interface PutPlace {
  /** The pond's directory. */
  readonly pond: string;
  /** The branch. */
  readonly branch: string;
  /** The tree on the host. */
  readonly source: string;
  /** Its path in the pond. */
  readonly target: string;
}

/** What is known of the files of a tree. */
export class PutIndex {
  readonly #files: FileStore;
  readonly #path: string;
  /** What the last put has found; a line without its path, by paths. */
  readonly #known: ReadonlyMap<string, string>;
  /** What this one finds. */
  readonly #found: string[] = [];
  #hasNews = false;

  private constructor(
    files: FileStore,
    path: string,
    known: ReadonlyMap<string, string>,
  ) {
    this.#files = files;
    this.#path = path;
    this.#known = known;
  }

  /** Reads what the last put of a tree has left. */
  static async open(
    files: FileStore,
    { branch, pond, source, target }: PutPlace,
  ): Promise<PutIndex> {
    const key = encodeUtf8([branch, source, target].join("\0"));
    const path = `${pond}/cache/put/${await sha256Hex(key)}`;
    return new PutIndex(files, path, await readKnown(files, path));
  }

  /**
   * Whether a file is what was put into a node, and the node still that. Then it is
   * noted again.
   */
  keeps(path: string, stat: FileStat, node: PutNode): boolean {
    const state = stateOf(stat, node);
    if (this.#known.get(path) !== state) return false;
    this.#keep(path, state);
    return true;
  }

  /**
   * Notes what a file was, and what it was put into.
   *
   * @param readMs When the file was looked at, milliseconds since the epoch, UTC.
   */
  note(path: string, stat: FileStat, node: PutNode, readMs: number): void {
    const lastMs = Math.max(stat.modifiedMs, stat.changedMs);
    if (lastMs + CLOCK_TICK_MS > readMs) return;
    this.#hasNews = true;
    this.#keep(path, stateOf(stat, node));
  }

  #keep(path: string, state: string): void {
    this.#found.push(`${state}\t${JSON.stringify(path)}\n`);
  }

  /**
   * Keeps what was noted, for the next put; best effort.
   *
   * @param limits What may be kept of other trees.
   */
  async save(limits: IndexLimits = LIMITS): Promise<void> {
    if (!this.#hasNews && this.#found.length === this.#known.size) return;
    const bytes = encodeUtf8(`${HEADER}\n${this.#found.join("")}`);
    const digest = encodeUtf8(`${await sha256Hex(bytes)}\n`);
    const whole = new Uint8Array(digest.length + bytes.length);
    whole.set(digest);
    whole.set(bytes, digest.length);
    await bestEffort(async () => {
      const directory = parentOf(this.#path);
      await this.#files.makeDirectory(parentOf(directory));
      await this.#files.makeDirectory(directory);
      await this.#files.replace(this.#path, whole);
      await forgetOldest(this.#files, directory, this.#path, limits);
    });
  }
}

/** Removes what was written longest ago, and is too much. */
async function forgetOldest(
  files: FileStore,
  directory: string,
  own: string,
  limits: IndexLimits,
): Promise<void> {
  const found: { path: string; stat: FileStat }[] = [];
  for await (const { name, type } of files.list(directory)) {
    const path = `${directory}/${name}`;
    const stat = type === "file" && path !== own
      ? await files.stat(path)
      : undefined;
    if (stat) found.push({ path, stat });
  }
  found.sort((a, b) => b.stat.modifiedMs - a.stat.modifiedMs);
  let sizeBytes = (await files.stat(own))?.sizeBytes ?? 0;
  for (const [i, { path, stat }] of found.entries()) {
    sizeBytes += stat.sizeBytes;
    const isTooMuch = i + 1 >= limits.trees || sizeBytes > limits.sizeBytes;
    // Another put may have removed it.
    if (isTooMuch) await bestEffort(() => files.remove(path));
  }
}

function stateOf(stat: FileStat, node: PutNode): string {
  return [
    stat.sizeBytes,
    stat.modifiedMs,
    stat.changedMs,
    stat.inode,
    node.nodeId,
    node.version,
    node.modifiedUs,
  ].join("\t");
}

async function readKnown(
  files: FileStore,
  path: string,
): Promise<ReadonlyMap<string, string>> {
  const known = new Map<string, string>();
  await bestEffort(async () => {
    const bytes = await files.read(path);
    const start = bytes.indexOf(0x0a) + 1;
    const digest = decodeUtf8(bytes.subarray(0, Math.max(0, start - 1)));
    const body = bytes.subarray(start);
    if (digest !== await sha256Hex(body)) return;
    const [header, ...lines] = decodeUtf8(body).split("\n");
    if (header !== HEADER) return;
    for (const line of lines) {
      const tab = line.lastIndexOf("\t");
      if (tab > 0) {
        known.set(JSON.parse(line.slice(tab + 1)), line.slice(0, tab));
      }
    }
  });
  return known;
}
