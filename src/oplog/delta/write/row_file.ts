/**
 * Rows as data files: one for each partition.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#data-files}
 * @module
 */
import { type Bytes, concatBytes } from "../../../bytes.ts";
import { PondError } from "../../../errors.ts";
import type { Random } from "../../../host/host.ts";
import type { TypedCell } from "../../column_kind.ts";
import type {
  DataEntries,
  DataField,
  DataStruct,
  DataType,
  DataValue,
} from "../../data_type.ts";
import { ParquetWriteStream } from "../../parquet.ts";
import type { AddFile, MetaData } from "../actions.ts";
import { columnKindOf } from "../column_kind_of.ts";
import {
  logPath,
  partitionDirectory,
  partitionText,
} from "./partition_text.ts";
import { rowStats } from "./row_stats.ts";

/** Rows in a row group, at most. */
const GROUP_ROWS = 128 * 1024;

/** A data file that is to be put. */
export interface RowFile {
  /** What the log shall say of it. */
  readonly add: AddFile;
  /** Its path in the store. */
  readonly path: string;
  /** Its bytes. */
  readonly bytes: Bytes;
}

/** What rows are written for. */
export interface RowTarget {
  /** The table's columns. */
  readonly columns: readonly DataField[];
  /** Partition columns, and which columns have statistics. */
  readonly metaData: MetaData;
  /** Names files. */
  readonly random: Random;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/**
 * Encodes rows.
 *
 * @param values The values: one array for each column.
 * @throws {PondError} `INVALID_ARGUMENT` for a value that no partition can have;
 *   `UNSUPPORTED` for a type that Parquet has not.
 */
export async function encodeRows(
  target: RowTarget,
  values: readonly (readonly DataValue[])[],
  numRows: number,
): Promise<RowFile[]> {
  const files: RowFile[] = [];
  for (const part of partitionsOf(target, values, numRows)) {
    files.push(await encodePartition(target, values, part));
  }
  return files;
}

/** A partition, and which rows are in it. */
interface Partition {
  readonly texts: readonly (readonly [name: string, text: string | null])[];
  /** All of them when left out. */
  readonly rows: readonly number[] | undefined;
  readonly numRows: number;
}

function partitionsOf(
  { columns, metaData: { partitionColumns } }: RowTarget,
  values: readonly (readonly DataValue[])[],
  numRows: number,
): Partition[] {
  if (numRows === 0) return [];
  if (partitionColumns.length === 0) {
    return [{ texts: [], rows: undefined, numRows }];
  }
  const fields = partitionColumns.map((name) => {
    const at = columns.findIndex((field) => field.name === name);
    return { name, field: columns[at], values: values[at] };
  });
  const parts = new Map<
    string,
    { texts: Partition["texts"]; rows: number[] }
  >();
  for (let row = 0; row < numRows; row++) {
    const texts = fields.map(({ name, field, values }) => {
      const value = values?.[row] ?? null;
      const text = field === undefined ? null : partitionText(field, value);
      return [name, text] as const;
    });
    const key = JSON.stringify(texts);
    const part = parts.get(key);
    if (part === undefined) parts.set(key, { texts, rows: [row] });
    else part.rows.push(row);
  }
  return [...parts.values()].map(({ texts, rows }) => ({
    texts,
    rows,
    numRows: rows.length,
  }));
}

async function encodePartition(
  { columns, metaData, random, nowMs }: RowTarget,
  values: readonly (readonly DataValue[])[],
  { texts, rows, numRows }: Partition,
): Promise<RowFile> {
  const partitions = new Set(metaData.partitionColumns);
  const written = columns.flatMap((field, i) => {
    // Nothing but nulls: no file has such a column.
    if (partitions.has(field.name) || field.type.kind === "void") return [];
    const all = values[i] ?? [];
    return [{ field, values: rows?.map((row) => all[row] ?? null) ?? all }];
  });
  const fields = written.map(({ field }) => field);
  const bytes = await encodeColumns(
    fields,
    written.map(({ values }) => values),
    numRows,
  );
  const directory = partitionDirectory(texts);
  const name = `part-${random.uuidHex()}.snappy.parquet`;
  const path = directory === "" ? name : `${directory}/${name}`;
  const stats = rowStats(
    fields,
    written.map(({ values }) => values),
    numRows,
    metaData,
  );
  const add: AddFile = {
    path: logPath(path),
    partitionValues: Object.fromEntries(texts),
    size: bytes.length,
    modificationTime: nowMs,
    dataChange: true,
    stats,
  };
  return { add, path, bytes };
}

async function encodeColumns(
  fields: readonly DataField[],
  values: readonly (readonly DataValue[])[],
  numRows: number,
): Promise<Bytes> {
  if (fields.length === 0) {
    throw new PondError(
      "UNSUPPORTED",
      "Cannot write rows of partition columns alone",
      { hint: "a table needs a column that is in its files" },
    );
  }
  const stream = await ParquetWriteStream.open(
    fields.map(({ name, type }) => ({ name, kind: columnKindOf(type) })),
  );
  const pieces: Bytes[] = [];
  for (let start = 0; start < numRows; start += GROUP_ROWS) {
    const end = Math.min(numRows, start + GROUP_ROWS);
    pieces.push(
      stream.append(
        fields.map(({ type }, i) =>
          (values[i] ?? []).slice(start, end).map((value) =>
            cellOf(type, value)
          )
        ),
      ),
    );
  }
  return concatBytes([...pieces, stream.finish()]);
}

/** A value as the encoder takes it: a map is a list of {key, value}. */
function cellOf(type: DataType, value: DataValue): TypedCell {
  if (value === null) return null;
  switch (type.kind) {
    case "array":
      return (value as readonly DataValue[]).map((item) =>
        cellOf(type.element, item)
      );
    case "map":
      return (value as DataEntries).map(([key, item]) => ({
        key: cellOf(type.key, key),
        value: cellOf(type.value, item),
      }));
    case "struct":
      return Object.fromEntries(
        type.fields.map(({ name, type }) => [
          name,
          cellOf(type, (value as DataStruct)[name] ?? null),
        ]),
      );
    case "float":
      return Math.fround(value as number);
    default:
      return value as TypedCell;
  }
}
