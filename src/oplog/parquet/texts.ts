/**
 * The texts of a page, decoded together: a call of the decoder for each would
 * cost more than the decoding.
 *
 * ```text
 * PLAIN   length in four bytes, bytes, length, bytes, …
 * ```
 *
 * @see {@link https://parquet.apache.org/docs/file-format/data-pages/encodings/#PLAIN}
 * @module
 */
import { type Encoded, requireRoom } from "./encodings.ts";
import { converting } from "./pages.ts";
import { textOf } from "./values.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A page of more doesn't fit into one string. */
const MAX_TOGETHER_BYTES = 256 * 1024 * 1024;

const oneByOne = converting(textOf);

/**
 * Decodes the values of a page as texts.
 *
 * @throws {RangeError} When they are cut off.
 */
export function decodeTexts(
  page: Uint8Array,
  encoded: Encoded,
): ArrayLike<string> {
  const { encoding, count, element: { type } } = encoded;
  const isPlain = encoding === "PLAIN" && type === "BYTE_ARRAY";
  if (!isPlain || page.length > MAX_TOGETHER_BYTES) {
    return oneByOne(page, encoded);
  }
  requireRoom(page, encoded);
  // With zeros for the lengths, no character goes from one text into another.
  const bytes = page.slice();
  const starts = new Uint32Array(count + 1);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const length = takeLength(bytes, at);
    at += 4;
    starts[i] = at;
    if (length > bytes.length - at) {
      throw new RangeError(`a text of ${length} bytes is cut off`);
    }
    at += length;
  }
  starts[count] = at + 4;
  const all = decoder.decode(bytes.subarray(0, at));
  // As many characters as bytes: each byte has become one, at its place.
  const inPlace = all.length === at;
  const texts = new Array<string>(count);
  for (let i = 0; i < count; i++) {
    const start = starts[i] ?? 0;
    const end = (starts[i + 1] ?? 0) - 4;
    texts[i] = inPlace
      ? all.slice(start, end)
      : decoder.decode(bytes.subarray(start, end));
  }
  return texts;
}

/** Reads a length, and puts zeros in its place. */
function takeLength(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) throw new RangeError("a length is cut off");
  const length = ((bytes[at] ?? 0) | (bytes[at + 1] ?? 0) << 8 |
    (bytes[at + 2] ?? 0) << 16 | (bytes[at + 3] ?? 0) << 24) >>> 0;
  bytes[at] =
    bytes[at + 1] =
    bytes[at + 2] =
    bytes[at + 3] =
      0;
  return length;
}
