/** Runs and bit-packed values; calendars. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  julianDayToGregorian,
  julianUsToGregorian,
} from "../../../src/oplog/parquet/calendar.ts";
import { bitWidthOf, decodeRle } from "../../../src/oplog/parquet/rle.ts";

function decode(bytes: readonly number[], width: number, count: number) {
  const output = new Int32Array(count);
  decodeRle(new Uint8Array(bytes), width, output);
  return [...output];
}

Deno.test("decodeRle() reads runs and bit-packed groups of any width", () => {
  assertEquals(decode([3 << 1, 7], 3, 3), [7, 7, 7]);
  // The specification's example: 0 to 7 in three bits each.
  const packed = [1 << 1 | 1, 0b10001000, 0b11000110, 0b11111010];
  assertEquals(decode(packed, 3, 8), [0, 1, 2, 3, 4, 5, 6, 7]);
  assertEquals(decode([...packed, 2 << 1, 5], 3, 10).slice(8), [5, 5]);
  assertEquals(decode([1 << 1, 0x78, 0x56, 0x34, 0x12], 31, 1), [0x12345678]);
  const wide = [1 << 1 | 1, ...new Array(8).fill([1, 2, 3, 4]).flat()];
  assertEquals(decode(wide, 32, 2), [0x04030201, 0x04030201]);
  assertEquals(decode([5 << 1], 0, 5), [0, 0, 0, 0, 0]);
});

Deno.test("decodeRle() writes no more than was asked for, and reads no more than there is", () => {
  // A run that claims two thousand million values.
  assertEquals(decode([0xfe, 0xff, 0xff, 0xff, 0x0f, 1], 1, 3), [1, 1, 1]);
  for (
    const bytes of [[], [0x80], [2], [3, 1], [0xff, 0xff, 0xff, 0xff, 0xff, 1]]
  ) assertThrows(() => decode(bytes, 8, 16), RangeError);
  assertThrows(() => decode([2, 1], 33, 1), RangeError);
});

Deno.test("bitWidthOf() is the least width that holds a value", () => {
  assertEquals([0, 1, 2, 3, 4, 255].map(bitWidthOf), [0, 1, 2, 2, 3, 8]);
});

Deno.test("days of the Julian calendar become those of the same name", () => {
  // 1582-10-04 was followed by 1582-10-15.
  assertEquals(julianDayToGregorian(-141427), -141427);
  assertEquals(julianDayToGregorian(-141428), -141438);
  // 0001-01-01 is two days earlier in the Julian calendar.
  assertEquals(julianDayToGregorian(-719164), -719162);
  assertEquals(julianUsToGregorian(-1n), -1n);
  assertEquals(
    julianUsToGregorian(-141428n * 86_400_000_000n + 5n),
    -141438n * 86_400_000_000n + 5n,
  );
});
