import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { nextCronMs, parseCron } from "../../src/pipeline/cron.ts";

/** The first times after a moment. */
function times(text: string, after: string, count = 3): string[] {
  const cron = parseCron(text);
  if (cron.kind === "problem") throw new TypeError(cron.message);
  const found: string[] = [];
  let ms: number | undefined = Date.parse(after);
  while (ms !== undefined && found.length < count) {
    ms = nextCronMs(cron, ms);
    if (ms !== undefined) found.push(new Date(ms).toISOString().slice(0, 16));
  }
  return found;
}

Deno.test("nextCronMs() gives the first time after another one", () => {
  const now = "2026-01-05T10:00:00Z"; // a Monday
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["* * * * *", ["2026-01-05T10:01", "2026-01-05T10:02", "2026-01-05T10:03"]],
    [
      "*/15 * * * *",
      ["2026-01-05T10:15", "2026-01-05T10:30", "2026-01-05T10:45"],
    ],
    ["0 10 * * *", [
      "2026-01-06T10:00",
      "2026-01-07T10:00",
      "2026-01-08T10:00",
    ]],
    [
      "5,35 8-9 * * *",
      ["2026-01-06T08:05", "2026-01-06T08:35", "2026-01-06T09:05"],
    ],
    [
      "30 6 * * MON-fri",
      ["2026-01-06T06:30", "2026-01-07T06:30", "2026-01-08T06:30"],
    ],
    ["0 0 * * 7", ["2026-01-11T00:00", "2026-01-18T00:00", "2026-01-25T00:00"]],
    // Both restricted: either is enough.
    ["0 0 13 * 5", [
      "2026-01-09T00:00",
      "2026-01-13T00:00",
      "2026-01-16T00:00",
    ]],
    // One of them begins with a star: both have to be met.
    [
      "0 0 */2 * TUE",
      ["2026-01-13T00:00", "2026-01-27T00:00", "2026-02-03T00:00"],
    ],
    ["0 0 29 2 *", [
      "2028-02-29T00:00",
      "2032-02-29T00:00",
      "2036-02-29T00:00",
    ]],
    [
      "10/20 23 31 DEC *",
      ["2026-12-31T23:10", "2026-12-31T23:30", "2026-12-31T23:50"],
    ],
  ];
  for (const [text, expected] of cases) {
    assertEquals(times(text, now), expected, text);
  }
  assertEquals(times("0 0 29 2 *", "2096-03-01T00:00:00Z", 1), [
    "2104-02-29T00:00",
  ]);
});

Deno.test("parseCron() says what is wrong, and nothing of the text", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["* * * *", "must have five fields: minute, hour, day, month, weekday"],
    ["60 * * * *", "has a minute that is not from 0 to 59"],
    ["* 24 * * *", "has an hour that is not from 0 to 23"],
    ["* * 0 * *", "has a day that is not from 1 to 31"],
    ["* * * FOO *", "has a month that is not from 1 to 12"],
    ["* * * * 8", "has a weekday that is not from 0 to 7"],
    ["5-1 * * * *", "has a range of minutes that goes backwards"],
    ["*/0 * * * *", "has a minute with a step of 0"],
    ["1,,2 * * * *", "has a minute that is none"],
    ["*-5 * * * *", "has a minute that is none"],
    ["0 0 31 2 *", "names a day that never comes"],
  ];
  for (const [text, message] of cases) {
    assertEquals(parseCron(text), { kind: "problem", message }, text);
  }
});

Deno.test("nextCronMs() passes over no minute that an expression means", () => {
  const minute = fc.integer({ min: 0, max: 59 });
  const hour = fc.integer({ min: 0, max: 23 });
  const day = fc.integer({ min: 1, max: 28 });
  const start = fc.integer({ min: 0, max: 4_000_000_000 });
  fc.assert(fc.property(minute, hour, day, start, (minute, hour, day, s) => {
    const cron = parseCron(`${minute} ${hour} ${day} * *`);
    if (cron.kind === "problem") throw new TypeError(cron.message);
    const next = nextCronMs(cron, s * 1000) ?? 0;
    const date = new Date(s * 1000);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    const here = Date.UTC(year, month, day, hour, minute);
    const later = Date.UTC(year, month + 1, day, hour, minute);
    assertEquals(next, here > s * 1000 ? here : later);
  }));
});
