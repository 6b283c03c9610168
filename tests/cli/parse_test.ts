import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { loadCommands } from "../../src/cli/commands.ts";
import { parse, wantsJson } from "../../src/cli/parse.ts";
import { PondError } from "../../src/errors.ts";
import { words } from "./support.ts";

async function refused(argv: readonly string[]): Promise<PondError> {
  const error = await assertRejects(() => parse(argv), PondError);
  assertEquals(error.code, "INVALID_ARGUMENT");
  return error;
}

Deno.test("parse() takes flags alone, together and after arguments", async () => {
  for (const line of ["ls -l -a /x", "ls -la /x", "ls /x --long --all"]) {
    assertEquals((await parse(words(line))).command, {
      name: "ls",
      paths: ["/x"],
      long: true,
      all: true,
      recursive: false,
      directory: false,
      human: false,
      single: false,
      zero: false,
      order: "name",
      reverse: false,
      at: undefined,
      pending: false,
      format: undefined,
    }, line);
  }
});

Deno.test("parse() keeps arguments as they are written", async () => {
  const paths = ["007", "true", "false", "1e3", "0x10", "", "-"];
  const { command } = await parse(["cat", "--json", ...paths]);
  assertEquals(command?.name === "cat" && command.paths, paths);
});

Deno.test("parse() takes values that look like numbers or options", async () => {
  const at = async (argv: readonly string[]) => {
    const { command } = await parse(argv);
    return command?.name === "ls" ? command.at : undefined;
  };
  assertEquals(await at(["ls", "--at", "v-1"]), "v-1");
  assertEquals(await at(["ls", "--at=v-1"]), "v-1");
  assertEquals(await at(["ls", "--at", "007"]), "007");
  assertEquals(await at(["ls", "--at", "true"]), "true");
  assertEquals(await at(["ls", "--at=--x"]), "--x");
});

Deno.test("parse() takes a value right after its letter", async () => {
  const { command, globals } = await parse([
    "touch",
    "-mwhy=not",
    "-Cdir",
    "/a",
  ]);
  assertEquals(command?.name === "touch" && command.message, "why=not");
  assertEquals(globals.pond, "dir");
});

Deno.test("parse() ends the options at --", async () => {
  const { command } = await parse(["cat", "--", "-x", "--", "--at"]);
  assertEquals(command?.name === "cat" && command.paths, ["-x", "--", "--at"]);
});

Deno.test("parse() takes global options before and after the command", async () => {
  for (const line of ["-C dir ls -q", "ls -q --pond dir", "--pond=dir -q ls"]) {
    const { globals, command } = await parse(words(line));
    assertEquals(command?.name, "ls", line);
    assertEquals(globals.pond, "dir", line);
    assertEquals(globals.quiet, true, line);
  }
  assertEquals((await parse(words("-C a ls -C b"))).globals.pond, "b");
});

Deno.test("parse() knows --json before and after the command", async () => {
  for (const line of ["--json ls", "ls --json", "ls --format json"]) {
    const { globals, command } = await parse(words(line));
    assertEquals(globals.json, true, line);
    assertEquals(command?.name === "ls" && command.format, "json", line);
  }
});

Deno.test("parse() takes the three names of --pending for one", async () => {
  for (const name of ["--pending", "--include-pending", "--show-pending"]) {
    const { command } = await parse(["query", name, "SELECT 1"]);
    assertEquals(command?.name === "query" && command.pending, true, name);
    assertEquals(command?.name === "query" && command.sql, "SELECT 1", name);
  }
});

Deno.test("parse() takes --no-sync as an option of its own", async () => {
  const { command } = await parse(words("touch --no-sync /a"));
  assertEquals(command?.name === "touch" && command.noSync, true);
});

Deno.test("parse() tells LIMIT and PATH of history apart", async () => {
  const read = async (line: string) => {
    const { command } = await parse(words(line));
    return command?.name === "log" ? [command.path, command.limit] : [];
  };
  assertEquals(await read("history"), [undefined, undefined]);
  assertEquals(await read("history 5"), [undefined, 5]);
  assertEquals(await read("history /5"), ["/5", undefined]);
  assertEquals(await read("history /a 5"), ["/a", 5]);
  assertEquals(await read("history /a --limit=3"), ["/a", 3]);
  assertEquals(await read("history -n3 /a"), ["/a", 3]);
  await refused(words("history /a x"));
  await refused(words("history -n 3 5"));
});

Deno.test("parse() takes what follows an option for its value, unless it is an option", async () => {
  const { command } = await parse(["commit", "-m", "- fix"]);
  assertEquals(command?.name === "commit" && command.message, "- fix");
  assertStringIncludes(
    (await refused(words("history -n -1"))).message,
    '-n takes a whole number, not "-1"',
  );
  assertStringIncludes(
    (await refused(words("ls --at --long"))).message,
    "--at needs",
  );
});

Deno.test("parse() refuses what isn't in the table, and suggests what is", async () => {
  const hint = async (line: string) => (await refused(words(line))).hint ?? "";
  assertStringIncludes(await hint("lss"), "did you mean ls");
  assertStringIncludes(await hint("histroy"), "did you mean history?");
  assertStringIncludes(await hint("ls --pendign"), "did you mean --pending?");
  assertStringIncludes(
    await hint("query --formt csv x"),
    "did you mean --format",
  );
  assertStringIncludes(
    await hint("query --format cvs x"),
    "did you mean csv?",
  );
  for (
    const line of [
      "xyzzy",
      "ls -z",
      "ls -lz",
      "ls --no-color",
      "ls --_=1",
      "ls --__proto__=1",
      "ls --constructor",
      "ls -_",
      "-l ls",
      "constructor",
      "ls --long=yes",
      "ls --at",
      "ls --at=",
      "ls --at --long",
      "history -n x",
      "history --limit=-1",
      "history --limit=1.5",
      "init --layout=flat",
      "cat",
      "ln /a",
      "ln /a /b /c",
      "cp /a",
      "put x",
      "query",
      "query x -f y",
      "ls --at v1 --pending",
      "status extra",
    ]
  ) await refused(words(line));
});

Deno.test("parse() understands --help and --version everywhere", async () => {
  for (const { name } of await loadCommands()) {
    for (const flag of ["-h", "--help"]) {
      assertEquals((await parse([name, flag])).command, {
        name: "help",
        topic: name,
        short: flag === "-h",
      });
    }
  }
  assertEquals((await parse(["--help"])).command?.name, "help");
  assertEquals((await parse(["--version"])).command, { name: "version" });
  assertEquals((await parse([])).command, undefined);
});

Deno.test("parse() makes of each example the command that it belongs to", async () => {
  for (const { name, examples } of await loadCommands()) {
    for (const { cmd } of examples) {
      const [program, ...argv] = words(cmd);
      assertEquals(program, "pond");
      assertEquals((await parse(argv)).command?.name, name, cmd);
    }
  }
});

Deno.test("wantsJson() looks for --json where options are", () => {
  assertEquals(wantsJson(["lss", "--json"]), true);
  assertEquals(wantsJson(["cat", "--", "--json"]), false);
});

Deno.test("parse() takes options of a command before its name as well", async () => {
  const command = async (line: string) => (await parse(words(line))).command;
  assertEquals(
    await command("--no-sync -m why touch /a"),
    await command("touch --no-sync -m why /a"),
  );
  assertEquals(
    await command("--at v1 cat /a"),
    await command("cat --at v1 /a"),
  );
  assertStringIncludes(
    (await refused(["--no-sync", "ls"])).message,
    "--no-sync",
  );
  assertStringIncludes(
    (await refused(["--at", "v1"])).message,
    "--at needs a command",
  );
});

Deno.test("parse() leaves a letter to the command that has it itself", async () => {
  const { command } = await parse(["ls", "-lhtr1"]);
  const found = command?.name === "ls" &&
    [command.human, command.single, command.order, command.reverse];
  assertEquals(found, [true, true, "time", true]);
  assertEquals((await parse(["cat", "-h", "/a"])).command?.name, "help");
  assertEquals((await parse(["ls", "-h"])).command?.name, "help");
  assertEquals((await parse(["ls", "-l", "--help"])).command?.name, "help");
});

Deno.test("parse() takes letters together, the last one with a value", async () => {
  for (const line of ["tail -fn5 /a", "tail -fn 5 /a", "tail -f -n 5 /a"]) {
    const { command } = await parse(words(line));
    const found = command?.name === "tail" && [command.follow, command.count];
    assertEquals(found, [true, 5], line);
  }
  for (const line of ["tail -fz /a", "ls -l5", "tail -fn"]) {
    const error = await assertRejects(() => parse(words(line)), PondError);
    assertEquals(error.code, "INVALID_ARGUMENT", line);
  }
});

Deno.test("letters in one word are options of the command, also where all commands have them", async () => {
  for (const letters of ["-qv", "-vv", "-nq", "-qn"]) {
    const { command, globals } = await parse(["rm", letters, "/x"]);
    assertEquals(command?.name, "rm", letters);
    assertEquals(globals.verbose, letters.includes("v"), letters);
    assertEquals(globals.timings, letters === "-vv", letters);
  }
  const { globals } = await parse(["-v", "-C", "ls", "ls", "-v"]);
  assertEquals([globals.timings, globals.pond], [true, "ls"]);
});
