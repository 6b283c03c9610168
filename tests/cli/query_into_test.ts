import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Scratch, scratchPond } from "./scratch.ts";

async function rows(
  scratch: Scratch,
  sql: string,
  ...options: string[]
): Promise<unknown> {
  return JSON.parse(await scratch.ok(["query", sql, "--json", ...options]));
}

Deno.test("pond query --into stores the rows as one transaction, and again as a new version", async () => {
  await using scratch = await scratchPond();
  const into = (sql: string, path: string, ...options: string[]) =>
    scratch.run(["query", sql, "--into", path, ...options]);
  const first = await into(
    "SELECT t, v * 2 AS v FROM '/sensors/a.csv'",
    "/twice.parquet",
    "-m",
    "doubled",
  );
  assertEquals([first.code, first.stdout, first.stderr], [0, "", ""]);
  assertEquals(await rows(scratch, "FROM '/twice.parquet'"), [{ t: 1, v: 20 }]);
  const second = await into("SELECT 3 AS t, 4 AS v", "twice.parquet");
  assertEquals(second.code, 0);
  assertEquals(await rows(scratch, "FROM '/twice.parquet'"), [{ t: 3, v: 4 }]);
  assertEquals(await rows(scratch, "FROM '/twice.parquet@v2'"), [
    { t: 1, v: 20 },
  ]);
  assertEquals(
    await rows(
      scratch,
      "SELECT version, message FROM transactions WHERE version > 1 ORDER BY version",
    ),
    [{ version: 2, message: "doubled" }, { version: 3, message: "" }],
  );
});

Deno.test("pond query --into writes the format of the extension, or of --format", async () => {
  await using scratch = await scratchPond();
  const sql = "SELECT i, 'n' || i AS name FROM range(2) t(i)";
  const content = async (path: string, ...options: string[]) => {
    await scratch.ok(["query", sql, "--into", path, ...options]);
    return await scratch.ok(["cat", path]);
  };
  assertEquals(await content("/a.csv"), "i,name\n0,n0\n1,n1\n");
  assertEquals(await content("/a.tsv"), "i\tname\n0\tn0\n1\tn1\n");
  assertEquals(
    await content("/a.jsonl"),
    '{"i":0,"name":"n0"}\n{"i":1,"name":"n1"}\n',
  );
  assertEquals(
    await content("/a.txt", "--format", "csv"),
    "i,name\n0,n0\n1,n1\n",
  );
  assertEquals(JSON.parse(await content("/a.json")), [
    { i: 0, name: "n0" },
    { i: 1, name: "n1" },
  ]);
});

Deno.test("pond query --into stores more rows than a group, whole and exact", async () => {
  await using scratch = await scratchPond();
  const sql = "SELECT i, i % 7 AS r FROM range(300000) t(i)";
  await scratch.ok(["query", sql, "--into", "/large.parquet"]);
  assertEquals(
    await rows(
      scratch,
      "SELECT count(*) AS n, count(DISTINCT i) AS d, sum(r) AS s FROM '/large.parquet'",
    ),
    [{ n: 300_000, d: 300_000, s: 899_997 }],
  );
});

Deno.test("pond query --into reads a file and replaces it in the same transaction", async () => {
  await using scratch = await scratchPond();
  const sql = "SELECT t + 1 AS t, v FROM '/sensors/a.csv'";
  await scratch.ok(["query", sql, "--into", "/sensors/a.csv"]);
  assertEquals(await scratch.ok("cat /sensors/a.csv"), "t,v\n2,10\n");
});

Deno.test("pond query --into changes nothing when the query fails, however late", async () => {
  await using scratch = await scratchPond();
  const failing = [
    "SELEC 1",
    "FROM '/nosuch.csv'",
    "SELECT CASE WHEN i > 250000 THEN error('late') ELSE i END AS i FROM range(300000) t(i)",
  ];
  for (const sql of failing) {
    const ran = await scratch.run(["query", sql, "--into", "/new.parquet"]);
    assertEquals([ran.code > 0, ran.stdout], [true, ""], sql);
  }
  assertEquals((await scratch.run("ls /new.parquet")).code, 4);
  assertMatch(
    await scratch.ok("log --format csv"),
    /^version,.*\n1,.*\n0,.*\n$/,
  );
});

Deno.test("pond query --into takes what is pending only to the stage, and an old state by --at", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("put --no-sync readings.csv /staged.csv");
  const sql = "SELECT count(*) AS n FROM '/staged.csv'";
  const pending = ["query", sql, "--pending", "--into", "/n.csv"];
  const refused = await scratch.run(pending);
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.stderr, "--no-sync");
  await scratch.ok([...pending, "--no-sync"]);
  assertEquals(await scratch.ok("cat --pending /n.csv"), "n\n2\n");
  assertEquals((await scratch.run("cat /n.csv")).code, 4);
  await scratch.ok("commit both");
  assertEquals(await scratch.ok("cat /n.csv"), "n\n2\n");
  await scratch.ok([
    "query",
    "SELECT count(*) AS n FROM '/**/*.csv'",
    "--at",
    "v1",
    "--into",
    "/old.csv",
  ]);
  assertEquals(await scratch.ok("cat /old.csv"), "n\n1\n");
});

Deno.test("pond query refuses what doesn't go together with --into", async () => {
  await using scratch = await scratchPond();
  const refusals: readonly (readonly [options: string[], says: string])[] = [
    [["--into", "/a.xyz"], "Cannot tell the format of /a.xyz"],
    [["--into", "/a.csv", "-o", "a.csv"], "--into together with --output"],
    [["-m", "why"], "nothing is committed without --into"],
    [["--no-sync"], "nothing is committed without --into"],
    [["--memory", "lots"], 'Cannot read the size "lots" of --memory'],
    [["--memory", "1"], "it is too little"],
    [["--threads", "0"], "0 threads (--threads)"],
    [["--timeout", "soon"], 'Cannot read the time "soon" of --timeout'],
    [["--param", "novalue"], 'Cannot read the parameter "novalue"'],
    [["--param", "a=1", "-p", "a=2"], "Cannot give the parameter a two values"],
  ];
  for (const [options, says] of refusals) {
    const ran = await scratch.run(["query", "SELECT 1", ...options]);
    assertEquals([ran.code, ran.stdout], [2, ""], says);
    assertStringIncludes(ran.stderr, says);
  }
});

Deno.test("pond query --param gives values as JSON has them, and text", async () => {
  await using scratch = await scratchPond();
  const typed = async (text: string) => {
    const sql = "SELECT typeof($a) AS type, $a AS value";
    return await rows(scratch, sql, "--param", `a=${text}`);
  };
  const cases: readonly (readonly [string, type: string, value: unknown])[] = [
    ["5", "INTEGER", 5],
    ["-5e-1", "DOUBLE", -0.5],
    ["007", "VARCHAR", "007"],
    ["+5", "VARCHAR", "+5"],
    ["true", "BOOLEAN", true],
    ["True", "VARCHAR", "True"],
    ["null", '"NULL"', null],
    ["", "VARCHAR", ""],
    ['"5"', "VARCHAR", "5"],
    ['"5', "VARCHAR", '"5'],
    ["a=b'; --", "VARCHAR", "a=b'; --"],
  ];
  for (const [text, type, value] of cases) {
    assertEquals(await typed(text), [{ type, value }], text);
  }
  assertEquals(
    await rows(
      scratch,
      "SELECT $a - $b AS d",
      "--param",
      "a=9007199254740993",
      "-p",
      "b=9007199254740992",
    ),
    [{ d: 1 }],
  );
});

Deno.test("pond query --allow-host-files reads the host, and says so nowhere else", async () => {
  await using scratch = await scratchPond();
  const sql =
    `SELECT sum(v) AS s FROM read_csv('${scratch.home}/readings.csv')`;
  assertEquals(await rows(scratch, sql, "--allow-host-files"), [{ s: 41 }]);
  const ran = await scratch.run(["query", sql]);
  assertEquals([ran.code, ran.stdout], [4, ""]);
  assertStringIncludes(ran.stderr, "there is no such file or directory");
});

Deno.test("pond query --timeout gives up, and --chart draws", async () => {
  await using scratch = await scratchPond();
  const slow = "SELECT count(*) FROM range(100000000000) t(i) WHERE i % 3 = 1";
  const ran = await scratch.run(["query", slow, "--timeout", "1s"]);
  assertEquals([ran.code, ran.stdout], [1, ""]);
  assertStringIncludes(ran.stderr, "it took longer than 1 s");
  const chart = await scratch.ok([
    "query",
    "SELECT 'n' || i AS name, i FROM range(3) t(i)",
    "--chart",
  ]);
  assertMatch(chart, /n2 ▕█/);
});

Deno.test("pond query --into and --output pack what is called .gz, and the pond reads it", async () => {
  await using scratch = await scratchPond();
  const sql = "SELECT i, 'n' || i AS name FROM range(3000) t(i)";
  const expected = await rows(scratch, sql);
  for (const name of ["a.csv.gz", "a.tsv.gz", "a.jsonl.gz", "a.PARQUET.GZ"]) {
    await scratch.ok(["query", sql, "--into", `/${name}`]);
    assertEquals(await rows(scratch, `FROM '/${name}'`), expected, name);
  }
  const output = `${scratch.home}/out.csv.gz`;
  await scratch.ok(["query", sql, "--output", output]);
  const unpacked = (await Deno.open(output)).readable
    .pipeThrough(new DecompressionStream("gzip"));
  const text = await new Response(unpacked).text();
  assertEquals(text.slice(0, 19), "i,name\n0,n0\n1,n1\n2,");
  // What fails on the way is no file, packed or not.
  const { code, stderr } = await scratch.run([
    "query",
    "SELECT CASE WHEN i = 90000 THEN error('late') END FROM range(99999) t(i)",
    "--into",
    "/late.csv.gz",
  ]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "late");
  assertEquals(
    await rows(scratch, "FROM files WHERE name = 'late.csv.gz'"),
    [],
  );
});

Deno.test("pond query --into writes Arrow as a stream, and says so of .feather", async () => {
  await using scratch = await scratchPond();
  await scratch.ok(["query", "SELECT 1 AS a", "--into", "/a.arrows"]);
  assertEquals(await rows(scratch, "FROM '/a.arrows'"), [{ a: 1 }]);
  const { code, stderr } = await scratch.run([
    "query",
    "SELECT 1",
    "--into",
    "/a.feather",
  ]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "by the name of .arrows");
});
