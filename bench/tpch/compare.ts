/**
 * TPC-H over Parquet files in a pond, named by path, beside DuckDB over the same
 * files on the host.
 *
 * ```text
 * POND_PYTHON=…/bin/python deno task bench:tpch [SCALE] [ROUNDS]
 * ```
 *
 * Both are in one process and take turns, query by query; each query has a
 * database of its own on both sides, which is opened in the time. The figure of
 * a query is the median of its rounds; the run is the sum of the 22. Fails when
 * the pond's run takes more than 1.2 times as long.
 *
 * @module
 */
import { openTpch } from "../../tests/support/tpch.ts";
import { TPCH_QUERIES } from "../../tests/support/tpch_queries.ts";

const MAX_RATIO = 1.2;

const [scale = "0.1", rounds = "7"] = Deno.args;
await using tpch = await openTpch(Number(scale));
let [pondMs, hostMs] = [0, 0];
for (const query of TPCH_QUERIES) {
  const works = [
    () => tpch.askPond(query),
    () => tpch.askHost(query),
  ];
  // The first turn checks blobs and warms the disk's cache up.
  for (const work of works) await work();
  const times: number[][] = [[], []];
  for (let round = 0; round < Number(rounds); round++) {
    // Each goes first as often as the other.
    for (const i of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const start = performance.now();
      await works[i]?.();
      times[i]?.push(performance.now() - start);
    }
  }
  const [pond = 0, host = 0] = times.map(medianOf);
  pondMs += pond;
  hostMs += host;
  await say(query.name, pond, host);
}
await say("all", pondMs, hostMs);
if (pondMs > MAX_RATIO * hostMs) Deno.exit(1);

function medianOf(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
}

async function say(name: string, pond: number, host: number): Promise<void> {
  const ratio = (pond / host).toFixed(2);
  const line = `${name}: pond ${pond.toFixed(1)} ms, DuckDB ${
    host.toFixed(1)
  } ms, ratio ${ratio}\n`;
  await Deno.stdout.write(new TextEncoder().encode(line));
}
