/** The library as a whole: files, transactions and SQL in one process. */
import { assertEquals, assertRejects } from "@std/assert";
import { Pond, PondError, type QueryResult, type QueryValue } from "../mod.ts";
import { tempDirectory } from "./support/temp_directory.ts";

async function rowsOf(
  result: Promise<QueryResult>,
): Promise<readonly QueryValue[][]> {
  await using batches = await result;
  const rows: QueryValue[][] = [];
  for await (const { numRows, values } of batches) {
    for (let row = 0; row < numRows; row++) {
      rows.push(values.map((column) => column[row] ?? null));
    }
  }
  return rows;
}

const ENTRIES =
  "SELECT name, file_type, operation, pending FROM oplog_entries ORDER BY timestamp, position";

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`Pond (${layout}): the requirements' scenario: two pending rows with SQL, none without, the same two committed`, async () => {
    await using temp = await tempDirectory();
    await using pond = await Pond.init(temp.join("pond"), { layout });
    await pond.createFile("/A", "content of file A");
    await pond.createSymlink("/B", "/A");
    assertEquals(await rowsOf(pond.queryWithPending(ENTRIES, true)), [
      ["A", "file", "create", true],
      ["B", "symlink", "create", true],
    ]);
    assertEquals(await rowsOf(pond.queryWithPending(ENTRIES, false)), []);
    assertEquals(await rowsOf(pond.queryHistory(ENTRIES)), []);
    const result = await pond.commit();
    assertEquals(result.operationsCommitted, 2);
    const committed = [
      ["A", "file", "create", false],
      ["B", "symlink", "create", false],
    ];
    assertEquals(await rowsOf(pond.queryHistory(ENTRIES)), committed);
    assertEquals(await rowsOf(pond.queryWithPending(ENTRIES)), committed);
    await using again = await Pond.open(temp.join("pond"));
    const bytes = await again.readFile("/B");
    assertEquals(new TextDecoder().decode(bytes), "content of file A");
  });
}

Deno.test("Pond.open() refuses a directory without a pond, Pond.init() one that isn't empty", async () => {
  await using temp = await tempDirectory();
  const none = await assertRejects(() => Pond.open(temp.path), PondError);
  assertEquals(none.code, "NO_POND");
  await Deno.writeTextFile(temp.join("file"), "");
  const full = await assertRejects(() => Pond.init(temp.path), PondError);
  assertEquals(full.code, "ALREADY_EXISTS");
});

Deno.test("a closed or earlier pond doesn't change: at() is read-only", async () => {
  await using temp = await tempDirectory();
  await using pond = await Pond.init(temp.join("pond"));
  await pond.createFile("/a", "1");
  await pond.commit();
  await pond.updateFile("/a", "2");
  await pond.commit();
  await using before = await pond.at("v1");
  assertEquals(before.readOnly, true);
  for (
    const change of [
      () => before.updateFile("/a", "3"),
      () => before.createDirectory("/d"),
      () => before.delete("/a"),
      () => before.commit(),
    ]
  ) {
    const error = await assertRejects(change, PondError);
    assertEquals(error.code, "READ_ONLY");
  }
  const sql = "SELECT count(*) AS n FROM operations";
  assertEquals(await rowsOf(before.queryHistory(sql)), [[1n]]);
  assertEquals(await rowsOf(pond.queryHistory(sql)), [[2n]]);
});

Deno.test("Pond.open() and Pond.init() take a path in any form, and file URLs", async () => {
  await using temp = await tempDirectory();
  const plain = temp.join("pond");
  const url = new URL(`file://${encodeURI(temp.path)}/`);
  {
    await using pond = await Pond.init(`${plain}/`);
    assertEquals(pond.path, plain);
    await pond.createFile("/f", "1");
    await pond.commit();
  }
  const forms = [
    plain,
    `${plain}//`,
    `${plain}/.`,
    `${plain}/../pond`,
    new URL("pond", url),
    new URL("./x/../pond/", url),
  ];
  for (const form of forms) {
    await using pond = await Pond.open(form);
    assertEquals(pond.path, plain);
    assertEquals(await pond.exists("/f"), true);
  }
  await using other = await Pond.init(new URL("a%20pond", url));
  assertEquals(other.path, temp.join("a pond"));
  const current = new URL(".", `file://${Deno.cwd()}/`);
  const none = await assertRejects(() => Pond.open("./no/../no"), PondError);
  assertEquals(none.path, new URL("no", current).pathname);
  for (const wrong of ["", new URL("https://example.org/pond")]) {
    await assertRejects(() => Pond.open(wrong), TypeError);
  }
});
