/**
 * Rows of a table as bytes, as they are put into pieces.
 *
 * ```text
 * for each row, in order
 *   u32   bytes of the partition's id       all numbers are little-endian
 *   u32   bytes of the content
 *   f64   version
 *   f64   timestamp, microseconds since the epoch, UTC
 *   …     the partition's id, UTF-8
 *   …     the content, an Arrow IPC stream of OplogEntry rows
 * ```
 *
 * The order is that of the versions, within one that of the partitions, then that
 * in which the rows were written.
 *
 * @module
 */
import {
  type Bytes,
  concatBytes,
  encodeUtf8,
  tryDecodeUtf8,
} from "../bytes.ts";
import { IntegrityError } from "../errors.ts";
import type { Record } from "../oplog/mod.ts";

const HEADER_BYTES = 24;

/** Encodes a row. */
export function encodeRow(
  { content, partId, timestampUs, version }: Record,
): Bytes[] {
  const id = encodeUtf8(partId);
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint32(0, id.length, true);
  view.setUint32(4, content.length, true);
  view.setFloat64(8, version, true);
  view.setFloat64(16, timestampUs, true);
  return [concatBytes([header, id]), content];
}

/**
 * Decodes the rows of a piece. Their content is a copy each, which begins where
 * Arrow wants it to.
 *
 * @param source What the piece is called, for errors.
 * @throws {IntegrityError} When it holds no rows.
 */
export function* decodeRows(bytes: Bytes, source: string): Generator<Record> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (at < bytes.length) {
    const rest = bytes.length - at - HEADER_BYTES;
    if (rest < 0) throw new IntegrityError(source, "a row in it is cut off");
    const idBytes = view.getUint32(at, true);
    const contentBytes = view.getUint32(at + 4, true);
    if (idBytes + contentBytes > rest) {
      throw new IntegrityError(source, "a row in it is cut off");
    }
    const begin = at + HEADER_BYTES;
    const end = begin + idBytes + contentBytes;
    const partId = tryDecodeUtf8(bytes.subarray(begin, begin + idBytes));
    const version = view.getFloat64(at + 8, true);
    const timestampUs = view.getFloat64(at + 16, true);
    if (
      partId === undefined || !Number.isSafeInteger(version) ||
      !Number.isSafeInteger(timestampUs)
    ) throw new IntegrityError(source, "what is in it is no row");
    const content = bytes.slice(begin + idBytes, end);
    yield { partId, version, timestampUs, content };
    at = end;
  }
}
