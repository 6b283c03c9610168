import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { generateCliDoc } from "../../src/cli/cli_doc.ts";
import { loadCommands } from "../../src/cli/commands.ts";
import { EXIT_CODE_MEANINGS, ExitCode } from "../../src/cli/exit_codes.ts";
import { TOPICS } from "../../src/cli/topics.ts";
import { VERSION } from "../../src/version.ts";
import { PROJECT_ROOT } from "../support/deno_process.ts";
import { hostWithoutFiles, run } from "./support.ts";

Deno.test("pond help names every command and topic, within 80 columns", async () => {
  const { code, stdout, stderr } = await run(hostWithoutFiles(), ["help"]);
  assertEquals([code, stderr], [0, ""]);
  for (const { name, summary } of await loadCommands()) {
    assert(new RegExp(`^  ${name} +`, "m").test(stdout), name);
    assertStringIncludes(stdout, summary);
  }
  for (const { name } of TOPICS) assertStringIncludes(stdout, name);
  for (const line of stdout.split("\n")) assert(line.length <= 80, line);
});

Deno.test("pond help COMMAND, --help and -h explain each command", async () => {
  for (const { name, examples, options } of await loadCommands()) {
    const long = await run(hostWithoutFiles(), ["help", name]);
    assertEquals([long.code, long.stderr], [0, ""], name);
    assertEquals(await run(hostWithoutFiles(), [name, "--help"]), long);
    const short = await run(hostWithoutFiles(), [name, "-h"]);
    assert(short.stdout.length < long.stdout.length, name);
    for (const { stdout } of [short, long]) {
      for (const { cmd } of examples) assertStringIncludes(stdout, cmd);
      for (const option of options) {
        assertStringIncludes(stdout, `--${option.name}`);
      }
    }
  }
});

Deno.test("pond help TOPIC explains each topic, and suggests one for a wrong one", async () => {
  for (const { name, title } of TOPICS) {
    const { code, stdout } = await run(hostWithoutFiles(), ["help", name]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, title);
  }
  const wrong = await run(hostWithoutFiles(), ["help", "revision"]);
  assertEquals([wrong.code, wrong.stdout], [2, ""]);
  assertStringIncludes(wrong.stderr, "hint: did you mean revisions?");
});

Deno.test("pond help exit-codes lists every code once", async () => {
  const { stdout } = await run(hostWithoutFiles(), ["help", "exit-codes"]);
  const codes = EXIT_CODE_MEANINGS.map(([code]) => code);
  assertEquals([...codes].sort(), Object.values(ExitCode).sort());
  for (const [code, meaning] of EXIT_CODE_MEANINGS) {
    assertStringIncludes(stdout, `${code}  ${meaning}`);
  }
});

Deno.test("pond --version and pond version print the version of deno.json", async () => {
  const config = JSON.parse(
    await Deno.readTextFile(`${PROJECT_ROOT}/deno.json`),
  );
  assertEquals(VERSION, config.version);
  for (const argv of [["--version"], ["version"], ["-V"]]) {
    const { stdout } = await run(hostWithoutFiles(), argv);
    assertEquals(stdout, `pond ${config.version}\n`);
  }
});

Deno.test("docs/cli.md is what generateCliDoc() writes", async () => {
  const stored = await Deno.readTextFile(`${PROJECT_ROOT}/docs/cli.md`);
  assert(
    stored === await generateCliDoc(),
    "run: deno run -A tools/cli_doc.ts",
  );
});

Deno.test("each command has a summary of one line and an example", async () => {
  for (const { name, summary, description, examples } of await loadCommands()) {
    assert(/^[A-Z].*[^.]$/.test(summary), name);
    assert(examples.length > 0, name);
    for (const line of description.split("\n")) assert(line.length <= 84, line);
  }
});

Deno.test("errors of the command line go to stderr, as text and as JSON", async () => {
  const text = await run(hostWithoutFiles(), ["lss"]);
  assertEquals([text.code, text.stdout], [2, ""]);
  assertEquals(
    text.stderr,
    'pond: there is no command "lss"\nhint: did you mean ls?\n',
  );
  const json = await run(hostWithoutFiles(), ["lss", "--json"]);
  assertEquals(json.code, 2);
  assertEquals(JSON.parse(json.stderr), {
    error: {
      code: "INVALID_ARGUMENT",
      message: 'there is no command "lss"',
      hint: "did you mean ls?",
      path: null,
    },
  });
});

Deno.test("errors never send control characters to the terminal", async () => {
  const { stderr } = await run(hostWithoutFiles(), ["\x1b[2J"], {
    terminal: true,
  });
  assertStringIncludes(stderr, "\\x1b[2J");
  assert(!stderr.includes("\x1b[2J"));
});

Deno.test("a closed pipe ends a command quietly, with exit code 0", async () => {
  const { code, stderr } = await run(hostWithoutFiles(), ["help"], {
    writes: 0,
  });
  assertEquals([code, stderr], [0, ""]);
});
