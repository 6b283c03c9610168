/**
 * Indexes put together, so that a snapshot names few of them.
 *
 * Each run adds one. Those at the end whose sizes are near to its own become part
 * of it: after n runs there are about log n, and what was written of each entry is
 * as much as log n times that. Packs stay as they are.
 *
 * @module
 */
import type {
  IndexContent,
  Piece,
  RowSegment,
  SavedBlob,
} from "./index_object.ts";

/** One with less than so many times the entries of those after it is merged. */
const NEAR = 2;

/** How many of the indexes at the end are to become one with a new one. */
export function mergedTail(
  before: readonly IndexContent[],
  added: IndexContent,
): number {
  let size = sizeOf(added);
  let count = 0;
  for (const index of before.toReversed()) {
    const own = sizeOf(index);
    if (own > size * NEAR) break;
    size += own;
    count++;
  }
  return count;
}

function sizeOf({ blobs, pieces, rows }: IndexContent): number {
  let size = blobs.length + pieces.length;
  for (const segments of rows.values()) size += segments.length;
  return size;
}

/** One index of several, in their order. */
export function joinedIndex(indexes: readonly IndexContent[]): IndexContent {
  const rows = new Map<string, RowSegment[]>();
  const blobs = new Map<string, SavedBlob>();
  for (const index of indexes) {
    for (const [line, segments] of index.rows) {
      rows.set(line, [...rows.get(line) ?? [], ...segments]);
    }
    for (const blob of index.blobs) blobs.set(blob.sha256, blob);
  }
  return { rows, blobs: [...blobs.values()], pieces: [] };
}

/** The pieces that an index speaks of; one may come twice. */
export function* piecesIn(
  { blobs, pieces, rows }: IndexContent,
): Generator<Piece> {
  yield* pieces;
  for (const segments of rows.values()) {
    for (const { piece } of segments) yield piece;
  }
  for (const { pieces } of blobs) yield* pieces;
}
