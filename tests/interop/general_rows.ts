/**
 * Rows of any table as texts in which engines don't differ; `engine.py` makes
 * the same of what the others read.
 *
 * ```text
 * integers, decimals        text with all digits
 * floats                    eight bytes, as hexadecimal digits
 * timestamps                2026-01-05T10:00:00.000000, in UTC
 * bytes                     hexadecimal digits
 * structs, maps             lists of [key, value], sorted
 * ```
 *
 * @module
 */
import { denoHost } from "../../src/host/deno_host.ts";
import {
  type DataEntries,
  type DataStruct,
  type DataType,
  type DataValue,
  DeltaTable,
  type RowBatch,
} from "../../src/oplog/mod.ts";

/** All rows of a table, a text each, sorted. */
export async function generalRows(
  path: string,
  version?: number,
): Promise<string[]> {
  const options = version === undefined ? {} : { version };
  const table = await DeltaTable.open(denoHost(), path, options);
  const rows: string[] = [];
  for await (const batch of table.rows()) rows.push(...textsOf(batch));
  return rows.sort();
}

/** All changes of a table from a version on, as Spark's feed has them. */
export async function generalChanges(
  path: string,
  from: number,
): Promise<string[]> {
  const table = await DeltaTable.open(denoHost(), path);
  const rows: string[] = [];
  for await (const batch of table.changes(from)) {
    const { change, version } = batch;
    rows.push(
      ...textsOf(batch, [
        ["_change_type", change],
        ["_commit_version", String(version)],
      ]),
    );
  }
  return rows.sort();
}

function textsOf(
  { columns, numRows, values }: RowBatch,
  more: readonly (readonly [string, string])[] = [],
): string[] {
  return Array.from({ length: numRows }, (_, row) => {
    const pairs = columns.map(({ name, type }, i) =>
      [name, plain(type, values[i]?.[row] ?? null)] as const
    );
    return pythonJson(sorted([...pairs, ...more]));
  });
}

type Plain = null | boolean | string | readonly Plain[];

function plain(type: DataType, value: DataValue): Plain {
  if (value === null) return null;
  switch (type.kind) {
    case "boolean":
      return Boolean(value);
    case "float":
    case "double": {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setFloat64(0, Number(value));
      return bytes.toHex();
    }
    case "decimal": {
      const text = String(value).replace("-", "").padStart(type.scale + 1, "0");
      const at = text.length - type.scale;
      const sign = (value as bigint) < 0n ? "-" : "";
      return type.scale === 0
        ? `${sign}${text}`
        : `${sign}${text.slice(0, at)}.${text.slice(at)}`;
    }
    case "date":
      return new Date(Number(value) * 86_400_000).toISOString().slice(0, 10);
    case "timestamp":
    case "timestamp_ntz": {
      const us = value as bigint;
      const rest = ((us % 1_000_000n) + 1_000_000n) % 1_000_000n;
      const second = new Date(Number((us - rest) / 1000n)).toISOString();
      return second.replace(/\.000Z$/, `.${String(rest).padStart(6, "0")}`);
    }
    case "binary":
      return (value as Uint8Array).toHex();
    case "array":
      return (value as readonly DataValue[]).map((item) =>
        plain(type.element, item)
      );
    case "map":
      return sorted(
        (value as DataEntries).map(([key, item]) =>
          [plain(type.key, key), plain(type.value, item)] as const
        ),
      );
    case "struct":
      return sorted(
        type.fields.map(({ name, type }) =>
          [name, plain(type, (value as DataStruct)[name] ?? null)] as const
        ),
      );
    default:
      return String(value);
  }
}

function sorted(
  pairs: readonly (readonly [Plain, Plain])[],
): readonly Plain[] {
  return [...pairs].sort(([a], [b]) => String(a) < String(b) ? -1 : 1);
}

/** As Python writes it: with spaces, and in ASCII. */
function pythonJson(value: Plain): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
