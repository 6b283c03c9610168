import { assertEquals, assertRejects } from "@std/assert";
import { encodeUtf8, sha256Hex } from "../../src/bytes.ts";
import { PondError } from "../../src/errors.ts";
import { OPLOG_ENTRY_COLUMNS } from "../../src/oplog/mod.ts";
import { readBatch } from "../../src/oplog/arrow.ts";
import { BLOB_MIN_BYTES, type QueryValue } from "../../src/tinylogfs/mod.ts";
import { answerOf } from "./scratch.ts";
import { ask, ROOT, type Story, tell, timeOf } from "./story.ts";

async function rowsOf(
  story: Story,
  sql: string,
  pending: boolean = false,
): Promise<readonly (readonly QueryValue[])[]> {
  return (await ask(story, sql, pending)).rows;
}

Deno.test("files has a row for each node that is there", async () => {
  const story = await tell();
  const { a, big, d } = story.ids;
  const columns = "path, name, type, size, mode, sha256, target, attributes, " +
    "node_id, node_version, version, directory_id";
  const hash = (content: string | Uint8Array) =>
    sha256Hex(typeof content === "string" ? encodeUtf8(content) : content);
  const file = await hash("A2");
  const large = await hash(new Uint8Array(BLOB_MIN_BYTES));
  const none = [null, null, null];
  assertEquals(await rowsOf(story, `SELECT ${columns} FROM files`), [
    ["/b.txt", "b.txt", "file", 2n, 420n, file, null, null, a, 3n, 3n, ROOT],
    ["/d", "d", "directory", 0n, 493n, ...none, d, 1n, 1n, ROOT],
    ["/d/big", "big", "file", 65536n, 420n, large, null, null, big, 1n, 2n, d],
  ]);
  assertEquals(
    await rowsOf(story, "SELECT path, target FROM files(at := 'v1')"),
    [["/d", null], ["/link", "/d/a.txt"], ["/d/a.txt", null]],
  );
  await story.fs.close();
});

Deno.test("files has times, what users have set, and what is pending when asked for", async () => {
  const story = await tell();
  const { fs } = story;
  await fs.setAttributes("/b.txt", { unit: "°C" });
  const of = (sql: string) => rowsOf(story, sql, true);
  assertEquals(
    await of("SELECT attributes FROM files WHERE path = '/b.txt'"),
    [['{"unit":"°C"}']],
  );
  assertEquals(await of("SELECT path, version FROM files"), [
    ["/b.txt", null],
    ["/d", 1n],
    ["/p.txt", null],
  ]);
  const { createdAt, modifiedAt } = await fs.getMetadata("/p.txt");
  assertEquals(
    await of(
      "SELECT epoch_ms(created), epoch_ms(modified) FROM files WHERE name = 'p.txt'",
    ),
    [[BigInt(createdAt.getTime()), BigInt(modifiedAt.getTime())]],
  );
  await fs.close();
});

Deno.test("versions has a row for each version of each file", async () => {
  const story = await tell();
  const { a, big, d } = story.ids;
  const hash = (text: string) => sha256Hex(encodeUtf8(text));
  const sql =
    "SELECT version, operation, name, path, node_id, node_version, part_id, " +
    "size, mode, sha256 FROM versions WHERE size < 65536 OR node_version = 1";
  const [first, second] = [await hash("A"), await hash("A2")];
  const large = await sha256Hex(new Uint8Array(BLOB_MIN_BYTES));
  assertEquals(await rowsOf(story, sql), [
    [1n, "create", "a.txt", "/d/a.txt", a, 1n, d, 1n, 420n, first],
    [2n, "update", "a.txt", "/d/a.txt", a, 2n, d, 2n, 420n, second],
    [2n, "create", "big", "/d/big", big, 1n, d, 65536n, 420n, large],
    [3n, "move", "b.txt", "/b.txt", a, 3n, ROOT, 2n, 420n, second],
  ]);
  const rest = await rowsOf(
    story,
    "SELECT timestamp, epoch_us(modified) > 0, attributes, pending FROM versions WHERE version = 1",
  );
  assertEquals(rest, [[timeOf(story, 1), true, null, false]]);
  await story.fs.close();
});

Deno.test("commits has a row for each transaction, as transactions has", async () => {
  const story = await tell();
  const all = await rowsOf(story, "FROM commits");
  assertEquals(all, await rowsOf(story, "FROM transactions"));
  assertEquals(
    await rowsOf(
      story,
      "SELECT version, author, message, operations FROM commits(at := 'v2')",
    ),
    [[2n, "ada", "", 2n], [1n, "ada", "first", 3n], [0n, "ada", "init", 0n]],
  );
  await story.fs.close();
});

Deno.test("pending has a row for each operation that is not committed", async () => {
  const story = await tell();
  const { big, d, pending } = story.ids;
  const sql =
    "SELECT position, operation, file_type, name, path, node_id, node_version, part_id FROM pending";
  assertEquals(await rowsOf(story, sql, true), [
    [0n, "create", "file", "p.txt", "/p.txt", pending, 1n, ROOT],
    [1n, "delete", "file", "big", "/d/big", big, 2n, d],
  ]);
  // Another filesystem has staged nothing.
  assertEquals(await rowsOf(story, sql), []);
  await story.fs.close();
});

Deno.test("records has the rows of the Delta table", async () => {
  const story = await tell();
  const sql =
    "SELECT part_id, timestamp, version, content, size, file FROM records WHERE version = 2";
  const rows = await rowsOf(story, sql);
  const parts = rows.map(([part]) => part);
  assertEquals(parts.includes(story.ids.d), true);
  for (const [part, time, version, content, size, file] of rows) {
    assertEquals([time, version], [timeOf(story, 2), 2n]);
    if (!(content instanceof Uint8Array)) throw new TypeError("no bytes");
    assertEquals(size, BigInt(content.length));
    const batch = readBatch(OPLOG_ENTRY_COLUMNS, content, String(file));
    assertEquals(batch.cell(0, 0), String(part));
    assertEquals(/^part-[0-9a-f]+\.parquet$/.test(String(file)), true);
  }
  await story.fs.close();
});

Deno.test("changes() has a row for each difference of two revisions", async () => {
  const story = await tell();
  const { a, big, link } = story.ids;
  const sql =
    "SELECT change, path, from_path, type, changed, size_before, size_after, node_id FROM ";
  assertEquals(await rowsOf(story, `${sql} changes('v1', 'v3')`), [
    [
      "moved",
      "/b.txt",
      "/d/a.txt",
      "file",
      '["place","content","time"]',
      1n,
      2n,
      a,
    ],
    ["added", "/d/big", null, "file", '["node"]', null, 65536n, big],
    ["deleted", "/link", null, "symlink", '["node"]', 8n, null, link],
  ]);
  assertEquals(
    await rowsOf(
      story,
      `SELECT path, epoch_us(modified_after) > epoch_us(modified_before)
       FROM changes("from" := 'v1', "to" := 'v2') WHERE change = 'modified'`,
    ),
    [["/d/a.txt", true]],
  );
  // The last transaction, unless told otherwise.
  assertEquals(await rowsOf(story, "SELECT change, path FROM changes()"), [
    ["moved", "/b.txt"],
    ["deleted", "/link"],
  ]);
  await story.fs.close();
});

Deno.test("tables that are called join with each other and with those that aren't", async () => {
  const story = await tell();
  assertEquals(
    await rowsOf(
      story,
      `SELECT b.path, n.path FROM files(at := 'v1') b
       FULL JOIN files(at := 'v2') m USING (node_id)
       FULL JOIN files n USING (node_id) ORDER BY ALL`,
    ),
    [
      ["/d", "/d"],
      ["/d/a.txt", "/b.txt"],
      ["/link", null],
      [null, "/d/big"],
    ],
  );
  for (const name of ["operations", "versions", "records"]) {
    const counted = (at: string) =>
      rowsOf(story, `SELECT count(*), max(version) FROM ${name}${at}`);
    assertEquals(
      await counted("(at := 'v2')"),
      await counted(" WHERE version <= 2"),
      name,
    );
  }
  await story.fs.close();
});

Deno.test("calls that a table doesn't take are refused", async () => {
  const story = await tell();
  const refusals = [
    ["FROM files('v1', 'v2')", "files() takes no 2 arguments"],
    ["FROM files(until := 'v1')", "files() takes no until"],
    [
      "FROM files(at := 1 + 1)",
      "files() takes only texts that are known before it runs",
    ],
    ["FROM changes", "changes must be called"],
    ["FROM files(at := 'v9')", "Cannot find the revision v9"],
  ] as const;
  for (const [sql, message] of refusals) {
    const error = await assertRejects(
      () => ask(story, sql),
      PondError,
      message,
    );
    assertEquals(error.hint === undefined, false, sql);
  }
  await story.fs.close();
});

Deno.test("each table and column says what it is, also to SQL", async () => {
  const story = await tell();
  assertEquals(
    await rowsOf(
      story,
      "SELECT comment FROM duckdb_tables() WHERE table_name = 'versions'",
    ),
    [["a version of a file"]],
  );
  assertEquals(
    await rowsOf(
      story,
      "SELECT table_name FROM duckdb_columns() WHERE NOT internal AND comment IS NULL",
    ),
    [],
  );
  await story.fs.close();
});

Deno.test("changes() of an earlier state are what led to it", async () => {
  const story = await tell();
  await using view = await story.fs.at("v2");
  const rows = async (sql: string) => {
    await using result = await view.queryHistory(sql);
    return (await answerOf(result)).rows;
  };
  const second = [["modified", "/d/a.txt"], ["added", "/d/big"]];
  assertEquals(await rows("SELECT change, path FROM changes()"), second);
  assertEquals(await rows("SELECT change, path FROM changes('v1')"), second);
  const error = await assertRejects(
    () => rows("FROM changes('v-9')"),
    PondError,
  );
  assertEquals(error.code, "REVISION_NOT_FOUND");
  await story.fs.close();
});

Deno.test("files has no row where nothing can be", async () => {
  const story = await tell();
  await story.fs.createSymlink("/loop", "/loop");
  for (const path of ["/loop/x", `/${"n".repeat(300)}/x`, "/b.txt/x"]) {
    assertEquals(
      await rowsOf(
        story,
        `SELECT path FROM files WHERE path = '${path}'`,
        true,
      ),
      [],
    );
  }
  await story.fs.close();
});

Deno.test("changes() of a query that sees what is pending are that", async () => {
  const story = await tell();
  const { fs } = story;
  const of = (call: string, pending = true) =>
    rowsOf(story, `SELECT change, path FROM ${call}`, pending);
  const added = [["added", "/p.txt"]];
  const pending = [["deleted", "/d/big"], ...added];
  assertEquals(await of("changes()"), pending);
  assertEquals(await of("changes('@', '@pending')"), pending);
  // Whoever says where it begins has what is pending as its end.
  const all = await of("changes('v1')");
  assertEquals(all.filter(([, path]) => path === "/p.txt"), added);
  assertEquals(await of("changes('@', '@')"), []);
  const committed = await of("changes()", false);
  assertEquals(committed.filter(([, path]) => path === "/p.txt"), []);
  assertEquals(committed, await of("changes('v-1', '@')"));
  await assertRejects(
    () => of("changes"),
    PondError,
    "changes must be called",
  );
  await fs.close();
});
