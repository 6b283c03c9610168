/**
 * The durable stage: pending operations of processes that are gone.
 *
 * ```text
 * staging/lock                       the operating system's lock on the stage
 * staging/<20 digits>.ndjson         what one process staged; the numbers grow
 *   {"stage":1,"sha256":"…"}         of all bytes after this line
 *   {"kind":"create","path":…}       an operation; bytes in base64
 * ```
 *
 * With `"replaces": n` in its first line, a file is what a commit of a part of
 * the stage leaves of the files up to n: it counts from that commit on, which
 * moves the counter to n, and not before. So a crash between the two leaves
 * either all of the old files or this one.
 *
 * With `"instead": n` in its first line, a file stands for what a revert of a part
 * of the stage leaves of the files up to n: those don't count from the moment on
 * that it is there, and are removed afterwards.
 *
 * A commit of the stage moves the pond's `txn` counter for the stage to the
 * highest number in it. Files up to that number are done, whether they have
 * been removed or not: so a crash between the commit and the removal doesn't
 * commit them twice. Numbers are given under the lock, above both the files
 * and the counter, so none is used twice.
 *
 * @module
 */
import {
  type Bytes,
  concatBytes,
  decodeUtf8,
  encodeUtf8,
  equalBytes,
  sha256Hex,
} from "../bytes.ts";
import { bestEffort, hasCode, IntegrityError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import { NameFlusher } from "../oplog/name_flusher.ts";
import {
  formatAttributes,
  parseAttributes,
  parseObject,
} from "./attributes.ts";
import { PondName } from "./pond_name.ts";
import type { Operation } from "./operation.ts";

/** One file of the stage. */
export interface StageFile {
  /** Its number. */
  readonly sequence: number;
  /** Where it lies on the host. */
  readonly path: string;
}

/** What of the other files one stands for. */
export interface Standing {
  /** It counts when this number has been committed. */
  readonly replaces?: number;
  /** The files up to this number don't count. */
  readonly instead?: number;
}

/** What a file of the stage says. */
export interface StageContent extends Required<Standing> {
  /** In order. */
  readonly operations: readonly Operation[];
}

/** The stage of one pond. */
export class Stage {
  readonly #host: Host;
  readonly #directory: string;
  readonly #names: NameFlusher;
  readonly #pondName: PondName;
  /** What may be there and must not: its staging has failed. */
  #failed: { readonly path: string; readonly bytes: Bytes } | undefined;

  /**
   * @param host The platform.
   * @param pond The pond's directory.
   */
  constructor(host: Host, pond: string) {
    this.#host = host;
    this.#directory = `${pond}/staging`;
    this.#names = new NameFlusher(host);
    this.#pondName = new PondName(host, pond);
  }

  /**
   * Holds off other processes that add to the stage or commit it, and clears
   * away what is not part of it: files whose staging has failed, and those that
   * wait for a commit that was never made. Nobody is about to make it.
   *
   * @param committed Looks, under the lock, for the highest number that has
   *   been committed.
   */
  async lock(committed: () => Promise<number>): Promise<AsyncDisposable> {
    await this.#host.files.makeDirectory(this.#directory);
    const lock = await this.#host.files.lock(`${this.#directory}/lock`);
    try {
      await this.#discardFailed();
      await this.#discardUnborn(await committed());
      return lock;
    } catch (error) {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * The files above the committed ones, in order.
   *
   * @param committed The highest number that has been committed.
   */
  async list(committed: number): Promise<StageFile[]> {
    const found: StageFile[] = [];
    for (const file of await this.#all()) {
      if (file.sequence > committed) found.push(file);
    }
    return found.sort((a, b) => a.sequence - b.sequence);
  }

  /**
   * Reads a file of the stage.
   *
   * @param committed The highest number that has been committed.
   * @returns `undefined` when it is gone, or doesn't count yet.
   */
  async read(
    file: StageFile,
    committed: number,
  ): Promise<StageContent | undefined> {
    const bytes = await this.#readIfThere(file.path);
    if (bytes === undefined) return undefined;
    const content = await decodeStage(bytes, file.path);
    return content.replaces > committed ? undefined : content;
  }

  /**
   * Writes operations as a new file; they are staged when this resolves. Call
   * it under the lock.
   *
   * @param operations In order.
   * @param above Files and commits up to this number exist.
   * @param standing What of the others the file stands for.
   * @returns The file.
   */
  async append(
    operations: readonly Operation[],
    above: number,
    standing: Standing = {},
  ): Promise<StageFile> {
    const { files, random } = this.#host;
    const sequence = above + 1;
    const path = `${this.#directory}/${
      String(sequence).padStart(20, "0")
    }.ndjson`;
    const temporary = `${this.#directory}/.${random.uuidHex()}.tmp`;
    const bytes = await encodeStage(operations, standing);
    try {
      await this.#write(temporary, bytes);
      this.#failed = { path, bytes };
      await files.link(temporary, path);
      await this.#names.flush(this.#directory);
      // The directory's own name with it: that it is there says nothing.
      await this.#pondName.flush();
      this.#failed = undefined;
    } catch (error) {
      await bestEffort(() => this.#discardFailed());
      throw error;
    } finally {
      await bestEffort(() => this.#removeIfThere(temporary));
    }
    return { sequence, path };
  }

  /** The highest number of a file; 0 when there is none. */
  async highest(): Promise<number> {
    let highest = 0;
    for (const { sequence } of await this.#all()) {
      highest = Math.max(highest, sequence);
    }
    return highest;
  }

  /**
   * Removes files that are committed, best effort: the counter says already
   * that they are done.
   */
  async discard(staged: readonly StageFile[]): Promise<void> {
    await bestEffort(() => this.remove(staged));
  }

  /** Removes files that are dropped. */
  async remove(staged: readonly StageFile[]): Promise<void> {
    if (staged.length === 0) return;
    for (const { path } of staged) await this.#removeIfThere(path);
    await this.#names.flush(this.#directory);
  }

  async #write(path: string, bytes: Bytes): Promise<void> {
    await using file = await this.#host.files.create(path);
    await file.write(bytes);
    await file.sync();
  }

  /** Under the same name there may be another process's file by now. */
  async #discardFailed(): Promise<void> {
    if (this.#failed === undefined) return;
    const { path, bytes } = this.#failed;
    const there = await this.#readIfThere(path);
    if (there !== undefined && equalBytes(there, bytes)) {
      await this.#removeIfThere(path);
      await this.#names.flush(this.#directory);
    }
    this.#failed = undefined;
  }

  async #discardUnborn(committed: number): Promise<void> {
    for (const file of await this.list(committed)) {
      const content = await this.read(file, committed);
      if (content === undefined) await this.discard([file]);
    }
  }

  async #readIfThere(path: string): Promise<Bytes | undefined> {
    try {
      return await this.#host.files.read(path);
    } catch (error) {
      if (hasCode(error, "NOT_FOUND")) return undefined;
      throw error;
    }
  }

  /** Whoever has committed the stage in the meantime has removed it. */
  async #removeIfThere(path: string): Promise<void> {
    try {
      await this.#host.files.remove(path);
    } catch (error) {
      if (!hasCode(error, "NOT_FOUND")) throw error;
    }
  }

  async #all(): Promise<StageFile[]> {
    const found: StageFile[] = [];
    try {
      for await (const { name } of this.#host.files.list(this.#directory)) {
        const match = /^(\d{20})\.ndjson$/.exec(name);
        if (!match) continue;
        found.push({
          sequence: Number(match[1]),
          path: `${this.#directory}/${name}`,
        });
      }
    } catch (error) {
      // Nobody has staged anything in this pond yet.
      if (!hasCode(error, "NOT_FOUND")) throw error;
    }
    return found;
  }
}

async function encodeStage(
  operations: readonly Operation[],
  standing: Standing,
): Promise<Bytes> {
  const lines = operations.map((operation) => {
    const { attributes, content, ...rest } = operation;
    return JSON.stringify({
      ...rest,
      metadata: formatAttributes(attributes),
      content: content === null ? null : toBase64(content),
    });
  });
  const body = encodeUtf8(lines.map((line) => `${line}\n`).join(""));
  const header = {
    stage: 1,
    sha256: await sha256Hex(body),
    ...standing,
  };
  return concatBytes([encodeUtf8(`${JSON.stringify(header)}\n`), body]);
}

async function decodeStage(
  bytes: Bytes,
  path: string,
): Promise<StageContent> {
  const end = bytes.indexOf(0x0a);
  if (end < 0) throw new IntegrityError(path, "it ends in its first line");
  const header = parseObject(decodeUtf8(bytes.subarray(0, end)), path);
  const body = bytes.subarray(end + 1);
  const actual = await sha256Hex(body);
  if (header.stage !== 1 || header.sha256 !== actual) {
    throw new IntegrityError(path, `the SHA-256 of its content is ${actual}`);
  }
  const { instead = -1, replaces = -1 } = header;
  if (typeof replaces !== "number" || typeof instead !== "number") {
    throw new IntegrityError(path, "its first line is not what was written");
  }
  const lines = decodeUtf8(body).split("\n").slice(0, -1);
  const operations = lines.map((line) => {
    const { metadata, content, ...rest } = parseObject(line, path);
    const attributes = parseAttributes(String(metadata), path);
    // The digest over the lines is right: they are what encodeStage() wrote.
    return {
      ...rest,
      attributes,
      content: typeof content === "string" ? fromBase64(content) : null,
    } as Operation;
  });
  return { instead, replaces, operations };
}

/** In pieces: `String.fromCharCode` takes its arguments on the stack. */
function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 8192) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return btoa(binary);
}

function fromBase64(text: string): Bytes {
  const binary = atob(text);
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
