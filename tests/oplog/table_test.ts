/** The oplog: what is written is read, and no more files than needed. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { memoryHost } from "../../src/host/memory.ts";
import { OplogTable, type RecordDraft } from "../../src/oplog/mod.ts";
import {
  append,
  entry,
  id,
  LAYOUTS,
  newTable,
  NOTE,
  TABLE,
} from "./scratch.ts";

function draft(part: number, ...names: string[]): RecordDraft {
  const partId = id(part);
  return { partId, entries: names.map((name) => entry(partId, name)) };
}

async function namesIn(
  table: OplogTable,
  part: number,
  maxVersion?: number,
): Promise<string[]> {
  const range = maxVersion === undefined ? {} : { maxVersion };
  const names: string[] = [];
  for await (const record of table.readPartition(id(part), range)) {
    names.push(...record.entries().map(({ name }) => name));
  }
  return names;
}

for (const layout of LAYOUTS) {
  Deno.test(`OplogTable (${layout}): readPartition() gives a partition's records, newest first, up to a version`, async () => {
    const { host, table } = await newTable(layout, "first");
    await append(table, draft(1, "a", "b"), draft(2, "c"));
    await append(table, draft(2, "d"));
    await append(table, draft(1, "e"));
    for (const each of [table, await OplogTable.open(host, TABLE)]) {
      assertEquals(await namesIn(each, 1), ["e", "a", "b"]);
      assertEquals(await namesIn(each, 2), ["d", "c"]);
      assertEquals(await namesIn(each, 1, 2), ["a", "b"]);
      assertEquals(await namesIn(each, 9), []);
    }
  });

  Deno.test(`OplogTable (${layout}): a partition is read from its own files, and no others`, async () => {
    const { host, table } = await newTable(layout, "first");
    for (let part = 1; part <= 50; part++) {
      await append(table, draft(part, "x"));
    }
    const cold = await OplogTable.open(host, TABLE);
    const start = host.files.operations.length;
    assertEquals(await namesIn(cold, 30), ["x"]);
    const reads = host.files.operations.slice(start)
      .filter(({ path }) => path.endsWith(".parquet"));
    assertEquals(reads.length, 1);
    assertEquals(await namesIn(cold, 30), ["x"]);
    // The second time, from memory.
    assertEquals(
      host.files.operations.slice(start)
        .filter(({ path }) => path.endsWith(".parquet")).length,
      1,
    );
  });

  Deno.test(`OplogTable (${layout}): a file that many ask for at once is read once, and counts once in the cache`, async () => {
    const { host, table: writer } = await newTable(layout, "first");
    const text = "x".repeat(1_500_000);
    const big = (part: number): RecordDraft => {
      const partId = id(part);
      return { partId, entries: [entry(partId, "big", text)] };
    };
    await append(writer, big(1));
    await append(writer, big(2));
    const table = await OplogTable.open(host, TABLE);
    const reads = async (work: () => Promise<unknown>) => {
      const before = host.files.operations.length;
      await work();
      return host.files.operations.slice(before).filter(({ path }) =>
        path.endsWith(".parquet")
      ).length;
    };
    const ask = (part: number) =>
      Promise.all(Array.from({ length: 20 }, () => namesIn(table, part)));
    assertEquals(await reads(() => ask(1)), await reads(() => ask(2)));
    // Both still fit into the 16 MiB of the cache.
    assertEquals(
      await reads(async () => {
        await namesIn(table, 1);
        await namesIn(table, 2);
        await namesIn(table, 1);
      }),
      0,
    );
  });

  Deno.test(`OplogTable (${layout}): content is split into records of some MiB, in order`, async () => {
    const { host, table } = await newTable(layout, "first");
    const partId = id(1);
    const names = Array.from({ length: 9 }, (_, i) => `f${i}`);
    const entries = names.map((name) =>
      entry(partId, name, name.repeat(500_000))
    );
    await append(table, { partId, entries });
    const cold = await OplogTable.open(host, TABLE);
    const records = await Array.fromAsync(cold.readPartition(partId));
    assert(records.length > 1);
    const inOrder = records.reverse().flatMap((record) => record.entries());
    assertEquals(inOrder.map(({ name }) => name), names);
  });

  Deno.test(`OplogTable (${layout}): an append whose version is taken leaves no file, and can be tried again`, async () => {
    const { host, table } = await newTable(layout, "first");
    const other = await OplogTable.open(host, TABLE);
    await append(other, draft(1, "theirs"));
    const point = table.nextPoint();
    const before = host.files.snapshot().size;
    const taken = await table.append([draft(1, "ours")], point, NOTE);
    assertEquals(taken, { status: "taken" });
    assertEquals(host.files.snapshot().size, before);
    const { touched } = await table.refresh();
    assert(touched !== "all" && touched.has(id(1)));
    await append(table, draft(1, "ours"));
    assertEquals(await namesIn(table, 1), ["ours", "theirs"]);
    await assertRejects(
      () => table.append([draft(1, "late")], point, NOTE),
      Error,
      "a commit follows the newest",
    );
  });

  Deno.test(`OplogTable (${layout}): entryTable() gives the inner rows of all records, with the columns asked for`, async () => {
    const { table } = await newTable(layout, "first");
    await append(table, draft(1, "a", "b"));
    await append(table, draft(2, "c"));
    const rows: string[] = [];
    const scan = table.entryTable({ minVersion: 1 }).scan({
      columns: ["name", "node_version"],
    });
    for await (const { record, numRows, columns } of scan) {
      for (let i = 0; i < numRows; i++) {
        rows.push(`v${record.version} ${columns.map((c) => c[i]).join(" ")}`);
      }
    }
    assertEquals(rows, ["v1 a 1", "v1 b 1", "v2 c 1"]);
    await assertRejects(
      () => Array.fromAsync(table.entryTable().scan({ columns: ["nope"] })),
      RangeError,
    );
    const filtered = table.entryTable().scan({
      filter: ({ version }) => version === 2,
    });
    assertEquals((await Array.fromAsync(filtered)).length, 1);
  });
}

Deno.test("nextPoint() gives times that grow, even when the clock stands still or goes back", async () => {
  const host = memoryHost();
  const still = { ...host, clock: { ...host.clock, nowUs: () => 5 } };
  const table = await OplogTable.create(
    still,
    TABLE,
    "clustered",
    () => [draft(0, "first")],
    NOTE,
  );
  for (const expected of [6, 7, 8]) {
    assertEquals(table.nextPoint().timestampUs, expected);
    await append(table, draft(1, "x"));
  }
});
