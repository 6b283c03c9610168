/**
 * What a command costs in a process of its own, beside the start of Deno.
 *
 * @module
 */
import { denoHost } from "../src/host/mod.ts";
import { TinyLogFS } from "../src/tinylogfs/mod.ts";
import { pondCommand } from "../tests/support/deno_process.ts";

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

async function run(args: readonly string[]): Promise<void> {
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { POND: pond },
    stdin: "null",
    stdout: "null",
  });
  const { success } = await command.output();
  if (!success) throw new TypeError(`Cannot run ${args.join(" ")}`);
}

const group = "a process";

Deno.bench("deno eval 0", { group, baseline: true }, async () => {
  await run(["eval", "0"]);
});

for (
  const line of [
    ["--help"],
    ["ls", "/"],
    ["cat", "/file-3"],
    ["touch", "/file-3"],
    ["query", "SELECT count(*) FROM operations"],
  ]
) {
  Deno.bench(`pond ${line[0]}`, { group }, async () => {
    await run(pondCommand(line));
  });
}
