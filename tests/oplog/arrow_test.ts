import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { tableFromIPC } from "apache-arrow";
import fc from "fast-check";
import { IntegrityError } from "../../src/errors.ts";
import {
  type Cell,
  type ColumnSpec,
  decodeBatch,
  encodeBatch,
} from "../../src/oplog/arrow.ts";

const SPECS: readonly ColumnSpec[] = [
  { name: "text", type: "utf8" },
  { name: "bytes", type: "binary" },
  { name: "small", type: "int32" },
  { name: "large", type: "int64" },
];

const nullable = <T>(values: fc.Arbitrary<T>) =>
  fc.option(values, { nil: null });
const rows = fc.array(fc.tuple(
  nullable(fc.string({ unit: "binary" })),
  nullable(fc.uint8Array({ maxLength: 200 })),
  nullable(fc.integer()),
  nullable(fc.maxSafeInteger()),
));

function columnsOf(table: readonly (readonly Cell[])[]): Cell[][] {
  return SPECS.map((_, column) => table.map((row) => row[column] ?? null));
}

Deno.test("decodeBatch() inverts encodeBatch() for any rows", () => {
  fc.assert(fc.property(rows, (table) => {
    const columns = columnsOf(table);
    assertEquals(
      decodeBatch(SPECS, encodeBatch(SPECS, columns), "test"),
      columns,
    );
  }));
});

Deno.test("encodeBatch() writes what apache-arrow reads", () => {
  fc.assert(
    fc.property(rows, (table) => {
      const columns = columnsOf(table);
      const read = tableFromIPC(encodeBatch(SPECS, columns));
      assertEquals(read.numRows, table.length);
      SPECS.forEach(({ name }, i) => {
        const values = [...read.getChild(name) ?? []].map((value) =>
          typeof value === "bigint" ? Number(value) : value
        );
        assertEquals(values, columns[i]);
      });
    }),
    { numRuns: 50 },
  );
});

Deno.test("decodeBatch() reads a column that is not there as nulls", () => {
  const bytes = encodeBatch(SPECS.slice(0, 1), [["a", "b"]]);
  assertEquals(decodeBatch(SPECS, bytes, "test")[3], [null, null]);
});

Deno.test("decodeBatch() refuses bytes that are no IPC stream, naming the source", () => {
  const bytes = encodeBatch(SPECS, columnsOf([["a", null, 1, 2]]));
  for (const broken of [bytes.slice(0, 40), new Uint8Array(64).fill(7)]) {
    const error = assertThrows(() => decodeBatch(SPECS, broken, "part-1"));
    assertInstanceOf(error, IntegrityError);
    assertEquals(error.path, "part-1");
  }
});
