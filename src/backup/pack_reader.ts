/**
 * Reads pieces out of packs: a pack whole, its bytes checked, and kept for the
 * pieces that follow; of each piece what comes out of it is checked, too.
 *
 * @module
 */
import { type Bytes, sha256Hex } from "../bytes.ts";
import { IntegrityError } from "../errors.ts";
import type { Compression } from "../host/host.ts";
import type { Piece } from "./index_object.ts";
import type { ObjectStore } from "./objects.ts";

/** So many packs stay in memory. */
const KEPT_PACKS = 4;

/** Reads packs. */
export class PackReader {
  readonly #objects: ObjectStore;
  readonly #compression: Compression;
  /** The least recently used one first. */
  readonly #packs = new Map<string, Promise<Bytes>>();

  /**
   * @param objects Where packs are.
   * @param compression Takes pieces apart.
   */
  constructor(objects: ObjectStore, compression: Compression) {
    this.#objects = objects;
    this.#compression = compression;
  }

  /**
   * Reads a piece.
   *
   * @throws {IntegrityError} When it isn't what its hash says.
   */
  async read(piece: Piece): Promise<Bytes> {
    const { offset, pack, sha256, sizeBytes, storedBytes } = piece;
    const bytes = await this.#packOf(pack);
    const stored = bytes.subarray(offset, offset + storedBytes);
    const source = this.sourceOf(piece);
    if (stored.length !== storedBytes) {
      throw new IntegrityError(source, "the pack ends before it does");
    }
    const content = storedBytes === sizeBytes
      ? stored
      : this.#unpacked(stored, sizeBytes, source);
    const actual = await sha256Hex(content);
    if (actual === sha256) return content;
    throw new IntegrityError(source, `its SHA-256 is ${actual}`);
  }

  /** What a piece is called in errors. */
  sourceOf({ offset, pack }: Piece): string {
    return `${this.#objects.sourceOf("pack", pack)} at ${offset}`;
  }

  #unpacked(stored: Bytes, sizeBytes: number, source: string): Bytes {
    try {
      return this.#compression.unzstd(stored, sizeBytes);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new IntegrityError(source, "it can't be decompressed", { cause });
    }
  }

  async #packOf(name: string): Promise<Bytes> {
    const known = this.#packs.get(name);
    this.#packs.delete(name);
    const pack = known ?? this.#objects.get("pack", name);
    this.#packs.set(name, pack);
    if (known !== undefined) return await pack;
    // It fails for whoever waits for it, each time.
    pack.catch(() => this.#packs.delete(name));
    for (const oldest of this.#packs.keys()) {
      if (this.#packs.size <= KEPT_PACKS) break;
      this.#packs.delete(oldest);
    }
    return await pack;
  }
}
