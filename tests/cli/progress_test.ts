/** How far a command is: on a terminal, in a log, for programs. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Context } from "../../src/cli/context.ts";
import { makeContext, Settings } from "../../src/cli/context.ts";
import { filesWith, hostWith } from "../../src/cli/own_files.ts";
import { barText, Progress, progressText } from "../../src/cli/progress.ts";
import { decodeUtf8 } from "../../src/bytes.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import { memoryHost } from "../../src/host/memory.ts";
import type { Clock, FileStore, Host } from "../../src/host/mod.ts";
import { hasPseudoTerminal, typeToPond } from "../support/pseudo_terminal.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { scratchPond } from "./scratch.ts";
import { run as runLine } from "./support.ts";

const MIB = 2 ** 20;

/** A clock that goes on only when it is told. */
class ManualClock implements Clock {
  #nowMs = 0;
  readonly #waiting = new Set<{ atMs: number; resolve: () => void }>();

  nowUs(): number {
    return this.#nowMs * 1000;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const { promise, reject, resolve } = Promise.withResolvers<void>();
    const wait = { atMs: this.#nowMs + milliseconds, resolve };
    this.#waiting.add(wait);
    signal?.addEventListener("abort", () => {
      this.#waiting.delete(wait);
      reject(signal.reason);
    });
    return promise;
  }

  /** Lets time pass, and all that waits for it run. */
  async pass(milliseconds: number): Promise<void> {
    const endMs = this.#nowMs + milliseconds;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      const next = [...this.#waiting].filter(({ atMs }) => atMs <= endMs)
        .sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#waiting.delete(next);
      this.#nowMs = next.atMs;
      next.resolve();
    }
    this.#nowMs = endMs;
  }
}

interface Shown {
  readonly clock: ManualClock;
  readonly context: Context;
  text(): string;
}

function shown(
  options: {
    readonly terminal?: boolean;
    readonly quiet?: boolean;
    readonly verbose?: boolean;
    readonly json?: boolean;
  },
): Shown {
  const { json = false, quiet = false, terminal, verbose = false } = options;
  const memory = memoryHost();
  const clock = new ManualClock();
  let text = "";
  const stderr = {
    isTerminal: terminal === true,
    columns: 80,
    rows: 24,
    write: (bytes: Uint8Array) => {
      text += decodeUtf8(bytes);
      return Promise.resolve(true);
    },
  };
  const host: Host = {
    files: memory.files,
    random: memory.random,
    hasher: memory.hasher,
    buffers: () => memory.buffers(),
    compression: () => memory.compression(),
    terminal: {
      stdout: memory.terminal.stdout,
      stderr,
      stdinIsTerminal: false,
      stdin: () => memory.terminal.stdin(),
      editLines: () => memory.terminal.editLines(),
      env: () => undefined,
      cwd: () => "/",
      user: () => "tester",
      platform: () => memory.terminal.platform(),
      run: (command) => memory.terminal.run(command),
      pipe: (command) => memory.terminal.pipe(command),
      isLent: false,
    },
    clock,
  };
  const globals = {
    pond: undefined,
    branch: undefined,
    cacheSize: undefined,
    color: "never" as const,
    quiet,
    verbose,
    timings: false,
    json,
    noWait: false,
  };
  const { signal } = new AbortController();
  return {
    clock,
    context: makeContext(host, globals, new Settings(), signal),
    text: () => text,
  };
}

async function run(
  { clock, context }: Shown,
  durationMs: number,
): Promise<void> {
  await using progress = Progress.start(context, {
    verb: "put",
    noun: "files",
    total: () => Promise.resolve({ items: 10, bytes: 10 * MIB }),
  });
  await clock.pass(durationMs / 2);
  progress.advance(5, 5 * MIB);
  await clock.pass(durationMs / 2);
}

Deno.test("progress on a terminal is a bar after half a second, and is cleared at the end", async () => {
  const long = shown({ terminal: true });
  await run(long, 2000);
  const bars = long.text().split("\r");
  assert(bars.length > 10, long.text());
  assert(bars.some((bar) => bar.includes("██████████░░░░░░░░░░  50 %")));
  assert(
    bars.some((bar) =>
      /5 of 10 files · 5\.0 MiB · .*MiB\/s · 0:0\d left/.test(bar)
    ),
  );
  assertEquals(bars.at(-1), "\x1b[K");
  const short = shown({ terminal: true });
  await run(short, 400);
  assertEquals(short.text(), "");
});

Deno.test("progress in a pipe is a line now and then with -v, and nothing without", async () => {
  const verbose = shown({ verbose: true });
  await run(verbose, 25_000);
  const lines = verbose.text().trimEnd().split("\n");
  assertEquals(lines.length, 2);
  for (const line of lines) assertMatch(line, /^pond: put \d+ of 10 files · /);
  const plain = shown({});
  await run(plain, 25_000);
  assertEquals(plain.text(), "");
});

Deno.test("progress with --json is status objects, and with -q nothing anywhere", async () => {
  const json = shown({ json: true });
  await run(json, 3500);
  const objects = json.text().trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  assertEquals(objects.length, 3);
  assertEquals(objects.at(-1), {
    type: "status",
    action: "put",
    items: 5,
    bytes: 5 * MIB,
    total_items: 10,
    total_bytes: 10 * MIB,
    elapsed_seconds: 3,
    seconds_left: 3,
  });
  for (
    const options of [{ terminal: true }, { verbose: true }, { json: true }]
  ) {
    const quiet = shown({ ...options, quiet: true });
    await run(quiet, 25_000);
    assertEquals(quiet.text(), "");
  }
});

Deno.test("progressText() and barText() say what is known", () => {
  const options = { verb: "check", noun: "files" };
  const state = { items: 4, bytes: 0, total: undefined, elapsedMs: 2000 };
  assertEquals(progressText(options, state), "check 4 files · 2/s · for 0:02");
  assertEquals(barText(options, state), "check 4 files · 2/s · for 0:02");
  const total = { items: 8, bytes: 0 };
  assertEquals(
    barText(options, { ...state, total }),
    "██████████░░░░░░░░░░  50 % check 4 of 8 files · 2/s · 0:02 left",
  );
  const none = { items: 0, bytes: 0 };
  assertEquals(
    progressText(options, { ...state, ...none, total: none }),
    "check 0 of 0 files · for 0:02",
  );
  assertMatch(
    progressText(options, { ...state, total: { items: 40_000, bytes: 0 } }),
    /5:33:18 left$/,
  );
});

Deno.test({
  name:
    "pond put in a pseudo-terminal ends with its report, and leaves no bar behind",
  ignore: !await hasPseudoTerminal(),
  fn: async () => {
    await using temp = await tempDirectory();
    const [pond, tree] = [temp.join("pond"), temp.join("tree")];
    await Deno.mkdir(tree);
    for (let i = 0; i < 20; i++) {
      await Deno.writeTextFile(`${tree}/${i}`, `${i}`);
    }
    await typeToPond(["init"], [], { POND: pond });
    const text = await typeToPond(["put", tree, "/"], [], { POND: pond });
    const lines = text.trimEnd().split("\n");
    assertEquals(lines.at(-1), "exit code 0");
    // A bar may have been there, if the machine is busy.
    assert(lines.some((line) => line.endsWith("21 new · 30 B")), text);
    assert(lines.some((line) => line.startsWith("v1 · undo")), text);
  },
});

/** A few sleeps are over at once; the others last as long as the command. */
function impatient(clock: Clock, sleeps: number): Clock {
  return {
    nowUs: () => clock.nowUs(),
    monotonicMs: () => clock.monotonicMs(),
    sleep: (_, signal) =>
      sleeps-- > 0
        ? Promise.resolve()
        : new Promise((_, reject) =>
          signal?.addEventListener("abort", () => reject(signal.reason))
        ),
  };
}

Deno.test("pond query shows on a terminal that it runs, and takes that away before the rows", async () => {
  await using scratch = await scratchPond();
  const host = denoHost();
  const waited = { ...host, clock: impatient(host.clock, 2) };
  const options = { cwd: scratch.home, env: { POND: scratch.pond } };
  const argv = ["query", "SELECT 42 AS n", "--no-pager"];
  const shown = await runLine(waited, argv, { ...options, terminal: true });
  assertEquals(shown.code, 0);
  assertMatch(shown.stdout, /42/);
  // deno-lint-ignore no-control-regex
  assertMatch(shown.stderr, /^(\rquery 0 rows · for 0:0\d\x1b\[K)+\r\x1b\[K$/);
  const piped = await runLine(
    { ...host, clock: impatient(host.clock, 2) },
    argv,
    options,
  );
  assertEquals([piped.stdout, piped.stderr], ["n\n42\n", ""]);
  const json = await runLine(
    { ...host, clock: impatient(host.clock, 4) },
    [...argv, "--json"],
    options,
  );
  assertEquals([JSON.parse(json.stdout), json.stderr], [[{ n: 42 }], ""]);
});

/** A hundred times as fast as this machine's. */
function fast(clock: Clock): Clock {
  const { monotonicMs, nowUs, sleep } = clock;
  return {
    nowUs: () => nowUs.call(clock),
    monotonicMs: () => monotonicMs.call(clock) * 100,
    sleep: (milliseconds, signal) =>
      sleep.call(clock, milliseconds / 100, signal),
  };
}

/** Files of a disk that takes its time. */
function slowFiles({ clock, files }: Host): FileStore {
  return filesWith(files, {
    read: async (path, range) => {
      await clock.sleep(10);
      return await files.read(path, range);
    },
    stream: async (path, range) => {
      await clock.sleep(10);
      return await files.stream(path, range);
    },
  });
}

Deno.test("check, maintain and prune show how far they are, in bytes and files", async () => {
  const lines = [
    ["check --read-data", "check"],
    ["maintain", "maintain"],
    ["maintain vacuum --yes", "vacuum"],
    ["prune --before v3 --yes", "prune"],
  ] as const;
  const host = denoHost();
  const slow = hostWith({ ...host, clock: fast(host.clock) }, slowFiles(host));
  for (const [line, verb] of lines) {
    await using scratch = await scratchPond();
    for (const name of ["a", "b", "c"]) {
      await scratch.ok(`put - /${name}`, { stdin: name.repeat(70_000) });
    }
    const options = { cwd: scratch.home, env: { POND: scratch.pond } };
    const argv = line.split(" ");
    const shown = await runLine(slow, argv, { ...options, terminal: true });
    assertEquals(shown.code, 0, shown.stderr);
    const bars = shown.stderr.split("\r");
    const said = new RegExp(`${verb} [1-9]\\d*( of \\d+)? files · .*B/s`);
    assert(bars.some((bar) => said.test(bar)), shown.stderr);
    assertEquals(bars.at(-1), "\x1b[K");
    const quiet = await runLine(slow, [...argv, "-q"], {
      ...options,
      terminal: true,
    });
    assertEquals([quiet.code, quiet.stderr], [0, ""]);
  }
});
