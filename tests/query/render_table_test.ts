import {
  assertEquals,
  assertGreater,
  assertLessOrEqual,
  assertNotMatch,
  assertStringIncludes,
} from "@std/assert";
import stringWidth from "fast-string-width";
import fc from "fast-check";
import type { QueryColumn, QueryValue } from "../../src/tinylogfs/mod.ts";
import { rowsText, type Target, TERMINAL } from "./rendered.ts";

const column = (name: string, type: string): QueryColumn => ({ name, type });

async function table(
  columns: readonly QueryColumn[],
  rows: readonly (readonly QueryValue[])[],
  target: Target = TERMINAL,
): Promise<string[]> {
  const text = await rowsText(columns, rows, "table", target);
  assertEquals(text.at(-1), "\n");
  return text.slice(0, -1).split("\n");
}

const numbered = (count: number): [number][] =>
  Array.from({ length: count }, (_, i) => [i]);

Deno.test("table: a terminal sees types, numbers to the right, wide characters aligned", async () => {
  const columns = [
    column("名前", "VARCHAR"),
    column("n", "BIGINT"),
    column("f", "DOUBLE"),
    column("d", "DECIMAL(5,2)"),
  ];
  const rows = [
    ["日本語", 1n, 1.5, "12.50"],
    ["🦆", 22n, null, "-0.25"],
    ["e\u0301x", 333n, NaN, null],
  ];
  assertEquals(await table(columns, rows), [
    "┌─────────┬────────┬────────┬──────────────┐",
    "│  名前   │   n    │   f    │      d       │",
    "│ varchar │ bigint │ double │ decimal(5,2) │",
    "├─────────┼────────┼────────┼──────────────┤",
    "│ 日本語  │      1 │    1.5 │        12.50 │",
    "│ 🦆      │     22 │   NULL │        -0.25 │",
    "│ e\u0301x      │    333 │    NaN │         NULL │",
    "└─────────┴────────┴────────┴──────────────┘",
    "  3 rows",
  ]);
});

Deno.test("table: a pipe gets all of it: no types, no cut, every row and column", async () => {
  const long = "x".repeat(300);
  assertEquals(
    await table([column("a", "VARCHAR"), column("b", "INTEGER")], [[long, 1]], {
      isTerminal: false,
    }),
    [
      `┌─${"─".repeat(300)}─┬───┐`,
      `│ ${" ".repeat(149)}a${" ".repeat(150)} │ b │`,
      `├─${"─".repeat(300)}─┼───┤`,
      `│ ${long} │ 1 │`,
      `└─${"─".repeat(300)}─┴───┘`,
      "  1 row",
    ],
  );
  const many = await table([column("i", "INTEGER")], numbered(100), {
    isTerminal: false,
  });
  assertEquals([many.length, many.at(-1)], [105, "  100 rows"]);
});

Deno.test("table: a pipe gets more rows than arguments fit on a stack", async () => {
  const lines = await table([column("i", "INTEGER")], numbered(300_000), {
    isTerminal: false,
  });
  assertEquals(lines.at(-1), "  300000 rows");
});

Deno.test("table: a terminal sees the first and last twenty rows of more than forty", async () => {
  const shown = async (count: number) => {
    const lines = await table([column("i", "INTEGER")], numbered(count));
    const cells = lines.slice(4, -2).map((line) => line.slice(1, -1).trim());
    return { cells, footer: lines.at(-1) };
  };
  const all = await shown(40);
  assertEquals(all.cells, numbered(40).map(String));
  assertEquals(all.footer, "  40 rows");
  const some = await shown(1000);
  const expected = numbered(1000).map(String);
  assertEquals(
    some.cells,
    [...expected.slice(0, 20), "·", ...expected.slice(-20)],
  );
  assertEquals(some.footer, "  1000 rows (40 shown)");
});

Deno.test("table: a terminal sees the first and last columns, and how many there are between", async () => {
  const columns = Array.from(
    { length: 40 },
    (_, i) => column(`c${i}`, "BIGINT"),
  );
  const lines = await table(columns, [columns.map((_, i) => BigInt(i))]);
  const names = lines[1]?.match(/c\d+/g) ?? [];
  assertEquals([names[0], names.at(-1)], ["c0", "c39"]);
  assertEquals(
    lines.at(-1),
    `  1 row (${40 - names.length} columns not shown)`,
  );
  assertGreater(names.length, 5);
  const values = lines[4]?.match(/\d+/g) ?? [];
  assertEquals(values.map((value) => `c${value}`), [...names]);
  const wide = await table(columns.slice(0, 9), [], { ...TERMINAL, width: 80 });
  assertEquals(wide.at(-1), "  0 rows (1 column not shown)");
});

Deno.test("table: the widest columns are cut first, at characters and not inside of them", async () => {
  const columns = [
    column("long", "VARCHAR"),
    column("wide", "VARCHAR"),
    column("short", "VARCHAR"),
  ];
  const rows = [["x".repeat(200), "日".repeat(100), "as it is"]];
  const lines = await table(columns, rows);
  const [, long = "", wide = "", short = ""] =
    lines[4]?.split("│").map((cell) => cell.trim()) ?? [];
  assertEquals(short, "as it is");
  assertEquals([long, wide], [
    `${"x".repeat(long.length - 1)}…`,
    `${"日".repeat(wide.length - 1)}…`,
  ]);
  assertGreater(long.length, 20);
  assertEquals(lines.map((line) => stringWidth(line)).slice(0, -1), [
    ...new Array<number>(6).fill(80),
  ]);
});

Deno.test("table: control characters, also of names and types, are shown and do nothing", async () => {
  const columns = [
    column("v\x1b[2J", "VARCHAR"),
    column("mood", "ENUM('\x1b[31m')"),
    column("s", 'STRUCT("\x1b" INTEGER)'),
    column("u", "OF\x1b[31mOTHERS"),
    column("t", "STRUCT(\"\n\x9b\" ENUM('\r'))[]"),
  ];
  const rows = [[
    "\x00\x07\x1b]0;x\x07\r\n\t\x7f\x9b\u202e",
    "b",
    {
      "\x1b": 1,
    },
    "",
    [],
  ]];
  for (const isTerminal of [true, false]) {
    const lines = await table(columns, rows, { isTerminal, width: 300 });
    // deno-lint-ignore no-control-regex
    assertNotMatch(lines.join(""), /[\x00-\x1f\x7f-\x9f\u202e]/);
    assertEquals(lines.length, isTerminal ? 7 : 6);
    assertStringIncludes(lines[1] ?? "", "v\\x1b[2J");
    assertStringIncludes(
      lines.at(-3) ?? "",
      "\\x00\\x07\\x1b]0;x\\x07\\x0d↵⇥\\x7f\\x9b\\u202e",
    );
  }
});

Deno.test("table: NULL is dim where colours are wanted, and the text NULL is not", async () => {
  const columns = [column("a", "VARCHAR"), column("b", "VARCHAR")];
  const colored = await table(columns, [[null, "NULL"]], {
    ...TERMINAL,
    color: true,
  });
  assertEquals(colored[4], "│ \x1b[2mNULL   \x1b[0m │ NULL    │");
  const plain = await table(columns, [[null, "NULL"]]);
  assertEquals(plain[4], "│ NULL    │ NULL    │");
});

Deno.test("table: no rows are a heading, and a footer that says so", async () => {
  assertEquals(await table([column("a", "VARCHAR")], []), [
    "┌─────────┐",
    "│    a    │",
    "│ varchar │",
    "├─────────┤",
    "└─────────┘",
    "  0 rows",
  ]);
});

Deno.test("table: all lines have one width, and none is wider than the terminal", async () => {
  const text = fc.string({ unit: "grapheme", maxLength: 60 });
  const shapes = fc.integer({ min: 1, max: 12 }).chain((count) =>
    fc.record({
      names: fc.array(text, { minLength: count, maxLength: count }),
      rows: fc.array(
        fc.array(fc.option(text), { minLength: count, maxLength: count }),
        { maxLength: 50 },
      ),
      width: fc.integer({ min: 20, max: 200 }),
    })
  );
  await fc.assert(fc.asyncProperty(shapes, async ({ names, rows, width }) => {
    const columns = names.map((name) => column(name, "VARCHAR"));
    const lines = await table(columns, rows, { ...TERMINAL, width });
    const widths = new Set(lines.slice(0, -1).map((line) => stringWidth(line)));
    assertEquals(widths.size, 1, lines.join("\n"));
    for (const found of widths) assertLessOrEqual(found, width);
  }));
});
