/**
 * TPC-H over Parquet files in a pond, named by path, beside DuckDB over the same
 * files on the host.
 *
 * ```text
 * POND_PYTHON=…/bin/python deno task bench:tpch [SCALE] [ROUNDS]
 * ```
 *
 * All are in one process and take turns, query by query: who comes after a
 * database that was closed pays for its memory, so they do that in turns, too. DuckDB is there twice:
 * on one connection that is kept, and in a database that is opened for each
 * query. The figure of a query is the median of its rounds; the run is the sum of
 * the 22. Fails when the pond's run takes more than 1.2 times as long as that of
 * the connection that is kept.
 *
 * @module
 */
import { openTpch } from "../../tests/support/tpch.ts";
import { TPCH_QUERIES } from "../../tests/support/tpch_queries.ts";

const MAX_RATIO = 1.2;

/** Each goes first as often as the others, and after each of them. */
const TURNS = [
  [0, 1, 2],
  [2, 1, 0],
  [1, 2, 0],
  [0, 2, 1],
  [2, 0, 1],
  [1, 0, 2],
] as const;

const [scale = "0.1", rounds = "12"] = Deno.args;
await using tpch = await openTpch(Number(scale));
const sums = [0, 0, 0];
for (const query of TPCH_QUERIES) {
  const works = [
    () => tpch.askPond(query),
    () => tpch.askHost(query),
    () => tpch.askNewHost(query),
  ];
  // The first turn checks blobs and warms the disk's cache up.
  for (const work of works) await work();
  const times: number[][] = works.map(() => []);
  for (let round = 0; round < Number(rounds); round++) {
    for (const i of TURNS[round % TURNS.length] ?? []) {
      const start = performance.now();
      await works[i]?.();
      times[i]?.push(performance.now() - start);
    }
  }
  const medians = times.map(medianOf);
  medians.forEach((ms, i) => sums[i] = (sums[i] ?? 0) + ms);
  await say(query.name, medians);
}
await say("all", sums);
const [pondMs = 0, hostMs = 0] = sums;
if (pondMs > MAX_RATIO * hostMs) Deno.exit(1);

function medianOf(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
}

async function say(name: string, figures: readonly number[]): Promise<void> {
  const [pond = 0, kept = 0, opened = 0] = figures;
  const against = (what: string, ms: number) =>
    `${what} ${ms.toFixed(1)} ms, ratio ${(pond / ms).toFixed(2)}`;
  const line = `${name}: pond ${pond.toFixed(1)} ms; ${
    against("DuckDB", kept)
  }; ${against("opened for it", opened)}\n`;
  await Deno.stdout.write(new TextEncoder().encode(line));
}
