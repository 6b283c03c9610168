import { assert, assertEquals } from "@std/assert";
import { decodeUtf8, encodeUtf8, sha256Hex } from "../../src/bytes.ts";
import { memoryHost } from "../../src/host/memory.ts";
import { initPond } from "../../src/pond.ts";
import { TABLES } from "../../src/query/mod.ts";
import {
  BLOB_MIN_BYTES,
  type QueryValue,
  Timestamp,
} from "../../src/tinylogfs/mod.ts";
import { answerOf } from "./scratch.ts";
import { ask, ROOT, type Story, tell, timeOf } from "./story.ts";

for (const table of TABLES.values()) {
  Deno.test(`${table.name} has the columns of TABLES`, async () => {
    const story = await tell();
    const { columns } = await ask(
      story,
      `FROM ${table.name}${table.isFunction ? "()" : ""}`,
    );
    assertEquals(
      columns,
      table.columns.map(({ name, type }) => `${name} ${type}`),
    );
    const commented = [table, ...table.columns];
    assert(commented.every(({ comment }) => comment.length > 2));
    await story.fs.close();
  });
}

const OPERATION_COLUMNS =
  "version, position, operation, file_type, name, path, node_id, node_version, part_id, pending";

function operationRows({ ids }: Story): QueryValue[][] {
  const { d, a, link, big } = ids;
  const rows: QueryValue[][] = [
    [1n, 0n, "create", "directory", "d", "/d", d, 1n, d],
    [1n, 1n, "create", "file", "a.txt", "/d/a.txt", a, 1n, d],
    [1n, 2n, "create", "symlink", "link", "/link", link, 1n, ROOT],
    [2n, 0n, "update", "file", "a.txt", "/d/a.txt", a, 2n, d],
    [2n, 1n, "create", "file", "big", "/d/big", big, 1n, d],
    [3n, 0n, "move", "file", "b.txt", "/b.txt", a, 3n, ROOT],
    [3n, 1n, "delete", "symlink", "link", "/link", link, 2n, ROOT],
  ];
  return rows.map((row) => [...row, false]);
}

function pendingRows({ ids }: Story): QueryValue[][] {
  const { d, big, pending } = ids;
  return [
    [
      null,
      0n,
      "create",
      "file",
      "p.txt",
      "/p.txt",
      pending,
      1n,
      ROOT,
      true,
    ],
    [null, 1n, "delete", "file", "big", "/d/big", big, 2n, d, true],
  ];
}

for (const table of ["oplog_entries", "operations"]) {
  Deno.test(`${table} has a row for each operation, pending ones when asked for`, async () => {
    const story = await tell();
    const sql = `SELECT ${OPERATION_COLUMNS} FROM ${table}`;
    assertEquals((await ask(story, sql)).rows, operationRows(story));
    assertEquals((await ask(story, sql, true)).rows, [
      ...operationRows(story),
      ...pendingRows(story),
    ]);
    await story.fs.close();
  });

  Deno.test(`${table} has the time of each row's transaction`, async () => {
    const story = await tell();
    const sql = `SELECT DISTINCT version, timestamp FROM ${table}
      ORDER BY version`;
    const { rows } = await ask(story, sql, true);
    assertEquals(rows.slice(0, 3), [
      [1n, timeOf(story, 1)],
      [2n, timeOf(story, 2)],
      [3n, timeOf(story, 3)],
    ]);
    const pending = rows[3]?.[1];
    assert(pending instanceof Timestamp);
    assert(pending.ns > timeOf(story, 3).ns);
    await story.fs.close();
  });

  Deno.test(`${table} has metadata that SQL can take apart`, async () => {
    const story = await tell();
    const sql = `SELECT metadata->>'sha256', (metadata->'size')::BIGINT,
        (metadata->'mode')::INTEGER, (metadata->'blob')::BOOLEAN,
        metadata->'from'->>'path'
      FROM ${table} WHERE file_type = 'file'`;
    const hash = (text: string) => sha256Hex(encodeUtf8(text));
    const zeros = await sha256Hex(new Uint8Array(BLOB_MIN_BYTES));
    assertEquals((await ask(story, sql, true)).rows, [
      [await hash("A"), 1n, 0o644, null, null],
      [await hash("A2"), 2n, 0o644, null, null],
      [zeros, BigInt(BLOB_MIN_BYTES), 0o644, true, null],
      [await hash("A2"), 2n, 0o644, null, "/d/a.txt"],
      [await hash("P"), 1n, 0o644, null, null],
      [null, 0n, 0o644, null, null],
    ]);
    await story.fs.close();
  });
}

Deno.test("oplog_entries has the content of small files and symlinks", async () => {
  const story = await tell();
  const sql =
    "SELECT content FROM oplog_entries WHERE file_type <> 'directory'";
  const { rows } = await ask(story, sql, true);
  const texts = rows.map(([content]) =>
    content instanceof Uint8Array ? decodeUtf8(content) : content
  );
  assertEquals(texts, ["A", "/d/a.txt", "A2", null, "A2", null, "P", null]);
  await story.fs.close();
});

Deno.test("directory_entries has a row for each name that came or went", async () => {
  const story = await tell();
  const { d, a, link, big, pending } = story.ids;
  const sql = `SELECT version, directory_id, name, operation, child_node_id,
      child_type, node_version, pending FROM directory_entries`;
  const { rows } = await ask(story, sql, true);
  assertEquals(rows.filter(([version]) => version === 1n), [
    [1n, ROOT, "d", "insert", d, "directory", 1n, false],
    [1n, ROOT, "link", "insert", link, "symlink", 1n, false],
    [1n, d, "a.txt", "insert", a, "file", 1n, false],
  ]);
  assertEquals(rows.slice(-2), [
    [null, ROOT, "p.txt", "insert", pending, "file", 1n, true],
    [null, d, "big", "delete", big, "file", 2n, true],
  ]);
  assertEquals((await ask(story, sql)).rows, rows.slice(0, -2));
  const times = await ask(
    story,
    "SELECT DISTINCT version, timestamp FROM directory_entries ORDER BY ALL",
  );
  assertEquals(times.rows, [
    [1n, timeOf(story, 1)],
    [2n, timeOf(story, 2)],
    [3n, timeOf(story, 3)],
  ]);
  await story.fs.close();
});

Deno.test("directory_entries tells snapshots from changes", async () => {
  const fs = await initPond(memoryHost(), "/pond");
  for (let i = 0; i < 40; i++) await fs.createFile(`/f${i}`, "x");
  await fs.commit();
  await fs.delete("/f7");
  await fs.commit();
  await using result = await fs.queryHistory(
    `SELECT version, operation, snapshot, count(*), max(name)
     FROM directory_entries GROUP BY ALL ORDER BY ALL`,
  );
  assertEquals((await answerOf(result)).rows, [
    [1n, "insert", true, 40n, "f9"],
    [2n, "delete", false, 1n, "f7"],
  ]);
  await fs.close();
});

Deno.test("transactions has a row for each, newest first", async () => {
  const story = await tell();
  const { rows } = await ask(story, "FROM transactions", true);
  assertEquals(
    rows,
    [...story.transactions].reverse().map((transaction) => [
      BigInt(transaction.version),
      timeOf(story, transaction.version),
      transaction.transactionId,
      "ada",
      transaction.message,
      BigInt(transaction.operations),
      "{}",
    ]),
  );
  assertEquals(rows.map((row) => row.slice(4, 6)), [
    ["third", 2n],
    ["", 2n],
    ["first", 3n],
    ["init", 0n],
  ]);
  await story.fs.close();
});

Deno.test("tables of an earlier version end with it", async () => {
  const story = await tell();
  const then = { ...story, fs: await story.fs.at("v1") };
  const counts = await ask(
    then,
    `SELECT (SELECT count(*) FROM oplog_entries),
            (SELECT max(version) FROM directory_entries),
            (SELECT count(*) FROM transactions)`,
    true,
  );
  assertEquals(counts.rows, [[3n, 1n, 2n]]);
  await story.fs.close();
});

Deno.test("names of tables are the same in capital letters and in main", async () => {
  const story = await tell();
  const sql = `SELECT count(*) FROM Operations a
    JOIN OPERATIONS b USING (path) JOIN main."operations" c USING (path)
    WHERE path = '/d'`;
  assertEquals((await ask(story, sql)).rows, [[1n]]);
  await story.fs.close();
});

Deno.test("a common table expression may take a table's name", async () => {
  const story = await tell();
  const sql = `WITH operations AS (
      SELECT path FROM operations WHERE operation = 'move'
    ) FROM operations`;
  assertEquals((await ask(story, sql)).rows, [["/b.txt"]]);
  await story.fs.close();
});

Deno.test("a pond's table of more rows than a chunk is whole", async () => {
  const fs = await initPond(memoryHost(), "/pond");
  for (let i = 0; i < 5000; i++) await fs.createFile(`/${i}`, `${i}`);
  await fs.commit();
  await using result = await fs.queryHistory(
    `SELECT count(*), count(DISTINCT name), min(position), max(position),
       count(*) FILTER (decode(content) = name) FROM oplog_entries`,
  );
  assertEquals((await answerOf(result)).rows, [[
    5000n,
    5000n,
    0n,
    4999n,
    5000n,
  ]]);
  await fs.close();
});

Deno.test("SHOW TABLES lists all tables of a pond, and fills none", async () => {
  const { fs, ...story } = await tell();
  const names = [...TABLES.values()].filter(({ isFunction }) => !isFunction)
    .map(({ name }) => [name]).sort();
  for (
    const sql of [
      "SHOW TABLES",
      "SELECT table_name FROM information_schema.tables ORDER BY 1",
      "SELECT table_name FROM duckdb_tables() ORDER BY 1",
    ]
  ) {
    assertEquals((await ask({ fs, ...story }, sql)).rows, names, sql);
  }
  await fs.close();
});
