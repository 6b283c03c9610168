/**
 * Deletion vectors: which rows of a data file are deleted.
 *
 * ```text
 * file    1           1 byte    version
 *         at offset   4 bytes   size of the set, big-endian
 *                     …         the set (roaring.ts)
 *                     4 bytes   its CRC-32, big-endian
 * inline              the set in Z85
 * ```
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#deletion-vectors}
 * @module
 */
import { type Bytes, crc32, encodeHex } from "../../bytes.ts";
import { hasCode, IntegrityError, PondError } from "../../errors.ts";
import { pathIn, type TableStore } from "../store/store.ts";
import type { DeletionVectorDescriptor } from "./actions.ts";
import { storePathOf } from "./file_path.ts";
import { LOG_DIRECTORY } from "./log_path.ts";
import { RowSet } from "./roaring.ts";
import { decodeZ85 } from "./z85.ts";

/** What a base85 UUID takes. */
const UUID_LENGTH = 20;
const FILE_VERSION = 1;

/**
 * Reads a deletion vector.
 *
 * @throws {IntegrityError} When it is damaged.
 * @throws {PondError} `UNSUPPORTED` when it is stored in an unknown way.
 */
export async function readDeletionVector(
  vector: DeletionVectorDescriptor,
  store: TableStore,
): Promise<RowSet> {
  const { path, bytes } = await vectorBytes(vector, store);
  let rows: RowSet;
  try {
    rows = RowSet.decode(bytes);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new IntegrityError(
      path,
      `it holds no valid deletion vector: ${cause.message}`,
      { cause },
    );
  }
  if (rows.size === vector.cardinality) return rows;
  throw new IntegrityError(
    path,
    `its deletion vector has ${rows.size} rows, not ${vector.cardinality}`,
  );
}

async function vectorBytes(
  vector: DeletionVectorDescriptor,
  store: TableStore,
): Promise<{ readonly path: string; readonly bytes: Uint8Array }> {
  const { storageType, pathOrInlineDv } = vector;
  const log = pathIn(store, LOG_DIRECTORY);
  switch (storageType) {
    case "i":
      return { path: log, bytes: inlineBytes(vector, log) };
    case "u":
      return await fileBytes(relativePath(pathOrInlineDv, log), vector, store);
    case "p":
      return await fileBytes(storePathOf(pathOrInlineDv, log), vector, store);
    default:
      throw new PondError(
        "UNSUPPORTED",
        `Cannot read ${store.location}: it requires deletionVectors stored as ${storageType}`,
        { path: store.location, hint: "read it with a newer engine" },
      );
  }
}

function inlineBytes(
  { pathOrInlineDv, sizeInBytes }: DeletionVectorDescriptor,
  log: string,
): Uint8Array {
  const bytes = decodeZ85(pathOrInlineDv);
  // The text stands for a multiple of four bytes.
  const padding = bytes === undefined ? -1 : bytes.length - sizeInBytes;
  if (bytes === undefined || padding < 0 || padding > 3) {
    throw new IntegrityError(log, "an inline deletion vector in it is no Z85");
  }
  return bytes.subarray(0, sizeInBytes);
}

/** `ab<20 characters>` is `ab/deletion_vector_<UUID>.bin`. */
function relativePath(text: string, log: string): string {
  const prefix = text.slice(0, -UUID_LENGTH);
  const uuid = decodeZ85(text.slice(-UUID_LENGTH));
  const isName = !/[/\\\0]/.test(prefix) && prefix !== ".." && prefix !== ".";
  if (text.length < UUID_LENGTH || uuid === undefined || !isName) {
    throw new IntegrityError(log, `it names no deletion vector: ${text}`);
  }
  const dashed = encodeHex(uuid).replace(
    /^(.{8})(.{4})(.{4})(.{4})(.{12})$/,
    "$1-$2-$3-$4-$5",
  );
  const name = `deletion_vector_${dashed}.bin`;
  return prefix === "" ? name : `${prefix}/${name}`;
}

async function fileBytes(
  name: string,
  { offset = 0, sizeInBytes }: DeletionVectorDescriptor,
  store: TableStore,
): Promise<{ readonly path: string; readonly bytes: Bytes }> {
  const path = pathIn(store, name);
  const version = await readRange(store, name, 0, 1);
  if (version[0] !== FILE_VERSION) {
    throw new IntegrityError(
      path,
      `it has the version ${version[0] ?? "of no byte"}, not ${FILE_VERSION}`,
    );
  }
  if (!(sizeInBytes >= 0 && offset >= 0)) {
    throw new IntegrityError(path, `it has no ${sizeInBytes} bytes`);
  }
  const stored = await readRange(store, name, offset, sizeInBytes + 8);
  if (stored.length !== sizeInBytes + 8) {
    throw new IntegrityError(path, "its deletion vector is cut off");
  }
  const view = new DataView(stored.buffer, stored.byteOffset, stored.length);
  const size = view.getUint32(0);
  if (size !== sizeInBytes) {
    throw new IntegrityError(
      path,
      `its deletion vector has ${size} bytes, not ${sizeInBytes}`,
    );
  }
  const bytes = stored.subarray(4, 4 + size);
  if (crc32(bytes) !== view.getUint32(4 + size)) {
    throw new IntegrityError(
      path,
      "the CRC-32 of its deletion vector is wrong",
    );
  }
  return { path, bytes };
}

async function readRange(
  store: TableStore,
  name: string,
  offset: number,
  length: number,
): Promise<Bytes> {
  try {
    return await store.get(name, { offset, length });
  } catch (cause) {
    if (!hasCode(cause, "NOT_FOUND", "NOT_A_DIRECTORY")) throw cause;
    const path = pathIn(store, name);
    throw new IntegrityError(path, "the file is missing", { cause });
  }
}
