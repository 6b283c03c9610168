/** pond reads Arrow files and streams of every type, packed as pyarrow packs them. */
import { assertEquals } from "@std/assert";
import { readArrowTable } from "../../src/oplog/arrow_table.ts";
import { PROJECT_ROOT, runProgram } from "../support/deno_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";

const PYTHON = Deno.env.get("POND_PYTHON") ?? "";
const SCRIPT = `${PROJECT_ROOT}/tests/interop/write_arrow.py`;

Deno.test("readArrowTable() reads what pyarrow writes: every type, files and streams, plain and packed", async () => {
  await using temp = await tempDirectory();
  const { code, stderr } = await runProgram(PYTHON, [SCRIPT, temp.path]);
  assertEquals(code, 0, stderr);
  const expected: { names: string[]; rows: unknown[][] } = JSON.parse(
    await Deno.readTextFile(temp.join("expected.json")),
  );
  let files = 0;
  for await (const { name } of Deno.readDir(temp.path)) {
    if (!/^new_/.test(name)) continue;
    const table = await readArrowTable(
      await Deno.readFile(temp.join(name)),
      name,
    );
    assertEquals(
      table.columns.map(({ name }) => name),
      expected.names,
    );
    const columns = table.rows(0, table.numRows);
    expected.rows.forEach((row, i) => {
      const actual = columns.map((values) => plain(values[i]));
      assertEquals(actual, row, `${name}, row ${i}`);
    });
    files++;
  }
  assertEquals(files, 6);
  const long = await readArrowTable(
    await Deno.readFile(temp.join("long.arrow")),
    "long.arrow",
  );
  const [texts = []] = long.rows(0, long.numRows);
  assertEquals(texts.length, 200_000);
  const wrong = texts.findIndex((text, i) =>
    text !== `line ${i % 1000} of many`
  );
  assertEquals(wrong, -1);
});

/** A value as JSON has it. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Uint8Array) return `0x${value.toHex()}`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value ?? null;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, plain(item)]),
  );
}
