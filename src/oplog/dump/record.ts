/**
 * Rows of an oplog, with the rows in their content.
 *
 * ```text
 * record            a row of the Delta table
 *   entry           a row of its content: one change of a node
 *     name          a row of the content of a directory's entry
 * ```
 *
 * Readers refuse a file whose digest is wrong. Here it is a finding, and what
 * still decodes is shown: cell by cell, where a row doesn't.
 *
 * @module
 */
import { type Bytes, sha256Hex } from "../../bytes.ts";
import { PondError } from "../../errors.ts";
import {
  type BatchReader,
  type Cell,
  type ColumnSpec,
  readBatch,
} from "../arrow.ts";
import { decodeGroup } from "../data_file.ts";
import type { AddFile } from "../delta/actions.ts";
import { attempt } from "../delta/finding.ts";
import { storePathOf } from "../delta/file_path.ts";
import { LOG_DIRECTORY } from "../delta/log_path.ts";
import type { TableState } from "../delta/table_state.ts";
import type {
  DumpHost,
  DumpRow,
  DumpValue,
  RecordDumpOptions,
} from "./types.ts";
import { openParquet } from "../parquet.ts";
import { guarded } from "../parquet/footer.ts";
import { indexFile } from "../partition_index.ts";
import {
  decodeOplogEntries,
  DIRECTORY_ENTRY_COLUMNS,
  OPLOG_ENTRY_COLUMNS,
  type Record,
} from "../record.ts";
import { pathIn, type TableStore } from "../store/store.ts";
import { readWhole } from "./place.ts";
import {
  contentFacts,
  damaged,
  hexOf,
  isDamage,
  type RowPlace,
  shown,
} from "./row.ts";
import { loadTable } from "./snapshot.ts";

/** Bytes that are shown of what can't be decoded. */
const SHOWN_BYTES = 128;

/** What the table of a pond has at least. */
const OPLOG_COLUMNS = ["part_id", "timestamp", "version", "content"];

/** The place of the node, the kind and the content among an entry's columns. */
const NODE_COLUMN = 1;
const TYPE_COLUMN = 2;
const CONTENT_COLUMN = 4;

/**
 * Shows the rows of a partition of an oplog, with the entries in each, and with
 * the entries of directories. What can't be decoded is shown as bytes.
 *
 * @param directory The table's, absolute.
 * @throws {PondError} `NOT_FOUND` when there is no such row, or no log.
 */
export async function* dumpRecords(
  host: DumpHost,
  directory: string,
  options: RecordDumpOptions,
): AsyncGenerator<DumpRow> {
  const { partId, nodeId, signal } = options;
  const { store, check, findings } = await loadTable(host, directory, options);
  await requireOplog(check.state, directory);
  let isFound = false;
  for (const add of check.state?.adds ?? []) {
    signal?.throwIfAborted();
    if (!mayHold(add, partId)) continue;
    for await (const row of fileRows(store, add, options)) {
      isFound = true;
      yield row;
    }
  }
  yield* findings;
  if (isFound || findings.some(isDamage)) return;
  const wanted = nodeId === undefined ? partId : `${partId}/${nodeId}`;
  throw new PondError(
    "NOT_FOUND",
    `Cannot find a row of ${wanted} in ${directory}`,
    {
      path: directory,
      hint: `list the partitions: pond debug rows ${directory}`,
    },
  );
}

/** Another engine's table has no rows of this kind. */
async function requireOplog(
  state: TableState | undefined,
  directory: string,
): Promise<void> {
  const schema = await attempt(() => state?.metaData.schemaString);
  if (!schema.isSound || schema.value === undefined) return;
  const text = schema.value;
  const names = OPLOG_COLUMNS.map((name) => JSON.stringify(name));
  if (names.every((name) => text.includes(name))) return;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot show records of ${directory}: it is no pond's table`,
    { path: directory, hint: `show its rows: pond debug rows ${directory}` },
  );
}

/** Tags that list all partitions of a file rule it out; others don't. */
function mayHold(add: AddFile, partId: string): boolean {
  const hive = add.partitionValues.part_id;
  if (typeof hive === "string") return hive.startsWith(partId);
  const { parts } = indexFile(add);
  return parts === undefined || parts.some((part) => part.startsWith(partId));
}

async function* fileRows(
  store: TableStore,
  add: AddFile,
  options: RecordDumpOptions,
): AsyncGenerator<DumpRow> {
  const log = pathIn(store, LOG_DIRECTORY);
  const opened = await attempt(async () => {
    const path = storePathOf(add.path, log);
    return { path: pathIn(store, path), bytes: await readWhole(store, path) };
  });
  if (!opened.isSound) {
    const file = { kind: "file", path: pathIn(store, add.path) };
    yield damaged(file, opened.problem);
    return;
  }
  const { bytes, path } = opened.value;
  yield* digestRow(bytes, add, path);
  const content = await attempt(() =>
    guarded(path, () => openParquet(bytes, { source: path }))
  );
  if (!content.isSound) {
    const facts = { size: bytes.length, hexAtEnd: endOf(bytes) };
    yield damaged({ kind: "footer", path }, content.problem, facts);
    return;
  }
  let row = 0;
  for (const [i, group] of content.value.groups.entries()) {
    options.signal?.throwIfAborted();
    const records = await attempt(() => decodeGroup(group, add, path));
    const place = `row group ${i}`;
    if (!records.isSound) {
      const at = { kind: "row group", path, place };
      const start = await attempt(() => group.place().start);
      const from = start.isSound ? start.value : 0;
      const hex = hexOf(bytes.subarray(from), SHOWN_BYTES);
      yield damaged(at, records.problem, { offset: from, hex });
      row += group.numRows;
      continue;
    }
    for (const record of records.value) {
      const at = { path, place: `${place}, row ${row++}` };
      if (record.partId.startsWith(options.partId)) {
        yield* oneRecord(record, at, options.nodeId);
      }
    }
  }
}

function endOf(bytes: Bytes): string {
  return hexOf(bytes.subarray(-SHOWN_BYTES), SHOWN_BYTES);
}

async function* digestRow(
  bytes: Bytes,
  { size, tags = {} }: AddFile,
  path: string,
): AsyncGenerator<DumpRow> {
  const place = { kind: "file", path };
  if (size !== bytes.length) {
    yield damaged(place, `it has ${bytes.length} bytes, not ${size}`);
  }
  if (tags.sha256 === undefined) return;
  const is = await sha256Hex(bytes);
  if (is === tags.sha256) return;
  yield damaged(place, `its SHA-256 is ${is}, not ${tags.sha256}`);
}

async function* oneRecord(
  record: Record,
  at: Omit<RowPlace, "kind">,
  nodeId: string | undefined,
): AsyncGenerator<DumpRow> {
  const { content, partId, timestampUs, version } = record;
  const place = { kind: "record", ...at, version };
  const facts = { partId, version, timestampUs, bytes: content.length };
  const batch = await attempt(() =>
    readBatch(OPLOG_ENTRY_COLUMNS, content, at.path)
  );
  if (!batch.isSound) {
    const hex = hexOf(content, SHOWN_BYTES);
    const shownFacts = { ...facts, hex, hexAtEnd: endOf(content) };
    yield damaged(place, batch.problem, shownFacts);
    return;
  }
  const entries = batch.value;
  const rows = wantedRows(entries, nodeId);
  if (nodeId !== undefined && rows.length === 0) return;
  const all = {
    ...facts,
    entries: entries.numRows,
    columns: entries.columns(),
  };
  const whole = await attempt(() => decodeOplogEntries(content, at.path));
  yield whole.isSound ? { ...place, facts: all } : damaged(
    place,
    whole.problem,
    { ...all, hex: hexOf(content, SHOWN_BYTES), hexAtEnd: endOf(content) },
  );
  for (const row of rows) {
    const entry = { ...at, version, place: `${at.place}, entry ${row}` };
    yield* entryRows(entries, row, entry);
  }
}

/** An entry whose node can't be read may be of the one that is wanted. */
function wantedRows(
  batch: BatchReader,
  nodeId: string | undefined,
): readonly number[] {
  const rows = Array.from({ length: batch.numRows }, (_, row) => row);
  if (nodeId === undefined) return rows;
  return rows.filter((row) => {
    const node = cellOf(batch, NODE_COLUMN, row);
    return typeof node.value !== "string" || node.value.startsWith(nodeId);
  });
}

async function* entryRows(
  batch: BatchReader,
  row: number,
  at: Omit<RowPlace, "kind">,
): AsyncGenerator<DumpRow> {
  yield cellsRow(OPLOG_ENTRY_COLUMNS, batch, row, { kind: "entry", ...at });
  const type = cellOf(batch, TYPE_COLUMN, row).value;
  const content = cellOf(batch, CONTENT_COLUMN, row).value;
  if (type !== "directory" || !(content instanceof Uint8Array)) return;
  const names = await attempt(() =>
    readBatch(DIRECTORY_ENTRY_COLUMNS, content, at.path)
  );
  if (!names.isSound) {
    const hex = hexOf(content, SHOWN_BYTES);
    yield damaged({ kind: "directory", ...at }, names.problem, { hex });
    return;
  }
  for (let name = 0; name < names.value.numRows; name++) {
    const place = { kind: "name", ...at, place: `${at.place}, name ${name}` };
    yield cellsRow(DIRECTORY_ENTRY_COLUMNS, names.value, name, place);
  }
}

/** The cells of a row; those that can't be decoded are named. */
function cellsRow(
  specs: readonly ColumnSpec[],
  batch: BatchReader,
  row: number,
  place: RowPlace,
): DumpRow {
  const facts: { [name: string]: DumpValue } = {};
  const broken: string[] = [];
  for (const [column, { name }] of specs.entries()) {
    const { value, problem } = cellOf(batch, column, row);
    if (problem === undefined) {
      facts[name] = value instanceof Uint8Array
        ? contentFacts(value)
        : shown(value);
    } else broken.push(name);
  }
  if (broken.length === 0) return { ...place, facts };
  const problem = `its columns can't be decoded: ${broken.join(", ")}`;
  return damaged(place, problem, facts);
}

function cellOf(
  batch: BatchReader,
  column: number,
  row: number,
): { readonly value: Cell; readonly problem?: string } {
  try {
    return { value: batch.cell(column, row) };
  } catch (error) {
    if (!(error instanceof PondError)) throw error;
    return { value: null, problem: error.message };
  }
}
