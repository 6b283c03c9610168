import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatStats } from "../../src/oplog/mod.ts";
import { recordStats } from "../../src/oplog/record_stats.ts";

const id = fc.stringMatching(/^[0-9a-f]{32}$/);
const integer = fc.oneof(
  fc.maxSafeNat(),
  fc.constantFrom(0, Number.MAX_SAFE_INTEGER),
);

/** The same JSON, in another form. */
function spaced(text: string): string {
  return text.replaceAll(":", ": ");
}

Deno.test("recordStats() reads our own form as it reads any other", () => {
  const row = fc.record({ part_id: id, timestamp: integer, version: integer });
  const rows = fc.array(row, { minLength: 1, maxLength: 4 });
  fc.assert(fc.property(rows, fc.boolean(), (rows, withPart) => {
    const text = formatStats(rows.length, {
      ...(withPart ? { part_id: rows.map((row) => row.part_id) } : {}),
      timestamp: rows.map((row) => row.timestamp),
      version: rows.map((row) => row.version),
    });
    const stats = recordStats(text);
    assertEquals(stats, recordStats(spaced(text)));
    assertEquals(stats.numRecords, rows.length);
    assertEquals(
      stats.maxVersion,
      Math.max(...rows.map((row) => row.version)),
    );
  }));
});

Deno.test("recordStats() takes nothing for ours that JSON isn't, or has no exact place for", () => {
  const ours = formatStats(1, { timestamp: [1], version: [2] });
  const unknown = recordStats(undefined);
  for (const text of ["", "{", `${ours}x`, ours.replace(":2", ":02")]) {
    assertEquals(recordStats(text), unknown);
  }
  const large = ours.replaceAll(`"version":2`, `"version":9007199254740993`);
  assertEquals(recordStats(large), recordStats(spaced(large)));
  const cut = ours.replaceAll(`"timestamp":1,`, "");
  assertEquals(recordStats(cut).maxVersion, 2);
  assertEquals(recordStats(cut).maxTimestampUs, unknown.maxTimestampUs);
});
