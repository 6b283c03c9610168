/**
 * One Parquet file of the rows of several: in their order, columns united by name.
 *
 * Only what is written as it was read is put together: flat columns of types that
 * {@linkcode ParquetWriteStream} writes, with the same type in every file. In memory
 * are the footers, and the rows of one row group.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import type { ColumnKind, TypedCell, TypedColumn } from "./column_kind.ts";
import type { DataField, DataValue } from "./data_type.ts";
import { ParquetWriteStream } from "./parquet.ts";
import { type FileBytes, ParquetFile } from "./parquet/file.ts";
import { inferType } from "./parquet/infer.ts";
import type { ParquetNode } from "./parquet/schema_tree.ts";

export type { FileBytes };

/** Rows of a row group. */
const GROUP_ROWS = 65_536;

/** Rows that are decoded at once. */
const BATCH_ROWS = 8192;

/** A column of the new file. */
interface UnitedColumn extends TypedColumn {
  readonly field: DataField;
}

/**
 * Puts the rows of files together.
 *
 * @param files The files, in the order of their rows.
 * @returns The bytes of the new file; `undefined` when it couldn't say all that
 *   the files say.
 * @throws {IntegrityError} When one of them is no Parquet file, or damaged.
 */
export async function concatParquet(
  files: readonly FileBytes[],
  signal?: AbortSignal,
): Promise<AsyncGenerator<Bytes> | undefined> {
  const columns = new Map<string, UnitedColumn>();
  for (const bytes of files) {
    const { schema } = await ParquetFile.open(bytes);
    // One of two columns with the same name would be lost.
    const names = schema.children.map(({ name }) => name.toLowerCase());
    if (new Set(names).size < names.length) return undefined;
    for (const node of schema.children) {
      const column = columnOf(node);
      const key = node.name.toLowerCase();
      const known = columns.get(key);
      if (column === undefined) return undefined;
      if (known === undefined) columns.set(key, column);
      else if (!isSame(known, column)) return undefined;
    }
  }
  return write(files, [...columns.values()], signal);
}

async function* write(
  files: readonly FileBytes[],
  columns: readonly UnitedColumn[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Bytes> {
  const target = await ParquetWriteStream.open(columns);
  let waiting: TypedCell[][] = columns.map(() => []);
  for (const bytes of files) {
    const file = await ParquetFile.open(bytes);
    const options = {
      fields: columns.map(({ field }) => field),
      mapping: "name",
      batchRows: BATCH_ROWS,
      signal,
    } as const;
    for await (const { values } of file.rows(options)) {
      values.forEach((cells, i) => {
        const column = waiting[i];
        for (const cell of cells) column?.push(cellOf(cell));
      });
      // A row group has a batch more at most.
      if ((waiting[0]?.length ?? 0) < GROUP_ROWS) continue;
      yield target.append(waiting);
      waiting = columns.map(() => []);
    }
  }
  yield target.append(waiting);
  yield target.finish();
}

/** Columns are flat: no value has parts. */
function cellOf(value: DataValue): TypedCell {
  const isFlat = value === null || typeof value !== "object" ||
    value instanceof Uint8Array;
  if (isFlat) return value;
  throw new TypeError("a flat column has no such values");
}

function columnOf(node: ParquetNode): UnitedColumn | undefined {
  const { name } = node;
  const type = inferType(node);
  const kind = kindOf(node);
  if (type === undefined || kind === undefined) return undefined;
  return {
    name,
    kind,
    field: { name, type, nullable: true, physicalName: name },
  };
}

/** DuckDB takes names in other letters for the same column; a file can't. */
function isSame(a: UnitedColumn, b: UnitedColumn): boolean {
  return a.name === b.name && JSON.stringify(a.kind) === JSON.stringify(b.kind);
}

/** What a column holds; `undefined` for what is not written here. */
function kindOf({ element, leaf }: ParquetNode): ColumnKind | undefined {
  const { converted_type: converted, logical_type: logical, type } = element;
  if (leaf === undefined || element.repetition_type === "REPEATED") {
    return undefined;
  }
  const isBare = converted === undefined && logical === undefined;
  switch (type) {
    case "BOOLEAN":
      return isBare ? { kind: "boolean" } : undefined;
    case "FLOAT":
      return isBare ? { kind: "float" } : undefined;
    case "DOUBLE":
      return isBare ? { kind: "double" } : undefined;
    case "INT32":
      return converted === "DATE" || logical?.type === "DATE"
        ? { kind: "date" }
        : integerOf(element, 32);
    case "INT64":
      if (logical?.type !== "TIMESTAMP") return integerOf(element, 64);
      return logical.unit === "MICROS"
        ? { kind: "timestamp", zoned: logical.isAdjustedToUTC }
        : undefined;
    case "BYTE_ARRAY":
      if (isBare) return { kind: "blob" };
      return (converted ?? "UTF8") === "UTF8" &&
          (logical?.type ?? "STRING") === "STRING"
        ? { kind: "text" }
        : undefined;
    default:
      return undefined;
  }
}

const BITS = { INT_8: 8, INT_16: 16, INT_32: 32, INT_64: 64 } as const;

function integerOf(
  { converted_type: converted, logical_type: logical }: ParquetNode["element"],
  bits: 32 | 64,
): ColumnKind | undefined {
  if (logical !== undefined && logical.type !== "INTEGER") return undefined;
  if (logical?.type === "INTEGER" && !logical.isSigned) return undefined;
  if (converted === undefined) {
    return logical === undefined ? { kind: "integer", bits } : undefined;
  }
  for (const [name, known] of Object.entries(BITS)) {
    if (name === converted) return { kind: "integer", bits: known };
  }
  return undefined;
}
