import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  Field,
  Float64,
  Int32,
  List,
  Table,
  tableToIPC,
  Timestamp,
  TimeUnit,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import { encodeUtf8 } from "../../src/bytes.ts";
import { PondError } from "../../src/errors.ts";
import { kindOf } from "../../src/query/formats.ts";
import { BLOB_MIN_BYTES } from "../../src/tinylogfs/mod.ts";
import { renderedBytes } from "./rendered.ts";
import { type QueryScratch, queryScratch } from "./scratch.ts";

async function gzip(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A CSV file as zstd has it in one raw block, which is no smaller. */
function zstd(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.length > 255) throw new TypeError("one byte says the length");
  // Single segment, content size in one byte; then a last block, raw.
  const block = (bytes.length << 3) | 1;
  return new Uint8Array([
    ...[0x28, 0xb5, 0x2f, 0xfd, 0x20, bytes.length],
    ...[block & 0xff, (block >> 8) & 0xff, (block >> 16) & 0xff],
    ...bytes,
  ]);
}

async function write(
  { fs }: QueryScratch,
  files: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const above = path.slice(0, path.lastIndexOf("/"));
    if (above !== "") await fs.createDirectory(above, { recursive: true });
    await fs.createFile(path, content);
  }
  await fs.commit();
}

async function failure(
  scratch: QueryScratch,
  sql: string,
): Promise<PondError> {
  const error = await assertRejects(() => scratch.rows(sql), PondError);
  await scratch.assertNoCache();
  return error;
}

const ROWS = [[1n, "x"], [2n, "y"]];
const CSV = encodeUtf8("a,b\n1,x\n2,y\n");
const JSON_LINES = encodeUtf8('{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n');

Deno.test("files that are packed are read, by name and by content, inline and as blobs", async () => {
  await using scratch = await queryScratch();
  const random = crypto.getRandomValues(new Uint8Array(BLOB_MIN_BYTES));
  const text = [...random].map((byte) => byte.toString(16)).join("\n");
  const large = encodeUtf8(`a\n${text}\n`);
  await write(scratch, {
    "/a.csv.gz": await gzip(CSV),
    "/a.json.gz": await gzip(JSON_LINES),
    "/a.jsonl.GZ": await gzip(JSON_LINES),
    "/packed": await gzip(CSV),
    "/packed lines": await gzip(JSON_LINES),
    "/a.csv.zst": zstd(CSV),
    "/a.ndjson.zst": zstd(JSON_LINES),
    "/large.csv.gz": await gzip(large),
    "/large": await gzip(large),
  });
  for (
    const path of [
      "/a.csv.gz",
      "/a.json.gz",
      "/a.jsonl.GZ",
      "/packed",
      "/packed lines",
      "/a.csv.zst",
      "/a.ndjson.zst",
    ]
  ) {
    assertEquals(await scratch.rows(`FROM '${path}'`), ROWS, path);
  }
  for (const path of ["/large.csv.gz", "/large"]) {
    const location = await scratch.fs.contentLocation(path);
    assertEquals(location.kind, "blob");
    assertEquals(await scratch.rows(`SELECT count(*) FROM '${path}'`), [
      [BigInt(BLOB_MIN_BYTES)],
    ]);
  }
  // One table, whatever each file is packed with.
  assertEquals(
    await scratch.rows("SELECT count(*), sum(a) FROM '/a.csv*'"),
    [[4n, 6n]],
  );
  await scratch.assertNoCache();
});

Deno.test("files whose names say nothing are read for what they hold", async () => {
  await using scratch = await queryScratch();
  await write(scratch, {
    "/table": CSV,
    "/lines.log": JSON_LINES,
    "/array": encodeUtf8(' [{"a":1,"b":"x"},{"a":2,"b":"y"}]'),
    "/semicolons.txt": encodeUtf8("a;b\n1;x\n2;y\n"),
  });
  for (const path of ["/table", "/lines.log", "/array", "/semicolons.txt"]) {
    assertEquals(await scratch.rows(`FROM '${path}'`), ROWS, path);
  }
});

Deno.test("kindOf() looks into a file only when its name doesn't say what it is", async () => {
  const never = () => Promise.reject(new TypeError("it was looked into"));
  assertEquals(await kindOf("/x/a.b.TSV", never), {
    format: "tsv",
    compression: "none",
  });
  assertEquals(await kindOf("/x.csv/a.parquet", never), {
    format: "parquet",
    compression: "none",
  });
  assertEquals(await kindOf("/a.feather.gz", never), {
    format: "arrow",
    compression: "gzip",
  });
  const parquet = () => Promise.resolve(encodeUtf8("PAR1…"));
  assertEquals((await kindOf("/a.bin", parquet)).format, "parquet");
  // A character that the end cuts off is no reason to refuse the rest.
  const cut = encodeUtf8("ä".repeat(3000)).subarray(0, 4095);
  const long = () => Promise.resolve(new Uint8Array([65, ...cut]));
  assertEquals((await kindOf("/a", long)).format, "csv");
});

Deno.test("Arrow files and streams are tables, with their types", async () => {
  await using scratch = await queryScratch();
  const ms = 1_767_225_600_001;
  const us = BigInt(ms) * 1000n;
  const table = new Table({
    i: vectorFromArray([1, null, 3], new Int32()),
    s: vectorFromArray(["x", "y", null], new Utf8()),
    d: vectorFromArray(["p", "q", "p"]),
    t: vectorFromArray(
      [ms, null, ms],
      new Timestamp(TimeUnit.MICROSECOND, "UTC"),
    ),
    l: vectorFromArray(
      [[1, 2], null, []],
      new List(new Field("item", new Float64(), true)),
    ),
  });
  const bytes = (kind: "file" | "stream") =>
    new Uint8Array(tableToIPC(table, kind));
  await write(scratch, {
    "/a.arrow": bytes("file"),
    "/a.arrows": bytes("stream"),
    "/file": bytes("file"),
    "/stream": bytes("stream"),
    "/a.ipc.gz": await gzip(bytes("stream")),
  });
  const paths = ["/a.arrow", "/a.arrows", "/file", "/stream", "/a.ipc.gz"];
  for (const path of paths) {
    assertEquals(
      await scratch.rows(
        `SELECT i, s, d, epoch_us(t), l::VARCHAR, typeof(i), typeof(t) FROM '${path}'`,
      ),
      [
        [1, "x", "p", us, "[1.0, 2.0]", "INTEGER", "TIMESTAMP WITH TIME ZONE"],
        [null, "y", "q", null, null, "INTEGER", "TIMESTAMP WITH TIME ZONE"],
        [3, null, "p", us, "[]", "INTEGER", "TIMESTAMP WITH TIME ZONE"],
      ],
      path,
    );
  }
  assertEquals(
    await scratch.rows("SELECT count(*), sum(i) FROM '/a.arro{w,ws}'"),
    [[6n, 8n]],
  );
  await scratch.fs.createFile("/bad.arrow", encodeUtf8("ARROW1 and no more"));
  const error = await failure(scratch, "FROM '/bad.arrow'");
  assertEquals(error.code, "INTEGRITY");
});

Deno.test("filename and the captures are columns for those who name them", async () => {
  await using scratch = await queryScratch();
  await write(scratch, {
    "/s/tahoe/2026-01.csv": "v\n1\n",
    "/s/tahoe/2026-02.csv": "v\n2\n",
    "/s/it's/2026-01.csv": "v\n3\n",
  });
  assertEquals(await scratch.rows("FROM '/s/*/*.csv' ORDER BY v"), [
    [1n],
    [2n],
    [3n],
  ]);
  assertEquals(
    await scratch.rows(
      "SELECT v, filename, capture1, capture2 FROM '/s/*/2026-*.csv' ORDER BY v",
    ),
    [
      [1n, "/s/tahoe/2026-01.csv", "tahoe", "01"],
      [2n, "/s/tahoe/2026-02.csv", "tahoe", "02"],
      [3n, "/s/it's/2026-01.csv", "it's", "01"],
    ],
  );
  assertEquals(
    await scratch.rows(
      "SELECT capture1 AS site, sum(v) FROM '/s/*/*.csv' GROUP BY ALL ORDER BY site",
    ),
    [["it's", 3n], ["tahoe", 3n]],
  );
  assertEquals(
    await scratch.rows("SELECT filename FROM '/s/tahoe/2026-01.csv'"),
    [["/s/tahoe/2026-01.csv"]],
  );
  const error = await failure(scratch, "SELECT capture3 FROM '/s/*/*.csv'");
  assertEquals(error.code, "QUERY");
});

Deno.test("PATH@* is all versions of a file, through renames, each with its version and time", async () => {
  await using scratch = await queryScratch();
  const { fs } = scratch;
  const large = `v\n${"7\n".repeat(BLOB_MIN_BYTES)}`;
  await write(scratch, { "/a.csv": "v\n1\n" });
  await fs.updateFile("/a.csv", "v,w\n2,x\n");
  await fs.commit();
  await fs.updateFile("/a.csv", large);
  await fs.commit();
  await fs.rename("/a.csv", "/b.csv");
  await fs.commit();
  assertEquals(
    await scratch.rows(
      `SELECT version, count(*), min(v), max(w), filename FROM '/b.csv@*'
       GROUP BY ALL ORDER BY version`,
    ),
    [
      [1n, 1n, 1n, null, "/b.csv"],
      [2n, 1n, 2n, "x", "/b.csv"],
      [3n, BigInt(BLOB_MIN_BYTES), 7n, null, "/b.csv"],
      [4n, BigInt(BLOB_MIN_BYTES), 7n, null, "/b.csv"],
    ],
  );
  const times = (await Array.fromAsync(fs.transactions()))
    .map(({ timestampUs }) => BigInt(timestampUs)).reverse();
  assertEquals(
    await scratch.rows(
      "SELECT DISTINCT version, epoch_us(timestamp) FROM '/*.csv@*' ORDER BY 1",
    ),
    [1, 2, 3, 4].map((version) => [BigInt(version), times[version] ?? null]),
  );
  assertEquals(await scratch.rows("FROM '/a.csv@v2'"), [[2n, "x"]]);
  assertEquals(await scratch.rows("SELECT v FROM '/*.csv@v1'"), [[1n]]);
});

Deno.test("columns of several files unite by their names", async () => {
  await using scratch = await queryScratch();
  await write(scratch, {
    "/1.csv": "t,a\n1,2\n",
    "/2.csv": "t,b\n2,x\n",
    "/3.csv": "a,t\n0.5,3\n",
  });
  assertEquals(
    await scratch.rows("SELECT t, a, b FROM '/*.csv' ORDER BY t"),
    [[1n, 2, null], [2n, null, "x"], [3n, 0.5, null]],
  );
});

Deno.test("a column that changes its type says in which file", async () => {
  await using scratch = await queryScratch();
  await write(scratch, {
    "/1.csv": "t,v,w\n1,10,a\n",
    "/2.csv": "t,v,w\n2,9,b\n",
    "/3.csv": "t,v,w\n3,none,c\n",
    "/4.csv": "t,v,w\n4,,d\n",
  });
  const error = await failure(scratch, "SELECT v FROM '/*.csv'");
  assertEquals([error.code, error.path], ["UNSUPPORTED", "/*.csv"]);
  assertStringIncludes(
    error.message,
    "the column v is BIGINT in /1.csv, and VARCHAR in /3.csv",
  );
  assertEquals((await failure(scratch, "FROM '/*.csv'")).code, "UNSUPPORTED");
  // Nobody looks at it.
  assertEquals(
    await scratch.rows("SELECT string_agg(w, '' ORDER BY t) FROM '/*.csv'"),
    [["abcd"]],
  );
  // A column without values is of any type.
  assertEquals(
    await scratch.rows("SELECT sum(v) FROM '/{1,2,4}.csv'"),
    [[19n]],
  );
});

Deno.test("a gzip file that is empty, cut off or damaged is an error, and no wait", async () => {
  await using scratch = await queryScratch();
  const whole = await gzip(CSV);
  await write(scratch, {
    "/empty": await gzip(new Uint8Array()),
    "/empty.csv.gz": await gzip(new Uint8Array()),
    "/magic": new Uint8Array([0x1f, 0x8b]),
    "/damaged": new Uint8Array([...whole.subarray(0, 10), 0xff, 0xff, 0xff]),
    "/none.arrow.gz": encodeUtf8("this is no gzip"),
  });
  for (const path of ["/magic", "/damaged", "/none.arrow.gz"]) {
    const error = await failure(scratch, `FROM '${path}'`);
    assertEquals(["UNSUPPORTED", "QUERY"].includes(error.code), true, path);
  }
  // It is a CSV file without anything in it.
  assertEquals(await scratch.rows("SELECT count(*) FROM '/empty'"), [[0n]]);
});

Deno.test("two Arrow columns of one name keep their own values", async () => {
  await using scratch = await queryScratch();
  const table = new Table({
    x: vectorFromArray([1, 2], new Int32()),
    y: vectorFromArray([10, 20], new Int32()),
  });
  const bytes = new Uint8Array(tableToIPC(table, "stream"));
  // Both are called x, in the schema.
  bytes.forEach((byte, i) => {
    if (byte === 121 && bytes[i - 4] === 1) bytes[i] = 120;
  });
  await write(scratch, { "/two.arrow": bytes });
  assertEquals(
    await scratch.rows("FROM '/two.arrow'"),
    [[1, 10], [2, 20]],
  );
});

Deno.test("patterns match no hidden name, unless a part of them does, and no symlink that leads nowhere", async () => {
  await using scratch = await queryScratch();
  await write(scratch, {
    "/d/a.csv": "v\n1\n",
    "/d/.b.csv": "v\n2\n",
    "/d/.c/a.csv": "v\n4\n",
  });
  await scratch.fs.createSymlink("/d/link.csv", "/nowhere");
  await scratch.fs.createSymlink("/d/to a.csv", "/d/a.csv");
  const sum = (pattern: string) =>
    scratch.rows(`SELECT sum(v)::BIGINT FROM '${pattern}'`);
  assertEquals(await sum("/d/*.csv"), [[2n]]);
  assertEquals(await sum("/**/a.csv"), [[1n]]);
  assertEquals(await sum("/d/.*.csv"), [[2n]]);
  assertEquals(await sum("/d/.c/*.csv"), [[4n]]);
});

Deno.test("columns that files have of their own stay theirs, and PATH@* says its version all the same", async () => {
  await using scratch = await queryScratch();
  await write(scratch, {
    "/t.csv": "timestamp,version,v\n2026-01-01,9,7\n",
    "/n/1.csv": "k,filename\n1,own\n",
    "/n/2.csv.gz": await gzip(encodeUtf8("k\n2\n")),
  });
  assertEquals(
    await scratch.rows(
      "SELECT version, v, pond_version, pond_timestamp IS NULL FROM '/t.csv@*'",
    ),
    [[9n, 7n, 1n, false]],
  );
  assertEquals(
    await scratch.rows("SELECT k, filename FROM '/n/*' ORDER BY k"),
    [[1n, "own"], [2n, null]],
  );
  // A word in a text names no column.
  assertEquals(
    await scratch.rows("SELECT * FROM '/t.csv' WHERE v::VARCHAR <> 'filename'"),
    [["2026-01-01", 9n, 7n]],
  );
});

Deno.test("decimals whose digits would be lost say in which files they are", async () => {
  await using scratch = await queryScratch();
  const { fs } = scratch;
  const parquet = async (path: string, sql: string) => {
    await fs.createFile(path, await renderedBytes(scratch, sql, "parquet"));
  };
  await parquet("/1.parquet", "SELECT 3::DECIMAL(38, 0) AS x");
  await parquet("/2.parquet", "SELECT 1.5::DECIMAL(38, 2) AS x");
  await parquet("/3.parquet", "SELECT NULL::INTEGER AS x");
  await fs.commit();
  const error = await failure(scratch, "SELECT x FROM '/{1,2}.parquet'");
  assertStringIncludes(error.message, "DECIMAL(38,2) in /2.parquet");
  assertEquals(
    await scratch.rows("SELECT x FROM '/{1,3}.parquet' WHERE x IS NOT NULL"),
    [["3"]],
  );
});

Deno.test("integers that a FLOAT of another file would round are an error that names both", async () => {
  await using scratch = await queryScratch();
  const { fs } = scratch;
  const parquet = async (path: string, sql: string) => {
    await fs.createFile(path, await renderedBytes(scratch, sql, "parquet"));
  };
  for (const path of ["/f", "/g", "/h"]) await fs.createDirectory(path);
  await parquet("/f/1.parquet", "SELECT 16777217::BIGINT AS x");
  await parquet("/f/2.parquet", "SELECT 0.5::FLOAT AS x");
  const error = await assertRejects(
    () => scratch.rows("FROM '/f/*.parquet'"),
    PondError,
  );
  assertEquals(error.code, "UNSUPPORTED");
  assertStringIncludes(
    error.message,
    "the column x is BIGINT in /f/1.parquet, and FLOAT in /f/2.parquet",
  );
  // These are exact, and so is a DOUBLE.
  await parquet("/g/1.parquet", "SELECT 32767::SMALLINT AS x");
  await parquet("/g/2.parquet", "SELECT 0.5::FLOAT AS x");
  assertEquals(await scratch.rows("FROM '/g/*.parquet'"), [[32767], [0.5]]);
  await parquet("/h/1.parquet", "SELECT 16777217::BIGINT AS x");
  await parquet("/h/2.parquet", "SELECT 0.5::DOUBLE AS x");
  assertEquals(await scratch.rows("FROM '/h/*.parquet'"), [[16777217], [0.5]]);
});
