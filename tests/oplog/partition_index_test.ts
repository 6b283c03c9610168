import { assert, assertEquals } from "@std/assert";
import { SeededRandom } from "../../src/host/memory.ts";
import type { AddFile } from "../../src/oplog/mod.ts";
import { PartitionIndex, partTags } from "../../src/oplog/partition_index.ts";

function file(path: string, version: number, extra: Partial<AddFile>): AddFile {
  const at = { version, timestamp: version * 10 };
  return {
    path,
    partitionValues: {},
    size: 1,
    modificationTime: 1,
    dataChange: true,
    stats: JSON.stringify({ minValues: at, maxValues: at }),
    ...extra,
  };
}

function found(
  index: PartitionIndex,
  partId: string,
  maxVersion?: number,
): string[] {
  return [...index.filesOf(partId, maxVersion)].map(({ add }) => add.path);
}

const random = new SeededRandom(5);
const A = random.uuidHex();
const B = random.uuidHex();

Deno.test("filesOf() finds a partition's files, newest first, by tags, partition value, or because nothing is known", () => {
  const index = new PartitionIndex();
  index.add(file("tagged-a", 1, { tags: { parts: A } }));
  index.add(file("tagged-b", 2, { tags: { parts: B } }));
  index.add(file("both", 3, { tags: { parts: `${B},${A}` } }));
  index.add(file("foreign", 4, {}));
  index.add(file("hive", 5, { partitionValues: { part_id: A } }));
  index.add(file("unknown", 0, { stats: "not JSON" }));
  assertEquals(found(index, A), [
    "unknown",
    "hive",
    "foreign",
    "both",
    "tagged-a",
  ]);
  assertEquals(found(index, B), ["unknown", "foreign", "both", "tagged-b"]);
  assertEquals(found(index, A, 2), ["unknown", "tagged-a"]);
  index.remove(["both", "foreign"]);
  assertEquals(found(index, B), ["unknown", "tagged-b"]);
});

Deno.test("partTags() lists few partitions exactly, many by their beginnings, and too many not at all", () => {
  const ids = Array.from({ length: 5000 }, () => random.uuidHex());
  assertEquals(partTags(ids.slice(0, 2)), { parts: `${ids[0]},${ids[1]}` });
  for (const count of [64, 65, 4096]) {
    const listed = ids.slice(0, count);
    const index = new PartitionIndex();
    index.add(file("f", 1, { tags: { ...partTags(listed) } }));
    for (const id of listed) assertEquals(found(index, id), ["f"]);
    const others = ids.slice(count, count + 500)
      .filter((id) => found(index, id).length > 0);
    assert(others.length <= 2, `${others.length} of 500 found by chance`);
  }
  assertEquals(partTags(ids), {});
});

Deno.test("filesOf() keeps the order of versions among exact and wide files", () => {
  const index = new PartitionIndex();
  const order = [7, 2, 9, 4, 1, 8, 3, 6, 5];
  for (const version of order) {
    const tags = version % 2 === 0 ? { tags: { parts: A } } : {};
    index.add(file(`v${version}`, version, tags));
  }
  const versions = [9, 8, 7, 6, 5, 4, 3, 2, 1];
  assertEquals(found(index, A), versions.map((version) => `v${version}`));
});

Deno.test("filesOf() gives the files that there are, whatever is added and removed in the meantime", () => {
  const index = new PartitionIndex();
  for (let i = 1; i <= 4; i++) {
    index.add(file(`${i}`, i, { tags: { parts: A } }));
    index.add(file(`wide ${i}`, i, {}));
  }
  const before = found(index, A);
  const files = index.filesOf(A);
  index.remove(["2", "wide 4", "never there"]);
  index.add(file("5", 5, { tags: { parts: A } }));
  index.add(file("merged", 2, { tags: { parts: A } }));
  assertEquals(files.map(({ add }) => add.path), before);
});

Deno.test("add() replaces what was known of a file", () => {
  const index = new PartitionIndex();
  index.add(file("f", 1, { tags: { parts: A } }));
  index.add(file("f", 1, { tags: { parts: B } }));
  assertEquals([found(index, A), found(index, B)], [[], ["f"]]);
  assertEquals(index.files.length, 1);
});

Deno.test("addAll() is add() for each file, in whatever order they come", () => {
  const ids = Array.from({ length: 4 }, () => random.uuidHex());
  const adds = Array.from({ length: 60 }, (_, i) => {
    const version = i * 7 % 20;
    const [a = A, b = B] = [ids[i % 4], ids[i * 3 % 4]];
    if (i % 10 === 0) return file(`f${i}`, version, { stats: "not JSON" });
    return i % 3 === 0
      ? file(`f${i}`, version, { partitionValues: { part_id: a } })
      : file(`f${i}`, version, { tags: { parts: `${a},${b}` } });
  });
  const one = new PartitionIndex();
  for (const add of adds) one.add(add);
  const all = new PartitionIndex();
  all.addAll(adds);
  assertEquals(all.files, one.files);
  for (const id of [...ids, A]) {
    assertEquals(found(all, id), found(one, id));
    assertEquals(all.exactFilesOf(id), one.exactFilesOf(id));
  }
});
