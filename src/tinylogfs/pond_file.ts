/**
 * `pond.json`: what makes a directory a pond.
 *
 * ```text
 * {"format":1,"id":"<32 hex>","created":"<RFC 3339, UTC>","check":"<8 hex>"}
 * ```
 *
 * The check is the beginning of the SHA-256 of the three values with a space
 * between them. A newer format may have another one: there, only the format is
 * believed, and the pond is refused.
 *
 * It is written last when a pond is made, flushed and linked into place: a
 * directory with this file is a whole pond.
 *
 * @module
 */
import { encodeUtf8, sha256Hex, tryDecodeUtf8 } from "../bytes.ts";
import { hasCode, IntegrityError, PondError } from "../errors.ts";
import type { FileStore } from "../host/host.ts";
import { parseObject } from "./attributes.ts";

/** The newest format that this version reads and writes. */
export const POND_FORMAT: number = 1;

/** The content of `pond.json`. */
export interface PondFile {
  /** The version of what is on the disk. */
  readonly format: number;
  /** The pond's identity: 32 hexadecimal digits. */
  readonly id: string;
  /** When it was made, RFC 3339 in UTC. */
  readonly created: string;
}

/**
 * Reads and checks `pond.json`.
 *
 * @param files The host's files.
 * @param pond The pond's directory.
 * @throws {PondError} `NO_POND`, `FORMAT_TOO_NEW`, or `INTEGRITY`.
 */
export async function readPondFile(
  files: FileStore,
  pond: string,
): Promise<PondFile> {
  const path = `${pond}/pond.json`;
  const bytes = await readOrNoPond(files, path, pond);
  const text = tryDecodeUtf8(bytes);
  if (text === undefined) {
    throw new IntegrityError(path, "it is not valid UTF-8");
  }
  const { format, id, created, check } = parseObject(text, path);
  if (
    typeof format !== "number" || !Number.isSafeInteger(format) || format < 1
  ) {
    throw new IntegrityError(path, `its format is ${JSON.stringify(format)}`);
  }
  if (format > POND_FORMAT) {
    throw new PondError(
      "FORMAT_TOO_NEW",
      `Cannot open ${pond}: its format is ${format}, and this pond reads up to ${POND_FORMAT}`,
      { path: pond, hint: "install a newer version of pond" },
    );
  }
  if (check !== await checkOf(format, id, created)) {
    throw new IntegrityError(path, "its check is not that of its values");
  }
  if (
    typeof id !== "string" || !/^[0-9a-f]{32}$/.test(id) ||
    typeof created !== "string" || Number.isNaN(Date.parse(created))
  ) {
    throw new IntegrityError(path, "it has no valid id and time");
  }
  return { format, id, created };
}

/**
 * Writes `pond.json` into a new pond.
 *
 * @param files The host's files.
 * @param pond The pond's directory.
 * @param content What to write.
 * @param temporary A path on the same file system, for the unfinished file.
 * @throws {PondError} `ALREADY_EXISTS` when another process was faster.
 */
export async function writePondFile(
  files: FileStore,
  pond: string,
  content: PondFile,
  temporary: string,
): Promise<void> {
  {
    await using file = await files.create(temporary);
    const { format, id, created } = content;
    const check = await checkOf(format, id, created);
    const line = JSON.stringify({ format, id, created, check });
    await file.write(encodeUtf8(`${line}\n`));
    await file.sync();
  }
  await files.link(temporary, `${pond}/pond.json`);
  await files.remove(temporary);
  await files.syncDirectory(pond);
}

async function checkOf(...values: readonly unknown[]): Promise<string> {
  return (await sha256Hex(encodeUtf8(values.join(" ")))).slice(0, 8);
}

async function readOrNoPond(
  files: FileStore,
  path: string,
  pond: string,
): Promise<Uint8Array> {
  try {
    return await files.read(path);
  } catch (cause) {
    if (!hasCode(cause, "NOT_FOUND", "NOT_A_DIRECTORY")) throw cause;
    throw new PondError(
      "NO_POND",
      `Cannot open ${pond}: there is no pond`,
      { path: pond, cause, hint: `make one: pond init ${pond}` },
    );
  }
}
