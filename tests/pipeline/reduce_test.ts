import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { PondError } from "../../src/errors.ts";
import type { Pond } from "../../src/pond.ts";
import { scratchPond } from "./scratch.ts";
import { apply, commit, csvOf, HOUR_MS } from "./view_support.ts";

const MINUTE_MS = 60_000;
const DAY = Date.UTC(2026, 0, 5);

type Reading = readonly [ms: number, value: number];

/** A day of one-minute readings, both ends included, of values that don't add up evenly. */
function dayOfMinutes(from: number = DAY): Reading[] {
  const readings: Reading[] = [];
  for (let i = 0; i <= 1440; i++) {
    readings.push([
      from + i * MINUTE_MS,
      Math.sin(i / 100) * 10 ** (i % 7) + 0.1,
    ]);
  }
  return readings;
}

function reduce(more: string = "", resolutions = "1h"): string {
  return `kind: Reduce
name: downsampled
spec:
  collections:
  - name: single_site
    resolutions: [${resolutions}]
    datasets:
    - in_pattern: "/data/*.csv"
      out_pattern: "site=$0"
${more}`;
}

const pathOf = (resolution: string, site = "a") =>
  `/Reduce/downsampled/single_site/site=${site}/res=${resolution}`;

/** The sum as exact arithmetic has it, rounded once: whole numbers of 2^-200. */
function exactSum(values: readonly number[]): number {
  const unit = 2 ** 200;
  return Number(values.reduce((sum, x) => sum + BigInt(x * unit), 0n)) / unit;
}

interface Expected {
  readonly avg: number;
  readonly min: number;
  readonly max: number;
}

function expectedBuckets(
  readings: readonly Reading[],
  startOf: (ms: number) => number,
): Map<number, Expected> {
  const groups = Map.groupBy(readings, ([ms]) => startOf(ms));
  return new Map(
    [...groups].sort(([a], [b]) => a - b).map(([start, group]) => {
      const values = group.map(([, value]) => value);
      return [start, {
        avg: exactSum(values) / values.length,
        min: Math.min(...values),
        max: Math.max(...values),
      }];
    }),
  );
}

async function bucketsOf(
  pond: Pond,
  path: string,
): Promise<Map<number, Expected>> {
  const rows = await pond.query(
    `SELECT epoch_ms("Timestamp") AS ms, "v.avg" AS avg, "v.min" AS min, "v.max" AS max FROM '${path}'`,
  ).rows();
  return new Map(rows.map(({ avg, max, min, ms }) => [
    Number(ms),
    { avg: Number(avg), min: Number(min), max: Number(max) },
  ]));
}

/** A bucket of the UTC calendar, computed by other means than in the view. */
const CALENDAR: Readonly<Record<string, (ms: number) => number>> = {
  "1d": (ms) => ms - ms % (24 * HOUR_MS),
  "7d": (ms) => {
    const day = ms - ms % (24 * HOUR_MS);
    return day - ((new Date(day).getUTCDay() + 6) % 7) * 24 * HOUR_MS;
  },
  "30d": (ms) =>
    Date.UTC(new Date(ms).getUTCFullYear(), new Date(ms).getUTCMonth()),
  "90d": (ms) =>
    Date.UTC(
      new Date(ms).getUTCFullYear(),
      Math.floor(new Date(ms).getUTCMonth() / 3) * 3,
    ),
  "365d": (ms) => Date.UTC(new Date(ms).getUTCFullYear(), 0),
};

Deno.test("Reduce makes 25 hourly buckets of a day of minutes, right to the last digit", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  const readings = dayOfMinutes();
  assertEquals(readings.length, 1441);
  await commit(pond, { "/data/a.csv": csvOf("v", readings) });
  await apply(pond, reduce("", "15m, 1h, 2h, 4h, 12h, 24h"));
  assertEquals((await bucketsOf(pond, pathOf("1h"))).size, 25);
  for (
    const [name, length] of [["15m", 0.25], ["1h", 1], ["2h", 2], ["4h", 4], [
      "12h",
      12,
    ], ["24h", 24]] as const
  ) {
    const width = length * HOUR_MS;
    assertEquals(
      await bucketsOf(pond, pathOf(name)),
      expectedBuckets(readings, (ms) => ms - ms % width),
      name,
    );
  }
});

Deno.test("Reduce takes the buckets of the calendar from a day on", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  // Around the ends of years, of a leap year's February, and of weeks.
  const readings: Reading[] = [];
  for (let day = 0; day < 900; day++) {
    for (const ms of [0, 1, 24 * HOUR_MS - 1]) {
      readings.push([
        Date.UTC(2023, 10, 27) + day * 24 * HOUR_MS + ms,
        day + ms / 7,
      ]);
    }
  }
  await commit(pond, { "/data/a.csv": csvOf("v", readings) });
  await apply(pond, reduce("", Object.keys(CALENDAR).join(", ")));
  for (const [name, startOf] of Object.entries(CALENDAR)) {
    assertEquals(
      await bucketsOf(pond, pathOf(name)),
      expectedBuckets(readings, startOf),
      name,
    );
  }
});

Deno.test("a late reading changes exactly its bucket at each resolution", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  const readings = dayOfMinutes();
  const resolutions = { "1h": 1, "2h": 2, "4h": 4, "12h": 12, "24h": 24 };
  const append = async (rows: readonly Reading[]) =>
    await pond.transaction(async (tx) => {
      await tx.createDirectory("/data", { recursive: true });
      const times = rows.map(([ms]) => ms * 1000);
      await tx.appendToSeries("/data/a.csv", csvOf("v", rows), {
        of: "rows",
        rows: rows.length,
        fromUs: Math.min(...times),
        toUs: Math.max(...times),
      });
    });
  await append(readings);
  await apply(pond, reduce("", Object.keys(resolutions).join(", ")));
  const before = new Map<string, Map<number, Expected>>();
  for (const name of Object.keys(resolutions)) {
    before.set(name, await bucketsOf(pond, pathOf(name)));
  }
  const late = DAY + 13.5 * HOUR_MS + 1;
  await append([[late, 1e9]]);
  for (const [name, hours] of Object.entries(resolutions)) {
    const after = await bucketsOf(pond, pathOf(name));
    const start = late - late % (hours * HOUR_MS);
    const changed = [...after].filter(([ms, bucket]) =>
      JSON.stringify(bucket) !== JSON.stringify(before.get(name)?.get(ms))
    );
    assertEquals(changed.map(([ms]) => ms), [start], name);
    assertEquals(after.size, before.get(name)?.size);
    assertEquals(after.get(start)?.max, 1e9);
  }
});

Deno.test("Reduce makes what is asked for of the columns that are named", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await commit(pond, {
    "/data/a.csv":
      "Timestamp,T.C,Rain.mm,name,none\n2026-01-01T00:00:00Z,1.5,2,x,\n2026-01-01T00:30:00Z,2.5,3,y,\n2026-01-01T02:00:00Z,,4,z,\n",
  });
  await apply(
    pond,
    reduce(`      aggregates:
      - columns: ["Rain.*"]
        use: [sum, count]
`),
  );
  const path = pathOf("1h");
  assertEquals(
    await pond.query(`SELECT * EXCLUDE "Timestamp" FROM '${path}'`).rows(),
    [
      {
        "T.C.avg": 2,
        "T.C.min": 1.5,
        "T.C.max": 2.5,
        "Rain.mm.sum": 5,
        "Rain.mm.count": 2n,
      },
      {
        "T.C.avg": null,
        "T.C.min": null,
        "T.C.max": null,
        "Rain.mm.sum": 4,
        "Rain.mm.count": 1n,
      },
    ],
  );
  await apply(pond, reduce(`      columns: ["T.*"]\n`));
  assertEquals(
    (await pond.query(`FROM '${path}'`).columns()).map(({ name }) => name),
    ["Timestamp", "T.C.avg", "T.C.min", "T.C.max"],
  );
  await apply(pond, reduce(`      columns: ["Rain"]\n`));
  const error = await assertRejects(() => pond.readFile(path), PondError);
  assertStringIncludes(error.message, "no column of numbers is 'Rain'");
});

Deno.test("Reduce makes one output of several inputs, whose columns begin with what the wildcards stand for", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await commit(pond, {
    "/data/a.csv": csvOf("v", [[DAY, 1]]),
    "/data/b.csv": csvOf("v", [[DAY, 2], [DAY + HOUR_MS, 3]]),
  });
  await apply(pond, reduce().replace("site=$0", "all"));
  assertEquals(
    await pond.query(
      `SELECT epoch_ms("Timestamp")::DOUBLE AS ms, "a.v.avg" AS a, "b.v.avg" AS b FROM '${
        pathOf("1h", "a").replace("site=a", "all")
      }'`,
    ).rows(),
    [{ ms: DAY, a: 1, b: 2 }, { ms: DAY + HOUR_MS, a: null, b: 3 }],
  );
  const error = await assertRejects(
    () => apply(pond, reduce().replace("site=$0", "site=$1")),
    PondError,
  );
  assertEquals(error.code, "INVALID_ARGUMENT");
});

Deno.test("the proof of concept's pipeline runs from Combine to Reduce as it was written", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  const readings = dayOfMinutes();
  await commit(pond, {
    "/HydroVu/noyoharbor/data/BDockVulink-1.csv": csvOf(
      "Vulink.Temp.C",
      readings,
    ),
    "/HydroVu/noyoharbor/data/BDockAT500-2.csv": csvOf(
      "AT500.Temp.C",
      readings.slice(60),
    ),
  });
  await apply(
    pond,
    `apiVersion: github.com/jmacd/duckpond/v1
kind: Combine
name: noyodata
desc: Noyo harbor
spec:
  scopes:
  - name: BDock
    series:
    - pattern: /HydroVu/noyoharbor/data/BDockVulink*
    - pattern: /HydroVu/noyoharbor/data/BDockAT500*
---
apiVersion: github.com/jmacd/duckpond/v1
kind: Reduce
name: downsampled
desc: Downsampled
spec:
  collections:
  - name: single_site
    resolutions: [1h, 2h, 4h, 12h, 24h]
    datasets:
    - in_pattern: /Combine/noyodata/*/combine
      out_pattern: site=$0
`,
  );
  const path = "/Reduce/downsampled/single_site/site=BDock/res=1h";
  assertEquals(
    (await pond.query(`FROM '${path}'`).columns()).map(({ name }) => name),
    [
      "Timestamp",
      "Vulink.Temp.C.avg",
      "Vulink.Temp.C.min",
      "Vulink.Temp.C.max",
      "AT500.Temp.C.avg",
      "AT500.Temp.C.min",
      "AT500.Temp.C.max",
    ],
  );
  const rows = await pond.query(
    `SELECT epoch_ms("Timestamp") AS ms, "Vulink.Temp.C.avg" AS a, "AT500.Temp.C.avg" AS b FROM '${path}'`,
  ).rows();
  const expected = expectedBuckets(readings, (ms) => ms - ms % HOUR_MS);
  assertEquals(
    rows.map(({ a, ms }) => [Number(ms), a]),
    [...expected].map(([ms, { avg }]) => [ms, avg]),
  );
  assertEquals(rows.map(({ b }) => b), [
    null,
    ...rows.slice(1).map(({ a }) => a),
  ]);
});
