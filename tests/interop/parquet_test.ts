/** pond reads Parquet files in every form that pyarrow has. */
import { assertEquals, assertGreater } from "@std/assert";
import { denoHost } from "../../src/host/deno_host.ts";
import { DeltaTable } from "../../src/oplog/mod.ts";
import { PROJECT_ROOT, runProgram } from "../support/deno_process.ts";
import { plainRows } from "../support/plain_value.ts";
import { tempDirectory } from "../support/temp_directory.ts";

const PYTHON = Deno.env.get("POND_PYTHON") ?? "";
const SCRIPT = `${PROJECT_ROOT}/tests/interop/write_parquet.py`;

Deno.test("rows() reads what pyarrow writes: codecs, pages, encodings, nesting", async () => {
  await using temp = await tempDirectory();
  const { code, stderr } = await runProgram(PYTHON, [SCRIPT, temp.path]);
  assertEquals(code, 0, stderr);
  let tables = 0;
  for await (const { name } of Deno.readDir(temp.path)) {
    const text = await Deno.readTextFile(temp.join(name, "expected.json"));
    const expected: Record<string, unknown>[] = JSON.parse(text);
    const table = await DeltaTable.open(denoHost(), temp.join(name));
    const rows = await plainRows(table.rows());
    assertEquals(rows.length, expected.length, name);
    rows.forEach((row, i) => {
      // Row by row: a difference of thousands takes minutes to be told.
      const [actual, wanted] = [row, expected[i]].map((r) => JSON.stringify(r));
      if (actual !== wanted) assertEquals(row, expected[i], `${name} ${i}`);
    });
    tables++;
  }
  assertGreater(tables, 10);
});
