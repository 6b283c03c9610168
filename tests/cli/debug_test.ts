import {
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { tableFromIPC } from "apache-arrow";
import { denoHost } from "../../src/host/deno_host.ts";
import { DeltaTable } from "../../src/oplog/mod.ts";
import { PROJECT_ROOT, runPond } from "../support/deno_process.ts";
import { scratchDirectory, scratchPond } from "./scratch.ts";

const GOLDEN = `${PROJECT_ROOT}/tests/golden/delta`;

function table(name: string): string {
  return `${GOLDEN}/${name}/delta`;
}

Deno.test("pond debug rows writes a table's rows in every format", async () => {
  await using scratch = await scratchDirectory();
  const rows = ["debug", "rows", table("data-reader-nested-struct")];
  const csv = await scratch.ok([...rows, "--format", "csv"]);
  assertEquals(csv.split("\n").slice(0, 2), [
    "a,b",
    `"{""aa"":""0"",""ab"":""0"",""ac"":{""aca"":0,""acb"":0}}",0`,
  ]);
  const tsv = await scratch.ok(rows);
  assertEquals(tsv.split("\n").length, 12);
  const lines = await scratch.ok([...rows, "--format", "ndjson"]);
  assertEquals(JSON.parse(lines.split("\n")[9] ?? ""), {
    a: { aa: "9", ab: "9", ac: { aca: 9, acb: 9 } },
    b: 9,
  });
  const json = JSON.parse(await scratch.ok([...rows, "--json"]));
  assertEquals(json.length, 10);
});

Deno.test("pond debug rows keeps types and all digits in Arrow and Parquet", async () => {
  await using scratch = await scratchDirectory();
  const rows = ["debug", "rows", table("basic-decimal-table")];
  await scratch.ok([...rows, "-o", "rows.arrow"]);
  const bytes = await Deno.readFile(`${scratch.home}/rows.arrow`);
  const types = tableFromIPC(bytes).schema.fields.map(({ type }) => `${type}`);
  assertEquals(types, [
    "Decimal[12e+5]",
    "Decimal[5e+2]",
    "Decimal[10e+5]",
    "Decimal[20e+10]",
  ]);
  await scratch.ok([...rows, "-o", "rows.parquet"]);
  const again = await scratch.run([...rows, "-o", "rows.parquet"]);
  assertEquals(again.code, 1);
  await scratch.ok([...rows, "-o", "rows.parquet", "--force"]);
  const csv = await scratch.ok([...rows, "--format", "csv"]);
  assertStringIncludes(
    csv,
    "-2342342.23423,-999.99,-99999.99999,-9999999999.9",
  );
});

Deno.test("pond debug rows reads a version, and the version at a time", async () => {
  await using scratch = await scratchPond();
  const rows = async (...options: string[]) =>
    (await scratch.ok([
      ...["debug", "rows", `${scratch.pond}/oplog`, "--format", "csv"],
      ...options,
    ])).split("\n").length - 2;
  const newest = await rows();
  const first = await rows("--version", "0");
  assertNotEquals(first, newest);
  assertEquals(await rows("--version", "1"), newest);
  assertEquals(await rows("--timestamp", "2999-01-01"), newest);
  const early = await scratch.run([
    ...["debug", "rows", `${scratch.pond}/oplog`],
    ...["--timestamp", "1999-01-01"],
  ]);
  assertEquals(early.code, 4);
  assertStringIncludes(early.stderr, "1999-01-01");
  // A pond's own files are checked against their digests before.
  const own = await DeltaTable.open(denoHost(), `${scratch.pond}/oplog`);
  const [add] = own.snapshot.adds;
  const path = `${scratch.pond}/oplog/${add?.path}`;
  const damaged = await Deno.readFile(path);
  damaged.fill(0, damaged.length >> 1, (damaged.length >> 1) + 4);
  await Deno.chmod(path, 0o644);
  await Deno.writeFile(path, damaged);
  const ran = await scratch.run(["debug", "rows", `${scratch.pond}/oplog`]);
  assertEquals(ran.code, 6);
});

Deno.test("pond debug rows needs no pond, and says what is wrong", async () => {
  await using scratch = await scratchDirectory();
  const cases: readonly (readonly [string, number, string])[] = [
    ["debug", 2, "needs WHAT"],
    ["debug rows", 2, "needs TABLE"],
    ["debug columns x", 2, "columns"],
    ["debug rows /nope", 4, "/nope"],
    [`debug rows ${table("snapshot-data3")} --version 9`, 4, "newest is 3"],
    [`debug rows ${table("snapshot-data3")} --timestamp v1`, 2, "v1"],
    [
      `debug rows ${
        table("snapshot-data3")
      } --version 1 --timestamp 2020-01-01`,
      2,
      "--timestamp",
    ],
    [`debug rows ${table("snapshot-data3")} -o x.what`, 2, "extension"],
  ];
  for (const [line, code, part] of cases) {
    const ran = await scratch.run(line);
    assertEquals([ran.code, ran.stdout], [code, ""], line);
    assertStringIncludes(ran.stderr, part);
  }
});

Deno.test("pond debug rows is a process like any other", async () => {
  const { code, stdout, stderr } = await runPond([
    ...["debug", "rows", table("snapshot-data3"), "--format", "csv"],
  ]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout.split("\n").length, 32);
});
