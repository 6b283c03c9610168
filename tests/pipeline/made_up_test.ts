import { assertEquals, assertGreater, assertNotEquals } from "@std/assert";
import {
  applyResources,
  readResources,
  runResources,
} from "../../src/pipeline/mod.ts";
import { NOW_MS, type ScratchPond, scratchPond } from "./scratch.ts";

async function apply({ pond }: ScratchPond, text: string) {
  await applyResources(pond, readResources([{ file: "a.yaml", text }]));
}

async function run({ host, pond }: ScratchPond) {
  const [report] = await Array.fromAsync(runResources(pond, host));
  if (report?.error !== undefined) throw report.error;
  return report;
}

Deno.test("Synthetic: a column is the sum of its waves", async () => {
  await using it = await scratchPond();
  await apply(
    it,
    `kind: Synthetic
name: demo
spec:
  series:
  - name: tide
    start: "2026-01-01"
    end: "2026-01-02"
    every: 1h
    columns:
    - name: level
      waves:
      - {type: sine, amplitude: 2, period: 12h, phase: 0.25, offset: 5}
      - {type: square, amplitude: 0.5, period: 2h}
      - {type: line, amplitude: 3, period: 24h}
    - name: flat
      waves: [{type: line, period: 1d, amplitude: 0, offset: 7}]
`,
  );
  assertEquals((await run(it))?.items[0]?.rows, 25);
  assertEquals((await run(it))?.commit, undefined);
  const rows = await it.pond.query(
    `SELECT epoch(Timestamp)::INTEGER s, round(level, 9) v, flat FROM '/Synthetic/demo/tide' ORDER BY Timestamp`,
  ).rows();
  const start = Date.UTC(2026, 0, 1) / 1000;
  assertEquals(
    rows,
    Array.from({ length: 25 }, (_, h) => ({
      s: start + h * 3600,
      v: Number(
        (2 * Math.cos(h * Math.PI / 6) + 5 + (h % 2 === 0 ? 0.5 : -0.5) +
          h / 8).toFixed(9),
      ),
      flat: 7,
    })),
  );
});

Deno.test("Synthetic: without an end, it goes on to the present", async () => {
  await using it = await scratchPond();
  const start = new Date(NOW_MS - 600_000).toISOString().slice(0, 19) + "Z";
  await apply(
    it,
    `kind: Synthetic
name: demo
spec:
  series: [{name: s, start: "${start}", every: 1m, columns: [{name: c, waves: [{type: sine, period: 1h}]}]}]
`,
  );
  assertEquals((await run(it))?.items[0]?.rows, 11);
  it.clock.ms += 150_000;
  assertEquals((await run(it))?.items[0]?.rows, 2);
  assertEquals((await run(it))?.commit, undefined);
});

Deno.test("Scribble: the same tree for the same seed, made once", async () => {
  const treeOf = async (seed: number) => {
    await using it = await scratchPond();
    await apply(
      it,
      `kind: Scribble\nname: s\nspec: {count_min: 2, count_max: 5, seed: ${seed}, probs: {tree: 1, table: 1, data: 1}}\n`,
    );
    const report = await run(it);
    assertEquals(report?.items[0]?.status, "created");
    assertEquals((await run(it))?.commit, undefined);
    const tables = await it.pond.query(
      "SELECT count(*) n FROM '/Scribble/s/**/*.parquet' WHERE region IS NOT NULL",
    ).rows();
    assertGreater(Number(tables[0]?.n), 0);
    const rows = await Array.fromAsync(it.pond.treeRows({ path: "/Scribble" }));
    return rows.map(({ path, sizeBytes }) => `${path} ${sizeBytes}`);
  };
  const first = await treeOf(1);
  assertEquals(first.some((path) => path.split("/").length > 4), true);
  assertEquals(await treeOf(1), first);
  assertNotEquals(await treeOf(2), first);
});
