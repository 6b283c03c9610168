import { assertEquals, assertStringIncludes } from "@std/assert";
import { denoHost } from "../../src/host/deno_host.ts";
import { pondCommand, runPond } from "../support/deno_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";

Deno.test("pond runs in processes of its own: init, put, ls, cat", async () => {
  await using temp = await tempDirectory();
  const env = { POND: temp.join("pond") };
  const steps: readonly (readonly [readonly string[], string])[] = [
    [["init"], ""],
    [["put", "-", "/a.txt"], ""],
    [["ls", "/"], "a.txt\n"],
    [["cat", "/a.txt"], "hello"],
  ];
  for (const [argv, stdout] of steps) {
    const ran = await runPond(argv, { env, cwd: temp.path, stdin: "hello" });
    assertEquals(
      [ran.code, ran.stdout, ran.stderr],
      [0, stdout, ""],
      argv.join(" "),
    );
  }
});

Deno.test("pond exits with the code of the error", async () => {
  await using temp = await tempDirectory();
  const env = { POND: temp.join("pond") };
  assertEquals((await runPond(["lss"], { env })).code, 2);
  const none = await runPond(["ls"], { env });
  assertEquals(none.code, 7);
  assertStringIncludes(none.stderr, "hint: ");
});

const SIGNALS = [["SIGHUP", 129], ["SIGINT", 130], ["SIGTERM", 143]] as const;

for (const [signal, code] of SIGNALS) {
  Deno.test(`${signal} ends a waiting command with exit code ${code}, and nothing is changed`, async () => {
    await using temp = await tempDirectory();
    const env = { POND: temp.join("pond") };
    await runPond(["init"], { env });
    const child = new Deno.Command(Deno.execPath(), {
      args: pondCommand(["put", "-", "/a"]),
      env,
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const writer = child.stdin.getWriter();
    // More than a pipe holds: when it is written, the command reads.
    await writer.write(new Uint8Array(1024 * 1024));
    child.kill(signal);
    assertEquals((await child.status).code, code);
    writer.releaseLock();
    await child.stdin.abort();
    assertEquals((await runPond(["ls"], { env })).stdout, "");
  });
}

Deno.test("the second Ctrl-C ends a command that waits for a lock, and nothing is changed", async () => {
  await using temp = await tempDirectory();
  const env = { POND: temp.join("pond") };
  await runPond(["init"], { env });
  await runPond(["put", "--no-sync", "-", "/before"], { env, stdin: "b" });
  await using _lock = await denoHost().files.lock(
    temp.join("pond", "staging", "lock"),
  );
  const child = new Deno.Command(Deno.execPath(), {
    args: pondCommand(["put", "--no-sync", "-", "/a"]),
    env,
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  // More than a pipe holds: when it is written, the command reads.
  await writer.write(new Uint8Array(1024 * 1024));
  await writer.close();
  // Again and again, as a person does who sees nothing happen.
  let ended: Deno.CommandStatus | undefined;
  const { clock } = denoHost();
  while (ended === undefined) {
    child.kill("SIGINT");
    const wait = clock.sleep(100).then(() => undefined);
    ended = await Promise.race([child.status, wait]);
    await wait;
  }
  assertEquals(ended.code, 130);
  assertEquals(
    (await runPond(["status", "-s"], { env })).stdout,
    "A /before\n",
  );
});

Deno.test("a closed pipe ends pond quietly", async () => {
  await using temp = await tempDirectory();
  const env = { POND: temp.join("pond") };
  await runPond(["init"], { env });
  await runPond(["put", "-", "/big"], {
    env,
    stdin: new Uint8Array(4 * 1024 * 1024),
  });
  const child = new Deno.Command(Deno.execPath(), {
    args: pondCommand(["cat", "/big"]),
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const stderr = await new Response(child.stderr).text();
  assertEquals([(await child.status).code, stderr], [0, ""]);
});
