/**
 * What a data file says of the names in its directory records: who looks for one
 * name in a large directory reads no row group that has nothing of it.
 *
 * ```text
 * pond.names   in the footer: filter,filter,…   one for each row group, in order
 *   filter     a Bloom filter; empty: the row group may have any name
 *     digits   of base64url, six bits each, the highest first
 *     key      <part_id>/<name> in UTF-8, for every DirectoryEntry of a record of
 *              this directory; and <part_id>/ for the record itself
 *     h        FNV-1a of the key, 32 bits
 *     bits     of a filter of m bits: (a + i × b) mod 2³² mod m, for i from 0 to 7
 *              a = mix(h), b = mix(h xor 0x9e3779b9) or 1, mix: murmur3's fmix32
 * ```
 *
 * Twelve bits a name let one in 300 names pass that are not there.
 *
 * @module
 */
import { encodeUtf8 } from "../bytes.ts";
import { hasCode } from "../errors.ts";
import { DirectoryBatch, EntryBatch, type Record } from "./record.ts";

const DIGITS =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const DIGIT_BITS = 6;

const DIGITS_A_NAME = 2;

const PROBES = 8;

/** More names than this are not listed: a footer is read as a whole. */
const MOST_NAMES = 1024 * 1024;

/**
 * The filters of the row groups of a file.
 *
 * @param records The rows, in the order of the file.
 * @param rowGroups How many rows each row group has.
 * @param leastBytes A row group with less content may have any name.
 */
export function nameFilters(
  records: readonly Record[],
  rowGroups: readonly number[],
  leastBytes: number,
): string[] {
  let start = 0;
  return rowGroups.map((count) => {
    const rows = records.slice(start, start += count);
    const bytes = rows.reduce((sum, { content }) => sum + content.length, 0);
    return bytes < leastBytes ? "" : filterOf(rows);
  });
}

/**
 * Whether a row group may have an entry.
 *
 * @param filter That of the row group.
 * @param partId The directory.
 * @param name The name in it; `""` for any record of the directory.
 */
export function mayHaveName(
  filter: string,
  partId: string,
  name: string,
): boolean {
  for (const bit of bitsOf(partId, name, filter.length * DIGIT_BITS)) {
    const digit = DIGITS.indexOf(filter.charAt(Math.floor(bit / DIGIT_BITS)));
    // What is no digit says nothing.
    if (digit >= 0 && (digit & maskOf(bit)) === 0) return false;
  }
  return true;
}

function filterOf(records: readonly Record[]): string {
  try {
    return filterFor(records.map((record) => [record.partId, namesOf(record)]));
  } catch (error) {
    // Rows of other engines: other bytes than a stream of ours.
    if (hasCode(error, "INTEGRITY")) return "";
    throw error;
  }
}

function filterFor(
  names: readonly (readonly [partId: string, names: readonly string[]])[],
): string {
  const count = names.reduce((sum, [, { length }]) => sum + length, 0);
  if (count > MOST_NAMES) return "";
  const digits = new Uint8Array(Math.max(1, count * DIGITS_A_NAME));
  for (const [partId, listed] of names) {
    for (const name of listed) {
      for (const bit of bitsOf(partId, name, digits.length * DIGIT_BITS)) {
        const at = Math.floor(bit / DIGIT_BITS);
        digits[at] = (digits[at] ?? 0) | maskOf(bit);
      }
    }
  }
  return Array.from(digits, (digit) => DIGITS.charAt(digit)).join("");
}

/** The names in the directory records among the entries of a row, and `""`. */
function namesOf({ content, partId }: Record): string[] {
  return new EntryBatch(content, partId).allOf(partId, "directory")
    .flatMap(({ content }) => [
      "",
      ...content === null ? [] : new DirectoryBatch(content, partId).names(),
    ]);
}

function maskOf(bit: number): number {
  return 1 << (DIGIT_BITS - 1 - bit % DIGIT_BITS);
}

function* bitsOf(
  partId: string,
  name: string,
  count: number,
): Generator<number> {
  let hash = 0x811c9dc5;
  for (const byte of encodeUtf8(`${partId}/${name}`)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  const first = mixed(hash);
  const step = mixed(hash ^ 0x9e3779b9) | 1;
  for (let i = 0; i < PROBES; i++) {
    yield ((first + Math.imul(i, step)) >>> 0) % count;
  }
}

/** The end of MurmurHash3: each bit of the input changes half of the output. */
function mixed(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
