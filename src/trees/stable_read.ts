/**
 * Reads files of the host that others may be writing.
 *
 * A file is what it was at one moment: what its state was before it was read must
 * be its state afterwards, else it is read again. A file that only grows is taken
 * as far as it went when the reading began. Files under `/proc` and the like have
 * other bytes than their size says, each time, and no state that tells a change:
 * what they held at one moment isn't known.
 *
 * @module
 */
import { type Bytes, release, sha256By, sha256Hex } from "../bytes.ts";
import { PondError } from "../errors.ts";
import type { FileStat, FileStore, Hasher } from "../host/mod.ts";
import type { HostNode } from "./host_tree.ts";

/** Files of at most so many bytes are read at once. */
export const AT_ONCE_BYTES: number = 4 * 1024 * 1024;

/** How often a file is read that changes meanwhile. */
const ATTEMPTS = 3;

/** A file was another one when it had been read. */
class ChangedError extends Error {
  override readonly name: string = "ChangedError";
  /** Whether it was longer, so that it may have grown only. */
  readonly hasGrown: boolean;
  /** Whether its state was the same all the same: its size is no size of it. */
  readonly isUnsized: boolean;

  constructor(how: { hasGrown: boolean; isUnsized: boolean }) {
    super("the file has changed while it was read");
    this.hasGrown = how.hasGrown;
    this.isUnsized = how.isUnsized;
  }
}

/** What a use of a file's content gave. */
export interface StableResult<T> {
  /** What it gave. */
  readonly value: T;
  /** What the file was when it was read. */
  readonly stat: FileStat;
  /** Whether it has grown since, and was taken as far as it went. */
  readonly hasGrown: boolean;
}

/**
 * Does something with the content of a file, again if it has changed.
 *
 * @param node The file, as it was found.
 * @param use Gets the content, for as long as it works; its end fails when the file
 *   has changed, and that failure must be passed on.
 * @throws {PondError} `CONFLICT` for a file that changes each time, `UNSUPPORTED`
 *   for one whose size isn't that of its bytes.
 */
export async function readStable<T>(
  files: FileStore,
  node: HostNode,
  signal: AbortSignal,
  use: (
    content: Uint8Array | AsyncIterable<Uint8Array>,
    stat: FileStat,
  ) => Promise<T>,
): Promise<StableResult<T>> {
  let stat = node.stat;
  let hasGrown = false;
  let isUnsized = true;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const accepts = attempt === ATTEMPTS && hasGrown;
    const state = { stat, grew: false };
    let content: Bytes | AsyncIterable<Bytes> | undefined;
    try {
      content = await contentOf(files, node.source, signal, state, { accepts });
      return { value: await use(content, stat), stat, hasGrown: state.grew };
    } catch (error) {
      if (!(error instanceof ChangedError)) throw error;
      hasGrown = error.hasGrown;
      isUnsized &&= error.isUnsized;
    } finally {
      if (content instanceof Uint8Array) release(content);
    }
    stat = await regularStat(files, node.source);
  }
  if (isUnsized) throw unsized(node.source, stat);
  throw new PondError(
    "CONFLICT",
    `Cannot read ${node.source}: it has changed each of the ${ATTEMPTS} times`,
    { path: node.source, hint: "put it again when nobody writes to it" },
  );
}

function unsized(source: string, { sizeBytes }: FileStat): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot read ${source}: it has other bytes than the ${sizeBytes} that the system tells of, as files under /proc have`,
    {
      path: source,
      hint: `put what it holds now: cat ${source} | pond put - /NAME`,
    },
  );
}

interface ReadState {
  readonly stat: FileStat;
  grew: boolean;
}

async function contentOf(
  files: FileStore,
  source: string,
  signal: AbortSignal,
  state: ReadState,
  options: { readonly accepts: boolean },
): Promise<Bytes | AsyncIterable<Bytes>> {
  if (state.stat.sizeBytes > AT_ONCE_BYTES) {
    return streamed(files, source, signal, state, options);
  }
  const bytes = await files.read(source, { signal });
  const { sizeBytes } = state.stat;
  await requireSame(files, source, bytes.length, state, options);
  return bytes.length > sizeBytes ? bytes.subarray(0, sizeBytes) : bytes;
}

async function* streamed(
  files: FileStore,
  source: string,
  signal: AbortSignal,
  state: ReadState,
  options: { readonly accepts: boolean },
): AsyncGenerator<Bytes> {
  let length = 0;
  const range = { signal, length: state.stat.sizeBytes };
  for await (const chunk of await files.stream(source, range)) {
    length += chunk.length;
    yield chunk;
  }
  await requireSame(files, source, length, state, options);
}

async function requireSame(
  files: FileStore,
  source: string,
  readBytes: number,
  state: ReadState,
  { accepts }: { readonly accepts: boolean },
): Promise<void> {
  const before = state.stat;
  const after = await regularStat(files, source);
  const isSame = sameState(before, after);
  if (readBytes === before.sizeBytes && isSame) return;
  const hasGrown = after.inode === before.inode &&
    readBytes >= before.sizeBytes && after.sizeBytes > before.sizeBytes;
  if (!accepts || !hasGrown) {
    throw new ChangedError({ hasGrown, isUnsized: isSame });
  }
  state.grew = true;
}

/** Whether nobody has changed a file between two looks, as far as they tell. */
export function sameState(a: FileStat, b: FileStat): boolean {
  return a.type === b.type && a.sizeBytes === b.sizeBytes &&
    a.modifiedMs === b.modifiedMs && a.changedMs === b.changedMs &&
    a.inode === b.inode;
}

async function regularStat(
  files: FileStore,
  source: string,
): Promise<FileStat> {
  const stat = await files.stat(source);
  if (stat?.type === "file") return stat;
  throw new PondError(
    "NOT_FOUND",
    `Cannot read ${source}: it is no file any more`,
    { path: source },
  );
}

/**
 * The SHA-256 of what {@linkcode readStable} gives: in another thread when it is in
 * memory.
 *
 * @returns 64 hexadecimal digits.
 */
export async function hashOf(
  hasher: Hasher,
  content: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<string> {
  return content instanceof Uint8Array
    ? await sha256Hex(content)
    : await sha256By(hasher, content);
}
