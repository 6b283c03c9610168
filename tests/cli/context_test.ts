import { assertEquals } from "@std/assert";
import { makeContext, Settings } from "../../src/cli/context.ts";
import { ClosedPipeError, Output } from "../../src/cli/output.ts";
import type { Host } from "../../src/host/mod.ts";
import { hostWithoutFiles } from "./support.ts";

function contextWith(
  env: Readonly<Record<string, string>>,
  color: "auto" | "always" | "never" = "auto",
  isTerminal = true,
) {
  const stream = {
    isTerminal,
    columns: 100,
    rows: 24,
    write: () => Promise.resolve(true),
  };
  const host: Host = {
    ...hostWithoutFiles(),
    terminal: {
      stdout: stream,
      stderr: stream,
      stdinIsTerminal: false,
      stdin: () => new Blob([]).stream(),
      editLines: () => Promise.reject(new TypeError("nobody is there")),
      env: (name) => env[name],
      cwd: () => "/",
      user: () => "tester",
      platform: () => ({ os: "none", arch: "none", runtime: {}, pid: 1 }),
      run: () => Promise.resolve(127),
      pipe: () => Promise.reject(new TypeError("nobody is there")),
      isLent: false,
    },
  };
  const globals = {
    pond: undefined,
    branch: undefined,
    quiet: false,
    noWait: false,
    verbose: false,
    timings: false,
    json: false,
  };
  const layer = new Map([["color" as const, { value: color, origin: "" }]]);
  const settings = new Settings({ option: layer });
  return makeContext(host, globals, settings, new AbortController().signal);
}

Deno.test("makeContext() decides on colours: --color, NO_COLOR, FORCE_COLOR, TERM, the stream", () => {
  const color = (...args: Parameters<typeof contextWith>) =>
    contextWith(...args).out.color;
  assertEquals(color({}), true);
  assertEquals(color({}, "auto", false), false);
  assertEquals(color({ NO_COLOR: "1" }), false);
  assertEquals(color({ NO_COLOR: "" }), true);
  assertEquals(color({ NO_COLOR: "1" }, "always"), true);
  assertEquals(color({}, "never"), false);
  assertEquals(color({ FORCE_COLOR: "1" }, "auto", false), true);
  assertEquals(color({ CLICOLOR_FORCE: "1" }, "auto", false), true);
  assertEquals(color({ FORCE_COLOR: "0" }, "auto", false), false);
  assertEquals(color({ NO_COLOR: "1", FORCE_COLOR: "1" }), false);
  assertEquals(color({ TERM: "dumb" }), false);
});

Deno.test("makeContext() pretends a terminal with POND_FORCE_TTY", () => {
  const forced = contextWith({ POND_FORCE_TTY: "80" }, "auto", false).out;
  assertEquals([forced.isTerminal, forced.columns], [true, 80]);
  const wrong = contextWith({ POND_FORCE_TTY: "x" }, "auto", false).out;
  assertEquals([wrong.isTerminal, wrong.columns], [false, 100]);
});

Deno.test("Output keeps text and bytes in order, and writes in large pieces", async () => {
  const written: string[] = [];
  const output = new Output({
    isTerminal: false,
    columns: 80,
    rows: 24,
    write: (bytes) => {
      written.push(new TextDecoder().decode(bytes));
      return Promise.resolve(true);
    },
  }, { color: false });
  await output.line("a");
  await output.line("b");
  await output.bytes(Uint8Array.of(0x63));
  await output.text("d");
  await output.flush();
  await output.flush();
  assertEquals(written, ["a\nb\n", "c", "d"]);
});

Deno.test("Output throws ClosedPipeError once its reader has gone", async () => {
  const output = new Output({
    isTerminal: false,
    columns: 80,
    rows: 24,
    write: () => Promise.resolve(false),
  }, { color: false });
  await output.line("a");
  const error = await output.flush().catch((error) => error);
  assertEquals(error instanceof ClosedPipeError, true);
});
