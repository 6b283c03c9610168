/**
 * What both sides had at the last sync.
 *
 * ```text
 * DIR/.pond-mirror/
 *   lock     the operating system's lock, while a run works
 *   state
 *     <64 hex>\n     SHA-256 of all that follows
 *     {...}\n        format, pond, branch, path, version, transaction, directory
 *     [...]\n        for each path, ordered:
 *                    path, type, mode, size, content,
 *                    node, node's version,                or null, null
 *                    size, modified, changed, inode       or null
 * ```
 *
 * It lies in the directory, so that it goes where that goes: a copy of it, or one
 * from a backup, is compared with what it itself had, and an empty directory under
 * the same path (a disk that isn't mounted) is a new mirror, not one from which
 * everything was deleted. `pond` and `transaction` name the state of the pond that
 * it was compared with: a pond that doesn't have it is another one, or an older copy.
 *
 * `content` is a file's SHA-256 or a symlink's target. The file is written under
 * another name, flushed and renamed, after everything that it tells of was flushed.
 *
 * @module
 */
import { decodeUtf8, encodeUtf8, sha256Hex } from "../bytes.ts";
import { hasCode, IntegrityError, PondError } from "../errors.ts";
import type { BaseNode, Fingerprint } from "./node.ts";
import type { MirrorFileType } from "./types.ts";

/** The format that is written; a newer one is refused. */
const FORMAT = 1;

/** The state of the pond that a directory was compared with. */
export interface MirrorHead {
  /** The pond's identity: 32 hexadecimal digits. */
  readonly pond: string;
  /** The branch. */
  readonly branch: string;
  /** The directory of the pond that is mirrored. */
  readonly path: string;
  /** The version. */
  readonly version: number;
  /** The id of the transaction that made it. */
  readonly transaction: string;
  /** Where the directory was then, absolute. */
  readonly directory: string;
}

/** All of it. */
export interface MirrorState {
  readonly head: MirrorHead;
  readonly base: ReadonlyMap<string, BaseNode>;
}

/** Encodes a state. */
export async function encodeState(
  { base, head }: MirrorState,
): Promise<Uint8Array[]> {
  const lines = [JSON.stringify({ format: FORMAT, ...head })];
  for (const path of [...base.keys()].sort()) {
    const node = base.get(path);
    if (node) lines.push(lineOf(path, node));
  }
  const body = encodeUtf8(`${lines.join("\n")}\n`);
  return [encodeUtf8(`${await sha256Hex(body)}\n`), body];
}

/**
 * Decodes a state.
 *
 * @param file The file that it comes from, for the errors.
 * @throws {PondError} `INTEGRITY`, `FORMAT_TOO_NEW`.
 */
export async function decodeState(
  bytes: Uint8Array,
  file: string,
): Promise<MirrorState> {
  const start = bytes.indexOf(0x0a) + 1;
  const digest = decodeUtf8(bytes.subarray(0, Math.max(0, start - 1)));
  const body = bytes.subarray(start);
  if (digest !== await sha256Hex(body)) {
    throw damaged(file, "its SHA-256 isn't the one that it begins with");
  }
  const [first = "", ...lines] = decodeUtf8(body).trimEnd().split("\n");
  try {
    const head = headOf(JSON.parse(first), file);
    const base = new Map(lines.map((line) => nodeOf(JSON.parse(line))));
    return { head, base };
  } catch (error) {
    if (hasCode(error, "FORMAT_TOO_NEW")) throw error;
    throw damaged(file, "it is none", error);
  }
}

function damaged(file: string, why: string, cause?: unknown): PondError {
  return new IntegrityError(file, why, {
    cause,
    hint:
      "nothing was changed; forget the last sync, which deletes nothing: --resync",
  });
}

function lineOf(
  path: string,
  { content, fileType, host, mode, pond, sizeBytes }: BaseNode,
): string {
  return JSON.stringify([
    path,
    fileType,
    mode,
    sizeBytes,
    content,
    pond?.nodeId ?? null,
    pond?.version ?? null,
    host ? [host.sizeBytes, host.modifiedMs, host.changedMs, host.inode] : null,
  ]);
}

function headOf(value: unknown, file: string): MirrorHead {
  const fields = recordOf(value);
  const format = numberOf(fields.format);
  if (format > FORMAT) {
    throw new PondError(
      "FORMAT_TOO_NEW",
      `Cannot read ${file}: it has format ${format}, and this program knows ${FORMAT}`,
      { path: file, hint: "use the newer pond that wrote it" },
    );
  }
  return {
    pond: textOf(fields.pond),
    branch: textOf(fields.branch),
    path: textOf(fields.path),
    version: numberOf(fields.version),
    transaction: textOf(fields.transaction),
    directory: textOf(fields.directory),
  };
}

function nodeOf(value: unknown): [string, BaseNode] {
  if (!Array.isArray(value)) throw new TypeError("no line");
  const [path, fileType, mode, size, content, nodeId, version, host] = value;
  const node: BaseNode = {
    fileType: typeOf(fileType),
    mode: numberOf(mode),
    sizeBytes: numberOf(size),
    content: textOf(content),
    ...(nodeId === null
      ? {}
      : { pond: { nodeId: textOf(nodeId), version: numberOf(version) } }),
    ...(host === null ? {} : { host: fingerprintOf(host) }),
  };
  return [textOf(path), node];
}

function fingerprintOf(value: unknown): Fingerprint {
  if (!Array.isArray(value)) throw new TypeError("no fingerprint");
  const [sizeBytes, modifiedMs, changedMs, inode] = value.map(numberOf);
  return {
    sizeBytes: numberOf(sizeBytes),
    modifiedMs: numberOf(modifiedMs),
    changedMs: numberOf(changedMs),
    inode: numberOf(inode),
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return { ...value };
  throw new TypeError("no object");
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError("no text");
}

function numberOf(value: unknown): number {
  if (typeof value === "number") return value;
  throw new TypeError("no number");
}

function typeOf(value: unknown): MirrorFileType {
  if (value === "file" || value === "directory" || value === "symlink") {
    return value;
  }
  throw new TypeError("no type");
}
