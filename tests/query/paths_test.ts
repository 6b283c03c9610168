import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { encodeUtf8 } from "../../src/bytes.ts";
import { PondError } from "../../src/errors.ts";
import { openPond } from "../../src/pond.ts";
import { isPathName, quoteName, quoteText } from "../../src/query/paths.ts";
import { BLOB_MIN_BYTES } from "../../src/tinylogfs/mod.ts";
import { literal } from "./foreign.ts";
import { answerOf, type QueryScratch, queryScratch } from "./scratch.ts";

/** Rows below and above the size from which on content is a blob. */
const SIZES = [
  ["inline", 3],
  ["blob", 12_000],
] as const;

/** How each kind of file is written. */
const WRITERS: Readonly<Record<string, string>> = {
  csv: "FORMAT csv, HEADER",
  tsv: "FORMAT csv, HEADER, DELIMITER '\t'",
  json: "FORMAT json, ARRAY true",
  jsonl: "FORMAT json",
  ndjson: "FORMAT json",
  parquet: "FORMAT parquet",
};

/** A file of `id` and `name`, made by DuckDB. */
async function fileOf(
  { home }: QueryScratch,
  extension: string,
  rows: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const path = `${home}/made.${extension}`;
  // Hashes, which no compression makes small.
  await connection.run(
    `COPY (SELECT i AS id, md5(i::VARCHAR) AS name FROM range(${rows}) t(i))
     TO ${literal(path)} (${WRITERS[extension]})`,
  );
  connection.closeSync();
  instance.closeSync();
  const bytes = await Deno.readFile(path);
  await Deno.remove(path);
  return bytes;
}

async function failure(
  scratch: QueryScratch,
  sql: string,
): Promise<PondError> {
  const error = await assertRejects(() => scratch.rows(sql), PondError);
  await scratch.assertNoCache();
  return error;
}

for (const extension of Object.keys(WRITERS)) {
  for (const [kind, rows] of SIZES) {
    Deno.test(`FROM '/a.${extension}' reads the file, ${kind}`, async () => {
      await using scratch = await queryScratch();
      const bytes = await fileOf(scratch, extension, rows);
      assertEquals(bytes.length >= BLOB_MIN_BYTES, kind === "blob");
      await scratch.fs.createFile(`/a.${extension}`, bytes);
      await scratch.fs.commit();
      const location = await scratch.fs.contentLocation(`/a.${extension}`);
      assertEquals(location.kind, kind);
      const before = await scratch.listing();
      const { columns, rows: read } = await scratch.ask(
        `FROM '/a.${extension}' ORDER BY id`,
      );
      assertEquals(columns, ["id BIGINT", "name VARCHAR"]);
      assertEquals(read.length, rows);
      const md5OfOne = "c4ca4238a0b923820dcc509a6f75849b";
      assertEquals(read[1], [1n, md5OfOne]);
      assertEquals(read.at(-1)?.[0], BigInt(rows - 1));
      assertEquals(await scratch.listing(), before);
    });
  }
}

Deno.test("both sides of a blob's least size read alike", async () => {
  await using scratch = await queryScratch();
  for (const size of [-1, 0, 1].map((more) => BLOB_MIN_BYTES + more)) {
    const head = "a,b\n1,";
    const csv = `${head}${"x".repeat(size - head.length - 1)}\n`;
    await scratch.fs.writeFile("/a.csv", csv);
    await scratch.fs.commit();
    assertEquals(
      await scratch.rows("SELECT a, length(b) FROM '/a.csv'"),
      [[1n, BigInt(size - head.length - 1)]],
    );
  }
});

Deno.test("a name needs a slash or a dot to be a path, and starts at the root", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createDirectory("/d");
  await scratch.fs.createFile("/lake.csv", "a\n1\n");
  await scratch.fs.createFile("/d/x.csv", "a\n2\n");
  for (const name of ["'lake.csv'", '"lake.csv"', "'/lake.csv'"]) {
    assertEquals(await scratch.rows(`FROM ${name}`), [[1n]]);
  }
  assertEquals(await scratch.rows("FROM 'd/x.csv'"), [[2n]]);
  assertEquals(await scratch.rows("FROM '/d/../d/./x.csv'"), [[2n]]);
  const error = await failure(scratch, "FROM lake.csv");
  assertEquals(error.code, "QUERY");
  assertStringIncludes(error.message, 'Cannot access file "lake.csv"');
  assertStringIncludes(error.hint ?? "", "FROM '/sensors/*.csv'");
  assertEquals(isPathName("operations"), false);
});

Deno.test("a glob reads its files as one table, columns by their names", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createDirectory("/s/deep", { recursive: true });
  await scratch.fs.createFile("/s/1.csv", "id,temp\n1,20.5\n");
  await scratch.fs.createFile("/s/2.csv", "rain,id\n3,2\n");
  await scratch.fs.createFile("/s/deep/3.csv", "id\n3\n");
  await scratch.fs.createFile("/s/note.txt", "no table");
  const { columns, rows } = await scratch.ask("FROM '/s/*.csv' ORDER BY id");
  assertEquals(columns, ["id BIGINT", "temp DOUBLE", "rain BIGINT"]);
  assertEquals(rows, [[1n, 20.5, null], [2n, null, 3n]]);
  const ids = (pattern: string) =>
    scratch.rows(`SELECT id FROM '${pattern}' ORDER BY id`);
  assertEquals(await ids("/s/**/*.csv"), [[1n], [2n], [3n]]);
  assertEquals(await ids("s/{1,deep/3}.csv"), [[1n], [3n]]);
  assertEquals(await ids("/s/[!1].csv"), [[2n]]);
});

Deno.test("a glob reads inline files and blobs together", async () => {
  await using scratch = await queryScratch();
  for (const [kind, rows] of SIZES) {
    const bytes = await fileOf(scratch, "parquet", rows);
    await scratch.fs.createFile(`/${kind}.parquet`, bytes);
  }
  await scratch.fs.commit();
  assertEquals(
    await scratch.rows("SELECT count(*), max(id) FROM '/*.parquet'"),
    [[12_003n, 11_999n]],
  );
});

Deno.test("a symlink to a file is that file, alone and in a glob", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createDirectory("/s");
  await scratch.fs.createDirectory("/d.csv");
  await scratch.fs.createFile("/s/1.csv", "id\n1\n");
  await scratch.fs.createSymlink("/latest.csv", "s/1.csv");
  await scratch.fs.createSymlink("/directory.csv", "/d.csv");
  assertEquals(await scratch.rows("FROM '/latest.csv'"), [[1n]]);
  assertEquals(await scratch.rows("FROM '/*.csv'"), [[1n]]);
});

Deno.test("several paths, each any number of times, in one query", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createFile("/a.csv", "id,x\n1,a\n2,b\n");
  await scratch.fs.createFile("/b.json", '[{"id":2,"y":"B"}]');
  assertEquals(
    await scratch.rows(
      `SELECT a.id, x, y, (SELECT count(*) FROM '/a.csv')
       FROM '/a.csv' a JOIN '/b.json' b USING (id) JOIN 'a.csv' c USING (x)`,
    ),
    [[2n, "b", "B", 2n]],
  );
});

Deno.test("paths with quotes, spaces and other letters are tables", async () => {
  await using scratch = await queryScratch();
  const names = [
    "it's.csv",
    'a "b".csv',
    "a b;c.csv",
    "日本 ü.csv",
    "a%20.csv",
  ];
  for (const name of names) {
    await scratch.fs.createFile(`/${name}`, "a\n1\n");
    assertEquals(await scratch.rows(`FROM ${quoteText(`/${name}`)}`), [[1n]]);
    assertEquals(await scratch.rows(`FROM ${quoteName(name)}`), [[1n]]);
  }
});

Deno.test("paths that differ in case only can't be told apart in one query", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createFile("/a.csv", "id\n1\n");
  await scratch.fs.createFile("/A.csv", "id\n2\n");
  assertEquals(await scratch.rows("FROM '/a.csv'"), [[1n]]);
  assertEquals(await scratch.rows("FROM '/A.csv'"), [[2n]]);
  const error = await failure(scratch, "FROM '/A.csv', '/a.csv'");
  assertEquals([error.code, error.path], ["UNSUPPORTED", "/a.csv"]);
  assertEquals(
    error.hint,
    "write one of them as a pattern, such as '/[a].csv'",
  );
  assertEquals(await scratch.rows("FROM '/A.csv' x, '/[a].csv' y"), [[2n, 1n]]);
});

Deno.test("a path that isn't there is NOT_FOUND", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createFile("/a.csv", "id\n1\n");
  for (
    const path of ["/nosuch.csv", "nosuch.csv", "/no/such/*.csv", "/a/b.csv"]
  ) {
    const error = await failure(scratch, `FROM '${path}'`);
    assertEquals([error.code, path], ["NOT_FOUND", path]);
    assertMatch(error.path ?? "", /^\/(nosuch\.csv|no\/such\/\*\.csv|a)/);
  }
  const under = await failure(scratch, "FROM '/a.csv/b.csv'");
  assertEquals(under.code, "NOT_A_DIRECTORY");
});

Deno.test("a directory is no table", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createDirectory("/d.csv");
  for (const path of ["/d.csv", "/", "d.csv/"]) {
    const error = await failure(scratch, `FROM '${path}'`);
    assertEquals([error.code, path], ["IS_A_DIRECTORY", path]);
  }
});

Deno.test("a file that is none by its name and its content is no table, and the error says which are", async () => {
  await using scratch = await queryScratch();
  const contents = [
    new Uint8Array([0x89, 0x50, 0x4e, 0x47]),
    encodeUtf8("text\0with a NUL"),
    // zstd says nothing of what is in it.
    new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0x20]),
  ];
  for (const [i, content] of contents.entries()) {
    const path = `/a.${i}`;
    await scratch.fs.createFile(path, content);
    const error = await failure(scratch, `FROM '${path}'`);
    assertEquals([error.code, error.path], ["UNSUPPORTED", path]);
    assertStringIncludes(error.hint ?? "", "csv, tsv, json, jsonl");
  }
});

Deno.test("files of several kinds are no table", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createFile("/a.csv", "id\n1\n");
  await scratch.fs.createFile("/b.JSON", "[]");
  const error = await failure(scratch, "FROM '/*'");
  assertEquals(error.code, "UNSUPPORTED");
  assertStringIncludes(error.message, "several kinds (csv, json)");
});

Deno.test("a TSV file with commas in it is separated by tabs all the same", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createFile("/a.tsv", "a,b,c\n1,2,3\n");
  assertEquals(await scratch.rows("FROM '/a.tsv'"), [["1,2,3"]]);
});

Deno.test("an extension in capital letters is the same one", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createFile("/a.CSV", "id\n1\n");
  await scratch.fs.createFile("/b.csv", "id\n2\n");
  assertEquals(await scratch.rows("SELECT sum(id)::INT FROM '/*'"), [[3]]);
});

Deno.test("an empty file has no rows, or is no Parquet", async () => {
  await using scratch = await queryScratch();
  for (const extension of ["csv", "tsv", "json", "jsonl", "ndjson"]) {
    await scratch.fs.createFile(`/a.${extension}`, "");
    assertEquals(await scratch.rows(`FROM '/a.${extension}'`), [], extension);
  }
  await scratch.fs.createFile("/a.parquet", "");
  const error = await failure(scratch, "FROM '/a.parquet'");
  assertEquals(error.code, "QUERY");
  assertStringIncludes(error.message, "/a.parquet");
});

Deno.test("a file without rows has its columns", async () => {
  await using scratch = await queryScratch();
  const bytes = await fileOf(scratch, "parquet", 0);
  await scratch.fs.createFile("/a.parquet", bytes);
  await scratch.fs.createFile("/a.csv", "id,name\n");
  const empty = { columns: ["id BIGINT", "name VARCHAR"], rows: [] };
  assertEquals(await scratch.ask("FROM '/a.parquet'"), empty);
  assertEquals(
    (await scratch.ask("FROM '/a.csv'")).columns,
    ["id VARCHAR", "name VARCHAR"],
  );
});

Deno.test("errors about a file name its path in the pond, not the host's", async () => {
  await using scratch = await queryScratch();
  const broken = encodeUtf8(`{"a": 1}\n{"a": \n`);
  const large = new Uint8Array(BLOB_MIN_BYTES).fill(0x7b);
  await scratch.fs.createFile("/broken.jsonl", broken);
  await scratch.fs.createFile("/large.parquet", large);
  for (const path of ["/broken.jsonl", "/large.parquet"]) {
    const error = await failure(scratch, `FROM '${path}'`);
    assertEquals(error.code, "QUERY");
    assertStringIncludes(error.message, path);
    assertEquals(error.message.includes(scratch.home), false, error.message);
  }
});

Deno.test("an earlier version has the content of its time", async () => {
  await using scratch = await queryScratch();
  const { fs } = scratch;
  for (const rows of [3, 12_000, 5]) {
    await fs.writeFile("/a.csv", await fileOf(scratch, "csv", rows));
    await fs.commit();
  }
  await fs.delete("/a.csv");
  await fs.commit();
  const counts: unknown[] = [];
  for (const revision of ["v1", "v2", "v3"]) {
    await using then = await fs.at(revision);
    await using result = await then.queryHistory(
      "SELECT count(*) FROM '/a.csv'",
    );
    counts.push((await answerOf(result)).rows[0]?.[0]);
  }
  assertEquals(counts, [3n, 12_000n, 5n]);
  assertEquals((await failure(scratch, "FROM '/a.csv'")).code, "NOT_FOUND");
});

Deno.test("staged files are tables for who opens the pond with the stage", async () => {
  await using scratch = await queryScratch();
  await using writer = await openPond(scratch.host, scratch.path);
  await writer.createFile("/staged.csv", "a\n1\n");
  await writer.stage();
  assertEquals((await failure(scratch, "FROM '/*.csv'")).code, "NOT_FOUND");
  await using fs = await openPond(scratch.host, scratch.path, { staged: true });
  await using result = await fs.queryWithPending("FROM '/staged.csv'");
  assertEquals((await answerOf(result)).rows, [[1n]]);
});

for (
  const directory of [
    "year=2026",
    "we[ir]d*?{x,y}",
    'it\'s 100% "new"',
    "日本\nü",
  ]
) {
  Deno.test(`a pond in a directory ${JSON.stringify(directory)} answers as any other`, async () => {
    await using scratch = await queryScratch(`${directory}/pond`);
    const { fs } = scratch;
    await fs.createFile("/a.csv", "id\n7\n");
    await fs.createFile("/b.csv", await fileOf(scratch, "csv", 12_000));
    await fs.createFile("/c.parquet", await fileOf(scratch, "parquet", 3));
    await fs.createFile("/d.json", await fileOf(scratch, "json", 3));
    assertEquals(await scratch.ask("FROM '/a.csv'"), {
      columns: ["id BIGINT"],
      rows: [[7n]],
    });
    assertEquals(
      (await scratch.ask("FROM '/*.csv' LIMIT 0")).columns,
      ["id BIGINT", "name VARCHAR"],
    );
    const counts = await scratch.rows(
      "SELECT count(*) FROM '/b.csv' UNION ALL SELECT count(*) FROM '/c.parquet' UNION ALL SELECT count(*) FROM '/d.json'",
    );
    assertEquals(counts, [[12_000n], [3n], [3n]]);
  });
}

Deno.test("a large file is read where it lies, not copied", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createFile("/a.csv", await fileOf(scratch, "csv", 12_000));
  await scratch.fs.commit();
  await using _ = await scratch.fs.queryHistory("FROM '/a.csv'");
  await scratch.assertNoCache();
});

for (const [size, lines] of SIZES) {
  Deno.test(`queryHistory() reads ${size} files as they are committed, or with pending as they will be`, async () => {
    await using scratch = await queryScratch();
    const { fs, rows } = scratch;
    const csv = (n: number) =>
      `id,name\n${"1,a long name\n".repeat(lines * n)}`;
    await fs.createDirectory("/d");
    await fs.createFile("/d/kept.csv", csv(1));
    await fs.createFile("/d/gone.csv", csv(1));
    await fs.commit();
    await fs.updateFile("/d/kept.csv", csv(3));
    await fs.delete("/d/gone.csv");
    await fs.createFile("/d/new.csv", csv(1));

    const count = (name: string) => `SELECT count(*) FROM '${name}'`;
    const of = async (name: string, pending: boolean) =>
      Number((await rows(count(name), { pending }))[0]?.[0]) / lines;
    assertEquals(await of("/d/*.csv", false), 2);
    assertEquals(await of("/d/*.csv", true), 4);
    assertEquals(await of("/d/kept.csv", false), 1);
    assertEquals(await of("/d/kept.csv", true), 3);
    assertEquals(await of("/d/gone.csv", false), 1);
    assertEquals(await of("/d/new.csv", true), 1);
    for (const [name, pending] of [["new", false], ["gone", true]] as const) {
      const error = await assertRejects(
        () => of(`/d/${name}.csv`, pending),
        PondError,
      );
      assertEquals(error.code, "NOT_FOUND");
    }
    assertEquals(fs.getStatus().pendingOperations, 3);
  });
}
