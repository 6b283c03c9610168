import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { tableFromIPC } from "apache-arrow";
import { PondError } from "../../src/errors.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { memoryHost } from "../../src/host/memory.ts";
import { type QueryScratch, queryScratch } from "./scratch.ts";

async function lake(): Promise<QueryScratch> {
  const scratch = await queryScratch();
  await scratch.fs.createFile("/lake.csv", "t,m\n1,20.5\n2,20.7\n");
  await scratch.fs.commit();
  return scratch;
}

Deno.test("pond.query() gives rows by the names of their columns", async () => {
  await using scratch = await lake();
  const query = scratch.fs.query<{ t: bigint; m: number }>(
    "FROM '/lake.csv' WHERE t >= $least ORDER BY t",
    { params: { least: 1 } },
  );
  const sums: number[] = [];
  for await (const { t, m } of query) sums.push(Number(t) + m);
  assertEquals(sums, [21.5, 22.7]);
  // It runs again for whoever asks next.
  assertEquals(await query.rows(), [{ t: 1n, m: 20.5 }, { t: 2n, m: 20.7 }]);
  assertEquals(await query.columns(), [
    { name: "t", type: "BIGINT" },
    { name: "m", type: "DOUBLE" },
  ]);
  const batches = await Array.fromAsync(query.batches());
  assertEquals(batches.map(({ values }) => values), [[[1n, 2n], [20.5, 20.7]]]);
});

Deno.test("pond.query() of columns with one name keeps both", async () => {
  await using scratch = await lake();
  assertEquals(await scratch.fs.query("SELECT 1 AS a, 2 AS a").rows(), [
    { a: 1, "a:1": 2 },
  ]);
});

Deno.test("pond.query().arrow() is an Arrow IPC stream", async () => {
  await using scratch = await lake();
  const bytes = await scratch.fs.query(
    "SELECT i, 'n' || i AS name FROM range(40000) t(i)",
  ).arrow();
  assertInstanceOf(bytes, Uint8Array);
  const table = tableFromIPC(bytes);
  assertEquals(table.numRows, 40_000);
  assertEquals(table.schema.fields.map(({ name }) => name), ["i", "name"]);
  assertEquals(table.getChild("i")?.get(39_999), 39_999n);
  assertEquals(table.getChild("name")?.get(0), "n0");
  await scratch.assertNoCache();
});

Deno.test("pond.query() runs nothing before it is read, and ends with its loop", async () => {
  await using scratch = await lake();
  scratch.fs.query("SELEC 1");
  const endless = scratch.fs.query(
    "SELECT i, m FROM range(100000000000) t(i), '/lake.csv'",
  );
  for await (const { i } of endless) {
    assertEquals(i, 0n);
    break;
  }
  await scratch.assertNoCache();
});

Deno.test("pond.query() looks at a revision, or at what is pending", async () => {
  await using scratch = await lake();
  const { fs } = scratch;
  await fs.updateFile("/lake.csv", "t,m\n3,1\n");
  await fs.commit();
  await fs.updateFile("/lake.csv", "t,m\n4,1\n");
  const t = async (options: { at?: string; pending?: boolean }) =>
    (await fs.query("SELECT max(t) AS t FROM '/lake.csv'", options).rows())[0]
      ?.t;
  assertEquals(await t({}), 3n);
  assertEquals(await t({ pending: true }), 4n);
  assertEquals(await t({ at: "@pending" }), 4n);
  assertEquals(await t({ at: "v1" }), 2n);
  const error = await assertRejects(() => t({ at: "v99" }), PondError);
  assertEquals(error.code, "REVISION_NOT_FOUND");
});

Deno.test("pond.query() ends with its signal", async () => {
  await using scratch = await lake();
  const controller = new AbortController();
  const rows = scratch.fs.query(
    "SELECT count(*) FROM range(100000000000) t(i) WHERE i % 3 = 1",
    { signal: controller.signal },
  ).rows();
  setTimeout(() => controller.abort(new TypeError("enough")), 50);
  await assertRejects(() => rows, TypeError, "enough");
});

Deno.test("pond.sql takes text where a table stands as a path, and else as a value", async () => {
  await using scratch = await lake();
  const { fs } = scratch;
  await fs.createFile('/it\'s "here".csv', "t,m\n9,0\n");
  await fs.commit();
  const path = "/lake.csv";
  assertEquals(
    await fs.sql`SELECT m FROM ${path} WHERE t > ${1}`.rows(),
    [{ m: 20.7 }],
  );
  assertEquals(
    await fs
      .sql`SELECT ${path} AS p, a.t AS t FROM ${path} a JOIN ${path} b USING (t) WHERE ${"x"} = ${"x"} ORDER BY t`
      .rows(),
    [{ p: path, t: 1n }, { p: path, t: 2n }],
  );
  assertEquals(
    await fs.sql`WITH w AS (FROM ${'/it\'s "here".csv'}) SELECT t FROM w`
      .rows(),
    [{ t: 9n }],
  );
  assertEquals(
    await fs.sql`SELECT count(*) AS n FROM ${"/*.csv"}`.rows(),
    [{ n: 3n }],
  );
  assertEquals(
    await fs.sql`SELECT count(*) AS n FROM ${"transactions"}`.rows(),
    [{ n: BigInt((await Array.fromAsync(fs.transactions())).length) }],
  );
});

Deno.test("pond.sql takes no value for SQL", async () => {
  await using scratch = await lake();
  const { fs } = scratch;
  const evil = "x' OR true --";
  assertEquals(
    await fs.sql`SELECT count(*) AS n FROM '/lake.csv' WHERE 'x' = ${evil}`
      .rows(),
    [{ n: 0n }],
  );
  const table = '/lake.csv" WHERE true; DROP TABLE operations --';
  const missing = await assertRejects(
    () => fs.sql`FROM ${table}`.rows(),
    PondError,
  );
  assertEquals(missing.code, "NOT_FOUND");
  const alias = await assertRejects(
    () => fs.sql`SELECT 1 AS ${"a"}`.rows(),
    PondError,
  );
  assertEquals(alias.code, "QUERY");
  assertStringIncludes(alias.message, "syntax error");
});

Deno.test("pond.query() needs an engine, and says so", async () => {
  await using fs = await TinyLogFS.initEmpty(memoryHost(), "/pond");
  const error = await assertRejects(
    () => fs.query("SELECT 1").rows(),
    PondError,
  );
  assertEquals(error.code, "UNSUPPORTED");
});
