/**
 * What a Parquet file is made of.
 *
 * @module
 */
import { sha256Hex } from "../../bytes.ts";
import type { AddFile } from "../delta/actions.ts";
import { decodeCheckpoint } from "../delta/checkpoint.ts";
import { type Attempt, attempt } from "../delta/finding.ts";
import { storePathOf } from "../delta/file_path.ts";
import { checkLog } from "../delta/log_check.ts";
import { LOG_DIRECTORY } from "../delta/log_path.ts";
import { LogReader } from "../delta/log_reader.ts";
import type {
  DumpFacts,
  DumpHost,
  DumpOptions,
  DumpRow,
  DumpValue,
} from "./types.ts";
import {
  type Compressors,
  compressorsFor,
  type FileRange,
} from "../parquet.ts";
import {
  type ChunkPlace,
  type FileBytes,
  type FileMetaData,
  guarded,
  placeOf,
  readFooter,
  type RowGroup,
} from "../parquet/footer.ts";
import { converting, PageReader } from "../parquet/pages.ts";
import { type ParquetNode, schemaTree } from "../parquet/schema_tree.ts";
import { PieceDigests } from "../piece_digests.ts";
import { pathIn } from "../store/store.ts";
import { hexAt, pageRows, tornRows } from "./pages.ts";
import {
  bytesOf,
  MAX_WHOLE_BYTES,
  type PlacedFile,
  placeFile,
} from "./place.ts";
import { damaged, factsOf, type RowPlace, shown } from "./row.ts";

/** A longer column of a row group isn't decoded. */
const MAX_CHUNK_BYTES = 256 * 1024 * 1024;

/**
 * Shows what a Parquet file is made of, and, in a table whose log says its
 * checksums, whether they are right. Of a file without footer, the pages.
 *
 * @param path The file, absolute.
 * @throws {PondError} `NOT_FOUND`.
 */
export async function* dumpParquet(
  host: DumpHost,
  source: string,
  { signal }: DumpOptions = {},
): AsyncGenerator<DumpRow> {
  const file = await placeFile(host, source);
  const bytes = bytesOf(file, signal);
  const path = source;
  yield { kind: "file", path, facts: { size: file.sizeBytes } };
  yield* checksumRows(file, signal);
  const footer = await attempt(() => readFooter(bytes));
  if (!footer.isSound) {
    yield damaged({ kind: "footer", path }, footer.problem);
    yield* tornRows(bytes, signal);
    return;
  }
  const metadata = footer.value;
  yield { kind: "footer", path, facts: footerFacts(metadata) };
  for (const { key, value = null } of metadata.key_value_metadata ?? []) {
    const facts = { key: shown(key), value: shown(value) };
    yield { kind: "key value", path, facts };
  }
  const tree = await attempt(() =>
    guarded(path, () => schemaTree(metadata.schema))
  );
  if (!tree.isSound) {
    const facts = { elements: shown(metadata.schema) };
    yield damaged({ kind: "schema", path }, tree.problem, facts);
    return;
  }
  yield* schemaRows(tree.value, path);
  const compressors = await compressorsFor(metadata);
  const leaves = leavesOf(tree.value);
  for (const [i, group] of metadata.row_groups.entries()) {
    yield* groupRows({ bytes, compressors, leaves, signal }, group, i);
  }
}

function footerFacts(metadata: FileMetaData): DumpFacts {
  return factsOf({
    version: metadata.version,
    createdBy: metadata.created_by,
    rows: metadata.num_rows,
    rowGroups: metadata.row_groups.length,
    footerBytes: metadata.metadata_length,
  });
}

function* schemaRows(node: ParquetNode, path: string): Generator<DumpRow> {
  const { name, num_children: _, ...types } = node.element;
  const facts = {
    name,
    depth: node.path.length,
    ...factsOf(types),
    definitionLevel: node.maxDefinition,
    repetitionLevel: node.maxRepetition,
  };
  const place = node.path.join(".");
  yield { kind: "schema", path, place, facts };
  for (const child of node.children) yield* schemaRows(child, path);
}

function leavesOf(node: ParquetNode): ParquetNode[] {
  return node.leaf === undefined ? node.children.flatMap(leavesOf) : [node];
}

/** A file while its row groups are gone through. */
interface OpenFile {
  readonly bytes: FileBytes;
  readonly compressors: Compressors;
  readonly leaves: readonly ParquetNode[];
  readonly signal: AbortSignal | undefined;
}

async function* groupRows(
  file: OpenFile,
  group: RowGroup,
  number: number,
): AsyncGenerator<DumpRow> {
  const { bytes, compressors, leaves, signal } = file;
  const { path, sizeBytes } = bytes;
  const place = `row group ${number}`;
  yield {
    kind: "row group",
    path,
    place,
    facts: factsOf({
      rows: group.num_rows,
      columns: group.columns.length,
      bytes: group.total_byte_size,
      compressed: group.total_compressed_size,
    }),
  };
  for (const node of leaves) {
    signal?.throwIfAborted();
    const at = { path, place: `${place}, column ${node.path.join(".")}` };
    const facts = chunkFacts(group, node);
    const source = { path, sizeBytes, compressors };
    const found = await attempt(() =>
      guarded(path, () => placeOf(group, node, source))
    );
    if (!found.isSound) {
      yield damaged({ kind: "column", ...at }, found.problem, facts);
      continue;
    }
    yield { kind: "column", ...at, facts };
    yield* chunkRows(file, found.value, at);
  }
}

function chunkFacts(group: RowGroup, node: ParquetNode): DumpFacts {
  const meta = group.columns[node.leaf ?? -1]?.meta_data;
  if (meta === undefined) return {};
  return factsOf({
    type: meta.type,
    codec: meta.codec,
    encodings: meta.encodings,
    values: meta.num_values,
    compressed: meta.total_compressed_size,
    uncompressed: meta.total_uncompressed_size,
    dictionaryOffset: meta.dictionary_page_offset,
    dataOffset: meta.data_page_offset,
    statistics: meta.statistics,
  });
}

async function* chunkRows(
  file: OpenFile,
  chunk: ChunkPlace,
  at: Omit<RowPlace, "kind">,
): AsyncGenerator<DumpRow> {
  const { bytes, signal } = file;
  const { offset: start, length } = chunk;
  const range = { start, end: start + length, place: at.place ?? "" };
  const pages = yield* pageRows(bytes, range, signal);
  const place = { kind: "pages", ...at };
  if (pages.problem !== undefined) {
    const facts = {
      offset: pages.end,
      hex: await hexAt(bytes, pages.end),
    };
    yield damaged(place, pages.problem, facts);
    return;
  }
  if (length > MAX_CHUNK_BYTES) {
    const problem = `its values aren't decoded: it has ${length} bytes`;
    yield { ...place, severity: "note", problem, facts: {} };
    return;
  }
  const values = await valuesOf(bytes, chunk);
  if (values.isSound) return;
  const facts = { offset: start, hex: await hexAt(bytes, start) };
  yield damaged({ kind: "values", ...at }, values.problem, facts);
}

/** Decodes all values of a chunk, a page at a time. */
async function valuesOf(
  bytes: FileBytes,
  { offset, length, chunk }: ChunkPlace,
): Promise<Attempt<number>> {
  return await attempt(async () => {
    const content = await bytes.read(offset, length);
    return await guarded(bytes.path, () => {
      const reader = new PageReader(chunk(content), converting((raw) => raw));
      let count = 0;
      for (let page = reader.next(); page; page = reader.next()) {
        count += page.numValues;
      }
      return count;
    });
  });
}

/** Holds a data file against what the log of its table says of it. */
async function* checksumRows(
  file: PlacedFile,
  signal: AbortSignal | undefined,
): AsyncGenerator<DumpRow> {
  const { store, path, source, isInTable } = file;
  if (!isInTable) return;
  if (path.startsWith(`${LOG_DIRECTORY}/`)) yield* sealRows(file);
  if (path.startsWith(`${LOG_DIRECTORY}/`)) return;
  const place = { kind: "checksum", path: source };
  const log = await attempt(() =>
    new LogReader(store).load(signal ? { signal } : {})
  );
  // What a damaged log still says is enough to find the file.
  const state = log.isSound
    ? log.value.state
    : (await checkLog(store, { path: "", head: "missing" }, signal)).state;
  for (const add of state?.adds ?? []) {
    const named = await attempt(() =>
      storePathOf(add.path, pathIn(store, LOG_DIRECTORY))
    );
    if (!named.isSound || named.value !== path) continue;
    yield* checksumsOf(file, add);
    return;
  }
  const problem = log.isSound
    ? "the newest version of the table doesn't have this file"
    : `nothing in the log says what it was: ${log.problem}`;
  yield { ...place, severity: "note", problem, facts: {} };
}

/** A checkpoint of ours has its digest in its footer. */
async function* sealRows(
  { store, path, source, sizeBytes }: PlacedFile,
): AsyncGenerator<DumpRow> {
  if (sizeBytes > MAX_WHOLE_BYTES) return;
  const bytes = await store.get(path);
  const read = await attempt(() => decodeCheckpoint(bytes, source));
  if (read.isSound && read.value === undefined) return;
  const place = { kind: "checksum", path: source };
  const facts = { of: "the digest in it" };
  yield read.isSound
    ? { ...place, facts }
    : damaged(place, read.problem, facts);
}

async function* checksumsOf(
  { store, path, source, sizeBytes }: PlacedFile,
  add: AddFile,
): AsyncGenerator<DumpRow> {
  const place = { kind: "checksum", path: source };
  const size = { of: "size", said: add.size, is: sizeBytes };
  yield add.size === sizeBytes
    ? { ...place, facts: size }
    : damaged(place, "the log says another size", size);
  const { sha256, pieces } = add.tags ?? {};
  if (sha256 === undefined || sizeBytes > MAX_WHOLE_BYTES) return;
  const bytes = await store.get(path);
  const is = await sha256Hex(bytes);
  const whole: DumpFacts = { of: "SHA-256", said: sha256, is };
  yield is === sha256
    ? { ...place, facts: whole }
    : damaged(place, "its SHA-256 is another one", whole);
  if (pieces === undefined) return;
  const digests = PieceDigests.of(add);
  const readPart = ({ start, end }: FileRange) =>
    Promise.resolve(bytes.subarray(start, end));
  for (const [i, piece] of pieces.split(",").entries()) {
    const end = Number(piece.split(":")[0]);
    const range = { start: end - 1, end };
    const facts: { readonly [name: string]: DumpValue } = {
      of: `piece ${i}`,
      said: piece,
    };
    const read = await attempt(() => digests?.read(range, source, readPart));
    yield read.isSound && digests !== undefined ? { ...place, facts } : damaged(
      place,
      read.isSound ? "its pieces don't fit" : read.problem,
      facts,
    );
  }
}
