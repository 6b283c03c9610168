/** Columns back to rows: levels that no writer here writes. */
import { assertEquals, assertThrows } from "@std/assert";
import { crc32 } from "../../../src/bytes.ts";
import type { DataType } from "../../../src/oplog/mod.ts";
import type { ParquetSchemaElement } from "../../../src/oplog/parquet.ts";
import { Binder } from "../../../src/oplog/parquet/assemble.ts";
import { schemaTree } from "../../../src/oplog/parquet/schema_tree.ts";

const CONVENTIONS = { julianDates: false, julianInt96: false };
const LONG: DataType = { kind: "long" };

/** A data page of 64-bit integers, uncompressed, as a chunk of one page. */
function chunkOf(
  levels: readonly (readonly [repetition: number, definition: number])[],
  max: readonly [repetition: number, definition: number],
  values: readonly bigint[],
  checksum: (body: Uint8Array) => number | undefined = () => undefined,
): Uint8Array<ArrayBuffer> {
  const runs = (which: 0 | 1) => {
    if (max[which] === 0) return [];
    const bytes = levels.flatMap((level) => [1 << 1, level[which]]);
    return [bytes.length, 0, 0, 0, ...bytes];
  };
  const body = [
    ...runs(0),
    ...runs(1),
    ...new Uint8Array(BigInt64Array.from(values).buffer),
  ];
  // Thrift: type, sizes, perhaps a CRC-32, then the header of a data page.
  const varint = (value: number): number[] =>
    value < 0x80
      ? [value]
      : [value % 0x80 | 0x80, ...varint(Math.floor(value / 0x80))];
  const i32 = (value: number) => {
    const signed = value | 0;
    return [0x15, ...varint(signed < 0 ? -2 * signed - 1 : 2 * signed)];
  };
  const crc = checksum(new Uint8Array(body));
  const header = [
    ...i32(0),
    ...i32(body.length),
    ...i32(body.length),
    ...crc === undefined ? [0x2c] : [...i32(crc), 0x1c],
    ...[...i32(levels.length), ...i32(0), ...i32(3), ...i32(3), 0],
    0,
  ];
  return new Uint8Array([...header, ...body]);
}

function readAll(
  elements: readonly Omit<ParquetSchemaElement, never>[],
  type: DataType,
  chunk: Uint8Array<ArrayBuffer>,
  counts: { readonly values: number; readonly rows: number },
): unknown[] {
  const root = schemaTree([{ name: "root", num_children: 1 }, ...elements]);
  const binder = new Binder("name", CONVENTIONS);
  const field = { name: "a", type, nullable: true, physicalName: "a" };
  const read = binder.bind(field, root);
  for (const cursor of binder.cursors) {
    cursor.open({
      bytes: chunk,
      node: cursor.node,
      codec: "UNCOMPRESSED",
      compressors: {},
      numValues: counts.values,
    });
  }
  const rows = Array.from({ length: counts.rows }, () => read());
  assertEquals(binder.cursors.map((cursor) => cursor.done), [true]);
  return rows;
}

const LIST: ParquetSchemaElement = {
  name: "a",
  repetition_type: "OPTIONAL",
  num_children: 1,
  converted_type: "LIST",
};

Deno.test("a list of two levels has its elements in the repeated column", () => {
  const levels = [[0, 2], [1, 2], [0, 1], [0, 0], [0, 2]] as const;
  const rows = readAll(
    [LIST, { name: "array", repetition_type: "REPEATED", type: "INT64" }],
    { kind: "array", element: LONG },
    chunkOf(levels, [1, 2], [1n, 2n, 3n]),
    { values: 5, rows: 4 },
  );
  assertEquals(rows, [[1n, 2n], [], null, [3n]]);
});

Deno.test("a repeated column without a group is a list, too", () => {
  const rows = readAll(
    [{ name: "a", repetition_type: "REPEATED", type: "INT64" }],
    { kind: "array", element: LONG },
    chunkOf([[0, 1], [1, 1], [0, 0]], [1, 1], [1n, 2n]),
    { values: 3, rows: 2 },
  );
  assertEquals(rows, [[1n, 2n], []]);
});

Deno.test("a repeated group named array is the element, also with one column", () => {
  const x = { name: "x", type: LONG, nullable: true, physicalName: "x" };
  const rows = readAll(
    [
      LIST,
      { name: "array", repetition_type: "REPEATED", num_children: 1 },
      { name: "x", repetition_type: "OPTIONAL", type: "INT64" },
    ],
    { kind: "array", element: { kind: "struct", fields: [x] } },
    chunkOf([[0, 3], [1, 2], [0, 1]], [1, 3], [1n]),
    { values: 3, rows: 2 },
  );
  assertEquals(rows, [[{ x: 1n }, { x: null }], []]);
});

Deno.test("lists in lists keep their ends, the empty ones and the missing ones", () => {
  const element = { name: "element", repetition_type: "OPTIONAL" } as const;
  const list = {
    name: "list",
    repetition_type: "REPEATED",
    num_children: 1,
  } as const;
  const rows = readAll(
    [
      LIST,
      list,
      { ...element, num_children: 1, converted_type: "LIST" },
      list,
      { ...element, type: "INT64" },
    ],
    { kind: "array", element: { kind: "array", element: LONG } },
    chunkOf(
      [[0, 5], [2, 4], [1, 3], [1, 2], [0, 1], [0, 0], [0, 5], [1, 5]],
      [2, 5],
      [1n, 2n, 3n],
    ),
    { values: 8, rows: 4 },
  );
  assertEquals(rows, [[[1n, null], [], null], [], null, [[2n], [3n]]]);
});

Deno.test("a struct whose asked-for fields a file lacks is there all the same", () => {
  const y = { name: "y", type: LONG, nullable: true, physicalName: "y" };
  const rows = readAll(
    [
      { name: "a", repetition_type: "OPTIONAL", num_children: 1 },
      { name: "x", repetition_type: "OPTIONAL", type: "INT64" },
    ],
    { kind: "struct", fields: [y] },
    chunkOf([[0, 2], [0, 1], [0, 0]], [0, 2], [1n]),
    { values: 3, rows: 3 },
  );
  assertEquals(rows, [{ y: null }, { y: null }, null]);
});

Deno.test("a page is held against its CRC-32, where it has one", () => {
  const read = (checksum: (body: Uint8Array) => number) =>
    readAll(
      [{ name: "a", repetition_type: "OPTIONAL", type: "INT64" }],
      LONG,
      chunkOf([[0, 1], [0, 0]], [0, 1], [5n], checksum),
      { values: 2, rows: 2 },
    );
  assertEquals(read(crc32), [5n, null]);
  assertThrows(() => read((body) => crc32(body) ^ 1), RangeError, "CRC-32");
});
