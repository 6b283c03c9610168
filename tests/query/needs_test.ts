import { assertEquals } from "@std/assert";
import { DuckDBDatabase } from "../../src/query/duckdb_database.ts";
import { DuckDBEngine } from "../../src/query/duckdb_engine.ts";
import { filterOf, type Needs } from "../../src/query/needs.ts";
import { parseStatement } from "../../src/query/statement.ts";
import type { QueryParams } from "../../src/tinylogfs/mod.ts";
import { ask, tell } from "./story.ts";

async function needsOf(sql: string): Promise<Needs> {
  using database = await DuckDBDatabase.open();
  await using engine = await DuckDBEngine.open(database);
  return (await engine.namesIn(parseStatement(sql))).needs;
}

async function filter(where: string): Promise<unknown> {
  const { conditions } = await needsOf(`FROM operations WHERE ${where}`);
  return filterOf(conditions.get("operations") ?? []);
}

Deno.test("filterOf() takes conditions that compare a column with constants", async () => {
  const cases = [
    ["part_id = 'a'", { partIds: new Set(["a"]) }],
    ["'a' = part_id", { partIds: new Set(["a"]) }],
    ["part_id IN ('a', 'b') AND part_id = 'b'", { partIds: new Set(["b"]) }],
    ["node_id = 'a' AND node_id = 'b'", { nodeIds: new Set() }],
    ["version = 3", { minVersion: 3, maxVersion: 3 }],
    ["version IN (3, 5)", { minVersion: 3, maxVersion: 5 }],
    ["3 < version AND version <= 7", { minVersion: 3, maxVersion: 7 }],
    ["version BETWEEN 3 AND 7 AND version < 5", {
      minVersion: 3,
      maxVersion: 5,
    }],
    ["path = '/a/b'", { path: "/a/b" }],
    ["path LIKE '/a/b%c'", { path: "/a" }],
    ["path LIKE '/a/%'", { path: "/a" }],
    ["starts_with(path, '/a/')", { path: "/a" }],
    ["path ^@ '/a'", { path: "/" }],
  ] as const;
  for (const [where, expected] of cases) {
    assertEquals(await filter(where), expected, where);
  }
});

Deno.test("filterOf() leaves alone what doesn't bind each row, or is no constant", async () => {
  for (
    const where of [
      "part_id = 'a' OR version = 1",
      "NOT part_id = 'a'",
      "part_id = name",
      "part_id = upper('a')",
      "version = 1.5",
      "version = '1'",
      "path LIKE 'a%'",
      "path LIKE '%a'",
      "lower(part_id) = 'a'",
      "part_id <> 'a'",
      "name = 'a'",
    ]
  ) {
    const found = await filter(where);
    // A prefix of nothing is in the root.
    assertEquals(
      [{}, { path: "/" }].some((e) =>
        JSON.stringify(e) === JSON.stringify(found)
      ),
      true,
      where,
    );
  }
});

Deno.test("filterOf() takes the values of parameters for constants", async () => {
  using database = await DuckDBDatabase.open();
  await using engine = await DuckDBEngine.open(database);
  const filter = async (where: string, params: QueryParams) => {
    const statement = parseStatement(`FROM operations WHERE ${where}`);
    const { needs } = await engine.namesIn(statement, params);
    return filterOf(needs.conditions.get("operations") ?? []);
  };
  assertEquals(
    await filter("part_id = $id AND version >= $v", { id: "a", v: 3n }),
    { partIds: new Set(["a"]), minVersion: 3 },
  );
  assertEquals(await filter("node_id = ?", ["b"]), { nodeIds: new Set(["b"]) });
  assertEquals(await filter("version < $1", [1.5]), {});
  assertEquals(await filter("part_id = $id", { id: 1 }), {});
  assertEquals(await filter("part_id = $id", {}), {});
});

Deno.test("needsOf() takes conditions for a table that is named once, whatever it is joined with", async () => {
  const of = async (sql: string) => [...(await needsOf(sql)).conditions.keys()];
  assertEquals(
    await of(
      "FROM operations o LEFT JOIN commits c USING (version) WHERE o.part_id = 'a' AND c.version = 1",
    ),
    ["operations", "commits"],
  );
  // Without its table's name, a column may be any table's.
  assertEquals(
    await of(
      "FROM operations o JOIN commits c USING (version) WHERE version = 1",
    ),
    [],
  );
  assertEquals(
    await of(
      "FROM operations WHERE version = (SELECT max(version) FROM operations)",
    ),
    [],
  );
  assertEquals(
    await of("FROM operations o, operations p WHERE o.version = 1"),
    [],
  );
  assertEquals(
    await of("FROM operations o POSITIONAL JOIN commits c WHERE o.version = 1"),
    [],
  );
  assertEquals(
    await of("FROM operations TABLESAMPLE 10% WHERE version = 1"),
    [],
  );
});

Deno.test("needsOf() takes no conditions that are about other columns or other rows", async () => {
  const of = async (sql: string) => [...(await needsOf(sql)).conditions.keys()];
  assertEquals(
    await of("FROM operations AS o(v, t, version) WHERE version = 1"),
    [],
  );
  assertEquals(
    await of("FROM operations WHERE version = 1 USING SAMPLE 5 ROWS"),
    [],
  );
  const many = Array.from({ length: 130_000 }, (_, i) => i).join();
  const { conditions } = await needsOf(
    `FROM operations WHERE version IN (${many})`,
  );
  assertEquals(filterOf(conditions.get("operations") ?? []), {
    minVersion: 0,
    maxVersion: 129_999,
  });
});

Deno.test("needsOf() knows when any column may be looked at", async () => {
  const isWide = async (sql: string) => (await needsOf(sql)).isWide;
  for (
    const sql of [
      "FROM operations",
      "SELECT o.* FROM operations o",
      "SELECT COLUMNS('n.*') FROM operations",
      "SELECT o FROM operations o",
      "SELECT count(DISTINCT operations) FROM operations",
      "SELECT name FROM operations NATURAL JOIN commits",
      "SELECT #1 FROM operations",
      "SELECT rowid FROM operations",
      "SUMMARIZE operations",
      "SELECT a FROM operations AS o(a, b)",
      "SELECT main.operations FROM operations",
      "SELECT name FROM operations PIVOT (count(*) FOR operation IN ('create'))",
    ]
  ) assertEquals(await isWide(sql), true, sql);
  assertEquals(
    await isWide("SELECT name, count(*) FROM operations GROUP BY ALL"),
    false,
  );
});

Deno.test("a query has the rows that it has when everything is read", async () => {
  const story = await tell();
  const { a, d } = story.ids;
  const wheres = [
    `part_id = '${d}'`,
    `part_id IN ('${d}', 'x')`,
    `node_id = '${a}' AND version >= 2`,
    "version BETWEEN 2 AND 2",
    "version > 1 AND operation = 'move'",
    "path LIKE '/d/%'",
    "timestamp > '2026-01-01 00:00:00.000008'",
    "timestamp <= TIMESTAMP '2026-01-01 00:00:00.000015'",
    "timestamp = 'no time'",
    "timestamp >= DATE '2026-01-01 12:00:00'",
    "timestamp >= TRY_CAST('2026-01-01 12:00' AS DATE)",
    "timestamp >= CAST(CAST('2026-01-01 12:00' AS DATE) AS TIMESTAMP)",
    "timestamp >= TIMESTAMP '2026-01-01 00:00:00-02'",
    "timestamp < TIMESTAMP '2026-01-01 00:00:00.00001'",
  ];
  for (const where of wheres) {
    for (const table of ["operations", "oplog_entries", "versions"]) {
      for (const pending of [false, true]) {
        const answer = async (from: string) => {
          try {
            return (await ask(
              story,
              `SELECT path, node_version FROM ${from} WHERE ${where}`,
              pending,
            )).rows;
          } catch (error) {
            // Where in the statement it is differs.
            return String(error).split("\n")[0];
          }
        };
        assertEquals(
          await answer(table),
          await answer(`(FROM ${table}) t`),
          `${table}, ${where}`,
        );
      }
    }
  }
  for (const where of ["path = '/d/big'", "path LIKE '/d%'", "path = '/x/y'"]) {
    assertEquals(
      (await ask(story, `SELECT path FROM files WHERE ${where}`)).rows,
      (await ask(story, `SELECT path FROM (FROM files) WHERE ${where}`)).rows,
      where,
    );
  }
  await story.fs.close();
});
