import { assertEquals, assertRejects } from "@std/assert";
import { tableFromIPC } from "apache-arrow";
import { PondError } from "../../src/errors.ts";
import { renderRows } from "../../src/query/mod.ts";
import {
  FLAT_COLUMNS,
  SAMPLE_ROWS,
  sampleSql,
  typedAgainSql,
} from "./all_types.ts";
import { duckdbText, literal, type TextTable } from "./foreign.ts";
import { renderedBytes } from "./rendered.ts";
import { type QueryScratch, queryScratch } from "./scratch.ts";

/** Writes an answer as Parquet; gives DuckDB's table function for it. */
async function parquetOf(scratch: QueryScratch, sql: string): Promise<string> {
  const path = `${scratch.home}/answer.parquet`;
  await Deno.writeFile(path, await renderedBytes(scratch, sql, "parquet"));
  return `read_parquet(${literal(path)})`;
}

async function parquetText(
  scratch: QueryScratch,
  sql: string,
): Promise<TextTable> {
  return await duckdbText(`FROM ${await parquetOf(scratch, sql)}`);
}

/** An answer as apache-arrow reads it: types, then rows. */
async function arrowOf(
  scratch: QueryScratch,
  sql: string,
): Promise<{ types: string[]; rows: unknown[][] }> {
  const table = tableFromIPC(await renderedBytes(scratch, sql, "arrow"));
  const vectors = table.schema.fields.map((_, i) => table.getChildAt(i));
  return {
    types: table.schema.fields.map(({ name, type }) => `${name} ${type}`),
    rows: Array.from(
      { length: table.numRows },
      (_, row) => vectors.map((vector) => vector?.get(row) ?? null),
    ),
  };
}

Deno.test("parquet: DuckDB reads every type back, value for value", async () => {
  await using scratch = await queryScratch();
  const sql = sampleSql(FLAT_COLUMNS);
  const file = await parquetOf(scratch, sql);
  assertEquals(
    await duckdbText(typedAgainSql(FLAT_COLUMNS, file)),
    await duckdbText(sql),
  );
});

Deno.test("parquet: types that the format has are kept, others are text", async () => {
  await using scratch = await queryScratch();
  const file = await parquetOf(scratch, sampleSql(FLAT_COLUMNS));
  assertEquals((await duckdbText(`FROM ${file}`)).columns, [
    "yes BOOLEAN",
    "i8 TINYINT",
    "i16 SMALLINT",
    "i32 INTEGER",
    "i64 BIGINT",
    "u8 SMALLINT",
    "u16 INTEGER",
    "u32 BIGINT",
    "dec4_1 DECIMAL(4,1)",
    "dec5_0 DECIMAL(5,0)",
    "dec9_4 DECIMAL(9,4)",
    "dec18_6 DECIMAL(18,6)",
    "f32 FLOAT",
    "f64 DOUBLE",
    "day DATE",
    "at TIMESTAMP",
    "at_s TIMESTAMP",
    "at_ms TIMESTAMP",
    "at_tz TIMESTAMP WITH TIME ZONE",
    "bytes BLOB",
    "words VARCHAR",
    "mood VARCHAR",
    "id VARCHAR",
    "time_of_day VARCHAR",
    "bits VARCHAR",
    "i128 DECIMAL(38,0)",
    "u64 DECIMAL(20,0)",
    "u128 DECIMAL(38,0)",
    "dec38_10 DECIMAL(38,10)",
  ]);
});

const TEXT_SQL = `SELECT [1, NULL] AS list, {'a': 1.5, 'b': NULL} AS struct,
  MAP {'k': 'v'} AS map, INTERVAL '1 day 2 hours' AS span,
  '10:00:00+02'::TIMETZ AS clock,
  '2026-01-05 10:00:00.123456789'::TIMESTAMP_NS AS at_ns`;

const TEXT_ROW = [
  "[1,null]",
  '{"a":"1.5","b":null}',
  '[{"key":"k","value":"v"}]',
  "1 day 02:00:00",
  "10:00:00+02",
  "2026-01-05T10:00:00.123456789",
];

Deno.test("parquet and arrow: what has no exact type is text with all of it", async () => {
  await using scratch = await queryScratch();
  assertEquals((await parquetText(scratch, TEXT_SQL)).rows, [TEXT_ROW]);
  assertEquals((await arrowOf(scratch, TEXT_SQL)).rows, [TEXT_ROW]);
});

Deno.test("parquet and arrow: sums of integers are numbers, exact beyond 2^63", async () => {
  await using scratch = await queryScratch();
  const sql = `SELECT sum(i) AS small, sum(i + 9223372036854775800) AS large
    FROM range(4) t(i)`;
  assertEquals(await parquetText(scratch, sql), {
    columns: ["small DECIMAL(38,0)", "large DECIMAL(38,0)"],
    rows: [["6", "36893488147419103206"]],
  });
  const { types } = await arrowOf(scratch, sql);
  assertEquals(types, ["small Decimal[38e0]", "large Decimal[38e0]"]);
});

Deno.test("parquet and arrow: integers of 39 digits are refused, not rounded", async () => {
  await using scratch = await queryScratch();
  const sql = "SELECT 170141183460469231731687303715884105727::HUGEINT AS i";
  for (const format of ["parquet", "arrow"] as const) {
    const error = await assertRejects(
      () => renderedBytes(scratch, sql, format),
      PondError,
    );
    assertEquals(error.code, "UNSUPPORTED");
    assertEquals(
      error.message,
      "Cannot write 170141183460469231731687303715884105727 as a number: it has more than 38 digits",
    );
  }
});

Deno.test("arrow: rows go out batch by batch", async () => {
  await using scratch = await queryScratch();
  const sql = "SELECT i FROM range(40000) t(i)";
  const bytes = await renderedBytes(scratch, sql, "arrow");
  const { batches } = tableFromIPC(bytes);
  assertEquals(batches.map(({ numRows }) => numRows), [16384, 16384, 7232]);

  const columns = [{ name: "i", type: "BIGINT" }];
  let made = 0;
  const endless = async function* () {
    for (;;) {
      made++;
      const values = [new Array(1000).fill(1n)];
      yield await Promise.resolve({ columns, numRows: 1000, values });
    }
  };
  const pieces = renderRows(columns, endless(), {
    format: "arrow",
    isTerminal: false,
    width: 80,
    color: false,
    header: true,
  });
  const lengths: number[] = [];
  for await (const { length } of pieces) {
    if (lengths.push(length) === 3) break;
  }
  assertEquals(made, 3 * 17);
  assertEquals(lengths[1], lengths[2]);
});

const DATES_SQL = `SELECT unnest([DATE '0044-03-15 (BC)', '0001-01-01 (BC)',
  '10000-01-01', '275760-09-14', '5881580-07-10', '5877642-06-25 (BC)',
  'infinity', '-infinity', NULL]) AS day`;

Deno.test("parquet: dates of any year are themselves, and so is infinity", async () => {
  await using scratch = await queryScratch();
  assertEquals((await parquetText(scratch, DATES_SQL)).rows, [
    ["0044-03-15 (BC)"],
    ["0001-01-01 (BC)"],
    ["10000-01-01"],
    ["275760-09-14"],
    ["5881580-07-10"],
    ["5877642-06-25 (BC)"],
    ["infinity"],
    ["-infinity"],
    [null],
  ]);
});

Deno.test("parquet: times of any year are themselves, and so is infinity", async () => {
  await using scratch = await queryScratch();
  const sql = `SELECT unnest(['0044-03-15 (BC) 10:00:00.000001',
      '294247-01-10 04:00:54.775806', 'infinity', NULL]::TIMESTAMP[]) AS at,
    unnest(['0044-03-15 (BC) 10:00:00.000001+00', '290000-01-10 04:00:00+00',
      '-infinity', NULL]::TIMESTAMPTZ[]) AS at_tz`;
  assertEquals((await parquetText(scratch, sql)).rows, [
    ["0044-03-15 (BC) 10:00:00.000001", "0044-03-15 (BC) 10:00:00.000001+00"],
    ["294247-01-10 04:00:54.775806", "290000-01-10 04:00:00+00"],
    ["infinity", "-infinity"],
    [null, null],
  ]);
});

Deno.test("parquet and arrow: what has no end has none when the pond reads it", async () => {
  await using scratch = await queryScratch();
  const times = `SELECT 'infinity'::DATE AS d, '-infinity'::DATE AS e,
    'infinity'::TIMESTAMP AS t, '-infinity'::TIMESTAMPTZ AS z,
    ['infinity'::DATE, NULL] AS l, {'a': '-infinity'::TIMESTAMP} AS s`;
  const expected = await scratch.rows(times);
  assertEquals(expected[0]?.slice(0, 4), [
    "infinity",
    "-infinity",
    "infinity",
    "-infinity",
  ]);
  for (const format of ["arrow", "parquet"] as const) {
    const path = `/times.${format}`;
    const bytes = await renderedBytes(scratch, times, format);
    await scratch.fs.createFile(path, bytes);
    const read = `SELECT d, e, t, z FROM '${path}'`;
    assertEquals(
      await scratch.rows(read),
      [expected[0]?.slice(0, 4) ?? []],
      format,
    );
  }
});

Deno.test("parquet: more rows than a row group are whole and in order", async () => {
  await using scratch = await queryScratch();
  const sql = `SELECT i, i::VARCHAR AS text, (i % 7 = 0) AS seventh,
    CASE WHEN i % 3 > 0 THEN i / 4 END AS quarter FROM range(300000) t(i)`;
  const file = await parquetOf(scratch, sql);
  const differing = await duckdbText(
    `SELECT count(*) AS n FROM (${sql}) a POSITIONAL JOIN ${file} b
     WHERE a IS DISTINCT FROM b`,
  );
  assertEquals(differing.rows, [["0"]]);
  const path = file.replace("read_parquet", "parquet_metadata");
  const groups = await duckdbText(
    `SELECT count(DISTINCT row_group_id), sum(row_group_num_rows)::BIGINT
     FROM ${path} WHERE column_id = 0`,
  );
  assertEquals(groups.rows, [["3", "300000"]]);
});

Deno.test("parquet: statistics leave out no row that a filter asks for", async () => {
  await using scratch = await queryScratch();
  const file = await parquetOf(scratch, sampleSql(FLAT_COLUMNS));
  for (const { name, type, values } of FLAT_COLUMNS) {
    for (const value of values) {
      const found = await duckdbText(
        `SELECT count(*) > 0 FROM ${file}
         WHERE "${name}" = (${value})::${type}${
          type === "BIT" ? "::VARCHAR" : ""
        }`,
      );
      assertEquals([name, value, found.rows], [name, value, [["true"]]]);
    }
  }
});

Deno.test("arrow: apache-arrow reads every type back, value for value", async () => {
  await using scratch = await queryScratch();
  const { types, rows } = await arrowOf(scratch, sampleSql(FLAT_COLUMNS));
  const column = (name: string) => {
    const i = FLAT_COLUMNS.findIndex((column) => column.name === name);
    const { values } = FLAT_COLUMNS[i] ?? { values: [] };
    const cells = rows.map((row) => row[i] ?? null);
    assertEquals(
      [name, cells.slice(values.length)],
      [name, cells.slice(values.length).map(() => null)],
    );
    return [types[i], ...cells.slice(0, values.length)];
  };
  assertEquals(rows.length, SAMPLE_ROWS);
  assertEquals(column("yes"), ["yes Bool", true, false]);
  assertEquals(column("i8"), ["i8 Int8", -128, 127, 0]);
  assertEquals(column("i16"), ["i16 Int16", -32768, 32767]);
  assertEquals(column("i32"), ["i32 Int32", -2147483648, 2147483647]);
  assertEquals(column("i64"), [
    "i64 Int64",
    -9223372036854775808n,
    9223372036854775807n,
    9007199254740993n,
  ]);
  assertEquals(column("u8"), ["u8 Int16", 0, 255]);
  assertEquals(column("u16"), ["u16 Int32", 0, 65535]);
  assertEquals(column("u32"), ["u32 Int64", 0n, 4294967295n]);
  assertEquals(
    column("f32").map((value) => Object.is(value, -0) ? "-0" : value),
    [
      "f32 Float32",
      Math.fround(0.1),
      NaN,
      Infinity,
      -Infinity,
      "-0",
      Math.fround(3.4028235e38),
    ],
  );
  assertEquals(
    column("f64").map((value) => Object.is(value, -0) ? "-0" : value),
    ["f64 Float64", 0.1, NaN, Infinity, -Infinity, "-0", 5e-324],
  );
  assertEquals(column("words"), [
    "words Utf8",
    "",
    "NULL",
    `comma, "quote", it's`,
    "line\nbreak\r\ttab\\",
    "日本語 🦆 é",
    "\\N",
  ]);
  assertEquals(column("bytes"), [
    "bytes Binary",
    new Uint8Array(0),
    Uint8Array.of(0, 255, 128),
    Uint8Array.of(97, 98, 99),
  ]);
  assertEquals(column("mood"), ["mood Utf8", "sad", "it's"]);
  assertEquals(
    types.filter((type) => type.includes("Decimal[38") || /^u64/.test(type)),
    [
      "i128 Decimal[38e0]",
      "u64 Decimal[20e0]",
      "u128 Decimal[38e0]",
      "dec38_10 Decimal[38e+10]",
    ],
  );
});

Deno.test("arrow: dates, times and decimals have their raw values", async () => {
  await using scratch = await queryScratch();
  const sql = `SELECT DATE '1969-12-31' AS day,
    TIMESTAMP '1969-12-31 23:59:59.999999' AS at,
    TIMESTAMPTZ '2026-01-05 10:00:00.123456+02' AS at_tz,
    (-123.45)::DECIMAL(9,2) AS dec, -0.000001::DECIMAL(18,6) AS small`;
  const bytes = await renderedBytes(scratch, sql, "arrow");
  const table = tableFromIPC(bytes);
  assertEquals(table.schema.fields.map(({ type }) => `${type}`), [
    "Date32<DAY>",
    "Timestamp<MICROSECOND>",
    "Timestamp<MICROSECOND, UTC>",
    "Decimal[9e+2]",
    "Decimal[18e+6]",
  ]);
  const raw = table.schema.fields.map((_, i) =>
    [...table.getChildAt(i)?.data[0]?.values ?? []].map(BigInt)
  );
  const [day, at, atTz, dec, small] = raw;
  assertEquals([day, at, atTz], [[-1n], [-1n], [1767600000123456n]]);
  const decimal = (words: readonly bigint[] | undefined) =>
    (words ?? []).reduceRight((value, word) => value << 32n | word, 0n);
  assertEquals(BigInt.asIntN(128, decimal(dec)), -12345n);
  assertEquals(BigInt.asIntN(128, decimal(small)), -1n);
});

for (const format of ["arrow", "parquet"] as const) {
  Deno.test(`${format}: no rows have columns all the same`, async () => {
    await using scratch = await queryScratch();
    const sql = `SELECT * FROM (${sampleSql(FLAT_COLUMNS)}) LIMIT 0`;
    if (format === "parquet") {
      const { columns, rows } = await parquetText(scratch, sql);
      assertEquals([columns.length, rows], [FLAT_COLUMNS.length, []]);
      return;
    }
    const { types, rows } = await arrowOf(scratch, sql);
    assertEquals([types.length, rows], [FLAT_COLUMNS.length, []]);
  });

  Deno.test(`${format}: columns of nothing but NULL`, async () => {
    await using scratch = await queryScratch();
    const nulls = FLAT_COLUMNS.map(({ name, type }) =>
      `NULL::${type} AS "${name}"`
    );
    const sql = `SELECT ${nulls.join(", ")} FROM range(3)`;
    const { rows } = format === "parquet"
      ? await parquetText(scratch, sql)
      : await arrowOf(scratch, sql);
    assertEquals(rows.length, 3);
    assertEquals(rows.flat().filter((value) => value !== null), []);
  });

  Deno.test(`${format}: names of columns are kept, each one its own`, async () => {
    await using scratch = await queryScratch();
    const sql = `SELECT 1 AS "it's", 2 AS "a.b", 3 AS x, 4 AS x, 5 AS "日本"`;
    const names = ["it's", "a.b", "x", "x:1", "日本"];
    const types = format === "parquet"
      ? (await parquetText(scratch, sql)).columns
      : (await arrowOf(scratch, sql)).types;
    assertEquals(types.map((type) => type.replace(/ \w+$/, "")), names);
  });

  Deno.test(`${format}: an error on the way is no file`, async () => {
    await using scratch = await queryScratch();
    const sql = `SELECT CASE WHEN i = 250000 THEN error('late') ELSE '' END
      FROM range(300000) t(i)`;
    await assertRejects(
      () => renderedBytes(scratch, sql, format),
      PondError,
      "late",
    );
  });
}
