/**
 * The one text that the parts of a series are together.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import { IntegrityError } from "../errors.ts";
import type { FileBytes } from "../oplog/parquet_concat.ts";
import { type Attributes, parseAttributes } from "./attributes.ts";
import type { BlobStore } from "./blobs.ts";
import { checkedContent, noteUnchecked } from "./node_row.ts";
import { type FileHistory, partsOf } from "./series.ts";

/** What reads parts. */
export interface PartSide {
  /** Keeps content. */
  readonly blobs: BlobStore;
  /** The versions of the file, newest first. */
  readonly history: FileHistory;
  /** The file, for errors. */
  readonly path: string;
  /** Ends it. */
  readonly signal: AbortSignal | undefined;
}

/** Where the bytes of a part are. */
export interface PartContent {
  /** Those of a small one; null of a blob. */
  readonly bytes: Bytes | null;
  /** What its row says of them. */
  readonly attributes: Pick<Attributes, "sha256" | "sizeBytes">;
}

/** Which bytes of the text. */
export interface TextRange {
  /** The first one. */
  readonly offset?: number;
  /** How many, at most. */
  readonly length?: number;
}

/** The most that is read at once. */
const CHUNK_BYTES = 1024 * 1024;

/** The bytes of a part, read as they are needed. */
export function sourceOf(
  { attributes, bytes }: PartContent,
  { blobs, path, signal }: PartSide,
): FileBytes {
  const { sha256, sizeBytes } = attributes;
  const read = async (offset: number, length: number) => {
    if (bytes !== null) {
      const checked = await checkedContent(bytes, attributes);
      return checked.subarray(offset, offset + length);
    }
    if (sha256 === undefined) {
      throw new IntegrityError(path, "its row has neither content nor a blob");
    }
    const range = { offset, length };
    return await blobs.read(sha256, signal ? { ...range, signal } : range);
  };
  return { path, sizeBytes, read };
}

/** Reads a series of text. */
export async function* readText(
  side: PartSide,
  { length = Infinity, offset = 0 }: TextRange,
): AsyncGenerator<Bytes> {
  const sources: FileBytes[] = [];
  for await (const { row } of partsOf(side.history, side.path)) {
    const attributes = parseAttributes(row.metadata, side.path);
    const { content } = row;
    if (content !== null) noteUnchecked(content, side.path);
    sources.push(sourceOf({ attributes, bytes: content }, side));
  }
  let start = 0;
  for (const source of sources.toReversed()) {
    const end = start + source.sizeBytes;
    const to = Math.min(end, offset + length);
    for (let at = Math.max(start, offset); at < to;) {
      side.signal?.throwIfAborted();
      const bytes = await source.read(
        at - start,
        Math.min(to - at, CHUNK_BYTES),
      );
      // A row that says another length than its content has.
      if (bytes.length === 0) {
        throw new IntegrityError(side.path, "a part of the series is cut off");
      }
      yield bytes.slice();
      at += bytes.length;
    }
    start = end;
  }
}
