/**
 * Rows of Parquet files that the proof of concept wrote, with lists and maps.
 *
 * @module
 */
import { type Bytes, encodeHex } from "../bytes.ts";
import { IntegrityError } from "../errors.ts";
import type { FileStore } from "../host/mod.ts";
import type { DataField, DataType, DataValue } from "../oplog/data_type.ts";
import { type FileBytes, ParquetFile } from "../oplog/parquet/file.ts";
import { inferType } from "../oplog/parquet/infer.ts";
import type { ParquetNode } from "../oplog/parquet/schema_tree.ts";
import { unsupportedType } from "./problems.ts";
import type { ListedRow } from "./source.ts";

/** Rows that are decoded at once. */
const BATCH_ROWS = 1024;

/** No directory has more versions in it: a listing of more is a bomb. */
const MAX_LISTED = 5_000_000;

/** Rows of a table, some at a time. */
export interface TableBatch {
  /** The columns. */
  readonly fields: readonly DataField[];
  /** How many rows. */
  readonly numRows: number;
  /** The values: an array for each column. */
  readonly values: readonly (readonly DataValue[])[];
}

/** Bytes in memory, to be read as a file. */
export function bytesInMemory(path: string, bytes: Bytes): FileBytes {
  return {
    path,
    sizeBytes: bytes.length,
    read: (offset, length) =>
      Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}

/** A file of the host, read where it is needed. */
export function bytesOnHost(
  files: Pick<FileStore, "read">,
  path: string,
  sizeBytes: number,
): FileBytes {
  return {
    path,
    sizeBytes,
    read: async (offset, length) => await files.read(path, { offset, length }),
  };
}

/**
 * Reads a table.
 *
 * @param names The columns; all that can be read when left out.
 * @throws {IntegrityError} When it is damaged.
 */
export async function* readBatches(
  bytes: FileBytes,
  names?: readonly string[],
): AsyncGenerator<TableBatch> {
  const file = await ParquetFile.open(bytes);
  const fields = file.schema.children.flatMap((node) =>
    names?.includes(node.name) ?? true ? fieldOf(node) : []
  );
  const rows = file.rows({
    fields,
    mapping: "name",
    batchRows: BATCH_ROWS,
    signal: undefined,
  });
  for await (const { numRows, values } of rows) {
    yield { fields, numRows, values };
  }
}

/** The types of the columns of a table, by their names. */
export async function columnTypes(
  bytes: FileBytes,
): Promise<ReadonlyMap<string, DataType>> {
  const { schema } = await ParquetFile.open(bytes);
  return new Map(
    schema.children.flatMap(fieldOf).map(({ name, type }) => [name, type]),
  );
}

/** The columns of a listing. */
const LISTING = ["prefix", "number", "size", "ftype", "sha256", "contents"];

/**
 * Reads a listing: `dir.N.parquet`, or a batch of a backup.
 *
 * @throws {IntegrityError} When it is none.
 */
export async function* readListing(
  bytes: FileBytes,
): AsyncGenerator<ListedRow> {
  let count = 0;
  for await (const batch of readBatches(bytes, LISTING)) {
    const column = (name: string) =>
      batch.values[batch.fields.findIndex((field) => field.name === name)] ??
        [];
    const [prefix, number, size, ftype, sha256, contents] = LISTING.map(column);
    count += batch.numRows;
    if (count > MAX_LISTED) {
      throw new IntegrityError(bytes.path, "it lists millions of versions");
    }
    for (let i = 0; i < batch.numRows; i++) {
      const row = {
        prefix: prefix?.[i],
        number: numberOf(number?.[i]),
        sizeBytes: numberOf(size?.[i]),
        ftype: numberOf(ftype?.[i]),
        sha256: hexOf(sha256?.[i]),
        contents: contents?.[i] instanceof Uint8Array
          ? contents[i] as Bytes
          : null,
      };
      if (!isListed(row)) {
        throw new IntegrityError(bytes.path, "a row lists nothing");
      }
      yield row;
    }
  }
}

function isListed(
  row: { readonly [K in keyof ListedRow]: unknown },
): row is ListedRow {
  const isCount = (value: unknown) =>
    Number.isSafeInteger(value) && Number(value) >= 0;
  return typeof row.prefix === "string" && isCount(row.number) &&
    isCount(row.sizeBytes) && isCount(row.ftype) &&
    typeof row.sha256 === "string" && row.sha256.length === 64;
}

function numberOf(value: DataValue | undefined): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}

function hexOf(value: DataValue | undefined): string | undefined {
  return value instanceof Uint8Array ? encodeHex(value) : undefined;
}

/** A column, if it is of a type that is read. */
function fieldOf(node: ParquetNode): DataField[] {
  const type = typeOf(node);
  const { name } = node;
  return type === undefined
    ? []
    : [{ name, type, nullable: true, physicalName: name }];
}

/** As `inferType`, with lists, maps and bytes of a fixed length. */
function typeOf(node: ParquetNode): DataType | undefined {
  const { converted_type, logical_type, type } = node.element;
  const annotation = converted_type ?? logical_type?.type;
  if (type === "FIXED_LEN_BYTE_ARRAY") {
    return annotation === undefined ? { kind: "binary" } : inferType(node);
  }
  if (node.leaf !== undefined) return inferType(node);
  const [repeated] = node.children;
  switch (annotation) {
    case "LIST": {
      const [element] = repeated?.children ?? [];
      return { kind: "array", element: required(element) };
    }
    case "MAP":
    case "MAP_KEY_VALUE": {
      const [key, value] = repeated?.children ?? [];
      return { kind: "map", key: required(key), value: required(value) };
    }
    case undefined:
      return { kind: "struct", fields: node.children.flatMap(fieldOf) };
    default:
      return undefined;
  }
}

function required(node: ParquetNode | undefined): DataType {
  const type = node && typeOf(node);
  if (type === undefined) throw unsupportedType(node?.path.join(".") ?? "");
  return type;
}
