/**
 * Rows of a Delta table as the renderers take them.
 *
 * ```text
 * decimal              text with all its digits
 * date                 text: 2026-01-05
 * timestamp            a point in time; timestamp_ntz has no zone
 * array, map, struct   as they are; in text, as JSON
 * map                  a list of {key, value}, as DuckDB has it
 * ```
 *
 * @module
 */
import {
  columnKindOf,
  type DataEntries,
  type DataField,
  type DataStruct,
  type DataType,
  type DataValue,
  decimalText,
  type RowBatch,
} from "../oplog/mod.ts";
import {
  type QueryBatch,
  type QueryColumn,
  type QueryValue,
  Timestamp,
} from "../tinylogfs/mod.ts";

const NS_PER_US = 1000n;
const NS_PER_DAY = 86_400_000_000_000n;

const SQL_TYPES = {
  boolean: "BOOLEAN",
  byte: "TINYINT",
  short: "SMALLINT",
  integer: "INTEGER",
  long: "BIGINT",
  float: "FLOAT",
  double: "DOUBLE",
  date: "DATE",
  timestamp: "TIMESTAMP WITH TIME ZONE",
  timestamp_ntz: "TIMESTAMP",
  string: "VARCHAR",
  binary: "BLOB",
  void: "NULL",
} as const;

/** The columns, with their types as SQL has them. */
export function queryColumns(fields: readonly DataField[]): QueryColumn[] {
  return fields.map(({ name, type }) => ({
    name,
    type: sqlType(type),
    kind: columnKindOf(type),
  }));
}

/** The batches. */
export async function* queryBatches(
  columns: readonly QueryColumn[],
  batches: AsyncIterable<RowBatch>,
): AsyncGenerator<QueryBatch> {
  for await (const { columns: fields, numRows, values } of batches) {
    yield {
      columns,
      numRows,
      values: fields.map(({ type }, i) =>
        (values[i] ?? []).map((value) => queryValue(type, value))
      ),
    };
  }
}

function sqlType(type: DataType): string {
  switch (type.kind) {
    case "decimal":
      return `DECIMAL(${type.precision},${type.scale})`;
    case "array":
      return `${sqlType(type.element)}[]`;
    case "map":
      return `MAP(${sqlType(type.key)}, ${sqlType(type.value)})`;
    case "struct": {
      const fields = type.fields.map(({ name, type }) =>
        `"${name.replaceAll('"', '""')}" ${sqlType(type)}`
      );
      return `STRUCT(${fields.join(", ")})`;
    }
    default:
      return SQL_TYPES[type.kind];
  }
}

function queryValue(type: DataType, value: DataValue): QueryValue {
  if (value === null) return null;
  switch (type.kind) {
    case "decimal":
      return decimalText(value as bigint, type.scale);
    case "date": {
      const midnight = BigInt(value as number) * NS_PER_DAY;
      return String(new Timestamp(midnight, false)).replace("T00:00:00", "");
    }
    case "timestamp":
    case "timestamp_ntz":
      return new Timestamp(
        value as bigint * NS_PER_US,
        type.kind === "timestamp",
      );
    case "array":
      return (value as readonly DataValue[]).map((item) =>
        nestedValue(type.element, item)
      );
    case "map":
      return (value as DataEntries).map(([key, item]) => ({
        key: nestedValue(type.key, key),
        value: nestedValue(type.value, item),
      }));
    case "struct":
      return Object.fromEntries(
        type.fields.map(({ name, type }) => [
          name,
          nestedValue(type, (value as DataStruct)[name] ?? null),
        ]),
      );
    default:
      return value as QueryValue;
  }
}

/** A float has the fewest digits that are the same one: in a list as well. */
function nestedValue(type: DataType, value: DataValue): QueryValue {
  if (type.kind !== "float" || typeof value !== "number") {
    return queryValue(type, value);
  }
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}
