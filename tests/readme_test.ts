/** The README is true: each of its shell blocks runs, in order, as it is written. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { pondCommand, PROJECT_ROOT } from "./support/deno_process.ts";
import { tempDirectory } from "./support/temp_directory.ts";

/** What the reader's machine does for minutes, or what this is a part of. */
const NOT_HERE = /^npx -y deno@\S+ task /;

/** The shell blocks of a Markdown text, in order. */
function shellBlocks(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^```sh\n(.*?)^```$/gms)]
    .map(([, block = ""]) => block);
}

/** A directory for `PATH` with a `pond` that is this checkout's. */
async function makeProgram(directory: string): Promise<void> {
  const quoted = [Deno.execPath(), ...pondCommand([])]
    .map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  await Deno.mkdir(directory);
  await Deno.writeTextFile(
    `${directory}/pond`,
    `#!/bin/sh\nexec ${quoted} "$@"\n`,
    { mode: 0o755 },
  );
}

Deno.test({
  name: "every command of the README works, in a home that is empty",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using temp = await tempDirectory();
    await makeProgram(temp.join("bin"));
    const [home, work] = [temp.join("home"), temp.join("work")];
    for (const path of [home, work]) await Deno.mkdir(path);
    const markdown = await Deno.readTextFile(`${PROJECT_ROOT}/README.md`);
    const blocks = shellBlocks(markdown).map((block) =>
      block.split("\n").filter((line) => !NOT_HERE.test(line)).join("\n")
    ).filter((block) => block.trim() !== "");
    assert(blocks.length > 3, "the README shows how pond is used");
    const said: string[] = [];
    for (const block of blocks) {
      const { code, stderr, stdout } = await new Deno.Command("sh", {
        args: ["-euc", block],
        cwd: work,
        clearEnv: true,
        env: {
          HOME: home,
          PATH: `${temp.join("bin")}:${Deno.env.get("PATH") ?? ""}`,
          USER: "reader",
          DENO_DIR: await denoDirectory(),
        },
        stdin: "null",
      }).output();
      const text = new TextDecoder();
      assertEquals(code, 0, `${block}\n${text.decode(stderr)}`);
      assertEquals(text.decode(stderr), "", block);
      said.push(text.decode(stdout));
    }
    const all = said.join("");
    assertMatch(all, /^hello$/m, "what was put comes out");
    assertMatch(all, /^\+hello again$/m, "what has changed is shown");
    assertMatch(all, /^\/lake\tcreate\t\d+$/m, "the history is told");
    assertEquals(
      await Deno.readTextFile(`${work}/copy/today/lake.csv`),
      "t,m\n",
      "trees come out",
    );
    assertEquals(await Array.fromAsync(Deno.readDir(home)), []);
  },
});

/** Where what Deno has fetched lies: the home of the test is another one. */
async function denoDirectory(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
  }).output();
  const { denoDir }: { denoDir: string } = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  return denoDir;
}

Deno.test("the README says the versions of Deno that the project is tested with", async () => {
  const markdown = await Deno.readTextFile(`${PROJECT_ROOT}/README.md`);
  const named = new Set(
    [...markdown.matchAll(/deno@(\d+\.\d+\.\d+)/g)].map(([, version]) =>
      version
    ),
  );
  assertEquals(named.size, 1, "one version to begin with");
  const [version] = named;
  assert(markdown.includes(`on ${version}`), `and it is tested: ${version}`);
});
