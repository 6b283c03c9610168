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
 * Only files of at least 64 KiB have them; `add.tags.sha256` is there in any
 * case.
 *
 * @module
 */
import { type Bytes, sha256Hex } from "../bytes.ts";
import { IntegrityError } from "../errors.ts";
import type { AddFile } from "./delta/mod.ts";
import { type FilePart, type FileRange, openParquet } from "./parquet.ts";

const DIGEST_LENGTH = 32;

/** A file of so many bytes has pieces, however few row groups. */
const LEAST_BYTES = 64 * 1024;

/** A piece of a file, from the end of the one before it. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly digest: string;
}

/**
 * The tag of a file; none for a small one.
 *
 * @param bytes The whole file.
 * @param source Its path, for errors.
 * @param sha256 Hashes a part of it.
 */
export async function pieceTags(
  bytes: Bytes,
  source: string,
  sha256: (piece: Bytes) => Promise<string> = sha256Hex,
): Promise<{ readonly pieces?: string }> {
  if (bytes.length < LEAST_BYTES) return {};
  const { groups } = openParquet(bytes, { source });
  const ends = [...groups.map((group) => group.place().end), bytes.length];
  const pieces = await Promise.all(ends.map(async (end, i) => {
    const digest = await sha256(bytes.subarray(ends[i - 1] ?? 0, end));
    return `${end}:${digest.slice(0, DIGEST_LENGTH)}`;
  }));
  return { pieces: pieces.join(",") };
}

/** Reads the pieces of a file, and checks them. */
export class PieceDigests {
  readonly #pieces: readonly Piece[];

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

  /** The last piece: the footer of the file. */
  get footer(): FileRange {
    const { start, end } = this.#pieces.at(-1) ?? { start: 0, end: 0 };
    return { start, end };
  }

  /**
   * Reads all pieces that have bytes of a range.
   *
   * @param source The file's path, for errors.
   * @param read Reads a range of it.
   * @throws {IntegrityError} When one of them is not what was written.
   */
  async read(
    range: FileRange,
    source: string,
    read: (range: FileRange) => Promise<Bytes>,
  ): Promise<FilePart> {
    const pieces = this.#pieces.filter(({ start, end }) =>
      end > range.start && start < range.end
    );
    const first = pieces[0]?.start ?? 0;
    const bytes = await read({ start: first, end: pieces.at(-1)?.end ?? 0 });
    for (const { start, end, digest } of pieces) {
      const actual = await digestOf(bytes.subarray(start - first, end - first));
      if (actual === digest) continue;
      throw new IntegrityError(
        source,
        `the SHA-256 of its bytes ${start} to ${end} begins with ${actual}, not ${digest}`,
      );
    }
    return { start: first, bytes };
  }
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  return (await sha256Hex(bytes)).slice(0, DIGEST_LENGTH);
}
