/**
 * The proof of concept's pipeline, from its own YAML: readings of two instruments
 * at a dock are collected, joined, reduced and exported.
 */
import { assertEquals } from "@std/assert";
import { exportTables } from "../../src/export/mod.ts";
import { runResources } from "../../src/pipeline/mod.ts";
import { fakeHydroVu } from "../support/fake_hydrovu.ts";
import { scratchPond } from "./scratch.ts";
import { apply } from "./view_support.ts";

const NOYO = `apiVersion: github.com/jmacd/duckpond/v1
kind: HydroVu
name: noyoharbor
desc: Noyo Harbor
spec:
  key: "\${env:HYDRO_KEY_ID}"
  secret: "\${env:HYDRO_KEY_VALUE}"
  devices:
  - {name: BDockVulink, scope: Vulink, id: 1}
  - {name: BDockAT500, scope: AT500, id: 2}
---
apiVersion: github.com/jmacd/duckpond/v1
kind: Combine
name: noyodata
desc: Instruments of a dock
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
`;

const MINUTE_S = 60;
const HOUR_S = 3600;
/** The turn of a year, so that there are two to export. */
const START_S = Date.UTC(2025, 11, 31) / 1000;

interface Reading {
  readonly timestamp: number;
  readonly value: number;
}

/** Readings each quarter of an hour, of values that don't add up evenly. */
function quarters(from: number, count: number, of: number): Reading[] {
  return Array.from({ length: count }, (_, i) => ({
    timestamp: from + i * 15 * MINUTE_S,
    value: Math.sin(of + i / 7) * 10 ** (i % 5) + 0.1,
  }));
}

/** Whole numbers of 2^-200: exact, and rounded once. */
function average(values: readonly number[]): number {
  const unit = 2 ** 200;
  const sum = values.reduce((sum, x) => sum + BigInt(x * unit), 0n);
  return Number(sum) / unit / values.length;
}

Deno.test("the proof of concept's pipeline runs from its YAML, and its numbers are right to the last digit", async () => {
  await using scratch = await scratchPond();
  const { clock, env, host, pond, temp } = scratch;
  await using fake = fakeHydroVu({ credentials: ["key", "secret"] });
  env.set("HYDRO_KEY_ID", "key");
  env.set("HYDRO_KEY_VALUE", "secret");
  env.set("HYDROVU_BASE_URL", fake.url);
  const vulink = quarters(START_S, 300, 1);
  const at500 = quarters(START_S + 20 * HOUR_S, 200, 2);
  const parameter = (readings: readonly Reading[]) => [{
    parameterId: "1",
    unitId: "1",
    readings,
  }];
  fake.locations.set(1, parameter(vulink.slice(0, 250)));
  fake.locations.set(2, parameter(at500));
  await apply(pond, NOYO);
  await Array.fromAsync(runResources(pond, host));

  const columns = await pond.query("FROM '/Combine/noyodata/BDock/combine'")
    .columns();
  const [, vulinkColumn = "", at500Column = ""] = columns.map(({ name }) =>
    name
  );
  const check = async (readings: readonly Reading[], column: string) => {
    for (const hours of [1, 2, 4, 12, 24]) {
      const path = `/Reduce/downsampled/single_site/site=BDock/res=${hours}h`;
      const rows = await pond.query(
        `SELECT epoch("Timestamp")::BIGINT AS s, "${column}.avg" AS avg, "${column}.min" AS min, "${column}.max" AS max
         FROM '${path}' WHERE "${column}.avg" IS NOT NULL`,
      ).rows();
      const width = hours * HOUR_S;
      const groups = Map.groupBy(
        readings,
        ({ timestamp }) => timestamp - timestamp % width,
      );
      assertEquals(
        rows.map(({ avg, max, min, s }) => [Number(s), avg, min, max]),
        [...groups].map(([start, group]) => {
          const values = group.map(({ value }) => value);
          return [
            start,
            average(values),
            Math.min(...values),
            Math.max(...values),
          ];
        }),
        path,
      );
    }
  };
  await check(vulink.slice(0, 250), vulinkColumn);
  await check(at500, at500Column);

  // What is collected later is there as well, without anything being run.
  fake.locations.set(1, parameter(vulink));
  clock.ms += 24 * HOUR_S * 1000;
  await Array.fromAsync(runResources(pond, host));
  await check(vulink, vulinkColumn);

  const to = temp.join("lake");
  const report = await exportTables(host, pond, {
    glob: "/Reduce/downsampled/single_site/site=*/res=1h",
    directory: to,
    partitionBy: ["year", "month"],
    timeColumn: undefined,
    where: undefined,
    format: "parquet",
  });
  const times = new Set(
    [...vulink, ...at500].map(({ timestamp }) =>
      timestamp - timestamp % HOUR_S
    ),
  );
  assertEquals([report.files, report.rows], [2, times.size]);
});
