/**
 * Which version last changed each line of a file.
 *
 * The versions are gone through from the newest back. A line that the version
 * before has as well is that one's, or an earlier one's; any other line came
 * with this version. It ends as soon as no line is left.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import { diffLines, MAX_TEXT_BYTES, textLines } from "../text/mod.ts";
import { parseAttributes } from "./attributes.ts";
import { requireContent } from "../oplog/row_content.ts";
import type { ReadContent } from "./diff.ts";
import type { BlameLine } from "./change_types.ts";
import type { HistoryRow, TransactionRow } from "./types.ts";

/** A version of a file, as text. */
interface TextVersion {
  readonly row: HistoryRow;
  readonly lines: readonly string[];
}

/**
 * Says of each line where it comes from.
 *
 * @param path The file, for errors.
 * @param rows Its versions, newest first, as history has them.
 * @param read Reads the content of a row.
 * @param transactionOf The transaction of a version.
 * @throws {PondError} `UNSUPPORTED` when the file is no text, or too large.
 */
export async function* blameLines(
  path: string,
  rows: AsyncIterable<HistoryRow>,
  read: ReadContent,
  transactionOf: (version: number) => Promise<TransactionRow | undefined>,
  signal: AbortSignal | undefined,
): AsyncGenerator<BlameLine> {
  const { lines, origins } = await originsOf(path, rows, read, signal);
  const authors = new Map<number, TransactionRow | undefined>();
  for (const [index, text] of lines.entries()) {
    const row = origins[index];
    if (row === undefined) continue;
    const { nodeVersion, pending, timestampUs, version } = row;
    if (!pending && !authors.has(version)) {
      authors.set(version, await transactionOf(version));
    }
    const transaction = authors.get(version);
    yield {
      line: index + 1,
      text,
      version,
      nodeVersion,
      timestampUs,
      pending,
      path: row.path,
      author: transaction?.author ?? "",
      message: transaction?.message ?? "",
      ...(transaction ? { transactionId: transaction.transactionId } : {}),
    };
  }
}

/** The row that each line came with. */
async function originsOf(
  path: string,
  rows: AsyncIterable<HistoryRow>,
  read: ReadContent,
  signal: AbortSignal | undefined,
): Promise<{
  readonly lines: readonly string[];
  readonly origins: readonly (HistoryRow | undefined)[];
}> {
  const versions = textsOf(path, rows, read, signal);
  const first = await versions.next();
  if (first.done) return { lines: [], origins: [] };
  let { lines, row } = first.value;
  const whole = lines;
  const origins: (HistoryRow | undefined)[] = lines.map(() => undefined);
  /** Where each line of the version is in the file, while that isn't known. */
  let places: (number | undefined)[] = lines.map((_, index) => index);
  for await (const older of versions) {
    const next: (number | undefined)[] = older.lines.map(() => undefined);
    let [from, to, open] = [0, 0, 0];
    for (const change of [...diffLines(older.lines, lines), undefined]) {
      const end = change?.newStart ?? lines.length;
      for (; to < end; to++, from++) {
        next[from] = places[to];
        if (places[to] !== undefined) open++;
      }
      if (change === undefined) break;
      for (; to < change.newEnd; to++) settle(origins, places[to], row);
      from = change.oldEnd;
    }
    ({ lines, row } = older);
    places = next;
    if (open === 0) break;
  }
  for (const place of places) settle(origins, place, row);
  return { lines: whole, origins };
}

function settle(
  origins: (HistoryRow | undefined)[],
  place: number | undefined,
  row: HistoryRow,
): void {
  if (place !== undefined) origins[place] = row;
}

/** The versions with other content than the one after, as text. */
async function* textsOf(
  path: string,
  rows: AsyncIterable<HistoryRow>,
  read: ReadContent,
  signal: AbortSignal | undefined,
): AsyncGenerator<TextVersion> {
  let isNewest = true;
  for await (const row of contentsOf(rows)) {
    signal?.throwIfAborted();
    const lines = await linesAt(row, read, signal);
    if (lines === undefined && isNewest) throw noText(path);
    // What was no text has no line that is still there.
    yield { row, lines: lines ?? [] };
    isNewest = false;
  }
}

/** Of neighbours with the same content the oldest: that one has brought it. */
async function* contentsOf(
  rows: AsyncIterable<HistoryRow>,
): AsyncGenerator<HistoryRow> {
  let waiting: HistoryRow | undefined;
  let hash: string | undefined;
  for await (const row of rows) {
    if (row.operation === "delete") continue;
    const { sha256 } = parseAttributes(row.metadata, row.path);
    if (waiting !== undefined && sha256 !== hash) yield waiting;
    [waiting, hash] = [row, sha256];
  }
  if (waiting !== undefined) yield waiting;
}

async function linesAt(
  { content, metadata, path }: HistoryRow,
  read: ReadContent,
  signal: AbortSignal | undefined,
): Promise<string[] | undefined> {
  const attributes = parseAttributes(metadata, path);
  if (attributes.sizeBytes > MAX_TEXT_BYTES) return undefined;
  if (content !== null) await requireContent(content, attributes, path);
  return textLines(await read({ attributes, content }, path, signal));
}

function noText(path: string): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot say where the lines of ${path} come from: it is no text of at most ${
      MAX_TEXT_BYTES / 1024 / 1024
    } MiB`,
    { path, hint: `its versions: pond log ${path}` },
  );
}
