import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { PondError } from "../../src/errors.ts";
import { type QueryValue, Timestamp } from "../../src/tinylogfs/mod.ts";
import { FLAT_COLUMNS, SAMPLE_ROWS, sampleSql } from "./all_types.ts";
import { queryScratch } from "./scratch.ts";

const at = (ns: bigint) => new Timestamp(ns, false);

/** Each expression, its type, and its value here. */
const VALUES: readonly (readonly [
  sql: string,
  type: string,
  value: QueryValue,
])[] = [
  ["NULL", "INTEGER", null],
  ["true", "BOOLEAN", true],
  ["(-128)::TINYINT", "TINYINT", -128],
  ["32767::SMALLINT", "SMALLINT", 32767],
  ["2147483647", "INTEGER", 2147483647],
  ["9223372036854775807", "BIGINT", 9223372036854775807n],
  ["1::BIGINT", "BIGINT", 1n],
  ["255::UTINYINT", "UTINYINT", 255],
  ["65535::USMALLINT", "USMALLINT", 65535],
  ["4294967295::UINTEGER", "UINTEGER", 4294967295],
  ["18446744073709551615::UBIGINT", "UBIGINT", 18446744073709551615n],
  [
    "'-170141183460469231731687303715884105728'::HUGEINT",
    "HUGEINT",
    -170141183460469231731687303715884105728n,
  ],
  [
    "'340282366920938463463374607431768211455'::UHUGEINT",
    "UHUGEINT",
    340282366920938463463374607431768211455n,
  ],
  [
    "123456789012345678901234567890::BIGNUM",
    "BIGNUM",
    123456789012345678901234567890n,
  ],
  ["12.50::DECIMAL(4,2)", "DECIMAL(4,2)", "12.50"],
  ["(-0.05)::DECIMAL(18,2)", "DECIMAL(18,2)", "-0.05"],
  [
    "'9999999999999999999999999999.9999999999'::DECIMAL(38,10)",
    "DECIMAL(38,10)",
    "9999999999999999999999999999.9999999999",
  ],
  ["0.1::FLOAT", "FLOAT", Math.fround(0.1)],
  ["0.1::DOUBLE", "DOUBLE", 0.1],
  ["'nan'::DOUBLE", "DOUBLE", NaN],
  ["'-inf'::FLOAT", "FLOAT", -Infinity],
  ["'-0.0'::DOUBLE", "DOUBLE", -0],
  ["'a\"b'::VARCHAR", "VARCHAR", 'a"b'],
  ["'🦆' || chr(0)", "VARCHAR", "🦆\0"],
  ["'\\x00\\xFF'::BLOB", "BLOB", Uint8Array.of(0, 255)],
  ["DATE '2026-02-28'", "DATE", "2026-02-28"],
  ["DATE '0001-01-01 (BC)'", "DATE", "0000-01-01"],
  ["DATE '0044-03-15 (BC)'", "DATE", "-000043-03-15"],
  ["DATE '10000-01-01'", "DATE", "+010000-01-01"],
  ["DATE '5881580-07-10'", "DATE", "+5881580-07-10"],
  ["DATE 'infinity'", "DATE", "infinity"],
  ["DATE '-infinity'", "DATE", "-infinity"],
  ["TIME '23:59:59.999999'", "TIME", "23:59:59.999999"],
  ["TIMETZ '23:59:59+02:30'", "TIME WITH TIME ZONE", "23:59:59+02:30"],
  ["'12:00:00.123456789'::TIME_NS", "TIME_NS", "12:00:00.123456789"],
  ["TIMESTAMP '1969-12-31 23:59:59.999999'", "TIMESTAMP", at(-1000n)],
  [
    "TIMESTAMPTZ '2026-01-05 12:00:00.000001+02'",
    "TIMESTAMP WITH TIME ZONE",
    new Timestamp(1767607200000001000n, true),
  ],
  ["'1970-01-01 00:00:01'::TIMESTAMP_S", "TIMESTAMP_S", at(1000000000n)],
  ["'1970-01-01 00:00:00.001'::TIMESTAMP_MS", "TIMESTAMP_MS", at(1000000n)],
  [
    "'1970-01-01 00:00:00.000000001'::TIMESTAMP_NS",
    "TIMESTAMP_NS",
    at(1n),
  ],
  ["'infinity'::TIMESTAMP", "TIMESTAMP", "infinity"],
  ["'-infinity'::TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE", "-infinity"],
  ["'infinity'::TIMESTAMP_S", "TIMESTAMP_S", "infinity"],
  ["'-infinity'::TIMESTAMP_MS", "TIMESTAMP_MS", "-infinity"],
  ["'infinity'::TIMESTAMP_NS", "TIMESTAMP_NS", "infinity"],
  [
    "INTERVAL '-1 month 3 days 00:00:00.5'",
    "INTERVAL",
    "-1 month 3 days 00:00:00.5",
  ],
  [
    "UUID '00000000-0000-4000-8000-0000000000ff'",
    "UUID",
    "00000000-0000-4000-8000-0000000000ff",
  ],
  ["'10101'::BIT", "BIT", "10101"],
  ["'b'::ENUM('a', 'b')", "ENUM('a', 'b')", "b"],
  ["'[1]'::JSON", "VARCHAR", "[1]"],
  ["[1, NULL, 3]", "INTEGER[]", [1, null, 3]],
  ["[]::INTEGER[]", "INTEGER[]", []],
  ["[1, 2]::INTEGER[2]", "INTEGER[2]", [1, 2]],
  ["[[1.5::DECIMAL(2,1)], NULL]", "DECIMAL(2,1)[][]", [["1.5"], null]],
  [
    "{'a': 1, 'b': {'c': DATE '2026-01-05'}}",
    'STRUCT("a" INTEGER, "b" STRUCT("c" DATE))',
    { a: 1, b: { c: "2026-01-05" } },
  ],
  ["row(7)", 'STRUCT("" INTEGER)', { "": 7 }],
  [
    "MAP {'k': 1::BIGINT, 'l': NULL}",
    "MAP(VARCHAR, BIGINT)",
    [{ key: "k", value: 1n }, { key: "l", value: null }],
  ],
  ["union_value(k := 5)", 'UNION("k" INTEGER)', 5],
  ["[1, 2]::VARIANT", "VARIANT", [1, 2]],
];

Deno.test("queryHistory() gives every SQL type its value", async () => {
  await using scratch = await queryScratch();
  const list = VALUES.map(([sql], i) => `${sql} AS v${i}`).join(", ");
  const { columns, rows } = await scratch.ask(`SELECT ${list}`);
  VALUES.forEach(([sql, type, value], i) => {
    assertEquals([sql, columns[i]], [sql, `v${i} ${type}`]);
    assertEquals([sql, rows[0]?.[i]], [sql, value]);
    // To assertEquals(), zeros are the same with either sign.
    if (value === 0) assert(Object.is(rows[0]?.[i], value), sql);
  });
});

Deno.test("queryHistory() gives the extremes of every type: test_all_types()", async () => {
  await using scratch = await queryScratch();
  const { columns, rows } = await scratch.ask("FROM test_all_types()");
  assertEquals(rows.length, 3);
  assertEquals(rows[2], columns.map(() => null));
  const latest = rows[1]?.[columns.indexOf("timestamp TIMESTAMP")];
  assert(latest instanceof Timestamp);
  assertEquals(`${latest}`, "+294247-01-10T04:00:54.775806");
  const dates = rows[1]?.[columns.indexOf("date_array DATE[]")];
  assertEquals(dates, [
    "1970-01-01",
    "infinity",
    "-infinity",
    null,
    "2022-05-12",
  ]);
});

Deno.test("queryHistory() gives NULL in every type", async () => {
  await using scratch = await queryScratch();
  const { rows } = await scratch.ask(sampleSql(FLAT_COLUMNS));
  assertEquals(rows.length, SAMPLE_ROWS);
  FLAT_COLUMNS.forEach(({ name, values }, i) => {
    const nulls = rows.map((row) => row[i] === null);
    assertEquals([name, nulls], [name, rows.map((_, j) => j >= values.length)]);
  });
});

Deno.test("bytes of a result are their own, as large as they are", async () => {
  await using scratch = await queryScratch();
  const [[first, second] = []] = await scratch.rows(
    "SELECT 'ab'::BLOB, repeat('x', 100)::BLOB",
  );
  assert(first instanceof Uint8Array && second instanceof Uint8Array);
  assertEquals(first.constructor, Uint8Array);
  assertEquals([first.buffer.byteLength, second.buffer.byteLength], [2, 100]);
  assertNotStrictEquals(first.buffer, second.buffer);
});

Deno.test("columns of one name get names of their own", async () => {
  await using scratch = await queryScratch();
  const { columns } = await scratch.ask(
    'SELECT 1 AS a, 2 AS a, 3 AS "a:1", 4 AS a, 5 AS "A"',
  );
  assertEquals(columns.map((column) => column.replace(/ INTEGER$/, "")), [
    "a",
    "a:1",
    "a:1:1",
    "a:2",
    "A",
  ]);
});

Deno.test("structs whose fields have no names are refused, not cut", async () => {
  await using scratch = await queryScratch();
  const losing = [
    "row(1, 2)",
    "[row(1, 2)]",
    "{'a': row(1, 2)}",
    "MAP {'k': row(1, 2)}",
    "union_value(k := row(1, 2))",
  ];
  for (const sql of losing) {
    const error = await assertRejects(
      () => scratch.rows(`SELECT ${sql} AS s`),
      PondError,
    );
    assertEquals(error.code, "QUERY");
    assertStringIncludes(error.message, "in column s have no names");
    assertEquals(error.hint, "name them: {'a': …, 'b': …}");
  }
  // Only values that come out have to be objects.
  assertEquals(await scratch.rows("SELECT row(1, 2) = row(1, 2)"), [[true]]);
});

Deno.test("a result of many chunks comes whole and in order", async () => {
  await using scratch = await queryScratch();
  await using result = await scratch.fs.queryHistory(
    "SELECT i, i::VARCHAR FROM range(100000) t(i)",
  );
  let next = 0n;
  let batches = 0;
  for await (const { columns, numRows, values } of result) {
    batches++;
    assertEquals(columns, result.columns);
    const [numbers = [], texts = []] = values;
    assertEquals([numbers.length, texts.length], [numRows, numRows]);
    for (let i = 0; i < numRows; i++, next++) {
      if (numbers[i] !== next || texts[i] !== `${next}`) {
        throw new RangeError(`row ${next} is ${numbers[i]}, ${texts[i]}`);
      }
    }
  }
  assertEquals(next, 100_000n);
  assert(batches > 10);
});

Deno.test("a query takes numbers that JSON doesn't have", async () => {
  await using scratch = await queryScratch();
  assertEquals(await scratch.rows("SELECT 1e999, -1e999"), [
    [Infinity, -Infinity],
  ]);
});

Deno.test("the error of a query says nothing of where in DuckDB it happened", async () => {
  await using scratch = await queryScratch();
  const error = await assertRejects(
    () => scratch.rows("SELECT error('dry well')"),
    PondError,
  );
  assertEquals(
    error.message,
    "Cannot run the query: Invalid Input Error: dry well",
  );
});
