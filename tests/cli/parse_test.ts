import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { COMMANDS } from "../../src/cli/commands.ts";
import { parse, wantsJson } from "../../src/cli/parse.ts";
import { PondError } from "../../src/errors.ts";
import { words } from "./support.ts";

function refused(argv: readonly string[]): PondError {
  const error = assertThrows(() => parse(argv), PondError);
  assertEquals(error.code, "INVALID_ARGUMENT");
  return error;
}

Deno.test("parse() takes flags alone, together and after arguments", () => {
  for (const line of ["ls -l -a /x", "ls -la /x", "ls /x --long --all"]) {
    assertEquals(parse(words(line)).command, {
      name: "ls",
      paths: ["/x"],
      long: true,
      all: true,
      at: undefined,
      pending: false,
      format: undefined,
    }, line);
  }
});

Deno.test("parse() keeps arguments as they are written", () => {
  const paths = ["007", "true", "false", "1e3", "0x10", "", "-"];
  const { command } = parse(["cat", "--json", ...paths]);
  assertEquals(command?.name === "cat" && command.paths, paths);
});

Deno.test("parse() takes values that look like numbers or options", () => {
  const at = (argv: readonly string[]) => {
    const { command } = parse(argv);
    return command?.name === "ls" ? command.at : undefined;
  };
  assertEquals(at(["ls", "--at", "v-1"]), "v-1");
  assertEquals(at(["ls", "--at=v-1"]), "v-1");
  assertEquals(at(["ls", "--at", "007"]), "007");
  assertEquals(at(["ls", "--at", "true"]), "true");
  assertEquals(at(["ls", "--at=--x"]), "--x");
});

Deno.test("parse() takes a value right after its letter", () => {
  const { command, globals } = parse(["touch", "-mwhy=not", "-Cdir", "/a"]);
  assertEquals(command?.name === "touch" && command.message, "why=not");
  assertEquals(globals.pond, "dir");
});

Deno.test("parse() ends the options at --", () => {
  const { command } = parse(["cat", "--", "-x", "--", "--at"]);
  assertEquals(command?.name === "cat" && command.paths, ["-x", "--", "--at"]);
});

Deno.test("parse() takes global options before and after the command", () => {
  for (const line of ["-C dir ls -q", "ls -q --pond dir", "--pond=dir -q ls"]) {
    const { globals, command } = parse(words(line));
    assertEquals(command?.name, "ls", line);
    assertEquals(globals.pond, "dir", line);
    assertEquals(globals.quiet, true, line);
  }
  assertEquals(parse(words("-C a ls -C b")).globals.pond, "b");
});

Deno.test("parse() knows --json before and after the command", () => {
  for (const line of ["--json ls", "ls --json", "ls --format json"]) {
    const { globals, command } = parse(words(line));
    assertEquals(globals.json, true, line);
    assertEquals(command?.name === "ls" && command.format, "json", line);
  }
});

Deno.test("parse() takes the three names of --pending for one", () => {
  for (const name of ["--pending", "--include-pending", "--show-pending"]) {
    const { command } = parse(["query", name, "SELECT 1"]);
    assertEquals(command?.name === "query" && command.pending, true, name);
    assertEquals(command?.name === "query" && command.sql, "SELECT 1", name);
  }
});

Deno.test("parse() takes --no-sync as an option of its own", () => {
  const { command } = parse(words("touch --no-sync /a"));
  assertEquals(command?.name === "touch" && command.noSync, true);
});

Deno.test("parse() tells LIMIT and PATH of history apart", () => {
  const read = (line: string) => {
    const { command } = parse(words(line));
    return command?.name === "log" ? [command.path, command.limit] : [];
  };
  assertEquals(read("history"), [undefined, undefined]);
  assertEquals(read("history 5"), [undefined, 5]);
  assertEquals(read("history /5"), ["/5", undefined]);
  assertEquals(read("history /a 5"), ["/a", 5]);
  assertEquals(read("history /a --limit=3"), ["/a", 3]);
  assertEquals(read("history -n3 /a"), ["/a", 3]);
  refused(words("history /a x"));
  refused(words("history -n 3 5"));
});

Deno.test("parse() takes what follows an option for its value, unless it is an option", () => {
  const { command } = parse(["commit", "-m", "- fix"]);
  assertEquals(command?.name === "commit" && command.message, "- fix");
  assertStringIncludes(
    refused(words("history -n -1")).message,
    '-n takes a whole number, not "-1"',
  );
  assertStringIncludes(refused(words("ls --at --long")).message, "--at needs");
});

Deno.test("parse() refuses what isn't in the table, and suggests what is", () => {
  const hint = (line: string) => refused(words(line)).hint ?? "";
  assertStringIncludes(hint("lss"), "did you mean ls");
  assertStringIncludes(hint("histroy"), "did you mean history?");
  assertStringIncludes(hint("ls --pendign"), "did you mean --pending?");
  assertStringIncludes(hint("query --formt csv x"), "did you mean --format");
  assertStringIncludes(
    hint("query --format cvs x"),
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
  ) refused(words(line));
});

Deno.test("parse() understands --help and --version everywhere", () => {
  for (const { name } of COMMANDS) {
    for (const flag of ["-h", "--help"]) {
      assertEquals(parse([name, flag]).command, {
        name: "help",
        topic: name,
        short: flag === "-h",
      });
    }
  }
  assertEquals(parse(["--help"]).command?.name, "help");
  assertEquals(parse(["--version"]).command, { name: "version" });
  assertEquals(parse([]).command, undefined);
});

Deno.test("parse() makes of each example the command that it belongs to", () => {
  for (const { name, examples } of COMMANDS) {
    for (const { cmd } of examples) {
      const [program, ...argv] = words(cmd);
      assertEquals(program, "pond");
      assertEquals(parse(argv).command?.name, name, cmd);
    }
  }
});

Deno.test("wantsJson() looks for --json where options are", () => {
  assertEquals(wantsJson(["lss", "--json"]), true);
  assertEquals(wantsJson(["cat", "--", "--json"]), false);
});

Deno.test("parse() takes options of a command before its name as well", () => {
  const command = (line: string) => parse(words(line)).command;
  assertEquals(
    command("--no-sync -m why touch /a"),
    command("touch --no-sync -m why /a"),
  );
  assertEquals(command("--at v1 cat /a"), command("cat --at v1 /a"));
  assertStringIncludes(refused(["--no-sync", "ls"]).message, "--no-sync");
  assertStringIncludes(
    refused(["--at", "v1"]).message,
    "--at needs a command",
  );
});
