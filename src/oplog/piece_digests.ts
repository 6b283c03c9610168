/**
 * Digests of the pieces of a data file: who reads a row of a large file hashes a
 * part of it.
 *
 * ```text
 * add.tags.pieces   end:digest,end:digest,…   pieces follow one another, the first
 *                   from 0, each up to its end; the last one ends with the file
 *   a row group     a piece, with what lies between it and the one before
 *   the footer      the last piece
 *   digest          the first 32 digits of the SHA-256 of a piece
 * ```
 *
 * Only files of several row groups have them; `add.tags.sha256` is there in any
 * case.
 *
 * @module
 */
import { type Bytes, sha256Hex } from "../bytes.ts";
import { IntegrityError } from "../errors.ts";
import type { AddFile } from "./delta/mod.ts";
import { openParquet } from "./parquet.ts";

const DIGEST_LENGTH = 32;

/** A piece of a file, from the end of the one before it. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly digest: string;
}

/**
 * The tag of a file; none for a file of one row group.
 *
 * @param bytes The whole file.
 * @param source Its path, for errors.
 */
export async function pieceTags(
  bytes: Bytes,
  source: string,
): Promise<{ readonly pieces?: string }> {
  const { groups } = openParquet(bytes, { source });
  if (groups.length < 2) return {};
  const ends = [...groups.map((group) => group.place().end), bytes.length];
  const pieces = await Promise.all(ends.map(async (end, i) => {
    const digest = await digestOf(bytes.subarray(ends[i - 1] ?? 0, end));
    return `${end}:${digest}`;
  }));
  return { pieces: pieces.join(",") };
}

/** Checks the pieces of a file, each once. */
export class PieceDigests {
  readonly #pieces: readonly Piece[];
  readonly #checked = new Set<Piece>();

  private constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
  }

  /** Those of a file; `undefined` where they aren't listed, up to its end. */
  static of({ size, tags }: AddFile): PieceDigests | undefined {
    const pieces: Piece[] = [];
    let start = 0;
    for (const text of tags?.pieces?.split(",") ?? []) {
      const [number = "", digest = ""] = text.split(":");
      const end = /^\d+$/.test(number) ? Number(number) : -1;
      if (end <= start || digest.length !== DIGEST_LENGTH) return undefined;
      pieces.push({ start, end, digest });
      start = end;
    }
    return start === size && start > 0 ? new PieceDigests(pieces) : undefined;
  }

  /**
   * Checks all pieces that have bytes of a range.
   *
   * @param bytes The whole file.
   * @param source Its path, for errors.
   * @throws {IntegrityError} When one of them is not what was written.
   */
  async check(
    bytes: Bytes,
    range: { readonly start: number; readonly end: number },
    source: string,
  ): Promise<void> {
    for (const piece of this.#pieces) {
      const { start, end, digest } = piece;
      if (end <= range.start || start >= range.end) continue;
      if (this.#checked.has(piece)) continue;
      const actual = await digestOf(bytes.subarray(start, end));
      if (actual !== digest) {
        throw new IntegrityError(
          source,
          `the SHA-256 of its bytes ${start} to ${end} begins with ${actual}, not ${digest}`,
        );
      }
      this.#checked.add(piece);
    }
  }
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  return (await sha256Hex(bytes)).slice(0, DIGEST_LENGTH);
}
