/**
 * Functions that read files stand where a statement names them, or views are
 * made: what is asked, and what is told of errors, is the same.
 */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { PondError } from "../../src/errors.ts";
import { BoundedCache } from "../../src/query/bounded_cache.ts";
import { DuckDBDatabase } from "../../src/query/duckdb_database.ts";
import { DuckDBEngine } from "../../src/query/duckdb_engine.ts";
import { parseStatement } from "../../src/query/statement.ts";
import {
  isSame,
  type Replacement,
  substitute,
} from "../../src/query/substitution.ts";
import { type QueryScratch, queryScratch } from "./scratch.ts";

const FILES: readonly Replacement[] = ["/a.csv", "/b.csv", '/it\'s "b".csv']
  .map((name) => ({
    name,
    scans: [{ function: "read_csv", hostPaths: [`/host${name}`] }],
    select: ([list]) => `SELECT * FROM read_csv(${list})`,
  }));

/** A statement with its names replaced. */
async function replaced(sql: string): Promise<string | undefined> {
  using database = await DuckDBDatabase.open();
  await using engine = await DuckDBEngine.open(database);
  const statement = parseStatement(sql);
  const before = await engine.namesIn(statement);
  const files = FILES.filter(({ name }) => before.tables.includes(name));
  const made = substitute(statement, before, files);
  if (made === undefined) return undefined;
  assert(isSame(before, await engine.namesIfAny(made.statement), files));
  const lists = files.map(({ scans }) => scans[0]?.hostPaths);
  assertEquals([...made.lists.values()], lists);
  return made.statement.sql;
}

const A = "(SELECT * FROM read_csv($files1))";
const B = "(SELECT * FROM read_csv($files2))";

const REPLACED: readonly (readonly [sql: string, made: string])[] = [
  ["FROM '/a.csv'", `FROM ${A} AS "/a.csv"`],
  ['FROM "/a.csv" a', `FROM ${A} a`],
  ["FROM a: '/a.csv'", `FROM a: ${A}`],
  [
    "FROM '/a.csv' a, '/b.csv' /* b */ JOIN '/a.csv' AS c USING (x)",
    `FROM ${A} a, ${B} AS "/b.csv" /* b */ JOIN ${A} AS c USING (x)`,
  ],
  [
    "SELECT 'Ä🦆 FROM ''/a.csv''', (SELECT 1 FROM '/a.csv') AS x -- '/a.csv'",
    `SELECT 'Ä🦆 FROM ''/a.csv''', (SELECT 1 FROM ${A} AS "/a.csv") AS x -- '/a.csv'`,
  ],
  [
    `FROM '/it''s "b".csv', "/it's ""b"".csv" b`,
    `FROM ${A} AS "/it's ""b"".csv", ${A} b`,
  ],
  ["EXPLAIN (FROM '/a.csv')", `EXPLAIN (FROM ${A} AS "/a.csv")`],
  ["FROM '/a.csv' TABLESAMPLE 10%", `FROM ${A} AS "/a.csv" TABLESAMPLE 10%`],
  ["FROM '/a.csv' WHERE x = $x", `FROM ${A} AS "/a.csv" WHERE x = $x`],
  [
    "FROM '/a.csv' WHERE x = $files1 AND y = $files_2",
    `FROM (SELECT * FROM read_csv($files__1)) AS "/a.csv" WHERE x = $files1 AND y = $files_2`,
  ],
  [
    "FROM '/a.csv' WHERE x = $1 AND y = $3",
    `FROM (SELECT * FROM read_csv($4)) AS "/a.csv" WHERE x = $1 AND y = $3`,
  ],
];

for (const [sql, made] of REPLACED) {
  Deno.test(`substitute() puts what reads files into: ${sql}`, async () => {
    assertEquals(await replaced(sql), made);
  });
}

const KEPT: readonly string[] = [
  "DESCRIBE '/a.csv'",
  "SUMMARIZE '/a.csv'",
  'FROM main."/a.csv"',
  "WITH \"/A.csv\" AS (SELECT 1) FROM '/a.csv'",
  "FROM '/a.csv' WHERE x = ?",
  "SELECT (SELECT max(x) FROM '/a.csv')",
  "SELECT 1 AS a, [x IN (FROM '/a.csv')] FROM '/b.csv'",
  "FROM (SELECT 1 + (SELECT [(SELECT 1 AS b FROM '/a.csv')] AS c))",
  "FROM E'/a.csv'",
  "FROM $$/a.csv$$",
  "SELECT\u00a0* FROM '/a.csv'",
  "SELECT '\u3000' FROM '/a.csv'",
];

for (const sql of KEPT) {
  Deno.test(`substitute() leaves alone: ${sql}`, async () => {
    assertEquals(await replaced(sql), undefined);
  });
}

Deno.test("isSame() tells of a statement that names or calls something else", async () => {
  using database = await DuckDBDatabase.open({ hostFiles: true });
  await using engine = await DuckDBEngine.open(database);
  const names = async (sql: string) =>
    await engine.namesIfAny(parseStatement(sql));
  const before = await names("SELECT 'read_text(x)' FROM '/a.csv'");
  assert(before !== undefined);
  assert(isSame(before, await names("FROM read_csv($files1)"), FILES));
  for (
    const sql of [
      "FROM read_csv($files1), read_text('x')",
      "FROM read_csv($files1), read_csv('x')",
      "FROM read_csv($files1), '/b.csv'",
      "FROM '/a.csv'",
      "TABLE (FROM read_csv($files1))",
    ]
  ) {
    assertEquals(isSame(before, await names(sql), FILES), false, sql);
  }
});

async function pondOfFiles(): Promise<QueryScratch> {
  const scratch = await queryScratch();
  await scratch.fs.createFile("/a.csv", "n,s\n1,x\n2,y\n");
  await scratch.fs.createFile("/b.csv", "n,s\n2,z\n3,\n");
  return scratch;
}

Deno.test("a statement answers the same in the place of names and as views", async () => {
  await using scratch = await pondOfFiles();
  for (
    const sql of [
      "SELECT a.n, b.s FROM '/a.csv' a JOIN '/b.csv' b USING (n)",
      "SELECT \"/a.csv\".s FROM '/a.csv' ORDER BY 1",
      "SELECT \"/a.csv\" FROM '/a.csv' ORDER BY 1",
      "PIVOT '/a.csv' ON s IN ('x', 'y') USING sum(n)",
      "UNPIVOT '/a.csv' ON s",
      "TABLE '/a.csv'",
      "SELECT filename, n FROM '/*.csv' ORDER BY ALL",
      "SELECT capture1, count(*) FROM '/*.csv' GROUP BY ALL ORDER BY ALL",
      "FROM '/a.csv' UNION ALL BY NAME FROM '/b.csv@*' ORDER BY ALL",
      "SELECT (SELECT max(n) FROM '/b.csv' b WHERE b.n > a.n) FROM '/a.csv' a",
      "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT r.n + 1 FROM r JOIN '/a.csv' USING (n)) FROM r ORDER BY n",
      "SELECT (SELECT max(n) FROM '/b.csv' b WHERE b.n > a.n) AS m FROM '/a.csv' a",
      "SELECT n, path FROM '/a.csv', files WHERE path = '/a.csv' AND n = 1",
    ]
  ) {
    // A strange blank makes it a statement over views.
    const views = await scratch.ask(`${sql} --\u00a0`);
    assert(views.rows.length > 0, sql);
    assertEquals(await scratch.ask(sql), views, sql);
  }
});

Deno.test("parameters of a statement keep their values beside those of files", async () => {
  await using scratch = await pondOfFiles();
  assertEquals(
    await scratch.rows("SELECT n, $files1 FROM '/a.csv' WHERE s = $s", {
      params: { s: "y", files1: "f" },
    }),
    [[2n, "f"]],
  );
  assertEquals(
    await scratch.rows("SELECT n, $2 FROM '/a.csv' WHERE s = $1", {
      params: ["y", 7],
    }),
    [[2n, 7]],
  );
  assertEquals(
    await scratch.rows("SELECT ?, n FROM '/a.csv' WHERE s = ?", {
      params: [7, "y"],
    }),
    [[7, 2n]],
  );
  const error = await assertRejects(
    () => scratch.rows("SELECT n FROM '/a.csv' WHERE s = $s"),
    PondError,
    "there is no value for its parameter $s",
  );
  assertEquals(error.code, "QUERY");
});

Deno.test("an error shows the statement as it was written", async () => {
  await using scratch = await pondOfFiles();
  const many = Array.from({ length: 5000 }, (_, i) => `${i},${i}`).join("\n");
  await scratch.fs.createFile("/late.csv", `n,s\n${many}\n0,x\n`);
  const errors: readonly (readonly [sql: string, says: string])[] = [
    [
      "SELECT nosuch FROM '/a.csv'",
      "LINE 1: SELECT nosuch FROM '/a.csv'\n               ^",
    ],
    [
      "SELECT s::INTEGER FROM '/a.csv'",
      "LINE 1: SELECT s::INTEGER FROM '/a.csv'\n                ^",
    ],
    [
      "SELECT s::INTEGER FROM '/late.csv' WHERE n < 5000",
      "LINE 1: SELECT s::INTEGER FROM '/late.csv' WHERE n < 5000\n                ^",
    ],
  ];
  for (const [sql, says] of errors) {
    const error = await assertRejects(() => scratch.ask(sql), PondError);
    assertStringIncludes(error.message, says);
    assertEquals(error.message.includes("read_csv"), false);
  }
});

Deno.test("a bounded cache forgets what was asked for the longest time ago", () => {
  const cache = new BoundedCache<number>(12);
  cache.set("a", 1, 3);
  cache.set("b", 2, 3);
  cache.set("c", 3, 3);
  assertEquals(cache.get("a"), 1);
  cache.set("d", 4, 3);
  assertEquals(cache.get("b"), undefined);
  assertEquals(["a", "c", "d"].map((key) => cache.get(key)), [1, 3, 4]);
  cache.set("a", 5, 7);
  assertEquals(["a", "c", "d"].map((key) => cache.get(key)), [
    5,
    undefined,
    4,
  ]);
  cache.set("large", 6, 100);
  assertEquals(cache.get("large"), undefined);
  assertEquals(cache.get("a"), 5);
});
