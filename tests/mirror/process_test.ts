/** `pond mirror` in processes of its own: followed, interrupted, killed. */
import { assert, assertEquals } from "@std/assert";
import { pondCommand, runPond } from "../support/deno_process.ts";
import {
  type TempDirectory,
  tempDirectory,
} from "../support/temp_directory.ts";

const FILES = 200;

function start(
  { path }: TempDirectory,
  args: readonly string[],
): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: pondCommand(args),
    env: { POND: `${path}/pond` },
    cwd: path,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

/** The next lines of an output, so many. */
async function linesOf(
  reader: ReadableStreamDefaultReader<string>,
  count: number,
): Promise<readonly string[]> {
  let text = "";
  while (text.split("\n").length <= count) {
    const { done, value = "" } = await reader.read();
    assert(!done, `ended after: ${text}`);
    text += value;
  }
  return text.trimEnd().split("\n");
}

Deno.test("pond mirror watch tells what it does, a line each, until Ctrl-C", async () => {
  await using temp = await tempDirectory();
  const env = { POND: temp.join("pond") };
  await runPond(["init"], { env });
  await Deno.mkdir(temp.join("dir"));
  await Deno.writeTextFile(temp.join("dir", "a"), "a");
  const child = start(temp, ["mirror", "watch", "dir", "--json"]);
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const [first = ""] = await linesOf(reader, 1);
  const { action, done, path } = JSON.parse(first);
  assertEquals([action, path, done], ["create", "/a", true]);
  await Deno.writeTextFile(temp.join("dir", "b"), "b");
  const [second = ""] = await linesOf(reader, 1);
  assertEquals(JSON.parse(second).path, "/b");
  child.kill("SIGINT");
  assertEquals((await child.status).code, 130);
  await reader.cancel();
  assertEquals((await runPond(["ls", "/"], { env })).stdout, "a\nb\n");
});

for (const signal of ["SIGKILL", "SIGTERM"] as const) {
  Deno.test(`pond mirror push goes on after ${signal}`, async () => {
    await using temp = await tempDirectory();
    const env = { POND: temp.join("pond") };
    await runPond(["init"], { env });
    await Deno.mkdir(temp.join("tree"));
    for (let n = 0; n < FILES; n++) {
      await Deno.writeTextFile(temp.join("tree", `${n}`), `${n}`.repeat(5000));
    }
    await runPond(["put", "tree", "/"], { env, cwd: temp.path });
    const child = start(temp, ["mirror", "push", "dir", "/tree"]);
    // Killed when it has written something, and most probably not all.
    let hasEnded = false;
    const ended = child.status.then(() => hasEnded = true);
    while (!hasEnded && await count(temp.join("dir")) < 10);
    if (!hasEnded) child.kill(signal);
    await ended;
    await child.stdout.cancel();
    const ran = await runPond(["mirror", "push", "dir", "/tree"], {
      env,
      cwd: temp.path,
    });
    assertEquals([ran.code, ran.stderr], [0, ""]);
    assertEquals(await count(temp.join("dir")), FILES);
    for await (const { isFile, name } of Deno.readDir(temp.join("dir"))) {
      if (!isFile) continue;
      const text = await Deno.readTextFile(temp.join("dir", name));
      assertEquals(text, name.repeat(5000));
    }
    const status = ["mirror", "status", "dir", "--json"];
    const left = await runPond(status, { env, cwd: temp.path });
    assertEquals(JSON.parse(left.stdout), []);
  });
}

/** How many names a directory has, but for those of the mirror's own. */
async function count(directory: string): Promise<number> {
  let names = 0;
  try {
    for await (const { name } of Deno.readDir(directory)) {
      if (name !== ".pond-mirror") names++;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names;
}
