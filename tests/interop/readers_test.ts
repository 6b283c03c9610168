/** Other engines read from a pond what pond reads itself. */
import { assertEquals, assertLess } from "@std/assert";
import { PROJECT_ROOT, runProgram } from "../support/deno_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { readByPond, type Row, somePond } from "./rows.ts";

const PYTHON = Deno.env.get("POND_PYTHON") ?? "";
const SCRIPT = `${PROJECT_ROOT}/tests/interop/read_table.py`;

/** What an engine reads. */
async function readBy(
  engine: string,
  pond: string,
  version?: number,
): Promise<{ readonly version: number; readonly rows: readonly Row[] }> {
  const args = [SCRIPT, engine, `${pond}/oplog`];
  if (version !== undefined) args.push(String(version));
  const { code, stdout, stderr } = await runProgram(PYTHON, args);
  assertEquals(code, 0, stderr);
  return JSON.parse(stdout);
}

for (const layout of ["clustered", "hive"] as const) {
  for (const engine of ["deltalake", "duckdb"]) {
    Deno.test(`${engine} reads every row of a pond (${layout}), at its newest version and at an earlier one`, async () => {
      await using temp = await tempDirectory();
      const pond = temp.join("pond");
      await using fs = await somePond(pond, layout);
      const newest = await readBy(engine, pond);
      assertEquals(newest.version, fs.oplog.version);
      assertEquals(newest.rows, await readByPond(fs));
      const earlier = await readBy(engine, pond, 66);
      assertEquals(earlier.rows, await readByPond(fs, 66));
    });

    Deno.test(`${engine} reads of a pruned pond (${layout}) what is kept, and before the prune all of it`, async () => {
      await using temp = await tempDirectory();
      const pond = temp.join("pond");
      await using fs = await somePond(pond, layout);
      const before = { version: fs.oplog.version, rows: await readByPond(fs) };
      await fs.prune({ before: "@" });
      await fs.checkpoint();
      const newest = await readBy(engine, pond);
      assertEquals(newest.version, fs.oplog.version);
      assertEquals(newest.rows, await readByPond(fs));
      assertLess(newest.rows.length, before.rows.length);
      const earlier = await readBy(engine, pond, before.version);
      assertEquals(earlier.rows, before.rows);
    });
  }
}
