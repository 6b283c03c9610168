/** Rows of tables that other engines wrote: columns, types, mapping. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { IntegrityError, PondError } from "../../../src/errors.ts";
import {
  add,
  field,
  Fixture,
  idTable,
  leaf,
  longs,
  metaData,
  protocol,
} from "./fixture.ts";

const DECIMAL = { converted_type: "DECIMAL", precision: 18, scale: 2 } as const;

Deno.test("rows() fills columns that a file lacks with nulls, and ignores those of no schema", async () => {
  const fixture = await new Fixture().parquet(
    "a",
    longs("extra", 7, 8),
    longs("id", 1, 2),
  );
  const fields = [
    field("new", "string"),
    field("id", "long"),
    field("s", { type: "struct", fields: [field("x", "integer")] }),
  ];
  fixture.commit(0, protocol(), metaData(fields), add("a"));
  assertEquals(await fixture.rows(), [
    { new: null, id: "1n", s: null },
    { new: null, id: "2n", s: null },
  ]);
});

Deno.test("rows() leaves out columns and fields without a type, as Spark does", async () => {
  const fixture = await new Fixture().parquet("a", longs("id", 1));
  const struct = {
    type: "struct",
    fields: [field("x", "integer"), field("none", "void")],
  };
  const fields = [
    field("id", "long"),
    field("nothing", "void"),
    field("list", {
      type: "array",
      elementType: struct,
      containsNull: true,
    }),
  ];
  fixture.commit(0, protocol(), metaData(fields), add("a"));
  const table = await fixture.open();
  assertEquals(await fixture.rows(), [{ id: "1n", list: null }]);
  const [, list] = await table.columns();
  const inner = list?.type.kind === "array" ? list.type.element : undefined;
  assertEquals(
    inner?.kind === "struct" && inner.fields.map(({ name }) => name),
    ["x"],
  );
});

Deno.test("rows() fills texts of char(n) up with spaces, those of partitions as well", async () => {
  const text = { type: "BYTE_ARRAY", converted_type: "UTF8" } as const;
  const fixture = await new Fixture().parquet(
    "a",
    leaf("code", text, ["ab", "abcde", "\u{1f600}", null]),
  );
  const char = (n: number) => ({ __CHAR_VARCHAR_TYPE_STRING: `char(${n})` });
  const fields = [
    field("code", "string", char(4)),
    field("site", "string", char(3)),
    field("rest", "string", { __CHAR_VARCHAR_TYPE_STRING: "varchar(9)" }),
  ];
  const file = add("a", { partitionValues: { site: "x" } });
  fixture.commit(
    0,
    protocol(),
    metaData(fields, { partitionColumns: ["site"] }),
    file,
  );
  assertEquals(await fixture.rows(), [
    { code: "ab  ", site: "x  ", rest: null },
    { code: "abcde", site: "x  ", rest: null },
    { code: "\u{1f600}   ", site: "x  ", rest: null },
    { code: null, site: "x  ", rest: null },
  ]);
});

Deno.test("rows() reads the columns that are asked for, in their order, by any case", async () => {
  const fixture = await new Fixture().parquet(
    "a",
    longs("A", 1),
    longs("b", 2),
  );
  fixture.commit(
    0,
    protocol(),
    metaData([field("a", "long"), field("b", "long")]),
    add("a"),
  );
  assertEquals(await fixture.rows({ columns: ["B", "a"] }), [
    { b: "2n", a: "1n" },
  ]);
  assertEquals(await fixture.rows({ columns: [] }), [{}]);
  const error = await assertRejects(
    () => fixture.rows({ columns: ["c"] }),
    PondError,
  );
  assertEquals([error.code, error.hint], ["INVALID_ARGUMENT", "it has a, b"]);
});

Deno.test("rows() has batches of the size that is asked for, and ends with its signal", async () => {
  const table = await (await idTable([], [1, 2, 3, 4, 5])).open();
  const sizes: number[] = [];
  for await (const { numRows } of table.rows({ batchRows: 2 })) {
    sizes.push(numRows);
  }
  assertEquals(sizes, [2, 2, 1]);
  const controller = new AbortController();
  const reason = new Error("enough");
  await assertRejects(
    async () => {
      const { signal } = controller;
      for await (const _ of table.rows({ batchRows: 2, signal })) {
        controller.abort(reason);
      }
    },
    Error,
    "enough",
  );
});

Deno.test("rows() takes partition values from the log, also where a file has the column", async () => {
  const fixture = await new Fixture().parquet(
    "a",
    longs("p", 9),
    longs("id", 1),
  );
  fixture.commit(
    0,
    protocol(),
    metaData([field("p", "long"), field("id", "long")], {
      partitionColumns: ["p"],
    }),
    add("a", { partitionValues: { p: "-5" } }),
  );
  assertEquals(await fixture.rows(), [{ p: "-5n", id: "1n" }]);
  fixture.commit(1, { remove: { path: "a" } });
  fixture.commit(2, add("a", { partitionValues: { p: null } }));
  assertEquals(await fixture.rows(), [{ p: null, id: "1n" }]);
  fixture.commit(3, add("a", { partitionValues: {} }));
  await assertRejects(() => fixture.rows(), IntegrityError, "no value");
  fixture.commit(4, add("a", { partitionValues: { p: "x" } }));
  await assertRejects(() => fixture.rows(), IntegrityError, `"x"`);
});

Deno.test("rows() reads decimals and times exactly", async () => {
  const time = (unit: "MILLIS" | "MICROS" | "NANOS") =>
    ({
      type: "INT64",
      logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit },
    }) as const;
  const fixture = await new Fixture().parquet(
    "a",
    leaf("d", { type: "INT64", ...DECIMAL }, [12.34, -0.01]),
    leaf("ms", time("MILLIS"), [new Date(-1), new Date(1)]),
    leaf("date", { type: "INT32", converted_type: "DATE" }, [
      new Date("1969-12-31"),
      new Date("2024-02-29"),
    ]),
  );
  const fields = [
    field("d", "decimal(20,4)"),
    field("ms", "timestamp"),
    field("date", "date"),
  ];
  fixture.commit(0, protocol(), metaData(fields), add("a"));
  assertEquals(await fixture.rows(), [
    { d: "123400n", ms: "-1000n", date: -1 },
    { d: "-100n", ms: "1000n", date: 19782 },
  ]);
});

Deno.test("rows() widens the values of files that are older than their types", async () => {
  const int32 = { type: "INT32" } as const;
  const widened = (name: string, fromType: string, toType: string) =>
    field(name, toType, { "delta.typeChanges": [{ fromType, toType }] });
  const fixture = await new Fixture().parquet(
    "a",
    leaf("l", int32, [-2]),
    leaf("f", { type: "FLOAT" }, [0.5]),
    leaf("d", int32, [7]),
    leaf("x", int32, [3]),
    leaf("t", { type: "INT32", converted_type: "DATE" }, [new Date(-1)]),
  );
  fixture.commit(
    0,
    protocol("typeWidening", "timestampNtz"),
    metaData([
      widened("l", "integer", "long"),
      widened("f", "float", "double"),
      widened("d", "integer", "double"),
      widened("x", "integer", "decimal(12,2)"),
      widened("t", "date", "timestamp_ntz"),
    ]),
    add("a"),
  );
  assertEquals(await fixture.rows(), [
    { l: "-2n", f: 0.5, d: 7, x: "300n", t: "-86400000000n" },
  ]);
  fixture.commit(1, metaData([widened("l", "long", "string")]));
  const error = await assertRejects(() => fixture.rows(), PondError);
  assertEquals(error.code, "UNSUPPORTED");
  assert(error.message.includes("typeWidening of l from long to string"));
});

Deno.test("rows() refuses a file whose column has another type, naming both", async () => {
  const fixture = await new Fixture().parquet("a", longs("id", 1));
  fixture.commit(0, protocol(), metaData([field("id", "integer")]), add("a"));
  const error = await assertRejects(() => fixture.rows(), IntegrityError);
  assert(error.message.includes("id is INT64, which is no integer"));
});

Deno.test("rows() refuses a type that isn't known by its name", async () => {
  const cases = [
    ["variant", "variantType"],
    ["interval day", "interval day"],
    [{ type: "array", elementType: "geometry(x)" }, "a.element"],
    [{ type: "set" }, "set"],
  ] as const;
  for (const [type, name] of cases) {
    const fixture = new Fixture()
      .commit(0, protocol(), metaData([field("a", type)]));
    const error = await assertRejects(() => fixture.rows(), PondError);
    assertEquals(error.code, "UNSUPPORTED");
    assert(error.message.includes(name), error.message);
  }
});

function mapped(name: string, type: unknown, id: number): unknown {
  return field(name, type, {
    "delta.columnMapping.id": id,
    "delta.columnMapping.physicalName": `col-${id}`,
  });
}

/** A table with two columns and a partition, mapped. */
async function mappedTable(mode: string, names: readonly string[]) {
  const [first = "", second = ""] = names;
  const fixture = await new Fixture().parquet(
    "a",
    leaf(first, { type: "INT64", field_id: 1 }, [1n]),
    leaf(second, { type: "INT64", field_id: 2 }, [2n]),
  );
  return fixture.commit(
    0,
    protocol("columnMapping"),
    metaData([
      mapped("x y", "long", 1),
      mapped("z", "long", 2),
      mapped("p", "string", 3),
    ], {
      configuration: { "delta.columnMapping.mode": mode },
      partitionColumns: ["p"],
    }),
    add("a", { partitionValues: { "col-3": "v" } }),
  );
}

Deno.test("rows() finds columns by their physical names", async () => {
  const fixture = await mappedTable("name", ["col-2", "col-1"]);
  assertEquals(await fixture.rows(), [{ "x y": "2n", z: "1n", p: "v" }]);
});

Deno.test("rows() finds columns by their ids, and refuses a file without any", async () => {
  const fixture = await mappedTable("id", ["anything", "else"]);
  assertEquals(await fixture.rows(), [{ "x y": "1n", z: "2n", p: "v" }]);
  await fixture.parquet("a", longs("col-1", 1), longs("col-2", 2));
  await assertRejects(() => fixture.rows(), IntegrityError, "have no ids");
});

Deno.test("rows() honours a column mapping only where the protocol has it", async () => {
  const fixture = await mappedTable("name", ["x y", "z"]);
  const plain = { partitionColumns: [] };
  const fields = [mapped("x y", "long", 1), mapped("z", "long", 2)];
  const configuration = { "delta.columnMapping.mode": "name" };
  fixture.commit(1, protocol(), metaData(fields, { ...plain, configuration }));
  assertEquals(await fixture.rows(), [{ "x y": "1n", z: "2n" }]);
  const reader2 = { protocol: { minReaderVersion: 2, minWriterVersion: 5 } };
  fixture.commit(2, reader2);
  assertEquals(await fixture.rows(), [{ "x y": null, z: null }]);
  const odd = { "delta.columnMapping.mode": "odd" };
  fixture.commit(3, metaData(fields, { ...plain, configuration: odd }));
  await assertRejects(() => fixture.rows(), PondError, "columnMapping by odd");
});

Deno.test("rows() reads lists, maps and structs, whatever their names", async () => {
  const text = {
    type: "BYTE_ARRAY",
    converted_type: "UTF8",
    repetition_type: "OPTIONAL",
  } as const;
  const fixture = await new Fixture().parquet("a", {
    elements: [
      {
        name: "l",
        repetition_type: "OPTIONAL",
        num_children: 1,
        converted_type: "LIST",
      },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      { name: "element", ...text },
    ],
    data: [["a", null], [], null],
  }, {
    elements: [
      {
        name: "m",
        repetition_type: "OPTIONAL",
        num_children: 1,
        converted_type: "MAP",
      },
      { name: "key_value", repetition_type: "REPEATED", num_children: 2 },
      { name: "key", ...text, repetition_type: "REQUIRED" },
      { name: "value", type: "INT64", repetition_type: "OPTIONAL" },
    ],
    data: [{ k: 1n, l: null }, {}, null],
  }, {
    elements: [
      { name: "s", repetition_type: "OPTIONAL", num_children: 1 },
      { name: "__proto__", ...text },
    ],
    data: [Object.fromEntries([["__proto__", "v"]]), null, {}],
  });
  const fields = [
    field("l", { type: "array", elementType: "string" }),
    field("m", { type: "map", keyType: "string", valueType: "long" }),
    field("s", { type: "struct", fields: [field("__proto__", "string")] }),
  ];
  fixture.commit(0, protocol(), metaData(fields), add("a"));
  const rows = (await fixture.rows()).map((row) => JSON.stringify(row));
  assertEquals(rows, [
    `{"l":["a",null],"m":[["k","1n"],["l",null]],"s":{"__proto__":"v"}}`,
    `{"l":[],"m":[],"s":null}`,
    `{"l":null,"m":null,"s":{"__proto__":null}}`,
  ]);
});

Deno.test("rows() of a table without files are none, and its columns are known", async () => {
  const fixture = new Fixture()
    .commit(0, protocol(), metaData([field("id", "decimal(5,2)")]));
  assertEquals(await fixture.rows(), []);
  const [column] = await (await fixture.open()).columns();
  assertEquals(column?.type, { kind: "decimal", precision: 5, scale: 2 });
});
