/**
 * Columns with the types of SQL: what `ArrowWriteStream` and
 * `ParquetWriteStream` write is read by other programs, apache-arrow and DuckDB.
 */
import { DuckDBInstance } from "@duckdb/node-api";
import { assertEquals, assertGreater } from "@std/assert";
import { makeVector, tableFromIPC, type Vector } from "apache-arrow";
import fc from "fast-check";
import { concatBytes, encodeHex } from "../../src/bytes.ts";
import {
  ArrowWriteStream,
  type ColumnKind,
  ParquetWriteStream,
  type TypedCell,
  type TypedColumn,
} from "../../src/oplog/mod.ts";
import { tempDirectory } from "../support/temp_directory.ts";

/** A kind of column with everything that is known of it. */
interface Sample {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Any value of it. */
  readonly values: fc.Arbitrary<TypedCell>;
  /** The type that apache-arrow names. */
  readonly arrowType: string;
  /** The type that DuckDB finds in Parquet. */
  readonly sqlType: string;
  /** A value as the literal of SQL that DuckDB shall find equal. */
  sql(value: TypedCell): string;
}

const bits = (n: bigint) => ({
  min: -(2n ** (n - 1n)),
  max: 2n ** (n - 1n) - 1n,
});
const anyNumber = (value: TypedCell) => `'${value}'`;
const asHex = (value: TypedCell) =>
  value instanceof Uint8Array
    ? `unhex('${encodeHex(value)}')`
    : `'${String(value)}'`;

/** A decimal from its digits: 1250 at scale 2 is 12.50. */
function decimalText(unscaled: TypedCell, scale: number): string {
  const digits = String(unscaled).replace("-", "").padStart(scale + 1, "0");
  const at = digits.length - scale;
  const sign = String(unscaled).startsWith("-") ? "-" : "";
  const point = scale === 0 ? "" : `.${digits.slice(at)}`;
  return `'${sign}${digits.slice(0, at)}${point}'`;
}

const decimal = (width: number, scale: number): Sample => ({
  name: `decimal_${width}_${scale}`,
  kind: { kind: "decimal", width, scale },
  values: fc.bigInt({
    min: -(10n ** BigInt(width)) + 1n,
    max: 10n ** BigInt(width) - 1n,
  }),
  arrowType: `Decimal[${width}e${scale > 0 ? "+" : ""}${scale}]`,
  sqlType: `DECIMAL(${width},${scale})`,
  sql: (value) => decimalText(value, scale),
});

const timestamp = (zoned: boolean): Sample => ({
  name: zoned ? "timestamp_tz" : "timestamp",
  kind: { kind: "timestamp", zoned },
  // What DuckDB has: its greatest value is infinity.
  values: fc.bigInt({ min: -9223372022400000000n, max: 2n ** 63n - 2n }),
  arrowType: "Timestamp<MICROSECOND>",
  sqlType: zoned ? "TIMESTAMP WITH TIME ZONE" : "TIMESTAMP",
  sql: (value) => `make_timestamp${zoned ? "tz" : ""}(${value}::BIGINT)`,
});

const SAMPLES: readonly Sample[] = [
  {
    name: "boolean",
    kind: { kind: "boolean" },
    values: fc.boolean(),
    arrowType: "Bool",
    sqlType: "BOOLEAN",
    sql: String,
  },
  {
    name: "int8",
    kind: { kind: "integer", bits: 8 },
    values: fc.integer({ min: -128, max: 127 }),
    arrowType: "Int8",
    sqlType: "TINYINT",
    sql: anyNumber,
  },
  {
    name: "int16",
    kind: { kind: "integer", bits: 16 },
    values: fc.integer({ min: -32768, max: 32767 }),
    arrowType: "Int16",
    sqlType: "SMALLINT",
    sql: anyNumber,
  },
  {
    name: "int32",
    kind: { kind: "integer", bits: 32 },
    values: fc.integer(),
    arrowType: "Int32",
    sqlType: "INTEGER",
    sql: anyNumber,
  },
  {
    name: "int64",
    kind: { kind: "integer", bits: 64 },
    values: fc.bigInt(bits(64n)),
    arrowType: "Int64",
    sqlType: "BIGINT",
    sql: anyNumber,
  },
  {
    name: "float",
    kind: { kind: "float" },
    values: fc.float(),
    arrowType: "Float32",
    sqlType: "FLOAT",
    sql: (value) => Object.is(value, -0) ? "'-0.0'" : `'${value}'`,
  },
  {
    name: "double",
    kind: { kind: "double" },
    values: fc.double(),
    arrowType: "Float64",
    sqlType: "DOUBLE",
    sql: (value) => Object.is(value, -0) ? "'-0.0'" : `'${value}'`,
  },
  decimal(4, 1),
  decimal(9, 0),
  decimal(18, 0),
  decimal(18, 6),
  decimal(18, 18),
  decimal(20, 0),
  decimal(38, 0),
  decimal(38, 10),
  {
    name: "date",
    kind: { kind: "date" },
    // What DuckDB has: its greatest and least values are infinity.
    values: fc.integer({ min: -2147483646, max: 2147483646 }),
    arrowType: "Date32<DAY>",
    sqlType: "DATE",
    sql: (value) => `DATE '1970-01-01' + (${value})::INTEGER`,
  },
  timestamp(false),
  timestamp(true),
  {
    name: "blob",
    kind: { kind: "blob" },
    values: fc.uint8Array({ maxLength: 50 }),
    arrowType: "Binary",
    sqlType: "BLOB",
    sql: asHex,
  },
  {
    name: "text",
    kind: { kind: "text" },
    // Text in SQL has no NUL where literals are concerned.
    values: fc.string({ unit: "grapheme" }).map((text) =>
      text.replaceAll("\0", "")
    ),
    arrowType: "Utf8",
    sqlType: "VARCHAR",
    sql: (value) => `'${String(value).replaceAll("'", "''")}'`,
  },
];

/** Rows of all samples, each value perhaps null. */
const anyRows = fc.array(
  fc.tuple(
    ...SAMPLES.map(({ values }) => fc.option(values, { nil: null })),
  ),
  { maxLength: 40 },
);

function columnsOf(rows: readonly (readonly TypedCell[])[]): TypedCell[][] {
  return SAMPLES.map((_, column) => rows.map((row) => row[column] ?? null));
}

const TYPED = SAMPLES.map(({ name, kind }) => ({ name, kind }));

/** A stream of batches, whole. */
function arrowStream(
  columns: readonly TypedColumn[],
  batches: readonly (readonly (readonly TypedCell[])[])[],
): Uint8Array {
  const stream = new ArrowWriteStream(columns);
  const pieces = batches.map((batch) => stream.append(batch));
  return concatBytes([...pieces, stream.finish()]);
}

const anyBatches = fc.array(anyRows, { maxLength: 3 });

Deno.test("ArrowWriteStream writes what apache-arrow reads: types and any values, nulls among them", () => {
  fc.assert(fc.property(anyBatches, (batches) => {
    const rows = batches.flat();
    const columns = columnsOf(rows);
    const table = tableFromIPC(arrowStream(TYPED, batches.map(columnsOf)));
    assertEquals(table.numRows, rows.length);
    assertEquals(
      table.schema.fields.map((field) => [field.name, typeText(field.type)]),
      SAMPLES.map(({ name, arrowType }) => [name, arrowType]),
    );
    SAMPLES.forEach(({ name, kind }, i) => {
      assertEquals(arrowCells(table.getChild(name), kind), columns[i], name);
    });
  }));
});

Deno.test("ArrowWriteStream.append() makes a record batch of its rows, and none of no rows", () => {
  const columns: TypedColumn[] = [{ name: "text", kind: { kind: "text" } }];
  const stream = arrowStream(columns, [[["a", "b"]], [[]], [["c"]]]);
  const { batches } = tableFromIPC(stream);
  assertEquals(batches.map(({ numRows }) => numRows), [2, 1]);
  assertEquals(tableFromIPC(arrowStream(columns, [])).schema.names, ["text"]);
});

Deno.test("ArrowWriteStream writes decimals of up to 38 digits, which take both halves", () => {
  const { kind, values, arrowType } = decimal(38, 10);
  fc.assert(fc.property(fc.array(values), (cells) => {
    const stream = arrowStream([{ name: "wide", kind }], [[cells]]);
    const column = tableFromIPC(stream).getChild("wide");
    assertEquals(String(column?.type), arrowType);
    assertEquals(arrowCells(column, kind), cells);
  }));
});

Deno.test("ArrowWriteStream says UTC of timestamps that are points in time, and no zone of others", () => {
  const zones = [true, false].map((zoned) => {
    const kind: ColumnKind = { kind: "timestamp", zoned };
    const stream = arrowStream([{ name: "at", kind }], [[[0n]]]);
    const [field] = tableFromIPC(stream).schema.fields;
    const type: { readonly timezone?: string | null } = field?.type ?? {};
    return type.timezone ?? null;
  });
  assertEquals(zones, ["UTC", null]);
});

Deno.test("ParquetWriteStream writes what DuckDB reads: types and any values, nulls among them", async () => {
  await using temp = await tempDirectory();
  await using duckdb = await openDuckDB();
  let files = 0;
  const groups = fc.array(anyRows, { minLength: 0, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(groups, async (rowGroups) => {
      const path = temp.join(`${files++}.parquet`);
      await writeParquet(path, rowGroups);
      assertEquals(await duckdb.typesOf(path), SAMPLES.map(typeLine));
      assertEquals(await duckdb.differences(path, rowGroups.flat()), []);
    }),
    { numRuns: 25 },
  );
  assertGreater(files, 0);
});

Deno.test("ParquetWriteStream.append() makes a row group of its rows, and none of no rows", async () => {
  await using temp = await tempDirectory();
  await using duckdb = await openDuckDB();
  const row = SAMPLES.map((): TypedCell => null);
  await writeParquet(temp.join("a.parquet"), [[row, row, row], [], [row]]);
  assertEquals(await duckdb.rowGroups(temp.join("a.parquet")), [3, 1]);
  await writeParquet(temp.join("b.parquet"), []);
  assertEquals(await duckdb.rowGroups(temp.join("b.parquet")), []);
});

Deno.test("ParquetWriteStream hands out each byte once, as it goes", async () => {
  const stream = await ParquetWriteStream.open([
    { name: "n", kind: { kind: "integer", bits: 64 } },
  ]);
  const numbers = (from: number) =>
    Array.from({ length: 1000 }, (_, i) => BigInt(from + i) ** 3n);
  const pieces = [
    stream.append([numbers(0)]),
    stream.append([numbers(1000)]),
    stream.append([[]]),
    stream.finish(),
  ];
  const text = pieces.map((piece) => new TextDecoder().decode(piece));
  assertEquals(text[0]?.slice(0, 4), "PAR1");
  assertGreater(pieces[1]?.length ?? 0, 0);
  assertEquals(pieces[2]?.length, 0);
  assertEquals(text[3]?.slice(-4), "PAR1");
});

function typeLine({ name, sqlType }: Sample): string {
  return `${name} ${sqlType}`;
}

/** The name of a type without its zone, which has a test of its own. */
function typeText(type: unknown): string {
  return String(type).replace(/, .*>$/, ">");
}

/** The values of a vector as they were before they were written. */
function arrowCells(vector: Vector | null, kind: ColumnKind): TypedCell[] {
  return (vector?.data ?? []).flatMap((data) => {
    const raw: unknown = data.values;
    return Array.from({ length: data.length }, (_, i): TypedCell => {
      if (!data.getValid(i)) return null;
      switch (kind.kind) {
        // The library makes numbers of them, which not all of them are.
        case "timestamp":
          return raw instanceof BigInt64Array ? raw[i] ?? null : null;
        case "date":
          return raw instanceof Int32Array ? raw[i] ?? null : null;
        case "decimal":
          return raw instanceof Uint32Array ? int128(raw, 4 * i) : null;
        default:
          return makeVector(data).get(i);
      }
    });
  });
}

/** A little-endian integer of 128 bits in two's complement. */
function int128(words: Uint32Array, start: number): bigint {
  const value = [3, 2, 1, 0].reduce(
    (sum, at) => (sum << 32n) | BigInt(words[start + at] ?? 0),
    0n,
  );
  return BigInt.asIntN(128, value);
}

async function writeParquet(
  path: string,
  rowGroups: readonly (readonly (readonly TypedCell[])[])[],
): Promise<void> {
  const stream = await ParquetWriteStream.open(TYPED);
  const pieces = rowGroups.map((rows) => stream.append(columnsOf(rows)));
  await Deno.writeFile(path, concatBytes([...pieces, stream.finish()]));
}

/** DuckDB, as it sees files. */
interface DuckDB extends AsyncDisposable {
  /** Names and types of the columns. */
  typesOf(path: string): Promise<string[]>;
  /** Rows in each row group. */
  rowGroups(path: string): Promise<number[]>;
  /** Cells that are not what was written: row and column. */
  differences(
    path: string,
    rows: readonly (readonly TypedCell[])[],
  ): Promise<string[]>;
}

async function openDuckDB(): Promise<DuckDB> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  const rowsOf = async (sql: string) =>
    (await connection.runAndReadAll(sql)).getRows();
  return {
    typesOf: async (path) => {
      const rows = await rowsOf(`DESCRIBE FROM '${path}'`);
      return rows.map(([name, type]) => `${name} ${type}`);
    },
    rowGroups: async (path) => {
      const rows = await rowsOf(
        `SELECT DISTINCT row_group_id, row_group_num_rows
         FROM parquet_metadata('${path}') ORDER BY 1`,
      );
      return rows.map(([, count]) => Number(count));
    },
    differences: async (path, rows) => {
      const expected = rows.map((row, i) =>
        `(${[i, ...row.map(literalOf)].join(", ")})`
      );
      const none = `(${[-1, ...SAMPLES.map(() => "NULL")].join(", ")})`;
      const names = SAMPLES.map(({ name }) => name);
      const tests = names.map((name) =>
        `CASE WHEN w.${name} IS DISTINCT FROM r.${name} THEN '${name}' END`
      );
      const found = await rowsOf(`
        WITH w AS (FROM (VALUES ${[none, ...expected].join(", ")})
               AS w(row, ${names.join(", ")}) WHERE row >= 0),
             r AS (SELECT *, file_row_number AS row
               FROM read_parquet('${path}', file_row_number = true))
        SELECT coalesce(w.row, r.row)::INTEGER,
               concat_ws(' ', ${tests.join(", ")}) AS names
        FROM w FULL JOIN r ON w.row = r.row
        WHERE names <> '' OR w.row IS NULL OR r.row IS NULL`);
      return found.map((cells) => cells.join(": "));
    },
    [Symbol.asyncDispose]: () => {
      connection.closeSync();
      instance.closeSync();
      return Promise.resolve();
    },
  };
}

function literalOf(value: TypedCell, column: number): string {
  const sample = SAMPLES[column];
  if (value === null || sample === undefined) return "NULL";
  return `(${sample.sql(value)})::${sample.sqlType}`;
}
