/**
 * A pond answers programs for Node as Node does: the same values, and failures
 * with the same codes, numbers, calls, paths and messages.
 *
 * `tests/golden/node_fs.json` has what Node said, whose version stands in it.
 * Where that Node is on the machine, it is asked again; with `-- --update`, what
 * it says is kept.
 *
 * @module
 */
import { assertEquals, assertGreater } from "@std/assert";
import type { Layout } from "../../../src/tinylogfs/mod.ts";
import { memoryHost } from "../../../src/host/memory.ts";
import { TinyLogFS } from "../../../src/tinylogfs/mod.ts";
import { PROJECT_ROOT } from "../../support/deno_process.ts";
import { runScripts } from "../../support/fs_script.mjs";
import { tempDirectory } from "../../support/temp_directory.ts";
import { SCRIPTS } from "./script.ts";

const GOLDEN = `${PROJECT_ROOT}/tests/golden/node_fs.json`;

/** What calls came to, for each script. */
type Results = Readonly<Record<string, readonly string[]>>;

interface Golden {
  readonly node: string;
  readonly results: Results;
}

/** Each call beside what it came to, so that a difference shows both. */
function told(results: Results): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(SCRIPTS).map(([name, script]) => [
      name,
      script.map((step, index) =>
        `${JSON.stringify(step)} => ${results[name]?.[index]}`
      ),
    ]),
  );
}

/** The version of the Node on this machine, if there is one. */
async function nodeVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await new Deno.Command("node", { args: ["--version"] })
      .output();
    return new TextDecoder().decode(stdout).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Runs the scripts on Node itself. */
async function askNode(): Promise<Results> {
  await using temp = await tempDirectory();
  const script = `${PROJECT_ROOT}/tests/support/fs_script.mjs`;
  const process = new Deno.Command("node", {
    args: [script, temp.path],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = new Blob([JSON.stringify(SCRIPTS)]).stream();
  const [output] = await Promise.all([
    process.output(),
    input.pipeTo(process.stdin),
  ]);
  assertEquals(output.code, 0);
  return JSON.parse(new TextDecoder().decode(output.stdout));
}

const installed = await nodeVersion();
if (Deno.args.includes("--update")) {
  const golden = { node: installed, results: await askNode() };
  const text = `${JSON.stringify(golden, null, 2)}\n`;
  await Deno.writeTextFile(GOLDEN, text);
}
const golden: Golden = JSON.parse(await Deno.readTextFile(GOLDEN));

for (const layout of ["clustered", "hive"] satisfies Layout[]) {
  for (const autoCommit of [false, true]) {
    const how = autoCommit ? "committing each call" : "nothing committed";
    Deno.test(`nodeFs() (${layout}, ${how}) answers as Node does`, async () => {
      const host = memoryHost();
      await using pond = await TinyLogFS.initEmpty(host, "/pond", { layout });
      const fs = await pond.nodeFs({ autoCommit });
      const results = await runScripts(fs, "", SCRIPTS);
      assertEquals(told(results), told(golden.results));
      const { pendingOperations } = pond.getStatus();
      if (autoCommit) assertEquals(pendingOperations, 0);
      else assertGreater(pendingOperations, 150);
      await pond.commit();
      const { findings, isSound } = await pond.check({ depth: "data" });
      assertEquals([isSound, findings], [true, []]);
    });
  }
}

Deno.test("nodeFs() of a transaction answers as Node does", async () => {
  const host = memoryHost();
  await using pond = await TinyLogFS.initEmpty(host, "/pond");
  const { value } = await pond.transaction(async (tx) =>
    await runScripts(await tx.nodeFs(), "", SCRIPTS)
  );
  assertEquals(told(value), told(golden.results));
});

Deno.test({
  name: "Node answers as tests/golden/node_fs.json says",
  ignore: installed !== golden.node,
  fn: async () => {
    assertEquals(told(await askNode()), told(golden.results));
  },
});
