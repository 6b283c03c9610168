import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { PondError } from "../../src/errors.ts";
import type { Pond } from "../../src/pond.ts";
import { scratchPond } from "./scratch.ts";
import { apply, commit, csvOf, HOUR_MS } from "./view_support.ts";

const DAY_MS = 24 * HOUR_MS;

function combine(...patterns: readonly string[]): string {
  const series = patterns.map((pattern) => `{pattern: "${pattern}"}`);
  return `kind: Combine\nname: noyo\nspec:\n  scopes:\n  - name: dock\n    series: [${
    series.join(", ")
  }]\n`;
}

const JOINED = "/Combine/noyo/dock/combine";

async function rowsOf(pond: Pond, sql: string = "FROM t") {
  return await pond.query(`WITH t AS (FROM '${JOINED}') ${sql}`).rows();
}

Deno.test("Combine joins two devices outer, with 577 rows of which 121 have both", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  const hourly = (from: number, to: number, value: number) => {
    const rows: [number, number][] = [];
    for (let ms = from; ms <= to; ms += HOUR_MS) rows.push([ms, value]);
    return rows;
  };
  const january = (day: number) => Date.UTC(2026, 0, day);
  await commit(pond, {
    "/data/a.csv": csvOf("A.Temp.C", hourly(january(1), january(15), 1)),
    "/data/b.csv": csvOf("B.Temp.C", hourly(january(10), january(25), 2)),
  });
  await apply(pond, combine("/data/a*", "/data/b*"));
  assertEquals(
    await rowsOf(
      pond,
      `SELECT count(*)::INT AS rows, count_if("A.Temp.C" IS NOT NULL AND "B.Temp.C" IS NOT NULL)::INT AS both,
        count("Timestamp")::INT AS times, count(DISTINCT "Timestamp")::INT AS different,
        min("Timestamp")::VARCHAR AS first, max("Timestamp")::VARCHAR AS last FROM t`,
    ),
    [{
      rows: 577,
      both: 121,
      times: 577,
      different: 577,
      first: "2026-01-01 00:00:00+00",
      last: "2026-01-25 00:00:00+00",
    }],
  );
  const times = await rowsOf(pond, `SELECT epoch_ms("Timestamp") AS ms FROM t`);
  const all = times.map(({ ms }) => Number(ms));
  assertEquals(all, all.toSorted((a, b) => a - b));
  assertEquals(all.at(-1), january(1) + 24 * DAY_MS);
});

Deno.test("Combine is a full outer join of any series, with the last value of each time", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await apply(pond, combine("/x/a*", "/x/b*", "/x/c*"));
  const reading = fc.tuple(
    fc.integer({ min: 0, max: 12 }).map((hour) => hour * HOUR_MS),
    fc.option(fc.integer({ min: -5, max: 5 }), { freq: 4 }),
  );
  const file = fc.array(reading, { maxLength: 8 });
  const files = fc.record({ a1: file, a2: file, b1: file, c1: file });
  await fc.assert(
    fc.asyncProperty(files, async (files) => {
      const present = Object.entries(files).filter(([, rows]) => rows.length);
      if (await pond.exists("/x")) await pond.delete("/x", { recursive: true });
      await pond.commit();
      await commit(
        pond,
        Object.fromEntries(present.map(([name, rows]) => [
          `/x/${name}.csv`,
          csvOf(`col ${name[0]}`, rows),
        ])),
      );
      const expected = new Map<number, Record<string, number | null>>();
      for (const [name, rows] of present) {
        for (const [ms, value] of rows) {
          const row = expected.get(ms) ?? {};
          if (value !== null) row[`col ${name[0]}`] = value;
          expected.set(ms, row);
        }
      }
      const columns = [...new Set(present.map(([name]) => `col ${name[0]}`))];
      const actual = await rowsOf(
        pond,
        `SELECT epoch_ms("Timestamp") AS ms, * FROM t`,
      );
      assertEquals(
        actual.map((row) => [
          Number(row.ms),
          ...columns.map((name) =>
            row[name] === null ? null : Number(row[name])
          ),
        ]),
        [...expected].sort(([a], [b]) => a - b).map(([ms, row]) => [
          ms,
          ...columns.map((name) => row[name] ?? null),
        ]),
      );
    }),
    { numRuns: 25 },
  );
});

Deno.test("Combine leaves out what matches nothing, and shows an empty table of nothing", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await apply(pond, combine("/x/a*", "/x/b.csv", "/x/c*"));
  const columns = await pond.query(`FROM '${JOINED}'`).columns();
  assertEquals(columns.map(({ name, type }) => [name, type]), [
    ["Timestamp", "TIMESTAMP WITH TIME ZONE"],
  ]);
  assertEquals(await rowsOf(pond), []);
  await commit(pond, { "/x/c1.csv": csvOf("c", [[0, 1]]) });
  assertEquals(await rowsOf(pond, "SELECT c::INT AS c FROM t"), [{ c: 1 }]);
});

Deno.test("Combine refuses columns of one name in two series, and names both", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await commit(pond, {
    "/x/a.csv": csvOf("Temp", [[0, 1]]),
    "/x/b.csv": csvOf("temp", [[0, 1]]),
  });
  await apply(pond, combine("/x/a*", "/x/b*"));
  const error = await assertRejects(() => rowsOf(pond), PondError);
  assertEquals(error.code, "INVALID_ARGUMENT");
  assertStringIncludes(
    error.message,
    "/x/a* and /x/b* both have the column temp",
  );
});

Deno.test("Combine keeps the columns that are named, and tells of one that isn't there", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await commit(pond, { "/x/a.csv": "Timestamp,p,q\n2026-01-01,1,2\n" });
  await apply(pond, `${combine("/x/a*")}    columns: [q]\n`);
  assertEquals(Object.keys((await rowsOf(pond))[0] ?? {}), ["Timestamp", "q"]);
  await apply(pond, `${combine("/x/a*")}    columns: [qq]\n`);
  const error = await assertRejects(() => rowsOf(pond), PondError);
  assertEquals(error.hint, "did you mean q?");
});

Deno.test("Combine knows times by their column, and refuses a table without", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  const firstTime = async (text: string) => {
    await commit(pond, { "/x/a.csv": text });
    const rows = await rowsOf(
      pond,
      `SELECT epoch_ms("Timestamp") AS ms FROM t`,
    );
    return rows.map(({ ms }) => Number(ms));
  };
  await apply(pond, combine("/x/a.csv"));
  const day = Date.UTC(2026, 0, 2);
  assertEquals(await firstTime("when,v\n2026-01-02,1\n"), [day]);
  assertEquals(await firstTime("Timestamp,v\n2026-01-02T00:00:00Z,1\n"), [day]);
  // Seconds, as the proof of concept wrote them.
  assertEquals(await firstTime(`Timestamp,v\n${day / 1000},1\n`), [day]);
  assertEquals(
    await firstTime(
      "other,Timestamp,v\n2020-01-01,2026-01-02 00:00:00,1\n,,2\n",
    ),
    [day],
  );
  for (const text of ["a,b\n1,2\n", "a,b\n2026-01-01,2026-01-02\n"]) {
    const error = await assertRejects(() => firstTime(text), PondError);
    assertEquals(error.code, "UNSUPPORTED");
  }
});
