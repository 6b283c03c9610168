import { assert, assertEquals } from "@std/assert";
import { PondError } from "../../src/errors.ts";
import { Expectations } from "../../src/pipeline/expectations.ts";
import {
  applyResources,
  readResources,
  runResources,
} from "../../src/pipeline/mod.ts";
import { scratchPond } from "./scratch.ts";

Deno.test("Expectations: a range counts for the columns of its pattern", () => {
  const expected = new Expectations({
    range: {
      "*.Temperature.C": "-5..40",
      "Lake*": "0..",
      "A?.pH": "..14.5",
      "A.b": "1.5..2.25",
    },
  });
  const cases: readonly (readonly [string, number, boolean])[] = [
    ["Sea.Temperature.C", -5, true],
    ["Sea.Temperature.C", 40, true],
    ["Sea.Temperature.C", 40.01, false],
    ["Sea.Temperature.F", 90, true],
    // Both patterns: both have to be met.
    ["Lake.Temperature.C", -1, false],
    ["Lake.Temperature.C", 1, true],
    ["A1.pH", 14.5, true],
    ["A1.pH", 15, false],
    ["A.pH", 15, true],
    ["A.b", 1.49, false],
    ["A.b", 2.25, true],
    // The dot is no wildcard.
    ["A-b", 9, true],
  ];
  for (const [column, value, isIn] of cases) {
    assertEquals(expected.isInRange(column, value), isIn, `${column} ${value}`);
  }
});

Deno.test("Expectations: a gap is a step of more than one and a half times", () => {
  const expected = new Expectations({ every: "10s" });
  const times = [0, 10, 24, 40, 41].map((s) => s * 1e6);
  assertEquals(expected.gapsIn(times, undefined), 1);
  assertEquals(expected.gapsIn(times, -20e6), 2);
  assertEquals(expected.gapsIn([], 0), 0);
  assertEquals(new Expectations({}).gapsIn(times, undefined), undefined);
});

const TIDE = `kind: Synthetic
name: demo
spec:
  expect: {every: 1h, range: {level: "-1..0.5"}}
  series:
  - name: tide
    start: "2026-01-01"
    end: "2026-01-02"
    every: 1h
    columns:
    - name: level
      waves: [{type: sine, period: 12h}]
`;

Deno.test("Synthetic: rows that are not expected are set aside, and gaps told", async () => {
  await using it = await scratchPond();
  const resources = readResources([{ file: "a.yaml", text: TIDE }]);
  await applyResources(it.pond, resources);
  const [report] = await Array.fromAsync(runResources(it.pond, it.host));
  const [item] = report?.items ?? [];
  // sin of 1 to 5 twelfths of a turn is at least 0.5; of the first and the last
  // one it is 0.5 and a little less or more.
  const aside = item?.setAside?.get("range") ?? 0;
  assertEquals([item?.rows, item?.gaps], [25 - aside, 2]);
  assert(aside >= 6);
  const rows = await it.pond.query(
    `SELECT (SELECT count(*) FROM '/Synthetic/demo/tide') n,
      (SELECT max(level) FROM '/Synthetic/demo/tide') <= 0.5 ok,
      (SELECT count(*) FROM '/Synthetic/demo/aside/tide.jsonl') a`,
  ).rows();
  assertEquals(rows, [{ n: BigInt(25 - aside), ok: true, a: BigInt(aside) }]);
  const [again] = await Array.fromAsync(runResources(it.pond, it.host));
  assertEquals([again?.items[0]?.status, again?.commit], [
    "unchanged",
    undefined,
  ]);
});

Deno.test("readResources() tells where an expectation is wrong", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["{every: often}", "must be a number of s, m, h or d"],
    ["{evry: 1h}", 'unknown field "evry" in spec.expect'],
    ["{range: {level: 5}}", "must be a text, not a number"],
    ["{range: {level: some}}", "must be from one number to another"],
    ["{range: {level: '..'}}", "must be from one number to another"],
    ["{range: {level: 40..0}}", "a.yaml:4:27"],
    ["{range: {level: 40..0}}", "must go from the lower number to the higher"],
  ];
  for (const [expect, said] of cases) {
    const text = TIDE.replace(/expect: .*/, `expect: ${expect}`);
    try {
      readResources([{ file: "a.yaml", text }]);
      assert(false, `${expect} is accepted`);
    } catch (error) {
      if (!(error instanceof PondError)) throw error;
      assert(error.message.includes(said), `${expect}: ${error.message}`);
    }
  }
});
