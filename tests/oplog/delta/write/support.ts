/**
 * Tables of general columns, on the simulated disk.
 *
 * @module
 */
import { type MemoryHost, memoryHost } from "../../../../src/host/memory.ts";
import {
  type ColumnDefinition,
  type DataStruct,
  type DataType,
  DeltaTable,
  schemaOf,
} from "../../../../src/oplog/mod.ts";

/** Where they are. */
export const TABLE = "/t";

/** Types by short names. */
export const T = {
  boolean: { kind: "boolean" },
  integer: { kind: "integer" },
  long: { kind: "long" },
  float: { kind: "float" },
  double: { kind: "double" },
  date: { kind: "date" },
  timestamp: { kind: "timestamp" },
  ntz: { kind: "timestamp_ntz" },
  string: { kind: "string" },
  binary: { kind: "binary" },
} as const satisfies Record<string, DataType>;

/** What a table is made with. */
export interface TableOptions {
  readonly partitionColumns?: readonly string[];
  readonly configuration?: Readonly<Record<string, string>>;
}

/** Makes a table without rows. */
export async function makeTable(
  columns: readonly ColumnDefinition[],
  { partitionColumns = [], configuration = {} }: TableOptions = {},
): Promise<{ readonly host: MemoryHost; readonly table: DeltaTable }> {
  const host = memoryHost();
  await host.files.makeDirectory(TABLE);
  const table = await DeltaTable.create(
    host,
    TABLE,
    { schema: schemaOf(columns), partitionColumns, configuration },
    { commitInfo: { operation: "CREATE TABLE" }, timestampMs: 1000 },
  );
  return { host, table };
}

/** All rows at the newest version, in an order of their own. */
export async function rowsOf(host: MemoryHost): Promise<DataStruct[]> {
  const table = await DeltaTable.open(host, TABLE);
  const rows: DataStruct[] = [];
  for await (const { columns, numRows, values } of table.rows()) {
    for (let row = 0; row < numRows; row++) {
      rows.push(
        Object.fromEntries(
          columns.map(({ name }, i) => [name, values[i]?.[row] ?? null]),
        ),
      );
    }
  }
  return rows.sort((a, b) => keyOf(a) < keyOf(b) ? -1 : 1);
}

function keyOf(row: DataStruct): string {
  return JSON.stringify(
    row,
    (_, value) => typeof value === "bigint" ? `${value}n` : value,
  );
}
