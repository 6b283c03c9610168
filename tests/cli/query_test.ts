import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "@std/assert";
import { tableFromIPC } from "apache-arrow";
import { PondError } from "../../src/errors.ts";
import { duckdbText, literal } from "../query/foreign.ts";
import { runPond } from "../support/deno_process.ts";
import { type Scratch, scratchDirectory, scratchPond } from "./scratch.ts";

/** `id,name` lines, enough of them to be kept as a blob. */
const LINES = 20_000;
const LARGE_CSV = `id,name\n${
  Array.from({ length: LINES }, (_, i) => `${i},name ${i}`).join("\n")
}\n`;

const query = (scratch: Scratch, sql: string, ...options: string[]) =>
  scratch.run(["query", sql, ...options]);

async function answer(
  scratch: Scratch,
  sql: string,
  ...options: string[]
): Promise<unknown> {
  return JSON.parse(await scratch.ok(["query", sql, "--json", ...options]));
}

/** What lies in the pond's `cache/`. */
const cached = ({ pond }: Scratch) => namesIn(`${pond}/cache`);

async function namesIn(directory: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(directory)) names.push(name);
  return names;
}

Deno.test("pond query reads small and large files by path, pattern, link and bare name", async () => {
  await using scratch = await scratchPond();
  await Deno.writeTextFile(`${scratch.home}/large.csv`, LARGE_CSV);
  await scratch.ok("put large.csv /large.csv");
  await scratch.ok("ln /sensors/a.csv /link.csv");
  assertEquals(await answer(scratch, "FROM '/sensors/a.csv'"), [
    { t: 1, v: 10 },
  ]);
  assertEquals(
    await answer(
      scratch,
      "SELECT count(*) AS n, sum(id) AS s FROM 'large.csv'",
    ),
    [{ n: LINES, s: LINES * (LINES - 1) / 2 }],
  );
  assertEquals(await answer(scratch, "FROM '/link.csv'"), [{ t: 1, v: 10 }]);
  assertEquals(await answer(scratch, "SELECT count(*) AS n FROM '/**/*.csv'"), [
    { n: LINES + 2 },
  ]);
  assertEquals(await cached(scratch), []);
});

Deno.test("pond query writes to a pipe: tab-separated, with the names of the columns", async () => {
  await using scratch = await scratchPond();
  assertEquals(
    await scratch.ok(["query", "SELECT 1 AS a, NULL AS b, 'x\ty' AS c"]),
    "a\tb\tc\n1\t\tx\\ty\n",
  );
});

Deno.test("pond query writes a table to a terminal, and nothing that would do something to it", async () => {
  await using scratch = await scratchPond();
  const sql = "SELECT chr(27) || '[31m' AS red, i FROM range(100) t(i)";
  const plain = { terminal: true, env: { NO_COLOR: "1" } };
  const formats = ["table", "tsv", "csv", "json", "ndjson", "markdown"];
  const shown = await scratch.ok(["query", sql], plain);
  assertMatch(shown, /^┌.*\n│ +red +│ +i +│\n/);
  assertStringIncludes(shown, "  100 rows (40 shown)\n");
  for (const format of formats) {
    const text = await scratch.ok(["query", sql, "--format", format], plain);
    // deno-lint-ignore no-control-regex
    assertNotMatch(text, /[\x00-\x08\x0b-\x1f\x7f-\x9f]/, format);
    assertStringIncludes(text, "[31m", format);
  }
});

Deno.test("pond query refuses bytes on a terminal before anything is written", async () => {
  await using scratch = await scratchPond();
  for (const format of ["arrow", "parquet"]) {
    const argv = ["query", "SELECT 1", "--format", format];
    const ran = await scratch.run(argv, { terminal: true });
    assertEquals([ran.code, ran.stdout], [2, ""]);
    assertStringIncludes(ran.stderr, `Cannot write ${format} to a terminal`);
  }
});

Deno.test("pond query writes every format, and arrow and parquet so that others read them", async () => {
  await using scratch = await scratchPond();
  const sql = "SELECT i, 'n' || i AS name FROM range(3) t(i)";
  const text = (format: string) =>
    scratch.ok(["query", sql, "--format", format]);
  assertEquals(await text("csv"), "i,name\n0,n0\n1,n1\n2,n2\n");
  assertEquals(
    await text("ndjson"),
    '{"i":0,"name":"n0"}\n{"i":1,"name":"n1"}\n{"i":2,"name":"n2"}\n',
  );
  assertMatch(await text("markdown"), /^\| i \| name \|\n\| --: \| --- \|\n/);
  assertMatch(await text("chart"), /n2 ▕█/);
  const arrow = await query(scratch, sql, "--format", "arrow");
  assertEquals(
    [...tableFromIPC(arrow.stdoutBytes).getChild("name") ?? []],
    ["n0", "n1", "n2"],
  );
  const parquet = await query(scratch, sql, "--format", "parquet");
  const path = `${scratch.home}/out.parquet`;
  await Deno.writeFile(path, parquet.stdoutBytes);
  assertEquals(await duckdbText(`FROM ${literal(path)}`), {
    columns: ["i BIGINT", "name VARCHAR"],
    rows: [["0", "n0"], ["1", "n1"], ["2", "n2"]],
  });
});

Deno.test("pond query -o writes a file in the format of its extension, and over another only when told", async () => {
  await using scratch = await scratchPond();
  const path = `${scratch.home}/out.jsonl`;
  const export_ = (sql: string, ...options: string[]) =>
    query(scratch, sql, "-o", "out.jsonl", ...options);
  assertEquals((await export_("SELECT 1 AS a")).code, 0);
  assertEquals(await Deno.readTextFile(path), '{"a":1}\n');
  const second = await export_("SELECT 2 AS a");
  assertEquals([second.code, second.stdout], [1, ""]);
  assertEquals(await Deno.readTextFile(path), '{"a":1}\n');
  assertEquals((await export_("SELECT 2 AS a", "--force")).code, 0);
  assertEquals(await Deno.readTextFile(path), '{"a":2}\n');
  assertEquals(
    (await export_("SELECT 3 AS a", "--force", "--format", "csv")).code,
    0,
  );
  assertEquals(await Deno.readTextFile(path), "a\n3\n");
});

Deno.test("pond query -o leaves no file when the query fails, and none of an unknown extension", async () => {
  await using scratch = await scratchPond();
  const failed = await query(
    scratch,
    "SELECT CASE WHEN i > 5000 THEN error('late') ELSE i END FROM range(9999) t(i)",
    "-o",
    "out.csv",
  );
  assertEquals(failed.code, 1);
  assertStringIncludes(failed.stderr, "late");
  const unknown = await query(scratch, "SELECT 1", "-o", "out.xyz");
  assertEquals(unknown.code, 2);
  const names = await namesIn(scratch.home);
  assertEquals(names.filter((name) => name.includes("out")), []);
});

Deno.test("pond query takes the statement from a file or standard input, and exactly one", async () => {
  await using scratch = await scratchPond();
  const sql = "-- a comment\nSELECT 1 AS a;\n";
  await Deno.writeTextFile(`${scratch.home}/q.sql`, sql);
  const expected = "a\n1\n";
  assertEquals(await scratch.ok("query -f q.sql"), expected);
  assertEquals(await scratch.ok("query -", { stdin: sql }), expected);
  assertEquals(await scratch.ok("query -f -", { stdin: sql }), expected);
  assertEquals((await scratch.run("query")).code, 2);
  const both = await scratch.run("query SELECT -f q.sql");
  assertEquals(both.code, 2);
  assertStringIncludes(both.stderr, "two statements");
});

Deno.test("pond query --at answers from the content and the history of that time", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("put -m second readings.csv /sensors/a.csv");
  await scratch.ok("mv /sensors/a.csv /b.csv");
  const values = "SELECT v FROM '/sensors/a.csv' ORDER BY v";
  assertEquals(await answer(scratch, values, "--at", "v1"), [{ v: 10 }]);
  assertEquals(await answer(scratch, values, "--at", "v2"), [
    { v: 20 },
    { v: 21 },
  ]);
  assertEquals((await query(scratch, values)).code, 4);
  const newest = "SELECT max(version) AS v FROM operations";
  assertEquals(await answer(scratch, newest, "--at", "v1"), [{ v: 1 }]);
  assertEquals(await answer(scratch, newest), [{ v: 3 }]);
  assertEquals((await query(scratch, newest, "--at", "v99")).code, 4);
});

Deno.test("pond query --pending sees staged operations and staged files, and else neither", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("put --no-sync readings.csv /staged.csv");
  const rows = "SELECT path, version FROM operations WHERE pending";
  const file = "SELECT sum(v) AS s FROM '/staged.csv'";
  assertEquals(await answer(scratch, rows), []);
  assertEquals((await query(scratch, file)).code, 4);
  for (const options of [["--pending"], ["--at", "@pending"]]) {
    assertEquals(await answer(scratch, rows, ...options), [
      { path: "/staged.csv", version: null },
    ]);
    assertEquals(await answer(scratch, file, ...options), [{ s: 41 }]);
  }
});

Deno.test("pond query tells a missing path from a directory and from a file that is no table", async () => {
  await using scratch = await scratchPond();
  const missing = await query(scratch, "FROM '/sensors/b.csv'");
  assertEquals([missing.code, missing.stdout], [4, ""]);
  assertStringIncludes(missing.stderr, "/sensors/b.csv");
  assertStringIncludes(missing.stderr, "hint: did you mean /sensors/a.csv?");
  assertEquals((await query(scratch, "FROM '/sensors/*.tsv'")).code, 4);
  const directory = await query(scratch, "FROM '/sensors'");
  assertEquals([directory.code, directory.stdout], [1, ""]);
  assertStringIncludes(directory.stderr, "it is a directory");
  await scratch.ok("put - /image", { stdin: "\x89PNG\0\0" });
  const kind = await query(scratch, "FROM '/image'");
  assertEquals([kind.code, kind.stdout], [1, ""]);
  assertStringIncludes(kind.stderr, "it is none, by its name");
});

Deno.test("pond query tells what is wrong with a statement, and with a file by its path in the pond", async () => {
  await using scratch = await scratchPond();
  const wrong = await query(scratch, "SELEC 1");
  assertEquals([wrong.code, wrong.stdout], [1, ""]);
  assertMatch(wrong.stderr, /^pond: Cannot run the query: syntax error/);
  const json = await query(scratch, "SELEC 1", "--json");
  assertEquals(JSON.parse(json.stderr).error.code, "QUERY");
  await scratch.ok("put - /bad.parquet", { stdin: "this is no Parquet file" });
  const bad = await query(scratch, "FROM '/bad.parquet'");
  assertEquals([bad.code, bad.stdout], [1, ""]);
  assertStringIncludes(bad.stderr, "'/bad.parquet'");
  assert(!bad.stderr.includes(scratch.pond), bad.stderr);
});

Deno.test("pond query finds damage in a blob, and no rows in it: exit code 6", async () => {
  await using scratch = await scratchDirectory();
  await scratch.ok("init");
  await Deno.writeTextFile(`${scratch.home}/large.csv`, LARGE_CSV);
  await scratch.ok("put large.csv /large.csv");
  const blob = await onlyBlob(scratch);
  const bytes = await Deno.readFile(blob);
  bytes[bytes.length - 2] = (bytes[bytes.length - 2] ?? 0) ^ 1;
  await Deno.writeFile(blob, bytes);
  const ran = await query(scratch, "FROM '/large.csv' LIMIT 1");
  assertEquals([ran.code, ran.stdout], [6, ""]);
  assertStringIncludes(ran.stderr, blob);
});

Deno.test("pond query ends when its reader has gone, and leaves nothing in cache/", async () => {
  await using scratch = await scratchPond();
  const sql = "SELECT * FROM range(10000000) t(i), '/sensors/a.csv'";
  const ran = await scratch.run(["query", sql], { writes: 2 });
  assertEquals([ran.code, ran.stderr], [0, ""]);
  assertEquals(await cached(scratch), []);
});

Deno.test("pond query is interrupted: exit code 130, and nothing in cache/", async () => {
  await using scratch = await scratchPond();
  await scratch.ok(["query", "FROM '/sensors/a.csv'"]);
  const controller = new AbortController();
  const sql = "SELECT count(*) FROM range(100000000000) t(i), '/sensors/a.csv'";
  let isRunning = true;
  const running = scratch.run(["query", sql], { signal: controller.signal })
    .finally(() => isRunning = false);
  // It has begun when the file that it scans is there.
  while (isRunning && (await cached(scratch)).length === 0);
  controller.abort(new PondError("ABORTED", "Interrupted by SIGINT"));
  const ran = await running;
  assertEquals([ran.code, ran.stdout], [130, ""]);
  assertEquals(await cached(scratch), []);
});

Deno.test("pond query answers in UTC, whatever the time zone of its process", async () => {
  await using scratch = await scratchPond();
  const sql = "SELECT '2026-07-01'::TIMESTAMPTZ AS t, t::VARCHAR AS text";
  const ran = await runPond(["query", sql, "--format", "csv"], {
    env: { POND: scratch.pond, TZ: "America/New_York" },
  });
  assertEquals(
    [ran.code, ran.stderr, ran.stdout],
    [0, "", "t,text\n2026-07-01T00:00:00Z,2026-07-01 00:00:00+00\n"],
  );
});

async function onlyBlob({ pond }: Scratch): Promise<string> {
  const [directory = ""] = await namesIn(`${pond}/blobs`);
  const [name = ""] = await namesIn(`${pond}/blobs/${directory}`);
  return `${pond}/blobs/${directory}/${name}`;
}
