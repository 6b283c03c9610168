import {
  assertEquals,
  assertFalse,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { PondError } from "../../src/errors.ts";
import { DuckDBDatabase } from "../../src/query/duckdb_database.ts";
import { DuckDBEngine } from "../../src/query/duckdb_engine.ts";
import { parseStatement, statementNames } from "../../src/query/statement.ts";

async function tablesIn(sql: string): Promise<readonly string[]> {
  using database = await DuckDBDatabase.open();
  await using engine = await DuckDBEngine.open(database);
  return (await engine.namesIn(parseStatement(sql))).tables;
}

async function rejection(sql: string): Promise<PondError> {
  const error = await assertRejects(() => tablesIn(sql), PondError);
  assertEquals(error.code, "QUERY", sql);
  return error;
}

const NAMING: readonly (readonly [sql: string, names: readonly string[]])[] = [
  ["SELECT 1", []],
  ["FROM a", ["a"]],
  ["TABLE a", ["a"]],
  ["FROM a JOIN b USING (x) LEFT JOIN c ON true", ["a", "b", "c"]],
  ["FROM a POSITIONAL JOIN b", ["a", "b"]],
  ["FROM a ASOF JOIN b USING (x)", ["a", "b"]],
  ["FROM a, LATERAL (FROM b)", ["a", "b"]],
  ["FROM a UNION ALL FROM a EXCEPT FROM b", ["a", "b"]],
  ["SELECT (SELECT max(x) FROM a), [(SELECT 1 FROM b)]", ["a", "b"]],
  ["SELECT 1 WHERE EXISTS (FROM a) OR 1 IN (FROM b)", ["a", "b"]],
  ["SELECT sum(x) OVER (PARTITION BY (SELECT 1 FROM b)) FROM a", ["b", "a"]],
  ["SELECT 1 ORDER BY (SELECT 1 FROM a) LIMIT (SELECT 1 FROM b)", ["a", "b"]],
  ["FROM range((SELECT max(x) FROM a))", ["a"]],
  ["WITH c AS (FROM a) SELECT 1 FROM c", ["a", "c"]],
  ["WITH a AS (FROM a) FROM a", ["a"]],
  ["WITH RECURSIVE r AS (FROM a UNION ALL FROM r) FROM r", ["a", "r"]],
  ["EXPLAIN FROM a", ["a"]],
  ["explain analyze FROM a", ["a"]],
  ["EXPLAIN (FORMAT json) FROM a", ["a"]],
  ["EXPLAIN ( ANALYZE , FORMAT json ) FROM a", ["a"]],
  ["EXPLAIN (FROM a)", ["a"]],
  ["-- first\n/* and * second */ EXPLAIN /* third */ ANALYZE FROM a", ["a"]],
  ["DESCRIBE a", ["a"]],
  ["DESCRIBE '/x.csv'", ["/x.csv"]],
  ["DESCRIBE FROM a", ["a"]],
  ["SHOW a", ["a"]],
  ["SUMMARIZE a", ["a"]],
  ["SUMMARIZE FROM a JOIN b USING (x)", ["a", "b"]],
  ["FROM (SUMMARIZE a)", ["a"]],
  ["PIVOT a ON x IN ('u', 'v') USING count(*)", ["a"]],
  ["PIVOT a ON x IN ('u') USING count(*) -- done", ["a"]],
  ["FROM (PIVOT a ON x IN ('u') USING count(*))", ["a"]],
  ["FROM a PIVOT (count(*) FOR x IN ('u'))", ["a"]],
  ["UNPIVOT a ON x, y INTO NAME n VALUE v;", ["a"]],
  ["FROM '/it''s/a.csv'", ["/it's/a.csv"]],
  [`FROM "/it's/""a"".csv"`, [`/it's/"a".csv`]],
  ["FROM 'a.csv', \"b.csv\"", ["a.csv", "b.csv"]],
  ["FROM '/Ä*.csv'", ["/Ä*.csv"]],
  ["FROM main.a", ["a"]],
  ["FROM information_schema.tables", []],
  ["FROM lake.csv", []],
  ["SELECT 'FROM a', $$FROM b$$ -- FROM c", []],
  ["FROM A, a", ["A", "a"]],
];

for (const [sql, names] of NAMING) {
  Deno.test(`namesIn() finds the tables of: ${sql}`, async () => {
    assertEquals(await tablesIn(sql), names);
  });
}

Deno.test("namesIn() walks a tree of any depth and width", async () => {
  const sum = Array.from({ length: 900 }, () => "1").join(" + ");
  const list = Array.from({ length: 150_000 }, (_, i) => i).join(", ");
  const unions = Array.from({ length: 900 }, () => "FROM a").join(" UNION ");
  assertEquals(await tablesIn(`SELECT ${sum} FROM a`), ["a"]);
  assertEquals(await tablesIn(`FROM a WHERE x IN (${list})`), ["a"]);
  assertEquals(await tablesIn(unions), ["a"]);
});

const WRONG: readonly (readonly [sql: string, says: string])[] = [
  ["SELEC 1", 'syntax error at or near "SELEC" in line 1, column 1'],
  ["SELECT 1\nFROM a,, b", 'at or near "," in line 2, column 8'],
  ["SELECT '🦆🦆', 日,, b", 'at or near "," in line 1, column 16'],
  ["EXPLAIN\n  SELECT 1 FROM a,, b", "in line 2, column 19"],
  ["SELECT", "SELECT clause without selection list"],
  ["SELECT 'a", "unterminated quoted string"],
  ['SELECT 1 AS "a', "unterminated quoted identifier"],
  ["EXPLAIN nothing", "syntax error"],
  ["EXPLAIN SELECT", "SELECT clause without selection list"],
];

for (const [sql, says] of WRONG) {
  Deno.test(`namesIn() says what is wrong with: ${sql}`, async () => {
    const error = await rejection(sql);
    assertStringIncludes(error.message, "Cannot run the query: ");
    assertStringIncludes(error.message, says);
  });
}

Deno.test("namesIn() takes one statement, not none and not two", async () => {
  for (const sql of ["", "  ", ";", "-- nothing", "/* nothing */", "EXPLAIN"]) {
    const { message } = await rejection(sql);
    assertStringIncludes(message, "there is no statement in it", sql);
  }
  const two = await rejection("SELECT 1; SELECT 2;");
  assertStringIncludes(two.message, "it has 2 statements");
  assertEquals(two.hint, "give one statement at a time");
  assertEquals(await tablesIn("FROM a;;"), ["a"]);
});

Deno.test("namesIn() says how PIVOT must be written when it makes two statements", async () => {
  const error = await rejection("PIVOT a ON x USING count(*)");
  assertStringIncludes(error.message, "which values become columns");
  assertStringIncludes(error.hint ?? "", "IN ('a', 'b')");
});

Deno.test("parseStatement() refuses a NUL character", () => {
  const error = assertThrows(() => parseStatement("SELECT '\0'"), PondError);
  assertEquals([error.code, error.hint], ["QUERY", "write it as chr(0)"]);
});

Deno.test("parseStatement() puts the beginning of an EXPLAIN together anew", () => {
  const cases = [
    ["EXPLAIN FROM a", "EXPLAIN FROM a", "FROM a"],
    ["/**/explain--\nFROM a", "EXPLAIN FROM a", "FROM a"],
    ["Explain Analyze FROM a", "EXPLAIN ANALYZE  FROM a", " FROM a"],
    ["EXPLAIN (FORMAT json)FROM a", "EXPLAIN (FORMAT json) FROM a", "FROM a"],
    ["EXPLAIN (FROM a)", "EXPLAIN (FROM a)", "(FROM a)"],
    ["explainer", "explainer", "explainer"],
    ["SELECT 1", "SELECT 1", "SELECT 1"],
  ] as const;
  for (const [source, sql, select] of cases) {
    assertEquals(parseStatement(source), { source, sql, select });
  }
});

Deno.test("parseStatement() hides nothing of an EXPLAIN behind a comment or a quote", async () => {
  const hidden = [
    "EXPLAIN ( /*) SELECT 1 -- */ ANALYZE) COPY (SELECT 1) TO '/x'",
    "EXPLAIN (ANALYZE, FORMAT ') SELECT 1 --') COPY (SELECT 1) TO '/x'",
    "EXPLAIN (ANALYZE --) SELECT 1\n) COPY (SELECT 1) TO '/x'",
    "EXPLAIN /* /* */ ANALYZE */ COPY (SELECT 1) TO '/x'",
    "EXPLAIN ANALYZE /* /* */ SELECT 1 -- */ COPY (SELECT 1) TO '/x'",
    "EXPLAIN $$ $$ SELECT 1",
  ];
  for (const sql of hidden) {
    const statement = parseStatement(sql);
    // What runs ends in what was looked at, with nothing but words before it.
    const before = statement.sql.slice(0, -statement.select.length);
    assertFalse(/[^\w\s,()]/.test(before), sql);
    const { message } = await rejection(sql);
    assertStringIncludes(message, "Cannot run the query: ", sql);
  }
});

Deno.test("parseStatement() takes linear time for comments without an end", () => {
  const comments = "/* */".repeat(20_000);
  assertEquals(parseStatement(`${comments}SELECT 1`).select.length, 100_008);
  assertEquals(parseStatement(`${comments}EXPLAIN x`).select, "x");
});

Deno.test("statementNames() lists functions of rows in lower-case letters", async () => {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const sql = "FROM Range(3), main.READ_CSV('x'), (FROM glob('y'))";
  const quoted = sql.replaceAll("'", "''");
  const reader = await connection.runAndReadAll(
    `SELECT json_serialize_sql('${quoted}')`,
  );
  connection.closeSync();
  instance.closeSync();
  const json = String(reader.getRows()[0]?.[0]);
  const { functions, showsTables, tables } = statementNames(
    json,
    parseStatement(sql),
  );
  assertEquals({ functions, showsTables, tables }, {
    tables: [],
    functions: ["range", "read_csv", "glob"],
    showsTables: false,
  });
});

Deno.test("namesIn() takes numbers that JSON doesn't have", async () => {
  const text = `'"value":Infinity}'`;
  assertEquals(await tablesIn(`SELECT 1e999, -1e999, ${text} FROM a`), ["a"]);
});

Deno.test("namesIn() tells whether a statement asks for tables", async () => {
  using database = await DuckDBDatabase.open();
  await using engine = await DuckDBEngine.open(database);
  const shows = async (sql: string) =>
    (await engine.namesIn(parseStatement(sql))).showsTables;
  for (
    const sql of [
      "SHOW TABLES",
      "FROM (SHOW ALL TABLES)",
      "DESCRIBE",
      "FROM duckdb_tables()",
      "FROM information_schema.tables",
    ]
  ) {
    assertEquals(await shows(sql), true, sql);
  }
  for (const sql of ["SHOW a", "DESCRIBE a", "SUMMARIZE FROM a", "SELECT 1"]) {
    assertEquals(await shows(sql), false, sql);
  }
});
