/**
 * The digest by which the proof of concept compares directories.
 *
 * ```text
 * SHA-256 of each version of the files and symlinks, by name and number:
 *              the name, the size (64 bits, big endian), the type (a byte), the
 *              SHA-256 of its bytes (32 bytes, zeros for a symlink)
 *         then of each directory, by name: its digest (32 bytes)
 * ```
 *
 * @module
 */
import { compareUtf8, concatBytes, encodeUtf8, sha256Hex } from "../bytes.ts";
import {
  childPath,
  FILE_KINDS,
  FTYPE,
  isFile,
  type SourceDirectory,
  type SourceEntry,
} from "./source.ts";

/** What is known of a version here. */
export interface Digested {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Says which versions of a file there are; `undefined` where it isn't there. */
export type VersionsOf = (
  path: string,
  entry: SourceEntry,
) => readonly Digested[] | undefined;

/** What a symlink is hashed as. */
const LINK: readonly Digested[] = [{ sizeBytes: 0, sha256: "0".repeat(64) }];

/**
 * Computes the digest of a directory and of all below it.
 *
 * @param versionsOf Says what counts: of one side, or of the other.
 * @returns By the paths of directories.
 */
export async function digestsOf(
  root: SourceDirectory,
  versionsOf: VersionsOf,
): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>();
  const of = async (path: string, { entries }: SourceDirectory) => {
    const parts: Uint8Array[] = [];
    const sorted = [...entries].sort(([a], [b]) => compareUtf8(a, b));
    for (const [name, entry] of sorted) {
      if (entry.kind === "tree") continue;
      const versions = versionsOf(childPath(path, name), entry) ?? [];
      for (const { sha256, sizeBytes } of versions) {
        parts.push(encodeUtf8(name), head(sizeBytes, numberOf(entry)));
        parts.push(bytesOfHex(sha256));
      }
    }
    for (const [name, entry] of sorted) {
      if (entry.kind !== "tree") continue;
      parts.push(bytesOfHex(await of(childPath(path, name), entry)));
    }
    const digest = await sha256Hex(concatBytes(parts));
    digests.set(path, digest);
    return digest;
  };
  await of("/", root);
  return digests;
}

/** The versions of an entry, as the source has them. */
export function sourceVersions(
  entry: SourceEntry,
): readonly Digested[] | undefined {
  if (!isFile(entry)) return entry.kind === "symlink" ? LINK : undefined;
  return entry.versions.flatMap(({ sha256, sizeBytes }) =>
    sha256 === undefined ? [] : [{ sizeBytes, sha256 }]
  );
}

function head(sizeBytes: number, ftype: number): Uint8Array {
  const bytes = new Uint8Array(9);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(sizeBytes));
  view.setUint8(8, ftype);
  return bytes;
}

function numberOf(entry: SourceEntry): number {
  if (entry.kind === "symlink") return FTYPE.symlink;
  for (const [number, kind] of FILE_KINDS) {
    if (kind === entry.kind) return number;
  }
  return FTYPE.tree;
}

function bytesOfHex(text: string): Uint8Array {
  return Uint8Array.from(
    { length: text.length / 2 },
    (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16),
  );
}
