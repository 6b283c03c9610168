/**
 * TPC-H over files of a pond: the answers are DuckDB's over the same files on
 * the host.
 */
import { assertEquals, assertGreater } from "@std/assert";
import { TPCH_QUERIES } from "../support/tpch_queries.ts";
import { openTpch } from "../support/tpch.ts";

Deno.test("all 22 queries of TPC-H over Parquet in a pond answer as DuckDB over the files", async (t) => {
  await using tpch = await openTpch(0.1);
  assertEquals(TPCH_QUERIES.length, 22);
  for (const query of TPCH_QUERIES) {
    await t.step(query.name, async () => {
      const theirs = await tpch.askHost(query);
      assertEquals(await tpch.askPond(query), theirs);
      assertGreater(theirs.length, 0);
    });
  }
});
