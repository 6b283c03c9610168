/** `pond man` and what `pond version --json` says. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { loadCommands } from "../../src/cli/commands.ts";
import { POND_FORMAT } from "../../src/tinylogfs/mod.ts";
import { isInstalled, runProgram } from "../support/deno_process.ts";
import { hostWithoutFiles, run } from "./support.ts";

const installed = await isInstalled("groff");

Deno.test({
  name: `groff has nothing to say against pond man${
    installed ? "" : " (SKIPPED: groff is not installed)"
  }`,
  ignore: !installed,
  fn: async () => {
    for (const argv of [["man"], ["man", "batch"]]) {
      const { stdout } = await run(hostWithoutFiles(), argv);
      const args = ["-man", "-ww", "-Tutf8"];
      const ran = await runProgram("groff", args, { stdin: stdout });
      assertEquals([ran.code, ran.stderr], [0, ""]);
      assertStringIncludes(ran.stdout, "[OPTION…]");
    }
  },
});

Deno.test("pond man has every command and option, in plain ASCII", async () => {
  const { code, stdout } = await run(hostWithoutFiles(), ["man"]);
  assertEquals(code, 0);
  for (const { name, options } of await loadCommands()) {
    assertStringIncludes(stdout, `.SS "pond ${name}`);
    for (const option of options) {
      assertStringIncludes(stdout, option.name.replaceAll("-", "\\-"));
    }
  }
  // deno-lint-ignore no-control-regex
  assertEquals(/[^\x00-\x7f]/.exec(stdout), null);
  const lines = stdout.split("\n").filter((line) => /^[.']/.test(line));
  const requests = new Set(lines.map((line) => line.split(" ")[0]));
  const known = [".TH", ".SH", ".SS", ".TP", ".PP", ".nf", ".fi"];
  assertEquals([...requests].sort(), known.sort());
});

Deno.test("pond man COMMAND is about one, and suggests one for a wrong one", async () => {
  const { stdout } = await run(hostWithoutFiles(), ["man", "grep"]);
  assertStringIncludes(stdout, '.TH "POND\\-GREP" 1');
  assertStringIncludes(stdout, "pond\\-grep \\- search the content of files");
  const wrong = await run(hostWithoutFiles(), ["man", "gerp"]);
  assertEquals([wrong.code, wrong.stdout], [2, ""]);
  assertStringIncludes(wrong.stderr, "did you mean grep");
});

Deno.test("pond version --json says what pond runs on", async () => {
  const ran = await run(hostWithoutFiles(), ["version", "--json"]);
  const { version: _, duckdb, ...rest } = JSON.parse(ran.stdout);
  assertMatch(duckdb, /^v\d+\.\d+/);
  assertEquals(rest, {
    format: POND_FORMAT,
    delta_reader_version: 1,
    delta_writer_version: 2,
    deno: "2",
    os: "none",
    arch: "none",
  });
});
