/**
 * Checkpoints of other engines: classic and multi-part ones, and those of the
 * v2 specification.
 *
 * ```text
 * N.checkpoint.parquet, N.checkpoint.O.P.parquet     one action a row
 * N.checkpoint.UUID.parquet, N.checkpoint.UUID.json  the same, and
 *     checkpointMetadata   {version}
 *     sidecar              {path}: _sidecars/PATH, a Parquet file of add, remove
 * ```
 *
 * Statistics as a struct (`stats_parsed`) become JSON where there is none.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoint-specs}
 * @module
 */
import { type Bytes, tryDecodeUtf8 } from "../../bytes.ts";
import { IntegrityError } from "../../errors.ts";
import type {
  DataEntries,
  DataField,
  DataStruct,
  DataType,
  DataValue,
} from "../data_type.ts";
import { type FileBytes, ParquetFile } from "../parquet/file.ts";
import { inferType } from "../parquet/infer.ts";
import { type Action, actionFrom, isObject } from "./actions.ts";
import { statsText } from "./stats_text.ts";
import { decodePath } from "./table_state.ts";

/** A checkpoint file to read. */
export interface CheckpointSource {
  /** The file. */
  readonly bytes: Bytes;
  /** Its path, for errors, and for how it is encoded. */
  readonly path: string;
  /** The version that its name says. */
  readonly version: number;
  /** Opens a file of `_sidecars/`. */
  readonly openSidecar: (name: string) => Promise<FileBytes>;
}

const BATCH_ROWS = 1024;

/**
 * Reads the actions of a checkpoint file, and those of its sidecars.
 *
 * @throws {IntegrityError} When a file is damaged or missing.
 */
export async function* foreignActions(
  source: CheckpointSource,
): AsyncGenerator<Action[]> {
  const { bytes, path } = source;
  const sidecars: string[] = [];
  const rows = path.endsWith(".json")
    ? jsonRows(source)
    : parquetRows(openBytes(path, bytes), COLUMNS);
  for await (const batch of rows) {
    yield batch.flatMap((row) => {
      requireVersion(row, source);
      const name = sidecarOf(row, path);
      if (name !== undefined) sidecars.push(name);
      return actionFrom(row, path) ?? [];
    });
  }
  for (const name of sidecars) {
    const file = await source.openSidecar(name);
    for await (const batch of parquetRows(file, FILE_COLUMNS)) {
      yield batch.flatMap((row) => actionFrom(row, file.path) ?? []);
    }
  }
}

type Row = { readonly [name: string]: unknown };

/** A file that is in memory. */
export function openBytes(path: string, bytes: Bytes): FileBytes {
  return {
    path,
    sizeBytes: bytes.length,
    read: (offset, length) =>
      Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}

function requireVersion(row: Row, { path, version }: CheckpointSource): void {
  const { checkpointMetadata } = row;
  if (!isObject(checkpointMetadata)) return;
  const stated = Number(checkpointMetadata.version);
  if (stated === version) return;
  throw new IntegrityError(path, `it says that it is of version ${stated}`);
}

/** Sidecars lie in one place, whatever path they are named by. */
function sidecarOf(row: Row, path: string): string | undefined {
  if (!isObject(row.sidecar)) return undefined;
  const named = row.sidecar.path;
  const name = typeof named === "string"
    ? decodePath(named, path).split("/").at(-1)
    : undefined;
  if (name && name !== ".." && name !== "." && !name.includes("\0")) {
    return name;
  }
  throw new IntegrityError(path, `it names no sidecar: ${String(named)}`);
}

function* jsonRows({ bytes, path }: CheckpointSource): Generator<Row[]> {
  const text = tryDecodeUtf8(bytes);
  if (text === undefined) {
    throw new IntegrityError(path, "it is not valid UTF-8");
  }
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    let row: unknown;
    try {
      row = JSON.parse(line);
    } catch (cause) {
      throw new IntegrityError(path, "a line of it is no valid JSON", {
        cause,
      });
    }
    if (!isObject(row)) {
      throw new IntegrityError(path, "a line of it is no JSON object");
    }
    yield [row];
  }
}

async function* parquetRows(
  bytes: FileBytes,
  columns: readonly DataField[],
): AsyncGenerator<Row[]> {
  const file = await ParquetFile.open(bytes);
  const stats = file.schema.children.find(({ name }) => name === "add")
    ?.children.find(({ name }) => name === STATS_PARSED);
  const statsType = stats && inferType(stats);
  const fields = statsType ? columns.map(withStats(statsType)) : columns;
  const options = {
    fields,
    mapping: "name",
    batchRows: BATCH_ROWS,
    signal: undefined,
  } as const;
  for await (const { numRows, values } of file.rows(options)) {
    yield Array.from({ length: numRows }, (_, i): Row => {
      const row: Record<string, unknown> = {};
      fields.forEach(({ name, type }, column) => {
        const value = values[column]?.[i] ?? null;
        if (value !== null) row[name] = plainOf(type, value);
      });
      return statsType ? withStatsText(row, statsType) : row;
    });
  }
}

const STATS_PARSED = "stats_parsed";

function withStats(statsType: DataType): (column: DataField) => DataField {
  return (column) => {
    const { name, type } = column;
    if (name !== "add" || type.kind !== "struct") return column;
    const fields = [...type.fields, fieldOf(STATS_PARSED, statsType)];
    return fieldOf(name, { kind: "struct", fields });
  };
}

function withStatsText(row: Row, type: DataType): Row {
  const { add } = row;
  if (!isObject(add)) return row;
  const { [STATS_PARSED]: parsed, stats, ...others } = add;
  if (stats !== undefined && stats !== null) return row;
  if (parsed === undefined || parsed === null) return row;
  const text = statsText(type, parsed as DataValue);
  return { ...row, add: { ...others, stats: text } };
}

/** A value as JSON would have it: maps are objects. */
function plainOf(type: DataType, value: DataValue): unknown {
  if (value === null) return null;
  if (type.kind === "map") {
    return Object.fromEntries(
      (value as DataEntries).map(([key, item]) => [String(key), item]),
    );
  }
  if (type.kind !== "struct") return value;
  return Object.fromEntries(type.fields.map(({ name, type }) => {
    const item = (value as DataStruct)[name] ?? null;
    return [name, name === STATS_PARSED ? item : plainOf(type, item)];
  }));
}

// === The columns, as far as they are read ===

const STRING: DataType = { kind: "string" };
const LONG: DataType = { kind: "long" };
const BOOLEAN: DataType = { kind: "boolean" };
const STRINGS: DataType = { kind: "map", key: STRING, value: STRING };
const LIST: DataType = { kind: "array", element: STRING };

function fieldOf(name: string, type: DataType): DataField {
  return { name, type, nullable: true, physicalName: name };
}

function structOf(members: { readonly [name: string]: DataType }): DataType {
  const fields = Object.entries(members).map(([name, type]) =>
    fieldOf(name, type)
  );
  return { kind: "struct", fields };
}

const VECTOR = structOf({
  storageType: STRING,
  pathOrInlineDv: STRING,
  offset: LONG,
  sizeInBytes: LONG,
  cardinality: LONG,
});

const FILE_COLUMNS: readonly DataField[] = [
  fieldOf(
    "add",
    structOf({
      path: STRING,
      partitionValues: STRINGS,
      size: LONG,
      modificationTime: LONG,
      dataChange: BOOLEAN,
      stats: STRING,
      tags: STRINGS,
      deletionVector: VECTOR,
    }),
  ),
  fieldOf(
    "remove",
    structOf({
      path: STRING,
      deletionTimestamp: LONG,
      dataChange: BOOLEAN,
      extendedFileMetadata: BOOLEAN,
      partitionValues: STRINGS,
      size: LONG,
      deletionVector: VECTOR,
    }),
  ),
];

const COLUMNS: readonly DataField[] = [
  ...FILE_COLUMNS,
  fieldOf(
    "txn",
    structOf({ appId: STRING, version: LONG, lastUpdated: LONG }),
  ),
  fieldOf(
    "metaData",
    structOf({
      id: STRING,
      name: STRING,
      description: STRING,
      format: structOf({ provider: STRING, options: STRINGS }),
      schemaString: STRING,
      partitionColumns: LIST,
      configuration: STRINGS,
      createdTime: LONG,
    }),
  ),
  fieldOf(
    "protocol",
    structOf({
      minReaderVersion: LONG,
      minWriterVersion: LONG,
      readerFeatures: LIST,
      writerFeatures: LIST,
    }),
  ),
  fieldOf("sidecar", structOf({ path: STRING })),
  fieldOf("checkpointMetadata", structOf({ version: LONG })),
];
