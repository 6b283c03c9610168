/** Snappy, unpacked fast: the same bytes, and nothing of blocks that lie. */
import { assertEquals, assertThrows } from "@std/assert";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";
import { snappyUncompress } from "hyparquet/src/snappy.js";
import { encodeUtf8 } from "../../src/bytes.ts";
import { fastSnappy } from "../../src/oplog/parquet.ts";

const unpackSnappy = await fastSnappy();
const TEXT = encodeUtf8("the depth of the lake: 20.5 m\n".repeat(5000));

function packed(bytes: Uint8Array): Uint8Array {
  return snappyCompress(bytes).slice();
}

Deno.test("fastSnappy() gives what the library's own gives", () => {
  const random = crypto.getRandomValues(new Uint8Array(50_000));
  for (const bytes of [TEXT, random, TEXT.subarray(0, 1), TEXT.subarray(7)]) {
    const block = packed(bytes);
    const expected = new Uint8Array(bytes.length);
    snappyUncompress(block, expected);
    assertEquals(unpackSnappy(block, bytes.length), expected);
    assertEquals(expected, new Uint8Array(bytes));
  }
});

Deno.test("fastSnappy() believes no block about its length", () => {
  const block = packed(TEXT);
  unpackSnappy(block, TEXT.length);
  // What was there before is not what comes out.
  for (const sizeBytes of [TEXT.length - 1, TEXT.length + 1, 0]) {
    assertThrows(() => unpackSnappy(block, sizeBytes));
  }
  assertThrows(() => unpackSnappy(new Uint8Array(), 10));
});

Deno.test("fastSnappy() takes no damaged block", () => {
  const block = packed(TEXT);
  assertThrows(() => unpackSnappy(block.subarray(0, 100), TEXT.length));
  const long = new Uint8Array([...block, ...block.subarray(10)]);
  assertThrows(() => unpackSnappy(long, TEXT.length));
});
