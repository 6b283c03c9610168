/** `pond complete`, and the scripts in the shells that are installed. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SHELLS } from "../../src/cli/command.ts";
import {
  isInstalled,
  pondCommand,
  runProgram,
} from "../support/deno_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { type Scratch, scratchPond } from "./scratch.ts";

async function treePond(): Promise<Scratch> {
  const scratch = await scratchPond();
  await scratch.ok("tag first v1");
  await scratch.ok("branch trial");
  await scratch.ok(["touch", "/sensors/with space"]);
  await scratch.ok("mkdir /sensors/deep");
  return scratch;
}

/** The candidates, without their descriptions. */
async function complete(scratch: Scratch, line: string): Promise<string[]> {
  const stdout = await scratch.ok(["complete", "--", ...line.split(" ")]);
  const lines = stdout.split("\n").filter(Boolean);
  return lines.map((line) => line.replace(/\t.*/, ""));
}

Deno.test("pond complete answers with what may stand there", async () => {
  await using scratch = await treePond();
  const inside = ["/sensors/a.csv", "/sensors/deep/", "/sensors/with space"];
  const cases: readonly [line: string, candidates: readonly string[]][] = [
    ["comp", ["completions"]],
    ["ls --rec", ["--recursive"]],
    ["ls --format c", ["csv", "chart"]],
    ["ls --format=js", ["--format=json"]],
    ["ls /se", ["/sensors/"]],
    ["ls se", ["sensors/"]],
    ["ls /sensors/", inside],
    ["ls /sensors/.", ["/sensors/.hidden"]],
    ["ls --at v1 /sensors/", ["/sensors/a.csv"]],
    ["-q ls -l /sensors/a", ["/sensors/a.csv"]],
    ["mv /sensors/a.csv /s", ["/sensors/"]],
    ["history /sensors/a", ["/sensors/a.csv"]],
    ["cat /sensors/a.csv@f", ["/sensors/a.csv@first"]],
    ["cat --at fir", ["first"]],
    ["cat --at=fir", ["--at=first"]],
    ["diff v1 /se", ["/sensors/"]],
    ["undo v", ["v4", "v3", "v2", "v1", "v0"]],
    ["switch ", ["main", "trial"]],
    ["ls --branch tr", ["trial"]],
    ["tag fi", ["first"]],
    ["attr s", ["set"]],
    ["attr get /sensors/a", ["/sensors/a.csv"]],
    ["maintain ", ["optimize", "checkpoint", "vacuum"]],
    ["help exit", ["exit-codes"]],
    ["put ", [":files"]],
    ["init ", [":files"]],
    ["completions z", ["zsh"]],
    ["cat -- -", []],
    ["nosuch ", []],
    ["ls /nosuch/", []],
  ];
  for (const [line, candidates] of cases) {
    assertEquals(await complete(scratch, line), candidates, line);
  }
  const sql = await scratch.ok(["complete", "--", "query", "FROM operat"]);
  assertStringIncludes(sql, "FROM operations\t");
  const names = await complete(scratch, "");
  assert(names.includes("ls") && !names.includes("complete"));
});

Deno.test("pond complete says nothing where there is no pond", async () => {
  await using scratch = await scratchPond();
  const env = { POND: `${scratch.home}/none` };
  const ran = await scratch.run("complete -- ls /", { env });
  assertEquals([ran.code, ran.stdout, ran.stderr], [0, "", ""]);
  const line = ["complete", "--", "-C", scratch.pond, "ls", "/s"];
  assertEquals(
    (await scratch.run(line, { env })).stdout,
    "/sensors/\tdirectory\n",
  );
});

Deno.test("pond completions writes a script for each shell", async () => {
  await using scratch = await scratchPond();
  for (const shell of SHELLS) {
    const script = await scratch.ok(["completions", shell]);
    assertStringIncludes(script, "complete -- ");
  }
  const wrong = await scratch.run("completions bsh");
  assertEquals([wrong.code, wrong.stdout], [2, ""]);
  assertStringIncludes(wrong.stderr, "did you mean bash or zsh?");
});

/** How each shell is asked what it would offer for a line. */
const ASK: Readonly<Record<typeof SHELLS[number], (line: string) => string>> = {
  bash: (line) => `
source <(pond completions bash)
COMP_LINE=${quoted(line)} COMP_POINT=${line.length}
read -r -a COMP_WORDS <<< ${quoted(line.replaceAll(/([@=])/g, " $1 "))}
[[ $COMP_LINE == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
_pond
printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: (line) => `
compdef() { : }
source <(pond completions zsh)
compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -l -- "$@" }
words=(${line.split(" ").map(quoted).join(" ")})
CURRENT=$#words
_pond`,
  fish: (line) => `
pond completions fish | source
complete -C ${quoted(line)}`,
};

function quoted(text: string): string {
  return `'${text}'`;
}

for (const shell of SHELLS) {
  const installed = await isInstalled(shell);
  const why = installed ? "" : ` (SKIPPED: ${shell} is not installed)`;
  Deno.test({
    name: `${shell} completes commands, options, paths and tags of pond${why}`,
    ignore: !installed,
    fn: async () => {
      await using scratch = await treePond();
      await using temp = await tempDirectory();
      const deno = [Deno.execPath(), ...pondCommand([])].map(quoted).join(" ");
      await Deno.writeTextFile(
        temp.join("pond"),
        `#!/bin/sh\nexec ${deno} "$@"\n`,
        { mode: 0o755 },
      );
      const env = {
        POND: scratch.pond,
        XDG_CONFIG_HOME: temp.path,
        XDG_DATA_HOME: temp.path,
        PATH: `${temp.path}:${Deno.env.get("PATH")}`,
      };
      const ask = async (line: string) => {
        const args = ["-c", ASK[shell](line)];
        const options = { env, cwd: temp.path };
        const ran = await runProgram(shell, args, options);
        assertEquals(ran.stderr, "", line);
        const lines = ran.stdout.split("\n").filter(Boolean);
        return lines.map((line) => line.replace(/\t.*/, "")).sort();
      };
      const space = shell === "bash" ? "with\\ space" : "with space";
      assertEquals(await ask("pond comp"), ["completions"]);
      assertEquals(await ask("pond ls --rec"), ["--recursive"]);
      assertEquals(await ask("pond ls /se"), ["/sensors/"]);
      assertEquals(await ask("pond cat /sensors/"), [
        "/sensors/a.csv",
        "/sensors/deep/",
        `/sensors/${space}`,
      ]);
      // Bash is given what comes after the characters at which it splits.
      const at = shell === "bash" ? ["first"] : ["/sensors/a.csv@first"];
      assertEquals(await ask("pond cat /sensors/a.csv@fi"), at);
      assertEquals(await ask("pond tag fi"), ["first"]);
    },
  });
}
