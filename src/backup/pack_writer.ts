/**
 * Puts pieces into packs, each once.
 *
 * Packs are hashed and written while the next one is filled; two of them are in
 * memory beside it. A piece is in the backup when {@linkcode PackWriter.flush}
 * has resolved, and nothing names it before.
 *
 * @module
 */
import { type Bytes, concatBytes } from "../bytes.ts";
import { invariant } from "../errors.ts";
import type { Compression } from "../host/host.ts";
import { PACK_BYTES } from "./format.ts";
import type { Piece } from "./index_object.ts";
import type { ObjectStore } from "./objects.ts";

/** So many packs are on their way at once. */
const MAX_PUTS = 2;

/** A piece whose pack may not have its name yet. */
class WrittenPiece implements Piece {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly offset: number;
  readonly storedBytes: number;
  #pack: string | undefined;

  constructor(facts: Omit<Piece, "pack">) {
    this.sha256 = facts.sha256;
    this.sizeBytes = facts.sizeBytes;
    this.offset = facts.offset;
    this.storedBytes = facts.storedBytes;
  }

  get pack(): string {
    invariant(this.#pack !== undefined, "a piece is named after its pack is");
    return this.#pack;
  }

  isIn(pack: string): void {
    this.#pack = pack;
  }
}

/** Is told of the pieces in a pack that is in the backup. */
export type OnPack = (pieces: readonly Piece[]) => Promise<void>;

/** Writes packs. */
export class PackWriter {
  readonly #objects: ObjectStore;
  readonly #compression: Compression;
  /** What is in the backup, or on its way. */
  readonly #known = new Map<string, Piece>();
  #chunks: Bytes[] = [];
  #pieces: WrittenPiece[] = [];
  #bytes = 0;
  #puts: Promise<void>[] = [];
  readonly #onPack: OnPack;

  /**
   * @param objects Where packs are put.
   * @param compression Compresses pieces.
   * @param onPack Is told of each pack that is in the backup.
   */
  constructor(
    objects: ObjectStore,
    compression: Compression,
    onPack: OnPack,
  ) {
    this.#objects = objects;
    this.#compression = compression;
    this.#onPack = onPack;
  }

  /** Takes in what the backup has already. */
  know(pieces: Iterable<Piece>): void {
    for (const piece of pieces) this.#known.set(piece.sha256, piece);
  }

  /** A piece that is there, or on its way. */
  find(sha256: string): Piece | undefined {
    return this.#known.get(sha256);
  }

  /**
   * Puts a piece, unless it is there.
   *
   * @param sha256 That of the bytes.
   */
  async add(bytes: Bytes, sha256: string): Promise<Piece> {
    const known = this.#known.get(sha256);
    if (known !== undefined) return known;
    const packed = this.#compression.zstd(bytes);
    const stored = packed.length < bytes.length ? packed : bytes;
    const piece = new WrittenPiece({
      sha256,
      sizeBytes: bytes.length,
      offset: this.#bytes,
      storedBytes: stored.length,
    });
    this.#known.set(sha256, piece);
    this.#chunks.push(stored);
    this.#pieces.push(piece);
    this.#bytes += stored.length;
    if (this.#bytes >= PACK_BYTES) await this.#end();
    return piece;
  }

  /** Waits until everything is in the backup, and durable. */
  async flush(): Promise<void> {
    if (this.#pieces.length > 0) await this.#end();
    const puts = this.#puts;
    this.#puts = [];
    await Promise.all(puts);
  }

  /** Waits for what is on its way after a failure, which is told already. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#puts);
  }

  async #end(): Promise<void> {
    const put = this.#put(this.#chunks, this.#pieces);
    // It fails for whoever waits for it next.
    put.catch(() => {});
    this.#puts.push(put);
    this.#chunks = [];
    this.#pieces = [];
    this.#bytes = 0;
    while (this.#puts.length > MAX_PUTS) await this.#puts.shift();
  }

  async #put(
    chunks: readonly Bytes[],
    pieces: readonly WrittenPiece[],
  ): Promise<void> {
    const pack = await this.#objects.put("pack", concatBytes(chunks));
    for (const piece of pieces) piece.isIn(pack);
    await this.#onPack(pieces);
  }
}
