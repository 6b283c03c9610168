import {
  assertEquals,
  assertGreater,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { PondError } from "../../src/errors.ts";
import { queryScratch } from "./scratch.ts";

const MIB = 1024 * 1024;

/** Sorts 64 MB, and gives one row. */
const LARGE_SORT =
  "SELECT max(n) FROM (SELECT i, row_number() OVER (ORDER BY i * 7919 % 1000003, i) AS n FROM range(4000000) t(i))";

Deno.test("what doesn't fit into memoryBytes goes to cache/, and leaves nothing there", async () => {
  await using scratch = await queryScratch();
  await Deno.mkdir(`${scratch.path}/cache`, { recursive: true });
  let most = 0;
  const watch = setInterval(async () => {
    let count = 0;
    for await (const { name } of Deno.readDir(`${scratch.path}/cache`)) {
      if (name.startsWith("spill-")) count++;
    }
    most = Math.max(most, count);
  }, 5);
  try {
    const rows = await scratch.rows(LARGE_SORT, {
      memoryBytes: 64 * MIB,
      threads: 1,
      pending: true,
    });
    assertEquals(rows, [[4_000_000n]]);
  } finally {
    clearInterval(watch);
  }
  assertGreater(most, 0);
  await scratch.assertNoCache();
});

Deno.test("what fits nowhere is an error that says what to do", async () => {
  await using scratch = await queryScratch();
  const error = await assertRejects(
    () =>
      scratch.rows("SELECT list(i) FROM range(20000000) t(i)", {
        memoryBytes: 32 * MIB,
      }),
    PondError,
  );
  assertEquals(error.code, "QUERY");
  assertStringIncludes(error.message, "Out of Memory Error");
  assertEquals(error.message.includes("SET "), false);
  assertEquals(
    error.hint,
    "give it more memory (--memory 4GiB), or fewer threads (--threads 1)",
  );
  await scratch.assertNoCache();
});

Deno.test("limits are those of the engine, and no query changes them", async () => {
  await using scratch = await queryScratch();
  assertEquals(
    await scratch.rows(
      "SELECT current_setting('memory_limit'), current_setting('threads')",
      { memoryBytes: 100 * MIB, threads: 2 },
    ),
    [["100.0 MiB", 2n]],
  );
});

Deno.test("a query that takes longer than timeoutMs fails, before its rows and between them", async () => {
  await using scratch = await queryScratch();
  const slow = [
    "SELECT count(*) FROM range(100000000000) t(i) WHERE i % 3 = 1",
    "SELECT i FROM range(100000000000) t(i) WHERE i < 2048 OR i = 99999999999",
  ];
  for (const sql of slow) {
    const error = await assertRejects(
      () => scratch.rows(sql, { timeoutMs: 150 }),
      PondError,
      "Cannot run the query: it took longer than 0.15 s",
    );
    assertEquals([error.code, error.hint], [
      "QUERY",
      "give it more time: --timeout 5min",
    ]);
  }
  assertEquals(await scratch.rows("SELECT 1", { timeoutMs: 60_000 }), [[1]]);
});

Deno.test("limits that are none are a caller's mistake", async () => {
  await using scratch = await queryScratch();
  for (const limits of [{ memoryBytes: 0 }, { threads: 0 }, { timeoutMs: 0 }]) {
    await assertRejects(() => scratch.rows("SELECT 1", limits), RangeError);
  }
});

Deno.test("hostFiles lets functions read the host, and still nothing be written", async () => {
  await using scratch = await queryScratch();
  const { home } = scratch;
  await Deno.writeTextFile(`${home}/host.csv`, "a\n7\n");
  await scratch.fs.createFile("/pond.csv", "a\n8\n");
  const hostFiles = { hostFiles: true };
  const from = [
    `read_csv('${home}/host.csv')`,
    `'file://${home}/host.csv'`,
    `read_csv_auto('${home}/*.csv')`,
  ];
  for (const table of from) {
    assertEquals(await scratch.rows(`FROM ${table}`, hostFiles), [[7n]], table);
    await assertRejects(() => scratch.rows(`FROM ${table}`), PondError);
  }
  assertEquals(
    await scratch.rows(
      `FROM '/pond.csv' UNION ALL FROM read_csv('${home}/host.csv') ORDER BY a`,
      hostFiles,
    ),
    [[7n], [8n]],
  );
  const before = await scratch.listing();
  const refused = [
    `COPY (SELECT 1) TO '${home}/out.csv'`,
    `ATTACH '${home}/new.duckdb'`,
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET lock_configuration = false",
    `FROM enable_profiling(save_location := '${home}/profile.txt')`,
    `FROM query('FROM read_text(''${home}/host.csv'')')`,
    "FROM read_csv('https://example.com/a.csv')",
    `FROM '${home}/host.csv'`,
  ];
  for (const sql of refused) {
    await assertRejects(() => scratch.rows(sql, hostFiles), PondError);
    assertEquals(await scratch.listing(), before, sql);
  }
});

/** A SELECT that joins a file with itself, by one key. */
function joined(count: number, join: string = "JOIN"): string {
  const more = Array.from(
    { length: count - 1 },
    (_, i) => `${join} '/a.csv' t${i} USING (n)`,
  );
  return `SELECT count(*) FROM '/a.csv' t ${more.join(" ")}`;
}

Deno.test("a file that is named hundreds of times is brought in once, and reads as often", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createFile("/a.csv", "n\n1\n");
  const loaded: string[] = [];
  const rows = await scratch.rows(
    Array.from({ length: 300 }, () => "FROM '/a.csv'").join(" UNION ALL "),
    { onTable: ({ name }) => loaded.push(name) },
  );
  assertEquals([rows.length, loaded], [300, ["/a.csv"]]);
});

Deno.test("a SELECT that joins more tables than can be planned is refused before it is", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createFile("/a.csv", "n\n1\n");
  assertEquals(await scratch.rows(joined(50)), [[1n]]);
  // Outer joins are planned one by one.
  assertEquals(await scratch.rows(joined(200, "LEFT JOIN")), [[1n]]);
  const tooMany = new Map([
    [joined(51), "a SELECT in it joins 51 tables, of at most 50"],
    [
      joined(201, "LEFT JOIN"),
      "a SELECT in it joins 201 tables, of at most 200",
    ],
    [joined(900), "a SELECT in it joins 900 tables, of at most 50"],
    [
      `SELECT 1 WHERE 1 IN (${joined(51)})`,
      "a SELECT in it joins 51 tables, of at most 50",
    ],
    [
      `FROM ${Array(60).fill("files").join(", ")} WHERE true`,
      "a SELECT in it joins 60 tables, of at most 50",
    ],
    [
      Array(1001).fill("FROM '/a.csv'").join(" UNION ALL "),
      "it names 1001 tables, of at most 1000",
    ],
  ]);
  for (const [sql, why] of tooMany) {
    const error = await assertRejects(
      () => scratch.rows(sql),
      PondError,
      `Cannot run the query: ${why}`,
    );
    assertEquals(error.code, "QUERY");
    assertStringIncludes(error.hint ?? "", "as one table");
  }
  await scratch.assertNoCache();
});

Deno.test("timeoutMs is heard while a statement is planned", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createFile("/a.csv", "n\n1\n");
  await assertRejects(
    () => scratch.rows(joined(50), { timeoutMs: 50 }),
    PondError,
    "it took longer than 0.05 s",
  );
  assertEquals(await scratch.rows("SELECT 1"), [[1]]);
});
