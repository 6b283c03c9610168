/**
 * Puts blobs into pieces, several at a time, each checked while it is read: a blob
 * that is damaged must not get into a backup.
 *
 * @module
 */
import { type Bytes, concatBytes, sha256Hex } from "../bytes.ts";
import { hasCode, IntegrityError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import { PIECE_BYTES } from "./format.ts";
import type { Piece, SavedBlob } from "./index_object.ts";
import type { PackWriter } from "./pack_writer.ts";
import type { NamedBlob } from "./source.ts";

/** So many blobs are read at once. */
const MAX_READS = 4;

/** Writes blobs. */
export class BlobWriter {
  readonly #host: Host;
  readonly #directory: string;
  readonly #packs: PackWriter;
  /** Those that are in the backup, or on their way. */
  readonly #known: Set<string>;
  readonly #running = new Set<Promise<void>>();
  readonly #saved: SavedBlob[] = [];
  #count = 0;
  #failure: { readonly error: unknown } | undefined;

  /**
   * @param directory Where the pond's blobs are.
   * @param known Hashes of those that are in the backup.
   */
  constructor(
    host: Host,
    directory: string,
    packs: PackWriter,
    known: Iterable<string>,
  ) {
    this.#host = host;
    this.#directory = directory;
    this.#packs = packs;
    this.#known = new Set(known);
  }

  /** How many were begun. */
  get count(): number {
    return this.#count;
  }

  /**
   * Begins to write a blob, unless it is there.
   *
   * @throws What an earlier one has failed with.
   */
  async add(blob: NamedBlob, signal: AbortSignal | undefined): Promise<void> {
    if (this.#known.has(blob.sha256)) return;
    this.#known.add(blob.sha256);
    this.#count++;
    while (this.#running.size >= MAX_READS) await Promise.race(this.#running);
    this.#requireSound();
    const work = this.#write(blob, signal).catch((error) => {
      this.#failure ??= { error };
    }).finally(() => this.#running.delete(work));
    this.#running.add(work);
  }

  /** Waits for all; says where they are. */
  async finish(): Promise<readonly SavedBlob[]> {
    await this.settle();
    this.#requireSound();
    return this.#saved;
  }

  /** Waits for what is being read. */
  async settle(): Promise<void> {
    await Promise.all(this.#running);
  }

  #requireSound(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #write(
    { path, sha256, sizeBytes }: NamedBlob,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    signal?.throwIfAborted();
    const file = `${this.#directory}/${sha256.slice(0, 2)}/${sha256}`;
    try {
      const pieces = sizeBytes <= PIECE_BYTES
        ? [await this.#whole(file, sha256)]
        : await this.#pieces(file, sha256, signal);
      this.#saved.push({ sha256, pieces });
    } catch (cause) {
      if (!hasCode(cause, "NOT_FOUND")) throw cause;
      throw new IntegrityError(file, `the content of ${path} is missing`, {
        cause,
      });
    }
  }

  async #whole(file: string, sha256: string): Promise<Piece> {
    const bytes = await this.#host.files.read(file);
    requireHash(file, await sha256Hex(bytes), sha256);
    return await this.#packs.add(bytes, sha256);
  }

  async #pieces(
    file: string,
    sha256: string,
    signal: AbortSignal | undefined,
  ): Promise<Piece[]> {
    const hash = await this.#host.hasher.sha256();
    const pieces: Piece[] = [];
    const range = signal ? { signal } : {};
    const stream = await this.#host.files.stream(file, range);
    for await (const bytes of piecesOf(stream)) {
      hash.update(bytes);
      pieces.push(await this.#packs.add(bytes, await sha256Hex(bytes)));
    }
    requireHash(file, hash.digestHex(), sha256);
    return pieces;
  }
}

function requireHash(path: string, actual: string, expected: string): void {
  if (actual === expected) return;
  throw new IntegrityError(path, `its SHA-256 is ${actual}`);
}

/** A stream, cut after each so many bytes. */
async function* piecesOf(
  stream: ReadableStream<Bytes>,
): AsyncGenerator<Bytes> {
  let chunks: Bytes[] = [];
  let length = 0;
  for await (let chunk of stream) {
    while (length + chunk.length >= PIECE_BYTES) {
      const rest = PIECE_BYTES - length;
      yield concatBytes([...chunks, chunk.subarray(0, rest)]);
      chunk = chunk.subarray(rest);
      chunks = [];
      length = 0;
    }
    if (chunk.length > 0) chunks.push(chunk);
    length += chunk.length;
  }
  if (length > 0) yield concatBytes(chunks);
}
