/** Which snapshots a prune of a backup keeps, and why. */
import { assertEquals } from "@std/assert";
import { decideKept, type KeepRules } from "../../src/backup/mod.ts";

const DAY_US = 86_400_000_000;
const HOUR_US = DAY_US / 24;
/** A Thursday, noon. */
const NOW_US = Date.UTC(2026, 0, 15, 12) * 1000;

/** How old those are that are kept, in hours. */
function kept(ages: readonly number[], rules: KeepRules): number[] {
  const snapshots = ages.map((hours) => ({
    createdUs: NOW_US - hours * HOUR_US,
  }));
  return decideKept(snapshots, rules, NOW_US).flatMap(({ reasons }, i) =>
    reasons.length > 0 ? ages[i] ?? [] : []
  );
}

Deno.test("decideKept() keeps the newest, whatever the rules say", () => {
  assertEquals(kept([0, 1, 2], {}), [0]);
  assertEquals(kept([], { last: 3 }), []);
});

Deno.test("decideKept() keeps the last ones, and the young ones", () => {
  assertEquals(kept([0, 1, 2, 3], { last: 2 }), [0, 1]);
  assertEquals(kept([0, 1, 2, 3], { withinMs: 2.5 * 3_600_000 }), [0, 1, 2]);
});

Deno.test("decideKept() keeps the last one of each day that has one", () => {
  const ages = [0, 1, 13, 14, 24 * 5, 24 * 5 + 1, 24 * 9];
  assertEquals(kept(ages, { daily: 3 }), [0, 13, 24 * 5]);
  assertEquals(kept(ages, { hourly: 2 }), [0, 1]);
});

Deno.test("decideKept() counts weeks from Monday, as ISO 8601 does", () => {
  // Monday the 12th at noon, Sunday the 11th, the Monday and Sunday before.
  const ages = [0, 72, 96, 240, 264];
  assertEquals(kept(ages, { weekly: 3 }), [0, 96, 264]);
  const [decision] = decideKept(
    [{ createdUs: Date.UTC(2027, 0, 3, 23) * 1000 }],
    { weekly: 1 },
    NOW_US,
  );
  assertEquals(decision?.reasons, ["newest", "weekly 2026-W53"]);
});

Deno.test("decideKept() says each rule that keeps a snapshot", () => {
  const [first, second] = decideKept(
    [{ createdUs: NOW_US }, { createdUs: NOW_US - 40 * DAY_US }],
    { last: 1, daily: 1, monthly: 2, yearly: 2 },
    NOW_US,
  );
  assertEquals(first?.reasons, [
    "newest",
    "last 1 of 1",
    "daily 2026-01-15",
    "monthly 2026-01",
    "yearly 2026",
  ]);
  assertEquals(second?.reasons, ["monthly 2025-12", "yearly 2025"]);
});
