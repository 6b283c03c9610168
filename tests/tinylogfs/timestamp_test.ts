import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { Timestamp } from "../../src/tinylogfs/mod.ts";

const NS_PER_MS = 1_000_000n;

/** The last and the first microsecond of SQL's timestamps. */
const SQL_MAX_NS = (2n ** 63n - 2n) * 1000n;
const SQL_MIN_NS = -9223372022400000000n * 1000n;

/** All nanoseconds that a `Date` can name the millisecond of. */
const dateRange = fc.bigInt({
  min: -8_640_000_000_000_000n * NS_PER_MS,
  max: 8_640_000_000_000_000n * NS_PER_MS,
});

Deno.test("Timestamp.toString() has as many digits as there are, in groups of three", () => {
  const text = (ns: bigint) => new Timestamp(ns, false).toString();
  assertEquals(text(0n), "1970-01-01T00:00:00");
  assertEquals(text(1n), "1970-01-01T00:00:00.000000001");
  assertEquals(text(1_000n), "1970-01-01T00:00:00.000001");
  assertEquals(text(1_000_000n), "1970-01-01T00:00:00.001");
  assertEquals(text(120_000_000n), "1970-01-01T00:00:00.120");
  assertEquals(text(123_456_000n), "1970-01-01T00:00:00.123456");
  assertEquals(text(100_000_100n), "1970-01-01T00:00:00.100000100");
  assertEquals(text(1_000_000_000n), "1970-01-01T00:00:01");
});

Deno.test("Timestamp.toString() counts up to the second, also before the epoch", () => {
  const text = (ns: bigint) => new Timestamp(ns, false).toString();
  assertEquals(text(-1n), "1969-12-31T23:59:59.999999999");
  assertEquals(text(-1_000_000_000n), "1969-12-31T23:59:59");
  assertEquals(text(-1_000_000_001n), "1969-12-31T23:59:58.999999999");
});

Deno.test("Timestamp.toString() says Z where it is a point in time, and no zone elsewhere", () => {
  const ns = 1_700_000_000_250_000_000n;
  assertEquals(String(new Timestamp(ns, true)), "2023-11-14T22:13:20.250Z");
  assertEquals(String(new Timestamp(ns, false)), "2023-11-14T22:13:20.250");
  assertEquals(
    JSON.stringify({ at: new Timestamp(ns, true) }),
    '{"at":"2023-11-14T22:13:20.250Z"}',
  );
});

Deno.test("Timestamp.toString() writes each year, the ends of SQL's calendar included", () => {
  const ofDate = (iso: string) =>
    String(new Timestamp(BigInt(Date.parse(iso)) * NS_PER_MS, false));
  assertEquals(ofDate("0000-01-01T00:00:00Z"), "0000-01-01T00:00:00");
  assertEquals(ofDate("-000001-12-31T23:59:59Z"), "-000001-12-31T23:59:59");
  assertEquals(ofDate("9999-12-31T23:59:59Z"), "9999-12-31T23:59:59");
  assertEquals(ofDate("+010000-01-01T00:00:00Z"), "+010000-01-01T00:00:00");
  assertEquals(
    String(new Timestamp(SQL_MAX_NS, false)),
    "+294247-01-10T04:00:54.775806",
  );
  assertEquals(
    String(new Timestamp(SQL_MIN_NS, false)),
    "-290308-12-22T00:00:00",
  );
});

Deno.test("Timestamp.toString() says what Date says, wherever a Date can be", () => {
  fc.assert(fc.property(dateRange, (ns) => {
    const ms = ns >= 0n || ns % NS_PER_MS === 0n
      ? ns / NS_PER_MS
      : ns / NS_PER_MS - 1n;
    const [expected = ""] = new Date(Number(ms)).toISOString().split(".");
    const text = new Timestamp(ns, true).toString();
    assert(text.startsWith(expected), `${text} is not ${expected}`);
    const fraction = /^(?:\.(\d{3}|\d{6}|\d{9}))?Z$/.exec(
      text.slice(expected.length),
    );
    const digits = (fraction?.[1] ?? "").padEnd(9, "0");
    const nsOfSecond = ((ns % 1_000_000_000n) + 1_000_000_000n) %
      1_000_000_000n;
    assertEquals([fraction === null, BigInt(digits)], [false, nsOfSecond]);
  }));
});

Deno.test("Timestamp.toString() goes on beyond Date: the calendar repeats in 400 years", () => {
  const cycleNs = 146_097n * 86_400_000_000_000n;
  const farther = fc.tuple(dateRange, fc.integer({ min: -3000, max: 3000 }));
  fc.assert(fc.property(farther, ([ns, cycles]) => {
    const near = new Timestamp(ns, false).toString();
    const far = new Timestamp(ns + BigInt(cycles) * cycleNs, false).toString();
    const [, year = "", rest] = /^([+-]?\d+)(-.*)$/.exec(near) ?? [];
    const [, farYear = "", farRest] = /^([+-]?\d+)(-.*)$/.exec(far) ?? [];
    assertEquals(farRest, rest);
    assertEquals(Number(farYear), Number(year) + 400 * cycles);
    assertMatch(farYear, /^(\d{4}|[+-]\d{6,})$/);
  }));
});

Deno.test("Timestamp.us and Timestamp.toDate() round down, before the epoch too", () => {
  const rounded = (ns: bigint) => {
    const timestamp = new Timestamp(ns, true);
    return [timestamp.us, timestamp.toDate().getTime()];
  };
  assertEquals(rounded(0n), [0n, 0]);
  assertEquals(rounded(1_999_999n), [1999n, 1]);
  assertEquals(rounded(-1n), [-1n, -1]);
  assertEquals(rounded(-1000n), [-1n, -1]);
  assertEquals(rounded(-1_000_000n), [-1000n, -1]);
  assertEquals(rounded(-1_000_001n), [-1001n, -2]);
});

Deno.test("Timestamp.toDate() is no valid Date where a Date can't be", () => {
  assert(Number.isNaN(new Timestamp(SQL_MAX_NS, false).toDate().getTime()));
  const last = 8_640_000_000_000_000n * NS_PER_MS;
  assertEquals(new Timestamp(last, false).toDate().getTime(), 8.64e15);
});
