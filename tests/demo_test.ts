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
    const part of [
      "$ pond init",
      "2 rows",
      "▕██",
      "744",
      "created  HydroVu ",
      "BDockVulink-4990594334457856  1344  2025-02-07 23:45:00",
      "nothing is new",
      "26 Jan ▕██",
      "- AT500_Surface: avg, min, max",
      "12 new · 22 files",
      "Done in",
    ]
  ) assertStringIncludes(ran.stdout + ran.stderr, part);
  const [home = ""] = await Array.fromAsync(
    Deno.readDir(temp.path),
    ({ name }) => name,
  );
  const parquet = await Deno.readFile(
    temp.join(home, "seattle-2010.parquet"),
  );
  assertEquals(new TextDecoder().decode(parquet.subarray(0, 4)), "PAR1");
  const page = await Deno.readTextFile(temp.join(home, "site/BDock.md"));
  const [, file = ""] = /^- \[January 2025\]\((.+)\)$/m.exec(page) ?? [];
  assertStringIncludes(file, "year=2025/month=1/");
  assertEquals((await Deno.stat(temp.join(home, "site", file))).isFile, true);
});

/** The demo is told where modules come from, as its task tells it. */
function modules(): string {
  return importMapArgs().length === 0 ? "jsr" : "offline";
}
