/** `pond edit`, with functions in the place of editors. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Scratch, scratchPond } from "./scratch.ts";

/** An editor that writes a text into the file. */
function writing(text: string) {
  return async (command: readonly string[]) => {
    await Deno.writeTextFile(command.at(-1) ?? "", text);
    return 0;
  };
}

async function copies(scratch: Scratch): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(`${scratch.pond}/cache`)) {
    if (name.startsWith("edit-")) names.push(`${scratch.pond}/cache/${name}`);
  }
  return names;
}

Deno.test("pond edit commits what the editor has made of a file", async () => {
  await using scratch = await scratchPond();
  const seen: string[] = [];
  await scratch.ok("edit -m calibrated /sensors/a.csv", {
    env: { VISUAL: "code --wait", EDITOR: "ed" },
    program: async (command) => {
      seen.push(...command.slice(0, 3));
      const copy = command.at(-1) ?? "";
      assertStringIncludes(copy, ".csv");
      await Deno.writeTextFile(copy, await Deno.readTextFile(copy) + "2,11\n");
      return 0;
    },
  });
  assertEquals(seen, ["sh", "-c", 'code --wait "$1"']);
  assertEquals(await scratch.ok("cat /sensors/a.csv"), "t,v\n1,10\n2,11\n");
  const [newest] = JSON.parse(await scratch.ok("log --json -n 1"));
  assertEquals([newest.version, newest.message], [2, "calibrated"]);
  await scratch.ok("edit /new", { program: writing("new\n") });
  assertEquals(await scratch.ok("cat /new"), "new\n");
  await scratch.ok("edit --no-sync /new", { program: writing("staged\n") });
  assertEquals(await scratch.ok("cat /new"), "new\n");
  assertEquals(
    await scratch.ok("edit -n /other", { program: writing("x") }),
    "create  file       /other\n",
  );
  assertEquals(await copies(scratch), []);
});

Deno.test("pond edit makes no version when nothing has changed, or the editor fails", async () => {
  await using scratch = await scratchPond();
  const same = await scratch.run("edit /sensors/a.csv", {
    program: () => Promise.resolve(0),
    terminal: true,
  });
  assertEquals([same.code, same.stderr], [0, "nothing has changed\n"]);
  await scratch.ok("edit /none", { program: () => Promise.resolve(0) });
  const failed = await scratch.run("edit /sensors/a.csv", {
    env: { EDITOR: "ed" },
    program: async (command) => {
      await writing("lost")(command);
      return 7;
    },
  });
  assertEquals([failed.code, failed.stdout], [1, ""]);
  assertStringIncludes(failed.stderr, "The editor ed ended with 7");
  const directory = await scratch.run("edit /sensors");
  assertEquals(directory.code, 1);
  assertEquals(await scratch.ok("ls"), "sensors\n");
  const log = JSON.parse(await scratch.ok("log --json"));
  assertEquals(log.length, 2);
  assertEquals(await copies(scratch), []);
});

Deno.test("pond edit keeps what was written when another commit was first", async () => {
  await using scratch = await scratchPond();
  const lost = await scratch.run("edit /sensors/a.csv", {
    program: async (command) => {
      await scratch.ok("put readings.csv /sensors/a.csv");
      return await writing("mine\n")(command);
    },
  });
  assertEquals(lost.code, 5);
  const [copy = ""] = await copies(scratch);
  assertStringIncludes(lost.stderr, `what you wrote is kept in ${copy}`);
  assertEquals(await Deno.readTextFile(copy), "mine\n");
  assertEquals(await scratch.ok("cat /sensors/a.csv"), "t,v\n1,20\n2,21\n");
});
