/** The pager: when it comes, what it is given, how it ends. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { concatBytes, decodeUtf8 } from "../../src/bytes.ts";
import { PondError } from "../../src/errors.ts";
import type { Terminal } from "../../src/host/mod.ts";
import { isInstalled } from "../support/deno_process.ts";
import { hasPseudoTerminal, typeToPond } from "../support/pseudo_terminal.ts";
import { type Scratch, scratchPond } from "./scratch.ts";

/** A pager that keeps what it is given, and goes after so many writes. */
function pager(writes: number = Infinity) {
  const seen: { command: readonly string[]; env: unknown; ended: boolean }[] =
    [];
  const chunks: Uint8Array[] = [];
  const pipe: Terminal["pipe"] = (command, env) => {
    const program = { command, env, ended: false };
    seen.push(program);
    return Promise.resolve({
      write(bytes) {
        if (writes-- <= 0) return Promise.resolve(false);
        chunks.push(bytes.slice());
        return Promise.resolve(true);
      },
      end() {
        program.ended = true;
        return Promise.resolve();
      },
    });
  };
  return { pipe, seen, text: () => decodeUtf8(concatBytes(chunks)) };
}

/** A pond with 40 files, which is more than a screen of 24 lines has. */
async function tallPond(): Promise<Scratch> {
  const scratch = await scratchPond();
  const paths = Array.from({ length: 40 }, (_, i) => `/d/file-${i}`);
  await scratch.ok("mkdir /d");
  await scratch.ok(["touch", ...paths]);
  return scratch;
}

Deno.test("output that is taller than the screen goes to the pager, all of it", async () => {
  await using scratch = await tallPond();
  const plain = await scratch.run("ls -1 /d", { terminal: true });
  for (const rows of [24, 40]) {
    const { pipe, seen, text } = pager();
    const options = { terminal: true, rows, pager: pipe };
    const ran = await scratch.run("ls -1 /d", options);
    assertEquals([ran.code, ran.stdout, text()], [0, "", plain.stdout]);
    assertEquals(seen, [{
      command: ["less", "-FRX"],
      env: { LESS: "FRX", LV: "-c" },
      ended: true,
    }]);
  }
});

Deno.test("no pager comes for what fits, for a pipe, and where none is wanted", async () => {
  await using scratch = await tallPond();
  const cases: readonly [string, Record<string, unknown>][] = [
    ["ls -1 /d", { rows: 41 }],
    ["ls -1 /d", { terminal: false }],
    ["ls -1 /d --no-pager", {}],
    ["ls -1 /d", { env: { POND_PAGER: "never" } }],
    ["ls -1 /d", { env: { PAGER: "cat" } }],
    ["ls -1 /d", { terminal: false, env: { POND_FORCE_TTY: "80" } }],
    ["cat /d/file-0 /sensors/a.csv", { rows: 1 }],
    ["status", { rows: 2 }],
  ];
  for (const [line, options] of cases) {
    const { pipe, seen } = pager();
    const ran = await scratch.run(line, {
      terminal: true,
      rows: 24,
      pager: pipe,
      ...options,
    });
    assertEquals([ran.code, seen.length], [0, 0], line);
    assertEquals(ran.stdout.length > 0, true, line);
  }
});

Deno.test("long lines take several of the screen, colours none", async () => {
  await using scratch = await tallPond();
  const count = async (line: string, rows: number) => {
    const { pipe, seen } = pager();
    const options = { terminal: true, rows, pager: pipe };
    assertEquals((await scratch.run(line, options)).code, 0);
    return seen.length;
  };
  await scratch.ok(["mkdir", `/${"n".repeat(200)}`]);
  // Of 80 columns: two names and a long one, which takes three lines.
  assertEquals(await count("ls -1 /", 6), 0);
  assertEquals(await count("ls -1 /", 5), 1);
  const colored = "grep --color always h /sensors/.hidden";
  assertEquals(await count(colored, 2), 0);
  assertEquals(await count(colored, 1), 1);
});

Deno.test("POND_PAGER wins over the configuration, that over PAGER", async () => {
  await using scratch = await tallPond();
  const env = { XDG_CONFIG_HOME: `${scratch.home}/config`, PAGER: "more" };
  const called = async (more: Record<string, string> = {}) => {
    const { pipe, seen } = pager();
    const all = { ...env, ...more };
    await scratch.run("log", {
      terminal: true,
      rows: 2,
      env: all,
      pager: pipe,
    });
    return seen[0];
  };
  assertEquals((await called())?.command, ["more"]);
  await scratch.ok(["config", "set", "pager", "less -S"], { env });
  assertEquals((await called())?.command, ["less", "-S"]);
  assertEquals((await called({ POND_PAGER: "bat" }))?.command, ["bat"]);
  const shell = await called({ POND_PAGER: "less | cat", LESS: "M", LV: "" });
  assertEquals([shell?.command, shell?.env], [["sh", "-c", "less | cat"], {}]);
});

Deno.test("a pager that is left ends the command quietly", async () => {
  await using scratch = await tallPond();
  for (const writes of [0, 1]) {
    const { pipe, seen } = pager(writes);
    const sql = "SELECT * FROM range(100000)";
    const argv = ["query", sql, "--format", "tsv"];
    const options = { terminal: true, rows: 24, pager: pipe };
    const ran = await scratch.run(argv, options);
    assertEquals([ran.code, ran.stdout, ran.stderr], [0, "", ""]);
    assertEquals(seen.map(({ ended }) => ended), [true]);
  }
});

Deno.test("where the pager isn't there, the terminal has the output", async () => {
  await using scratch = await tallPond();
  const plain = await scratch.run("ls -1 /d", { terminal: true });
  const ran = await scratch.run("ls -1 /d", {
    terminal: true,
    rows: 24,
    pager: () => Promise.reject(new PondError("NOT_FOUND", "no less")),
  });
  assertEquals(ran, plain);
});

Deno.test("an error is told after the person has read what was there before", async () => {
  await using scratch = await tallPond();
  const { pipe, seen, text } = pager();
  const ran = await scratch.run("ls -1 /d /gone", {
    terminal: true,
    rows: 24,
    pager: pipe,
  });
  assertEquals([ran.code, seen.map(({ ended }) => ended)], [3, [true]]);
  assertStringIncludes(text(), "file-39");
  assertStringIncludes(ran.stderr, "/gone");
});

const hasAll = await hasPseudoTerminal() && await isInstalled("less");

Deno.test({
  name:
    "less in a pseudo-terminal: q is quiet, Ctrl-C leaves it alone, short output has none",
  ignore: !hasAll,
  fn: async () => {
    await using scratch = await tallPond();
    const env = { POND: scratch.pond, LESS: "" };
    const quit = await typeToPond(["ls", "-1", "/d"], [["\n:", "q"]], env);
    assertStringIncludes(quit, "file-0\n");
    assertEquals(quit.includes("file-9\n"), false);
    assertStringIncludes(quit, "\nexit code 0\n");
    const wide = await typeToPond(
      ["query", "SELECT * FROM range(100000)", "--format", "tsv"],
      [["\n:", " "], ["\n:", "\x03|\x03|q"]],
      env,
      { rows: 10, columns: 200 },
    );
    assertStringIncludes(wide, "\n7\n");
    assertStringIncludes(wide, "\n15\n");
    assertEquals(wide.includes("pond:"), false);
    assertEquals(wide.includes("\n99999\n"), false);
    const short = await typeToPond(["ls", "/"], [], env);
    assertEquals(short.trim(), "d  sensors\n\nexit code 0");
    const off = await typeToPond(["ls", "-1", "/d", "--no-pager"], [], env);
    assertStringIncludes(off, "file-9\n");
    const missing = { ...env, POND_PAGER: "no-such-pager" };
    assertStringIncludes(
      await typeToPond(["ls", "-1", "/d"], [], missing),
      "file-9\n",
    );
  },
});
