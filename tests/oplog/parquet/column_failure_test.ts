import { assertRejects } from "@std/assert";
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
