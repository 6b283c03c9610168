/** What is said on standard error beside errors: timings, a log for programs. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { hostWith } from "../../src/cli/own_files.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import { filesWith } from "../../src/cli/own_files.ts";
import { pondCommand } from "../support/deno_process.ts";
import { scratchPond } from "./scratch.ts";
import { run } from "./support.ts";

function objectsIn(text: string): Record<string, Record<string, unknown>>[] {
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("-vv says what took how long, -v and -q don't", async () => {
  await using scratch = await scratchPond();
  const { stderr } = await scratch.run("touch /a -vv");
  const lines = stderr.trimEnd().split("\n");
  assertEquals(lines.length, 3);
  for (const [i, phase] of ["open", "commit", "touch"].entries()) {
    assertMatch(
      lines[i] ?? "",
      new RegExp(`^pond: ${phase} took \\d+\\.\\d{3} s$`),
    );
  }
  const spread = await scratch.run("-v ls --verbose");
  assertMatch(spread.stderr, /pond: ls took/);
  assertEquals((await scratch.run("ls -v")).stderr, "");
  assertEquals((await scratch.run("ls -vvq")).stderr, "");
  const json = objectsIn((await scratch.run("ls -vv --json")).stderr);
  assertEquals(json.map(({ timing }) => timing?.phase), ["open", "ls"]);
  assertEquals(typeof json[0]?.timing?.duration_ms, "number");
});

Deno.test("POND_LOG=ndjson makes objects of all that is on standard error", async () => {
  await using scratch = await scratchPond();
  const env = { POND: scratch.pond, POND_LOG: "ndjson" };
  const noted = await scratch.run("touch /a", { env });
  assertEquals(noted.stdout, "");
  assertEquals(objectsIn(noted.stderr), [
    { note: { message: "v2 · undo: pond undo" } },
  ]);
  const failed = await scratch.run("cat /nothing", { env, terminal: true });
  const [{ error } = {}] = objectsIn(failed.stderr);
  assertEquals([failed.code, error?.code], [4, "NOT_FOUND"]);
  const wrong = await scratch.run("lss", { env });
  assertEquals(objectsIn(wrong.stderr)[0]?.error?.code, "INVALID_ARGUMENT");
  assertEquals((await scratch.run("touch /a -q", { env })).stderr, "");
});

Deno.test("errors of a command line that is wrong are JSON where --format json stands in it", async () => {
  await using scratch = await scratchPond();
  for (const end of ["--json", "--format json", "--format=json"]) {
    const { code, stderr } = await scratch.run(`ls --colour ${end}`);
    assertEquals([code, objectsIn(stderr)[0]?.error?.code], [
      2,
      "INVALID_ARGUMENT",
    ]);
  }
  for (const end of ["--format csv", "-- --json"]) {
    const { stderr } = await scratch.run(`ls --colour ${end}`);
    assertMatch(stderr, /^pond: /);
  }
});

Deno.test("whoever asks is told how far a command is, once, in a pipe too", async () => {
  await using scratch = await scratchPond();
  const host = denoHost();
  const asked = new EventTarget();
  const files = filesWith(host.files, {
    read: async (path, range) => {
      const bytes = await host.files.read(path, range);
      if (path.endsWith("readings.csv")) {
        asked.dispatchEvent(new Event("status"));
      }
      return bytes;
    },
  });
  const options = { cwd: scratch.home, env: { POND: scratch.pond }, asked };
  const argv = ["put", "readings.csv", "/r.csv"];
  const { code, stderr } = await run(hostWith(host, files), argv, options);
  assertEquals(code, 0);
  assertMatch(stderr, /^pond: put 0 files · for 0:0\d\n$/);
  const quiet = await run(hostWith(host, files), [...argv, "-q"], options);
  assertEquals(quiet.stderr, "");
});

Deno.test({
  name: "SIGUSR2 asks, and ends nothing",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using scratch = await scratchPond();
    const child = new Deno.Command(Deno.execPath(), {
      args: pondCommand(["put", "-", "/x"]),
      env: { POND: scratch.pond },
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    // It listens by the time at which it takes what doesn't fit into a pipe.
    await writer.write(new Uint8Array(1 << 20));
    child.kill("SIGUSR2");
    await writer.close();
    const { code } = await child.status;
    await child.stderr.cancel();
    assertEquals(code, 0);
    assert((await scratch.ok("ls -l /x")).includes("1048576"));
  },
});

Deno.test("pond: and file: say on which side a path is", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("put file:./readings.csv pond:/in.csv");
  assertEquals(await scratch.ok("cat pond:/in.csv@v2"), "t,v\n1,20\n2,21\n");
  await scratch.ok(`get pond:/in.csv file://${scratch.home}/out.csv`);
  await scratch.ok(`get pond:/in.csv file:${scratch.home}/again.csv`);
  assertEquals(
    await Deno.readTextFile(`${scratch.home}/again.csv`),
    await Deno.readTextFile(`${scratch.home}/out.csv`),
  );
  for (
    const line of [
      "put pond:/in.csv /x",
      "cat file:./readings.csv",
      "cp /in.csv file:/x",
    ]
  ) {
    const { code, stderr } = await scratch.run(line);
    assertEquals(code, 2, line);
    assertMatch(stderr, /hint: a name that begins so: /);
  }
});
