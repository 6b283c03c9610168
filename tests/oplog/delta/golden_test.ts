/** Tables of other engines, each with the rows that Spark reads from it. */
import { assertEquals, assertGreater } from "@std/assert";
import type { Bytes } from "../../../src/bytes.ts";
import { denoHost } from "../../../src/host/deno_host.ts";
import { DeltaTable } from "../../../src/oplog/mod.ts";
import {
  EXPECTED,
  type Expected,
  GOLDEN,
  goldenTest,
} from "../../support/golden.ts";
import { inAnyOrder, plainRows } from "../../support/plain_value.ts";
import { add, Fixture, metaData, protocol } from "./fixture.ts";

/** The rows of a Parquet file, by the schema that it has for Spark. */
async function parquetRows(
  bytes: Bytes,
  { fields }: Expected["schema"],
): Promise<Record<string, unknown>[]> {
  const actions = [protocol(), metaData(fields), add("expected.parquet")];
  const fixture = new Fixture().commit(0, ...actions);
  return await fixture.file("expected.parquet", bytes).rows();
}

goldenTest("there are golden tables", () => {
  assertGreater(Object.keys(EXPECTED).length, 5);
  return Promise.resolve();
});

for (const [name, { rows, version, schema }] of Object.entries(EXPECTED)) {
  goldenTest(
    `rows() of the golden table ${name} are those of Spark`,
    async () => {
      const table = await DeltaTable.open(
        denoHost(),
        `${GOLDEN}/${name}/delta`,
      );
      assertEquals(table.snapshot.version, version);
      const actual = await plainRows(table.rows());
      assertEquals(actual.length, rows);
      const bytes = await Deno.readFile(`${GOLDEN}/${name}/expected.parquet`);
      const wanted = await parquetRows(bytes, schema);
      assertEquals(inAnyOrder(actual), inAnyOrder(wanted));
    },
  );
}
