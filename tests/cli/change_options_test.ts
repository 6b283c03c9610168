/** `--dry-run` of every change, `rm -i`, `touch -d`. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Scratch, scratchPond } from "./scratch.ts";

async function filesOf(directory: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { isDirectory, name } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory) found.push(...await filesOf(path));
    else found.push(`${path} ${(await Deno.stat(path)).size}`);
  }
  return found.sort();
}

Deno.test("--dry-run shows what a change would do, and leaves the pond as it is", async () => {
  await using scratch = await scratchPond();
  await Deno.writeTextFile(`${scratch.home}/large`, "x".repeat(200_000));
  const cases: readonly [line: string, said: string][] = [
    ["mkdir -n /d", "create  directory  /d\n"],
    ["touch -n /t", "create  file       /t\n"],
    ["rm -n /sensors/a.csv", "delete  file       /sensors/a.csv\n"],
    ["ln -n a /l", "create  symlink    /l\n"],
    ["cp -n /sensors/a.csv /b", "create  file       /b\n"],
    ["mv -n /sensors/a.csv /b", "move    file       /sensors/a.csv -> /b\n"],
    ["put -n large /", "create  file       /large\n"],
    [
      "put -n readings.csv /sensors/a.csv --no-sync",
      "update  file       /sensors/a.csv\n",
    ],
    ["attr set -n /sensors a=b", "update  directory  /sensors\n"],
  ];
  const before = await filesOf(scratch.pond);
  for (const [line, said] of cases) {
    assertEquals(await scratch.ok(line), said, line);
  }
  const [large] = JSON.parse(await scratch.ok("put -n --json large /"));
  assertEquals([large.path, large.size], ["/large", 200_000]);
  const stdin = await scratch.ok("put -n - /in", { stdin: "x".repeat(99_999) });
  assertEquals(stdin, "create  file       /in\n");
  assertEquals(await filesOf(scratch.pond), before);
  assertEquals(await scratch.ok("status -s"), "");
  const [row] = JSON.parse(await scratch.ok("rm -rn --json /sensors/a.csv"));
  assertEquals([row.operation, row.path], ["delete", "/sensors/a.csv"]);
  const wrong = await scratch.run("rm -n /nope");
  assertEquals([wrong.code, wrong.stdout], [4, ""]);
  const { stderr } = await scratch.run("mkdir -n /d", { terminal: true });
  assertEquals(stderr, "nothing was done: --dry-run\n");
});

const ask = (scratch: Scratch, stdin: string) =>
  scratch.run("rm -ri /sensors/a.csv /sensors", { stdin, terminal: true });

Deno.test("pond rm -i asks before each path", async () => {
  await using scratch = await scratchPond();
  const no = await ask(scratch, "n\n");
  assertEquals(no.code, 0);
  assertStringIncludes(
    no.stderr,
    "remove /sensors/a.csv? [y/N] remove /sensors with everything in it? [y/N] ",
  );
  assertEquals(await scratch.ok("ls -a /sensors"), ".hidden\na.csv\n");
  assertEquals((await ask(scratch, "yes\nno\n")).code, 0);
  assertEquals(await scratch.ok("ls -a /sensors"), ".hidden\n");
  const refused = await scratch.run("rm -i /sensors/.hidden", { stdin: "y\n" });
  assertEquals([refused.code, refused.stdout], [2, ""]);
  assertStringIncludes(refused.stderr, "standard input is no terminal");
  assertEquals(await scratch.ok("ls -a /sensors"), ".hidden\n");
});

Deno.test("pond touch -d sets the time of the last change", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("touch -d 2026-01-05T10:00Z /sensors/a.csv /new");
  const rows = JSON.parse(await scratch.ok("ls --json /sensors/a.csv /new"));
  for (const { modified } of rows) {
    assertEquals(Date.parse(modified), Date.parse("2026-01-05T10:00Z"));
  }
  assertEquals(await scratch.ok("cat /sensors/a.csv"), "t,v\n1,10\n");
  const wrong = await scratch.run("touch -d tomorrow /other");
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.stderr, "hint: ");
  assertEquals(await scratch.ok("ls"), "new\nsensors\n");
  const batch = await scratch.run("batch", { stdin: "touch -d 2h /x" });
  assertEquals(batch.code, 2);
  assertStringIncludes(batch.stderr, 'Cannot do "touch -d" in a batch');
});
