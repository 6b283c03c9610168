import {
  assertEquals,
  assertLessOrEqual,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import stringWidth from "fast-string-width";
import { PondError } from "../../src/errors.ts";
import type { QueryColumn, QueryValue } from "../../src/tinylogfs/mod.ts";
import { rowsText } from "./rendered.ts";

const MONTH: QueryColumn = { name: "month", type: "VARCHAR" };
const TEMP: QueryColumn = { name: "temp", type: "DOUBLE" };

type Rows = readonly (readonly QueryValue[])[];

/** The lines of a chart that is 40 columns wide. */
async function chart(
  columns: readonly QueryColumn[],
  rows: Rows,
  width: number = 40,
): Promise<string[]> {
  const text = await rowsText(columns, rows, "chart", { width });
  assertEquals(text.at(-1), "\n");
  return text.slice(0, -1).split("\n");
}

Deno.test("chart: bars grow from zero, to the left for negatives, and NULL has none", async () => {
  assertEquals(
    await chart([MONTH, TEMP], [
      ["jan", -5],
      ["feb", 2.8],
      ["march", 10],
      ["apr", null],
      ["may", 0],
      [null, 5],
    ]),
    [
      "        temp",
      "   jan ▕████████                    -5",
      "   feb ▕        ████▍            2.800",
      " march ▕        ████████████████    10",
      "   apr ▕                          NULL",
      "   may ▕                             0",
      "  NULL ▕        ████████             5",
    ],
  );
});

Deno.test("chart: values that are no finite number have no bar, and don't stretch the others", async () => {
  const bars = async (...values: number[]) =>
    (await chart([MONTH, TEMP], values.map((value) => ["a", value]))).slice(1);
  assertEquals(await bars(1, NaN), [
    ` a ▕${"█".repeat(30)}   1`,
    ` a ▕${" ".repeat(30)} NaN`,
  ]);
  assertEquals(await bars(1, Infinity, -Infinity), [
    ` a ▕${"█".repeat(24)}         1`,
    ` a ▕${" ".repeat(24)}  Infinity`,
    ` a ▕${" ".repeat(24)} -Infinity`,
  ]);
});

Deno.test("chart: bars of positive numbers are as long as they are great", async () => {
  assertEquals(
    await chart([MONTH, TEMP], [["a", 5], ["b", 10], ["c", 0.5]]),
    [
      "    temp",
      ` a ▕${"█".repeat(13)}▌${" ".repeat(13)}      5`,
      ` b ▕${"█".repeat(27)}     10`,
      ` c ▕█▎${" ".repeat(25)} 0.5000`,
    ],
  );
});

Deno.test("chart: all values negative, all zero, all NULL", async () => {
  const bars = async (...values: (number | null)[]) =>
    (await chart([MONTH, TEMP], values.map((value) => ["a", value]))).slice(1);
  assertEquals(await bars(-1, -2), [
    ` a ▕${" ".repeat(15)}${"█".repeat(16)} -1`,
    ` a ▕${"█".repeat(31)} -2`,
  ]);
  assertEquals(await bars(0), [` a ▕${" ".repeat(32)} 0`]);
  assertEquals(await bars(null), [` a ▕${" ".repeat(29)} NULL`]);
});

Deno.test("chart: each column of numbers is a group of bars, beside labels of one width", async () => {
  const count: QueryColumn = { name: "n", type: "BIGINT" };
  const price: QueryColumn = { name: "price", type: "DECIMAL(4,1)" };
  const lines = await chart([TEMP, MONTH, count, price], [
    [1, "a", 9007199254740993n, "12.5"],
    [2, "日本", 1n, "-0.5"],
  ]);
  assertEquals(
    lines.filter((line) => !line.includes("▕")).map((line) => line.trim()),
    ["temp", "", "n", "", "price"],
  );
  const bars = lines.flatMap((line) => line.split("▕").slice(0, -1));
  assertEquals(bars, [
    "    a ",
    " 日本 ",
    "    a ",
    " 日本 ",
    "    a ",
    " 日本 ",
  ]);
  assertEquals(new Set(bars.map((text) => stringWidth(text))), new Set([6]));
});

Deno.test("chart: without a column of text the first one gives the labels", async () => {
  const first: QueryColumn = { name: "i", type: "INTEGER" };
  const [title, one] = await chart([first, TEMP], [[7, 1]]);
  assertEquals(title, "    temp");
  assertStringIncludes(one ?? "", " 7 ▕█");
});

Deno.test("chart: numbers have four digits, but all of those before the point", async () => {
  const values = [0.00001234567, 1.5, 999.9499, 123456.7, -1234.4, 2e21];
  const lines = await chart([MONTH, TEMP], values.map((value) => ["a", value]));
  assertEquals(
    lines.slice(1).map((line) => line.split(" ").at(-1)),
    ["0.00001235", "1.500", "999.9", "123457", "-1234", "2e+21"],
  );
});

Deno.test("chart: no line is wider than the terminal, with long and wide labels too", async () => {
  const rows: Rows = [
    ["x".repeat(200), 1],
    ["日".repeat(100), -1234567.5],
    ["b", null],
  ];
  const long: QueryColumn = { name: "t".repeat(300), type: "DOUBLE" };
  for (const width of [40, 80, 200]) {
    for (const line of await chart([MONTH, long], rows, width)) {
      assertLessOrEqual(stringWidth(line), width, line);
    }
  }
});

Deno.test("chart: no control character of a label or title reaches the terminal", async () => {
  const title: QueryColumn = { name: "v\x1b[2J", type: "DOUBLE" };
  const label = "\x1b]0;title\x07\r\n\x9b31m\u202e";
  const lines = await chart([MONTH, title], [[label, 1]], 120);
  assertEquals(lines.length, 2);
  assertStringIncludes(lines[0] ?? "", "v\\x1b[2J");
  assertStringIncludes(
    lines[1] ?? "",
    "\\x1b]0;title\\x07\\x0d↵\\x9b31m\\u202e ▕█",
  );
});

Deno.test("chart: no rows make a title", async () => {
  assertEquals((await chart([MONTH, TEMP], []))[0]?.trim(), "temp");
});

Deno.test("chart: refuses what can't be drawn, and says what to select", async () => {
  const refused = async (columns: readonly QueryColumn[], rows: Rows) => {
    const error = await assertRejects(() => chart(columns, rows), PondError);
    assertEquals(error.code, "INVALID_ARGUMENT");
    return `${error.message}; ${error.hint}`;
  };
  const noNumbers = "no column of it has numbers to draw";
  assertStringIncludes(await refused([MONTH], [["a"]]), noNumbers);
  assertStringIncludes(await refused([TEMP], [[1]]), noNumbers);
  const rows = Array.from({ length: 501 }, (_, i): QueryValue[] => ["a", i]);
  assertStringIncludes(
    await refused([MONTH, TEMP], rows),
    "more than 500 rows; group the rows",
  );
  assertEquals((await chart([MONTH, TEMP], rows.slice(1))).length, 501);
});

const DAY: QueryColumn = { name: "day", type: "DATE" };

/** A day of January 2026, from 1. */
const day = (i: number) => `2026-01-${String(i).padStart(2, "0")}`;

Deno.test("chart: many values over time are a line, with the range of both", async () => {
  const rows = Array.from(
    { length: 31 },
    (_, i) => [day(i + 1), i === 30 ? 60 : i] as const,
  );
  const lines = await chart([DAY, TEMP], rows.toReversed(), 24);
  assertEquals(lines.length, 14);
  assertEquals(lines[0], "     temp");
  assertEquals(lines.at(-1), "    └ 2026-01-01 … 202…");
  assertEquals(lines[1]?.slice(0, 5), " 60 ┤");
  assertEquals(lines[12]?.slice(0, 5), "  0 ┤");
  // It rises from the lower left to the upper right, the last step most.
  assertEquals(lines[12]?.[5] !== "\u2800", true);
  assertEquals(lines[1]?.at(-1) !== "\u2800", true);
  assertEquals(lines[1]?.slice(5, -1).replaceAll("\u2800", ""), "");
  for (const line of lines) assertLessOrEqual(stringWidth(line), 24);
});

Deno.test("chart: a line has a gap where there is no value, and lies in the middle where all are the same", async () => {
  const rows = Array.from(
    { length: 30 },
    (_, i) => [day(i + 1), i > 9 && i < 20 ? null : 7] as const,
  );
  const lines = await chart([DAY, TEMP], rows, 34);
  const drawn = lines.slice(1, 13).map((line) =>
    line.slice(line.search(/[│┤]/) + 1)
  );
  const used = drawn.filter((line) => line.replaceAll("\u2800", "") !== "");
  assertEquals(used.length, 1);
  const [line = ""] = used;
  assertEquals(line.slice(12, 16), "\u2800".repeat(4));
  assertEquals([line[0], line.at(-1)].includes("\u2800"), false);
});

Deno.test("chart: few values over time are bars", async () => {
  assertEquals(
    (await chart([DAY, TEMP], [[day(1), 5], [day(2), 10]])).length,
    3,
  );
});
