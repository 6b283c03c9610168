/**
 * An index: where rows and blobs are.
 *
 * ```text
 * {"index": 1,
 *  "packs": ["<64 hex>", …],
 *  "pieces": [[pack, offset, stored bytes, bytes, "<64 hex>"], …],
 *  "rows": {"<line>": [[first version, last version, rows, piece], …], …},
 *  "blobs": [piece | ["<64 hex>", [piece, …]], …]}
 * ```
 *
 * Packs and pieces are named by their places in these lists. A blob of one piece
 * has the piece's hash. An index is whole in itself: it lists every pack that it
 * speaks of. Its bytes are a zstd frame after the length of what is in it.
 *
 * An index without rows and blobs is what a long run leaves on its way: it tells
 * the next one what is in the packs already.
 *
 * @module
 */
import { type Bytes, concatBytes, encodeUtf8 } from "../bytes.ts";
import { IntegrityError, invariant } from "../errors.ts";
import type { Compression } from "../host/host.ts";
import { textOf } from "./format.ts";
import { parseObject } from "../tinylogfs/attributes.ts";
import { JsonReader } from "./json.ts";

/** Bytes in a pack. */
export interface Piece {
  /** SHA-256 of what it was before it was compressed. */
  readonly sha256: string;
  /** Bytes of that. */
  readonly sizeBytes: number;
  /** The pack. */
  readonly pack: string;
  /** Where in the pack it begins. */
  readonly offset: number;
  /** Bytes in the pack; as many as `sizeBytes` where it is not compressed. */
  readonly storedBytes: number;
}

/** Rows of a line that follow one another. */
export interface RowSegment {
  /** The lowest version of them. */
  readonly minVersion: number;
  /** The highest. */
  readonly maxVersion: number;
  /** How many there are. */
  readonly rows: number;
  /** Where they are. */
  readonly piece: Piece;
}

/** The content of files. */
export interface SavedBlob {
  /** Its SHA-256. */
  readonly sha256: string;
  /** What it is put together of. */
  readonly pieces: readonly Piece[];
}

/** Bytes of a blob. */
export function blobBytes({ pieces }: SavedBlob): number {
  return pieces.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** What an index says. */
export interface IndexContent {
  /** Rows, by the ids of their lines. */
  readonly rows: ReadonlyMap<string, readonly RowSegment[]>;
  /** Blobs, each once. */
  readonly blobs: readonly SavedBlob[];
  /** Pieces that neither of them speaks of. */
  readonly pieces: readonly Piece[];
}

/** Longer ones are no index. */
const MAX_BYTES = 2 ** 31;

/** Encodes an index. */
export function encodeIndex(
  { blobs, pieces, rows }: IndexContent,
  compression: Compression,
): Bytes {
  const list = new PieceList();
  const value = {
    index: 1,
    packs: list.packs,
    pieces: list.rows,
    rows: Object.fromEntries(
      [...rows].map(([line, segments]) => [
        line,
        segments.map(({ maxVersion, minVersion, piece, rows }) => [
          minVersion,
          maxVersion,
          rows,
          list.numberOf(piece),
        ]),
      ]),
    ),
    blobs: blobs.map(({ pieces, sha256 }) => {
      const [only, ...others] = pieces.map((piece) => list.numberOf(piece));
      return others.length === 0 && pieces[0]?.sha256 === sha256
        ? only
        : [sha256, [only, ...others]];
    }),
  };
  for (const piece of pieces) list.numberOf(piece);
  const text = encodeUtf8(JSON.stringify(value));
  invariant(text.length < MAX_BYTES, "an index has less than 2 GiB");
  const header = new Uint8Array(4);
  new DataView(header.buffer).setUint32(0, text.length, true);
  return concatBytes([header, compression.zstd(text)]);
}

/** Gives pieces and packs their numbers. */
class PieceList {
  readonly packs: string[] = [];
  readonly rows: (number | string)[][] = [];
  readonly #packs = new Map<string, number>();
  readonly #pieces = new Map<string, number>();

  numberOf(piece: Piece): number {
    const known = this.#pieces.get(piece.sha256);
    if (known !== undefined) return known;
    const { offset, sha256, sizeBytes, storedBytes } = piece;
    const pack = this.#packOf(piece.pack);
    this.rows.push([pack, offset, storedBytes, sizeBytes, sha256]);
    this.#pieces.set(sha256, this.rows.length - 1);
    return this.rows.length - 1;
  }

  #packOf(name: string): number {
    const known = this.#packs.get(name);
    if (known !== undefined) return known;
    this.packs.push(name);
    this.#packs.set(name, this.packs.length - 1);
    return this.packs.length - 1;
  }
}

/**
 * Decodes an index.
 *
 * @param source What it is called, for errors.
 * @throws {IntegrityError} When it is none.
 */
export function decodeIndex(
  bytes: Bytes,
  compression: Compression,
  source: string,
): IndexContent {
  const value = parseObject(
    textOf(unpacked(bytes, compression, source), source),
    source,
  );
  const read = new JsonReader(source);
  if (value.index !== 1) read.refuse("format", value.index);
  const packs = read.list(value.packs, "packs")
    .map((name) => read.hex(name, 64, "pack"));
  const pieces = read.list(value.pieces, "pieces")
    .map((piece) => decodePiece(read, piece, packs));
  const used = new Set<Piece>();
  const pieceAt = (number: unknown) => {
    const piece = pieces[read.count(number, "piece")];
    if (piece === undefined) return read.refuse("piece", number);
    used.add(piece);
    return piece;
  };
  const rows = new Map<string, readonly RowSegment[]>();
  for (const [line, list] of Object.entries(read.object(value.rows, "rows"))) {
    rows.set(
      line,
      read.list(list, "rows").map((segment) => {
        const [first, last, count, piece] = read.list(segment, "rows");
        return {
          minVersion: read.count(first, "first version"),
          maxVersion: read.count(last, "last version"),
          rows: read.count(count, "rows"),
          piece: pieceAt(piece),
        };
      }),
    );
  }
  const blobs = read.list(value.blobs, "blobs").map((blob): SavedBlob => {
    if (typeof blob === "number") {
      const piece = pieceAt(blob);
      return { sha256: piece.sha256, pieces: [piece] };
    }
    const [sha256, list] = read.list(blob, "blob");
    return {
      sha256: read.hex(sha256, 64, "blob"),
      pieces: read.list(list, "pieces of a blob").map(pieceAt),
    };
  });
  return { rows, blobs, pieces: pieces.filter((piece) => !used.has(piece)) };
}

function unpacked(
  bytes: Bytes,
  compression: Compression,
  source: string,
): Bytes {
  if (bytes.length < 4) throw new IntegrityError(source, "it is no index");
  const sizeBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(
    0,
    true,
  );
  try {
    return compression.unzstd(bytes.subarray(4), sizeBytes);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new IntegrityError(source, "it is no index", { cause });
  }
}

function decodePiece(
  read: JsonReader,
  value: unknown,
  packs: readonly string[],
): Piece {
  const [pack, offset, stored, size, sha256] = read.list(value, "piece");
  const name = packs[read.count(pack, "pack of a piece")];
  if (name === undefined) return read.refuse("pack of a piece", pack);
  return {
    sha256: read.hex(sha256, 64, "piece"),
    sizeBytes: read.count(size, "piece's length"),
    pack: name,
    offset: read.count(offset, "piece's place"),
    storedBytes: read.count(stored, "piece's length"),
  };
}
