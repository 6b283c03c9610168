import { assertEquals, assertStringIncludes } from "@std/assert";
import { TABLES } from "../../src/query/mod.ts";
import { scratchDirectory, scratchPond } from "./scratch.ts";

Deno.test("pond tables lists the tables, and the columns of one, in no pond at all", async () => {
  await using scratch = await scratchDirectory();
  const tables = JSON.parse(await scratch.ok("tables --json"));
  assertEquals(
    tables.map(({ table }: { table: string }) => table),
    [...TABLES.keys()],
  );
  assertEquals(tables[0], {
    table: "files",
    row: "a file, directory or symlink that is there",
    call: `files("at" := '@')`,
  });
  const columns = JSON.parse(await scratch.ok("tables FILES --json"));
  assertEquals(columns[0], {
    column: "path",
    type: "VARCHAR",
    comment: "where it is",
  });
  const { code, stderr } = await scratch.run(["tables", "file"]);
  assertEquals(code, 4);
  assertStringIncludes(stderr, 'There is no table "file"');
  assertStringIncludes(stderr, "did you mean files?");
});

Deno.test("pond query sees what is staged as the table pending, without being asked for it", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("--no-sync touch /later");
  const sql = "SELECT operation, path FROM pending";
  assertEquals(JSON.parse(await scratch.ok(["query", sql, "--json"])), [
    { operation: "create", path: "/later" },
  ]);
  const files = "SELECT count(*) AS n FROM files WHERE path = '/later'";
  assertEquals(JSON.parse(await scratch.ok(["query", files, "--json"])), [
    { n: 0 },
  ]);
  assertEquals(
    JSON.parse(await scratch.ok(["query", files, "--json", "--pending"])),
    [{ n: 1 }],
  );
});

Deno.test("pond query --explain tells which columns, data files and files are read", async () => {
  await using scratch = await scratchPond();
  const explained = async (sql: string) =>
    JSON.parse(await scratch.ok(["query", sql, "--explain", "--json"]));
  const [all] = await explained(
    "SELECT operation, count(*) FROM operations GROUP BY 1",
  );
  assertEquals(
    [all.table, all.columns, all.files_skipped, JSON.parse(all.skipped)],
    ["operations", "operation", 0, []],
  );
  const [one] = await explained(
    "SELECT path FROM operations WHERE version = 1",
  );
  assertEquals([one.columns, one.files_read], ["version, path", 1]);
  assertEquals(one.files_read + one.files_skipped, all.files_read);
  assertEquals(JSON.parse(one.read).length, 1);
  const [file] = await explained("FROM '/sensors/a.csv'");
  assertEquals(
    [file.table, file.rows, JSON.parse(file.read)],
    ["/sensors/a.csv", null, ["/sensors/a.csv"]],
  );
});
