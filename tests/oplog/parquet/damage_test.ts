import { assertRejects } from "@std/assert";
import fc from "fast-check";
import { IntegrityError } from "../../../src/errors.ts";
import { encodeParquet, openParquet } from "../../../src/oplog/parquet.ts";

// A failure that nobody hears ends the process, and with it this test.
Deno.test("a file whose columns are all damaged fails once, and leaves nothing behind", async () => {
  const values = Array.from({ length: 100 }, (_, i) => `value ${i}`);
  const columns = ["a", "b", "c"].map((name) =>
    ({ name, type: "STRING", values }) as const
  );
  const bytes = await encodeParquet(columns);
  const [group] = openParquet(bytes, { source: "/f" }).groups;
  const { start = 0, end = 0 } = group?.place() ?? {};
  const damaged = bytes.slice().fill(0xff, start, end);
  const [broken] = openParquet(damaged, { source: "/f" }).groups;
  await assertRejects(async () => await broken?.read(), IntegrityError);
});

Deno.test("a footer with any of its bytes changed is opened, or refused as damaged", async () => {
  const columns = [
    { name: "a", type: "STRING", values: ["x", "y"] },
    { name: "b", type: "INT64", values: [1n, 2n] },
  ] as const;
  const bytes = await encodeParquet(columns);
  const length = new DataView(bytes.buffer, bytes.byteOffset)
    .getUint32(bytes.length - 8, true);
  const footer = bytes.length - 8 - length;
  const changes = fc.array(
    fc.record({
      at: fc.nat({ max: length - 1 }),
      byte: fc.nat({ max: 255 }),
    }),
    { minLength: 1, maxLength: 3 },
  );
  fc.assert(
    fc.property(changes, (changes) => {
      const damaged = bytes.slice();
      for (const { at, byte } of changes) damaged[footer + at] = byte;
      try {
        for (
          const group of openParquet(damaged, { source: "/f" }).groups
        ) {
          group.bounds("a");
          group.place();
        }
      } catch (error) {
        if (!(error instanceof IntegrityError)) throw error;
      }
    }),
    { numRuns: 3000 },
  );
});
