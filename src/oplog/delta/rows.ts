/**
 * The rows of a table at one version, whoever wrote it.
 *
 * Loaded by the first reading of rows: a pond reads its own records without.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#requirements-for-readers}
 * @module
 */
import type { Bytes } from "../../bytes.ts";
import { IntegrityError, PondError } from "../../errors.ts";
import type { DataField, DataType, DataValue } from "../data_type.ts";
import { type FileBytes, ParquetFile } from "../parquet/file.ts";
import { pathIn, type TableStore } from "../store/store.ts";
import type { AddFile } from "./actions.ts";
import { readDeletionVector } from "./deletion_vector.ts";
import { storePathOf } from "./file_path.ts";
import { LOG_DIRECTORY } from "./log_path.ts";
import { parsePartitionValue } from "./partition_value.ts";
import { columnMappingMode, hasReaderFeature } from "./protocol.ts";
import type { RowSet } from "./roaring.ts";
import { parseSchema } from "./schema_reader.ts";
import type { Snapshot } from "./table_state.ts";

/** Options of reading rows. */
export interface RowOptions {
  /** The columns to read, in order; all when left out. */
  readonly columns?: readonly string[];
  /** The data files to read; all of the table when left out. */
  readonly files?: Iterable<AddFile>;
  /** Rows in a batch, at most; 4096 when left out. */
  readonly batchRows?: number;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

/** Rows, column by column. */
export interface RowBatch {
  /** The columns, in order. */
  readonly columns: readonly DataField[];
  /** How many rows. */
  readonly numRows: number;
  /** The values: one array for each column. */
  readonly values: readonly (readonly DataValue[])[];
}

/** What rows are read from. */
export interface RowSource {
  /** Where the table is. */
  readonly store: TableStore;
  /** The table's state. */
  readonly snapshot: Snapshot;
  /** Reads a file whole, and checks it against the digest in its action. */
  readonly readChecked: (add: DataFileAction) => Promise<Bytes>;
}

const BATCH_ROWS = 4096;

/**
 * The columns of a table.
 *
 * @throws {IntegrityError} When the schema is damaged.
 * @throws {PondError} `UNSUPPORTED`, naming the type or the format.
 */
export function columnsOf(
  { store, snapshot: { protocol, metaData } }: RowSource,
): readonly DataField[] {
  const { location: directory } = store;
  const source = pathIn(store, LOG_DIRECTORY);
  const { provider } = metaData.format;
  if (provider.toLowerCase() !== "parquet") {
    throw new PondError(
      "UNSUPPORTED",
      `Cannot read the Delta table ${directory}: its files are ${provider}`,
      { path: directory, hint: "read it with an engine that has this format" },
    );
  }
  const mode = columnMappingMode(protocol, metaData, directory);
  const fields = parseSchema(metaData.schemaString, mode, source);
  const columns = withoutVoid(fields);
  const unknown = metaData.partitionColumns.find((name) =>
    !fields.some((field) => field.name === name)
  );
  if (unknown === undefined) return columns;
  throw new IntegrityError(
    source,
    `its partition column ${unknown} is not in its schema`,
  );
}

/** A column without a type holds nothing: as for Spark, it isn't there. */
function withoutVoid(fields: readonly DataField[]): readonly DataField[] {
  return fields.filter(({ type }) => type.kind !== "void").map((field) => ({
    ...field,
    type: typeWithoutVoid(field.type),
  }));
}

function typeWithoutVoid(type: DataType): DataType {
  switch (type.kind) {
    case "struct":
      return { kind: "struct", fields: withoutVoid(type.fields) };
    case "array":
      return { kind: "array", element: typeWithoutVoid(type.element) };
    case "map":
      return {
        kind: "map",
        key: typeWithoutVoid(type.key),
        value: typeWithoutVoid(type.value),
      };
    default:
      return type;
  }
}

/**
 * Reads rows, in no order that means anything.
 *
 * @throws {IntegrityError} When a file is damaged or missing.
 * @throws {PondError} `UNSUPPORTED`; `INVALID_ARGUMENT` for an unknown column.
 */
export async function* readRows(
  source: RowSource,
  options: RowOptions = {},
): AsyncGenerator<RowBatch> {
  const columns = selected(columnsOf(source), options.columns, source);
  const reading = readingOf(source, columns, options);
  for (const add of options.files ?? source.snapshot.adds) {
    options.signal?.throwIfAborted();
    const deleted = await deletedRows(source, add);
    const isKept = deleted && ((row: number) => !deleted.has(row));
    yield* fileRows(source, add, reading, isKept);
  }
}

/** How the rows of a table's files are read. */
export function readingOf(
  { snapshot: { metaData, protocol }, store }: RowSource,
  columns: readonly DataField[],
  { batchRows = BATCH_ROWS, signal }: RowOptions,
): Reading {
  const mode = columnMappingMode(protocol, metaData, store.location);
  const partitions = new Set(metaData.partitionColumns);
  return {
    columns,
    fields: columns.filter(({ name }) => !partitions.has(name)),
    mapping: mode === "id" ? "id" : "name",
    batchRows,
    signal,
  };
}

/** What is read of a file, and how. */
export interface Reading {
  /** The columns of a row. */
  readonly columns: readonly DataField[];
  /** Those that are in the file. */
  readonly fields: readonly DataField[];
  /** How they are found there. */
  readonly mapping: "id" | "name";
  /** Rows in a batch, at most. */
  readonly batchRows: number;
  /** Ends the reading. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads rows of a file.
 *
 * @param isWanted Tells of a row, by its place in the file; all when left out.
 */
export async function* fileRows(
  source: RowSource,
  add: DataFileAction,
  reading: Reading,
  isWanted?: (row: number) => boolean,
): AsyncGenerator<RowBatch> {
  const { columns, fields } = reading;
  const bytes = await openFile(source, add, reading.signal);
  const file = await ParquetFile.open(bytes);
  const fixed = new Map<DataField, DataValue>();
  for (const field of columns) {
    if (fields.includes(field)) continue;
    const text = partitionText(add, field, bytes.path);
    const value = parsePartitionValue(field, text, bytes.path);
    fixed.set(field, padded(field, value));
  }
  for await (const { start, numRows, values } of file.rows(reading)) {
    const kept = isWanted && keptRows(isWanted, start, numRows);
    const count = kept?.length ?? numRows;
    if (count === 0) continue;
    yield {
      columns,
      numRows: count,
      values: columns.map((field) => {
        const at = fields.indexOf(field);
        if (at < 0) {
          return new Array<DataValue>(count).fill(fixed.get(field) ?? null);
        }
        const column = values[at] ?? [];
        const all = kept?.map((row) => column[row] ?? null) ?? column;
        return field.padTo === undefined
          ? all
          : all.map((value) => padded(field, value));
      }),
    };
  }
}

/** Spaces are characters as others are; a longer text stays as it is. */
function padded({ padTo = 0 }: DataField, value: DataValue): DataValue {
  if (typeof value !== "string" || value.length >= 2 * padTo) return value;
  return value + " ".repeat(Math.max(0, padTo - [...value].length));
}

/** What the log says of a file with rows. */
export type DataFileAction = Pick<
  AddFile,
  "path" | "partitionValues" | "size" | "tags"
>;

function partitionText(
  { partitionValues }: DataFileAction,
  { name, physicalName }: DataField,
  path: string,
): string | null {
  const text = Object.hasOwn(partitionValues, physicalName)
    ? partitionValues[physicalName]
    : undefined;
  if (text !== undefined) return text;
  throw new IntegrityError(
    path,
    `the log has no value of the partition column ${name} for it`,
  );
}

function keptRows(
  isWanted: (row: number) => boolean,
  start: number,
  numRows: number,
): number[] {
  const kept: number[] = [];
  for (let row = 0; row < numRows; row++) {
    if (isWanted(start + row)) kept.push(row);
  }
  return kept;
}

/** The rows of a file that its deletion vector deletes. */
export async function deletedRows(
  { store, snapshot }: RowSource,
  { deletionVector, path }: Pick<AddFile, "deletionVector" | "path">,
): Promise<RowSet | undefined> {
  if (deletionVector === undefined) return undefined;
  if (!hasReaderFeature(snapshot.protocol, "deletionVectors")) {
    throw new IntegrityError(
      pathIn(store, LOG_DIRECTORY),
      `the file ${path} has a deletion vector, and the table lacks the feature deletionVectors`,
    );
  }
  return await readDeletionVector(deletionVector, store);
}

/** What carries a digest is read whole and checked; the rest in pieces. */
async function openFile(
  source: RowSource,
  add: DataFileAction,
  signal: AbortSignal | undefined,
): Promise<FileBytes> {
  const { store } = source;
  const name = storePathOf(add.path, pathIn(store, LOG_DIRECTORY));
  const path = pathIn(store, name);
  if (add.tags?.sha256 !== undefined) {
    const bytes = await source.readChecked(add);
    return {
      path,
      sizeBytes: bytes.length,
      read: (offset, length) =>
        Promise.resolve(bytes.subarray(offset, offset + length)),
    };
  }
  const stat = await store.head(name);
  if (stat === undefined) throw new IntegrityError(path, "the file is missing");
  return {
    path,
    sizeBytes: stat.sizeBytes,
    read: (offset, length) =>
      store.get(name, { offset, length, ...(signal ? { signal } : {}) }),
  };
}

/** Names as they are written, or else as they are but for their case. */
function selected(
  fields: readonly DataField[],
  names: readonly string[] | undefined,
  { store: { location: directory } }: RowSource,
): readonly DataField[] {
  return names?.map((name) => {
    const folded = name.toLowerCase();
    const field = fields.find((field) => field.name === name) ??
      fields.find((field) => field.name.toLowerCase() === folded);
    if (field !== undefined) return field;
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot read the column ${name}: the table ${directory} has none`,
      {
        path: directory,
        hint: `it has ${fields.map(({ name }) => name).join(", ")}`,
      },
    );
  }) ?? fields;
}
