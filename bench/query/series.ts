/**
 * What a query over a series of many small parts costs, in both layouts.
 *
 * ```text
 * deno run -A --import-map deps/offline.json bench/query/series.ts [APPENDS]
 * ```
 *
 * @module
 */
import { denoHost } from "../../src/host/mod.ts";
import { Readings } from "../../src/pipeline/readings.ts";
import { initPond } from "../../src/pond.ts";
import type { Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";

const APPENDS = Number(Deno.args[0] ?? 1000);
const ROWS_A_PART = 4;
const ROUNDS = 5;
const SQL = `SELECT count(*) AS n, sum("A.x.m") AS sum FROM '/s'`;

const directory = await Deno.makeTempDir({ prefix: "pond-bench-" });
try {
  for (const layout of ["clustered", "hive"] as const) await measure(layout);
} finally {
  await Deno.remove(directory, { recursive: true });
}

async function measure(layout: Layout): Promise<void> {
  await using pond = await initPond(denoHost(), `${directory}/${layout}`, {
    layout,
  });
  const begun = performance.now();
  for (let i = 0; i < APPENDS; i++) await append(pond, i);
  const appendMs = (performance.now() - begun) / APPENDS;
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const begun = performance.now();
    await pond.query(SQL).rows();
    times.push(performance.now() - begun);
  }
  const parts = (await Array.fromAsync(pond.fileParts("/s"))).length;
  const [first = 0, ...later] = times;
  write(
    `${layout}: ${APPENDS} appends, ${appendMs.toFixed(1)} ms each; ` +
      `${parts} parts; the first query ${first.toFixed()} ms, ` +
      `the best one ${Math.min(...later).toFixed()} ms`,
  );
}

async function append(pond: TinyLogFS, i: number): Promise<void> {
  const readings = new Readings();
  for (let j = 0; j < ROWS_A_PART; j++) {
    const timeUs = (i * ROWS_A_PART + j) * 9e8;
    readings.add("A.x.m", timeUs, i);
    readings.add("A.y.m", timeUs, j);
  }
  const rows = readings.rows(() => {});
  await pond.appendToSeries("/s", rows.parquet(), {
    of: "rows",
    rows: rows.length,
    fromUs: readings.fromUs,
    toUs: readings.toUs,
  });
  await pond.commit();
}

function write(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
