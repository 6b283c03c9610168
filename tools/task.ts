/**
 * Runs a task of deno.json with the flags that fit this machine.
 *
 * ```text
 * deno run -A --no-config tools/task.ts NAME [ARGUMENT...]
 * ```
 *
 * It imports nothing but its neighbours, so that it starts on a machine with
 * an empty module cache and no registry in reach.
 *
 * @module
 */
import { bundle } from "./bundle.ts";
import { compile } from "./compile.ts";
import { moduleFlags, moduleSource, ROOT } from "./modules.ts";
import { interop, pythonWithPackages } from "./interop.ts";
import { runWithoutMap } from "./offline_config.ts";
import { type Outcome, run, type RunOptions } from "./process.ts";

/** Runs one task. */
type Task = (flags: readonly string[], args: string[]) => Promise<number>;

const FIXED_SEED = ["--preload=tests/support/fixed_seed.ts"];
const UNIT_TEST_IGNORES = "--ignore=tests/interop,tests/long";
const CHECKED = [
  "mod.ts",
  "cli.ts",
  "src",
  "tests",
  "bench",
  "examples",
  "tools",
  "deps",
  "lint",
];

/** A step of the gate. */
interface GateStep {
  /** Its commands: arguments of `deno`, without the module flags. */
  readonly commands: () => Promise<string[][]>;
  /** Whether the command takes an import map; or needs no modules. */
  readonly modules: "map" | "config" | "none";
}

/** The steps of the gate that don't wait for each other. */
const GATE = {
  "check": {
    commands: async () => [["check", ...await existing(CHECKED)]],
    modules: "map",
  },
  "fmt --check": {
    commands: () => Promise.resolve([["fmt", "--check"]]),
    modules: "none",
  },
  "lint": {
    commands: () => Promise.resolve([["lint"]]),
    modules: "config",
  },
  // Each alone: JSR shows no entry point what only another one exports.
  "doc --lint": {
    commands: async () =>
      (await exportedFiles()).map((file) => ["doc", "--lint", file]),
    modules: "map",
  },
  "bench --no-run": {
    commands: async () => [
      ["bench", "-A", "--no-run", ...await existing(["bench"])],
    ],
    modules: "map",
  },
} as const satisfies Record<string, GateStep>;

const TASKS: Record<string, Task> = {
  "demo": (flags, args) =>
    deno(["run", "-A", ...flags, "examples/demo.ts", ...args]),
  "test": (flags, args) =>
    deno([...testCommand(flags), ...FIXED_SEED, ...testFiles(args)]),
  "test:long": (flags, args) =>
    deno([
      ...testCommand(flags),
      ...orElse(args, ["--permit-no-files", "tests/long"]),
    ]),
  "test:interop": (flags, args) => interop(testCommand(flags), args),
  "bench": (flags, args) =>
    deno(["bench", "-A", ...flags, ...orElse(args, ["bench"])]),
  "bench:backup": (flags, args) =>
    deno(["run", "-A", ...flags, "bench/backup/compare.ts", ...args]),
  "bench:compare": compare,
  "bench:large": (flags, args) =>
    deno(["run", "-A", ...flags, "bench/large/compare.ts", ...args]),
  "bench:query": (flags, args) =>
    deno(["run", "-A", ...flags, "bench/query/history.ts", ...args]),
  "bench:memory": (flags, args) =>
    deno(["run", "-A", ...flags, "bench/memory/walk.ts", ...args]),
  "bench:tpch": (flags, args) =>
    deno(["run", "-A", ...flags, "bench/tpch/compare.ts", ...args]),
  "bench:trees": (flags, args) =>
    deno(["run", "-A", ...flags, "bench/trees/compare.ts", ...args]),
  "check": (flags) => code(runStep(GATE["check"], flags)),
  "fmt": (_, args) => deno(["fmt", ...args]),
  "lint": (flags, args) => code(runWithoutMap(["lint", ...args], flags)),
  "doc": (flags) => code(runStep(GATE["doc --lint"], flags)),
  "ok": gate,
  "bundle": bundle,
  "compile": compile,
  "publish:check": (flags, args) =>
    code(runWithoutMap(
      ["publish", "--dry-run", "--allow-dirty", ...args],
      flags,
    )),
};

async function main(args: readonly string[]): Promise<number> {
  const [name = "", ...rest] = args;
  const task = TASKS[name];
  if (task === undefined) {
    say(`Unknown task "${name}": use ${Object.keys(TASKS).join(", ")}`);
    return 2;
  }
  Deno.chdir(ROOT);
  const source = await moduleSource();
  Deno.env.set("POND_MODULES", source);
  return await task(moduleFlags(source), rest);
}

async function deno(args: readonly string[]): Promise<number> {
  return await code(run(args));
}

async function code(outcome: Promise<Outcome>): Promise<number> {
  return (await outcome).code;
}

/** `deno test` with the leak checks on, and a report where one is asked for. */
function testCommand(flags: readonly string[]): string[] {
  // Before 2.9 they are on by default, and the switches are unknown.
  const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
  const known = major > 2 || minor >= 9;
  const leaks = known ? ["--sanitize-ops", "--sanitize-resources"] : [];
  const report = Deno.env.get("POND_TEST_REPORT");
  const junit = report ? [`--junit-path=${report}`] : [];
  return ["test", "-A", "--parallel", ...leaks, ...junit, ...flags];
}

/** Arguments that name files replace the default; options are added to it. */
function testFiles(args: readonly string[]): string[] {
  const named = args.some((arg) => !arg.startsWith("-"));
  return named ? [...args] : ["--doc", UNIT_TEST_IGNORES, ...args];
}

function orElse(args: string[], files: string[]): string[] {
  return args.some((arg) => !arg.startsWith("-")) ? args : [...args, ...files];
}

async function runStep(
  step: GateStep,
  flags: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const outcome = { code: 0, output: "" };
  for (const args of await step.commands()) {
    const { code, output } = await runCommand(args, step, flags, options);
    outcome.code ||= code;
    if (code !== 0) outcome.output += output;
  }
  return outcome;
}

async function runCommand(
  args: string[],
  { modules }: GateStep,
  flags: readonly string[],
  options: RunOptions,
): Promise<Outcome> {
  if (modules === "config") return await runWithoutMap(args, flags, options);
  const [command = "", ...rest] = args;
  const used = modules === "map" ? flags : [];
  return await run([command, ...used, ...rest], options);
}

/** What is compared with is a package of Python. */
async function compare(flags: readonly string[]): Promise<number> {
  const python = await pythonWithPackages();
  if (python === undefined) {
    say("Cannot compare: there is no Python with the package deltalake");
    return 1;
  }
  const command = ["run", "-A", ...flags, "bench/compare/compare.ts"];
  return await code(run(command, { env: { POND_PYTHON: python } }));
}

/** The gate: everything that must hold before a change is kept. */
async function gate(flags: readonly string[]): Promise<number> {
  const steps = Object.entries(GATE).map(async ([name, step]) => {
    const { value, seconds } = await timed(() =>
      runStep(step, flags, { capture: true })
    );
    if (value.code !== 0) say(`--- ${name}\n${value.output}`);
    return { name, seconds, passed: value.code === 0 };
  });
  const results = await Promise.all(steps);
  const { value, seconds } = await timed(() =>
    deno([...testCommand(flags), ...FIXED_SEED, ...testFiles([])])
  );
  results.push({ name: "test", seconds, passed: value === 0 });
  for (const { name, seconds, passed } of results) {
    say(`${passed ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  }
  return results.every(({ passed }) => passed) ? 0 : 1;
}

async function timed<T>(
  work: () => Promise<T>,
): Promise<{ value: T; seconds: string }> {
  const start = performance.now();
  const value = await work();
  return { value, seconds: ((performance.now() - start) / 1000).toFixed(1) };
}

async function exportedFiles(): Promise<string[]> {
  const config = JSON.parse(await Deno.readTextFile("deno.json"));
  return Object.values<string>(config.exports);
}

async function existing(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    try {
      await Deno.stat(path);
      found.push(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return found;
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
