/**
 * Two hashes that tell whether ponds hold the same, whatever the layout of their
 * tables, and however often rows were merged and copied.
 *
 * ```text
 * content root    SHA-256 of a directory: of its entries, in the order of their
 *                 names' UTF-8 bytes, each
 *                   f <content's SHA-256> <name> NUL     a file
 *                   l <target's SHA-256> <name> NUL      a symlink
 *                   d <content root> <name> NUL          a directory
 *                 with the hashes as 64 hexadecimal digits
 * history root    SHA-256 of the SHA-256 of every row, as hexadecimal digits,
 *                 version by version, and in a version in their own order; a row
 *                 is its JSON line followed by its content
 * ```
 *
 * The first says nothing of times, modes, attributes and identities: it is the
 * same for any two trees with the same names, links and bytes. The second says
 * everything that was ever committed.
 *
 * @module
 */
import { compareUtf8, concatBytes, encodeUtf8, sha256By } from "../bytes.ts";
import { IntegrityError, PondError } from "../errors.ts";
import type { Hasher, HashStream } from "../host/host.ts";
import type {
  DirectoryEntry,
  OplogEntry,
  PartitionRecord,
} from "../oplog/mod.ts";
import type { Node } from "../tinyfs/mod.ts";
import { OpLogDirectory } from "./directory.ts";
import { OpLogNode } from "./node.ts";

/** How a tree is read. */
export interface RootSide {
  /** Makes hashes. */
  readonly hasher: Hasher;
  /** The entries of a directory. */
  list(directoryId: string): Promise<Iterable<DirectoryEntry>>;
}

/** What an entry begins with. */
const LETTERS = { file: "f", symlink: "l", directory: "d" } as const;

/**
 * The content root of a node: of a file, the SHA-256 of its content, of a
 * symlink that of its target.
 *
 * @param node The node.
 * @param signal Ends it.
 * @returns 64 hexadecimal digits.
 * @throws {PondError} `INTEGRITY` for a file of which no hash is known.
 */
export async function contentRoot(
  side: RootSide,
  node: Node,
  signal: AbortSignal | undefined,
): Promise<string> {
  signal?.throwIfAborted();
  if (!(node instanceof OpLogDirectory)) return await leafHash(side, node);
  const lines: Uint8Array[] = [];
  for (const entry of inByteOrder(await side.list(node.id))) {
    const hash = await contentRoot(side, node.nodeOf(entry), signal);
    const letter = LETTERS[entry.childType];
    lines.push(encodeUtf8(`${letter} ${hash} ${entry.name}\0`));
  }
  return await sha256By(side.hasher, concatBytes(lines));
}

async function leafHash(
  { hasher }: RootSide,
  node: Node,
): Promise<string> {
  if (!(node instanceof OpLogNode)) {
    throw new PondError(
      "UNSUPPORTED",
      "Cannot hash what a view shows: the roots are of what is stored",
      { hint: "hash the view itself, or what it is made from: pond explain" },
    );
  }
  const { attributes: { sha256 }, content } = await node.row();
  if (sha256 !== undefined) return sha256;
  if (content === null) {
    throw new IntegrityError(node.path, "its row has neither content nor hash");
  }
  return await sha256By(hasher, content);
}

function inByteOrder(entries: Iterable<DirectoryEntry>): DirectoryEntry[] {
  return [...entries].sort((a, b) => compareUtf8(a.name, b.name));
}

/**
 * The history root.
 *
 * @param records Everything that is committed, oldest version first: what
 *   transactions, tags and directories say of themselves included.
 * @param signal Ends it.
 * @returns 64 hexadecimal digits.
 */
export async function historyRoot(
  hasher: Hasher,
  records: AsyncIterable<PartitionRecord>,
  signal: AbortSignal | undefined,
): Promise<string> {
  const root = await hasher.sha256();
  let version = -1;
  let digests: string[] = [];
  for await (const record of records) {
    signal?.throwIfAborted();
    if (record.version !== version) {
      addVersion(root, digests);
      digests = [];
      version = record.version;
    }
    for (const entry of record.views()) {
      digests.push(rowDigest(await hasher.sha256(), record, entry));
    }
  }
  addVersion(root, digests);
  return root.digestHex();
}

function addVersion(root: HashStream, digests: string[]): void {
  root.update(encodeUtf8(digests.sort().join("")));
}

function rowDigest(
  hash: HashStream,
  { timestampUs, version }: PartitionRecord,
  entry: OplogEntry,
): string {
  const { content, fileType, metadata, name, nodeId, nodeVersion } = entry;
  const { operation, partId, position } = entry;
  const facts = [
    ...[version, timestampUs, position, partId, nodeId, nodeVersion],
    ...[fileType, operation, name, metadata, content?.length ?? null],
  ];
  hash.update(encodeUtf8(`${JSON.stringify(facts)}\n`));
  if (content !== null) hash.update(content);
  return hash.digestHex();
}
