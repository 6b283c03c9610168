/**
 * SHA-256 of the members of a bundle, as `sha256sum -c` takes them.
 *
 * ```text
 * <64 hex>  <path>LF            one line a member
 * \<64 hex>  <path>LF           of a path with \, LF or CR, written as \\, \n, \r
 * ```
 *
 * A file of sums stands after the members that it is about, and there is one for
 * every few thousand: neither side holds more lines than that.
 *
 * @see {@link https://www.gnu.org/software/coreutils/manual/html_node/cksum-output-modes.html}
 * @module
 */
import { encodeUtf8 } from "../bytes.ts";
import type { Hasher } from "../host/host.ts";
import { sumsPath, TOP } from "./names.ts";
import type { TarMember } from "./tar.ts";

/** So many members have their sums in one file. */
const MEMBERS = 4096;

/** A member of which the sum is known, or found while it is written. */
export interface SummedMember extends TarMember {
  /** The SHA-256 of its content; found while it is read when left out. */
  readonly sha256?: string;
}

/** One line. */
export function sumLine(sha256: string, path: string): string {
  const escaped = path.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r");
  return `${escaped === path ? "" : "\\"}${sha256}  ${escaped}\n`;
}

/**
 * Puts files of sums between members, and one at the end.
 *
 * @param members In the order of the archive; paths are below the top.
 * @param modifiedMs The time of the files of sums.
 */
export async function* withSums(
  members: AsyncIterable<SummedMember>,
  hasher: Hasher,
  modifiedMs: number,
): AsyncGenerator<TarMember> {
  let lines: string[] = [];
  let number = 0;
  const sums = (): TarMember => {
    const content = encodeUtf8(lines.join(""));
    lines = [];
    return fileOf(TOP + sumsPath(++number), content, modifiedMs);
  };
  for await (const member of members) {
    const { content, path, sha256, target, type } = member;
    let digest = sha256;
    yield {
      ...member,
      path: TOP + path,
      ...(target !== undefined && type === "link"
        ? { target: TOP + target }
        : {}),
      ...(content === undefined ? {} : {
        content: hashed(content, hasher, (found) => digest = found),
      }),
    };
    // The member was read: a file has its digest now, a directory none.
    if (digest !== undefined) lines.push(sumLine(digest, path));
    if (lines.length === MEMBERS) yield sums();
  }
  if (lines.length > 0) yield sums();
}

/** A small file. */
export function fileOf(
  path: string,
  content: Uint8Array,
  modifiedMs: number,
): TarMember {
  return {
    path,
    type: "file",
    sizeBytes: content.length,
    modifiedMs,
    mode: 0o644,
    content: [content],
  };
}

async function* hashed(
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  hasher: Hasher,
  found: (sha256: string) => void,
): AsyncGenerator<Uint8Array> {
  const hash = await hasher.sha256();
  for await (const chunk of content) {
    hash.update(chunk);
    yield chunk;
  }
  found(hash.digestHex());
}
