import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { PondError } from "../../src/errors.ts";
import { ShellCompleter } from "../../src/cli/shell/complete.ts";
import { Shell } from "../../src/cli/shell/shell.ts";
import { openText, splitStatements } from "../../src/cli/shell/statements.ts";
import { type Context, makeContext, Settings } from "../../src/cli/context.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import { hasPseudoTerminal, typeToPond } from "../support/pseudo_terminal.ts";
import { scratchPond } from "./scratch.ts";

Deno.test("splitStatements() ends statements at semicolons, and at no others", () => {
  const cases: readonly (readonly [string, string[], string])[] = [
    ["SELECT 1", [], "SELECT 1"],
    ["SELECT 1; SELECT 2;\n", ["SELECT 1", "SELECT 2"], ""],
    ["SELECT ';';", ["SELECT ';'"], ""],
    ["SELECT 'it''s;'; x", ["SELECT 'it''s;'"], " x"],
    ['SELECT ";";', ['SELECT ";"'], ""],
    ["SELECT $$;$$, $a$;$$;$a$;", ["SELECT $$;$$, $a$;$$;$a$"], ""],
    ["SELECT 1 -- it's; so\n;", ["SELECT 1 -- it's; so"], ""],
    ["SELECT /* ; */ 1;", ["SELECT /* ; */ 1"], ""],
    ["SELECT 'a; b", [], "SELECT 'a; b"],
    ["SELECT /* a; b", [], "SELECT /* a; b"],
    ["; ;; -- nothing\n;", [], ""],
    ["SELECT $a + $b; ", ["SELECT $a + $b"], ""],
  ];
  for (const [text, statements, rest] of cases) {
    assertEquals(splitStatements(text), { statements, rest }, text);
  }
});

Deno.test("openText() is what a quote has begun", () => {
  assertEquals(openText("FROM '/sen"), "/sen");
  assertEquals(openText("FROM '/a' JOIN '/"), "/");
  assertEquals(openText("FROM '/a'"), undefined);
  assertEquals(openText("-- it's\nFROM x"), undefined);
});

Deno.test("pond sql runs the statements of a pipe one by one, without prompts", async () => {
  await using scratch = await scratchPond();
  const stdin = "SELECT 1 AS a;\nSELECT v\nFROM '/sensors/a.csv';\n";
  assertEquals(await scratch.ok("sql", { stdin }), "a\n1\nv\n10\n");
  const stdin2 = ".mode ndjson\nSELECT 1 AS a; SELECT 2 AS a\n";
  assertEquals(
    await scratch.ok("sql", { stdin: stdin2 }),
    '{"a":1}\n{"a":2}\n',
  );
  assertEquals(
    await scratch.ok(["sql", "SELECT 1 AS a; SELECT 2 AS b"]),
    "a\n1\nb\n2\n",
  );
});

Deno.test("pond sql ends at the first error of a pipe, with its exit code", async () => {
  await using scratch = await scratchPond();
  const stdin = "SELECT 1 AS a;\nFROM '/nosuch.csv';\nSELECT 2 AS a;\n";
  const ran = await scratch.run("sql", { stdin });
  assertEquals([ran.code, ran.stdout], [4, "a\n1\n"]);
  assertStringIncludes(ran.stderr, "/nosuch.csv");
  const wrong = await scratch.run("sql", { stdin: ".tabels\n" });
  assertEquals([wrong.code, wrong.stdout], [2, ""]);
  assertStringIncludes(wrong.stderr, "hint: did you mean .tables?");
});

Deno.test("pond sql has commands for tables, columns, revisions and formats", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("put -m second readings.csv /sensors/a.csv");
  const stdin = [
    ".mode csv",
    ".schema /sensors/a.csv",
    ".at v1",
    ".at",
    "SELECT max(v) AS v FROM '/sensors/a.csv';",
    ".at @",
    ".at",
    "SELECT max(v) AS v FROM '/sensors/a.csv';",
    ".quit",
    "SELECT 'never';",
  ].join("\n");
  assertEquals(
    await scratch.ok("sql", { stdin }),
    "name,type\nt,BIGINT\nv,BIGINT\nv1\nv\n10\n@\nv\n21\n",
  );
  const tables = await scratch.ok(["sql", ".tables", "--format", "csv"]);
  assertStringIncludes(tables, "\noperations,");
  const schema = await scratch.ok(["sql", ".schema operations"]);
  assertMatch(schema, /operations\tpath\tVARCHAR\twhere the node was\n/);
  const timed = await scratch.run(["sql", ".timer on\nSELECT 1"]);
  assertMatch(timed.stderr, /^\d+\.\d{3} s\n$/);
  const help = await scratch.ok(["sql", ".help"]);
  for (const name of [".at", ".mode", ".timer", ".schema", ".quit"]) {
    assertStringIncludes(help, name);
  }
  const missing = await scratch.run(["sql", ".at v99"]);
  assertEquals(missing.code, 4);
});

function contextOf(pond: string): Context {
  const globals = {
    pond,
    branch: undefined,
    quiet: false,
    noWait: false,
    verbose: false,
    timings: false,
    json: false,
  } as const;
  const signal = new AbortController().signal;
  return makeContext(denoHost(), globals, new Settings(), signal);
}

Deno.test("the shell completes commands, paths, keywords, tables and columns", async () => {
  await using scratch = await scratchPond();
  const shell = new Shell(contextOf(scratch.pond), {
    at: undefined,
    pending: false,
    format: undefined,
    hostFiles: false,
  });
  await using completer = new ShellCompleter();
  const words = async (line: string) =>
    (await completer.complete(shell, line)).words;
  assertEquals(await words(".ti"), [".timer"]);
  assertEquals(await words("FROM '/s"), ["/sensors/"]);
  assertEquals(await words("FROM '/sensors/a"), ["/sensors/a.csv'"]);
  assertEquals(await words("FROM '/nosuch/a"), []);
  assertEquals(await words("SELECT * FR"), ["FROM"]);
  assertEquals(await words("SELECT * FROM operati"), ["operations"]);
  const columns = await words("SELECT * FROM operations WHERE node_");
  assertEquals(columns.toSorted(), ["node_id", "node_version"]);
  const inFile = await words("SELECT * FROM '/sensors/a.csv' WHERE v");
  assertStringIncludes(`,${inFile},`, ",v,");
});

Deno.test("a Ctrl-C right behind a line ends what the line begins", async () => {
  await using scratch = await scratchPond();
  const shell = new Shell(contextOf(scratch.pond), {
    at: undefined,
    pending: false,
    format: undefined,
    hostFiles: false,
  });
  const sql = "SELECT count(*) FROM range(100000000000) t(i) WHERE i % 3 = 1;";
  const error = await assertRejects(() =>
    shell.run({
      isInteractive: false,
      next: () => {
        // As the line editor does with both in one piece of input.
        queueMicrotask(() => shell.interrupt());
        return Promise.resolve(sql);
      },
      remember: () => Promise.resolve(),
    }), PondError);
  assertEquals([error.code, error.message], ["ABORTED", "Interrupted"]);
});

const terminal = await hasPseudoTerminal();

Deno.test({
  name:
    "pond sql in a pseudo-terminal: prompts, lines, history, Tab, errors, Ctrl-C, Ctrl-D",
  ignore: !terminal,
  async fn() {
    await using scratch = await scratchPond();
    const env = { POND: scratch.pond, XDG_STATE_HOME: `${scratch.home}/state` };
    const shown = await typeToPond(["sql"], [
      ["pond> ", "SELECT 40 + 2 AS answer;\r"],
      ["1 row", "SELECT v\r"],
      ["...> ", "FROM '/sens"],
      ["/sens", "\t"],
      ["ors/", "a.c"],
      ["a.c", "\t"],
      ["sv'", ";\r"],
      ["1 row", "SELEC 1;\r"],
      [
        "syntax error",
        "SELECT count(*) FROM range(100000000000) t(i) WHERE i % 3 = 1;\r",
      ],
      ["i % 3 = 1;", "\x03"],
      ["Interrupted", ".at v1\r"],
      ["pond@v1> ", "half a state"],
      ["half a state", "\x03"],
      ["pond@v1> ", "SELECT 1 AS secret;\r"],
      ["1 row", "\x04"],
    ], env);
    assertStringIncludes(shown, "answer");
    assertMatch(shown, /│ +42 │/);
    assertMatch(shown, /│ +10 │/);
    assertStringIncludes(shown, "pond: Interrupted");
    assertMatch(shown, /exit code 0\n$/);
    const path = `${scratch.home}/state/pond/sql_history`;
    assertEquals((await Deno.readTextFile(path)).split("\n"), [
      "SELECT 40 + 2 AS answer;",
      "SELECT v FROM '/sensors/a.csv';",
      "SELEC 1;",
      "SELECT count(*) FROM range(100000000000) t(i) WHERE i % 3 = 1;",
      ".at v1",
      "",
    ]);
    assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    // The next one has them, the newest first.
    const again = await typeToPond(["sql", "--quiet"], [
      ["pond> ", "\x1b[A\x1b[A\x1b[A\x1b[A\r"],
      ["1 row", ".quit\r"],
    ], env);
    assertMatch(again, /│ +10 │/);
    assertMatch(again, /exit code 0\n$/);
  },
});
