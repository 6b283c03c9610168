import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { FORMATS } from "../../src/query/mod.ts";
import { type QueryColumn, Timestamp } from "../../src/tinylogfs/mod.ts";
import {
  FLAT_COLUMNS,
  type SampleColumn,
  sampleSql,
  typedAgainSql,
} from "./all_types.ts";
import { duckdbText, literal } from "./foreign.ts";
import { renderedText, rowsText, TERMINAL } from "./rendered.ts";
import { type QueryScratch, queryScratch } from "./scratch.ts";

const FLOATS: SampleColumn[] = ["FLOAT", "DOUBLE"].map((type) => ({
  name: `of_${type}`,
  type,
  values: ["0.1", "'nan'", "'inf'", "'-inf'", "'-0.0'", "1e-30"],
}));

/** Columns whose text in CSV and JSON SQL casts back to their type. */
const CAST_BACK: readonly SampleColumn[] = [
  ...FLAT_COLUMNS.filter(({ name }) => name !== "bytes"),
  ...FLOATS,
];

/** Writes an answer; gives DuckDB's table function for it. */
async function written(
  scratch: QueryScratch,
  sql: string,
  format: "csv" | "tsv" | "json" | "ndjson",
  reader: string,
): Promise<string> {
  const path = `${scratch.home}/answer.${format}`;
  await Deno.writeTextFile(path, await renderedText(scratch, sql, format));
  return reader.replace("PATH", literal(path));
}

Deno.test("csv: DuckDB reads every type back, value for value", async () => {
  await using scratch = await queryScratch();
  const sql = sampleSql(CAST_BACK);
  const file = await written(
    scratch,
    sql,
    "csv",
    "read_csv(PATH, all_varchar = true)",
  );
  const read = await duckdbText(typedAgainSql(CAST_BACK, file));
  const { columns, rows } = await duckdbText(sql);
  // DuckDB's reader takes "" for NULL where others know the difference.
  const words = CAST_BACK.findIndex(({ name }) => name === "words");
  assertEquals([rows[0]?.[words], read.rows[0]?.[words]], ["", null]);
  const withoutEmpty = rows.map((row) => row.map((cell) => cell || null));
  assertEquals(read, { columns, rows: withoutEmpty });
});

for (
  const [format, reader] of [
    ["json", "format = 'array'"],
    ["ndjson", "format = 'newline_delimited'"],
  ] as const
) {
  Deno.test(`${format}: DuckDB reads every type back, value for value`, async () => {
    await using scratch = await queryScratch();
    // To the reader, a number is a DOUBLE before it is text again.
    const sample = CAST_BACK.filter(({ type }) =>
      type !== "DECIMAL(18,6)" && type !== "DECIMAL(38,10)"
    );
    const names = sample.map(({ name }) => `"${name}": 'VARCHAR'`);
    const sql = sampleSql(sample);
    const file = await written(
      scratch,
      sql,
      format,
      `read_json(PATH, ${reader}, columns = {${names.join(", ")}})`,
    );
    assertEquals(
      await duckdbText(typedAgainSql(sample, file)),
      await duckdbText(sql),
    );
  });
}

Deno.test("csv and json: bytes are base64, an empty value is no NULL", async () => {
  await using scratch = await queryScratch();
  const sql = "SELECT unnest(['\\x00\\xFF\\x80', '', NULL]::BLOB[]) AS bytes";
  assertEquals(
    await renderedText(scratch, sql, "csv"),
    'bytes\nAP+A\n""\n\n',
  );
  assertEquals(
    await renderedText(scratch, sql, "ndjson"),
    '{"bytes":"AP+A"}\n{"bytes":""}\n{"bytes":null}\n',
  );
  const large = "SELECT repeat('ab', 50000)::BLOB AS bytes";
  const [, text = ""] = (await renderedText(scratch, large, "csv")).split("\n");
  assertEquals(atob(text), "ab".repeat(50_000));
});

const TEXT: readonly QueryColumn[] = [{ name: "t", type: "VARCHAR" }];

Deno.test("csv: values are quoted as RFC 4180 has it, and no others", async () => {
  const values = ["plain", "", null, "a,b", 'say "hi"', "a\nb", "a\rb", " a "];
  const rows = values.map((value) => [value, value]);
  const columns = [{ name: 'a "b", c', type: "VARCHAR" }, ...TEXT];
  assertEquals(
    await rowsText(columns, rows, "csv"),
    '"a ""b"", c",t\n' +
      "plain,plain\n" +
      '"",""\n' +
      ",\n" +
      '"a,b","a,b"\n' +
      '"say ""hi""","say ""hi"""\n' +
      '"a\nb","a\nb"\n' +
      '"a\rb","a\rb"\n' +
      " a , a \n",
  );
});

Deno.test("tsv: tab, line breaks and backslash are escaped, a row is a line", async () => {
  const values = ["a\tb", "a\nb\r\n", "C:\\new", '"', "", null];
  const columns = [{ name: "a\tb", type: "VARCHAR" }, ...TEXT];
  assertEquals(
    await rowsText(columns, values.map((value) => [value, 1]), "tsv"),
    'a\\tb\tt\na\\tb\t1\na\\nb\\r\\n\t1\nC:\\\\new\t1\n"\t1\n\t1\n\t1\n',
  );
});

Deno.test("csv and tsv: the names of the columns can be left out", async () => {
  for (const format of ["csv", "tsv"] as const) {
    const options = { header: false };
    assertEquals(await rowsText(TEXT, [["a"]], format, options), "a\n");
    assertEquals(await rowsText(TEXT, [], format, options), "");
  }
});

Deno.test("markdown: numbers are to the right, nothing ends a cell or a row", async () => {
  const columns = [{ name: "n|m", type: "BIGINT" }, ...TEXT];
  const rows = [[1n, "a|b"], [null, "a\nb\r\nc\rd"], [2n, "\\|"]];
  assertEquals(
    await rowsText(columns, rows, "markdown"),
    "| n\\|m | t |\n" +
      "| --: | --- |\n" +
      "| 1 | a\\|b |\n" +
      "|  | a<br>b<br>c<br>d |\n" +
      "| 2 | \\\\\\| |\n",
  );
});

Deno.test("markdown: only numbers are to the right", async () => {
  await using scratch = await queryScratch();
  const sql = `SELECT 1 AS a, 1::UTINYINT AS b, 1::HUGEINT AS c, 1.5 AS d,
    1::FLOAT AS e, [1] AS f, '1' AS g, [1.5] AS h, 1::BIGNUM AS i, true AS j`;
  const [, rules] = (await renderedText(scratch, sql, "markdown")).split("\n");
  assertEquals(
    rules,
    "| --: | --: | --: | --: | --: | --- | --- | --- | --: | --- |",
  );
});

Deno.test("json: numbers that JSON has are exact, others are text", async () => {
  await using scratch = await queryScratch();
  const sql = `SELECT 9007199254740991 AS safe, 9007199254740993 AS large,
    (SELECT sum(i + 9223372036854775800) FROM range(4) t(i)) AS sum,
    123456789012345678901234567890.50::DECIMAL(38,2) AS dec,
    (-999999999999.999999)::DECIMAL(18,6) AS small, 0.1::FLOAT AS f32, (1 / 3)::FLOAT AS third, '-0.0'::DOUBLE AS zero,
    'nan'::DOUBLE AS nan, '-inf'::FLOAT AS inf, 1e300::DOUBLE AS huge`;
  assertEquals(
    await renderedText(scratch, sql, "ndjson"),
    '{"safe":9007199254740991,"large":9007199254740993,' +
      '"sum":36893488147419103206,' +
      '"dec":123456789012345678901234567890.50,"small":-999999999999.999999,' +
      '"f32":0.1,"third":0.33333334,"zero":-0.0,"nan":"NaN","inf":"-Infinity","huge":1e+300}\n',
  );
});

Deno.test("json: nested values are nested", async () => {
  await using scratch = await queryScratch();
  const sql = `SELECT [1, NULL] AS list, {'a': {'b': DATE '2026-01-05'}} AS s,
    MAP {'k': 7} AS map, ['a'::BLOB] AS blobs,
    [TIMESTAMPTZ '2026-01-05 10:00:00+00', NULL] AS times`;
  assertEquals(JSON.parse(await renderedText(scratch, sql, "json")), [{
    list: [1, null],
    s: { a: { b: "2026-01-05" } },
    map: [{ key: "k", value: 7 }],
    blobs: ["YQ=="],
    times: ["2026-01-05T10:00:00Z", null],
  }]);
});

Deno.test("json: nested numbers have all their digits, too", async () => {
  await using scratch = await queryScratch();
  const sql =
    `SELECT [9007199254740993, NULL] AS l, {'z': '-0.0'::DOUBLE} AS s`;
  assertEquals(
    await renderedText(scratch, sql, "ndjson"),
    '{"l":[9007199254740993,null],"s":{"z":-0.0}}\n',
  );
});

Deno.test("json: names of columns are any text", async () => {
  const columns = ['"', "__proto__", "é\n"].map((name) => ({
    name,
    type: "INTEGER",
  }));
  assertEquals(
    await rowsText(columns, [[1, 2, 3]], "json"),
    '[\n{"\\"":1,"__proto__":2,"é\\n":3}\n]\n',
  );
});

Deno.test("text has times as RFC 3339, and dates of the Date class alike", async () => {
  const columns = ["a", "b", "c"].map((name) => ({ name, type: "VARCHAR" }));
  const row = [
    new Date("2026-01-05T10:00:00.5Z"),
    new Timestamp(1_767_607_200_000_001_000n, true),
    new Timestamp(1_767_607_200_500_000_000n, false),
  ];
  assertEquals(
    await rowsText(columns, [row], "csv", { header: false }),
    "2026-01-05T10:00:00.500Z,2026-01-05T10:00:00.000001Z,2026-01-05T10:00:00.500\n",
  );
  assertEquals(
    await rowsText(columns, [row], "ndjson"),
    '{"a":"2026-01-05T10:00:00.500Z","b":"2026-01-05T10:00:00.000001Z",' +
      '"c":"2026-01-05T10:00:00.500"}\n',
  );
});

Deno.test("no rows: every text format says so in its own way", async () => {
  const columns = [{ name: "a", type: "BIGINT" }, ...TEXT];
  const empty = {
    tsv: "a\tt\n",
    csv: "a,t\n",
    json: "[]\n",
    ndjson: "",
    markdown: "| a | t |\n| --: | --- |\n",
    table: "┌───┬───┐\n│ a │ t │\n├───┼───┤\n└───┴───┘\n  0 rows\n",
    chart: "   a\n\n",
  } as const;
  for (const format of FORMATS) {
    if (format === "arrow" || format === "parquet") continue;
    assertEquals([format, await rowsText(columns, [], format)], [
      format,
      empty[format],
    ]);
  }
});

Deno.test("many rows come in pieces, and are whole", async () => {
  await using scratch = await queryScratch();
  const sql = "SELECT i, 'name ' || i AS name FROM range(100000) t(i)";
  const expected = Array.from({ length: 100_000 }, (_, i) => `${i},name ${i}`);
  assertEquals(
    (await renderedText(scratch, sql, "csv")).split("\n"),
    ["i,name", ...expected, ""],
  );
  const json = JSON.parse(await renderedText(scratch, sql, "json"));
  assertEquals([json.length, json.at(-1)], [
    100_000,
    { i: 99_999, name: "name 99999" },
  ]);
  const ndjson = (await renderedText(scratch, sql, "ndjson")).split("\n");
  assertEquals([ndjson.length, ndjson.at(-2)], [
    100_001,
    '{"i":99999,"name":"name 99999"}',
  ]);
});

const NASTY = "\x1b[31m\x00\x07\x7f\x9b2J\u202e\u2066";

for (const format of FORMATS) {
  if (format === "arrow" || format === "parquet") continue;
  Deno.test(`${format}: control characters never reach a terminal`, async () => {
    await using scratch = await queryScratch();
    const columns = [
      { name: `name ${NASTY}`, type: `ENUM('${NASTY}')` },
      { name: `n ${NASTY}`, type: "BIGINT" },
    ];
    const rows = [[NASTY, 1n], [`\r\n\t${NASTY}`, 2n]];
    const shown = await rowsText(columns, rows, format, TERMINAL);
    // deno-lint-ignore no-control-regex
    assertNotMatch(shown, /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066]/);
    assertMatch(shown, /\[31m/);
    const piped = await rowsText(columns, rows, format);
    const isForPeople = format === "table" || format === "chart";
    assertEquals(piped.includes("\x9b2J"), !isForPeople);
    const sql = "SELECT chr(27) || '[0m' AS a, 1 AS n";
    const answer = await renderedText(scratch, sql, format, TERMINAL);
    // deno-lint-ignore no-control-regex
    assertNotMatch(answer, /\x1b/);
  });
}

Deno.test("json: on a terminal it is the same JSON", async () => {
  const rows = [[NASTY], ["a\tb\nc\\"]];
  for (const format of ["json", "ndjson"] as const) {
    const parse = (text: string) =>
      format === "json"
        ? JSON.parse(text)
        : text.trim().split("\n").map((line) => JSON.parse(line));
    const expected = rows.map(([t]) => ({ t }));
    for (const target of [{}, TERMINAL]) {
      const text = await rowsText(TEXT, rows, format, target);
      assertEquals(parse(text), expected);
    }
  }
});
