/** Filters of names: what a data file says of its directory records. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { encodeUtf8 } from "../../src/bytes.ts";
import { mayHaveName, nameFilters } from "../../src/oplog/name_filter.ts";
import { openParquet } from "../../src/oplog/parquet.ts";
import type {
  DirectoryEntry,
  OplogEntry,
  Record,
} from "../../src/oplog/mod.ts";
import {
  encodeDirectoryEntries,
  encodeOplogEntries,
} from "../../src/oplog/record.ts";
import { append, entry, id, LAYOUTS, newTable, TABLE } from "./scratch.ts";

function child(name: string): DirectoryEntry {
  return {
    name,
    childNodeId: id(7),
    childType: "file",
    operation: "insert",
    nodeVersion: 1,
    childVersion: 1,
    sizeBytes: 0,
    modifiedUs: 0,
    mode: 0o644,
  };
}

function directory(partId: string, names: readonly string[]): OplogEntry {
  return {
    ...entry(partId, ""),
    nodeId: partId,
    fileType: "directory",
    content: encodeDirectoryEntries(names.map(child)),
  };
}

function record(partId: string, entries: readonly OplogEntry[]): Record {
  const content = encodeOplogEntries(entries);
  return { partId, timestampUs: 1, version: 1, content };
}

/** The filter of a row group with one directory record. */
function filterOf(partId: string, names: readonly string[]): string {
  const rows = [record(partId, [directory(partId, names)])];
  const [filter = ""] = nameFilters(rows, [1], 0);
  return filter;
}

Deno.test("mayHaveName() says no of no name that is there, whatever it is", () => {
  const names = fc.uniqueArray(fc.string({ unit: "binary", minLength: 1 }), {
    maxLength: 50,
  });
  fc.assert(fc.property(names, fc.nat({ max: 99 }), (all, part) => {
    const partId = id(part);
    const filter = filterOf(partId, all);
    for (const name of all) assert(mayHaveName(filter, partId, name), name);
    assert(mayHaveName(filter, partId, ""));
  }));
});

Deno.test("mayHaveName() says no of all but a few names that are not there", () => {
  const names = Array.from({ length: 1000 }, (_, i) => `f${i}`);
  const filter = filterOf(id(1), names);
  const passed = (partId: string, prefix: string) =>
    names.filter((_, i) => mayHaveName(filter, partId, `${prefix}${i}`)).length;
  assertEquals(passed(id(1), "f"), 1000);
  assert(passed(id(1), "g") < 15, String(passed(id(1), "g")));
  // The same names in another directory.
  assert(passed(id(2), "f") < 15, String(passed(id(2), "f")));
});

Deno.test("a filter is what docs/format.md says it is, digit by digit", () => {
  assertEquals(filterOf(id(0), ["a", "größe"]), "aiGecY");
});

Deno.test("what is said of a file's own row is no record of its directory", () => {
  const rows = [record(id(1), [entry(id(1), "a"), entry(id(1), "b")])];
  const [filter = ""] = nameFilters(rows, [1], 0);
  assertEquals(filter.length, 1);
  assertEquals(mayHaveName(filter, id(1), ""), false);
  assertEquals(mayHaveName(filter, id(1), "a"), false);
});

Deno.test("a small row group, and rows that are none of pond's, may have any name", () => {
  const own = record(id(1), [directory(id(1), ["a"])]);
  const foreign = { ...own, content: encodeUtf8("of another engine") };
  assertEquals(nameFilters([own, foreign], [1, 1], 0)[1], "");
  assertEquals(nameFilters([own, own], [2], 1_000_000), [""]);
});

for (const layout of LAYOUTS) {
  Deno.test(`readPartition() (${layout}) with a name leaves out what can't have it, in merged files too`, async () => {
    const { host, table } = await newTable(layout, "v0");
    const versions: number[] = [];
    for (let n = 0; n < 20; n++) {
      versions.push(table.nextPoint().version);
      await append(table, {
        partId: id(1),
        entries: [directory(id(1), [`n${n}`]), entry(id(1), `n${n}`)],
      });
    }
    await table.merge(await table.mergeRuns(1e9), "u");
    const found = async (name: string) => {
      const records = await Array.fromAsync(
        table.readPartition(id(1), { name }),
      );
      return records.map(({ version }) => version).sort((a, b) => a - b);
    };
    // They are in one row group: all, or none.
    assertEquals(await found("n7"), versions);
    assertEquals(await found(""), versions);
    assertEquals(await found("elsewhere"), []);
    const [file] = table.files.filter(({ maxVersion }) => maxVersion >= 20);
    assert(file);
    const bytes = await host.files.read(`${TABLE}/${file.add.path}`);
    const { keyValues } = openParquet(bytes, { source: "f" });
    assert(keyValues.has("pond.names"));
  });
}
