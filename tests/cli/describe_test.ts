import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Scratch, scratchPond } from "./scratch.ts";

const READINGS = `time,site,v,tags
2026-01-01T00:00:00,a,1.5,x
2026-01-01T01:00:00,b,,x
2026-01-01T02:00:00,a,-2,x
2026-01-01T02:00:00,b,3,x
2026-01-01T08:00:00,a,4,
2026-01-01T09:00:00,a,4,
2026-01-01T11:30:00,a,4,
2026-01-01T12:30:00,a,4,
`;

async function withReadings(): Promise<Scratch> {
  const scratch = await scratchPond();
  await scratch.ok("put - /readings.csv", { stdin: READINGS });
  return scratch;
}

async function rows(scratch: Scratch, ...argv: string[]): Promise<unknown> {
  return JSON.parse(await scratch.ok(["describe", ...argv, "--json"]));
}

Deno.test("pond describe says the type, range, nulls and values of each column", async () => {
  await using scratch = await withReadings();
  const of = { rows: 8 };
  assertEquals(await rows(scratch, "/readings.csv"), [
    {
      column: "time",
      type: "TIMESTAMP",
      min: "2026-01-01T00:00:00",
      max: "2026-01-01T12:30:00",
      nulls: 0,
      distinct: 7,
      ...of,
    },
    {
      column: "site",
      type: "VARCHAR",
      min: "a",
      max: "b",
      nulls: 0,
      distinct: 2,
      ...of,
    },
    {
      column: "v",
      type: "DOUBLE",
      min: "-2",
      max: "4",
      nulls: 1,
      distinct: 4,
      ...of,
    },
    {
      column: "tags",
      type: "VARCHAR",
      min: "x",
      max: "x",
      nulls: 4,
      distinct: 1,
      ...of,
    },
  ]);
});

Deno.test("pond describe --gaps lists the largest steps against the median one", async () => {
  await using scratch = await withReadings();
  const gaps = [
    {
      from: "2026-01-01T02:00:00",
      to: "2026-01-01T08:00:00",
      step: 21600,
      times: 6,
    },
    {
      from: "2026-01-01T09:00:00",
      to: "2026-01-01T11:30:00",
      step: 9000,
      times: 2.5,
    },
  ];
  assertEquals(await rows(scratch, "/readings.csv", "--gaps"), gaps);
  assertEquals(await rows(scratch, "readings.csv@v2", "--gaps", "-n", "1"), [
    gaps[0],
  ]);
  await scratch.ok("put - /numbers.csv", { stdin: "t\n1\n2\n3\n10\n11\n" });
  assertEquals(await rows(scratch, "/numbers.csv", "--gaps"), []);
  assertEquals(await rows(scratch, "/numbers.csv", "--gaps", "--time", "t"), [
    { from: "3", to: "10", step: 7, times: 7 },
  ]);
});

Deno.test("pond describe tells a person how many rows there are, and how time goes on", async () => {
  await using scratch = await withReadings();
  const ran = await scratch.run("describe /readings.csv", {
    terminal: true,
    env: { NO_COLOR: "1" },
  });
  assertEquals(ran.code, 0);
  assertEquals(
    ran.stderr,
    "8 rows\ntime goes on by 3600 s (median), with 2 gaps, the largest 21600 s from 2026-01-01T02:00:00 (--gaps)\n",
  );
});

Deno.test("pond describe takes tables of the pond, empty files and nested columns", async () => {
  await using scratch = await withReadings();
  const operations = await rows(scratch, "operations") as { column: string }[];
  assertEquals(operations[0]?.column, "version");
  await scratch.ok([
    "query",
    "SELECT i, [i] AS list, {'a': i} AS struct FROM range(3) t(i)",
    "--into",
    "/nested.json",
  ]);
  const nested = await rows(scratch, "/nested.json") as { min: unknown }[];
  assertEquals(nested.map(({ min }) => min), ["0", null, null]);
  await scratch.ok("put - /empty.csv", { stdin: "a,b\n" });
  assertEquals(
    (await rows(scratch, "/empty.csv") as unknown[])[0],
    {
      column: "a",
      type: "VARCHAR",
      min: null,
      max: null,
      nulls: 0,
      distinct: 0,
      rows: 0,
    },
  );
});

Deno.test("pond describe says what is wrong with a column or a path", async () => {
  await using scratch = await withReadings();
  const none = await scratch.run("describe /readings.csv --time t");
  assertEquals([none.code, none.stdout], [2, ""]);
  assertStringIncludes(none.stderr, 'There is no column "t"');
  assertStringIncludes(none.stderr, "columns are time, site, v, tags");
  const text = await scratch.run("describe /readings.csv --gaps --time site");
  assertEquals([text.code, text.stdout], [2, ""]);
  assertStringIncludes(text.stderr, "it is VARCHAR");
  assertEquals((await scratch.run("describe /nosuch.csv")).code, 4);
});
