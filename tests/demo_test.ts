/** The demonstration of the README runs, and leaves what it says. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  importMapArgs,
  PROJECT_ROOT,
  runDeno,
} from "./support/deno_process.ts";
import { tempDirectory } from "./support/temp_directory.ts";

Deno.test("examples/demo.ts runs to its end, and every command of it succeeds", async () => {
  await using temp = await tempDirectory();
  const ran = await runDeno(
    ["run", "-A", ...importMapArgs(), `${PROJECT_ROOT}/examples/demo.ts`],
    { env: { TMPDIR: temp.path, POND_MODULES: modules() } },
  );
  assertEquals(ran.code, 0, ran.stderr);
  for (
    const part of ["$ pond init", "2 rows", "▕██", "744", "Done in"]
  ) assertStringIncludes(ran.stdout, part);
  const [home = ""] = await Array.fromAsync(
    Deno.readDir(temp.path),
    ({ name }) => name,
  );
  const parquet = await Deno.readFile(
    temp.join(home, "seattle-2010.parquet"),
  );
  assertEquals(new TextDecoder().decode(parquet.subarray(0, 4)), "PAR1");
});

/** The demo is told where modules come from, as its task tells it. */
function modules(): string {
  return importMapArgs().length === 0 ? "jsr" : "offline";
}
