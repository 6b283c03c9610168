/** Removes of checkpoints, which are encoded in groups. */
import { assertEquals, assertLess } from "@std/assert";
import type { RemoveFile } from "../../../src/oplog/delta/actions.ts";
import { RemoveGroups } from "../../../src/oplog/delta/remove_groups.ts";
import { decodeCheckpoint } from "../../../src/oplog/delta/checkpoint.ts";
import { encodeCheckpoint } from "../../../src/oplog/delta/checkpoint.ts";
import { TableState } from "../../../src/oplog/delta/table_state.ts";
import { encodeGroup } from "../../../src/oplog/parquet.ts";

const DIGEST = "0".repeat(64);

function removes(from: number, to: number): RemoveFile[] {
  return Array.from({ length: to - from }, (_, i) => ({
    path: `part-${from + i}.parquet`,
    deletionTimestamp: 1000 + from + i,
    dataChange: false,
    extendedFileMetadata: true,
    partitionValues: { part_id: `${i % 3}` },
    size: 10 + i,
  }));
}

/** Encodes, and says how many removes the groups have that were encoded. */
async function encodedBy(
  groups: RemoveGroups,
  all: readonly RemoveFile[],
): Promise<number[]> {
  const counts: number[] = [];
  const encoded = await groups.encode(all, (group) => {
    counts.push(group.length);
    return encodeGroup(
      [
        { name: "root", num_children: 1 },
        { name: "n", type: "INT32", repetition_type: "OPTIONAL" },
      ],
      [{ name: "n", data: group.map(() => 1) }],
    );
  });
  const rows = encoded.reduce((sum, { footer }) => sum + footer.num_rows, 0n);
  assertEquals(Number(rows), all.length);
  return counts;
}

Deno.test("encode() encodes what is new, and what is gone from a group", async () => {
  const groups = new RemoveGroups();
  const old = removes(0, 300);
  const recent = removes(300, 400);
  assertEquals(await encodedBy(groups, []), []);
  assertEquals(await encodedBy(groups, old), [300]);
  assertEquals(await encodedBy(groups, old), []);
  assertEquals(await encodedBy(groups, [...old, ...recent]), [100]);
  assertEquals(await encodedBy(groups, [...old.slice(1), ...recent]), [299]);
  // Removed again: the same path, and another action.
  const again = removes(299, 300);
  const changed = [...old.slice(1, 299), ...again, ...recent];
  assertEquals(await encodedBy(groups, changed), [298, 1]);
  assertEquals(await encodedBy(groups, recent), []);
  assertEquals(await encodedBy(groups, []), []);
});

Deno.test("encode() takes up what could not be encoded", async () => {
  const groups = new RemoveGroups();
  const all = removes(0, 10);
  const failed = await groups.encode(
    all,
    () => Promise.reject(new TypeError("no room")),
  ).then(() => "", (error) => error.message);
  assertEquals(failed, "no room");
  assertEquals(await encodedBy(groups, all), [10]);
});

Deno.test("encode() encodes each of 10 000 removes as often as the logarithm of their number", async () => {
  const groups = new RemoveGroups();
  const all: RemoveFile[] = [];
  let encoded = 0;
  let most = 0;
  for (let i = 0; i < 10_000; i += 50) {
    all.push(...removes(i, i + 50));
    const counts = await encodedBy(groups, all);
    encoded += counts.reduce((sum, count) => sum + count, 0);
    const { length } = await groups.encode(all, () => {
      throw new TypeError("all of them are encoded");
    });
    most = Math.max(most, length);
  }
  assertLess(encoded, 9 * all.length);
  assertLess(most, 9);
});

Deno.test("checkpoints of one state have its removes, each time, whatever came and went", async () => {
  const state = new TableState("log");
  state.apply(0, [
    {
      kind: "protocol",
      protocol: { minReaderVersion: 1, minWriterVersion: 2 },
    },
    {
      kind: "metaData",
      metaData: {
        id: "x",
        format: { provider: "parquet", options: {} },
        schemaString: "{}",
        partitionColumns: ["part_id"],
        configuration: {},
      },
    },
  ]);
  const groups = new RemoveGroups();
  const all = removes(0, 600);
  for (let version = 1; version <= 30; version++) {
    const own = all.slice((version - 1) * 20, version * 20);
    state.apply(version, own.map((remove) => ({ kind: "remove", remove })));
    // One of another time is added again, and one removed once more.
    const [first] = all.slice((version - 1) * 7);
    if (first && version % 5 === 0) {
      const { path, partitionValues = {} } = first;
      const add = {
        path,
        partitionValues,
        size: 1,
        modificationTime: 1,
        dataChange: false,
      };
      state.apply(version, [{ kind: "add", add }]);
    }
    if (version === 20) await state.expire(1100);
    const { bytes } = await encodeCheckpoint(state, DIGEST, groups);
    const content = await decodeCheckpoint(bytes, "checkpoint");
    const found = [...await content?.removes?.() ?? []];
    const expected = [...await state.tombstones()];
    const byPath = (a: RemoveFile, b: RemoveFile) => a.path < b.path ? -1 : 1;
    assertEquals(found.sort(byPath), expected.sort(byPath));
    const adds = content?.actions.filter(({ kind }) => kind === "add") ?? [];
    assertEquals(adds.length, state.fileCount);
  }
});
