/**
 * What is in a backup, byte for byte.
 *
 * ```text
 * backup.json                        what it is a backup of
 * snapshots/<16 digits>-<64 hex>     one a run that found something new: when it
 *                                    was made (µs since the epoch), its SHA-256
 * indexes/<64 hex>                   where in the packs rows and blobs are
 * unfinished/<64 hex>                indexes of a run that has not come to its end
 * packs/<2 hex>/<64 hex>             pieces, one after the other
 * lock                               held by what writes, by the operating system
 * ```
 *
 * A snapshot names indexes, an index names packs, and every name is the SHA-256
 * of the bytes under it: what a snapshot holds is found and checked from its own
 * name on, without the pond. Nothing that was written is ever changed.
 *
 * A **piece** is bytes of at most 1 MiB of a blob, or rows, in a zstd frame where
 * that is shorter. It is known by the SHA-256 of what it was before: what is in
 * the backup already isn't written again.
 *
 * docs/backup.md has all of it for those who read a backup without pond.
 *
 * @module
 */
import { encodeUtf8, sha256Hex, tryDecodeUtf8 } from "../bytes.ts";
import type { Bytes } from "../bytes.ts";
import { IntegrityError, PondError } from "../errors.ts";
import { parseObject } from "../tinylogfs/attributes.ts";

/** The newest format that this version reads and writes. */
export const BACKUP_FORMAT: number = 1;

/** Where `backup.json` is. */
export const BACKUP_FILE = "backup.json";

/** Content of blobs is cut after so many bytes. */
export const PIECE_BYTES: number = 1024 * 1024;

/** Rows are put into a piece until they have so many bytes. */
export const ROW_PIECE_BYTES: number = 4 * 1024 * 1024;

/** A pack ends with the piece with which it has so many bytes. */
export const PACK_BYTES: number = 16 * 1024 * 1024;

/** What `backup.json` says. */
export interface BackupFile {
  /** The version of what is in the backup. */
  readonly format: number;
  /** The pond: 32 hexadecimal digits. */
  readonly pondId: string;
  /** When it was made, microseconds since the epoch, UTC. */
  readonly createdUs: number;
  /**
   * The key of what is in it: an age file, armored, with the age identity that
   * opens every object. `undefined`: nothing is encrypted.
   */
  readonly key: string | undefined;
}

/** Encodes `backup.json`. */
export async function encodeBackupFile(file: BackupFile): Promise<Bytes> {
  const { createdUs, format, key = null, pondId } = file;
  const check = await checkOf(format, pondId, createdUs, key);
  const value = { format, pond: pondId, created: createdUs, key, check };
  return encodeUtf8(`${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Decodes `backup.json`.
 *
 * @param source What it is called, for errors.
 * @throws {PondError} `FORMAT_TOO_NEW`, `INTEGRITY`.
 */
export async function decodeBackupFile(
  bytes: Uint8Array,
  source: string,
): Promise<BackupFile> {
  const { check, created, format, key, pond } = parseObject(
    textOf(bytes, source),
    source,
  );
  if (typeof format !== "number" || !Number.isSafeInteger(format)) {
    throw new IntegrityError(source, `its format is ${JSON.stringify(format)}`);
  }
  if (format > BACKUP_FORMAT) {
    throw new PondError(
      "FORMAT_TOO_NEW",
      `Cannot read the backup ${source}: its format is ${format}, and this pond reads up to ${BACKUP_FORMAT}`,
      { path: source, hint: "install a newer version of pond" },
    );
  }
  if (check !== await checkOf(format, pond, created, key)) {
    throw new IntegrityError(source, "its check is not that of its values");
  }
  const isValid = typeof pond === "string" && /^[0-9a-f]{32}$/.test(pond) &&
    typeof created === "number" && (key === null || typeof key === "string");
  if (!isValid) throw new IntegrityError(source, "its values are no backup's");
  return { format, pondId: pond, createdUs: created, key: key ?? undefined };
}

/** Text of what must be UTF-8. */
export function textOf(bytes: Uint8Array, source: string): string {
  const text = tryDecodeUtf8(bytes);
  if (text !== undefined) return text;
  throw new IntegrityError(source, "it is not valid UTF-8");
}

/** The whole of it protects the few values that nothing else names. */
async function checkOf(...values: readonly unknown[]): Promise<string> {
  return await sha256Hex(encodeUtf8(JSON.stringify(values)));
}
