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
  sha256Hex,
} from "../bytes.ts";
import { hasCode, IntegrityError, PondError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import {
  formatAttributes,
  parseAttributes,
  parseObject,
} from "./attributes.ts";
import type { Operation } from "./transaction.ts";

/** One file of the stage. */
export interface StageFile {
  /** Its number. */
  readonly sequence: number;
  /** Where it lies on the host. */
  readonly path: string;
}

/** The stage of one pond. */
export class Stage {
  readonly #host: Host;
  readonly #pond: string;
  readonly #directory: string;
  #isDurable = false;

  /**
   * @param host The platform.
   * @param pond The pond's directory.
   */
  constructor(host: Host, pond: string) {
    this.#host = host;
    this.#pond = pond;
    this.#directory = `${pond}/staging`;
  }

  /** Holds off other processes that add to the stage or commit it. */
  async lock(): Promise<AsyncDisposable> {
    await this.#host.files.makeDirectory(this.#directory);
    return await this.#host.files.lock(`${this.#directory}/lock`);
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
  ): Promise<Operation[] | undefined> {
    let bytes: Bytes;
    try {
      bytes = await this.#host.files.read(file.path);
    } catch (error) {
      if (hasCode(error, "NOT_FOUND")) return undefined;
      throw error;
    }
    const { replaces, operations } = await decodeStage(bytes, file.path);
    return replaces > committed ? undefined : operations;
  }

  /**
   * Writes operations as a new file; they are staged when this resolves. Call
   * it under the lock.
   *
   * @param operations In order.
   * @param above Files and commits up to this number exist.
   * @param replaces The file counts when this number has been committed.
   * @returns The file.
   */
  async append(
    operations: readonly Operation[],
    above: number,
    replaces: number = -1,
  ): Promise<StageFile> {
    const { files, random } = this.#host;
    const sequence = above + 1;
    const path = `${this.#directory}/${
      String(sequence).padStart(20, "0")
    }.ndjson`;
    const temporary = `${this.#directory}/.${random.uuidHex()}.tmp`;
    const bytes = await encodeStage(operations, replaces);
    {
      await using file = await files.create(temporary);
      await file.write(bytes);
      await file.sync();
    }
    await files.link(temporary, path);
    await files.remove(temporary);
    await files.syncDirectory(this.#directory);
    await this.#flushOwnName();
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
   * Removes files that wait for a commit that was never made. Call it under the
   * lock: nobody is about to make it.
   *
   * @param committed The highest number that has been committed.
   */
  async discardUnborn(committed: number): Promise<void> {
    for (const file of await this.list(committed)) {
      const operations = await this.read(file, committed);
      if (operations === undefined) await this.discard([file]);
    }
  }

  /**
   * Removes files that are committed, best effort: the counter says already
   * that they are done.
   */
  async discard(staged: readonly StageFile[]): Promise<void> {
    try {
      await this.remove(staged);
    } catch (error) {
      if (!(error instanceof PondError)) throw error;
    }
  }

  /** Removes files that are dropped. */
  async remove(staged: readonly StageFile[]): Promise<void> {
    if (staged.length === 0) return;
    for (const { path } of staged) await this.#removeIfThere(path);
    await this.#host.files.syncDirectory(this.#directory);
  }

  /** Whoever has committed the stage in the meantime has removed it. */
  async #removeIfThere(path: string): Promise<void> {
    try {
      await this.#host.files.remove(path);
    } catch (error) {
      if (!hasCode(error, "NOT_FOUND")) throw error;
    }
  }

  /** That the directory is there says nothing of the disk: once a process. */
  async #flushOwnName(): Promise<void> {
    if (this.#isDurable) return;
    await this.#host.files.syncDirectory(this.#pond);
    this.#isDurable = true;
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
  replaces: number,
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
    ...(replaces < 0 ? {} : { replaces }),
  };
  return concatBytes([encodeUtf8(`${JSON.stringify(header)}\n`), body]);
}

async function decodeStage(
  bytes: Bytes,
  path: string,
): Promise<{ readonly replaces: number; readonly operations: Operation[] }> {
  const end = bytes.indexOf(0x0a);
  if (end < 0) throw new IntegrityError(path, "it ends in its first line");
  const header = parseObject(decodeUtf8(bytes.subarray(0, end)), path);
  const body = bytes.subarray(end + 1);
  const actual = await sha256Hex(body);
  if (header.stage !== 1 || header.sha256 !== actual) {
    throw new IntegrityError(path, `the SHA-256 of its content is ${actual}`);
  }
  const { replaces = -1 } = header;
  if (typeof replaces !== "number") {
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
  return { replaces, operations };
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
