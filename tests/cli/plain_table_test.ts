import { assertEquals } from "@std/assert";
import { type PlainColumn, plainTable } from "../../src/cli/plain_table.ts";

function column(title: string, more: Partial<PlainColumn> = {}): PlainColumn {
  return { title, isRight: false, isPath: false, isWhole: false, ...more };
}

Deno.test("plainTable() aligns numbers to the right, and counts wide characters twice", () => {
  const columns = [column("NAME"), column("SIZE", { isRight: true })];
  assertEquals(plainTable(columns, [["日本", "7"], ["abcde", "12345"]], 80), [
    "NAME    SIZE",
    "日本       7",
    "abcde  12345",
  ]);
});

Deno.test("plainTable() leaves out columns without anything", () => {
  const columns = [column("A"), column("B"), column("C")];
  assertEquals(plainTable(columns, [["1", "", "2"], ["3", "", ""]], 80), [
    "A  C",
    "1  2",
    "3",
  ]);
});

Deno.test("plainTable() cuts the widest columns, paths at their beginning, times never", () => {
  const columns = [
    column("TIME", { isWhole: true }),
    column("PATH", { isPath: true }),
    column("MESSAGE"),
  ];
  const row = [
    "2026-01-05 10:00:00",
    "/sensors/station/a.csv",
    "a long message of some words",
  ];
  assertEquals(plainTable(columns, [row], 47), [
    "TIME                 PATH          MESSAGE",
    "2026-01-05 10:00:00  …ation/a.csv  a long mess…",
  ]);
});

Deno.test("plainTable() leaves out the last columns where there is no room", () => {
  const columns = ["A", "B", "C"].map((title) => column(title));
  const row = ["aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"];
  assertEquals(plainTable(columns, [row], 20), [
    "A          B",
    "aaaaaaaa…  bbbbbbbb…",
  ]);
});
