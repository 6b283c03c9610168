import { assertEquals } from "@std/assert";
import { memoryHost } from "../../src/host/memory.ts";
import { initPond, openPond } from "../../src/pond.ts";
import { TABLES } from "../../src/query/mod.ts";
import { Timestamp, type TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { answerOf } from "./scratch.ts";
import { ask, tell } from "./story.ts";

async function rowsOf(fs: TinyLogFS, sql: string, pending: boolean = false) {
  await using result = await fs.queryWithPending(sql, pending);
  return (await answerOf(result)).rows;
}

Deno.test("each column of each table has a value that isn't NULL in some row", async () => {
  const fs = await initPond(memoryHost(), "/pond");
  await fs.createFile("/a", "A");
  await fs.createSymlink("/l", "/a");
  await fs.setAttributes("/a", { unit: "m" });
  await fs.commit({ message: "first", metadata: { why: "test" } });
  await fs.updateFile("/a", "A2");
  await fs.rename("/a", "/b");
  await fs.commit();
  await fs.createFile("/p", "P");
  for (const { columns, isFunction, name } of TABLES.values()) {
    const from = isFunction ? `${name}('v1', 'v2')` : name;
    const counts = columns.map((column) => `count("${column.name}") > 0`);
    assertEquals(
      await rowsOf(fs, `SELECT ${counts.join(", ")} FROM ${from}`, true),
      [columns.map(() => true)],
      name,
    );
  }
  await fs.close();
});

Deno.test("versions has what users have set, and when a file was changed", async () => {
  const fs = await initPond(memoryHost(), "/pond");
  await fs.createFile("/a", "A");
  await fs.commit();
  await fs.setAttributes("/a", { unit: "°C" });
  await fs.commit();
  const expected = [];
  for await (const { metadata } of fs.getNodeHistory("/a")) {
    const { attributes, modified } = JSON.parse(metadata);
    const text = attributes === undefined ? null : JSON.stringify(attributes);
    expected.push([text, new Timestamp(BigInt(modified) * 1000n, true)]);
  }
  assertEquals(
    await rowsOf(fs, "SELECT attributes, modified FROM versions"),
    expected.reverse(),
  );
  assertEquals(expected.map(([text]) => text), [null, '{"unit":"°C"}']);
  await fs.close();
});

const OUTER: readonly (readonly [table: string, condition: string])[] = [
  ["directory_entries", "part_id = o.part_id AND part_id = '$d'"],
  ["directory_entries", "part_id = '$d'"],
  ["commits", "node_id = '$d'"],
  ["records", "path = '/d' AND node_id = '$d'"],
];

for (const [table, condition] of OUTER) {
  Deno.test(`a condition on a column of an outer query leaves out no row of ${table}: ${condition}`, async () => {
    const story = await tell();
    const counted = async (from: string) => {
      const where = condition.replaceAll("$d", story.ids.d);
      const inner = `SELECT count(*) FROM ${from} WHERE ${where}`;
      const sql =
        `SELECT sum(n) FROM (SELECT (${inner}) AS n FROM operations o)`;
      const { rows } = await ask(story, sql);
      return String(rows[0]?.[0]);
    };
    assertEquals(await counted(table), await counted(`(FROM ${table})`));
    assertEquals(await counted(table) === "0", false);
    await story.fs.close();
  });
}

Deno.test("a condition on an alias leaves out no row", async () => {
  const story = await tell();
  const sql = (from: string) =>
    `SELECT 'x' AS part_id, name FROM ${from} WHERE part_id = 'x'`;
  const { rows } = await ask(story, sql("directory_entries"));
  assertEquals(rows, (await ask(story, sql("(FROM directory_entries)"))).rows);
  assertEquals(rows.length, 8);
  await story.fs.close();
});

Deno.test("a table at @pending has what is pending, where the query sees it", async () => {
  const story = await tell();
  const tables = [
    "files",
    "operations",
    "oplog_entries",
    "versions",
    "directory_entries",
    "pending",
  ];
  for (const table of tables) {
    const counted = async (from: string) =>
      (await ask(story, `SELECT count(*) FROM ${from}`, true)).rows;
    const now = await counted(table);
    assertEquals(await counted(`${table}(at := '@pending')`), now, table);
  }
  const committed = "SELECT count(*) FROM operations(at := '@')";
  assertEquals((await ask(story, committed, true)).rows, [[7n]]);
  await story.fs.close();
});

Deno.test("a table at @pending has what is staged, whatever the query sees", async () => {
  const host = memoryHost();
  {
    await using fs = await initPond(host, "/pond");
    await fs.createFile("/a", "A");
    await fs.commit();
    await fs.createFile("/p", "P");
    await fs.stage();
  }
  await using fs = await openPond(host, "/pond");
  const counted = async (from: string) =>
    await rowsOf(fs, `SELECT count(*) FROM ${from}`);
  for (const table of ["files", "operations", "versions"]) {
    assertEquals(await counted(`${table}('@pending')`), [[2n]], table);
    assertEquals(await counted(table), [[1n]], table);
  }
});
