import { assert, assertEquals, assertRejects } from "@std/assert";
import * as fc from "fast-check";
import { decodeUtf8 } from "../../src/bytes.ts";
import { PondError } from "../../src/errors.ts";
import { Readings } from "../../src/pipeline/readings.ts";
import { initPond, Pond } from "../../src/pond.ts";
import { FAN_IN, planMerge } from "../../src/tinylogfs/series_merge.ts";
import { scratchPond } from "./scratch.ts";

/** At most so many parts are left of so many appends. */
function mostParts(appends: number): number {
  return (FAN_IN - 1) * Math.ceil(Math.log(appends + 1) / Math.log(FAN_IN));
}

/** Appends a row with a number; every third one has a column of its own. */
async function append(pond: Pond, path: string, i: number): Promise<number> {
  const readings = new Readings();
  readings.add("a", i * 1e6, i);
  if (i % 3 === 0) readings.add("b", i * 1e6, -i);
  const rows = readings.rows(() => {});
  await pond.appendToSeries(path, rows.parquet(), {
    of: "rows",
    rows: 1,
    fromUs: readings.fromUs,
    toUs: readings.toUs,
  });
  return (await pond.commit()).version;
}

async function partsOf(pond: Pond, path: string): Promise<number> {
  return (await Array.fromAsync(pond.fileParts(path))).length;
}

async function rowsOf(pond: Pond, path: string) {
  const rows = await pond.query(`SELECT a, b FROM '${path}'`).rows();
  return { numbers: rows.map(({ a }) => a), own: rows.map(({ b }) => b) };
}

/** From 0 on. */
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

Deno.test("planMerge() leaves as many parts as the logarithm of the appends", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 3000 }), (appends) => {
    const parts: number[] = [];
    let written = 0;
    for (let i = 0; i < appends; i++) {
      const count = planMerge(parts.toReversed());
      const held = parts.splice(parts.length - count, count);
      const holds = held.reduce((sum, it) => sum + it, 1);
      parts.push(holds);
      written += holds;
    }
    assertEquals(parts.reduce((sum, it) => sum + it, 0), appends);
    assert(parts.length <= mostParts(appends), `${parts}`);
    const tiers = Math.floor(Math.log(appends) / Math.log(FAN_IN) + 1e-9);
    assert(written <= appends * (tiers + 1), `${written} rows were written`);
  }));
});

Deno.test("planMerge() merges what older versions have left, at once", () => {
  assertEquals(planMerge(Array.from({ length: 1000 }, () => 1)), 1000);
  assertEquals(planMerge([1, 1, 1, 1, 1, 1]), 0);
  assertEquals(planMerge([1, 1, 1, 1, 1, 1, 1]), 7);
  assertEquals(planMerge([1, 1, 1, 64, 1, 1, 1, 1, 1]), 0);
});

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`a series of many parts has few files, and every state its rows (${layout})`, async () => {
    await using scratch = await scratchPond();
    const { host, temp } = scratch;
    await using pond = await initPond(host, temp.join("it"), { layout });
    const appends = 139;
    const versions = [0];
    for (const i of upTo(appends)) versions.push(await append(pond, "/s", i));
    assert(await partsOf(pond, "/s") <= mostParts(appends));
    const mark = await pond.seriesMark("/s");
    assertEquals([mark?.parts, mark?.whole.rows], [appends, appends]);
    assertEquals([mark?.whole.fromUs, mark?.whole.toUs], [0, 138e6]);
    let sizeBytes = 0;
    for await (const { location } of pond.fileParts("/s")) {
      assert(location.kind === "inline");
      sizeBytes += location.bytes.length;
    }
    assertEquals(mark?.whole.sizeBytes, sizeBytes);
    assertEquals((await pond.entry("/s")).sizeBytes, sizeBytes);
    for (const n of [1, 7, 8, 9, 63, 64, 65, 128, 139]) {
      const { numbers, own } = await rowsOf(pond, `/s@v${versions[n]}`);
      assertEquals(numbers, upTo(n), `after ${n} appends`);
      assertEquals(own, upTo(n).map((i) => i % 3 === 0 ? -i : null));
    }
    const columns = await pond.query("DESCRIBE FROM '/s'").rows();
    assertEquals(
      columns.map(({ column_name, column_type }) =>
        `${column_name} ${column_type}`
      ),
      ["Timestamp TIMESTAMP WITH TIME ZONE", "a DOUBLE", "b DOUBLE"],
    );
  });
}

Deno.test("undo and restore take back what a merged part holds, and no more", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  for (const i of upTo(8)) await append(pond, "/s", i);
  assertEquals(await partsOf(pond, "/s"), 1);
  await pond.undo();
  assertEquals(await partsOf(pond, "/s"), 7);
  await append(pond, "/s", 100);
  assertEquals((await rowsOf(pond, "/s")).numbers, [...upTo(7), 100]);
  assertEquals(await partsOf(pond, "/s"), 1);
  await pond.restore("v4");
  await append(pond, "/s", 200);
  assertEquals((await rowsOf(pond, "/s")).numbers, [...upTo(4), 200]);
  assertEquals((await rowsOf(pond, "/s@v8")).numbers, upTo(8));
});

Deno.test("many parts of one transaction are merged, and moves are followed", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await pond.createDirectory("/d");
  await pond.transaction(async (tx) => {
    for (const i of upTo(20)) {
      await tx.appendToSeries("/s", `${i}\n`, { of: "text" });
    }
  });
  await pond.rename("/s", "/d/s");
  await pond.commit();
  for (let i = 20; i < 50; i++) {
    await pond.appendToSeries("/d/s", `${i}\n`, { of: "text" });
    await pond.commit();
    if (i === 30) {
      await pond.setAttributes("/d/s", { site: "noyo" });
      await pond.commit();
    }
  }
  const text = upTo(50).map((i) => `${i}\n`).join("");
  assertEquals(decodeUtf8(await pond.readFile("/d/s")), text);
  const part = { offset: 9, length: 40 };
  assertEquals(
    decodeUtf8(await pond.readFile("/d/s", part)),
    text.slice(9, 49),
  );
  assert(await partsOf(pond, "/d/s") <= mostParts(50));
});

Deno.test("parts that can't be one file stay several", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  for (const i of upTo(20)) {
    const part = { of: "rows", rows: 1 } as const;
    await pond.appendToSeries("/s.csv", `v\n${i}\n`, part);
    await pond.commit();
  }
  assertEquals(await partsOf(pond, "/s.csv"), 20);
  const rows = await pond.query("SELECT sum(v) AS s FROM '/s.csv'").rows();
  assertEquals(rows, [{ s: 190n }]);
});

Deno.test("a prune drops the parts that no state that stays leads back to", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  const versions = [0];
  for (const i of upTo(20)) versions.push(await append(pond, "/s", i));
  for (const i of upTo(3)) await append(pond, "/gone", i);
  for (const i of upTo(3)) await append(pond, "/plain", i);
  await pond.delete("/gone");
  await pond.writeFile("/plain", "one");
  await pond.commit();
  await append(pond, "/s", 20);
  await pond.tag("then", `v${versions[10]}`);
  await pond.prune({ before: "@" });
  await using again = await Pond.open(pond.path);
  assertEquals((await rowsOf(again, "/s")).numbers, upTo(21));
  assertEquals((await rowsOf(again, "/s@then")).numbers, upTo(10));
  const count = async (name: string) =>
    (await again.query(
      `SELECT count(*)::INTEGER AS n FROM operations WHERE path = '/${name}' AND operation <> 'delete'`,
    ).rows())[0]?.n;
  // Two of 8 and five of one; and beside them the last two that the tag has.
  assertEquals(await count("s"), 2 + 5 + 2);
  assertEquals(await count("gone"), 0);
  assertEquals(await count("plain"), 1);
  for (let i = 21; i < 70; i++) await append(again, "/s", i);
  assertEquals((await rowsOf(again, "/s")).numbers, upTo(70));
});

Deno.test("a copy of a tree with a series in it changes nothing", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await pond.createDirectory("/d");
  await pond.writeFile("/d/a", "1");
  await append(pond, "/d/s", 1);
  const copy = () => pond.copy("/d", "/e", { recursive: true });
  const error = await assertRejects(copy, PondError);
  assertEquals(error.code, "UNSUPPORTED");
  assertEquals(await pond.exists("/e"), false);
  assertEquals(pond.pendingOperations().length, 0);
});
