/** Statistics of new files are right, or absent. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseStats } from "../../../../src/oplog/mod.ts";
import { rowStats } from "../../../../src/oplog/delta/write/row_stats.ts";
import { compareValues } from "../../../../src/oplog/delta/write/value_order.ts";
import type { DataType, DataValue } from "../../../../src/oplog/data_type.ts";
import { T } from "./support.ts";

function field(name: string, type: DataType) {
  return { name, type, nullable: true, physicalName: name };
}

function metaData(configuration: Record<string, string> = {}) {
  return {
    id: "x",
    format: { provider: "parquet", options: {} },
    schemaString: "",
    partitionColumns: [],
    configuration,
  };
}

/** The bounds of one column. */
function boundsOf(type: DataType, values: readonly DataValue[]): unknown[] {
  const text = rowStats(
    [field("c", type)],
    [values],
    values.length,
    metaData(),
  );
  const { numRecords, minValues, maxValues, nullCount } = parseStats(text) ??
    {};
  assertEquals(numRecords, values.length);
  assertEquals(
    nullCount?.c,
    values.filter((value) => value === null).length,
  );
  return [minValues?.c, maxValues?.c];
}

Deno.test("bounds are those of the values, whatever their order", () => {
  assertEquals(boundsOf(T.integer, [2, null, -1, 10]), [-1, 10]);
  assertEquals(boundsOf(T.long, [2n ** 63n - 1n, -(2n ** 63n)]), [
    -(2n ** 63n),
    2n ** 63n - 1n,
  ]);
  assertEquals(boundsOf(T.double, [0.1, -1e300]), [-1e300, 0.1]);
  assertEquals(boundsOf(T.string, ["b", "a", "ä"]), ["a", "ä"]);
  assertEquals(boundsOf(T.date, [0, 19_000]), ["1970-01-01", "2022-01-08"]);
  const decimal = { kind: "decimal", precision: 5, scale: 2 } as const;
  assertEquals(boundsOf(decimal, [-1n, 12345n]), [-0.01, 123.45]);
});

Deno.test("a float's bounds are those of what a file holds", () => {
  const [min, max] = boundsOf(T.float, [0.1, 0.3]);
  assertEquals([min, max], [Math.fround(0.1), Math.fround(0.3)]);
});

Deno.test("what has no bounds in JSON has none", () => {
  assertEquals(boundsOf(T.double, [1, NaN]), [undefined, undefined]);
  assertEquals(boundsOf(T.double, [1, Infinity]), [undefined, undefined]);
  assertEquals(boundsOf(T.double, [null, null]), [undefined, undefined]);
  assertEquals(boundsOf(T.boolean, [true]), [undefined, undefined]);
  assertEquals(boundsOf(T.binary, [new Uint8Array(1)]), [undefined, undefined]);
  // No engine reads a year of five digits, or of one, in the same way.
  assertEquals(boundsOf(T.date, [-800_000, 4_000_000]), [undefined, undefined]);
});

Deno.test("timestamps are rounded outwards, to milliseconds", () => {
  assertEquals(boundsOf(T.timestamp, [1n, 1001n]), [
    "1970-01-01T00:00:00.000Z",
    "1970-01-01T00:00:00.002Z",
  ]);
  assertEquals(boundsOf(T.timestamp, [-1n, -1n]), [
    "1969-12-31T23:59:59.999Z",
    "1970-01-01T00:00:00.000Z",
  ]);
  assertEquals(boundsOf(T.ntz, [5000n]), [
    "1970-01-01T00:00:00.005",
    "1970-01-01T00:00:00.005",
  ]);
});

Deno.test("long texts are cut, the highest one upwards", () => {
  const long = "x".repeat(40);
  assertEquals(boundsOf(T.string, [long]), [
    "x".repeat(32),
    `${"x".repeat(32)}\u{10ffff}`,
  ]);
  // 32 characters are not cut, however many units they have.
  const smiles = "\u{1f600}".repeat(32);
  assertEquals(boundsOf(T.string, [smiles]), [smiles, smiles]);
  // Nothing comes after the highest character.
  const highest = "\u{10ffff}".repeat(40);
  assertEquals(boundsOf(T.string, [highest]), [
    "\u{10ffff}".repeat(32),
    undefined,
  ]);
});

Deno.test("no value is outside of its column's bounds", () => {
  const text = fc.string({ unit: "binary", maxLength: 50 });
  const property = fc.property(
    fc.array(text, { minLength: 1 }),
    (values) => {
      const [min, max] = boundsOf(T.string, values);
      for (const value of values) {
        const isIn = compareValues(String(min), value) <= 0 &&
          (max === undefined || compareValues(value, String(max)) <= 0);
        assertEquals(isIn, true, JSON.stringify([min, value, max]));
      }
    },
  );
  fc.assert(property, { numRuns: 500 });
});

Deno.test("texts are in the order of their UTF-8", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const text = fc.string({ unit: "binary" });
  const property = fc.property(text, text, (a, b) => {
    const [x, y] = [[...bytes(a)], [...bytes(b)]];
    const at = x.findIndex((byte, i) => byte !== y[i]);
    const expected = at < 0
      ? x.length - y.length
      : (x[at] ?? -1) - (y[at] ?? -1);
    assertEquals(Math.sign(compareValues(a, b)), Math.sign(expected));
  });
  fc.assert(property, { numRuns: 2000 });
});

Deno.test("the first 32 columns have statistics, or as many as the table says, or those it names", () => {
  const fields = Array.from({ length: 40 }, (_, i) => field(`c${i}`, T.long));
  const values = fields.map(() => [1n]);
  const columns = (configuration: Record<string, string>) =>
    Object.keys(
      parseStats(rowStats(fields, values, 1, metaData(configuration)))
        ?.nullCount ?? {},
    ).length;
  assertEquals(columns({}), 32);
  assertEquals(columns({ "delta.dataSkippingNumIndexedCols": "3" }), 3);
  assertEquals(columns({ "delta.dataSkippingNumIndexedCols": "0" }), 0);
  assertEquals(columns({ "delta.dataSkippingNumIndexedCols": "-1" }), 40);
  assertEquals(
    columns({ "delta.dataSkippingStatsColumns": "c1, `c39`, c7" }),
    3,
  );
});

Deno.test("fields of structs have statistics of their own", () => {
  const struct = {
    kind: "struct",
    fields: [field("x", T.long), field("y", T.string)],
  } as const;
  const stats = parseStats(rowStats(
    [field("s", struct)],
    [[{ x: 1n, y: null }, null, { x: 3n, y: "b" }]],
    3,
    metaData(),
  ));
  assertEquals(stats?.minValues, { s: { x: 1, y: "b" } });
  assertEquals(stats?.maxValues, { s: { x: 3, y: "b" } });
  assertEquals(stats?.nullCount, { s: { x: 1, y: 2 } });
});
