/** Partition values: text in the log, whatever the type. */
import { assertEquals, assertThrows } from "@std/assert";
import { IntegrityError } from "../../../src/errors.ts";
import type { DataType, DataValue } from "../../../src/oplog/mod.ts";
import { parsePartitionValue } from "../../../src/oplog/delta/partition_value.ts";

function parse(type: DataType, text: string | null): DataValue {
  const column = { name: "p", type, nullable: true, physicalName: "p" };
  return parsePartitionValue(column, text, "file");
}

const DECIMAL: DataType = { kind: "decimal", precision: 6, scale: 2 };

Deno.test("parsePartitionValue() reads every type exactly", () => {
  const cases: readonly (readonly [DataType, string, DataValue])[] = [
    [{ kind: "boolean" }, "true", true],
    [{ kind: "boolean" }, "False", false],
    [{ kind: "byte" }, "-128", -128],
    [{ kind: "integer" }, "2147483647", 2147483647],
    [{ kind: "long" }, "-9223372036854775808", -9223372036854775808n],
    [{ kind: "float" }, "0.1", Math.fround(0.1)],
    [{ kind: "double" }, "1.0E-5", 1e-5],
    [{ kind: "double" }, "-Infinity", -Infinity],
    [{ kind: "double" }, "NaN", NaN],
    [DECIMAL, "-12.5", -1250n],
    [DECIMAL, "1E+3", 100000n],
    [DECIMAL, "1.500", 150n],
    [{ kind: "date" }, "1970-01-01", 0],
    [{ kind: "date" }, "0001-01-01", -719162],
    [{ kind: "date" }, "9999-12-31", 2932896],
    [{ kind: "timestamp" }, "1970-01-01 00:00:00", 0n],
    [{ kind: "timestamp" }, "1970-01-01 00:00:01.5", 1500000n],
    [{ kind: "timestamp" }, "1969-12-31T23:59:59.999999Z", -1n],
    [{ kind: "timestamp" }, "1970-01-01T01:00:00+01:00", 0n],
    [{ kind: "timestamp" }, "2021-09-08", 1631059200000000n],
    [{ kind: "timestamp_ntz" }, "1970-01-01 00:00:00.000001", 1n],
    [{ kind: "string" }, " a/b%20 ", " a/b%20 "],
    [{ kind: "binary" }, "\u0001ä", new Uint8Array([1, 0xc3, 0xa4])],
  ];
  for (const [type, text, value] of cases) {
    assertEquals(parse(type, text), value, `${type.kind} ${text}`);
  }
});

Deno.test("parsePartitionValue() takes empty text for null, in every type", () => {
  for (const kind of ["string", "binary", "long", "date", "boolean"] as const) {
    assertEquals(parse({ kind }, ""), null);
    assertEquals(parse({ kind }, null), null);
  }
});

Deno.test("parsePartitionValue() refuses what is no value of the type", () => {
  const cases: readonly (readonly [DataType, string])[] = [
    [{ kind: "boolean" }, "1"],
    [{ kind: "byte" }, "128"],
    [{ kind: "integer" }, "1.0"],
    [{ kind: "long" }, "9223372036854775808"],
    [{ kind: "double" }, "0x1"],
    [DECIMAL, "10000.00"],
    [DECIMAL, "0.001"],
    [DECIMAL, "."],
    [{ kind: "date" }, "2023-02-29"],
    [{ kind: "date" }, "2023"],
    [{ kind: "timestamp" }, "2023-01-01 24:00:00"],
    [{ kind: "array", element: { kind: "long" } }, "[]"],
  ];
  for (const [type, text] of cases) {
    assertThrows(() => parse(type, text), IntegrityError, text, type.kind);
  }
});
