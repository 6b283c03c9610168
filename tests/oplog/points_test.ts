/** Versions and times of a partition's rows, read without their content. */
import { assert, assertEquals } from "@std/assert";
import {
  DataFile,
  encodeRecords,
  rowGroupsOf,
} from "../../src/oplog/data_file.ts";
import type { OplogTable, Record, VersionRange } from "../../src/oplog/mod.ts";
import { append, entry, id, LAYOUTS, newTable } from "./scratch.ts";

const VERSIONS = 40;

/** A table whose files are some merged ones, and some that aren't. */
async function merged(layout: "clustered" | "hive"): Promise<OplogTable> {
  const { table } = await newTable(layout, "first");
  for (let version = 1; version <= VERSIONS; version++) {
    const parts = version % 3 === 0 ? [1, 2] : [1];
    const drafts = parts.map((part) => ({
      partId: id(part),
      entries: [entry(id(part), "f", `${version}`.repeat(9000))],
    }));
    await append(table, ...drafts);
    if (version === 30) {
      await table.merge(await table.mergeRuns(1024 * 1024), "u");
    }
  }
  return table;
}

for (const layout of LAYOUTS) {
  Deno.test(`OplogTable (${layout}): pointsOf() gives what readPartition() gives, without content`, async () => {
    const table = await merged(layout);
    const times: number[] = [];
    for await (const point of table.pointsOf(id(1))) {
      times.unshift(point.timestampUs);
    }
    assertEquals(times.length, VERSIONS);
    const ranges: VersionRange[] = [{}];
    for (const [i, timestampUs] of times.entries()) {
      ranges.push(
        { maxTimestampUs: timestampUs },
        { maxTimestampUs: timestampUs - 1, minVersion: 3 },
        { minTimestampUs: timestampUs, maxVersion: i + 4 },
      );
    }
    for (const part of [1, 2, 3]) {
      for (const range of ranges) {
        const points = table.pointsOf(id(part), range);
        const records = table.readPartition(id(part), range);
        assertEquals(
          await Array.fromAsync(points),
          (await Array.fromAsync(records)).map((record) => ({
            partId: record.partId,
            timestampUs: record.timestampUs,
            version: record.version,
          })),
        );
      }
    }
  });
}

function record(part: number, version: number, sizeBytes: number): Record {
  return {
    partId: id(part),
    timestampUs: version,
    version,
    content: new Uint8Array(sizeBytes),
  };
}

Deno.test("keys() decodes no content, and rows() none where no row is wanted", async () => {
  const records = [record(1, 1, 5000), record(1, 9, 5000), record(2, 5, 5000)];
  const bytes = await encodeRecords(records, {
    withPartId: true,
    filteredBytes: Infinity,
  });
  const add = {
    path: "x",
    partitionValues: {},
    size: bytes.length,
    modificationTime: 1,
    dataChange: true,
  };
  const file = DataFile.open(bytes, add, { source: "x" });
  const held = file.heldBytes;
  const inside = { partId: id(1), minVersion: 2, maxVersion: 8 };
  const [block] = await file.blocks(inside);
  assert(block !== undefined);
  assertEquals(
    (await block.keys()).map(({ partId, version }) => [partId, version]),
    [[id(1), 1], [id(1), 9], [id(2), 5]],
  );
  // The bounds of the row group have this version, of another partition.
  assertEquals(await block.rows(), []);
  assertEquals(file.heldBytes, held);
  assertEquals(await file.rows({ ...inside, maxVersion: 9 }), records);
  assertEquals(file.heldBytes, held + 15_000);
});

Deno.test("rowGroupsOf() ends a row group with a partition that is worth it", () => {
  const [small, large] = [1000, 70_000];
  assertEquals(
    rowGroupsOf([record(1, 1, small), record(2, 2, small)]),
    [2],
  );
  const rows = [30_000, 40_000].map((size) => record(1, 1, size));
  assertEquals(rowGroupsOf([...rows, record(2, 2, small)]), [2, 1]);
  assertEquals(rowGroupsOf([record(1, 1, large), record(1, 2, small)]), [1, 1]);
});
