/** Partition values of every type come back as they were. */
import { assertEquals, assertRejects } from "@std/assert";
import { encodeUtf8 } from "../../../../src/bytes.ts";
import { PondError } from "../../../../src/errors.ts";
import type { DataType, DataValue } from "../../../../src/oplog/data_type.ts";
import { makeTable, rowsOf, T } from "./support.ts";

const VALUES: readonly (readonly [DataType, readonly DataValue[]])[] = [
  [T.boolean, [true, false, null]],
  [{ kind: "byte" }, [-128, 127]],
  [{ kind: "short" }, [-32768]],
  [T.integer, [0, -1]],
  [T.long, [2n ** 63n - 1n]],
  [T.float, [Math.fround(0.1), -Infinity, NaN]],
  [T.double, [1e-7, 1e300, -0.5]],
  [{ kind: "decimal", precision: 38, scale: 3 }, [-1n, 10n ** 38n - 1n]],
  [T.date, [-719_162, 0, 2_932_896]],
  [T.timestamp, [-1n, 0n, 1_700_000_000_123_456n]],
  [T.ntz, [-1n, 0n, 1_700_000_000_123_456n]],
  [T.string, [
    "plain",
    " a b ",
    "a/b=c%20d",
    "ä\u{1f600}",
    "..",
    "x".repeat(300),
    "a\\b:c*d?e\"f'g<h>i|j#k",
    "line\nbreak",
    "__HIVE_DEFAULT_PARTITION__",
  ]],
  [T.binary, [encodeUtf8("b\u0001")]],
];

for (const [type, values] of VALUES) {
  Deno.test(`partition values of ${type.kind} come back as they were`, async () => {
    const { host, table } = await makeTable([
      { name: "key", type },
      { name: "row", type: T.integer },
    ], { partitionColumns: ["key"] });
    const tx = await table.begin();
    await tx.append({ key: values, row: values.map((_, i) => i) });
    await tx.commit();
    const rows = await rowsOf(host);
    rows.sort((a, b) => Number(a.row) - Number(b.row));
    assertEquals(rows.map(({ key }) => key ?? null), values);
  });
}

Deno.test("values that the log has no text for are refused", async () => {
  for (
    const [type, value] of [
      [T.string, ""],
      [T.binary, new Uint8Array([255])],
      [T.date, 4_000_000],
    ] as const
  ) {
    const { table } = await makeTable([
      { name: "key", type },
      { name: "row", type: T.integer },
    ], { partitionColumns: ["key"] });
    const tx = await table.begin();
    const error = await assertRejects(
      () => tx.append({ key: [value], row: [1] }),
      PondError,
    );
    assertEquals(error.code, "INVALID_ARGUMENT");
  }
});
