import { assertEquals, assertThrows } from "@std/assert";
import { encodeUtf8 } from "../../src/bytes.ts";
import { decodeLz4Frame } from "../../src/oplog/lz4_frame.ts";

const HEADER = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82];

function frame(...blocks: readonly number[][]): Uint8Array {
  const parts = blocks.flatMap((block) => [block.length, 0, 0, 0, ...block]);
  return new Uint8Array([...HEADER, ...parts, 0, 0, 0, 0]);
}

Deno.test("decodeLz4Frame() unpacks literals, matches that overlap, and blocks that go back to those before", () => {
  const abc = [...encodeUtf8("abc")];
  // "abc", then 9 bytes from 3 back, and an "x"; in a block of its own, 4 bytes
  // from 6 back, and a "!".
  const first = [(3 << 4) | 5, ...abc, 3, 0, 1 << 4, 120];
  const second = [0, 6, 0, 1 << 4, 33];
  const text = "abc" + "abcabcabc" + "x" + "bcab" + "!";
  assertEquals(
    decodeLz4Frame(frame(first, second), text.length),
    encodeUtf8(text),
  );
});

Deno.test("decodeLz4Frame() refuses what is no frame, or not of that length", () => {
  const abc = [3 << 4, ...encodeUtf8("abc")];
  assertEquals(decodeLz4Frame(frame(abc), 3), encodeUtf8("abc"));
  assertThrows(() => decodeLz4Frame(frame(abc), 4), RangeError, "its length");
  assertThrows(() => decodeLz4Frame(frame(abc), 2), RangeError, "a literal");
  const far = [3 << 4, ...encodeUtf8("abc"), 9, 0, 0];
  assertThrows(() => decodeLz4Frame(frame(far), 20), RangeError, "a match");
  const none = new Uint8Array(20);
  assertThrows(() => decodeLz4Frame(none, 3), RangeError, "magic");
  const cut = frame([3 << 4, 97]);
  assertThrows(() => decodeLz4Frame(cut, 3), RangeError, "a literal");
});
