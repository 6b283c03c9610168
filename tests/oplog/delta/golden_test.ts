/** Tables of other engines, each with the rows that Spark reads from it. */
import { assertEquals, assertGreater } from "@std/assert";
import type { Bytes } from "../../../src/bytes.ts";
import { denoHost } from "../../../src/host/deno_host.ts";
import { DeltaTable } from "../../../src/oplog/mod.ts";
import { PROJECT_ROOT } from "../../support/deno_process.ts";
import { inAnyOrder, plainRows } from "../../support/plain_value.ts";
import { add, Fixture, metaData, protocol } from "./fixture.ts";

const GOLDEN = `${PROJECT_ROOT}/tests/golden/delta`;

interface Expected {
  readonly rows: number;
  readonly version: number;
  readonly schema: { readonly fields: readonly unknown[] };
}

const expected: Readonly<Record<string, Expected>> = JSON.parse(
  await Deno.readTextFile(`${GOLDEN}/expected.json`),
);

/** The rows of a Parquet file, by the schema that it has for Spark. */
async function parquetRows(
  bytes: Bytes,
  { fields }: Expected["schema"],
): Promise<Record<string, unknown>[]> {
  const actions = [protocol(), metaData(fields), add("expected.parquet")];
  const fixture = new Fixture().commit(0, ...actions);
  return await fixture.file("expected.parquet", bytes).rows();
}

Deno.test("there are golden tables", () => {
  assertGreater(Object.keys(expected).length, 0);
});

for (const [name, { rows, version, schema }] of Object.entries(expected)) {
  Deno.test(`rows() of the golden table ${name} are those of Spark`, async () => {
    const table = await DeltaTable.open(denoHost(), `${GOLDEN}/${name}/delta`);
    assertEquals(table.snapshot.version, version);
    const actual = await plainRows(table.rows());
    assertEquals(actual.length, rows);
    const bytes = await Deno.readFile(`${GOLDEN}/${name}/expected.parquet`);
    const wanted = await parquetRows(bytes, schema);
    assertEquals(inAnyOrder(actual), inAnyOrder(wanted));
  });
}
