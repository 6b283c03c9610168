/**
 * The chain of digests that makes damage to the log visible.
 *
 * ```text
 * first line of a commit of ours
 *   {"commitInfo":{…,"pondPrevious":"<64 hex>","pondDigest":"<64 hex>"}}
 * pondDigest    SHA-256 of the whole file, with zeros for its own 64 digits
 * pondPrevious  digest of the commit before; not in version 0
 * ```
 *
 * So a digest covers every byte of its commit and, through the one before,
 * every commit up to it. The digest of another engine's commit is the SHA-256 of
 * its bytes. Other readers ignore both members.
 *
 * @module
 */
import { type Bytes, encodeUtf8, sha256Hex } from "../../bytes.ts";
import { IntegrityError, invariant } from "../../errors.ts";
import type { CommitInfo } from "./actions.ts";

/** How commits of ours name their engine. */
export const ENGINE_NAME = "pond";

const ZEROS = "0".repeat(64);
const MARK = `"pondDigest":"`;

/**
 * Puts a commit's digest into it.
 *
 * @param text The commit, with {@linkcode unsignedDigest} in its first line.
 * @returns The bytes to write, and the digest.
 */
export async function sealCommit(
  text: string,
): Promise<{ bytes: Bytes; digest: string }> {
  const digest = await sha256Hex(encodeUtf8(text));
  const at = digestOffset(text);
  invariant(at !== undefined, "a commit to seal has a place for its digest");
  const sealed = text.slice(0, at) + digest + text.slice(at + ZEROS.length);
  return { bytes: encodeUtf8(sealed), digest };
}

/** The members that {@linkcode sealCommit} needs; the last of `commitInfo`. */
export function unsignedDigest(previous: string | undefined): CommitInfo {
  return previous === undefined
    ? { pondDigest: ZEROS }
    : { pondPrevious: previous, pondDigest: ZEROS };
}

/**
 * Checks a commit that was read, and tells its digest.
 *
 * @param bytes The commit file.
 * @param text The same, decoded.
 * @param commitInfo What its first line says, if it says anything.
 * @param source The file, for the error.
 * @throws {IntegrityError} When a commit of ours is not what was written.
 */
export async function checkDigest(
  bytes: Bytes,
  text: string,
  commitInfo: CommitInfo | undefined,
  source: string,
): Promise<string> {
  if (commitInfo === undefined || !isOurs(commitInfo)) {
    return await sha256Hex(bytes);
  }
  const at = digestOffset(text);
  const stated = at === undefined
    ? undefined
    : text.slice(at, at + ZEROS.length);
  if (at === undefined || stated !== commitInfo.pondDigest) {
    throw new IntegrityError(source, "its digest is not where it belongs");
  }
  const unsigned = text.slice(0, at) + ZEROS + text.slice(at + ZEROS.length);
  const digest = await sha256Hex(encodeUtf8(unsigned));
  if (digest === stated) return digest;
  throw new IntegrityError(source, `its digest is ${digest}, not ${stated}`);
}

/**
 * The digest of the commit before, as a commit of ours names it.
 *
 * @param commitInfo What its first line says.
 * @returns `undefined` where it names none: another engine's, or version 0.
 */
export function previousDigest(
  commitInfo: CommitInfo | undefined,
): string | undefined {
  const { pondPrevious } = commitInfo ?? {};
  return typeof pondPrevious === "string" ? pondPrevious : undefined;
}

/** A commit is ours if anything in it says so: one flipped bit can't hide it. */
function isOurs(commitInfo: CommitInfo): boolean {
  const { engineInfo, pondDigest, pondPrevious } = commitInfo;
  return pondDigest !== undefined || pondPrevious !== undefined ||
    (typeof engineInfo === "string" &&
      engineInfo.startsWith(`${ENGINE_NAME}/`));
}

/** Where the digits are: the last member of the object in the first line. */
function digestOffset(text: string): number | undefined {
  const end = text.indexOf("\n");
  const at = text.lastIndexOf(MARK, end < 0 ? undefined : end);
  return at < 0 ? undefined : at + MARK.length;
}
