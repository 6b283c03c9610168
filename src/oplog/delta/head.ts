/**
 * The witness of the newest commit, whose loss no Delta log can show.
 *
 * ```text
 * <16 digits of the version> <64 hex: digest of the commit> <8 hex: FNV-1a>\n
 * ```
 *
 * It is written over, in place and not flushed, after each commit: so it may
 * be missing, torn or behind, and says nothing then. What it must never be is
 * whole and ahead of the log.
 *
 * @module
 */
import { type Bytes, decodeUtf8, encodeUtf8 } from "../../bytes.ts";
import { hasCode } from "../../errors.ts";
import type { FileReader, FileWriter } from "../../host/host.ts";

/** What the witness saw. */
export interface Head {
  /** The version. */
  readonly version: number;
  /** The digest of its commit. */
  readonly digest: string;
}

/** Notes the newest commit. */
export async function writeHead(
  files: FileWriter,
  path: string,
  head: Head,
): Promise<void> {
  await files.overwrite(path, formatHead(head));
}

/** The witness as bytes. */
export function formatHead({ digest, version }: Head): Bytes {
  const text = `${String(version).padStart(16, "0")} ${digest}`;
  return encodeUtf8(`${text} ${fnv1a(text)}\n`);
}

/** Reads the witness; `undefined` when it is missing or damaged. */
export async function readHead(
  files: FileReader,
  path: string,
): Promise<Head | undefined> {
  let text: string;
  try {
    text = decodeUtf8(await files.read(path));
  } catch (error) {
    if (hasCode(error, "NOT_FOUND")) return undefined;
    throw error;
  }
  const match = /^((\d{16}) ([0-9a-f]{64})) ([0-9a-f]{8})\n$/.exec(text);
  const [, signed = "", version, digest = "", check] = match ?? [];
  if (version === undefined || check !== fnv1a(signed)) return undefined;
  return { version: Number(version), digest };
}

/** FNV-1a, 32 bits: enough to tell a torn or flipped line. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
