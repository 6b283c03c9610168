import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { PondError } from "../../src/errors.ts";
import { largeCsv, type QueryScratch, queryScratch } from "./scratch.ts";

/** What the attempts aim at. */
interface Targets {
  /** A directory of the host beside the pond. */
  readonly home: string;
  /** The pond's directory. */
  readonly pond: string;
  /** The blob of `/large.csv`. */
  readonly blob: string;
  /** A data file of the pond. */
  readonly data: string;
}

/** A statement that must fail, and what its error says. */
type Attempt = readonly [sql: (at: Targets) => string, says: string];

const NO_SELECT = "it is no SELECT, and a query only reads";
const NO_FUNCTION = "() is not allowed";
const NO_PATH = "there is no such file or directory";

const WRITING: readonly Attempt[] = [
  [({ home }) => `COPY (SELECT 1) TO '${home}/out.csv'`, NO_SELECT],
  [({ blob }) => `COPY (SELECT 1) TO '${blob}'`, NO_SELECT],
  [
    ({ blob }) => `COPY (FROM '/large.csv') TO '${blob}' (USE_TMP_FILE false)`,
    NO_SELECT,
  ],
  [({ home }) => `COPY operations FROM '${home}/host.csv'`, NO_SELECT],
  [
    ({ blob }) => `EXPLAIN ANALYZE COPY (FROM '/large.csv') TO '${blob}'`,
    NO_SELECT,
  ],
  [
    ({ blob }) =>
      `EXPLAIN ( /*) SELECT * FROM '/large.csv' -- */ ANALYZE) COPY (SELECT 1) TO '${blob}' (USE_TMP_FILE false)`,
    "syntax error",
  ],
  [
    ({ home }) =>
      `EXPLAIN (ANALYZE, FORMAT json) COPY (SELECT 1) TO '${home}/out.csv'`,
    NO_SELECT,
  ],
  [() => "EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1", NO_SELECT],
  [() => "EXPLAIN ANALYZE DELETE FROM operations", NO_SELECT],
  [({ home }) => `ATTACH '${home}/new.duckdb'`, NO_SELECT],
  [({ blob }) => `ATTACH '${blob}' AS a (READ_ONLY)`, NO_SELECT],
  [() => "DETACH memory", NO_SELECT],
  [() => "INSTALL httpfs", NO_SELECT],
  [({ home }) => `INSTALL '${home}/x.duckdb_extension'`, NO_SELECT],
  [() => "LOAD httpfs", NO_SELECT],
  [() => "UPDATE EXTENSIONS", NO_SELECT],
  [() => "SET enable_external_access = true", NO_SELECT],
  [() => "SET GLOBAL lock_configuration = false", NO_SELECT],
  [() => "RESET enable_external_access", NO_SELECT],
  [({ home }) => `SET temp_directory = '${home}'`, NO_SELECT],
  [() => "SET VARIABLE x = 1", NO_SELECT],
  [() => "PRAGMA enable_profiling", NO_SELECT],
  [({ home }) => `PRAGMA profile_output = '${home}/profile'`, NO_SELECT],
  [() => "CREATE TABLE t AS SELECT 1", NO_SELECT],
  [() => "CREATE TEMP VIEW v AS SELECT 1", NO_SELECT],
  [() => "CREATE MACRO m() AS 1", NO_SELECT],
  [
    ({ home }) => `CREATE PERSISTENT SECRET s (TYPE s3, SCOPE '${home}')`,
    NO_SELECT,
  ],
  [() => "INSERT INTO operations SELECT * FROM operations", NO_SELECT],
  [() => "UPDATE operations SET path = '/'", NO_SELECT],
  [() => "DELETE FROM operations", NO_SELECT],
  [() => "TRUNCATE operations", NO_SELECT],
  [() => "DROP TABLE operations", NO_SELECT],
  [() => "ALTER TABLE operations DROP COLUMN path", NO_SELECT],
  [
    () =>
      "MERGE INTO operations USING transactions ON true WHEN MATCHED THEN DELETE",
    NO_SELECT,
  ],
  [({ home }) => `EXPORT DATABASE '${home}/export'`, NO_SELECT],
  [({ home }) => `IMPORT DATABASE '${home}'`, NO_SELECT],
  [() => "CALL force_checkpoint()", NO_SELECT],
  [
    ({ home }) =>
      `CALL enable_logging(storage := 'file', storage_path := '${home}/log')`,
    NO_SELECT,
  ],
  [() => "CHECKPOINT", NO_SELECT],
  [() => "FORCE CHECKPOINT", NO_SELECT],
  [() => "VACUUM", NO_SELECT],
  [() => "ANALYZE", NO_SELECT],
  [() => "BEGIN", NO_SELECT],
  [() => "PREPARE p AS SELECT 1", NO_SELECT],
  [() => "USE memory", NO_SELECT],
  [() => "COMMENT ON TABLE operations IS 'x'", NO_SELECT],
  [() => "SELECT 1; DROP TABLE operations", NO_SELECT],
  [
    ({ home }) => `SELECT 1; COPY (SELECT 1) TO '${home}/out.csv'`,
    NO_SELECT,
  ],
  [() => "SELECT 1; SELECT 2", "it has 2 statements"],
  [
    () => "WITH x AS (DELETE FROM operations RETURNING *) FROM x",
    "needs a SELECT",
  ],
  [() => "FROM force_checkpoint()", NO_FUNCTION],
  [() => "FROM checkpoint('memory')", NO_FUNCTION],
  [
    ({ home }) =>
      `FROM enable_logging(storage := 'file', storage_config := {'path': '${home}/log'})`,
    NO_FUNCTION,
  ],
  [
    ({ home }) =>
      `WITH l AS MATERIALIZED (FROM enable_logging(storage := 'file', storage_path := '${home}/log')) SELECT write_log('x') FROM l`,
    NO_FUNCTION,
  ],
  [
    ({ home }) =>
      `FROM enable_profiling(save_location := '${home}/profile.txt')`,
    NO_FUNCTION,
  ],
];

const READING: readonly Attempt[] = [
  [({ home }) => `FROM read_csv('${home}/host.csv')`, NO_PATH],
  [({ home }) => `FROM READ_CSV_AUTO('${home}/host.csv')`, NO_PATH],
  [({ home }) => `FROM main.read_text('${home}/host.csv')`, NO_FUNCTION],
  [({ home }) => `FROM read_json('${home}/host.csv')`, NO_PATH],
  [({ home }) => `FROM sniff_csv('${home}/host.csv')`, NO_FUNCTION],
  [({ home }) => `FROM glob('${home}/*')`, NO_FUNCTION],
  [({ blob }) => `FROM '/large.csv', read_blob('${blob}')`, NO_FUNCTION],
  [({ data }) => `FROM read_parquet('${data}')`, NO_PATH],
  [({ data }) => `FROM parquet_metadata('${data}')`, NO_FUNCTION],
  [({ data }) => `FROM '${data}'`, NO_PATH],
  [({ pond }) => `FROM '${pond}/pond.json'`, NO_PATH],
  [({ home }) => `FROM '${home}/host.csv'`, NO_PATH],
  [({ home }) => `FROM 'file://${home}/host.csv'`, NO_PATH],
  [() => "FROM '/etc/passwd'", NO_PATH],
  [() => "FROM '../host.csv'", NO_PATH],
  [() => "FROM '/../../host.csv'", NO_PATH],
  [() => "FROM 'https://example.com/a.csv'", NO_PATH],
  [() => "FROM 's3://bucket/a.parquet'", NO_PATH],
  [() => "FROM read_csv('https://example.com/a.csv')", NO_PATH],
  [() => "FROM read_csv('/large.csv', FileName = true)", "know no paths"],
  [() => "SELECT Filename FROM read_csv('/large.csv')", "know no paths"],
  [
    () => "FROM read_csv('/large.csv', store_rejects = true)",
    "store_rejects is not allowed",
  ],
  [
    () => "FROM read_csv('/large.csv', rejects_table = 'x')",
    "rejects_table is not allowed",
  ],
  [
    ({ home }) => `FROM query('SELECT * FROM read_text(''${home}/host.csv'')')`,
    NO_FUNCTION,
  ],
  [({ home }) => `FROM query_table('${home}/host.csv')`, NO_FUNCTION],
  [
    ({ home }) =>
      `FROM json_execute_serialized_sql(json_serialize_sql('SELECT * FROM read_text(''${home}/host.csv'')'))`,
    NO_FUNCTION,
  ],
  [() => "FROM read_duckdb('x.duckdb')", NO_FUNCTION],
  [() => "FROM sqlite_scan('x.db', 't')", NO_FUNCTION],
  [() => "FROM arrow_scan(1, 2, 3)", NO_FUNCTION],
  [() => "FROM duckdb_secrets()", NO_FUNCTION],
  [() => "SELECT getenv('HOME')", "getenv does not exist"],
  [() => "SELECT (SELECT content FROM read_text('/etc/passwd'))", NO_FUNCTION],
  [
    ({ home }) => `FROM "${home}/host".csv`,
    "file system operations are disabled",
  ],
  [() => 'FROM x."/etc/passwd"', "does not exist"],
];

async function pondWithTargets(): Promise<[QueryScratch, Targets]> {
  const scratch = await queryScratch();
  const { fs, host, home, path } = scratch;
  await fs.createFile("/small.csv", "a,b\n1,x\n");
  await fs.createFile("/large.csv", largeCsv());
  await fs.commit();
  await Deno.writeTextFile(`${home}/host.csv`, "secret\n1\n");
  const location = await fs.contentLocation("/large.csv");
  assert(location.kind === "blob");
  const data: string[] = [];
  for await (const { name } of host.files.list(`${path}/oplog`)) {
    if (name.endsWith(".parquet")) data.push(`${path}/oplog/${name}`);
  }
  assertNotEquals(data, []);
  const targets = {
    home,
    pond: path,
    blob: location.hostPath,
    data: data[0] ?? "",
  };
  return [scratch, targets];
}

async function assertRefused(attempts: readonly Attempt[]): Promise<void> {
  const [scratch, targets] = await pondWithTargets();
  await using _ = scratch;
  const before = await scratch.listing();
  for (const [sqlAt, says] of attempts) {
    const sql = sqlAt(targets);
    const error = await assertRejects(() => scratch.rows(sql), PondError);
    const code = says === NO_PATH ? "NOT_FOUND" : "QUERY";
    assertEquals([error.code, sql], [code, sql]);
    assertStringIncludes(error.message, says, sql);
    assertEquals(await scratch.listing(), before, sql);
  }
}

Deno.test("queryHistory() refuses every statement that changes anything", async () => {
  await assertRefused(WRITING);
});

Deno.test("queryHistory() reads no file of the host", async () => {
  await assertRefused(READING);
});

Deno.test("an error of a function that reads a file shows no path of the host", async () => {
  const [scratch, { home, pond }] = await pondWithTargets();
  await using _ = scratch;
  for (const path of ["/small.csv", "/large.csv"]) {
    for (
      const sql of [
        `FROM parquet_scan('${path}')`,
        `FROM read_json('${path}')`,
        `SELECT nosuch FROM read_csv('${path}')`,
        `SELECT COLUMNS('nosuch') FROM read_csv('${path}')`,
        `FROM read_csv('${path}', nosuch = 7)`,
        `FROM '/small.csv' s JOIN read_csv('${path}') ON nosuch`,
      ]
    ) {
      const { code, message } = await assertRejects(
        () => scratch.rows(sql),
        PondError,
      );
      assertEquals(code, "QUERY");
      // Excerpts are cut off anywhere.
      for (const hidden of [home, pond, "LINE 1: ", "([", "/tmp/"]) {
        assertEquals(message.includes(hidden), false, `${sql}: ${message}`);
      }
    }
  }
});

Deno.test("a query is let into the directories of the pond that it reads, and can't let itself out", async () => {
  const [scratch] = await pondWithTargets();
  await using _ = scratch;
  const before = await scratch.listing();
  assertEquals(await scratch.rows("SELECT count(*) FROM '/large.csv'"), [[
    20_000n,
  ]]);
  const settings = await scratch.rows(
    "SELECT current_setting('allowed_paths'), current_setting('enable_external_access'), current_setting('lock_configuration') FROM '/large.csv' LIMIT 1",
  );
  assertEquals(settings, [[[], false, true]]);
  const [[directories] = []] = await scratch.rows(
    "SELECT current_setting('allowed_directories')",
  );
  // The blobs, scratch files, and what doesn't fit into memory.
  const { path } = scratch;
  const [blobs, cache, spill, ...others] = Array.from(Object(directories));
  assertEquals([blobs, cache, others], [
    `${path}/blobs/`,
    `${path}/cache/`,
    [],
  ]);
  assertStringIncludes(String(spill), `${path}/cache/spill-`);
  assertEquals(await scratch.listing(), before);
});

Deno.test("a query says what to do instead of reading files by functions", async () => {
  await using scratch = await queryScratch();
  const error = await assertRejects(
    () => scratch.rows("FROM read_text('/a.csv')"),
    PondError,
  );
  assertEquals(
    error.hint,
    "files of the pond are tables by their paths: FROM '/sensors/*.csv'",
  );
});

Deno.test("functions that touch nothing give rows", async () => {
  await using scratch = await queryScratch();
  const counts: readonly (readonly [from: string, rows: bigint])[] = [
    ["range(3)", 3n],
    ["generate_series(1, 3)", 3n],
    ["unnest([1, 2])", 2n],
    ["repeat('x', 4)", 4n],
    ["json_each('[1, 2]')", 2n],
    ["test_all_types()", 3n],
    ["pragma_version()", 1n],
  ];
  for (const [from, rows] of counts) {
    const sql = `SELECT count(*) FROM ${from}`;
    assertEquals(await scratch.rows(sql), [[rows]], from);
  }
});

Deno.test("the time zone of a query is UTC wherever it runs", async () => {
  await using scratch = await queryScratch();
  assertEquals(
    await scratch.rows(
      "SELECT current_setting('TimeZone'), ('2026-07-01'::TIMESTAMPTZ)::VARCHAR",
    ),
    [["UTC", "2026-07-01 00:00:00+00"]],
  );
});
