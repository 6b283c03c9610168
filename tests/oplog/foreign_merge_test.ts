/**
 * What another engine leaves that merges files without seeing that they have been
 * merged meanwhile, as delta-rs 1.6 does: rows that are there twice.
 */
import { assert, assertEquals } from "@std/assert";
import { encodeUtf8 } from "../../src/bytes.ts";
import type { MemoryHost } from "../../src/host/memory.ts";
import { DataFileWriter } from "../../src/oplog/data_file_writer.ts";
import {
  type Bytes,
  DeltaTable,
  encodeOplogEntries,
  OplogTable,
  type Record as Row,
} from "../../src/oplog/mod.ts";
import { inCommon, type IndexedFile } from "../../src/oplog/partition_index.ts";
import { RecordFiles } from "../../src/oplog/record_files.ts";
import { EVERY_VERSION } from "../../src/oplog/table_reader.ts";
import {
  append,
  entry,
  id,
  LAYOUTS,
  newTable,
  NOTE,
  TABLE,
} from "./scratch.ts";

const MAX_BYTES = 64 * 1024 * 1024;

/** More than a record holds, so that a transaction has several rows. */
const LARGE = "x".repeat(5 * 1024 * 1024);

/** Rows of one partition into one file, whatever has become of the files. */
async function mergeBlindly(
  host: MemoryHost,
  files: readonly IndexedFile[],
): Promise<void> {
  const delta = await DeltaTable.open(host, TABLE);
  const reader = new RecordFiles(delta);
  const rows: Row[] = [];
  for (const { add } of files) {
    rows.push(...await reader.rows(add, EVERY_VERSION));
  }
  const isHive = delta.snapshot.metaData.partitionColumns.length > 0;
  const writer = new DataFileWriter({
    store: delta.store,
    host,
    layout: isHive ? "hive" : "clustered",
  });
  await writer.writeMerged(rows.toReversed(), 1);
  const adds = writer.written.map(({ add: { tags: _, ...add } }) => add);
  const removes = files.map(({ add: { path, size, partitionValues } }) => ({
    path,
    size,
    partitionValues,
    deletionTimestamp: 1,
    dataChange: false,
    extendedFileMetadata: true,
  }));
  const commitInfo = { operation: "OPTIMIZE" };
  const commit = { adds, removes, commitInfo, timestampMs: 1 };
  assertEquals((await delta.commit(commit)).status, "committed");
}

/** As any engine counts them. */
async function countAll(host: MemoryHost): Promise<number> {
  let count = 0;
  const table = await DeltaTable.open(host, TABLE);
  for await (const { numRows } of table.rows()) count += numRows;
  return count;
}

async function names(
  rows: ReturnType<OplogTable["readAll"]>,
): Promise<string[]> {
  const found: string[] = [];
  for await (const record of rows) {
    for (const { name, position } of record.entries()) {
      found.push(`${record.version} ${record.partId} ${position} ${name}`);
    }
  }
  return found;
}

/** Everything, as each way of reading gives it. */
async function readings(table: OplogTable): Promise<string[][]> {
  const streamed: string[] = [];
  for await (const batch of table.entryTable().scan({ columns: ["name"] })) {
    for (let i = 0; i < batch.numRows; i++) {
      streamed.push(String(batch.columns[0]?.at(i)));
    }
  }
  return [
    await names(table.readAll()),
    await names(table.readPartition(id(1))),
    streamed.sort(),
  ];
}

for (const layout of LAYOUTS) {
  for (const sealed of [true, false]) {
    const how = sealed ? "beside ours" : "into one file with ours";
    Deno.test(`rows (${layout}) that another engine has doubled, ${how}, are read once, and are there once after the next commit`, async () => {
      const { host, table } = await newTable(layout, "v0");
      for (let i = 1; i <= 12; i++) {
        const large = i === 5
          ? [entry(id(1), "a", LARGE), { ...entry(id(1), "b"), position: 1 }]
          : [];
        const entries = [...large, { ...entry(id(1), `v${i}`), position: 2 }];
        await append(table, { partId: id(1), entries });
      }
      const before = await readings(table);
      const count = await countAll(host);
      const files = table.files.filter(({ maxVersion }) => maxVersion > 0);
      await table.merge([files], "u");
      await mergeBlindly(host, files);
      assert(await countAll(host) > count);
      await table.refresh();
      if (!sealed) {
        const both = table.files.filter(({ maxVersion }) => maxVersion > 0);
        await mergeBlindly(host, both);
        await table.refresh();
      }
      for (const each of [table, await OplogTable.open(host, TABLE)]) {
        assertEquals(await readings(each), before);
      }
      const drafts = [{ partId: id(1), entries: [entry(id(1), "last")] }];
      await table.append(drafts, table.nextPoint(), NOTE);
      await table.maintain();
      assertEquals(await countAll(host), count + 1);
      const again = await OplogTable.open(host, TABLE);
      const [rows = []] = await readings(again);
      assertEquals(rows.length, (before[0]?.length ?? 0) + 1);
      assertEquals(rows.slice(0, -1), before[0]);
      // All of them are ours again: nothing is left to do.
      assert(again.files.every(({ add }) => add.tags?.sha256 !== undefined));
      const { version } = table;
      await table.maintain();
      assertEquals(table.version, version);
    });
  }
}

Deno.test("optimize() writes doubled rows once, too", async () => {
  const { host, table } = await newTable("clustered", "v0");
  for (let i = 1; i <= 3; i++) {
    await append(table, { partId: id(1), entries: [entry(id(1), `v${i}`)] });
  }
  const files = [...table.files];
  await table.merge([files], "u");
  await mergeBlindly(host, files);
  await table.refresh();
  assertEquals(await countAll(host), 8);
  await table.merge(await table.mergeRuns(MAX_BYTES), "u");
  assertEquals(await countAll(host), 4);
});

Deno.test("rows of others that are equal stay as many as they are", async () => {
  const { host, table } = await newTable("clustered", "v0");
  await append(table, { partId: id(1), entries: [entry(id(1), "v1")] });
  const delta = await DeltaTable.open(host, TABLE);
  const writer = new DataFileWriter({
    store: delta.store,
    host,
    layout: "clustered",
  });
  const copied = encodeOplogEntries([entry(id(1), "v1")]);
  const row = (version: number, content: Bytes): Row => (
    { partId: id(9), timestampUs: 1, version, content }
  );
  // A copy of one of ours in a partition of their own, and no such thing at all.
  const rows = [1, 1, 1, 2, 2].flatMap((version) => [
    row(version, copied),
    row(version, encodeUtf8("anything")),
  ]);
  await writer.writeMerged(rows, 1);
  const adds = writer.written.map(({ add: { tags: _, ...add } }) => (
    { ...add, dataChange: true }
  ));
  await delta.commit({
    adds,
    commitInfo: { operation: "WRITE" },
    timestampMs: 1,
  });
  await table.refresh();
  assertEquals(await countAll(host), 12);
  await append(table, { partId: id(1), entries: [entry(id(1), "v4")] });
  await table.maintain();
  assert(table.files.every(({ add }) => add.tags?.sha256 !== undefined));
  await table.merge(await table.mergeRuns(MAX_BYTES), "u");
  assertEquals(await countAll(host), 13);
});

Deno.test("inCommon() takes apart what has no versions in common", () => {
  const file = (minVersion: number, maxVersion: number): IndexedFile => ({
    add: {
      path: `${minVersion}-${maxVersion}`,
      partitionValues: {},
      size: 1,
      modificationTime: 1,
      dataChange: false,
    },
    parts: undefined,
    prefixes: undefined,
    minVersion,
    maxVersion,
    minTimestampUs: 0,
    maxTimestampUs: 0,
    numRecords: 2,
    minPart: "",
    maxPart: undefined,
  });
  const lists = (...files: IndexedFile[]) =>
    inCommon(files).map((list) => list.map(({ add }) => add.path).join(" "));
  assertEquals(lists(), []);
  assertEquals(lists(file(5, 9), file(0, 4)), ["0-4", "5-9"]);
  assertEquals(
    lists(file(3, 7), file(0, 4), file(7, 8), file(9, 12)),
    ["0-4 3-7 7-8", "9-12"],
  );
  // One transaction, between others; and a file of which nothing is known.
  const unknown = file(0, Number.MAX_SAFE_INTEGER);
  assertEquals(
    lists(file(0, 4), file(3, 3), unknown, file(5, 6)),
    ["0-4", `0-${Number.MAX_SAFE_INTEGER}`, "3-3", "5-6"],
  );
});
