/** Merging data files: the same rows in fewer files, and nobody is disturbed. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { encodeUtf8 } from "../../src/bytes.ts";
import { hasCode } from "../../src/errors.ts";
import { OplogTable, type RecordDraft } from "../../src/oplog/mod.ts";
import { append, entry, id, LAYOUTS, newTable, TABLE } from "./scratch.ts";

const MAX_BYTES = 64 * 1024 * 1024;

function draft(part: number, name: string, text = name): RecordDraft {
  const partId = id(part);
  return { partId, entries: [entry(partId, name, text)] };
}

/** Two partitions take turns, and share every third commit. */
async function grow(table: OplogTable, commits: number): Promise<void> {
  for (let i = 0; i < commits; i++) {
    const { version } = table.nextPoint();
    const drafts = [draft(1, `v${version}`), draft(2, `v${version}`)];
    await append(
      table,
      ...(i % 3 === 0 ? drafts : [drafts[i % 2] ?? []].flat()),
    );
  }
}

async function all(table: OplogTable, maxVersion?: number): Promise<string[]> {
  const range = maxVersion === undefined ? {} : { maxVersion };
  const rows: string[] = [];
  for await (const record of table.readAll(range)) {
    const { partId, version, timestampUs } = record;
    const names = record.entries().map(({ name }) => name);
    rows.push(`${version} ${partId} ${timestampUs} ${names}`);
  }
  return rows;
}

async function partition(
  table: OplogTable,
  part: number,
  range: { minVersion?: number; maxVersion?: number } = {},
): Promise<string[]> {
  const names: string[] = [];
  for await (const record of table.readPartition(id(part), range)) {
    names.push(...record.entries().map(({ name }) => name));
  }
  return names;
}

function paths(table: OplogTable): string[] {
  return table.files.map(({ add }) => add.path);
}

for (const layout of LAYOUTS) {
  const test = (name: string, body: () => Promise<void>) =>
    Deno.test(`merge() (${layout}): ${name}`, body);

  test("every row is the same afterwards, at every version, and in the order of reading", async () => {
    const { host, table } = await newTable(layout, "v0");
    await grow(table, 40);
    const before = await all(table);
    const parts = [await partition(table, 1), await partition(table, 2)];
    const early = await partition(table, 1, { minVersion: 5, maxVersion: 22 });
    const result = await table.merge(await table.mergeRuns(MAX_BYTES), "u");
    assertEquals(result.status, "merged");
    assertEquals(table.files.length, layout === "clustered" ? 1 : 3);
    for (const each of [table, await OplogTable.open(host, TABLE)]) {
      assertEquals(await all(each), before);
      assertEquals([await partition(each, 1), await partition(each, 2)], parts);
      const range = { minVersion: 5, maxVersion: 22 };
      assertEquals(await partition(each, 1, range), early);
      for (const maxVersion of [0, 7, 25]) {
        assertEquals(
          await all(each, maxVersion),
          before.filter((row) => parseInt(row) <= maxVersion),
        );
      }
      assertEquals(each.transactionVersion, 40);
      assertEquals(each.version, 41);
    }
  });

  test("the log says what went and what came, and that no row changed", async () => {
    const { host, table } = await newTable(layout, "v0");
    await grow(table, 3);
    const old = table.files.map(({ add }) => add);
    await table.merge(await table.mergeRuns(MAX_BYTES), "u");
    const path = `${TABLE}/_delta_log/${"4".padStart(20, "0")}.json`;
    const lines = new TextDecoder().decode(await host.files.read(path))
      .trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(lines[0].commitInfo.operation, "OPTIMIZE");
    const removes = lines.flatMap(({ remove }) => remove ?? []);
    const adds = lines.flatMap(({ add }) => add ?? []);
    const gone = old.filter(({ path }) => !paths(table).includes(path));
    assertEquals(removes.length, gone.length);
    for (const remove of removes) {
      const add = gone.find(({ path }) => path === remove.path);
      assertEquals(remove.dataChange, false);
      assertEquals(remove.extendedFileMetadata, true);
      assertEquals(remove.size, add?.size);
      assertEquals(remove.partitionValues, add?.partitionValues);
      assert(remove.deletionTimestamp > 0);
    }
    for (const add of adds) {
      assertEquals(add.dataChange, false);
      assertEquals(add.tags.sha256.length, 64);
      const stats = JSON.parse(add.stats);
      assert(stats.numRecords >= 2);
      assert(stats.minValues.version < stats.maxValues.version);
      const parts = layout === "clustered"
        ? `${id(0)},${id(1)},${id(2)}`
        : undefined;
      assertEquals(add.tags.parts, parts);
    }
  });

  test("a checkpoint keeps what was removed, until it may be deleted", async () => {
    const { host, table } = await newTable(layout, "v0");
    await grow(table, 20);
    await table.merge(await table.mergeRuns(MAX_BYTES), "u");
    const { length } = [...await table.delta.snapshot.tombstones()];
    assert(length > 15);
    await table.delta.checkpoint();
    const again = await OplogTable.open(host, TABLE);
    assertEquals([...await again.delta.snapshot.tombstones()].length, length);
    await host.clock.sleep(8 * 86_400_000);
    await append(table, draft(1, "later"));
    await table.delta.checkpoint();
    const later = await OplogTable.open(host, TABLE);
    assertEquals([...await later.delta.snapshot.tombstones()].length, 0);
    assertEquals(paths(later), paths(table));
  });

  test("it gives way to whoever has the version, leaves no file, and can be made again", async () => {
    const { host, table } = await newTable(layout, "v0");
    await grow(table, 20);
    const other = await OplogTable.open(host, TABLE);
    await append(other, draft(1, "other"));
    const files = host.files.snapshot().size;
    const runs = await table.mergeRuns(MAX_BYTES);
    assertEquals((await table.merge(runs, "u")).status, "gave way");
    assertEquals(host.files.snapshot().size, files);
    const again = await table.merge(runs, "u", () => table.refresh());
    assertEquals(again.status, "merged");
    await append(other, draft(1, "after")).then(
      () => assert(false, "the version was taken"),
      () => {},
    );
    const { touched } = await other.refresh();
    // A merge touches nothing.
    assertEquals(touched, new Set());
    await append(other, draft(1, "after"));
    await table.refresh();
    assertEquals(await all(table), await all(other));
    assertEquals((await partition(table, 1)).slice(0, 2), ["after", "other"]);
  });

  test("of two merges of the same files, one is made", async () => {
    const { host, table } = await newTable(layout, "v0");
    await grow(table, 20);
    const before = await all(table);
    const other = await OplogTable.open(host, TABLE);
    const runs = await other.mergeRuns(MAX_BYTES);
    await table.merge(await table.mergeRuns(MAX_BYTES), "u");
    const lost = await other.merge(runs, "u", () => other.refresh());
    assertEquals(lost.status, "gave way");
    assertEquals(await all(other), before);
    assertEquals(paths(other), paths(table));
  });

  test("refresh() takes in files that came and were merged in the meantime", async () => {
    const { host, table } = await newTable(layout, "v0");
    const other = await OplogTable.open(host, TABLE);
    await grow(table, 10);
    await table.merge(await table.mergeRuns(MAX_BYTES), "u");
    const { touched } = await other.refresh();
    assertEquals(touched, new Set([id(1), id(2)]));
    assertEquals(paths(other), paths(table));
    assertEquals(await all(other), await all(table));
  });

  test("a reader of an old snapshot, whose files are gone, goes on in the merged ones", async () => {
    const { host, table } = await newTable(layout, "v0");
    await grow(table, 20);
    const before = await all(table);
    const part = await partition(table, 1);
    const old = await OplogTable.open(host, TABLE);
    const reading = old.readPartition(id(1));
    await reading.next();
    await table.merge(await table.mergeRuns(MAX_BYTES), "u");
    await append(table, draft(1, "later"));
    for (const { path } of await table.delta.snapshot.tombstones()) {
      host.files.uproot(`${TABLE}/${path}`);
    }
    const rest: string[] = [];
    for await (const record of reading) rest.push(`v${record.version}`);
    assertEquals(rest, part.slice(1));
    assertEquals(await all(old), before);
    assertEquals(await partition(old, 1), part);
    // A file that the newest snapshot names is damage.
    for (const live of paths(table)) host.files.uproot(`${TABLE}/${live}`);
    const cold = await OplogTable.open(host, TABLE);
    const error = await assertRejects(() => all(cold));
    assert(hasCode(error, "INTEGRITY"));
  });

  test("a reading that began before this table merged its files goes on in the merged ones", async () => {
    const { host, table } = await newTable(layout, "v0");
    await grow(table, 20);
    const before = await all(table);
    const part = await partition(table, 1);
    const cold = await OplogTable.open(host, TABLE);
    const reading = cold.readPartition(id(1));
    const everything = cold.readAll();
    const first = await everything.next();
    await reading.next();
    await cold.merge(await cold.mergeRuns(MAX_BYTES), "u");
    for (const { path } of await cold.delta.snapshot.tombstones()) {
      host.files.uproot(`${TABLE}/${path}`);
    }
    const rest: string[] = [];
    for await (const record of reading) rest.push(`v${record.version}`);
    assertEquals(rest, part.slice(1));
    const versions = [first.value?.version];
    for await (const { version } of everything) versions.push(version);
    assertEquals(versions, before.map((row) => parseInt(row)));
  });

  test("files with versions in common are read in the order of the versions", async () => {
    const { host, table } = await newTable(layout, "v0");
    for (let i = 1; i <= 9; i++) await append(table, draft(1, `v${i}`));
    const before = await all(table);
    const files = table.files.filter(({ maxVersion }) => maxVersion > 0);
    // As another engine might: what doesn't follow one another.
    const odd = files.filter((_, i) => i % 2 === 0);
    const even = files.filter((_, i) => i % 2 === 1);
    await table.merge([odd, even], "another");
    for (const each of [table, await OplogTable.open(host, TABLE)]) {
      assertEquals(await all(each), before);
      const newest = ["v9", "v8", "v7", "v6", "v5", "v4", "v3", "v2", "v1"];
      assertEquals(await partition(each, 1), newest);
      const some = { minVersion: 3, maxVersion: 5 };
      assertEquals(await partition(each, 1, some), newest.slice(4, 7));
    }
  });

  test("maintain() merges by itself, and 300 commits leave few files", async () => {
    const { host, table } = await newTable(layout, "v0");
    for (let i = 1; i <= 300; i++) {
      await append(table, draft(1, `v${i}`), draft(2, `v${i}`));
      await table.maintain();
    }
    const parts = layout === "clustered" ? 1 : 2;
    assert(table.files.length <= 45 * parts + 1, `${table.files.length} files`);
    const cold = await OplogTable.open(host, TABLE);
    assertEquals((await partition(cold, 1)).length, 300);
    assertEquals((await all(cold)).length, 601);
  });
}

Deno.test("a partition of a large merged file is read without the others", async () => {
  const { host, table } = await newTable("clustered", "v0");
  const text = "x".repeat(200_000);
  for (let part = 1; part <= 40; part++) {
    await append(table, draft(part, `v${part}`, text + part));
  }
  await table.merge(await table.mergeRuns(MAX_BYTES), "u");
  const cold = await OplogTable.open(host, TABLE);
  for (const part of [1, 17, 40]) {
    const [record] = await Array.fromAsync(cold.readPartition(id(part)));
    const [entry] = record?.entries() ?? [];
    assertEquals(entry?.content, encodeUtf8(text + part));
  }
  assertEquals(await partition(cold, 41), []);
});

Deno.test("merge() refuses a table to which another engine has added columns", async () => {
  const { host, table } = await newTable("clustered", "v0");
  await grow(table, 3);
  const log = `${TABLE}/_delta_log/`;
  const { metaData } = table.delta.snapshot;
  const schema = JSON.parse(metaData.schemaString);
  schema.fields.push({ name: "x", type: "long", nullable: true, metadata: {} });
  const widened = { ...metaData, schemaString: JSON.stringify(schema) };
  const line = encodeUtf8(`${JSON.stringify({ metaData: widened })}\n`);
  host.files.plant(`${log}${"4".padStart(20, "0")}.json`, line);
  await table.refresh();
  const runs = await table.mergeRuns(MAX_BYTES);
  const error = await assertRejects(() => table.merge(runs, "u"));
  assert(hasCode(error, "UNSUPPORTED"));
});
