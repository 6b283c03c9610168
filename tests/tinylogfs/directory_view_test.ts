/** What a transaction has read of a directory stays as it was. */
import { assert, assertEquals } from "@std/assert";
import { memoryHost } from "../../src/host/memory.ts";
import { ROOT_PART_ID } from "../../src/oplog/record.ts";
import { DirectoryCache } from "../../src/tinylogfs/directories.ts";
import { DirectoryView } from "../../src/tinylogfs/directory_view.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { SharedTable } from "../../src/tinylogfs/shared_table.ts";

Deno.test("a commit leaves a directory as it is that a view holds, and changes one in place that nobody holds", async () => {
  const host = memoryHost();
  await using fs = await TinyLogFS.initEmpty(host, "/pond");
  await fs.writeFile("/a", "1");
  await fs.commit();
  const table = fs.oplog;
  const cache = new DirectoryCache(table, host.clock, 1000);
  const view = new DirectoryView(
    new SharedTable(table, cache),
    host.clock,
    1000,
  );
  const held = await view.load(ROOT_PART_ID);
  const [row] = [...held.entries.values()];
  const [record] = await Array.fromAsync(table.readPartition(ROOT_PART_ID));
  const entry = record?.entriesOf(ROOT_PART_ID).at(-1);
  assert(row && entry);
  const commit = (name: string, version: number) =>
    cache.applyCommit({
      partId: ROOT_PART_ID,
      entry,
      rows: [{ ...row, name }],
      snapshot: false,
    }, version);
  const namesIn = async () => {
    const { entries } = await cache.load(ROOT_PART_ID);
    return [...entries.keys()];
  };
  commit("b", 2);
  assertEquals([...held.entries.keys()], ["a"]);
  assertEquals(await view.load(ROOT_PART_ID), held);
  assertEquals(view.peek(ROOT_PART_ID), held);
  assertEquals(await namesIn(), ["a", "b"]);
  // Once it is let go, a commit costs what it changes.
  view.release();
  const own = await cache.load(ROOT_PART_ID);
  commit("c", 3);
  assertEquals(await cache.load(ROOT_PART_ID), own);
  assertEquals([...own.entries.keys()], ["a", "b", "c"]);
});
