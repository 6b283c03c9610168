import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeTexts } from "../../../src/oplog/parquet/texts.ts";

const ELEMENT = { name: "x", type: "BYTE_ARRAY" } as const;

/** Values as a page has them. */
function pageOf(values: readonly Uint8Array[]): Uint8Array {
  const length = values.reduce((sum, value) => sum + 4 + value.length, 0);
  const page = new Uint8Array(length);
  const view = new DataView(page.buffer);
  let at = 0;
  for (const value of values) {
    view.setUint32(at, value.length, true);
    page.set(value, at + 4);
    at += 4 + value.length;
  }
  return page;
}

function decode(page: Uint8Array, count: number): string[] {
  const encoded = { encoding: "PLAIN", count, element: ELEMENT };
  return Array.from(decodeTexts(page, encoded));
}

Deno.test("decodeTexts() decodes any bytes as a decoder does for each value", () => {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const texts = fc.array(fc.string({ unit: "binary", maxLength: 200 }))
    .map((texts) => texts.map((text) => new TextEncoder().encode(text)));
  const ascii = fc.array(fc.string({ maxLength: 400 }))
    .map((texts) => texts.map((text) => new TextEncoder().encode(text)));
  const bytes = fc.array(fc.uint8Array({ maxLength: 12 }));
  fc.assert(fc.property(fc.oneof(ascii, texts, bytes), (values) => {
    const page = pageOf(values);
    const before = page.slice();
    const expected = values.map((value) => decoder.decode(value));
    assertEquals(decode(page, values.length), expected);
    // The bytes are the file's, and are read again.
    assertEquals(page, before);
  }));
});

Deno.test("decodeTexts() refuses texts that are cut off", () => {
  const page = pageOf([new Uint8Array(5), new Uint8Array(7)]);
  for (let length = 0; length < page.length; length++) {
    assertThrows(() => decode(page.subarray(0, length), 2), RangeError);
  }
  const long = page.slice();
  long.fill(0xff, 0, 4);
  assertThrows(() => decode(long, 2), RangeError);
});
