import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Grid,
  gridOf,
  isIn,
  spanAt,
  spansOf,
} from "../../src/pipeline/views/spans.ts";
import { bucketOf } from "../../src/pipeline/views/resolution.ts";
import type { Pond } from "../../src/pond.ts";
import { type ScratchPond, scratchPond } from "./scratch.ts";
import { apply, commit, csvOf, HOUR_MS } from "./view_support.ts";

type Reading = readonly [ms: number, value: number];

const RESOLUTIONS = ["1h", "7h", "1d", "7d", "30d", "365d"];

const VIEWS = `kind: Combine
name: noyo
spec:
  scopes:
  - name: dock
    series: [{pattern: "/data/a.csv"}, {pattern: "/data/b.csv"}]
---
kind: Reduce
name: down
spec:
  collections:
  - name: x
    resolutions: [${RESOLUTIONS.join(", ")}]
    datasets: [{in_pattern: "/Combine/noyo/*/combine", out_pattern: "site=$0"}]
`;

async function append(pond: Pond, path: string, rows: readonly Reading[]) {
  const times = rows.map(([ms]) => ms * 1000);
  await pond.transaction(async (tx) => {
    await tx.createDirectory("/data", { recursive: true });
    const column = path.at(-5) ?? "";
    await tx.appendToSeries(path, csvOf(column, rows), {
      of: "rows",
      rows: rows.length,
      fromUs: Math.min(...times),
      toUs: Math.max(...times),
    });
  });
}

/** Readings of each third hour of a month. */
function month(year: number, month: number, value: number): Reading[] {
  const rows: Reading[] = [];
  for (
    let ms = Date.UTC(year, month);
    ms < Date.UTC(year, month + 1);
    ms += 3 * HOUR_MS
  ) {
    rows.push([ms, value + Math.sin(ms)]);
  }
  return rows;
}

async function rowsOf(pond: Pond, path: string) {
  return await pond.query(`FROM '${path}'`).rows();
}

const PATHS = [
  "/Combine/noyo/dock/combine",
  ...RESOLUTIONS.map((name) => `/Reduce/down/x/site=dock/res=${name}`),
];

async function keysIn({ temp }: ScratchPond): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const { name } of Deno.readDir(temp.join("pond/cache/views"))) {
    keys.add(name);
  }
  return keys;
}

Deno.test("late data computes the spans that it touches, and the rows are those of a whole computation", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  const readings: Record<"a" | "b", Reading[]> = { a: [], b: [] };
  const add = async (name: "a" | "b", rows: readonly Reading[]) => {
    readings[name].push(...rows);
    await append(pond, `/data/${name}.csv`, rows);
  };
  for (let i = 0; i < 4; i++) await add("a", month(2025, 8 + i, i));
  for (let i = 1; i < 3; i++) await add("b", month(2025, 8 + i, 100 * i));
  await apply(pond, VIEWS);
  for (const path of PATHS) await pond.readFile(path);
  const before = await keysIn(scratch);
  await add("a", [[Date.UTC(2025, 10, 10, 1), 1e6]]);
  const actual = [];
  for (const path of PATHS) actual.push(await rowsOf(pond, path));
  const computed = (await keysIn(scratch)).difference(before);
  // Each file, and its spans: November of three of them, and of 7h and 7d the two
  // blocks of 28 days that it is in. Months and years have one span, the year.
  assertEquals(computed.size, PATHS.length + 3 + 2 * 2);
  // The same readings in plain files are computed as a whole.
  await using other = await scratchPond();
  await commit(other.pond, {
    "/data/a.csv": csvOf("a", readings.a),
    "/data/b.csv": csvOf("b", readings.b),
  });
  await apply(other.pond, VIEWS);
  for (const [i, path] of PATHS.entries()) {
    assertEquals(actual[i], await rowsOf(other.pond, path), path);
  }
  assertEquals((await keysIn(other)).size, PATHS.length);
});

Deno.test("a new column is a column of all spans", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await append(pond, "/data/a.csv", month(2025, 0, 1));
  await append(pond, "/data/a.csv", month(2025, 1, 1));
  await apply(pond, VIEWS);
  const [combined = ""] = PATHS;
  assertEquals(Object.keys((await rowsOf(pond, combined))[0] ?? {}), [
    "Timestamp",
    "a",
  ]);
  await append(pond, "/data/b.csv", month(2025, 1, 2));
  const rows = await rowsOf(pond, combined);
  assertEquals(Object.keys(rows[0] ?? {}), ["Timestamp", "a", "b"]);
  assertEquals([rows[0]?.b, rows.at(-1)?.b !== null], [null, true]);
});

Deno.test("spans hold whole buckets, follow each other, and are found for every time", () => {
  const grids = fc.constantFrom(
    ...RESOLUTIONS.map((name) => gridOf(bucketOf(name))),
    gridOf(bucketOf("13m")),
    { kind: "month" } satisfies Grid,
  );
  const time = fc.integer({
    min: Date.UTC(1965, 0) * 1000,
    max: Date.UTC(2060, 0) * 1000,
  });
  fc.assert(fc.property(grids, time, (grid, us) => {
    const span = spanAt(grid, us);
    assert(span.fromUs <= us && us < span.toUs);
    assertEquals(spanAt(grid, span.fromUs), span);
    assertEquals(spanAt(grid, span.toUs - 1), span);
    assertEquals(spanAt(grid, span.toUs).fromUs, span.toUs);
    const piece = { identity: "x", fromUs: us, toUs: us };
    assertEquals(spansOf(grid, [piece]), [span]);
    assert(isIn(piece, span));
    assert(!isIn(piece, spanAt(grid, span.toUs)));
  }));
});

Deno.test("spansOf() gives none where it isn't known when a piece is, or there are too many", () => {
  const year = { fromUs: 0, toUs: Date.UTC(2026, 0) * 1000 };
  assertEquals(spansOf({ kind: "month" }, [{ identity: "x" }]), undefined);
  assertEquals(
    spansOf({ kind: "month" }, [{ identity: "x", ...year }]),
    undefined,
  );
  assertEquals(
    spansOf({ kind: "year" }, [{ identity: "x", ...year }])?.length,
    57,
  );
});

Deno.test("no time is left out: the years 0 to 99, and what is beyond all dates", () => {
  const grid: Grid = { kind: "month" };
  const us = Date.parse("0001-01-01") * 1000;
  assertEquals(spansOf(grid, [{ identity: "x", fromUs: us, toUs: us }]), [
    { fromUs: us, toUs: Date.parse("0001-02-01") * 1000 },
  ]);
  const far = 9e18;
  const piece = { identity: "x", fromUs: far, toUs: far };
  assertEquals(spansOf(grid, [piece]), undefined);
});

Deno.test("rows of the year 1 stay in what is computed year by year", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  // So large that it is read span by span.
  const note = "x".repeat(150_000);
  const times = ["0001-01-01", "2023-01-01", "2024-01-01"];
  const lines = Array.from(
    { length: 36 },
    (_, i) => `${times[i % 3]}T00:00:00Z,${i},${note}`,
  );
  await commit(pond, {
    "/in/a.csv": `Timestamp,m,note\n${lines.join("\n")}\n`,
  });
  await apply(
    pond,
    `kind: Reduce
name: r
spec:
  collections:
  - name: x
    resolutions: [365d]
    datasets: [{in_pattern: "/in/*", out_pattern: "$0", columns: [m]}]
`,
  );
  const rows = await rowsOf(pond, "/Reduce/r/x/a.csv/res=365d");
  assertEquals(rows.length, 3);
});
