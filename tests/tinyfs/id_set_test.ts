import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { IdSets, SETS } from "../../src/tinyfs/id_set.ts";

Deno.test("IdSets says of each identity and set once that it is new, like Sets", () => {
  const hex = fc.integer({ min: 0, max: 300 })
    .map((n) => (n * 0x1234567).toString(16).padStart(32, "0"));
  // Few of them differ in more than one word: their places collide.
  const apart = fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 40 }))
    .map(([word, n]) => {
      const words = ["0", "0", "0", "0"].map((zero) => zero.repeat(8));
      words[word] = n.toString(16).padStart(8, "0");
      return words.join("");
    });
  const other = fc.string({ maxLength: 3 });
  const ids = fc.array(
    fc.tuple(fc.oneof(hex, apart, other), fc.nat({ max: SETS - 1 })),
    { maxLength: 2000 },
  );
  fc.assert(fc.property(ids, (all) => {
    const sets = new IdSets();
    const expected = Array.from({ length: SETS }, () => new Set<string>());
    for (const [id, number] of all) {
      const set = expected[number] ?? new Set();
      assertEquals(sets.add(id, number), !set.has(id), id);
      set.add(id);
    }
  }));
});

Deno.test("IdSets takes identities in capitals for others", () => {
  const sets = new IdSets();
  assertEquals(sets.add("a".repeat(32), 0), true);
  assertEquals(sets.add("A".repeat(32), 0), true);
});
