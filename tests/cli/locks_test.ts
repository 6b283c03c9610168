/** Who holds a lock, and what others do meanwhile. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { denoHost } from "../../src/host/deno_host.ts";
import { type Scratch, scratchPond } from "./scratch.ts";

/** What another process has written into the lock that it holds. */
const HOLDER = JSON.stringify({
  pid: 4711,
  command: "pond commit",
  since: "2026-01-05T12:01:00.000Z",
});

/** A pond with something staged, of which another program holds the lock. */
async function lockedPond(says: string): Promise<
  Scratch & { readonly path: string; readonly lock: AsyncDisposable }
> {
  const scratch = await scratchPond();
  await scratch.ok("touch --no-sync /staged");
  const path = `${scratch.pond}/staging/lock`;
  const lock = await denoHost().files.lock(path);
  await Deno.writeTextFile(path, says);
  return {
    ...scratch,
    path,
    lock,
    [Symbol.asyncDispose]: async () => {
      await lock[Symbol.asyncDispose]();
      await scratch[Symbol.asyncDispose]();
    },
  };
}

Deno.test("--no-wait fails where another program holds a lock, and says which one", async () => {
  await using scratch = await lockedPond(HOLDER);
  const { code, stderr, stdout } = await scratch.run("commit --no-wait");
  assertEquals([code, stdout], [8, ""]);
  assertStringIncludes(stderr, "process 4711 (pond commit) has the lock since");
  assertStringIncludes(stderr, "hint: wait until it is done");
  const { error } = JSON.parse(
    (await scratch.run("touch --no-sync /x --no-wait --json")).stderr,
  );
  assertEquals([error.code, error.path], ["LOCKED", scratch.path]);
  // Who takes no lock isn't hindered.
  await scratch.ok("touch /y --no-wait");
});

Deno.test("a lock that says nothing of its holder is another program's", async () => {
  for (const says of ["", "{", "[1]", '{"pid":"1"}', "\xff"]) {
    await using scratch = await lockedPond(says);
    const { code, stderr } = await scratch.run("revert --no-wait");
    assertEquals(code, 8, says);
    assertStringIncludes(stderr, "another program has the lock");
  }
});

Deno.test("a command that waits for a lock says for whom, and goes on after it", async () => {
  await using scratch = await lockedPond(HOLDER);
  const waiting = Promise.withResolvers<void>();
  const running = scratch.run("commit --json", {
    onStderr: () => waiting.resolve(),
  });
  await waiting.promise;
  await scratch.lock[Symbol.asyncDispose]();
  const { code, stderr } = await running;
  assertEquals(code, 0);
  const { warning } = JSON.parse(stderr);
  assertEquals([warning.kind, warning.path], ["waiting", scratch.path]);
  assertStringIncludes(warning.message, "process 4711 (pond commit)");
  const left = JSON.parse(await Deno.readTextFile(scratch.path));
  assertEquals(left.command, "pond commit");
  assertMatch(left.since, /^\d{4}-.*Z$/);
});

Deno.test("Ctrl-C ends the waiting for a lock", async () => {
  await using scratch = await lockedPond(HOLDER);
  const end = new AbortController();
  const ran = scratch.run("commit", {
    signal: end.signal,
    onStderr: () => end.abort(),
  });
  assertEquals((await ran).code, 130);
  await scratch.lock[Symbol.asyncDispose]();
  assertStringIncludes(await scratch.ok("commit"), "1 operation");
});

Deno.test("pond doctor says who holds a lock", async () => {
  await using scratch = await lockedPond(HOLDER);
  const { code, stdout } = await scratch.run("doctor");
  assertEquals(code, 0);
  assertStringIncludes(stdout, "process 4711 (pond commit) has the lock");
});
