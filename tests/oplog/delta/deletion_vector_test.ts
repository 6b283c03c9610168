/** Deletion vectors: inline, in files, damaged. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Bytes, concatBytes } from "../../../src/bytes.ts";
import { IntegrityError, PondError } from "../../../src/errors.ts";
import { add, type Fixture, idTable, valuesOf } from "./fixture.ts";

/** The protocol's example: rows 3, 4, 7, 11, 18, 29. */
const INLINE = {
  storageType: "i",
  pathOrInlineDv: "wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L",
  sizeInBytes: 40,
  cardinality: 6,
};
const EXAMPLE_ROWS = [3, 4, 7, 11, 18, 29];

/** The protocol's example of a name: prefix `ab`, then the UUID. */
const FILE = {
  storageType: "u",
  pathOrInlineDv: "ab^-aqEH.-t@S}K{vb[*k^",
  offset: 1,
  sizeInBytes: 0,
  cardinality: 2,
};
const FILE_NAME = "ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin";

const FEATURES = ["deletionVectors"];
const VALUES = Array.from({ length: 40 }, (_, i) => i);

function numbers(littleEndian: boolean, ...values: number[]): Bytes {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => view.setUint32(i * 4, value, littleEndian));
  return new Uint8Array(view.buffer);
}

function words(...values: number[]): Bytes {
  return new Uint8Array(Uint16Array.from(values).buffer);
}

/** A set of one container, in the portable form. */
function setOf(cookie: Bytes, ...container: Bytes[]): Bytes {
  const head = numbers(true, 1681511377, 1, 0, 0);
  return concatBytes([head, cookie, ...container]);
}

/** Rows below 65 536 as an array container. */
function arrayOf(...rows: number[]): Bytes {
  return setOf(
    numbers(true, 12346, 1),
    words(0, rows.length - 1),
    numbers(true, 16),
    words(...rows),
  );
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function fileOf(set: Bytes): Bytes {
  const size = numbers(false, set.length);
  const crc = numbers(false, crc32(set));
  return concatBytes([new Uint8Array([1]), size, set, crc]);
}

async function tableWith(
  vector: Readonly<Record<string, unknown>>,
): Promise<Fixture> {
  return await idTable(FEATURES, VALUES, { deletionVector: vector });
}

async function keptBy(fixture: Fixture): Promise<number[]> {
  const values = await valuesOf((await fixture.open()).rows({ batchRows: 7 }));
  return values.map((value) => parseInt(String(value)));
}

function without(...rows: number[]): number[] {
  return VALUES.filter((value) => !rows.includes(value));
}

async function tableWithFile(set: Bytes, cardinality: number) {
  const vector = { ...FILE, sizeInBytes: set.length, cardinality };
  return (await tableWith(vector)).file(FILE_NAME, fileOf(set));
}

Deno.test("rows() leaves out the rows of an inline deletion vector, in both of its forms", async () => {
  assertEquals(await keptBy(await tableWith(INLINE)), without(...EXAMPLE_ROWS));
  const portable = {
    ...INLINE,
    pathOrInlineDv: "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L",
    sizeInBytes: 44,
  };
  const fixture = await tableWith(portable);
  assertEquals(await keptBy(fixture), without(...EXAMPLE_ROWS));
});

Deno.test("rows() leaves out the rows of a deletion vector in a file, by a name with a prefix", async () => {
  const fixture = await tableWithFile(arrayOf(0, 39), 2);
  assertEquals(await keptBy(fixture), without(0, 39));
});

Deno.test("rows() reads deletion vectors by absolute paths", async () => {
  const set = arrayOf(5);
  for (const path of ["file:///dv%20s/x.bin", "/dv s/x.bin"]) {
    const fixture = await tableWith({
      ...FILE,
      storageType: "p",
      pathOrInlineDv: path,
      sizeInBytes: set.length,
      cardinality: 1,
    });
    fixture.file("/dv s/x.bin", fileOf(set));
    assertEquals(await keptBy(fixture), without(5));
  }
});

Deno.test("deletion vectors have containers of three kinds", async () => {
  const bits = new Uint8Array(8192);
  for (let row = 0; row < 5000; row++) bits[row >> 3] = 0xff;
  const bitmap = setOf(
    numbers(true, 12346, 1),
    words(0, 4999),
    numbers(true, 16),
    bits,
  );
  assertEquals(await keptBy(await tableWithFile(bitmap, 5000)), []);
  const runs = setOf(
    numbers(true, 12347),
    new Uint8Array([1]),
    words(0, 10),
    words(2, 1, 4, 30, 5),
  );
  const kept = without(1, 2, 3, 4, 5, 30, 31, 32, 33, 34, 35);
  assertEquals(await keptBy(await tableWithFile(runs, 11)), kept);
});

Deno.test("a damaged deletion vector is an error that names its file", async () => {
  const set = arrayOf(0, 39);
  const good = fileOf(set);
  const damaged: [string, Bytes | undefined][] = [
    ["missing", undefined],
    ["cut off", good.slice(0, -1)],
    ["version", Uint8Array.from(good, (byte, i) => i === 0 ? 2 : byte)],
    ["bytes", Uint8Array.from(good, (byte, i) => i === 4 ? byte + 1 : byte)],
    ["CRC-32", Uint8Array.from(good, (byte, i) => i === 9 ? byte + 1 : byte)],
    ["rows", fileOf(arrayOf(0, 38, 39))],
    [
      "begins with",
      fileOf(Uint8Array.from(set, (b, i) => i === 0 ? b + 1 : b)),
    ],
  ];
  for (const [problem, bytes] of damaged) {
    const length = bytes === undefined ? set.length : bytes.length - 9;
    const cut = ["cut off", "bytes", "CRC-32", "version"].includes(problem);
    const fixture = await tableWith({
      ...FILE,
      sizeInBytes: cut ? set.length : length,
    });
    if (bytes) fixture.file(FILE_NAME, bytes);
    const error = await assertRejects(() => keptBy(fixture), IntegrityError);
    assertEquals(error.path, `/t/${FILE_NAME}`);
    assert(error.message.includes(problem), error.message);
  }
});

Deno.test("a deletion vector that can't be meant is refused", async () => {
  const cases = [
    { ...INLINE, pathOrInlineDv: "~~~~~" },
    { ...INLINE, sizeInBytes: 4000 },
    { ...INLINE, cardinality: 7 },
    { ...FILE, pathOrInlineDv: "short" },
    { ...FILE, pathOrInlineDv: `../..${FILE.pathOrInlineDv.slice(2)}` },
  ];
  for (const vector of cases) {
    const fixture = await tableWith(vector);
    await assertRejects(() => keptBy(fixture), IntegrityError);
  }
  const unknown = await tableWith({ ...FILE, storageType: "x" });
  const error = await assertRejects(() => keptBy(unknown), PondError);
  assertEquals(error.code, "UNSUPPORTED");
});

Deno.test("a deletion vector without the feature is refused", async () => {
  const fixture = await idTable([], VALUES, { deletionVector: INLINE });
  await assertRejects(() => keptBy(fixture), IntegrityError, "deletionVectors");
});

Deno.test("a file with another deletion vector is another file", async () => {
  const fixture = await idTable(FEATURES, VALUES);
  const deleted = { deletionVector: INLINE };
  fixture.commit(
    1,
    { remove: { path: "a", dataChange: true } },
    add("a", deleted),
  );
  assertEquals(await keptBy(fixture), without(...EXAMPLE_ROWS));
  // Removing the file without its vector removes what isn't there any more.
  fixture.commit(2, { remove: { path: "a", dataChange: true } });
  assertEquals(await keptBy(fixture), without(...EXAMPLE_ROWS));
  fixture.commit(3, { remove: { path: "a", dataChange: true, ...deleted } });
  assertEquals(await keptBy(fixture), []);
});
