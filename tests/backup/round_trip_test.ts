/** What was backed up is what is restored: every line, row and blob. */
import { assertEquals, assertNotEquals } from "@std/assert";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import {
  checked,
  POND,
  pondWithBranches,
  pondWithHistory,
} from "../support/checked_pond.ts";
import { BACKUP, restore, RESTORED, rootsOf, run } from "./support.ts";

const LAYOUTS: readonly Layout[] = ["clustered", "hive"];

for (const from of LAYOUTS) {
  for (const layout of LAYOUTS) {
    Deno.test(`a pond (${from}) is what it was, when it is restored (${layout})`, async () => {
      const host = await pondWithBranches(from);
      const result = await run(host);
      assertEquals(result.status, "saved");
      await restore(host, { layout });
      assertEquals(await rootsOf(host, RESTORED), await rootsOf(host, POND));
      await using fs = await TinyLogFS.open(host, RESTORED);
      assertEquals(fs.layout, layout);
      assertEquals(fs.branch, "exp");
    });
  }
}
