/** The clock, random numbers, hashes and streams of this machine. */
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import fc from "fast-check";
import { concatBytes, sha256Hex } from "../../src/bytes.ts";
import { denoHost, NodeHasher } from "../../src/host/deno_host.ts";
import {
  denoArgs,
  type ProcessOptions,
  type ProcessResult,
  PROJECT_ROOT,
  runDeno,
  runProgram,
} from "../support/deno_process.ts";
import {
  type TempDirectory,
  tempDirectory,
} from "../support/temp_directory.ts";

const host = denoHost();
const DAY_MS = 24 * 60 * 60 * 1000;

/** How far the clock and the system's may be apart, in microseconds. */
const TOLERANCE_US = 3000;

/** Fails unless the clock tells the system's time. */
function assertOnTime(nowUs: () => number): void {
  const before = Date.now() * 1000;
  const us = nowUs();
  const after = Date.now() * 1000;
  assertGreaterOrEqual(us, before - TOLERANCE_US);
  assertLessOrEqual(us, after + TOLERANCE_US);
  assert(Number.isSafeInteger(us));
}

Deno.test("Clock.nowUs() tells the system's time in microseconds", () => {
  const { clock } = denoHost();
  assertOnTime(() => clock.nowUs());
  const readings = Array.from({ length: 1000 }, () => clock.nowUs());
  assert(readings.some((us) => us % 1000 !== 0), "only milliseconds");
});

Deno.test("Clock.nowUs() follows a system's clock that is set, or ran on while the machine slept", () => {
  const { clock } = denoHost();
  clock.nowUs();
  const systemNow = Date.now;
  try {
    for (const shiftMs of [DAY_MS, -DAY_MS, 5, 0]) {
      Date.now = () => systemNow() + shiftMs;
      assertOnTime(() => clock.nowUs());
    }
  } finally {
    Date.now = systemNow;
  }
});

Deno.test("Clock.monotonicMs() never goes backwards, and goes on", async () => {
  const { clock } = host;
  let last = clock.monotonicMs();
  for (let i = 0; i < 1000; i++) {
    const now = clock.monotonicMs();
    assertGreaterOrEqual(now, last);
    last = now;
  }
  await clock.sleep(2);
  assertGreaterOrEqual(clock.monotonicMs(), last + 1);
});

Deno.test("Clock.sleep() that is aborted rejects with the signal's reason, and leaves no timer", async () => {
  const abort = new AbortController();
  // The leak check of the test runner finds a timer that is left.
  const sleeping = host.clock.sleep(DAY_MS, abort.signal);
  const reason = new RangeError("enough");
  abort.abort(reason);
  assertStrictEquals(await assertRejects(() => sleeping), reason);
  const again = () => host.clock.sleep(DAY_MS, abort.signal);
  assertStrictEquals(await assertRejects(again), reason);
});

Deno.test("Clock.sleep() that is over has let the signal go", async () => {
  const abort = new AbortController();
  const { signal } = abort;
  const listeners = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (
    type: string,
    listener: EventListenerOrEventListenerObject,
  ) => {
    listeners.add(listener);
    addEventListener.call(signal, type, listener);
  };
  signal.removeEventListener = (
    type: string,
    listener: EventListenerOrEventListenerObject,
  ) => {
    listeners.delete(listener);
    removeEventListener.call(signal, type, listener);
  };
  await host.clock.sleep(0, signal);
  assertEquals(listeners.size, 0);
  abort.abort();
});

Deno.test("Random.uuidHex() gives UUIDs of version 4, each once", () => {
  const ids = Array.from({ length: 1000 }, () => host.random.uuidHex());
  for (const id of ids) {
    assertMatch(id, /^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  }
  assertEquals(new Set(ids).size, ids.length);
});

Deno.test("Random.fraction() is at least 0 and below 1, and not one number", () => {
  const fractions = Array.from({ length: 1000 }, () => host.random.fraction());
  for (const fraction of fractions) {
    assertGreaterOrEqual(fraction, 0);
    assertLess(fraction, 1);
  }
  assert(new Set(fractions).size > 900);
});

Deno.test("NodeHasher gives the SHA-256 that WebCrypto gives, however the bytes are cut", async () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 });
  await fc.assert(fc.asyncProperty(chunks, async (chunks) => {
    const hash = await new NodeHasher().sha256();
    for (const chunk of chunks) hash.update(chunk);
    assertEquals(hash.digestHex(), await sha256Hex(concatBytes(chunks)));
  }));
});

Deno.test("NodeHasher keeps hashes apart that are computed at once, and takes bytes at the call", async () => {
  const hasher = new NodeHasher();
  const [one, other] = await Promise.all([hasher.sha256(), hasher.sha256()]);
  const bytes = new Uint8Array(200_000).fill(1);
  one.update(bytes);
  bytes.fill(2);
  other.update(bytes.subarray(1));
  const filled = (length: number, byte: number) =>
    sha256Hex(new Uint8Array(length).fill(byte));
  assertEquals(one.digestHex(), await filled(200_000, 1));
  assertEquals(other.digestHex(), await filled(199_999, 2));
});

/** A program that is given a host. */
async function hostScript(body: string): Promise<
  TempDirectory & { readonly args: string[] }
> {
  const temp = await tempDirectory();
  const script = temp.join("script.ts");
  await Deno.writeTextFile(
    script,
    `import { denoHost } from "${PROJECT_ROOT}/src/host/deno_host.ts";
     const { terminal } = denoHost();
     const encode = (text: string) => new TextEncoder().encode(text);
     ${body}`,
  );
  return { ...temp, args: ["run", "-A", ...denoArgs(), script] };
}

async function runHostScript(
  body: string,
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  await using script = await hostScript(body);
  return await runDeno(script.args, options);
}

Deno.test("TerminalOutput.write() to a closed pipe is false, not an error", async () => {
  await using script = await hostScript(
    `const bytes = new Uint8Array(64 * 1024);
     let count = 0;
     while (await terminal.stdout.write(bytes)) count++;
     const again = await terminal.stdout.write(bytes);
     await terminal.stderr.write(encode(\`closed \${count > 0} \${again}\`));`,
  );
  const child = new Deno.Command(Deno.execPath(), {
    args: script.args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdout = child.stdout.getReader();
  await stdout.read();
  await stdout.cancel();
  const stderr = await new Response(child.stderr).text();
  assertEquals([(await child.status).code, stderr], [0, "closed true false"]);
});

Deno.test({
  name:
    "TerminalOutput.write() to a full disk is NO_SPACE, and names the stream",
  ignore: await host.files.stat("/dev/full") === undefined,
  async fn() {
    await using script = await hostScript(
      `try {
         await terminal.stdout.write(encode("lost"));
       } catch (error) {
         await terminal.stderr.write(encode(\`\${error.code} \${error.message}\`));
       }`,
    );
    const shell = ["-c", `exec "$@" > /dev/full`, "sh", Deno.execPath()];
    const ran = await runProgram("/bin/sh", [...shell, ...script.args]);
    const expected =
      "NO_SPACE Cannot write to standard output: the disk is full";
    assertEquals(ran.stderr, expected);
  },
});

Deno.test("Terminal gives a program its streams, environment and directory", async () => {
  await using temp = await tempDirectory();
  const ran = await runHostScript(
    `const { stdout, stderr } = terminal;
     const input = await new Response(terminal.stdin()).text();
     await stdout.write(encode(JSON.stringify({
       input,
       isTerminal: [stdout.isTerminal, stderr.isTerminal, terminal.stdinIsTerminal],
       columns: stdout.columns,
       env: [terminal.env("GIVEN"), terminal.env("NOT_GIVEN") ?? null],
       cwd: terminal.cwd(),
       user: terminal.user(),
     })));
     await terminal.run(["sh", "-c", "echo on the other stream >&2; exit 3"])
       .then((code) => stderr.write(encode(String(code))));
     await terminal.run(["/no/such/program"]).catch((error) =>
       stderr.write(encode(" " + error.code)));`,
    {
      stdin: "from standard input",
      cwd: temp.path,
      env: { GIVEN: "a value", USER: "", LOGNAME: "someone" },
    },
  );
  assertEquals([ran.code, ran.stderr], [
    0,
    "on the other stream\n3 NOT_FOUND",
  ]);
  assertEquals(JSON.parse(ran.stdout), {
    input: "from standard input",
    isTerminal: [false, false, false],
    columns: 80,
    env: ["a value", null],
    cwd: temp.path,
    user: "someone",
  });
});
