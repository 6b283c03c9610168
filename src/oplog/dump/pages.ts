/**
 * The pages of a Parquet file, by their headers alone. They need no footer, so
 * those of a torn file can be told as well.
 *
 * @module
 */
import { attempt } from "../delta/finding.ts";
import type { DumpFacts, DumpRow } from "./types.ts";
import { type FileBytes, guarded } from "../parquet/footer.ts";
import { type Header, headerAt, requireIntact } from "../parquet/pages.ts";
import { damaged, factsOf, hexOf } from "./row.ts";

/** A header with more is no header that a writer makes. */
const MAX_HEADER_BYTES = 64 * 1024;

/** A longer page isn't read for its CRC-32. */
const MAX_CHECKED_BYTES = 64 * 1024 * 1024;

/** Bytes that are shown around the place where something ends. */
const SHOWN_BYTES = 64;

/** The four bytes at the beginning of a file. */
const MAGIC_BYTES = 4;

/** Pages that follow one another. */
export interface PageRange {
  /** The first byte. */
  readonly start: number;
  /** The one behind the last. */
  readonly end: number;
  /** What they belong to, such as `row group 0, column a`. */
  readonly place: string;
}

/**
 * Goes through pages until one has no header.
 *
 * @returns Where they end, and why.
 */
export async function* pageRows(
  bytes: FileBytes,
  { start, end, place }: PageRange,
  signal: AbortSignal | undefined,
): AsyncGenerator<DumpRow, { end: number; problem: string | undefined }> {
  let offset = start;
  for (let number = 0; offset < end; number++) {
    signal?.throwIfAborted();
    const read = await attempt(() => pageAt(bytes, offset, end));
    if (!read.isSound) return { end: offset, problem: read.problem };
    const { next, facts, problem } = read.value;
    const at = {
      kind: "page",
      path: bytes.path,
      place: place === "" ? `page ${number}` : `${place}, page ${number}`,
    };
    yield problem === undefined
      ? { ...at, facts }
      : damaged(at, problem, { ...facts, hex: await hexAt(bytes, offset) });
    offset = next;
  }
  return { end: offset, problem: undefined };
}

interface FoundPage {
  /** Where the next one begins. */
  readonly next: number;
  readonly facts: DumpFacts;
  readonly problem: string | undefined;
}

async function pageAt(
  bytes: FileBytes,
  offset: number,
  end: number,
): Promise<FoundPage> {
  const most = Math.min(MAX_HEADER_BYTES, end - offset);
  const window = await bytes.read(offset, most);
  return await guarded(bytes.path, async () => {
    const { header, length } = headerAt(window);
    const { compressed_page_size: stored } = header;
    const next = offset + length + stored;
    if (next > end) {
      throw new RangeError(`a page of ${stored} bytes is cut off`);
    }
    const checked = await crcOf(bytes, offset + length, header);
    const facts = { offset, ...headerFacts(header), ...checked.facts };
    return { next, facts, problem: checked.problem };
  });
}

async function crcOf(
  bytes: FileBytes,
  offset: number,
  { crc, compressed_page_size: length }: Header,
): Promise<{ readonly facts: DumpFacts; readonly problem?: string }> {
  if (crc === undefined || length > MAX_CHECKED_BYTES) return { facts: {} };
  const page = await bytes.read(offset, length);
  const read = await attempt(() =>
    guarded(bytes.path, () => requireIntact(page, crc))
  );
  return read.isSound
    ? { facts: { crc: "right" } }
    : { facts: { crc: "wrong" }, problem: "its CRC-32 is wrong" };
}

function headerFacts(header: Header): DumpFacts {
  const {
    data_page_header: first,
    data_page_header_v2: second,
    dictionary_page_header: dictionary,
  } = header;
  const data = first ?? second;
  return factsOf({
    type: header.type,
    values: data?.num_values ?? dictionary?.num_values,
    nulls: second?.num_nulls,
    rows: second?.num_rows,
    encoding: data?.encoding ?? dictionary?.encoding,
    compressed: header.compressed_page_size,
    uncompressed: header.uncompressed_page_size,
  });
}

/** The bytes around a place. */
export async function hexAt(
  bytes: FileBytes,
  offset: number,
): Promise<string> {
  const first = Math.max(0, offset - SHOWN_BYTES / 2);
  const length = Math.min(SHOWN_BYTES, bytes.sizeBytes - first);
  return hexOf(await bytes.read(first, Math.max(0, length)), SHOWN_BYTES);
}

/** What can be told of a file that has no footer. */
export async function* tornRows(
  bytes: FileBytes,
  signal: AbortSignal | undefined,
): AsyncGenerator<DumpRow> {
  const { path, sizeBytes } = bytes;
  const start = new TextDecoder().decode(
    await bytes.read(0, Math.min(MAGIC_BYTES, sizeBytes)),
  );
  const isBegun = start === "PAR1";
  const range = { start: MAGIC_BYTES, end: sizeBytes, place: "" };
  const found = isBegun
    ? yield* pageRows(bytes, range, signal)
    : { end: 0, problem: "it doesn't begin as a Parquet file" };
  const tail = await hexAt(bytes, Math.max(0, sizeBytes - SHOWN_BYTES / 2));
  const facts = {
    size: sizeBytes,
    beginsRight: isBegun,
    pagesEnd: found.end,
    hexAtPagesEnd: await hexAt(bytes, found.end),
    hexAtEnd: tail,
  };
  const what = found.problem ?? "its pages go on to its end";
  yield damaged({ kind: "end of pages", path }, what, facts);
}
