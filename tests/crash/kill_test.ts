/**
 * Kills real processes while they commit. What they have said is there
 * afterwards, and the next command needs no repair.
 */
import { assert, assertEquals } from "@std/assert";
import { SeededRandom } from "../../src/host/memory.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import {
  denoArgs,
  pondCommand,
  PROJECT_ROOT,
  runPond,
} from "../support/deno_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";

const ROUNDS = 8;
const COMMITS = 1000;

function spawn(args: string[], env = {}): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args,
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

/** Reads lines until so many have come, then kills the process. */
async function killAfter(
  child: Deno.ChildProcess,
  lines: number,
): Promise<string[]> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    text += decoder.decode(chunk, { stream: true });
    if (text.split("\n").length > lines) {
      child.kill("SIGKILL");
      break;
    }
  }
  await child.status;
  await child.stdin.close().catch(() => {});
  return text.split("\n").slice(0, -1);
}

Deno.test("commits of processes that are killed at any time are there as soon as they were said, whole or not at all", async () => {
  await using temp = await tempDirectory();
  const pond = temp.join("pond");
  await using first = await TinyLogFS.initEmpty(denoHost(), pond);
  await first.createDirectory("/d");
  await first.commit();
  const random = new SeededRandom(7);
  const script = `${PROJECT_ROOT}/tests/support/commit_loop.ts`;
  const said: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const child = spawn([
      "run",
      "-A",
      ...denoArgs(),
      script,
      pond,
      `round${round}-`,
      String(COMMITS),
    ]);
    said.push(...await killAfter(child, 1 + Math.floor(random.fraction() * 9)));
    await using fs = await TinyLogFS.open(denoHost(), pond);
    const found: string[] = [];
    for await (const { path, sizeBytes } of fs.listDirectory("/d")) {
      found.push(path);
      const bytes = await fs.readFile(path);
      const i = Number(path.split("-")[1]);
      assertEquals(bytes.length, sizeBytes);
      assert(bytes.every((byte) => byte === (i & 0xff)), path);
    }
    assertEquals(said.filter((path) => !found.includes(path)), []);
  }
  assert(said.length >= ROUNDS);
  const next = await runPond(["touch", "/d/next"], { env: { POND: pond } });
  assertEquals([next.code, next.stderr], [0, ""]);
});

Deno.test("a killed put leaves the old state, and the next command works", async () => {
  await using temp = await tempDirectory();
  const env = { POND: temp.join("pond") };
  await runPond(["init"], { env });
  await runPond(["put", "-", "/a"], { env, stdin: "old" });
  for (const sizeBytes of [10, 100_000, 5_000_000]) {
    const child = spawn(pondCommand(["put", "-", "/a"]), env);
    const writer = child.stdin.getWriter();
    await writer.write(new Uint8Array(sizeBytes));
    child.kill("SIGKILL");
    await child.status;
    await writer.abort();
    await child.stdout.cancel();
    const ran = await runPond(["cat", "/a"], { env });
    assertEquals([ran.code, ran.stdout, ran.stderr], [0, "old", ""]);
  }
  await runPond(["put", "-", "/a"], { env, stdin: "new" });
  assertEquals((await runPond(["cat", "/a"], { env })).stdout, "new");
});
