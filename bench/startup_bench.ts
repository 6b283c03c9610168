/**
 * What a command costs in a process of its own, beside the start of Deno: from
 * the sources, from the bundle (`deno task bundle`), and from the executable,
 * where one was compiled.
 *
 * @module
 */
import { denoHost } from "../src/host/mod.ts";
import { TinyLogFS } from "../src/tinylogfs/mod.ts";
import {
  denoArgs,
  importMapArgs,
  pondCommand,
  PROJECT_ROOT,
} from "../tests/support/deno_process.ts";
import { BUNDLE, bundle } from "../tools/bundle.ts";

const EXECUTABLE = `${PROJECT_ROOT}/dist/pond`;

Deno.chdir(PROJECT_ROOT);
if (await bundle(importMapArgs()) !== 0) throw new TypeError("Cannot bundle");

const directory = await Deno.makeTempDir({ prefix: "pond-bench-" });
globalThis.addEventListener("unload", () => {
  Deno.removeSync(directory, { recursive: true });
});

const pond = `${directory}/pond`;
{
  await using fs = await TinyLogFS.initEmpty(denoHost(), pond);
  await fs.createDirectory("/sensors");
  for (let i = 0; i < 10; i++) {
    await fs.createFile(`/sensors/${i}.csv`, "t,v\n1,2\n");
    await fs.createFile(`/file-${i}`, "content");
    await fs.commit();
  }
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const command = new Deno.Command(program, {
    args: [...args],
    env: { POND: pond },
    stdin: "null",
    stdout: "null",
  });
  const { success } = await command.output();
  if (!success) throw new TypeError(`Cannot run ${args.join(" ")}`);
}

const deno = Deno.execPath();
const bundled = ["run", "-A", ...denoArgs(), `${PROJECT_ROOT}/${BUNDLE}`];
const isCompiled = await Deno.stat(EXECUTABLE).then(() => true, () => false);

const COMMANDS = [
  ["--help"],
  ["ls", "/"],
  ["cat", "/file-3"],
  ["touch", "/file-3"],
  ["query", "SELECT count(*) FROM operations"],
];

const group = "a process";

Deno.bench("deno eval 0", { group, baseline: true }, async () => {
  await run(deno, ["eval", "0"]);
});

for (const line of COMMANDS) {
  Deno.bench(`pond ${line[0]}`, { group }, async () => {
    await run(deno, pondCommand(line));
  });
  Deno.bench(`pond ${line[0]}, bundled`, { group }, async () => {
    await run(deno, [...bundled, ...line]);
  });
  if (!isCompiled) continue;
  Deno.bench(`pond ${line[0]}, compiled`, { group }, async () => {
    await run(EXECUTABLE, line);
  });
}
