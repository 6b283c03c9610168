import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { PondError } from "../../src/errors.ts";
import {
  type QueryParam,
  type QueryValue,
  Timestamp,
} from "../../src/tinylogfs/mod.ts";
import { answerOf, queryScratch } from "./scratch.ts";

Deno.test("a parameter is bound with the type that a literal of it would have", async () => {
  await using scratch = await queryScratch();
  const time = new Date("2026-07-01T12:00:00.500Z");
  const cases: readonly (readonly [QueryParam, type: string, QueryValue])[] = [
    [1, "INTEGER", 1],
    [-2147483649, "BIGINT", -2147483649n],
    [2n ** 62n, "BIGINT", 2n ** 62n],
    [2n ** 70n, "HUGEINT", 2n ** 70n],
    [1.5, "DOUBLE", 1.5],
    [-0, "DOUBLE", -0],
    [1e300, "DOUBLE", 1e300],
    [true, "BOOLEAN", true],
    ["it's", "VARCHAR", "it's"],
    [null, '"NULL"', null],
    [Uint8Array.of(1, 0, 2), "BLOB", Uint8Array.of(1, 0, 2)],
    [
      time,
      "TIMESTAMP WITH TIME ZONE",
      new Timestamp(BigInt(time.getTime()) * 1_000_000n, true),
    ],
    [
      new Timestamp(1_001n, false),
      "TIMESTAMP_NS",
      new Timestamp(1_001n, false),
    ],
  ];
  for (const [param, type, value] of cases) {
    const options = { params: { a: param }, pending: true };
    assertEquals(
      await scratch.rows("SELECT typeof($a), $a", options),
      [[type, value]],
      type,
    );
  }
});

Deno.test("parameters are bound by place, by number and by name, and used more than once", async () => {
  await using scratch = await queryScratch();
  const params = ["a", "b"];
  const rows = (sql: string) => scratch.rows(sql, { params, pending: true });
  assertEquals(await rows("SELECT ?, ?"), [["a", "b"]]);
  assertEquals(await rows("SELECT $2, $1, $2"), [["b", "a", "b"]]);
  const named = { params: { Low: 2, high_: 4 }, pending: true };
  assertEquals(
    await scratch.rows(
      "FROM range(10) t(i) WHERE i BETWEEN $Low AND $high_ AND i >= $low",
      named,
    ),
    [[2n], [3n], [4n]],
  );
});

Deno.test("a parameter is never a part of the statement", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createFile("/a.csv", "name\nx\n");
  const evil = "x' OR true; DROP TABLE operations; --";
  const rows = await scratch.rows(
    "SELECT count(*) FROM '/a.csv' WHERE name = $name",
    { params: { name: evil }, pending: true },
  );
  assertEquals(rows, [[0n]]);
});

Deno.test("a parameter without a value, and a value without a parameter, are refused", async () => {
  await using scratch = await queryScratch();
  const refusal = async (sql: string, params: Record<string, QueryParam>) => {
    const error = await assertRejects(
      () => scratch.rows(sql, { params, pending: true }),
      PondError,
    );
    assertEquals(error.code, "QUERY");
    return [error.message, error.hint];
  };
  assertEquals(await refusal("SELECT $a + $b", { a: 1 }), [
    "Cannot run the query: there is no value for its parameter $b",
    "give one: --param b=VALUE",
  ]);
  assertEquals(await refusal("SELECT $a + $b", { a: 1, b: 1, c: 1 }), [
    "Cannot run the query: there is no parameter $c in it",
    "its parameters are $a, $b",
  ]);
  assertEquals(
    (await refusal("SELECT 1", { toString: 1 }))[0],
    "Cannot run the query: there is no parameter $toString in it",
  );
  assertEquals(
    (await refusal("SELECT $toString", {}))[0],
    "Cannot run the query: there is no value for its parameter $toString",
  );
});

Deno.test("a parameter of EXPLAIN is bound, too", async () => {
  await using scratch = await queryScratch();
  await using result = await scratch.fs.queryHistory(
    "EXPLAIN ANALYZE SELECT count(*) FROM range(100) t(i) WHERE i < $n",
    { params: { n: 7 } },
  );
  assertStringIncludes(String((await answerOf(result)).rows), "7");
});

Deno.test("a parameter of more than 128 bits is an error, and no other number", async () => {
  await using scratch = await queryScratch();
  const params = { a: 2n ** 130n };
  const error = await assertRejects(
    () => scratch.rows("SELECT $a", { params }),
    PondError,
  );
  assertStringIncludes(error.message, "more than 128 bits");
});

Deno.test("a table is called with a parameter, and without its value it is an error", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createFile("/a", "a");
  await scratch.fs.commit();
  const before = scratch.fs.version;
  await scratch.fs.createFile("/b", "b");
  const sql =
    "SELECT path FROM files(at := $at) WHERE type = 'file' ORDER BY 1";
  const at = (at: QueryParam) => scratch.rows(sql, { params: { at } });
  assertEquals(await at("@"), [["/a"], ["/b"]]);
  assertEquals(await at(`v${before}`), [["/a"]]);
  const error = await assertRejects(() => at(1), PondError);
  assertStringIncludes(error.message, "files() takes only texts");
});

Deno.test("an error suggests no table of DuckDB's own", async () => {
  await using scratch = await queryScratch();
  const error = await assertRejects(() => scratch.rows("FROM foo"), PondError);
  assertStringIncludes(error.message, "Table with name foo does not exist!");
  assertEquals(error.message.includes("Did you mean"), false);
  assertStringIncludes(error.hint ?? "", "tables are files, ");
});
