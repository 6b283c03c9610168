/** Every example runs, and prints what its header says. */
import { assertEquals, assertGreater } from "@std/assert";
import {
  importMapArgs,
  PROJECT_ROOT,
  runDeno,
} from "./support/deno_process.ts";
import { tempDirectory } from "./support/temp_directory.ts";

const EXAMPLES = `${PROJECT_ROOT}/examples`;

/** What an example says that it prints; `undefined` when it says nothing. */
function promised(source: string, name: string): string | undefined {
  const block = / \* ```text\n \* \$ (.+)\n((?: \* .*\n)*?) \* ```\n/.exec(
    source,
  );
  if (block === null) return undefined;
  const [, command, output = ""] = block;
  assertEquals(command, `deno run -A examples/${name}`);
  return output.replaceAll(/^ \* /gm, "");
}

Deno.test("the examples say what they print", async () => {
  let count = 0;
  for await (const { name } of Deno.readDir(EXAMPLES)) {
    if (!name.endsWith(".ts")) continue;
    const source = await Deno.readTextFile(`${EXAMPLES}/${name}`);
    if (promised(source, name) !== undefined) count++;
  }
  assertGreater(count, 3);
});

for await (const { name } of Deno.readDir(EXAMPLES)) {
  if (!name.endsWith(".ts")) continue;
  const source = await Deno.readTextFile(`${EXAMPLES}/${name}`);
  const expected = promised(source, name);
  if (expected === undefined) continue;
  Deno.test(`examples/${name} prints what its header says`, async () => {
    await using temp = await tempDirectory();
    const ran = await runDeno(
      ["run", "-A", ...importMapArgs(), `${EXAMPLES}/${name}`],
      { env: { TMPDIR: temp.path, NO_COLOR: "1" } },
    );
    assertEquals(ran.stderr, "");
    assertEquals(ran.stdout, expected);
    assertEquals(ran.code, 0);
    assertEquals(await Array.fromAsync(Deno.readDir(temp.path)), []);
  });
}
