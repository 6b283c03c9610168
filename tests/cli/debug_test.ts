import {
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { tableFromIPC } from "apache-arrow";
import { denoHost } from "../../src/host/deno_host.ts";
import { DeltaTable } from "../../src/oplog/mod.ts";
import { runPond } from "../support/deno_process.ts";
import { GOLDEN, goldenTest } from "../support/golden.ts";
import {
  add,
  field,
  linesOf,
  metaData,
  parquetOf,
  protocol,
} from "../oplog/delta/fixture.ts";
import { scratchDirectory, scratchPond } from "./scratch.ts";

function table(name: string): string {
  return `${GOLDEN}/${name}/delta`;
}

goldenTest(
  "pond debug rows writes a table's rows in every format",
  async () => {
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
  },
);

goldenTest(
  "pond debug rows keeps types and all digits in Arrow and Parquet",
  async () => {
    await using scratch = await scratchDirectory();
    const rows = ["debug", "rows", table("basic-decimal-table")];
    await scratch.ok([...rows, "-o", "rows.arrow"]);
    const bytes = await Deno.readFile(`${scratch.home}/rows.arrow`);
    const types = tableFromIPC(bytes).schema.fields.map(({ type }) =>
      `${type}`
    );
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
  },
);

Deno.test("pond debug rows keeps lists, maps and structs in Arrow and Parquet", async () => {
  await using scratch = await scratchDirectory();
  const text = { type: "BYTE_ARRAY", converted_type: "UTF8" } as const;
  const optional = { repetition_type: "OPTIONAL" } as const;
  const repeated = { repetition_type: "REPEATED" } as const;
  const bytes = await parquetOf([{
    elements: [
      { name: "l", ...optional, num_children: 1, converted_type: "LIST" },
      { name: "list", ...repeated, num_children: 1 },
      { name: "element", ...optional, num_children: 1 },
      { name: "x", ...optional, type: "INT64" },
    ],
    data: [[{ x: 1n }, null], [], null],
  }, {
    elements: [
      { name: "m", ...optional, num_children: 1, converted_type: "MAP" },
      { name: "key_value", ...repeated, num_children: 2 },
      { name: "key", repetition_type: "REQUIRED", ...text },
      { name: "value", ...optional, type: "DOUBLE" },
    ],
    data: [{ a: 0.5, b: null }, null, {}],
  }]);
  const schema = [
    field("l", {
      type: "array",
      elementType: { type: "struct", fields: [field("x", "long")] },
    }),
    field("m", { type: "map", keyType: "string", valueType: "double" }),
  ];
  const directory = `${scratch.home}/t`;
  const log = linesOf([protocol(), metaData(schema), add("a")]);
  await Deno.mkdir(`${directory}/_delta_log`, { recursive: true });
  await Deno.writeTextFile(
    `${directory}/_delta_log/${"0".repeat(20)}.json`,
    log,
  );
  await Deno.writeFile(`${directory}/a`, bytes);
  const rows = ["debug", "rows", directory];
  const json = await scratch.ok([...rows, "--format", "ndjson"]);
  assertEquals(
    json,
    `{"l":[{"x":1},null],"m":[{"key":"a","value":0.5},{"key":"b","value":null}]}\n` +
      `{"l":[],"m":null}\n{"l":null,"m":[]}\n`,
  );
  await scratch.ok([...rows, "-o", "rows.arrow"]);
  const arrow = tableFromIPC(await Deno.readFile(`${scratch.home}/rows.arrow`));
  assertEquals(arrow.schema.fields.map(({ type }) => `${type}`), [
    "List<Struct<{x:Int64}>>",
    "Map<{key:Utf8, value:Float64}>",
  ]);
  assertEquals(
    JSON.stringify(
      arrow.toArray(),
      (_, v) => typeof v === "bigint" ? `${v}` : v,
    ),
    `[{"l":[{"x":"1"},null],"m":{"a":0.5,"b":null}},{"l":[],"m":null},{"l":null,"m":{}}]`,
  );
  // What was written is read again, in the place of the first file.
  await scratch.ok([...rows, "-o", "again.parquet"]);
  await Deno.copyFile(`${scratch.home}/again.parquet`, `${directory}/a`);
  assertEquals(await scratch.ok([...rows, "--format", "ndjson"]), json);
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

goldenTest(
  "pond debug rows needs no pond, and says what is wrong",
  async () => {
    await using scratch = await scratchDirectory();
    const cases: readonly (readonly [string, number, string])[] = [
      ["debug", 2, "needs WHAT"],
      ["debug rows", 2, "needs TARGET"],
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
  },
);

goldenTest("pond debug rows is a process like any other", async () => {
  const { code, stdout, stderr } = await runPond([
    ...["debug", "rows", table("snapshot-data3"), "--format", "csv"],
  ]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout.split("\n").length, 32);
});
