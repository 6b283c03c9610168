/** A table that is written to for months stays small, whoever has it open. */
import { assertEquals, assertLess } from "@std/assert";
import { type DeltaTable, OplogTable } from "../../src/oplog/mod.ts";
import { append, entry, id, LAYOUTS, newTable, TABLE } from "./scratch.ts";

const HOUR_MS = 3_600_000;
const COMMITS = 400;

/** Four commits a day. */
const HOURS_A_COMMIT = 6;

async function removedIn({ snapshot }: DeltaTable): Promise<number> {
  return [...await snapshot.tombstones()].length;
}

for (const layout of LAYOUTS) {
  for (const isOpen of [true, false]) {
    const how = isOpen ? "that stays open" : "that is opened for each";
    Deno.test(`${COMMITS} commits in 100 days to a table (${layout}) ${how} leave the log of 30 days, the removes of 7, and few files`, async () => {
      const { host, table: first } = await newTable(layout, "v0");
      let table = first;
      let logFiles = 0;
      let removes = 0;
      for (let i = 1; i <= COMMITS; i++) {
        await host.clock.sleep(HOURS_A_COMMIT * HOUR_MS);
        if (!isOpen) table = await OplogTable.open(host, TABLE);
        const drafts = [{ partId: id(1), entries: [entry(id(1), `v${i}`)] }];
        await append(table, ...drafts);
        await table.maintain();
        if (i % 20 > 0) continue;
        const names = [...host.files.snapshot().keys()];
        logFiles = Math.max(
          logFiles,
          names.filter((name) => name.includes("/_delta_log/")).length,
        );
        removes = Math.max(removes, await removedIn(table.delta));
      }
      // Those of 31 days, of the commits until a checkpoint is old enough to
      // stand for the rest, of merges, and checkpoints.
      const commits = 31 * 4 + 2 * 64;
      assertLess(logFiles, commits * 1.1 + commits / 64);
      assertLess(removes, (8 * 4 + 64) * 1.2);
      assertLess(table.files.length, 48);
      const cold = await OplogTable.open(host, TABLE);
      let rows = 0;
      for await (const _ of cold.readPartition(id(1))) rows++;
      assertEquals(rows, COMMITS);
    });
  }
}
