import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { IdSet } from "../../src/tinyfs/id_set.ts";

Deno.test("IdSet says of each identity once that it is new, like a Set", () => {
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
  const ids = fc.array(fc.oneof(hex, apart, other), { maxLength: 2000 });
  fc.assert(fc.property(ids, (all) => {
    const [set, expected] = [new IdSet(), new Set<string>()];
    for (const id of all) {
      assertEquals(set.add(id), !expected.has(id), id);
      expected.add(id);
      assertEquals(set.size, expected.size);
    }
  }));
});

Deno.test("IdSet takes identities in capitals for others", () => {
  const set = new IdSet();
  assertEquals(set.add("a".repeat(32)), true);
  assertEquals(set.add("A".repeat(32)), true);
  assertEquals(set.size, 2);
});
