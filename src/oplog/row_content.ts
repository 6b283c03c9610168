/**
 * The content of files and symlinks that is kept in rows, held against the hash beside it.
 *
 * A data file that pond has written has its digest in the log, and its bytes are
 * checked against that. One that another engine has written, which merges files,
 * has none: then the hashes in its rows are all there is, and they are looked at
 * before the rows get a digest again (docs/decisions/0020).
 *
 * @module
 */
import { type Bytes, sha256Hex } from "../bytes.ts";
import { hasCode, IntegrityError } from "../errors.ts";
import { decodeOplogEntries, type OplogEntry, type Record } from "./record.ts";

/**
 * Requires that content is what was written.
 *
 * @param said What is said of it: of what isn't said, nothing is required.
 * @param source Where it comes from, for the error.
 * @throws {IntegrityError} When it is other content.
 */
export async function requireContent(
  content: Bytes,
  said: { readonly sha256?: string; readonly sizeBytes?: number },
  source: string,
): Promise<void> {
  const actual = await sha256Hex(content);
  const { sha256 = actual, sizeBytes = content.length } = said;
  if (content.length === sizeBytes && sha256 === actual) return;
  throw new IntegrityError(
    source,
    `its content has ${content.length} bytes and the SHA-256 ${actual}, not ${sizeBytes} and ${sha256}`,
  );
}

/**
 * Requires of the rows of a file without a digest that their content is what was
 * written. Rows that are no stream of ours say nothing of themselves.
 *
 * @param source The file's path, for the error.
 * @throws {IntegrityError} When the content of a row is another one.
 */
export async function requireContents(
  records: readonly Record[],
  source: string,
): Promise<void> {
  for (const { content: stream } of records) {
    for (const entry of entriesIn(stream, source)) {
      const { content, fileType, metadata } = entry;
      if (fileType === "directory" || content === null) continue;
      const sha256 = hashIn(metadata);
      if (sha256 === undefined) continue;
      await requireContent(content, { sha256 }, source);
    }
  }
}

function entriesIn(stream: Uint8Array, source: string): readonly OplogEntry[] {
  try {
    return decodeOplogEntries(stream, source);
  } catch (error) {
    if (hasCode(error, "INTEGRITY")) return [];
    throw error;
  }
}

/** The hash of the content in a row's metadata, if there is one. */
function hashIn(metadata: string): string | undefined {
  try {
    const { sha256 } = JSON.parse(metadata) ?? {};
    return typeof sha256 === "string" ? sha256 : undefined;
  } catch (error) {
    // Metadata that is none is found by whoever looks into it.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
